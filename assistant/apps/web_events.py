"""The page's few lines of JavaScript: clicks become events, new content comes into view.

Nothing here builds HTML; identifiers read from the page are checked on the server.
"""

#: The conversation: clicks on examples and citations; keeps opened details open; shows the newest turn
#: and tells screen readers of it.
CONVERSATION = """
const opened = new Set();
let opener = null;
const spoken = document.body.appendChild(document.createElement('div'));
spoken.className = 'unseen';
spoken.setAttribute('role', 'status');
element.addEventListener('click', (event) => {
  const example = event.target.closest('[data-example]');
  if (example) { trigger('example_select', { number: Number(example.dataset.example) }); return; }
  if (event.target.closest('.citation details')) return;
  const citation = event.target.closest('[data-citation]');
  const selecting = !event.target.closest('button') && String(window.getSelection());
  if (!citation || selecting) return;
  opener = citation.dataset.citation;
  trigger('select', { reference: opener });
});
element.addEventListener('toggle', (event) => {
  const key = event.target.dataset.key;
  if (event.target.open) opened.add(key); else opened.delete(key);
}, true);
document.addEventListener('article-closed', () => {
  element.querySelector(`[data-citation="${opener}"] button`)?.focus();
});
watch('value', () => {
  const turns = element.querySelectorAll('.turn');
  if (!turns.length) opened.clear();
  for (const details of element.querySelectorAll('details')) details.open = opened.has(details.dataset.key);
  const newest = turns[turns.length - 1];
  newest?.scrollIntoView({ block: 'start' });
  const said = newest?.querySelectorAll('.answer-text, .evidence-lead, .evidence > .citation blockquote, ' +
    '.refusal-text, .failure, .thinking') ?? [];
  spoken.textContent = Array.from(said, (part) => part.textContent).join(' ');
});
"""

#: The article panel: opens at the marked answer; closes by button or Escape and gives the focus back.
ARTICLE = """
const close = () => { if (element.querySelector('.article')) trigger('clear', {}); };
element.addEventListener('click', (event) => { if (event.target.closest('[data-close]')) close(); });
document.addEventListener('keydown', (event) => { if (event.key === 'Escape') close(); });
watch('value', () => {
  const article = element.querySelector('.article');
  if (!article) { document.dispatchEvent(new CustomEvent('article-closed')); return; }
  article.querySelector('h2').focus({ preventScroll: true });
  (article.querySelector('mark') || article.querySelector('.quote'))?.scrollIntoView({ block: 'center' });
});
"""
