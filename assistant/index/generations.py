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
        except FileNotFoundError as error:
            if self.finished():
                raise self.damaged(f"its pointer file {_POINTER} is missing") from error
            return None
        except (OSError, UnicodeDecodeError) as error:
            raise self.damaged(f"its pointer file {_POINTER} cannot be read ({error})") from error
        if not name.isdigit() or not (self._generations / name).is_dir():
            raise self.damaged(f"its pointer file {_POINTER} names a generation that is not there ('{name[:40]}')")
        return self._generations / name

    def finished(self) -> list[Path]:
        """Every generation that was finished, newest first: what articles can be rescued from."""
        return sorted((path.parent for path in self._generations.glob(f"[0-9]*/{_MANIFEST}")), reverse=True)

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
            raise self.damaged(f"the manifest of generation {generation.name} cannot be read ({error})") from error

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
        """A new, empty directory; what dead builds have left is removed, finished generations are not."""
        self._generations.mkdir(parents=True, exist_ok=True)
        finished = self.finished()
        for leftover in self._generations.iterdir():
            if leftover not in finished and leftover != self._pointed_to():
                shutil.rmtree(leftover, ignore_errors=True)
        taken = [int(path.name) for path in self._generations.iterdir() if path.name.isdigit()]
        generation = self._generations / f"{max(taken, default=0) + 1:06d}"
        generation.mkdir()
        return generation

    def publish(self, generation: Path, manifest: Manifest) -> None:
        """Write the manifest, make everything durable and switch the pointer."""
        (generation / _MANIFEST).write_text(json.dumps(asdict(manifest), indent=2) + "\n", encoding="utf-8")
        for path in generation.rglob("*"):
            _flush(path)
        _flush(generation)
        pointer = self.directory / f"{_POINTER}.new"
        pointer.write_text(generation.name + "\n", encoding="ascii")
        _flush(pointer)
        os.replace(pointer, self.directory / _POINTER)
        _flush(self.directory)

    def prune(self) -> None:
        """Drop finished generations but the current one and the one before it.

        That one stays for readers that have opened it a moment ago.
        """
        for old in self.finished()[2:]:
            shutil.rmtree(old, ignore_errors=True)

    def _pointed_to(self) -> Path | None:
        try:
            return self.current()
        except StoreDamagedError:
            return None

    def damaged(self, what: str) -> StoreDamagedError:
        """The error for files that are missing or do not fit together."""
        return StoreDamagedError(
            f"The index in {self.directory} is damaged: {what}.",
            f"Build it anew: assistant index PATH --store {self.directory} --rebuild.",
        )


def _flush(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
