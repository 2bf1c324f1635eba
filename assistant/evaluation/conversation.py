"""Follow-up questions made complete: against human rewrites, and by the passages that they find."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from statistics import fmean

from assistant.answering.followups import interpret
from assistant.datasets.lines import Problem
from assistant.datasets.rewrites import RewriteItem, load_rewrites
from assistant.errors import DatasetError
from assistant.evaluation.locations import GoldAnswers, GoldLocator, gold_rank
from assistant.evaluation.measures import recall_and_mrr
from assistant.evaluation.provenance import provenance
from assistant.evaluation.results import Evaluation, RewriteRow
from assistant.evaluation.run import EVERYTHING, RunOptions, evaluate
from assistant.evaluation.scores import added_words, bag_scores, exact_match, normalise_answer
from assistant.pipeline import Assistant
from assistant.records import Answer, Turn
from assistant.settings import Settings, load_settings

_CUTOFFS = (1, 5, 20)


def evaluate_conversation(
    data: str | Path,
    *,
    settings: Settings | None = None,
    options: RunOptions = EVERYTHING,
    assistant: Assistant | None = None,
) -> Evaluation[RewriteRow]:
    """Make every follow-up question of ``data`` complete from what was said before it.

    With an ``assistant``, questions with gold answers are also looked up in its index three times: as
    interpreted, as the human rewrote them, and bare.

    Args:
        data: rewrites, or conversations with rewrites; see ``assistant.datasets.rewrites.load_rewrites``.
        settings: recorded with the result; default: the assistant's, or ``load_settings()``.
        options: which part of the data, progress, journal.
        assistant: the index to search.

    Raises DatasetError when nothing in ``data`` is usable, or SettingsError.
    """
    data = Path(data)
    chosen = settings or (assistant.settings if assistant else load_settings())
    loaded = load_rewrites(data).chosen(options)
    golds, misplaced = _located(loaded.items, assistant)
    unscored = {problem.id for problem in misplaced}
    marks = assistant.fingerprints() if assistant else None
    return evaluate(
        [item for item in loaded.items if item.id not in unscored],
        partial(_rows, golds=golds, assistant=assistant),
        RewriteRow,
        lambda rows: {**_rewrite_figures(rows), **_retrieval_figures(rows)},
        problems=(*loaded.problems, *misplaced),
        provenance=provenance("conversation", data, limit=options.limit, sample=options.sample, fingerprints=marks),
        settings=chosen,
        options=options,
    )


def _located(
    rewrites: Sequence[RewriteItem], assistant: Assistant | None
) -> tuple[dict[str, GoldAnswers], list[Problem]]:
    """Gold answers of rewrites by id, where there is an index to find them in; and those not in their file."""
    golds: dict[str, GoldAnswers] = {}
    problems: list[Problem] = []
    locator = GoldLocator(assistant) if assistant else None
    for rewrite in rewrites:
        try:
            if locator and rewrite.golds:
                golds[rewrite.id] = locator.find(rewrite.golds)
        except DatasetError as error:
            problems.append(Problem(rewrite.where, rewrite.id, str(error)))
    return golds, problems


def _rows(item: RewriteItem, golds: Mapping[str, GoldAnswers], assistant: Assistant | None) -> tuple[RewriteRow]:
    """The one row of an item. Raises QuestionError when it cannot be looked up."""
    row = _interpreted(item)
    return (_searched(row, golds[item.id], assistant) if assistant and item.id in golds else row,)


def _interpreted(item: RewriteItem) -> RewriteRow:
    turns = _turns(item.history)
    began = time.perf_counter()
    predicted = interpret(item.question, turns)
    seconds = time.perf_counter() - began
    added, found = added_words(item.rewrite, item.question), added_words(predicted, item.question)
    return RewriteRow(
        id=item.id,
        seconds=seconds,
        em=exact_match(predicted, [item.rewrite]),
        f1=bag_scores(list(found.elements()), list(added.elements()))[2] if added else None,
        question=item.question,
        gold=(item.rewrite,),
        predicted=predicted,
        added=added.total(),
        added_predicted=found.total(),
        added_common=(added & found).total(),
        history=item.history,
    )


def _turns(history: Sequence[str]) -> list[Turn]:
    """Questions and answers in turn; each question is interpreted from those before it, as in a conversation."""
    turns: list[Turn] = []
    for first in range(0, len(history), 2):
        question, answer = history[first], "".join(history[first + 1 : first + 2])
        standalone = interpret(question, turns)
        turns.append(Turn(question, standalone, _said(question, standalone, answer)))
    return turns


def _said(question: str, standalone: str, text: str) -> Answer:
    """The answer of an earlier turn, of which only its text is known; a refusal without one."""
    if not text:
        return Answer(question, standalone, None, 0.0, 0, (), (), "not_in_articles", {})
    return Answer(question, standalone, text, 1.0, 0, (), (), None, {})


def _searched(row: RewriteRow, golds: GoldAnswers, assistant: Assistant) -> RewriteRow:
    """With the ranks of the first passages that hold a gold answer. Raises QuestionError when it cannot be asked."""
    depth = max(*_CUTOFFS, assistant.settings.candidates)
    interpreted, rewritten, bare = (
        gold_rank(assistant.retrieve(query, depth), golds) for query in (row.predicted, row.gold[0], row.question)
    )
    return replace(row, searched=True, rank=interpreted, rank_of_rewrite=rewritten, rank_of_bare=bare)


def _rewrite_figures(rows: Sequence[RewriteRow]) -> dict[str, float]:
    """How close the interpretations come to the human rewrites; what is undefined is left out.

    Added words are counted over all questions together, so that each word weighs the same, also one that was
    added where none was needed.
    """
    complete = [row for row in rows if not row.added]
    added = sum(row.added for row in rows)
    found = sum(row.added_predicted for row in rows)
    common = sum(row.added_common for row in rows)
    seconds = sum(row.seconds for row in rows)
    figures = {"questions": float(len(rows))}
    if rows:
        figures["em"] = fmean(row.em or 0.0 for row in rows)
    if added:
        figures["recall"] = common / added
        figures["added_f1"] = 200 * common / (added + found)
    if found:
        figures["precision"] = common / found
    if complete:
        figures["unchanged_right"] = fmean(_unchanged(row) for row in complete)
    if seconds:
        figures["questions_per_second"] = len(rows) / seconds
    return figures


def _unchanged(row: RewriteRow) -> bool:
    return normalise_answer(row.predicted) == normalise_answer(row.question)


def _retrieval_figures(rows: Sequence[RewriteRow]) -> dict[str, float]:
    """Recall and MRR of the interpreted question, of the human rewrite and of the bare question, side by side."""
    searched = [row for row in rows if row.searched]
    ranks = {
        "": [row.rank for row in searched],
        "_rewrite": [row.rank_of_rewrite for row in searched],
        "_bare": [row.rank_of_bare for row in searched],
    }
    return {
        f"{name}{suffix}": value
        for suffix, found in ranks.items()
        for name, value in recall_and_mrr(found, _CUTOFFS).items()
    }
