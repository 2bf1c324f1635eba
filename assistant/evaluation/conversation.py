"""Follow-up questions made complete: against human rewrites, and by the passages that they find."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from statistics import fmean
from typing import NamedTuple

from assistant.answering.followups import interpret
from assistant.datasets.lines import Problem
from assistant.datasets.rewrites import RewriteItem, load_rewrites
from assistant.errors import DatasetError
from assistant.evaluation.measures import recall_and_mrr
from assistant.evaluation.places import GoldAnswers, Places, gold_rank
from assistant.evaluation.provenance import provenance
from assistant.evaluation.results import Evaluation, RewriteRow
from assistant.evaluation.run import RunOptions, score_all
from assistant.evaluation.scores import added_words, bag_scores, exact_match, normalise_answer
from assistant.pipeline import Assistant
from assistant.records import Answer, Turn
from assistant.settings import Settings, load_settings

_CUTOFFS = (1, 5, 20)
_EVERYTHING = RunOptions()


def evaluate_conversation(
    data: str | Path,
    *,
    settings: Settings | None = None,
    options: RunOptions = _EVERYTHING,
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
    items, misplaced = _located(loaded.items, assistant)
    marks = assistant.fingerprints() if assistant else None
    origin = provenance("conversation", data, limit=options.limit, sample=options.sample, fingerprints=marks)
    stored = chosen.model_dump(mode="json")
    scored = score_all(items, partial(_rows, assistant=assistant), _described, RewriteRow, origin, stored, options)
    return Evaluation(
        figures={**_rewrite_figures(scored.rows), **_retrieval_figures(scored.rows)},
        settings=stored,
        provenance=origin,
        rows=scored.rows,
        problems=(*loaded.problems, *misplaced, *scored.problems),
    )


class _Item(NamedTuple):
    """A rewrite, and its gold answers where there is an index to look them up in."""

    rewrite: RewriteItem
    golds: GoldAnswers | None


def _located(rewrites: Sequence[RewriteItem], assistant: Assistant | None) -> tuple[list[_Item], list[Problem]]:
    """Rewrites with the places of their gold answers; those with a gold answer that is not in its file apart."""
    items: list[_Item] = []
    problems: list[Problem] = []
    places = Places(assistant) if assistant else None
    for rewrite in rewrites:
        try:
            items.append(_Item(rewrite, places.of(rewrite.golds) if places and rewrite.golds else None))
        except DatasetError as error:
            problems.append(Problem(rewrite.where, rewrite.id, str(error)))
    return items, problems


def _described(item: _Item) -> tuple[str, str]:
    return item.rewrite.where, item.rewrite.id


def _rows(item: _Item, assistant: Assistant | None) -> tuple[RewriteRow]:
    """The one row of an item. Raises QuestionError when it cannot be looked up."""
    row = _interpreted(item.rewrite)
    return (row if assistant is None or item.golds is None else _searched(row, item.golds, assistant),)


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
    for place in range(0, len(history), 2):
        question, answer = history[place], "".join(history[place + 1 : place + 2])
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
