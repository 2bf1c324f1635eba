"""Spans that mean the same become one answer with several citations."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from assistant.answering.normalise import normalise_answer
from assistant.records import AnswerSpan, Citation


@dataclass(frozen=True, slots=True)
class CitedSpan:
    """A reader's span with the citation it leads to."""

    span: AnswerSpan
    citation: Citation


@dataclass(frozen=True, slots=True)
class Candidate:
    """One distinct answer: everything that says it, best first."""

    cited: tuple[CitedSpan, ...]

    @property
    def best(self) -> CitedSpan:
        """The span the reader was surest of."""
        return self.cited[0]

    @property
    def citations(self) -> tuple[Citation, ...]:
        """One citation for each place, best first."""
        return tuple(item.citation for item in self.cited)

    @property
    def support(self) -> int:
        """Different articles that say it."""
        return len({item.citation.article_id for item in self.cited})


def merge(cited: Iterable[CitedSpan]) -> list[Candidate]:
    """Candidates by falling margin; spans of equal normalised text are one candidate.

    A place that a better span of any candidate already covers is left out, so that "Kanasugi" inside
    "Kenji Kanasugi" is not offered as another answer.
    """
    taken: list[Citation] = []
    groups: dict[str, list[CitedSpan]] = {}
    for item in sorted(cited, key=lambda item: -item.span.margin):
        key = normalise_answer(item.citation.answer_text)
        if not key or any(_same_place(item.citation, other) for other in taken):
            continue
        taken.append(item.citation)
        groups.setdefault(key, []).append(item)
    return [Candidate(tuple(group)) for group in groups.values()]


def _same_place(first: Citation, second: Citation) -> bool:
    return (
        first.article_id == second.article_id
        and first.answer_start < second.answer_end
        and second.answer_start < first.answer_end
    )
