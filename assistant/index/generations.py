"""Generations on disk: an index is built aside, then made current by switching one pointer.

    store/
      CURRENT                     the name of the generation that answers
      writer.lock                 held by the one process that writes
      generations/000007/         catalogue.sqlite, vectors/, lexical/, manifest.json

A build that dies leaves its directory without a pointer to it; the next writer clears it away.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from assistant.errors import StoreDamagedError, StoreLockedError, StoreMismatchError, StoreMissingError

FORMAT_VERSION = 1
_POINTER = "CURRENT"
_MANIFEST = "manifest.json"


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


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a finished generation holds."""

    generation: str
    recipe: Recipe
    synced_at: str
    articles: int
    passages: int


class Store:
    """The directory of an index and its generations."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory.expanduser().resolve()
        self._generations = self.directory / "generations"

    def current(self) -> Path | None:
        """Directory of the generation that answers, or None when nothing was ever indexed here."""
        try:
            name = (self.directory / _POINTER).read_text(encoding="ascii").strip()
        except FileNotFoundError:
            return None
        except (OSError, UnicodeDecodeError) as error:
            raise self._damaged(f"its pointer file {_POINTER} cannot be read ({error})") from error
        if not name.isdigit() or not (self._generations / name).is_dir():
            raise self._damaged(f"its pointer file {_POINTER} names a generation that is not there ('{name[:40]}')")
        return self._generations / name

    def newest_readable(self) -> Path | None:
        """The generation to rescue articles from: the current one, or when the pointer is lost, the newest."""
        try:
            return self.current()
        except StoreDamagedError:
            finished = sorted(self._generations.glob(f"*/{_MANIFEST}"))
            return finished[-1].parent if finished else None

    def require_current(self) -> Path:
        """Like ``current``, but StoreMissingError when there is none."""
        generation = self.current()
        if generation is None:
            raise StoreMissingError(
                f"There is no index in {self.directory}.",
                "Index some articles first: assistant index PATH --store DIR (or Assistant.build(PATH)).",
            )
        return generation

    def manifest(self, generation: Path) -> Manifest:
        """The manifest of a generation; StoreDamagedError when it is unreadable."""
        try:
            fields = json.loads((generation / _MANIFEST).read_text(encoding="utf-8"))
            return Manifest(**{**fields, "recipe": Recipe(**fields["recipe"])})
        except (OSError, ValueError, TypeError, KeyError) as error:
            raise self._damaged(f"the manifest of generation {generation.name} cannot be read ({error})") from error

    def check_recipe(self, manifest: Manifest, wanted: Recipe) -> None:
        """StoreMismatchError, naming what differs, unless the index was made as ``wanted``."""
        made, new = asdict(manifest.recipe), asdict(wanted)
        differences = [f"{key} {made[key]!r}, now {new[key]!r}" for key in made if made[key] != new[key]]
        if differences:
            raise StoreMismatchError(
                f"The index in {self.directory} was built differently: {'; '.join(differences)}.",
                "Use the settings it was built with, or build it anew from the articles it holds:"
                f" assistant index PATH --store {self.directory} --rebuild.",
            )

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Hold the writer's lock; StoreLockedError at once when another process has it."""
        from filelock import FileLock, Timeout

        self.directory.mkdir(parents=True, exist_ok=True)
        try:
            with FileLock(self.directory / "writer.lock", timeout=0):
                yield
        except Timeout as error:
            raise StoreLockedError(
                f"Another process is writing to the index in {self.directory}.",
                "Wait until it has finished; the index keeps answering meanwhile.",
            ) from error

    def start_generation(self) -> Path:
        """A new, empty directory beside the current generation; remains of dead builds are removed."""
        current = self.newest_readable()
        self._generations.mkdir(parents=True, exist_ok=True)
        newest = int(current.name) if current else 0
        for leftover in self._generations.iterdir():
            if not leftover.name.isdigit() or int(leftover.name) > newest:
                shutil.rmtree(leftover, ignore_errors=True)
        generation = self._generations / f"{newest + 1:06d}"
        generation.mkdir()
        return generation

    def finish_generation(self, generation: Path, manifest: Manifest) -> None:
        """Write the manifest, make everything durable, switch the pointer, drop what is two behind."""
        (generation / _MANIFEST).write_text(json.dumps(asdict(manifest), indent=2) + "\n", encoding="utf-8")
        for path in generation.rglob("*"):
            _flush(path)
        _flush(generation)
        pointer = self.directory / f"{_POINTER}.new"
        pointer.write_text(generation.name + "\n", encoding="ascii")
        _flush(pointer)
        os.replace(pointer, self.directory / _POINTER)
        _flush(self.directory)
        # The generation just replaced stays: a reader may have opened it a moment ago.
        for old in self._generations.iterdir():
            if old.name.isdigit() and int(old.name) < int(generation.name) - 1:
                shutil.rmtree(old, ignore_errors=True)

    def _damaged(self, what: str) -> StoreDamagedError:
        return StoreDamagedError(
            f"The index in {self.directory} is damaged: {what}.",
            f"Build it anew: assistant index PATH --store {self.directory} --rebuild.",
        )


def damaged(store: Path, what: str) -> StoreDamagedError:
    """The error for an index whose files are missing or do not fit together."""
    return Store(store)._damaged(what)


def _flush(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
