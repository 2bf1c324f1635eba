"""Files of JSON lines, gzipped or not: what can be used of them, and what is wrong with the rest.

A flaw in one line costs that line: it becomes a Problem that names file and line. Only a file of which
nothing can be used is a DatasetError.
"""

from __future__ import annotations

import codecs
import gzip
import io
import json
import os
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar

from assistant.datasets.fields import MalformedError, as_object, known_id, shown
from assistant.errors import DatasetError

#: Bytes a data file may hold, unpacked: far more than any question set, and safe to keep in memory.
LARGEST = 512 * 2**20

_GZIP = b"\x1f\x8b"
_BLOCK = 2**20
#: Problems named in the message when nothing can be used.
_NAMED = 3

T = TypeVar("T")


class Named(Protocol):
    """Something with an id of its own."""

    @property
    def id(self) -> str: ...  # noqa: D102


N = TypeVar("N", bound=Named)


class Choice(Protocol):
    """Which of a set's items are wanted: all, the first ``limit``, or so many drawn with the seed ``sample``."""

    @property
    def limit(self) -> int | None: ...  # noqa: D102

    @property
    def sample(self) -> int | None: ...  # noqa: D102

    def choose(self, items: Sequence[T]) -> list[T]: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class Problem:
    """Something in the data that could not be used.

    Attributes:
        where: ``"file:line"``, or the file alone.
        id: the question's, when it is known.
        reason: what is wrong with it, and the remedy.
    """

    where: str
    id: str | None
    reason: str


class PassedOverError(Exception):
    """Why an entry is sound but not of the kind that is looked for; told only where there is no other."""


@dataclass(frozen=True, slots=True)
class Loaded(Generic[T]):
    """What could be used of a file, in its order, and what could not; there is at least one item.

    Attributes:
        items: what could be used.
        problems: what could not.
        items_before: for each problem, how many of the items come before it.
    """

    items: tuple[T, ...]
    problems: tuple[Problem, ...]
    items_before: tuple[int, ...]

    def chosen(self, choice: Choice) -> Loaded[T]:
        """The items to score, and the problems among them.

        Of the first N items, those are the problems before the Nth: what comes later was never asked for. A
        sample is drawn from the whole file, so that all its problems count.
        """
        items = tuple(choice.choose(self.items))
        if choice.limit is None or choice.sample is not None:
            return Loaded(items, self.problems, self.items_before)
        placed = zip(self.problems, self.items_before, strict=True)
        among = [(problem, before) for problem, before in placed if before < choice.limit]
        return Loaded(items, tuple(problem for problem, _ in among), tuple(before for _, before in among))


@dataclass(frozen=True, slots=True)
class LineSource:
    """A data file: its path as text, its bytes unpacked, and in words why they break off (None: they are whole)."""

    name: str
    data: bytes
    damage: str | None


@dataclass(frozen=True, slots=True)
class LineEntry:
    """One JSON object of a file; ``where`` is ``"<path as given>:<line>"``."""

    where: str
    record: Mapping[str, Any]


def path_text(path: Path) -> str:
    """A path as given; bytes in it that are no UTF-8 become their numbers, so that any file can hold it."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def load_lines(
    path: Path,
    build: Callable[[LineEntry], Sequence[N]],
    form: str,
    names: Callable[[N], Iterable[str]] = lambda item: (item.id,),
) -> Loaded[N]:
    """Everything ``build`` makes of the JSON lines of ``path``; see ``read_source`` and ``gather``."""
    source = read_source(path)
    return gather(source, json_lines(source), build, form, names)


def read_source(path: Path) -> LineSource:
    """The bytes of a file, unpacked when they are gzip, whatever its name; without a byte order mark.

    Raises DatasetError when it is missing, no file, unreadable, empty, or larger than ``LARGEST`` unpacked.
    """
    try:
        if path.is_dir():
            raise DatasetError(f"{path} is a folder.", "Give one file of it.")
        if not path.is_file():
            raise DatasetError(f"{path} is missing, or no file.", "Check the path.")
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
    except (OSError, ValueError) as error:  # ValueError: a path with a null character
        raise DatasetError(f"{path} cannot be read: {error}.", "Check the path and its permissions.") from error
    damage = None
    if data.startswith(_GZIP):
        data, damage = _unpacked(data)
    if len(data) > LARGEST:
        raise DatasetError(f"{path} holds more than {LARGEST:,} bytes, unpacked.", "Split it, or check what it is.")
    data = data.removeprefix(codecs.BOM_UTF8)
    if damage is None and not data.strip():
        raise DatasetError(f"{path} is empty.", "Give a file that holds something.")
    return LineSource(path_text(path), data, damage)


def json_lines(source: LineSource) -> Iterator[LineEntry | Problem]:
    """The JSON object of each line, or what is wrong with the line; blank lines are passed over.

    Only a line feed ends a line: JSON strings may hold the other separators. Bytes that are not UTF-8 spoil
    only the field they stand in. A last line that is torn because the file breaks off is left to ``gather``.
    """
    lines = source.data.split(b"\n")
    if source.damage is not None:
        lines.pop()
    for number, line in enumerate(lines, start=1):
        if line.strip():
            yield _parsed(line, f"{source.name}:{number}")


def gather(
    source: LineSource,
    entries: Iterable[LineEntry | Problem],
    build: Callable[[LineEntry], Sequence[N]],
    form: str,
    names: Callable[[N], Iterable[str]] = lambda item: (item.id,),
) -> Loaded[N]:
    """Everything ``build`` makes of ``entries``; their flaws, and those it finds, become problems.

    Args:
        source: the file, for messages.
        entries: its objects; a Problem among them is passed on.
        build: the items of an object; raises MalformedError, or PassedOverError when it has none.
        form: how the file should look, as the remedy when nothing can be used.
        names: the ids an item claims; an entry that claims one again is a problem, the first is kept.

    Raises:
        DatasetError: when there is not one item; it names the first problems.
    """
    items: list[N] = []
    problems: list[tuple[Problem, int]] = []
    passed_over: list[Problem] = []
    claimed: dict[str, str] = {}
    for entry in chain(entries, _damage(source)):
        if isinstance(entry, Problem):
            problems.append((entry, len(items)))
            continue
        try:
            built = build(entry)
            _claim([name for item in built for name in names(item)], entry.where, claimed)
        except MalformedError as flaw:
            problems.append((Problem(entry.where, known_id(entry.record), str(flaw)), len(items)))
        except PassedOverError as why:
            passed_over.append(Problem(entry.where, known_id(entry.record), str(why)))
        else:
            items += built
    found = tuple(problem for problem, _ in problems)
    if not items:
        raise DatasetError(f"Nothing in {source.name} can be used{_listed([*found, *passed_over])}", form)
    return Loaded(tuple(items), found, tuple(before for _, before in problems))


def _damage(source: LineSource) -> Iterator[Problem]:
    """Where a file breaks off."""
    if source.damage is not None:
        last = source.data.count(b"\n") + 1
        yield Problem(f"{source.name}:{last}", None, source.damage)


def _unpacked(packed: bytes) -> tuple[bytes, str | None]:
    """What gzip gives until its end, its damage or a byte more than ``LARGEST``; and the damage in words."""
    unpacked = bytearray()
    with gzip.GzipFile(fileobj=io.BytesIO(packed)) as file:
        try:
            # read1 hands over what was unpacked before damage; read would lose it.
            while len(unpacked) <= LARGEST and (block := file.read1(_BLOCK)):
                unpacked += block
        except EOFError:
            return bytes(unpacked), "The gzip file breaks off in this line: fetch it again."
        except (gzip.BadGzipFile, zlib.error) as error:
            return bytes(unpacked), f"The gzip file is damaged from here on ({error}): fetch it again."
    return bytes(unpacked), None


def _parsed(line: bytes, where: str) -> LineEntry | Problem:
    try:
        # Escaped bytes become halves of surrogate pairs, which as_text finds in the field that holds them.
        value = json.loads(line.decode("utf-8", "surrogateescape"))
    except (ValueError, RecursionError) as error:
        why = f"{error.msg} at column {error.colno}" if isinstance(error, json.JSONDecodeError) else str(error)
        return Problem(where, None, f"The line is not JSON ({why}): write one JSON object a line.")
    try:
        return LineEntry(where, as_object(value, "The line"))
    except MalformedError as flaw:
        return Problem(where, None, str(flaw))


def _claim(names: Sequence[str], where: str, claimed: dict[str, str]) -> None:
    """Enter ``names`` into ``claimed``, all or none."""
    for name in names:
        if name in claimed:
            raise MalformedError(f"The id {shown(name)} was used before, at {claimed[name]}: give each its own.")
    claimed |= dict.fromkeys(names, where)


def _listed(problems: Sequence[Problem]) -> str:
    if not problems:
        return "."
    named = " ".join(f"{problem.where}: {problem.reason}" for problem in problems[:_NAMED])
    more = len(problems) - _NAMED
    return f". {named}" + (f" And {more:,} problems more." if more > 0 else "")
