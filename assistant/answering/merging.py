"""Spans that mean the same become one answer with several citations."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from assistant.answering.evidence import Evidence
from assistant.answering.normalise import meaning
from assistant.records import Alternative, Citation


class Distinct(NamedTuple):
    """All citations of one meaning, and what is known of the other ones.

    Attributes:
        citations: surest first; one at least.
        agreeing: for each story but the first citation's, the confidence of its surest citation: a story that is
            told twice supports it once.
        rival: confidence of the surest citation that says something else; 0 when there is none.
    """

    citations: tuple[Citation, ...]
    agreeing: tuple[float, ...]
    rival: float


def merge(citations: Iterable[Citation], evidence: Evidence) -> list[Alternative]:
    """Distinct answers by falling confidence, each in its surest citation's words.

    An answer's confidence weighs its citations with those of the others, as ``evidence`` says.
    """
    answers = []
    for group in distinct(citations):
        best = group.citations[0]
        confidence = evidence.of_answer(best.confidence, group.agreeing, group.rival)
        answers.append(Alternative(best.answer_text, confidence, 1 + len(group.agreeing), group.citations))
    return sorted(answers, key=lambda answer: -answer.confidence)


def distinct(citations: Iterable[Citation]) -> list[Distinct]:
    """Citations by meaning, those with the surest citation first.

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
    return [Distinct(tuple(group), _agreeing(group), _rival(key, groups)) for key, group in groups.items()]


def differs(first: str, second: str) -> bool:
    """Whether two meanings are at odds, rather than one the shorter form of the other ("Kanasugi")."""
    one, other = set(first.split()), set(second.split())
    return not (one <= other or other <= one)


def stories(citations: Iterable[Citation]) -> dict[str, float]:
    """The stories that are independent of each other, with the confidence of the surest citation of each.

    Copies of a story are one, and a round-up says nothing of its own beside a story that it contained. In the order of
    the citations, surest first.
    """
    known: dict[str, float] = {}
    cited = list(citations)
    told = {_story(citation) for citation in cited}
    for citation in cited:
        own = _story(citation)
        story = min(citation.contained & told - {own}, default=own)
        known[story] = max(known.get(story, 0.0), citation.confidence)
    return known


def _story(citation: Citation) -> str:
    return citation.cluster or citation.article_id


def _agreeing(group: Sequence[Citation]) -> tuple[float, ...]:
    _, *others = stories(group).values()
    return tuple(others)


def _rival(key: str, groups: Mapping[str, Sequence[Citation]]) -> float:
    return max((group[0].confidence for other, group in groups.items() if differs(key, other)), default=0.0)


def _same_place(first: Citation, second: Citation) -> bool:
    return (
        first.article_id == second.article_id
        and first.answer_start < second.answer_end
        and second.answer_start < first.answer_end
    )
