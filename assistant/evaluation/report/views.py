"""A miss as the report's template shows it: shortened, with its labels and excerpts."""

from __future__ import annotations

import re
from typing import Any

from assistant.evaluation.misses import Miss
from assistant.evaluation.results import Excerpt, Kind

#: Characters kept on either side of what is marked.
_AROUND = 240
#: Gold answers shown at once; they are often variants of each other.
_GOLDS_SHOWN = 3
#: Characters shown of a stretch of text that cleaning dropped or kept.
_STRETCH = 600
_LINE_ENDS = re.compile(r"\s*\n\s*")


def view(miss: Miss, kind: Kind) -> dict[str, Any]:
    """What the template names; text in it is plain and unescaped."""
    return _page(miss) if kind == "cleaning" else _answer(miss)


def _answer(miss: Miss) -> dict[str, Any]:
    return {
        **{name: getattr(miss, name) for name in ("id", "question", "loss", "because", "confidence", "notes")},
        "predicted": miss.predicted,
        "predicted_line": _predicted_line(miss),
        "gold": miss.gold[:_GOLDS_SHOWN],
        "more_gold": miss.gold[_GOLDS_SHOWN:],
        "gold_line": _gold_line(miss),
        "quote": _marked(miss.quote),
        "gold_excerpt": _marked(miss.gold_excerpt),
    }


def _page(miss: Miss) -> dict[str, Any]:
    """Stretches of pages are text to look into, not answers."""
    kept, dropped = (_on_one_line(text) for text in (miss.predicted or "", "".join(miss.gold)))
    return {
        **_answer(miss),
        "predicted": None,
        "predicted_line": "Longest clutter that was kept" if kept else "No clutter was kept",
        "quote": _unmarked(kept),
        "gold": (),
        "gold_line": "Longest stretch of the body that was dropped" if dropped else "Nothing of the body was dropped",
        "gold_excerpt": _unmarked(dropped),
    }


def _predicted_line(miss: Miss) -> str:
    sure = "" if miss.confidence is None else f", confidence {miss.confidence:.2f}"
    if miss.verdict == "interpreted":
        return "Interpreted as"
    if miss.verdict == "answered":
        return f"Answered{sure}"
    return "Refused; nothing was found" if miss.predicted is None else f"Refused; surest answer{sure}"


def _gold_line(miss: Miss) -> str:
    if miss.verdict == "interpreted":
        return "Rewritten by a person"
    if miss.loss == "wrongly_answered":
        return "No answer: a refusal is right"
    return "Gold answer" if len(miss.gold) == 1 else "Gold answers"


def _marked(excerpt: Excerpt | None) -> dict[str, str] | None:
    if excerpt is None:
        return None
    before, after = excerpt.text[: excerpt.start], excerpt.text[excerpt.end :]
    return {
        "before": _tight(_end(before, _AROUND)),
        "marked": excerpt.text[excerpt.start : excerpt.end],
        "after": _tight(_beginning(after, _AROUND)),
        "where": excerpt.where,
    }


def _on_one_line(text: str) -> str:
    return _LINE_ENDS.sub(" ↵ ", _beginning(text.strip(), _STRETCH))


def _unmarked(text: str) -> dict[str, str] | None:
    return {"before": text, "marked": "", "after": "", "where": ""} if text else None


def _end(text: str, characters: int) -> str:
    """So much of ``text`` at most, begun before a word where there are any."""
    if len(text) <= characters:
        return text
    cut, space, rest = text[-characters:].partition(" ")
    return f"…{rest if space else cut}"


def _beginning(text: str, characters: int) -> str:
    """So much of ``text`` at most, ended after a word where there are any."""
    if len(text) <= characters:
        return text
    rest, space, cut = text[:characters].rpartition(" ")
    return f"{rest if space else cut}…"


def _tight(text: str) -> str:
    """Without blank lines."""
    return _LINE_ENDS.sub("\n", text)
