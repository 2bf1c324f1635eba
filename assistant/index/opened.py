"""A finished generation, opened for answering: catalogue, vectors and lexical index as one."""

from __future__ import annotations

from pathlib import Path

from assistant.index.catalogue import Catalogue
from assistant.index.generations import Recipe, Store, damaged
from assistant.index.lexical import LexicalIndex
from assistant.index.vectors import VectorIndex
from assistant.records import IndexState


class Index:
    """One finished generation. Nothing in it changes; several may be open at once.

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
        for part in ("catalogue.sqlite", "vectors", "lexical"):
            if not (generation / part).exists():
                raise damaged(store, f"{generation / part} is missing")
        try:
            self.catalogue = Catalogue(generation / "catalogue.sqlite")
            self.vectors = VectorIndex(generation / "vectors")
            self.lexical = LexicalIndex(generation / "lexical")
            held = (*self.catalogue.counts(), len(self.vectors), len(self.lexical))
        except Exception as error:  # SQLite, Chroma and tantivy each have their own words for damage
            raise damaged(store, f"generation {generation.name} cannot be opened ({error})") from error
        if held != (manifest.articles, manifest.passages, manifest.passages, manifest.passages):
            raise damaged(
                store,
                f"generation {generation.name} should hold {manifest.articles} articles and {manifest.passages}"
                f" passages, but holds {held[0]} and {held[1]} ({held[2]} vectors, {held[3]} lexical)",
            )
        self.state = IndexState(
            store=str(home.directory),
            generation=manifest.generation,
            articles=manifest.articles,
            passages=manifest.passages,
            synced_at=manifest.synced_at,
            embedder=manifest.recipe.embedder,
        )

    def close(self) -> None:
        """Release the files."""
        self.vectors.close()
        self.lexical.close()
        self.catalogue.close()
