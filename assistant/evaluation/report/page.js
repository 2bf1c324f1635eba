// Shows some of the misses: by what lost them, by words in them, in another order. Without it all are there.
"use strict";
(() => {
  const form = document.getElementById("filter");
  if (!form) return;
  const list = document.getElementById("misses");
  const shown = document.getElementById("shown");
  const cards = [...list.children];
  let texts = null; // what can be searched, read from the page at the first search

  function show() {
    const { text, loss } = Object.fromEntries(new FormData(form));
    const words = text.toLowerCase().split(/\s+/).filter(Boolean);
    if (words.length) texts ??= new Map(cards.map((card) => [card, card.textContent.toLowerCase()]));
    let count = 0;
    for (const card of cards) {
      const fits = (!loss || card.dataset.loss === loss) && words.every((word) => texts.get(card).includes(word));
      card.hidden = !fits;
      count += fits;
    }
    shown.textContent = count === cards.length ? "" : `${count} of ${cards.length} shown`;
  }

  function sort() {
    if (!form.elements.order) return;
    const sure = (card) => Number(card.dataset.confidence ?? 0);
    const orders = {
      data: () => 0,
      sure: (one, other) => sure(other) - sure(one),
      unsure: (one, other) => sure(one) - sure(other),
    };
    list.append(...cards.toSorted(orders[form.elements.order.value]));
  }

  form.elements.text.addEventListener("input", show);
  form.elements.order?.addEventListener("change", sort);
  form.addEventListener("change", show);
  form.addEventListener("submit", (event) => event.preventDefault());
  for (const link of document.querySelectorAll("a[data-loss]")) {
    link.addEventListener("click", () => {
      form.elements.loss.value = link.dataset.loss;
      show();
    });
  }
  form.hidden = false;
  show(); // a page that is gone back to keeps what was typed
  sort();
})();
