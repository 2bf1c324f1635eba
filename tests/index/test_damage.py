"""Indexes that are damaged or made with other parts are told as such, and mended by rebuilding."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from assistant.errors import (
    StoreDamagedError,
    StoreMismatchError,
)
from assistant.index.store import Store
from tests.fakes import WordEmbedder
from tests.index.syncing import opened, story, sync, titles


def spoil_catalogue(store: Path, command: str) -> None:
    with closing(sqlite3.connect(next(store.rglob("catalogue.sqlite")))) as database:
        database.execute(command)
        database.commit()


DAMAGE: dict[str, Callable[[Path], object]] = {
    "pointer": lambda store: (store / "CURRENT").write_text("000099\n"),
    "no pointer": lambda store: (store / "CURRENT").unlink(),
    "pointer out of the store": lambda store: (store / "CURRENT").write_text("../../etc\n"),
    "recipe": lambda store: spoil_catalogue(store, "DELETE FROM meta WHERE key = 'recipe'"),
    "segment": lambda store: spoil_catalogue(store, "UPDATE segments SET passages = passages + 1"),
    "no tables": lambda store: spoil_catalogue(store, "DROP TABLE versions"),
    "catalogue": lambda store: next(store.rglob("catalogue.sqlite")).write_bytes(b"not a database" * 99),
    "no catalogue": lambda store: next(store.rglob("catalogue.sqlite")).unlink(),
    "vectors": lambda store: next(store.rglob("chroma.sqlite3")).write_bytes(b"junk" * 5000),
    "no vectors": lambda store: next(store.rglob("chroma.sqlite3")).unlink(),
    "lexical": lambda store: next(store.rglob("meta.json")).write_text("junk"),
    "no lexical": lambda store: next(store.rglob("meta.json")).unlink(),
}


#: What only those notice who open the vectors: a sync that adds to them does not.
INSIDE = {"segment", "vectors"}


def test_another_embedder_is_refused_until_rebuilt(folder: Path, store: Path, tmp_path: Path) -> None:
    sync(folder, store)
    other = tmp_path / "other"
    other.mkdir()
    (other / "chess.txt").write_text(story("chess"), encoding="utf-8")
    sync(other, store)
    newcomer = WordEmbedder("fake words, another training")

    with pytest.raises(StoreMismatchError, match=r"fake words 64.*another training.*--rebuild"):
        opened(store, newcomer)
    with pytest.raises(StoreMismatchError):
        sync(folder, store, embedder=newcomer)
    assert len(titles(store)) == 4

    report = sync(folder, store, embedder=newcomer, rebuild=True)

    assert report.embedded == report.passages
    index = opened(store, newcomer)
    assert index.view().state.articles == 4, "articles of folders that were not named are rebuilt from the catalogue"
    index.close()


@pytest.mark.parametrize("part", DAMAGE)
def test_damage_is_told_and_mended_by_rebuilding(folder: Path, store: Path, part: str) -> None:
    sync(folder, store)
    DAMAGE[part](store)

    with pytest.raises(StoreDamagedError, match=r"damaged.*--rebuild"):
        opened(store)
    (folder / "music.txt").write_text(story("music"), encoding="utf-8")
    with pytest.raises(StoreDamagedError, match=r"damaged.*--rebuild"):
        sync(folder, store)
        assert part in INSIDE
        opened(store)
    (folder / "music.txt").unlink()
    report = sync(folder, store, rebuild=True)

    assert report.articles == 3
    assert titles(store) == {"fishing", "railways", "poetry"}


def test_a_rebuild_rescues_articles_from_the_base_before(folder: Path, store: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "chess.txt").write_text(story("chess"), encoding="utf-8")
    sync(other, store)
    sync(folder, store, rebuild=True)
    current = Store(store).current()
    assert current is not None
    current.catalogue.write_bytes(b"junk" * 999)
    assert sync(folder, store, rebuild=True).articles == 4
