"""A generation's parts opened as one: catalogue, vectors and lexical index."""

from __future__ import annotations

import os
from pathlib import Path

from assistant.errors import StoreError
from assistant.index.catalogue import Catalogue
from assistant.index.generations import Manifest, Recipe, Store
from assistant.index.lexical import LexicalIndex
from assistant.index.vectors import VectorIndex
from assistant.records import IndexState

CATALOGUE, VECTORS, LEXICAL = "catalogue.sqlite", "vectors", "lexical"


class Parts:
    """The three parts of one generation.

    Args:
        store: for the words of errors.
        generation: directory of the parts; created where missing when ``writable``.

    Raises:
        StoreDamagedError: when a part is missing or cannot be opened.
        StoreError: when the vectors may not be written to: Chroma opens its files for writing.
    """

    def __init__(self, store: Store, generation: Path, *, writable: bool = False) -> None:
        self._store = store
        self._generation = generation
        self._closed = False
        if not writable:
            self._check_files()
        try:
            self.catalogue = Catalogue(generation / CATALOGUE, writable=writable)
            self.vectors = VectorIndex(generation / VECTORS)
            self.lexical = LexicalIndex(generation / LEXICAL)
            self.count()
        except Exception as error:  # SQLite, Chroma and tantivy each have their own words for damage
            raise store.damaged(f"generation {generation.name} cannot be opened ({error})") from error

    def count(self) -> tuple[int, int, int, int]:
        """Articles and passages in the catalogue, vectors, passages in the lexical index."""
        return (*self.catalogue.counts(), len(self.vectors), len(self.lexical))

    def require(self, articles: int, passages: int) -> None:
        """StoreDamagedError unless every part holds as much as it should."""
        held = self.count()
        if held != (articles, passages, passages, passages):
            raise self._store.damaged(
                f"generation {self._generation.name} should hold {articles} articles and {passages} passages,"
                f" but holds {held[0]} and {held[1]} ({held[2]} vectors, {held[3]} lexical)"
            )

    def close(self) -> None:
        """Release the files; closing twice is harmless."""
        if not self._closed:
            self._closed = True
            self.vectors.close()
            self.lexical.close()
            self.catalogue.close()

    def _check_files(self) -> None:
        for part in (CATALOGUE, f"{VECTORS}/chroma.sqlite3", f"{LEXICAL}/meta.json"):
            if not (self._generation / part).exists():
                raise self._store.damaged(f"{self._generation / part} is missing")
        if not os.access(self._generation / VECTORS / "chroma.sqlite3", os.W_OK):
            raise StoreError(
                f"The index in {self._store.directory} may not be written to, and Chroma opens its files for writing.",
                "Give this user write permission for it, or copy it to a place of its own.",
            )


class Index:
    """One finished generation, for answering. Several may be open at once.

    Attributes:
        catalogue, vectors, lexical: its parts.
        state: what it holds.
    """

    def __init__(self, store: Path, wanted: Recipe) -> None:
        """Open the current generation of ``store``.

        Raises StoreMissingError, StoreMismatchError (made differently than ``wanted``) or
        StoreDamagedError (its parts are missing or disagree), each naming the remedy.
        """
        home = Store(store)
        generation = home.require_current()
        manifest = home.manifest(generation)
        home.check_recipe(manifest, wanted)
        self._parts = Parts(home, generation)
        self._parts.require(manifest.articles, manifest.passages)
        self.catalogue, self.vectors, self.lexical = self._parts.catalogue, self._parts.vectors, self._parts.lexical
        self.state = _state(home, manifest)

    def digest(self) -> str:
        """SHA-256, hexadecimal, over what the index holds and how it was split; equal for equal indexes."""
        return self.catalogue.digest()

    def close(self) -> None:
        """Release the files; closing twice is harmless."""
        self._parts.close()


def _state(home: Store, manifest: Manifest) -> IndexState:
    return IndexState(
        store=str(home.directory),
        generation=manifest.generation,
        articles=manifest.articles,
        passages=manifest.passages,
        synced_at=manifest.synced_at,
        embedder=manifest.recipe.embedder,
    )
