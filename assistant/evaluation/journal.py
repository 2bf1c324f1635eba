"""The journal of a run: what it has scored so far, kept on disk so that the run can go on after an interruption.

{"journal": {…the run's identity…}}
{"item": ["data.jsonl:1", "q1"], "scored": {"rows": […], "problems": […]}}
…
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Generic, TypeVar

from assistant.datasets.lines import Problem
from assistant.errors import DatasetError
from assistant.evaluation.results import Row

if TYPE_CHECKING:
    from pydantic import TypeAdapter

R = TypeVar("R", bound=Row)
#: Where an item stands, and its id.
Name = tuple[str, str]

#: These differ between runs that give the same rows.
_NO_MATTER = ("date", "commit")


@dataclass(frozen=True, slots=True)
class Scored(Generic[R]):
    """What came of one item, or of several: rows, and what could not be scored."""

    rows: tuple[R, ...]
    problems: tuple[Problem, ...] = ()


class Journal(Generic[R]):
    """One open journal; without a file, it keeps nothing. Use ``opened``."""

    def __init__(self, row: type[R], path: Path | None, file: IO[bytes] | None, past: Sequence[bytes]) -> None:
        self._adapter = _adapter(row)
        self._path = path
        self._file = file
        self._past = past

    @classmethod
    @contextmanager
    def opened(
        cls, path: Path | None, row: type[R], identity: Mapping[str, Any], *, fresh: bool
    ) -> Iterator[Journal[R]]:
        """The journal at ``path``, made when it is not there, and locked.

        Args:
            path: None: nothing is kept.
            row: type of the rows.
            identity: equal for runs that give the same rows.
            fresh: forget what it holds, whichever run it is of.

        Raises DatasetError when it is of another run, no journal, in use, or cannot be read or written.
        """
        if path is None:
            yield cls(row, None, None, ())
            return
        header = _line({"journal": {key: identity[key] for key in identity if key not in _NO_MATTER}})
        with _locked(path):
            try:
                past, file = _open(path, header, fresh=fresh)
            except OSError as error:
                raise _not_kept(path, error) from error
            try:
                yield cls(row, path, file, past)
            finally:
                with suppress(OSError):  # every line was flushed, or its failure told
                    file.close()

    def take_up(self, names: Sequence[Name]) -> list[Scored[R]]:
        """What an earlier run made of the first of these items; from a torn or foreign line on, nothing."""
        taken: list[Scored[R]] = []
        for line, name in zip(self._past, names, strict=False):
            try:
                kept = json.loads(line)
                if tuple(kept["item"]) != name:
                    break
                taken.append(self._adapter.validate_python(kept["scored"]))
            except (ValueError, KeyError, TypeError):  # pydantic's error is a ValueError
                break
        self._cut_after(len(taken))
        return taken

    def write(self, name: Name, scored: Scored[R]) -> None:
        """Keep an item, at once. Raises DatasetError when the disk refuses."""
        if self._file is None or self._path is None:
            return
        try:
            self._file.write(_line({"item": name, "scored": self._adapter.dump_python(scored, mode="json")}))
            self._file.flush()
        except OSError as error:
            raise _not_kept(self._path, error) from error

    def _cut_after(self, items: int) -> None:
        if self._file is not None and items < len(self._past):
            # In append mode, what is written next goes to the new end.
            lines = self._past[items:]
            self._file.truncate(self._file.tell() - sum(len(line) + 1 for line in lines))


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
    try:
        lock.acquire()
    except Timeout as error:
        raise DatasetError(
            f"Another run is writing {path}.", "Wait until it has finished, or write the result elsewhere."
        ) from error
    except OSError as error:
        raise _not_kept(path, error) from error
    try:
        yield
    finally:
        lock.release()


def _open(path: Path, header: bytes, *, fresh: bool) -> tuple[list[bytes], IO[bytes]]:
    """The items of the journal at ``path``, and the file, to be added to behind its last whole line."""
    lines = _lines(path, header, fresh=fresh)
    file = path.open("ab")
    file.truncate(sum(len(line) + 1 for line in lines))
    if not lines:
        file.write(header)
        file.flush()
    return lines[1:], file


def _lines(path: Path, header: bytes, *, fresh: bool) -> list[bytes]:
    """Whole lines of a journal, its header included; none when it is to be begun.

    DatasetError when it is of another run, unless ``fresh``, or no journal at all.
    """
    if not path.exists():
        return []
    data = path.read_bytes() if path.is_file() else b"no file"
    if header.startswith(data):  # cut while it was begun
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
            f"{path} holds {len(lines) - 1} items of an interrupted run that differs in: {', '.join(differs)}.",
            "Go on with that run, start over with --fresh, or write the result elsewhere.",
        )
    return lines


def _identity(line: bytes) -> dict[str, Any] | None:
    """What a journal's first line says it is of; None for any other line."""
    try:
        known = json.loads(line)["journal"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    return known if isinstance(known, dict) else None


def _line(value: object) -> bytes:
    """In ASCII, so that any text can be kept."""
    return json.dumps(value, sort_keys=True, default=str).encode("ascii") + b"\n"


def _not_kept(path: Path, error: OSError) -> DatasetError:
    return DatasetError(
        f"What was scored cannot be kept in {path}: {error.strerror or error}.",
        "Free some space or write the result elsewhere.",
    )


def _adapter(row: type[R]) -> TypeAdapter[Scored[R]]:
    from pydantic import TypeAdapter

    generic: Any = Scored
    return TypeAdapter(generic[row])
