"""Answers of two other forms than a single span: lists, and sentences that are evidence."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from assistant.answering.citing import by_sentence
from assistant.answering.merging import differs, stories
from assistant.answering.normalise import meaning
from assistant.reading.parts import parts
from assistant.records import Alternative, AnswerSpan, Citation

#: Between the parts of a list.
SEPARATOR = "; "


def with_list(
    candidates: Sequence[Alternative], found: Sequence[tuple[AnswerSpan, Citation]], texts: Sequence[str]
) -> tuple[list[Alternative], tuple[str, ...]]:
    """The candidates with the surest one and the other parts of its list as one answer, and the parts in text order.

    The list is as sure as its surest part. Its citations begin with one for each part, surest first, and it is
    supported by the articles that cite every part. When there are no other parts, nothing changes and the parts are
    empty.

    Args:
        candidates: distinct answers, surest first.
        found: the spans with their citations.
        texts: what was read (``AnswerSpan.index``).
    """
    own = _own_citations(candidates, found, texts)
    if len(own) < 2:
        return list(candidates), ()
    held = [_holding(citation, candidates) for citation in own]
    wordings = tuple(citation.answer_text for citation in sorted(own, key=lambda citation: citation.answer_start))
    further = [citation for answer in held for citation in answer.citations if citation not in own]
    supporting = set.intersection(*(set(stories(answer.citations)) for answer in held))
    listed = Alternative(
        text=SEPARATOR.join(wordings),
        confidence=candidates[0].confidence,
        support=len(supporting),
        citations=(*own, *sorted(further, key=lambda citation: -citation.confidence)),
    )
    return [listed, *(answer for answer in candidates if answer not in held)], wordings


def _own_citations(
    candidates: Sequence[Alternative], found: Sequence[tuple[AnswerSpan, Citation]], texts: Sequence[str]
) -> list[Citation]:
    """One citation for each part of the surest candidate's list, surest first; parts that say the same count once."""
    if not candidates:
        return []
    kept = {citation for answer in candidates for citation in answer.citations}
    spans = {citation: span for span, citation in found if citation in kept}
    best = candidates[0].citations[0]
    others = [span for citation, span in spans.items() if citation != best]
    citations = {span: citation for citation, span in spans.items()}
    own = [best]
    chosen = (citations[span] for span in parts([spans[best], *others], texts))
    for citation in sorted(chosen, key=lambda citation: -citation.confidence):
        if all(differs(meaning(citation.answer_text), meaning(other.answer_text)) for other in own):
            own.append(citation)
    return own


def _holding(citation: Citation, candidates: Iterable[Alternative]) -> Alternative:
    return next(answer for answer in candidates if citation in answer.citations)


def as_sentences(candidates: Iterable[Alternative]) -> list[Alternative]:
    """The sentences that the candidates quote, the surest candidate's first, each once.

    A sentence is cited once for each place where it stands, by the surest span there, and supported by the articles
    that hold it. It is as sure as the candidate whose surest citation quotes it; else as its own surest citation, and
    never surer than the candidate that this belongs to.
    """
    quoting: dict[str, list[tuple[float, Citation]]] = {}
    for answer in candidates:
        for citation in answer.citations:
            own = citation is answer.citations[0]
            confidence = answer.confidence if own else min(answer.confidence, citation.confidence)
            quoting.setdefault(meaning(citation.quote), []).append((confidence, citation))
    return sorted(map(_sentence, quoting.values()), key=lambda sentence: -sentence.confidence)


def _sentence(quoting: Sequence[tuple[float, Citation]]) -> Alternative:
    surest_first = sorted(quoting, key=lambda quoted: -quoted[0])
    citations = tuple(group[0] for group in by_sentence(citation for _, citation in surest_first))
    return Alternative(
        text=citations[0].quote,
        confidence=surest_first[0][0],
        support=len(stories(citations)),
        citations=citations,
    )
