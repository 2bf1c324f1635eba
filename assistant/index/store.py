"""Where an index lies, who may write to it, and with what it was made.

    store/
      CURRENT                   the number of the index version that answers
      writer.lock               held by the one process that writes
      versions/000001/          an index made in one way; a rebuild makes another beside it and then switches
        FINISHED                it answers or has answered
        catalogue.sqlite        the truth: files, articles, passages; which commit answers and which shards it has
        lexical/                BM25 over all passages (tantivy)
        vectors/000007/         a shard: vectors of some passages (Chroma and a matrix), never changed once committed

What lies in ``lexical`` and ``vectors`` follows from the catalogue and counts only if the commit has it, so a writer
may die at any moment.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from assistant.errors import StoreDamagedError, StoreError, StoreLockedError, StoreMismatchError, StoreMissingError
from assistant.index.catalogue.reader import Catalogue
from assistant.index.catalogue.schema import LAYOUT
from assistant.index.failures import what_failed

MANIFEST = "manifest"
ORIGIN = "origin"
_POINTER = "CURRENT"
_FINISHED = "FINISHED"


@dataclass(frozen=True, slots=True)
class Manifest:
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
class IndexVersion:
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

    def shard(self, number: int) -> Path:
        """Directory of a shard of vectors."""
        return self.directory / "vectors" / f"{number:06d}"

    def drop_shards_but(self, kept: Iterable[int]) -> None:
        """Delete all other shards: what dead writers have left, and what has gone for good."""
        names = {self.shard(number).name for number in kept}
        for directory in self.shard(0).parent.glob("*"):
            if directory.name not in names:
                shutil.rmtree(directory, ignore_errors=True)


class Store:
    """The directory of an index and its versions."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory.expanduser().resolve()
        self._versions = self.directory / "versions"
        #: Where the versions lay up to layout 4.
        self._bases = self.directory / "bases"

    def current(self) -> IndexVersion | None:
        """The version that answers, None when nothing was ever indexed here; StoreDamagedError when it is not there."""
        try:
            name = (self.directory / _POINTER).read_text(encoding="ascii").strip()
        except FileNotFoundError as error:
            if not all(self._is_unfinished(version) for version in self._all()):
                raise self.damaged(f"its pointer file {_POINTER} is missing") from error
            return None
        except (OSError, UnicodeDecodeError) as error:
            raise self.damaged(f"its pointer file {_POINTER} cannot be read ({error})") from error
        if name.isdigit() and (self._versions / name).is_dir():
            return IndexVersion(self._versions / name)
        if name.isdigit() and (self._bases / name).is_dir():
            raise StoreMismatchError(
                f"The index in {self.directory} was written by an older release.",
                f"Bring it up to date: assistant index PATH --store {self.directory}; all that it holds is kept.",
            )
        raise self.damaged(f"its pointer file {_POINTER} names a version that is not there ('{name[:40]}')")

    def is_outdated(self) -> bool:
        """Whether it was written in an older layout; its articles are to be taken over into a new version."""
        return not self._all() and self._bases.is_dir()

    def answers(self, version: IndexVersion) -> bool:
        """Whether it is the one that answers, and is marked as such."""
        try:
            return self.current() == version and not self._is_unfinished(version)
        except (StoreDamagedError, StoreMismatchError):
            return False

    def require_current(self) -> IndexVersion:
        """Like ``current``, but StoreMissingError when there is none."""
        version = self.current()
        if version is None:
            raise StoreMissingError(
                f"There is no index in {self.directory}.",
                "Index some articles first: assistant index PATH --store DIR (or Assistant.build(PATH)).",
            )
        return version

    def unfinished(self, wanted: Manifest, origin: str) -> IndexVersion | None:
        """A version that a writer has begun with this manifest and from this ``origin``, and not switched to."""
        for version in reversed(self._all()):
            if self._is_unfinished(version):
                try:
                    with closing(Catalogue.open(version.catalogue)) as catalogue:
                        if (catalogue.meta(MANIFEST), catalogue.meta(ORIGIN)) == (wanted.to_json(), origin):
                            return version
                except Exception:  # noqa: S112 - whatever is the matter with it, another one is begun
                    continue
        return None

    def origin(self) -> str:
        """Version and commit that a version which is begun now takes its articles from; "" for nothing readable."""
        try:
            version = self.require_current()
            with closing(Catalogue.open(version.catalogue)) as catalogue:
                return f"{version.directory.name}, commit {catalogue.commit}"
        except Exception:  # damaged, older, missing: nothing is known of it
            return ""

    def recoverable(self) -> list[Path]:
        """Catalogues that may hold articles for a rebuild: of the version that answers, then from the newest on."""
        versions = [version for version in reversed(self._all()) if not self._is_unfinished(version)]
        try:
            current = self.current()
        except (StoreDamagedError, StoreMismatchError):
            current = None
        versions.sort(key=lambda version: version != current)
        old = sorted(self._bases.glob("[0-9]*/FINISHED"), reverse=True)
        return [version.catalogue for version in versions] + [path.with_name("catalogue.sqlite") for path in old]

    def start(self) -> IndexVersion:
        """A new, empty version."""
        taken = [int(path.name) for folder in (self._versions, self._bases) for path in folder.glob("[0-9]*")]
        version = IndexVersion(self._versions / f"{max(taken, default=0) + 1:06d}")
        version.directory.mkdir(parents=True)
        return version

    def switch(self, version: IndexVersion) -> None:
        """Make a version the one that answers; everything in it is durable already.

        It is marked as finished only when the pointer names it: a version that says so and that no pointer has ever
        named would look like one whose pointer was lost. Cut short in between, it answers, and is to be switched to
        again.
        """
        pointer = self.directory / f"{_POINTER}.new"
        pointer.write_text(version.directory.name + "\n", encoding="ascii")
        for path in (pointer, version.directory, self._versions):
            flush(path)
        os.replace(pointer, self.directory / _POINTER)
        flush(self.directory)
        (version.directory / _FINISHED).touch()
        flush(version.directory)

    def drop_old(self) -> None:
        """Delete every version but the current one and the one before it, which readers may have opened just now."""
        current = self.current()
        if current is not None:
            shutil.rmtree(self._bases, ignore_errors=True)
            versions = [version for version in self._all() if version != current]
            kept = versions[:-1] if versions and not self._is_unfinished(versions[-1]) else versions
            for version in kept:
                shutil.rmtree(version.directory, ignore_errors=True)

    def drop_others(self) -> None:
        """Delete every version but the current one, whoever reads it."""
        current = self.current()
        for version in self._all():
            if version != current:
                shutil.rmtree(version.directory)

    def check_manifest(self, catalogue: Catalogue, wanted: Manifest) -> None:
        """StoreMismatchError, naming what differs, unless the index was made as ``wanted``."""
        if catalogue.layout() > LAYOUT:
            raise StoreMismatchError(
                f"The index in {self.directory} was written by a newer release.", "Update this package, or index anew."
            )
        try:
            made, new = json.loads(catalogue.meta(MANIFEST) or ""), asdict(wanted)
            differences = [f"{key} {made[key]!r}, now {new[key]!r}" for key in new if made[key] != new[key]]
        except (ValueError, KeyError, TypeError) as error:
            raise self.damaged("its catalogue does not say how it was made") from error
        if differences:
            raise StoreMismatchError(
                f"The index in {self.directory} was built differently: {'; '.join(differences)}.",
                "Use the settings it was built with, or build it anew from the articles it holds:"
                f" assistant index PATH --store {self.directory} --rebuild.",
            )

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Hold the writer's lock; StoreLockedError at once when another process has it.

        Damage, and what the system refuses, are raised as StoreErrors.
        """
        from filelock import FileLock, Timeout

        with self._explaining("The index as it was still answers."):
            try:
                self.directory.mkdir(parents=True, exist_ok=True)
                with FileLock(self.directory / "writer.lock", timeout=0):
                    yield
            except Timeout as error:
                raise StoreLockedError(
                    f"Another process is writing to the index in {self.directory}.",
                    "Wait until it has finished; the index keeps answering meanwhile.",
                ) from error

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Damage found inside, and what the system refuses, are raised as StoreErrors."""
        with self._explaining(""):
            yield

    @contextmanager
    def _explaining(self, reassurance: str) -> Iterator[None]:
        try:
            yield
        except StoreError:
            raise
        except BaseException as error:
            failure = what_failed(error)
            if failure is None:
                raise
            if failure.damaged:
                raise (self.damaged if failure.damaged == "catalogue" else self.derived_damaged)(
                    failure.what
                ) from error
            raise StoreError(
                f"The index in {self.directory} cannot be used just now: {failure.what}.",
                f"{failure.remedy} {reassurance}".strip(),
            ) from error

    def derived_damaged(self, what: str) -> StoreDamagedError:
        """The error for files that can be made again from the catalogue."""
        return StoreDamagedError(
            f"The index in {self.directory} is damaged: {what}.",
            f"The next run repairs it: assistant index PATH --store {self.directory}.",
        )

    def damaged(self, what: str) -> StoreDamagedError:
        """The error for a catalogue, or a pointer to it, that is missing or cannot be read."""
        return StoreDamagedError(
            f"The index in {self.directory} is damaged: {what}.",
            f"Repair it from what it still holds: assistant index PATH --store {self.directory} --rebuild.",
        )

    def _all(self) -> list[IndexVersion]:
        """Every version, oldest first."""
        return [IndexVersion(path) for path in sorted(self._versions.glob("[0-9]*"))]

    def _is_unfinished(self, version: IndexVersion) -> bool:
        return not (version.directory / _FINISHED).exists()


def flush(path: Path) -> None:
    """Make a file or directory durable."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
