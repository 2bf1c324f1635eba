"""Commit batches are embedded beside the rest, put in order, and what ends one loses nothing of those before."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from assistant.errors import StoreError
from assistant.index import batches
from assistant.index.opened import Index
from assistant.index.sync import Synchroniser, manifest
from assistant.records import ArticleFilter
from assistant.settings import Settings
from tests.fakes import WordEmbedder, count_tokens

SETTINGS = Settings(passage_tokens=40)
ARTICLES = 9


class Watched(WordEmbedder):
    """Notes which threads embed, and refuses once it has embedded so many times."""

    def __init__(self, times: int = 1000) -> None:
        super().__init__()
        self.threads: set[int] = set()
        self._times = times

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.threads.add(threading.get_ident())
        self._times -= 1
        if self._times < 0:
            raise MemoryError("no room for the vectors")
        return super().embed(texts)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "articles"
    place.mkdir()
    for number in range(ARTICLES):
        lines = [f"Report {number} on harbour {100 + number} was heard by council {200 + number} on Monday."] * 2
        (place / f"{number}.txt").write_text("\n\n".join(lines), encoding="utf-8")
    return place


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "_BATCH", 2)
    monkeypatch.setattr(batches, "_PART", 1)


def sync(folder: Path, store: Path, embedder: WordEmbedder, told: list[tuple[int, int]] | None = None) -> int:
    def progress(stage: str, done: int, total: int) -> None:
        assert threading.current_thread() is threading.main_thread()
        if stage == "embed" and told is not None:
            told.append((done, total))

    return Synchroniser(store, embedder, count_tokens, SETTINGS, progress).run([folder]).embedded


def found(store: Path) -> list[dict[str, float]]:
    """For a question about each article, how near each passage is."""
    with closing(Index(store, manifest(WordEmbedder(), SETTINGS))) as index:
        view = index.view()
        questions = WordEmbedder().embed([f"council {200 + number}" for number in range(ARTICLES)])
        nearest = [view.nearest(question, 100, ArticleFilter()) for question in questions]
        return [
            {
                passage.text: round(hits[key], 5)
                for key, passage in zip(hits, view.catalogue.passages(list(hits)), strict=True)
            }
            for hits in nearest
        ]


def embedding_threads() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name.startswith("embed")]


def test_many_batches_hold_what_one_holds(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = sync(folder, tmp_path / "whole", WordEmbedder())
    monkeypatch.setattr(batches, "_BATCH", 2)
    monkeypatch.setattr(batches, "_PART", 1)
    embedder, told = Watched(), list[tuple[int, int]]()
    assert sync(folder, tmp_path / "many", embedder, told) == whole >= ARTICLES
    assert found(tmp_path / "many") == found(tmp_path / "whole")
    assert len(told) == len({done for done, _ in told}) == ARTICLES
    assert told == sorted(told)
    assert all(done <= total for done, total in told)
    assert told[-1] == (whole, whole)
    assert embedder.threads.isdisjoint({threading.get_ident()})
    assert not embedding_threads()


@pytest.mark.usefixtures("small")
def test_batches_before_a_failure_are_kept_and_not_embedded_again(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"too little memory.*Free some memory"):
        sync(folder, tmp_path / "store", Watched(times=5))
    assert not embedding_threads()
    assert sync(folder, tmp_path / "store", WordEmbedder()) < sync(folder, tmp_path / "new", WordEmbedder())
    assert found(tmp_path / "store") == found(tmp_path / "new")


@pytest.mark.usefixtures("small")
def test_an_interruption_ends_what_is_being_embedded(folder: Path, tmp_path: Path) -> None:
    def interrupt(stage: str, done: int, total: int) -> None:
        if stage == "embed":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Synchroniser(tmp_path / "store", WordEmbedder(), count_tokens, SETTINGS, interrupt).run([folder])
    assert not embedding_threads()
    assert sync(folder, tmp_path / "store", WordEmbedder()) >= ARTICLES
