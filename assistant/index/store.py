"""Where an index lies, who may write to it, and with what it was made.

    store/
      CURRENT                   the number of the base that answers
      writer.lock               held by the one process that writes
      bases/000001/             an index made in one way; a rebuild makes another beside it and then switches
        FINISHED                it answers or has answered
        catalogue.sqlite        files, articles, passages; which generation answers and which segments it has
        lexical/                BM25 over all passages (tantivy)
        vectors/000007/         a segment: vectors of some passages (Chroma), never changed once a generation has it

A generation is what the catalogue says was there at its number. What lies in ``lexical`` and ``vectors`` counts only if
the generation has it, so a writer may die at any moment.
"""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import zlib
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from assistant.errors import StoreDamagedError, StoreError, StoreLockedError, StoreMismatchError, StoreMissingError
from assistant.index.catalogue.reader import Catalogue

FORMAT_VERSION = 4
RECIPE = "recipe"
ORIGIN = "origin"
_POINTER = "CURRENT"
_FINISHED = "FINISHED"


@dataclass(frozen=True, slots=True)
class Recipe:
    """What an index was made with; an index answers only those who would make it the same way.

    Attributes:
        format: layout of the files on disk.
        embedder: the embedder's fingerprint.
        splitting: cleaning and splitting versions and the passage size.
    """

    format: int
    embedder: str
    splitting: str

    def to_json(self) -> str:
        """As the catalogue keeps it."""
        return json.dumps(asdict(self))


@dataclass(frozen=True, slots=True)
class Base:
    """The directory of an index made in one way."""

    directory: Path

    @property
    def catalogue(self) -> Path:
        """The SQLite file."""
        return self.directory / "catalogue.sqlite"

    @property
    def lexical(self) -> Path:
        """Directory of the lexical index."""
        return self.directory / "lexical"

    def segment(self, number: int) -> Path:
        """Directory of a segment of vectors."""
        return self.directory / "vectors" / f"{number:06d}"

    def drop_segments_but(self, kept: Iterable[int]) -> None:
        """Delete all other segments: what dead writers have left, and what has gone for good."""
        names = {self.segment(number).name for number in kept}
        for directory in self.segment(0).parent.glob("*"):
            if directory.name not in names:
                shutil.rmtree(directory, ignore_errors=True)


class Store:
    """The directory of an index and its bases."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory.expanduser().resolve()
        self._bases = self.directory / "bases"

    def current(self) -> Base | None:
        """The base that answers, None when nothing was ever indexed here; StoreDamagedError when it is not there."""
        try:
            name = (self.directory / _POINTER).read_text(encoding="ascii").strip()
        except FileNotFoundError as error:
            if not all(self._is_unfinished(base) for base in self._all()):
                raise self.damaged(f"its pointer file {_POINTER} is missing") from error
            return None
        except (OSError, UnicodeDecodeError) as error:
            raise self.damaged(f"its pointer file {_POINTER} cannot be read ({error})") from error
        if name.isdigit() and (self.directory / "generations" / name).is_dir():
            raise StoreMismatchError(
                f"The index in {self.directory} was written by an older version.",
                "Index the folders again into another directory, or delete this one first.",
            )
        if not name.isdigit() or not (self._bases / name).is_dir():
            raise self.damaged(f"its pointer file {_POINTER} names a base that is not there ('{name[:40]}')")
        return Base(self._bases / name)

    def answers(self, base: Base) -> bool:
        """Whether it is the one that answers, and is marked as such."""
        try:
            return self.current() == base and not self._is_unfinished(base)
        except (StoreDamagedError, StoreMismatchError):
            return False

    def require_current(self) -> Base:
        """Like ``current``, but StoreMissingError when there is none."""
        base = self.current()
        if base is None:
            raise StoreMissingError(
                f"There is no index in {self.directory}.",
                "Index some articles first: assistant sync PATH --store DIR (or Assistant.build(PATH)).",
            )
        return base

    def unfinished(self, wanted: Recipe, origin: str) -> Base | None:
        """A base that a writer has begun with this recipe and from this ``origin``, and not switched to, or None."""
        for base in reversed(self._all()):
            if self._is_unfinished(base):
                try:
                    with closing(Catalogue.open(base.catalogue)) as catalogue:
                        if (catalogue.meta(RECIPE), catalogue.meta(ORIGIN)) == (wanted.to_json(), origin):
                            return base
                except Exception:  # noqa: S112 - whatever is the matter with it, it is of no use
                    continue
        return None

    def origin(self) -> str:
        """What a base that is begun now takes its articles over from: base and generation; "" for nothing readable."""
        try:
            base = self.require_current()
            with closing(Catalogue.open(base.catalogue)) as catalogue:
                return f"{base.directory.name}, generation {catalogue.generation}"
        except Exception:  # damaged, older, missing: whatever it is, nothing can be told of it
            return ""

    def rescuable(self) -> list[Base]:
        """Bases that may hold articles for a rebuild, the one that answers first, then from the newest on."""
        try:
            current = self.current()
        except (StoreDamagedError, StoreMismatchError):
            current = None
        finished = [base for base in reversed(self._all()) if not self._is_unfinished(base) and base != current]
        return ([current] if current else []) + finished

    def start(self) -> Base:
        """A new, empty base."""
        taken = [int(base.directory.name) for base in self._all()]
        base = Base(self._bases / f"{max(taken, default=0) + 1:06d}")
        base.directory.mkdir(parents=True)
        return base

    def switch(self, base: Base) -> None:
        """Make a base the one that answers; everything in it is durable already.

        It is marked as finished only when the pointer names it: a base that says so and that no pointer has ever named
        would look like one whose pointer was lost. Cut short in between, it answers, and is to be switched to again.
        """
        pointer = self.directory / f"{_POINTER}.new"
        pointer.write_text(base.directory.name + "\n", encoding="ascii")
        for path in (pointer, base.directory, self._bases):
            flush(path)
        os.replace(pointer, self.directory / _POINTER)
        flush(self.directory)
        (base.directory / _FINISHED).touch()
        flush(base.directory)

    def drop_old(self) -> None:
        """Delete every base but the current one and the one before it, which readers may have opened a moment ago."""
        current = self.current()
        if current is not None:
            bases = [base for base in self._all() if base != current]
            for base in bases[:-1] if bases and not self._is_unfinished(bases[-1]) else bases:
                shutil.rmtree(base.directory, ignore_errors=True)

    def check_recipe(self, catalogue: Catalogue, wanted: Recipe) -> None:
        """StoreMismatchError, naming what differs, unless the index was made as ``wanted``."""
        try:
            made, new = json.loads(catalogue.meta(RECIPE) or ""), asdict(wanted)
            differences = [f"{key} {made[key]!r}, now {new[key]!r}" for key in new if made[key] != new[key]]
        except (ValueError, KeyError, TypeError) as error:
            raise self.damaged("its catalogue does not say how it was made") from error
        if differences:
            raise StoreMismatchError(
                f"The index in {self.directory} was built differently: {'; '.join(differences)}.",
                "Use the settings it was built with, or build it anew from the articles it holds:"
                f" assistant sync PATH --store {self.directory} --rebuild.",
            )

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Hold the writer's lock; StoreLockedError at once when another process has it.

        When the disk refuses what is done inside, it is told as a StoreError, and what the catalogue can no longer
        give as a StoreDamagedError.
        """
        from filelock import FileLock, Timeout

        try:
            self.directory.mkdir(parents=True, exist_ok=True)
            with FileLock(self.directory / "writer.lock", timeout=0):
                yield
        except Timeout as error:
            raise StoreLockedError(
                f"Another process is writing to the index in {self.directory}.",
                "Wait until it has finished; the index keeps answering meanwhile.",
            ) from error
        except _refusals() as error:
            raise StoreError(
                f"The index in {self.directory} could not be written: {error}.",
                "Free some space or make the folder writable, then run it again; the index as it was still answers.",
            ) from error
        except (zlib.error, sqlite3.DatabaseError) as error:
            if isinstance(error, sqlite3.DatabaseError) and type(error) is not sqlite3.DatabaseError:
                raise  # a statement of ours is wrong; damage has no class of its own
            raise self.damaged(f"its catalogue cannot be read ({error})") from error

    def damaged(self, what: str) -> StoreDamagedError:
        """The error for files that are missing or do not fit together."""
        return StoreDamagedError(
            f"The index in {self.directory} is damaged: {what}.",
            f"Build it anew: assistant sync PATH --store {self.directory} --rebuild.",
        )

    def _all(self) -> list[Base]:
        """Every base, oldest first."""
        return [Base(path) for path in sorted(self._bases.glob("[0-9]*"))]

    def _is_unfinished(self, base: Base) -> bool:
        return not (base.directory / _FINISHED).exists()


def _refusals() -> tuple[type[Exception], ...]:
    """What SQLite, Chroma and all others raise when the disk refuses."""
    from chromadb.errors import InternalError  # takes a second to import, and is seldom needed

    return OSError, sqlite3.OperationalError, InternalError


def flush(path: Path) -> None:
    """Make a file or directory durable."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
