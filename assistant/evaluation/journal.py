"""The journal of a run: what it has scored so far, kept on disk so that an interrupted run can be resumed.

{"journal": {…the run's identity…}}
{"item": ["data.jsonl:1", "q1"], "scored": {"rows": […], "problems": […]}}
…
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from assistant.datasets.lines import Problem
from assistant.errors import DatasetError
from assistant.evaluation.figures import counted
from assistant.evaluation.results import Row

if TYPE_CHECKING:
    from pydantic import TypeAdapter

R = TypeVar("R", bound=Row)
#: Where an item stands, and its id.
Name = tuple[str, str]

#: These differ between runs that give the same rows.
_IGNORED = ("date", "commit")


@dataclass(frozen=True, slots=True)
class Scored(Generic[R]):
    """What came of one item, or of several: rows, and what could not be scored."""

    rows: tuple[R, ...]
    problems: tuple[Problem, ...] = ()


@contextmanager
def open_journal(
    path: Path, row: type[R], identity: Mapping[str, Any], names: Sequence[Name], *, fresh: bool
) -> Iterator[tuple[list[Scored[R]], Callable[[Name, Scored[R]], None]]]:
    """The journal at ``path``, made when it is not there, and locked.

    Gives what an earlier run made of the first items, and a function that keeps one item more, at once.

    Args:
        path: of the journal.
        row: type of the rows.
        identity: equal for runs that give the same rows.
        names: of all items, in order.
        fresh: forget what it holds, whichever run it is of.

    Raises:
        DatasetError: when it is of another run, no journal, in use, or cannot be read or written.
    """
    adapter = _adapter(row)
    header = _line({"journal": {key: identity[key] for key in identity if key not in _IGNORED}})
    with _locked(path):
        with _failures_named(path):
            lines = _lines(path, header, fresh=fresh)
            scored = _scored(lines[1:], names, adapter)
            file = path.open("ab")  # in append mode, what is written goes to the new end
            file.truncate(sum(len(line) + 1 for line in lines[: 1 + len(scored)]))
            if not lines:
                file.write(header)
                file.flush()

        def write(name: Name, item: Scored[R]) -> None:
            with _failures_named(path):
                file.write(_line({"item": name, "scored": adapter.dump_python(item, mode="json")}))
                file.flush()

        try:
            yield scored, write
        finally:
            with suppress(OSError):  # every line was flushed, or its failure raised
                file.close()


def lock_of(path: Path) -> Path:
    """The file whose lock says that a journal is being written."""
    return path.with_name(f"{path.name}.lock")


def discard(path: Path) -> None:
    """Delete a journal that is no longer needed."""
    path.unlink(missing_ok=True)
    lock_of(path).unlink(missing_ok=True)


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    from filelock import FileLock, Timeout

    lock = FileLock(lock_of(path), timeout=0)
    with _failures_named(path):
        try:
            lock.acquire()
        except Timeout as error:
            raise DatasetError(
                f"Another run is writing {path}.", "Wait until it has finished, or write the result elsewhere."
            ) from error
    try:
        yield
    finally:
        lock.release()


def _lines(path: Path, header: bytes, *, fresh: bool) -> list[bytes]:
    """Whole lines of a journal, its header included; none when it is to be begun.

    DatasetError when it is of another run, unless ``fresh``, or no journal at all.
    """
    if not path.exists():
        return []
    data = path.read_bytes() if path.is_file() else b"no file"
    if header.startswith(data):  # interrupted while it was begun
        return []
    lines = data.split(b"\n")[:-1]
    known = _identity(lines[0]) if lines else None
    if known is None:
        raise DatasetError(f"{path} is not the journal of an evaluation.", "Move it away, or write elsewhere.")
    if fresh:
        return []
    if lines[0] + b"\n" != header:
        wanted = json.loads(header)["journal"]
        differs = sorted(key for key in {*known, *wanted} if known.get(key) != wanted.get(key))
        raise DatasetError(
            f"{path} holds {counted(len(lines) - 1, 'item')} of an interrupted run that differs in:"
            f" {', '.join(differs)}.",
            "Resume that run, start over with --fresh, or write the result elsewhere.",
        )
    return lines


def _scored(lines: Sequence[bytes], names: Sequence[Name], adapter: TypeAdapter[Scored[R]]) -> list[Scored[R]]:
    """What the lines hold of the first items; nothing from the first damaged or foreign line on."""
    scored: list[Scored[R]] = []
    for line, name in zip(lines, names, strict=False):
        try:
            kept = json.loads(line)
            if tuple(kept["item"]) != name:
                break
            scored.append(adapter.validate_python(kept["scored"]))
        except (ValueError, KeyError, TypeError):  # pydantic's error is a ValueError
            break
    return scored


def _identity(line: bytes) -> dict[str, Any] | None:
    """The run that a journal's first line names; None for any other line."""
    try:
        known = json.loads(line)["journal"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    return known if isinstance(known, dict) else None


def _line(value: object) -> bytes:
    """In ASCII, so that any text can be kept."""
    return json.dumps(value, sort_keys=True, default=str).encode("ascii") + b"\n"


@contextmanager
def _failures_named(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise DatasetError(
            f"What was scored cannot be kept in {path}: {error.strerror or error}.",
            "Free some space or write the result elsewhere.",
        ) from error


def _adapter(row: type[R]) -> TypeAdapter[Scored[R]]:
    from pydantic import TypeAdapter

    generic: Any = Scored
    return TypeAdapter(generic[row])
