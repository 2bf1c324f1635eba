"""A question set over an index: what is answered and refused right, what is cited, and where each miss was lost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from pathlib import Path

from assistant.answering.formatting import SEPARATOR
from assistant.datasets.lines import Loaded, Problem
from assistant.datasets.questions import AskedConversation, AskedQuestion, load_questions
from assistant.errors import DatasetError
from assistant.evaluation.attribution import Outcome, attribute, quote_excerpt
from assistant.evaluation.locations import GoldLocator, article_rank, gold_rank
from assistant.evaluation.measures import answer_figures, known_mean, recall_and_mrr
from assistant.evaluation.provenance import provenance
from assistant.evaluation.results import RIGHT_F1, AskedRow, Evaluation, Kind
from assistant.evaluation.run import EVERYTHING, RunOptions, evaluate
from assistant.evaluation.scores import exact_match, token_f1
from assistant.pipeline import Assistant
from assistant.records import Answer, Citation, RetrievedPassage, Trace
from assistant.settings import Settings, load_settings

#: Passages looked through for ranks, at least: as far as recall is reported.
_RANKED = 20


def evaluate_questions(
    data: str | Path,
    *,
    settings: Settings | None = None,
    options: RunOptions = EVERYTHING,
    assistant: Assistant | None = None,
) -> Evaluation[AskedRow]:
    """Ask every question and conversation of ``data`` over an index.

    Args:
        data: the file; see ``assistant.datasets.questions.load_questions``.
        settings: which index (``store``), and how it is asked; default: ``load_settings()``.
        options: which part of the data (a conversation counts as one), progress, journal.
        assistant: over the index, in place of one that the settings open.

    Raises DatasetError when nothing in ``data`` is usable, and what ``Assistant.open`` raises.
    """
    data = Path(data)
    loaded = load_questions(data).chosen(options)
    with nullcontext(assistant) if assistant else Assistant.open(settings=settings or load_settings()) as asked:
        return evaluate_asked("questions", data, loaded, asked, asked.settings, options)


def evaluate_asked(
    kind: Kind,
    data: Path,
    loaded: Loaded[AskedConversation],
    assistant: Assistant,
    settings: Settings,
    options: RunOptions,
    skipped: Mapping[str, str] | None = None,
) -> Evaluation[AskedRow]:
    """Everything asked over an index and scored.

    Args:
        kind: which evaluation it is for.
        data: the file that the questions come from.
        loaded: what to ask, and the problems that loading found.
        assistant: who is asked.
        settings: to be recorded as the run's.
        options: progress and journal.
        skipped: names of files that could not be indexed, with the reason.
    """
    marks = assistant.fingerprints()
    origin = provenance(kind, data, limit=options.limit, sample=options.sample, fingerprints=marks)
    locations = GoldLocator(assistant, skipped)
    misplaced = _misplaced(locations, loaded.items)
    asking = _Asking(assistant, locations, frozenset(problem.id for problem in misplaced))
    return evaluate(
        loaded.items,
        asking.rows,
        AskedRow,
        lambda rows: {
            **answer_figures(rows, assistant.required_confidence),
            **_retrieval_figures(rows, kind),
            **_citation_figures(rows),
            **_conversation_figures(rows),
        },
        problems=(*loaded.problems, *misplaced),
        provenance=origin,
        settings=settings,
        options=options,
    )


def _misplaced(locations: GoldLocator, conversations: Sequence[AskedConversation]) -> list[Problem]:
    """Questions with a gold answer that is not where the data says."""
    problems = []
    for turn in (turn for conversation in conversations for turn in conversation.turns):
        try:
            locations.find(turn.golds)
        except DatasetError as error:
            problems.append(Problem(turn.where, turn.id, str(error)))
    return problems


@dataclass(frozen=True, slots=True)
class _Asking:
    """Makes rows; questions of ``unscored`` ids are asked, since later turns depend on them, but give no row."""

    assistant: Assistant
    locations: GoldLocator
    unscored: frozenset[str | None]

    def rows(self, conversation: AskedConversation) -> list[AskedRow]:
        """One row a turn, in order. Raises QuestionError when a question is rejected."""
        talk = self.assistant.conversation()
        rows = []
        for number, turn in enumerate(conversation.turns):
            trace = talk.trace(turn.question)
            if turn.id not in self.unscored:
                rows.append(self._row(turn, trace, follow_up=number > 0))
        return rows

    def _row(self, turn: AskedQuestion, trace: Trace, *, follow_up: bool) -> AskedRow:
        answer = trace.answer
        outcome = self._outcome(turn, trace)
        golds, surest = outcome.golds, outcome.surest
        lost = attribute(self.assistant, outcome)
        f1_given = _at_threshold(outcome.f1, outcome)
        judged = answer.answered and golds.answerable
        return AskedRow(
            id=turn.id,
            seconds=answer.timings["total"],
            em=outcome.em,
            f1=outcome.f1,
            question=turn.question,
            gold=golds.texts,
            answerable=golds.answerable,
            predicted=surest.text if surest else None,
            confidence=answer.confidence,
            answered=answer.answered,
            em_at_threshold=_at_threshold(outcome.em, outcome),
            f1_at_threshold=f1_given,
            right=None if f1_given is None else f1_given >= RIGHT_F1,
            stage_lost=lost.stage,
            lost_because=lost.because,
            quote=quote_excerpt(surest) if lost.stage and surest else None,
            gold_excerpt=lost.gold_excerpt,
            standalone_question=answer.standalone_question,
            follow_up=follow_up,
            rank=gold_rank(outcome.ranking, golds) if golds.comparable else None,
            article_rank=article_rank(outcome.ranking, golds),
            cited_article=golds.stands_in(answer.citations[0].article_id) if judged else None,
            supported=_is_supported(outcome) if judged else None,
            quotes_exact=sum(_is_exact(self.assistant, citation) for citation in _citations(answer)),
            quotes=len(_citations(answer)),
            timings=dict(answer.timings),
        )

    def _outcome(self, turn: AskedQuestion, trace: Trace) -> Outcome:
        golds = self.locations.find(turn.golds)
        ranking = self._ranking(trace.query.search_text) if trace.query and golds.answerable else ()
        if not golds.comparable:
            return Outcome(trace, ranking, golds, None, None)
        if not trace.candidates or not golds.texts:  # nothing said, or the gold's own file is not even indexed
            return Outcome(trace, ranking, golds, 0.0, 0.0)
        said = _wordings(trace)
        em, f1 = (max(score(text, golds.texts) for text in said) for score in (exact_match, token_f1))
        return Outcome(trace, ranking, golds, em, f1)

    def _ranking(self, question: str) -> tuple[RetrievedPassage, ...]:
        """As many passages as were weighed for reading, and enough for recall."""
        settings = self.assistant.settings
        return tuple(self.assistant.retrieve(question, max(_RANKED, settings.candidates, settings.passages_read)))


def _wordings(trace: Trace) -> list[str]:
    """The surest answer's text; of a list, given or not, its parts in a sentence too."""
    text = trace.candidates[0].text
    if trace.answer.kind != "list":
        return [text]
    sentence = replace(trace.answer, parts=tuple(text.split(SEPARATOR))).short_text
    return [text, sentence or text]


def _at_threshold(score: float | None, outcome: Outcome) -> float | None:
    """EM or F1, percent, of what was said; refusing is right where there is no answer."""
    answered = outcome.trace.answer.answered
    if not outcome.golds.answerable:
        return 0.0 if answered else 100.0
    return score if answered or score is None else 0.0


def _is_supported(outcome: Outcome) -> bool:
    """Whether the answer is right, where that is known, and a cited quote holds a gold answer at its location."""
    right = outcome.f1 is None or outcome.f1 >= RIGHT_F1
    return right and any(map(outcome.golds.quoted_by, outcome.trace.answer.citations))


def _citations(answer: Answer) -> list[Citation]:
    """Those of the answer and of its alternatives."""
    return [*answer.citations, *(citation for other in answer.alternatives for citation in other.citations)]


def _is_exact(assistant: Assistant, citation: Citation) -> bool:
    """Whether the file on disk, read anew, holds quote and answer exactly where the citation says.

    Of an article that was extracted from its file, the text that the index keeps has to.
    """
    try:
        if citation.encoding is None:
            raw = assistant.article(citation.article_id).raw_text
        else:
            raw = Path(citation.path).read_bytes().decode(citation.encoding)
    except (OSError, UnicodeDecodeError, LookupError):  # moved, gone or written anew since it was indexed
        return False
    return (
        raw[citation.raw_start : citation.raw_end] == citation.quote
        and raw[citation.answer_start : citation.answer_end] == citation.answer_text
    )


def _retrieval_figures(rows: Sequence[AskedRow], kind: Kind) -> dict[str, float]:
    """Of whole articles and of the passages that hold the answer; one of them bears the plain names.

    In open domain the article is the paragraph that a question was asked about. Where only the file of an
    answer is known, no passage can be said to hold it.
    """
    answerable = [row for row in rows if row.answerable]
    of_articles = recall_and_mrr([row.article_rank for row in answerable])
    of_passages = recall_and_mrr([row.rank for row in answerable if row.f1 is not None])
    if kind == "open":
        return of_articles | _prefixed("passage", of_passages)
    return of_passages | _prefixed("article", of_articles)


def _prefixed(name: str, figures: Mapping[str, float]) -> dict[str, float]:
    return {f"{name}_{figure}": value for figure, value in figures.items()}


def _citation_figures(rows: Sequence[AskedRow]) -> dict[str, float]:
    quotes = sum(row.quotes for row in rows)
    figures = {
        "cited_article": known_mean(row.cited_article for row in rows),
        "supported": known_mean(row.supported for row in rows),
        "quotes_exact": sum(row.quotes_exact for row in rows) / quotes if quotes else None,
        "quotes": float(quotes),
    }
    return {name: value for name, value in figures.items() if value is not None}


def _conversation_figures(rows: Sequence[AskedRow]) -> dict[str, float]:
    """Where there are conversations: questions that start one (or stand alone) and follow-ups apart."""
    if not any(row.follow_up for row in rows):
        return {}
    figures = {
        "answered_right_first": known_mean(row.right for row in rows if row.answerable and not row.follow_up),
        "answered_right_follow_ups": known_mean(row.right for row in rows if row.answerable and row.follow_up),
    }
    return {name: value for name, value in figures.items() if value is not None}
