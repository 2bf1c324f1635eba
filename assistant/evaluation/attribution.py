"""The first stage of the pipeline that lost a question, and what happened there.

Of several gold answers, the one that got furthest decides.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import PurePath

from assistant.evaluation.locations import GoldAnswers, Span, holds
from assistant.evaluation.results import RIGHT_F1, Excerpt, Stage
from assistant.evaluation.scores import nearest_wording
from assistant.pipeline import Assistant
from assistant.records import Alternative, Article, Citation, Passage, RetrievedPassage, Trace, location_of

#: Characters shown on either side of a gold answer that is in no passage.
_AROUND = 300
_ORDINALS = {1: "1st", 2: "2nd", 3: "3rd"}


@dataclass(frozen=True, slots=True)
class Attribution:
    """What lost a question.

    Attributes:
        stage: the first one that lost it; None when the outcome is exactly right.
        because: what happened there, in words.
        gold_excerpt: the gold answer that got furthest, in its passage or, failing that, in its article.
    """

    stage: Stage | None
    because: str | None = None
    gold_excerpt: Excerpt | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a question.

    Attributes:
        trace: of the answer.
        ranking: passages retrieved for the question as interpreted, a follow-up with what was said before; best first,
            more than were read.
        golds: the gold answers, found in the index.
        em, f1: of the surest answer, percent; None when there is no text to compare it with.
    """

    trace: Trace
    ranking: tuple[RetrievedPassage, ...]
    golds: GoldAnswers
    em: float | None
    f1: float | None

    @property
    def surest(self) -> Alternative | None:
        """The surest answer, given or not."""
        return self.trace.candidates[0] if self.trace.candidates else None

    def at_gold(self, answer: Alternative) -> bool:
        """Whether ``answer`` is, or is near, a gold answer.

        It is when a citation overlaps one, or when it is another wording of one: the same may be
        said where no gold was marked.
        """
        if any(self.golds.overlapped_by(citation) for citation in answer.citations):
            return True
        return self.golds.comparable and nearest_wording(answer.text, self.golds.texts) is not None


def attribute(assistant: Assistant, outcome: Outcome) -> Attribution:
    """The first stage that lost the question.

    An answer that is exactly right can only have been refused, wherever it was found; everything else is
    followed from file to passage to reader.
    """
    answered = outcome.trace.answer.answered
    required = f"answers are given from {assistant.required_confidence:.2f}"
    surest = outcome.surest
    if not outcome.golds.answerable:
        given = surest if answered else None
        return Attribution("wrongly_answered", f"{_with_source(given)}; {required}") if given else Attribution(None)
    exact = _is_exact(outcome)
    if exact and answered:
        return Attribution(None)
    reached = _reached(assistant, outcome)
    if reached.stage is not None and not exact:
        return reached
    if surest is None:
        return Attribution("out_scored", "no span was found in what was read", reached.gold_excerpt)
    refused = "" if answered else f"{_confident(surest)}; {required}"
    if exact or outcome.at_gold(surest):
        if refused and (exact or _is_right(outcome)):
            return Attribution("wrongly_refused", refused, reached.gold_excerpt)
        because = _boundaries(outcome, surest) + (f"; refused too, {refused}" if refused else "")
        return Attribution("wrong_boundaries", because, reached.gold_excerpt)
    because = f"by {_with_source(surest)}; {_rank_of_gold(outcome)}"
    return Attribution("out_scored", because, reached.gold_excerpt)


def quote_excerpt(answer: Alternative) -> Excerpt:
    """The sentence that is cited first, the answer in it marked."""
    citation = answer.citations[0]
    start = citation.answer_start - citation.raw_start
    return Excerpt(citation.quote, start, start + len(citation.answer_text), _named(citation, citation.title))


def _is_exact(outcome: Outcome) -> bool:
    """Where only the file is known, any answer from it counts as right."""
    if not outcome.golds.comparable:
        return outcome.surest is not None and outcome.at_gold(outcome.surest)
    return outcome.em == 100


def _is_right(outcome: Outcome) -> bool:
    return outcome.f1 is not None and outcome.f1 >= RIGHT_F1


def _reached(assistant: Assistant, outcome: Outcome) -> Attribution:
    """How far a gold answer got; stage None when the reader was given one, or spared one that could not win."""
    golds = outcome.golds
    read = [item.passage for item in outcome.trace.read]
    for passage, span in chain(_overlapped(outcome, read), ((passage, golds.within(passage)) for passage in read)):
        if span is not None:
            return Attribution(None, None, _in_passage(assistant, passage, span))
    given = f"the reader got {assistant.settings.passages_read}"
    for rank, item in enumerate(outcome.ranking, start=1):
        if (span := golds.within(item.passage)) is not None:
            excerpt = _in_passage(assistant, item.passage, span)
            return Attribution("not_retrieved", f"first at rank {rank}; {given}", excerpt)
    return _never_retrieved(assistant, golds, f"not among the first {len(outcome.ranking)}; {given}")


def _overlapped(outcome: Outcome, read: list[Passage]) -> Iterator[tuple[Passage, Span | None]]:
    """Gold answers that the surest answer overlaps, in the passages that hold them: those to show first."""
    for citation in outcome.surest.citations if outcome.surest else ():
        raw = outcome.golds.overlapped_by(citation)
        clean = outcome.golds.clean_span(citation.article_id, raw) if raw else None
        for passage in read:
            if clean is not None and passage.article_id == citation.article_id and holds(passage, clean):
                yield passage, clean


def _never_retrieved(assistant: Assistant, golds: GoldAnswers, unseen: str) -> Attribution:
    """What became of golds that no retrieved passage holds; ``unseen`` says so."""
    furthest: Attribution | None = None
    for article_id in golds.articles():
        article = assistant.article(article_id)
        for passage in assistant.passages(article_id):
            if (span := golds.within(passage)) is not None:
                return Attribution("not_retrieved", unseen, _in_passage(assistant, passage, span))
        name = _named(article, article.metadata.title)
        if clean := golds.clean_spans(article_id):
            because = f"it runs over the end of a passage of {name}"
            furthest = Attribution("not_in_passage", because, _window(article.text, clean[0], name))
        elif furthest is None:
            because = f"cleaning dropped it, or part of it, from {name}"
            raw = golds.raw_spans(article_id)[0]
            furthest = Attribution("cleaned_away", because, _window(article.raw_text, raw, name))
    return furthest or Attribution("not_ingested", golds.why_missing())


def _rank_of_gold(outcome: Outcome) -> str:
    """Where the gold answer came among everything that was found."""
    for number, candidate in enumerate(outcome.trace.candidates, start=1):
        if outcome.at_gold(candidate):
            return f"the gold answer came {_ORDINALS.get(number, f'{number}th')}, as {_confident(candidate)}"
    return f"no span of the gold answer is among the {len(outcome.trace.candidates)} found"


def _boundaries(outcome: Outcome, surest: Alternative) -> str:
    for citation in surest.citations:
        if (gold := outcome.golds.overlapped_by(citation)) is not None:
            return f"'{surest.text}' overlaps '{outcome.golds.text_at(citation.article_id, gold)}'"
    return f"'{surest.text}' is another wording of '{nearest_wording(surest.text, outcome.golds.texts)}'"


def _with_source(answer: Alternative) -> str:
    citation = answer.citations[0]
    return f"{_confident(answer)} in {_named(citation, citation.title)}"


def _confident(answer: Alternative) -> str:
    return f"'{answer.text}' at {answer.confidence:.2f}"


def _named(item: Citation | Article, title: str | None) -> str:
    name = location_of(PurePath(item.path).name, item.fragment)
    return f"“{title}” ({name})" if title else name


def _in_passage(assistant: Assistant, passage: Passage, span: Span) -> Excerpt:
    article = assistant.article(passage.article_id)
    name = _named(article, article.metadata.title)
    return Excerpt(passage.text, span.start - passage.start, span.end - passage.start, name)


def _window(text: str, span: Span, name: str) -> Excerpt:
    first = max(0, span.start - _AROUND)
    return Excerpt(text[first : span.end + _AROUND], span.start - first, span.end - first, name)
