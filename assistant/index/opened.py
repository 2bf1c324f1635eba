"""An index opened for answering: always the present generation, each question in one that does not change."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import TypeVar
from weakref import WeakValueDictionary

import numpy as np
from numpy.typing import NDArray

from assistant.errors import StoreError
from assistant.index.catalogue.reader import Catalogue
from assistant.index.lexical import LexicalIndex, LexicalSearcher
from assistant.index.store import Base, Recipe, Store
from assistant.index.vectors import VectorIndex, Vectors
from assistant.records import ArticleFilter, IndexState, Passage

T = TypeVar("T")

#: How many times as many passages are asked for when some of those found have gone.
_WIDER = 4


class View:
    """One generation, for as long as somebody reads it.

    Attributes:
        catalogue: its articles and passages.
        state: what it holds.
    """

    def __init__(self, catalogue: Catalogue, vectors: Vectors, lexical: LexicalSearcher, state: IndexState) -> None:
        self.catalogue = catalogue
        self.state = state
        self._vectors = vectors
        self._lexical = lexical

    def nearest(self, vector: NDArray[np.float32], k: int, where: ArticleFilter) -> dict[str, float]:
        """Keys of the ``k`` passages nearest to ``vector`` (dimension,), nearest first, with their cosines."""
        found: dict[str, float] = {}
        speaking = self.catalogue.stories.speaking_for(where)

        def search(depth: int) -> list[str]:
            found.update(self._vectors.search(vector, depth, where, speaking))
            return sorted(found, key=lambda key: -found[key])

        return {key: found[key] for key in self._living(search, k, len(self._vectors))}

    def matching(self, query: str, k: int, where: ArticleFilter) -> list[str]:
        """Keys of the ``k`` passages that match the words of ``query`` best, best first."""
        speaking = self.catalogue.stories.speaking_for(where)
        return self._living(lambda depth: self._lexical.search(query, depth, where, speaking), k, len(self._lexical))

    def similarities(self, vector: NDArray[np.float32], keys: list[str]) -> dict[str, float]:
        """Cosine of ``vector`` (dimension,) to each of these passages."""
        return self._vectors.similarities(vector, keys)

    def passages(self, keys: list[str]) -> list[Passage]:
        """The passages of these keys, in the order given."""
        return self.catalogue.passages(keys)

    def digest(self) -> str:
        """SHA-256, hexadecimal, over what is held and how it was split; equal for equal indexes."""
        return self.catalogue.digest()

    def _living(self, search: Callable[[int], list[str]], k: int, held: int) -> list[str]:
        """The first ``k`` of what is found that this generation has; what has gone makes the search go deeper."""
        depth = k
        while True:
            found = search(depth)
            living = self.catalogue.live_passages(found)
            if len(living) >= k or len(found) < depth or depth >= held:
                return living[:k]
            depth = min(held, depth * _WIDER)


class _Opened:
    """One base: its catalogue, lexical index and those of its segments that somebody reads."""

    def __init__(self, store: Store, base: Base, wanted: Recipe) -> None:
        self.base = base
        self._store = store
        self._wanted = wanted
        self._segments: WeakValueDictionary[int, VectorIndex] = WeakValueDictionary()
        for path in (base.catalogue, base.lexical / "meta.json"):
            if not path.is_file():
                raise store.damaged(f"{path} is missing")
        if not os.access(base.catalogue, os.W_OK):
            raise StoreError(
                f"The index in {store.directory} may not be written to, and Chroma opens its files for writing.",
                "Give this user write permission for it, or copy it to a place of its own.",
            )
        self.catalogue = Catalogue.open(base.catalogue)
        store.check_recipe(self.catalogue, wanted)
        self._lexical = LexicalIndex(base.lexical)

    def view(self, catalogue: Catalogue) -> View:
        """A generation of it."""
        lexical, state = self.check(catalogue)
        parts = [self._segment(number, held) for number, held in catalogue.segments().items()]
        return View(catalogue, Vectors(parts), lexical, state)

    def check(self, catalogue: Catalogue) -> tuple[LexicalSearcher, IndexState]:
        """Raises StoreDamagedError when parts of a generation are missing; vectors are not read for it."""
        lexical, state = self._lexical.now(), self._state(catalogue)
        if len(lexical) < state.passages:
            raise self._store.damaged(f"of {state.passages} passages {len(lexical)} are in the lexical index")
        for number in catalogue.segments():
            file = self.base.segment(number) / "chroma.sqlite3"
            if not file.is_file():
                raise self._store.damaged(f"{file} is missing")
        return lexical, state

    def close(self) -> None:
        """Release the files."""
        for segment in list(self._segments.values()):
            segment.close()
        self.catalogue.close()

    def _segment(self, number: int, held: int) -> VectorIndex:
        known = self._segments.get(number)
        if known is not None:
            return known
        opened = VectorIndex(self.base.segment(number))
        if len(opened) != held:
            raise self._store.damaged(f"segment {number} should hold {held} passages, but holds {len(opened)}")
        self._segments[number] = opened
        return opened

    def _state(self, catalogue: Catalogue) -> IndexState:
        articles, passages = catalogue.counts()
        return IndexState(
            store=str(self._store.directory),
            generation=f"{self.base.directory.name}.{catalogue.generation}",
            articles=articles,
            passages=passages,
            synced_at=catalogue.synced_at(),
            embedder=self._wanted.embedder,
        )


class Index:
    """The index in a directory. Threads may share it; another process may write to it meanwhile."""

    def __init__(self, directory: Path, wanted: Recipe) -> None:
        """Open it.

        Raises StoreMissingError, StoreMismatchError (made differently than ``wanted``) or
        StoreDamagedError (its parts are missing or disagree), each naming the remedy.
        """
        self._store = Store(directory)
        self._wanted = wanted
        self._lock = threading.Lock()
        self._opened, self._view = self._open(self._store.require_current())

    @staticmethod
    def check(directory: Path, wanted: Recipe) -> None:
        """Raises what opening it would, but for damage inside of vectors: at a cost that does not grow with them."""
        store = Store(directory)

        def look() -> None:
            with closing(_Opened(store, store.require_current(), wanted)) as opened:
                opened.check(opened.catalogue)

        _guarded(store, look)

    def view(self) -> View:
        """The present generation; the same object until there is a new one.

        Raises StoreMismatchError when the index was built anew in another way meanwhile, or StoreDamagedError.
        """
        with self._lock:
            base = self._store.require_current()
            if base != self._opened.base:
                self._opened, self._view = self._open(base)  # questions under way still read the old one
            elif (now := self._view.catalogue.now()) is not self._view.catalogue:
                self._view = _guarded(self._store, lambda: self._opened.view(now))
            return self._view

    def close(self) -> None:
        """Release the files; closing twice is harmless."""
        with self._lock:
            self._opened.close()

    def _open(self, base: Base) -> tuple[_Opened, View]:
        def both() -> tuple[_Opened, View]:
            opened = _Opened(self._store, base, self._wanted)
            return opened, opened.view(opened.catalogue)

        return _guarded(self._store, both)


def _guarded(store: Store, work: Callable[[], T]) -> T:
    try:
        return work()
    except StoreError:
        raise
    except Exception as error:  # SQLite, Chroma and tantivy each have their own words for damage
        raise store.damaged(f"it cannot be opened ({error})") from error
