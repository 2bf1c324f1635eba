"""Spans that mean the same become one answer with several citations."""

from __future__ import annotations

from collections.abc import Iterable

from assistant.answering.normalise import meaning
from assistant.records import Alternative, Citation


def merge(citations: Iterable[Citation]) -> list[Alternative]:
    """Distinct answers by falling confidence; those of one meaning are one, in the surest citation's words.

    A place that a surer citation of any answer already covers is left out, so that "Kanasugi" inside
    "Kenji Kanasugi" is not offered as another answer.
    """
    taken: list[Citation] = []
    groups: dict[str, list[Citation]] = {}
    for citation in sorted(citations, key=lambda item: -item.confidence):
        key = meaning(citation.answer_text)
        if not key or any(_same_place(citation, other) for other in taken):
            continue
        taken.append(citation)
        groups.setdefault(key, []).append(citation)
    return [_alternative(group) for group in groups.values()]


def _alternative(group: list[Citation]) -> Alternative:
    best, support = group[0], len({citation.article_id for citation in group})
    return Alternative(best.answer_text, best.confidence, support, tuple(group))


def _same_place(first: Citation, second: Citation) -> bool:
    return (
        first.article_id == second.article_id
        and first.answer_start < second.answer_end
        and second.answer_start < first.answer_end
    )
