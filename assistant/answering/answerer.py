"""One question, its passages and the reader's spans become one answer or a refusal."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from assistant.answering.citing import cite
from assistant.answering.evidence import Evidence
from assistant.answering.formatting import as_sentences, with_list
from assistant.answering.kinds import kind_of
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
        found = self._citations(retrieved, spans)
        candidates = merge([citation for _, citation in found], self._evidence)
        kind = kind_of(standalone_question)
        parts: tuple[str, ...] = ()
        if kind == "list":
            candidates, parts = with_list(candidates, found, [item.passage.text for item in retrieved])
        refusal = self._refusal(candidates, found_passages=bool(retrieved))
        said = as_sentences(candidates) if kind == "evidence" else candidates
        answer = Answer(
            question=question,
            standalone_question=standalone_question,
            text=None,
            confidence=candidates[0].confidence if candidates else 0.0,
            support=0,
            citations=(),
            alternatives=tuple(said[: self._max_alternatives]),
            refusal=refusal,
            timings={},
            kind=kind,
        )
        if refusal is None:
            answer = self._given(answer, said, parts)
        return Trace(answer, tuple(retrieved), tuple(candidates))

    def _given(self, answer: Answer, said: Sequence[Alternative], parts: tuple[str, ...]) -> Answer:
        """The answer with what is said in it: the surest of ``said``, and the others that are sure enough."""
        best, *others = said
        sure = [other for other in others if other.confidence >= self.required_confidence]
        return replace(
            answer,
            text=best.text,
            support=best.support,
            citations=best.citations,
            alternatives=tuple(sure[: self._max_alternatives]),
            kind="span" if answer.kind == "list" and not parts else answer.kind,
            parts=parts,
        )

    def _citations(
        self, retrieved: Sequence[RetrievedPassage], spans: Sequence[AnswerSpan]
    ) -> list[tuple[AnswerSpan, Citation]]:
        """Each span that can be cited, with its citation."""
        found = []
        for span in spans:
            item = retrieved[span.index]
            start, end = item.passage.start + span.start, item.passage.start + span.end
            confidence = self._evidence.of_span(span, item)
            citation = cite(self._article(item.passage.article_id), start, end, confidence)
            if citation is not None:
                found.append((span, citation))
        return found

    def _refusal(self, candidates: Sequence[Alternative], *, found_passages: bool) -> RefusalReason | None:
        if not found_passages:
            return "no_passages"
        surest = candidates[0].confidence if candidates else 0.0
        if candidates and surest >= self.required_confidence:
            return None
        return "low_confidence" if candidates and surest >= self._evidence.no_answer_threshold else "not_in_articles"
