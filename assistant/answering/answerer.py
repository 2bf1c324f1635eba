"""One question, its passages and the reader's spans become one answer or a refusal."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from assistant.answering.citing import cite
from assistant.answering.evidence import Evidence
from assistant.answering.merging import merge
from assistant.records import (
    Alternative,
    Answer,
    AnswerSpan,
    Article,
    Citation,
    RefusalReason,
    RetrievedPassage,
    Trace,
)


class AnswerComposer:
    """Composes answers.

    Args:
        article: gives the article of an id.
        evidence: how sure spans in passages, and the answers they make, are.
        min_confidence: answer when at least this sure (0..1); None: the evidence's own threshold.
        max_alternatives: how many other answers are kept.

    Attributes:
        required_confidence: what answers need, whichever of the two it comes from.
    """

    def __init__(
        self,
        article: Callable[[str], Article],
        evidence: Evidence,
        min_confidence: float | None,
        max_alternatives: int,
    ) -> None:
        self._article = article
        self._evidence = evidence
        self.required_confidence = evidence.no_answer_threshold if min_confidence is None else min_confidence
        self._max_alternatives = max_alternatives

    def compose(
        self,
        question: str,
        standalone_question: str,
        retrieved: Sequence[RetrievedPassage],
        spans: Sequence[AnswerSpan],
    ) -> Trace:
        """The answer that ``spans`` over the texts of ``retrieved`` support, without timings, and what it was made of.

        Args:
            question: as asked.
            standalone_question: as interpreted.
            retrieved: passages in the order in which their texts were read (``AnswerSpan.index``).
            spans: the reader's candidates.
        """
        candidates = merge(self._citations(retrieved, spans), self._evidence)
        answer = self._answer(question, standalone_question, candidates, found_passages=bool(retrieved))
        return Trace(answer, tuple(retrieved), tuple(candidates))

    def _answer(
        self, question: str, standalone_question: str, candidates: Sequence[Alternative], *, found_passages: bool
    ) -> Answer:
        refusal = self._refusal(candidates, found_passages)
        if refusal is not None:
            return Answer(
                question=question,
                standalone_question=standalone_question,
                text=None,
                confidence=candidates[0].confidence if candidates else 0.0,
                support=0,
                citations=(),
                alternatives=tuple(candidates[: self._max_alternatives]),
                refusal=refusal,
                timings={},
            )
        best, *others = candidates
        return Answer(
            question=question,
            standalone_question=standalone_question,
            text=best.text,
            confidence=best.confidence,
            support=best.support,
            citations=best.citations,
            alternatives=tuple(item for item in others if item.confidence >= self.required_confidence)[
                : self._max_alternatives
            ],
            refusal=None,
            timings={},
        )

    def _citations(self, retrieved: Sequence[RetrievedPassage], spans: Sequence[AnswerSpan]) -> list[Citation]:
        found = []
        for span in spans:
            item = retrieved[span.index]
            start, end = item.passage.start + span.start, item.passage.start + span.end
            confidence = self._evidence.of_span(span, item)
            found.append(cite(self._article(item.passage.article_id), start, end, confidence))
        return [citation for citation in found if citation is not None]

    def _refusal(self, candidates: Sequence[Alternative], found_passages: bool) -> RefusalReason | None:
        if not found_passages:
            return "no_passages"
        surest = candidates[0].confidence if candidates else 0.0
        if candidates and surest >= self.required_confidence:
            return None
        return "low_confidence" if candidates and surest >= self._evidence.no_answer_threshold else "not_in_articles"
