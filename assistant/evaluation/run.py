"""Going through a question set: which part of it, with progress, resumed after an interruption.

Rows are written to a journal as they are made. A run with the same identity (data, settings, models,
index, code, sample) takes up what its journal holds, so that an interrupted run scores nothing twice;
because runs are deterministic, its figures are those of an uninterrupted one. The journal of another run
is never overwritten unasked, and one that is being written is locked.
"""

from __future__ import annotations

import logging
import random
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Protocol, TypeVar

from assistant.datasets.lines import Problem
from assistant.errors import DatasetError, QuestionError
from assistant.evaluation.journal import Name, Scored, discard, open_journal
from assistant.evaluation.measures import answer_curves, stage_counts
from assistant.evaluation.results import AnswerRow, Curves, Evaluation, Provenance, Row
from assistant.settings import Settings

_log = logging.getLogger(__name__)

Progress = Callable[[str, int, int], None]

T = TypeVar("T")
R = TypeVar("R", bound=Row)


class Located(Protocol):
    """An item of a set: its id, and "file:line"."""

    @property
    def id(self) -> str: ...  # noqa: D102

    @property
    def where(self) -> str: ...  # noqa: D102


L = TypeVar("L", bound=Located)


@dataclass(frozen=True, slots=True)
class RunOptions:
    """How to go through a set.

    Attributes:
        limit: score so many items (lines of the set) at most.
        sample: seed of a random sample of ``limit`` items; without it, the first ones.
        journal: file that keeps rows during the run; None: an interrupted run starts over.
        fresh: start over, whatever run the journal is of.
        progress: called with a stage ("score", or those of ``sync``), how many are done, and how many there are.
    """

    limit: int | None = None
    sample: int | None = None
    journal: Path | None = None
    fresh: bool = False
    progress: Progress | None = None

    def choose(self, items: Sequence[T]) -> list[T]:
        """The items to score, in the data's order. Raises DatasetError for a limit below one or a lone seed."""
        if self.limit is None:
            if self.sample is not None:
                raise DatasetError("A sample was asked for, but not how large.", "Add --limit N.")
            return list(items)
        if self.limit < 1:
            raise DatasetError(f"The limit is {self.limit}.", "Score at least one question.")
        if self.sample is None or self.limit >= len(items):
            return list(items[: self.limit])
        chosen = random.Random(self.sample).sample(range(len(items)), self.limit)  # noqa: S311
        return [items[number] for number in sorted(chosen)]


#: All of the data, from the start, without a journal.
EVERYTHING = RunOptions()


def score_all(
    items: Sequence[T],
    score: Callable[[T], Sequence[R]],
    described: Callable[[T], tuple[str, str]],
    row: type[R],
    provenance: Provenance,
    settings: Mapping[str, Any],
    options: RunOptions,
) -> Scored[R]:
    """The rows of all ``items``, in order; what the assistant rejects becomes a problem.

    Args:
        items: what was chosen to be scored.
        score: rows of one item; may raise QuestionError.
        described: where an item stands ("file:line") and its id.
        row: type of the rows, for reading the journal.
        provenance, settings: the run's identity.
        options: progress and journal.

    Raises DatasetError when the journal is another run's, is being written by another process, or cannot be
    read or written.
    """
    progress = options.progress or (lambda stage, done, total: None)
    names = [described(item) for item in items]
    identity = {**asdict(provenance), "settings": settings}
    nothing: tuple[list[Scored[R]], Callable[[Name, Scored[R]], None]] = ([], lambda name, scored: None)
    with (
        open_journal(options.journal, row, identity, names, fresh=options.fresh)
        if options.journal
        else nullcontext(nothing)
    ) as (scored, write):
        if scored:
            _log.warning("Resuming after %d of %d", len(scored), len(items))
        for item, name in zip(items[len(scored) :], names[len(scored) :], strict=True):
            progress("score", len(scored), len(items))
            scored.append(_scored(item, score, name))
            write(name, scored[-1])
    progress("score", len(items), len(items))
    rows = tuple(found for one in scored for found in one.rows)
    return Scored(rows, tuple(problem for one in scored for problem in one.problems))


def evaluate(
    items: Sequence[L],
    score: Callable[[L], Sequence[R]],
    row: type[R],
    figures: Callable[[Sequence[R]], Mapping[str, float]],
    *,
    problems: Sequence[Problem],
    provenance: Provenance,
    settings: Settings,
    options: RunOptions,
) -> Evaluation[R]:
    """All ``items`` scored (see ``score_all``), and the ``figures`` of their rows.

    ``problems`` are those found before; stages and curves follow where the rows are of answers.
    """
    stored = settings.model_dump(mode="json")
    scored = score_all(items, score, lambda item: (item.where, item.id), row, provenance, stored, options)
    answers = [found for found in scored.rows if isinstance(found, AnswerRow)]
    return Evaluation(
        figures=figures(scored.rows),
        settings=stored,
        provenance=provenance,
        rows=scored.rows,
        problems=(*problems, *scored.problems),
        stages=stage_counts(answers) if issubclass(row, AnswerRow) else {},
        curves=answer_curves(answers) if answers else Curves(),
    )


def discard_journal(options: RunOptions) -> None:
    """Once the result is safe, what would resume the run is no longer needed."""
    if options.journal is not None:
        discard(options.journal)


def _scored(item: T, score: Callable[[T], Sequence[R]], name: tuple[str, str]) -> Scored[R]:
    try:
        return Scored(tuple(score(item)))
    except QuestionError as error:
        return Scored((), (Problem(*name, f"It cannot be asked: {error}"),))
