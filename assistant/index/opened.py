"""An index opened for answering: always the present commit, each question in a snapshot that does not change."""

from __future__ import annotations

import os
import threading
from contextlib import AbstractContextManager
from pathlib import Path
from weakref import WeakValueDictionary

import numpy as np
from numpy.typing import NDArray

from assistant.errors import StoreError
from assistant.index.catalogue.reader import Catalogue
from assistant.index.lexical import LexicalIndex, LexicalSearcher
from assistant.index.store import IndexVersion, Manifest, Store
from assistant.index.vectors import CHROMA_FILE, Shard, Vectors
from assistant.records import ArticleFilter, IndexState, Passage

#: How many times as many passages are asked for when some of those found have gone.
_WIDER = 4
_EVERYTHING = ArticleFilter()


class View:
    """One snapshot, for as long as somebody reads it.

    Attributes:
        catalogue: its articles and passages.
        state: what it holds.
    """

    def __init__(self, catalogue: Catalogue, vectors: Vectors, lexical: LexicalSearcher, state: IndexState) -> None:
        self.catalogue = catalogue
        self.state = state
        self._vectors = vectors
        self._lexical = lexical

    def nearest(self, vector: NDArray[np.float32], k: int, where: ArticleFilter = _EVERYTHING) -> dict[str, float]:
        """Keys of the ``k`` passages nearest to ``vector`` (dimension,), nearest first, with their cosines."""
        all_count = not where and len(self._vectors) == self.state.passages
        return self._vectors.search(vector, k, None if all_count else self.catalogue.passage_keys(where))

    def matching(self, query: str, k: int, where: ArticleFilter = _EVERYTHING) -> list[str]:
        """Keys of the ``k`` passages that match the words of ``query`` best, best first."""
        depth = k
        while True:
            found = self._lexical.search(query, depth, where)
            present = self.catalogue.live_passages(found)
            if len(present) >= k or len(found) < depth or depth >= len(self._lexical):
                return present[:k]
            depth = min(len(self._lexical), depth * _WIDER)

    def similarities(self, vector: NDArray[np.float32], keys: list[str]) -> dict[str, float]:
        """Cosine of ``vector`` (dimension,) to each of these passages."""
        return self._vectors.similarities(vector, keys)

    def passages(self, keys: list[str]) -> list[Passage]:
        """The passages of these keys, in the order given."""
        return self.catalogue.passages(keys)

    def digest(self) -> str:
        """SHA-256, hexadecimal, over what is held and how it was split; equal for equal indexes."""
        return self.catalogue.digest()


class _Opened:
    """One version: its catalogue, lexical index and those of its shards that somebody reads."""

    def __init__(self, store: Store, version: IndexVersion, wanted: Manifest) -> None:
        self.version = version
        self._store = store
        self._wanted = wanted
        self._shards: WeakValueDictionary[int, Shard] = WeakValueDictionary()
        if not version.catalogue.is_file():
            raise store.damaged(f"{version.catalogue} is missing")
        if not os.access(version.catalogue, os.W_OK):
            raise StoreError(
                f"The index in {store.directory} may not be written to, which SQLite needs even to read it.",
                "Give this user write permission for it, or copy it to a place of its own.",
            )
        self.catalogue = Catalogue.open(version.catalogue)
        store.check_manifest(self.catalogue, wanted)
        if not (version.lexical / "meta.json").is_file():
            raise store.derived_damaged(f"{version.lexical / 'meta.json'} is missing")
        self._lexical = LexicalIndex(version.lexical)

    def view(self, catalogue: Catalogue) -> View:
        """A snapshot of it; StoreDamagedError when parts of it are missing."""
        lexical, state = self._lexical.now(), self._state(catalogue)
        if len(lexical) < state.passages:
            raise self._store.derived_damaged(
                f"of {state.passages} passages {len(lexical)} are in {self.version.lexical}"
            )
        shards = [self._shard(number, held) for number, held in catalogue.shards().items()]
        return View(catalogue, Vectors(shards), lexical, state)

    def close(self) -> None:
        """Release the files."""
        self.catalogue.close()

    def _shard(self, number: int, held: int) -> Shard:
        known = self._shards.get(number)
        if known is not None:
            return known
        directory = self.version.shard(number)
        if not (directory / CHROMA_FILE).is_file():
            raise self._store.derived_damaged(f"{directory / CHROMA_FILE} is missing")
        try:
            opened = Shard(directory)
        except (FileNotFoundError, ValueError) as error:
            raise self._store.derived_damaged(f"{directory} cannot be read ({error})") from error
        if len(opened) != held:
            raise self._store.derived_damaged(f"{directory} should hold {held} passages, but holds {len(opened)}")
        self._shards[number] = opened
        return opened

    def _state(self, catalogue: Catalogue) -> IndexState:
        articles, passages = catalogue.counts()
        return IndexState(
            store=str(self._store.directory),
            commit=f"{self.version.directory.name}.{catalogue.commit}",
            articles=articles,
            passages=passages,
            synced_at=catalogue.committed_at(),
            embedder=self._wanted.embedder,
        )


class Index:
    """The index in a directory. Threads may share it; another process may write to it meanwhile."""

    def __init__(self, directory: Path, wanted: Manifest) -> None:
        """Open it.

        Raises StoreMissingError, StoreMismatchError (made differently than ``wanted``) or
        StoreDamagedError (its parts are missing or disagree), each naming the remedy.
        """
        self._store = Store(directory)
        self._wanted = wanted
        self._lock = threading.Lock()
        self._process = os.getpid()
        self._opened, self._view = self._open(self._store.require_current())

    def view(self) -> View:
        """The present snapshot; the same object until there is a new commit.

        Raises StoreMismatchError when the index was built anew in another way meanwhile, StoreDamagedError, or
        StoreError in a child of the process that opened it.
        """
        if os.getpid() != self._process:
            raise StoreError(
                "The index was opened before this process was forked, and its files cannot be shared with it.",
                "Open it after the fork: Assistant.open(STORE) in each child.",
            )
        with self._lock:
            version = self._store.require_current()
            if version != self._opened.version:
                self._opened, self._view = self._open(version)  # questions under way still read the old one
            with self.reading():
                if (now := self._view.catalogue.now()) is not self._view.catalogue:
                    self._view = self._opened.view(now)
            return self._view

    def reading(self) -> AbstractContextManager[None]:
        """Damage found inside, and what the system refuses, are raised as StoreErrors."""
        return self._store.reading()

    def close(self) -> None:
        """Release the files; closing twice is harmless."""
        with self._lock:
            self._opened.close()

    def _open(self, version: IndexVersion) -> tuple[_Opened, View]:
        with self._store.reading():
            opened = _Opened(self._store, version, self._wanted)
            return opened, opened.view(opened.catalogue)
