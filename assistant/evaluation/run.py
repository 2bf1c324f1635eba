"""Going through a question set: which part of it, with progress, and on again after an interruption.

Rows are written to a journal as they are made. A run with the same identity (data, settings, models,
index, code, sample) takes up what its journal holds, so that a run which was cut costs nothing twice;
because runs are deterministic, its figures are those of an uninterrupted one.
"""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Generic, TextIO, TypeVar

from assistant.errors import DatasetError, QuestionError
from assistant.evaluation.results import Problem, Provenance, Row

Progress = Callable[[str, int, int], None]

T = TypeVar("T")
R = TypeVar("R", bound=Row)


@dataclass(frozen=True, slots=True)
class RunOptions:
    """How to go through a set.

    Attributes:
        limit: score so many items (lines of the set) at most.
        sample: seed of a random sample of ``limit`` items; without it, the first ones.
        journal: file that keeps rows while the run goes on; None: an interrupted run starts over.
        progress: called with a stage ("score", or those of ``sync``), how many are done, and how many there are.
    """

    limit: int | None = None
    sample: int | None = None
    journal: Path | None = None
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
        return [items[place] for place in sorted(chosen)]


@dataclass(frozen=True, slots=True)
class Scored(Generic[R]):
    """What came of one item: its rows, and what could not be scored."""

    rows: tuple[R, ...]
    problems: tuple[Problem, ...] = ()


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
    """
    rows: list[R] = []
    problems: list[Problem] = []
    with _Journal.opened(options.journal, row, _identity(provenance, settings)) as journal:
        for done, item in enumerate(items):
            if options.progress is not None:
                options.progress("score", done, len(items))
            scored = journal.next()
            if scored is None:
                scored = _scored(item, score, described)
                journal.write(scored)
            rows += scored.rows
            problems += scored.problems
    if options.progress is not None:
        options.progress("score", len(items), len(items))
    return Scored(tuple(rows), tuple(problems))


def discard_journal(options: RunOptions) -> None:
    """Once the result is safe, what would resume the run is no longer needed."""
    if options.journal is not None:
        options.journal.unlink(missing_ok=True)


def _scored(item: T, score: Callable[[T], Sequence[R]], described: Callable[[T], tuple[str, str]]) -> Scored[R]:
    try:
        return Scored(tuple(score(item)))
    except QuestionError as error:
        where, name = described(item)
        return Scored((), (Problem(where, name, f"It cannot be asked: {error}"),))


def _identity(provenance: Provenance, settings: Mapping[str, Any]) -> str:
    """Equal for runs that give the same rows."""
    known = {key: value for key, value in asdict(provenance).items() if key not in ("date", "commit")}
    return hashlib.sha256(json.dumps([known, settings], sort_keys=True, default=str).encode()).hexdigest()


class _Journal(Generic[R]):
    """One line of JSON an item, after a line with the run's identity."""

    def __init__(self, row: type[R], past: Iterator[bytes], file: TextIO | None) -> None:
        from pydantic import TypeAdapter

        generic: Any = Scored
        self._adapter: TypeAdapter[Scored[R]] = TypeAdapter(generic[row])
        self._past = past
        self._file = file

    @classmethod
    @contextmanager
    def opened(cls, path: Path | None, row: type[R], identity: str) -> Iterator[_Journal[R]]:
        """The journal at ``path``: its past items if it is of this run, empty otherwise."""
        if path is None:
            yield cls(row, iter(()), None)
            return
        header = json.dumps({"run": identity})
        past = _whole_lines(path)
        if not past or past[0].decode("utf-8", "replace") != header:
            past = [header.encode()]
        # A torn last line is cut off before anything is added.
        path.write_bytes(b"".join(line + b"\n" for line in past))
        with path.open("a", encoding="utf-8") as file:
            yield cls(row, iter(past[1:]), file)

    def next(self) -> Scored[R] | None:
        """What an earlier run made of the next item; None from the first on that it did not reach."""
        line = next(self._past, None)
        return None if line is None else self._adapter.validate_json(line)

    def write(self, scored: Scored[R]) -> None:
        """Keep an item, at once."""
        if self._file is not None:
            self._file.write(self._adapter.dump_json(scored).decode("utf-8") + "\n")
            self._file.flush()


def _whole_lines(path: Path) -> list[bytes]:
    try:
        return path.read_bytes().split(b"\n")[:-1]
    except FileNotFoundError:
        return []
    except OSError as error:
        raise DatasetError(
            f"The journal {path} cannot be read: {error.strerror}.", "Write the result elsewhere."
        ) from error
