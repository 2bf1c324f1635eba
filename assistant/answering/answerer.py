"""One question, its passages and the reader's spans become one answer or a refusal."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from assistant.answering.citing import cite
from assistant.answering.evidence import Evidence
from assistant.answering.merging import Candidate, merge
from assistant.records import Alternative, Answer, AnswerSpan, Article, Citation, RefusalReason, RetrievedPassage


class AnswerComposer:
    """Composes answers.

    Args:
        article: gives the article of an id.
        evidence: how sure a span in a passage is.
        min_confidence: answer when at least this sure (0..1); None: the evidence's own threshold.
        max_alternatives: how many other answers are kept.
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
        self._required = evidence.no_answer_threshold if min_confidence is None else min_confidence
        self._max_alternatives = max_alternatives

    def answer(
        self,
        question: str,
        standalone_question: str,
        retrieved: Sequence[RetrievedPassage],
        spans: Sequence[AnswerSpan],
    ) -> Answer:
        """The answer that ``spans`` over the texts of ``retrieved`` support; its timings are empty.

        Args:
            question: as asked.
            standalone_question: as interpreted.
            retrieved: passages in the order in which their texts were read (``AnswerSpan.index``).
            spans: the reader's candidates.
        """
        candidates = merge(self._citations(retrieved, spans))
        refusal = self._refusal(retrieved, candidates)
        if refusal is not None:
            return Answer(
                question=question,
                standalone_question=standalone_question,
                text=None,
                confidence=candidates[0].best.confidence if candidates else 0.0,
                support=0,
                citations=(),
                alternatives=self._alternatives(candidates),
                refusal=refusal,
                timings={},
            )
        best, *others = candidates
        return Answer(
            question=question,
            standalone_question=standalone_question,
            text=best.best.answer_text,
            confidence=best.best.confidence,
            support=best.support,
            citations=best.citations,
            alternatives=self._alternatives([item for item in others if item.best.confidence >= self._required]),
            refusal=None,
            timings={},
        )

    def _citations(self, retrieved: Sequence[RetrievedPassage], spans: Sequence[AnswerSpan]) -> list[Citation]:
        found = []
        for span in spans:
            item = retrieved[span.index]
            start, end = item.passage.start + span.start, item.passage.start + span.end
            confidence = self._evidence.confidence(span, item)
            found.append(cite(self._article(item.passage.article_id), start, end, confidence))
        return [citation for citation in found if citation is not None]

    def _refusal(self, retrieved: Sequence[RetrievedPassage], candidates: Sequence[Candidate]) -> RefusalReason | None:
        if not retrieved:
            return "no_passages"
        surest = candidates[0].best.confidence if candidates else 0.0
        if candidates and surest >= self._required:
            return None
        return "low_confidence" if candidates and surest >= self._evidence.no_answer_threshold else "not_in_articles"

    def _alternatives(self, candidates: Sequence[Candidate]) -> tuple[Alternative, ...]:
        return tuple(
            Alternative(item.best.answer_text, item.best.confidence, item.support, item.citations)
            for item in candidates[: self._max_alternatives]
        )
