"""Spans that mean the same become one answer with several citations."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from assistant.answering.normalise import meaning
from assistant.records import Citation


@dataclass(frozen=True, slots=True)
class Candidate:
    """One distinct answer: every place that says it, best first."""

    citations: tuple[Citation, ...]

    @property
    def best(self) -> Citation:
        """The surest place."""
        return self.citations[0]

    @property
    def support(self) -> int:
        """Different articles that say it."""
        return len({citation.article_id for citation in self.citations})


def merge(citations: Iterable[Citation]) -> list[Candidate]:
    """Candidates by falling confidence; answers of one meaning are one candidate.

    A place that a surer citation of any candidate already covers is left out, so that "Kanasugi" inside
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
    return [Candidate(tuple(group)) for group in groups.values()]


def _same_place(first: Citation, second: Citation) -> bool:
    return (
        first.article_id == second.article_id
        and first.answer_start < second.answer_end
        and second.answer_start < first.answer_end
    )
