"""How much of each article cleaning keeps, and how much else: words of the cleaned text against a gold body.

A page of HTML is read as the index reads it, and cleaned; so is the same page saved as text.
"""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from statistics import fmean

from assistant.articles import clean_article
from assistant.datasets.pages import GoldPage, load_pages
from assistant.evaluation.provenance import data_digest, provenance
from assistant.evaluation.results import CleaningRow, Evaluation
from assistant.evaluation.run import EVERYTHING, RunOptions, evaluate
from assistant.evaluation.scores import bag_scores
from assistant.records import RawArticle
from assistant.settings import Settings, load_settings

_WORD = re.compile(r"\w+")
#: Words are shared where this many of them follow each other in both texts.
_RUN = 3
_LONGEST_SHOWN = 600


def evaluate_cleaning(
    data: str | Path, *, settings: Settings | None = None, options: RunOptions = EVERYTHING
) -> Evaluation[CleaningRow]:
    """Clean each page of ``data`` (see ``load_pages``) and compare it with its gold body.

    Words are runs of letters and digits, whatever their case, compared as bags. Figures: ``precision`` and
    ``recall`` (0..1) and ``f1`` (percent), means over the pages; with ``micro_`` in front over all words
    together; with ``_as_text`` behind those of HTML saved as text, then cleaned; with ``_raw`` those of keeping
    everything; ``files``; ``pages_per_second`` of cleaning.

    Raises DatasetError when nothing can be scored.
    """
    data = Path(data)
    loaded = load_pages(data)
    part = loaded.chosen(options)
    origin = provenance("cleaning", data, limit=options.limit, sample=options.sample)
    origin = replace(origin, data_digest=_digest(data, loaded.items))
    return evaluate(
        part.items,
        lambda page: [_row(page)],
        CleaningRow,
        partial(_figures, part.items),
        problems=part.problems,
        provenance=origin,
        settings=settings or load_settings(),
        options=options,
    )


def _digest(data: Path, pages: Sequence[GoldPage]) -> str:
    """Of the data; for JSON lines also of the pages, which may be in other files."""
    if data.is_dir():
        return data_digest(data)
    digest = hashlib.sha256(data_digest(data).encode())
    for page in pages:
        digest.update(hashlib.sha256(page.text.encode()).digest())
    return digest.hexdigest()


def _row(page: GoldPage) -> CleaningRow:
    started = time.perf_counter()
    cleaned = clean_article(page.article).text if page.article is not None else ""
    seconds = time.perf_counter() - started
    kept, gold = _words(cleaned), _words(page.body)
    precision, recall, f1 = bag_scores(kept, gold)
    return CleaningRow(
        id=page.id,
        seconds=seconds,
        em=None,
        f1=f1,
        precision=precision,
        recall=recall,
        kept=len(kept),
        gold_words=len(gold),
        lost=_longest_missing(page.body, cleaned),
        extra=_longest_missing(cleaned, page.body),
    )


def _figures(pages: Sequence[GoldPage], rows: Sequence[CleaningRow]) -> Mapping[str, float]:
    common = sum(row.precision * row.kept for row in rows)
    kept, gold = sum(row.kept for row in rows), sum(row.gold_words for row in rows)
    return {
        "files": len(rows),
        "precision": fmean(row.precision for row in rows),
        "recall": fmean(row.recall for row in rows),
        "f1": fmean(row.f1 or 0.0 for row in rows),
        "micro_precision": common / kept if kept else 0.0,
        "micro_recall": common / gold,
        "micro_f1": 200.0 * common / (kept + gold),
        **_means("as_text", [(_saved_as_text(page), page.body) for page in pages if not _is_text(page)]),
        **_means("raw", [(page.text, page.body) for page in pages]),
        "pages_per_second": len(rows) / sum(row.seconds for row in rows),
    }


def _means(suffix: str, texts: Sequence[tuple[str, str]]) -> dict[str, float]:
    """Mean figures of texts against their bodies; none of no texts."""
    scores = [bag_scores(_words(text), _words(body)) for text, body in texts]
    return {
        f"{name}_{suffix}": fmean(values)
        for name, values in zip(("precision", "recall", "f1"), zip(*scores, strict=True), strict=False)
    }


def _is_text(page: GoldPage) -> bool:
    return page.article is not None and page.article.text == page.text


def _saved_as_text(page: GoldPage) -> str:
    """What is kept of the page when it is a text file."""
    digest = hashlib.sha256(page.text.encode()).hexdigest()
    return clean_article(RawArticle(f"{page.id}.txt", page.text, "utf-8", digest)).text


def _words(text: str) -> list[str]:
    return [word.casefold() for word in _WORD.findall(text)]


def _longest_missing(text: str, other: str) -> str:
    """The longest stretch of ``text`` that no run of words has in common with ``other``; cut when very long."""
    matches = list(_WORD.finditer(text))
    words = [match.group().casefold() for match in matches]
    size = min(_RUN, len(words))
    known = set(_runs(_words(other), size))
    shared = [False] * len(words)
    for start, run in enumerate(_runs(words, size)):
        if run in known:
            shared[start : start + size] = [True] * size
    first, last = _longest_run_of_false(shared)
    if first == last:
        return ""
    start, end = matches[first].start(), matches[last - 1].end()
    return text[start:end] if end - start <= _LONGEST_SHOWN else f"{text[start : start + _LONGEST_SHOWN]}…"


def _runs(words: Sequence[str], size: int) -> Iterator[tuple[str, ...]]:
    """All runs of ``size`` words, in order."""
    return zip(*(words[shift:] for shift in range(size)), strict=False)


def _longest_run_of_false(flags: Sequence[bool]) -> tuple[int, int]:
    """Start and end of it; equal when there is none. The first of several."""
    best, start = (0, 0), 0
    for index, flag in enumerate(flags):
        if flag:
            start = index + 1
        elif index + 1 - start > best[1] - best[0]:
            best = (start, index + 1)
    return best
