"""Spans that mean the same become one answer with several citations."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from assistant.answering.evidence import Evidence
from assistant.answering.normalise import meaning
from assistant.records import Alternative, Citation


def merge(citations: Iterable[Citation], evidence: Evidence) -> list[Alternative]:
    """Distinct answers by falling confidence; those of one meaning are one, in the surest citation's words.

    A place that a surer citation of any answer already covers is left out, so that "Kanasugi" inside
    "Kenji Kanasugi" is not offered as another answer. An answer's confidence weighs its citations with those of
    the others, as ``evidence`` says.
    """
    taken: list[Citation] = []
    groups: dict[str, list[Citation]] = {}
    for citation in sorted(citations, key=lambda item: -item.confidence):
        key = meaning(citation.answer_text)
        if not key or any(_same_place(citation, other) for other in taken):
            continue
        taken.append(citation)
        groups.setdefault(key, []).append(citation)
    answers = [_alternative(group, _rival(key, groups), evidence) for key, group in groups.items()]
    return sorted(answers, key=lambda answer: -answer.confidence)


def differs(first: str, second: str) -> bool:
    """Whether two meanings are at odds, rather than one the shorter form of the other ("Kanasugi")."""
    one, other = set(first.split()), set(second.split())
    return not (one <= other or other <= one)


def _alternative(group: Sequence[Citation], rival: float, evidence: Evidence) -> Alternative:
    best, *others = _surest_of_articles(group)
    confidence = evidence.of_answer(best.confidence, [other.confidence for other in others], rival)
    return Alternative(best.answer_text, confidence, 1 + len(others), tuple(group))


def _surest_of_articles(group: Sequence[Citation]) -> list[Citation]:
    """One citation an article, surest first: an article that says something twice supports it once."""
    by_article: dict[str, Citation] = {}
    for citation in group:
        by_article.setdefault(citation.article_id, citation)
    return list(by_article.values())


def _rival(key: str, groups: dict[str, list[Citation]]) -> float:
    """Confidence of the surest citation that says something else; 0 when there is none."""
    return max((group[0].confidence for other, group in groups.items() if differs(key, other)), default=0.0)


def _same_place(first: Citation, second: Citation) -> bool:
    return (
        first.article_id == second.article_id
        and first.answer_start < second.answer_end
        and second.answer_start < first.answer_end
    )
