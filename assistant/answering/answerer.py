"""One question, its passages and the reader's spans become one answer or a refusal."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from assistant.answering.citing import cite
from assistant.answering.merging import Candidate, CitedSpan, merge
from assistant.records import Alternative, Answer, AnswerSpan, Article, RefusalReason, RetrievedPassage


def compose_answer(
    question: str,
    standalone_question: str,
    retrieved: Sequence[RetrievedPassage],
    spans: Sequence[AnswerSpan],
    *,
    article: Callable[[str], Article],
    no_answer_threshold: float,
    min_confidence: float,
    max_alternatives: int,
    timings: Mapping[str, float],
) -> Answer:
    """The answer that ``spans`` over the texts of ``retrieved`` support.

    Args:
        question, standalone_question: as asked and as interpreted.
        retrieved: passages in the order in which their texts were read (``AnswerSpan.index``).
        spans: the reader's candidates.
        article: gives the article of an id.
        no_answer_threshold: margin over the null score, in logits, below which nothing is answered.
        min_confidence: answers less sure than this (0..1) are refused.
        max_alternatives: how many other answers are kept.
        timings: seconds by stage so far.
    """
    candidates = merge(_cited(retrieved, spans, article))
    refusal = _refusal(retrieved, candidates, no_answer_threshold, min_confidence)
    best = candidates[0].best if candidates else None
    if refusal is None:
        others = [item for item in candidates[1:] if item.best.span.margin >= no_answer_threshold]
    else:
        others = candidates
    return Answer(
        question=question,
        standalone_question=standalone_question,
        text=best.citation.answer_text if best and refusal is None else None,
        confidence=best.span.confidence if best else 0.0,
        support=candidates[0].support if refusal is None else 0,
        citations=candidates[0].citations if refusal is None else (),
        alternatives=tuple(_alternative(item) for item in others[:max_alternatives]),
        refusal=refusal,
        timings=dict(timings),
    )


def _cited(
    retrieved: Sequence[RetrievedPassage], spans: Sequence[AnswerSpan], article: Callable[[str], Article]
) -> list[CitedSpan]:
    cited = []
    for span in spans:
        passage = retrieved[span.index].passage
        citation = cite(
            article(passage.article_id), passage.start + span.start, passage.start + span.end, span.confidence
        )
        if citation is not None:
            cited.append(CitedSpan(span, citation))
    return cited


def _refusal(
    retrieved: Sequence[RetrievedPassage],
    candidates: Sequence[Candidate],
    no_answer_threshold: float,
    min_confidence: float,
) -> RefusalReason | None:
    if not retrieved:
        return "no_passages"
    if not candidates or candidates[0].best.span.margin < no_answer_threshold:
        return "not_in_articles"
    if candidates[0].best.span.confidence < min_confidence:
        return "low_confidence"
    return None


def _alternative(candidate: Candidate) -> Alternative:
    best = candidate.best
    return Alternative(best.citation.answer_text, best.span.confidence, candidate.support, candidate.citations)
