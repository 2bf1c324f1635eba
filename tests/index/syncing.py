"""Syncs made for tests: stories, and what an index holds of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from assistant.index.opened import Index
from assistant.index.sync import Synchroniser, manifest
from assistant.records import ArticleFilter, SyncReport
from assistant.settings import Settings
from tests.fakes import WordEmbedder, count_tokens

ANYWHERE = ArticleFilter()
SETTINGS = Settings(passage_tokens=40)


class Interrupted(WordEmbedder):
    """Ends the sync that has it as soon as something is to be embedded."""

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        raise KeyboardInterrupt


def raising(error: BaseException) -> Callable[..., None]:
    """A function that raises ``error`` whatever it is given."""

    def instead(*_: object) -> None:
        raise error

    return instead


def story(subject: str) -> str:
    return (
        f"{subject.title()} Made Headlines in the Capital\n\n"
        f"{subject} was the subject of a long debate in parliament on Tuesday, officials said. "
        f"Nobody expected that {subject} would return so soon to the front pages.\n\n"
        f"The minister said that {subject} deserves a careful answer, and that he would give one in spring.\n"
    )


def sync(folder: Path, store: Path, *, embedder: WordEmbedder | None = None, rebuild: bool = False) -> SyncReport:
    return Synchroniser(store, embedder or WordEmbedder(), count_tokens, SETTINGS).run([folder], rebuild=rebuild)


def opened(store: Path, embedder: WordEmbedder | None = None) -> Index:
    return Index(store, manifest(embedder or WordEmbedder(), SETTINGS))


def titles(store: Path) -> set[str]:
    index = opened(store)
    try:
        return {index.view().catalogue.text(item).split()[0].lower() for item in index.view().catalogue.article_ids()}
    finally:
        index.close()


def commit(store: Path) -> str:
    index = opened(store)
    try:
        return index.view().state.commit
    finally:
        index.close()


def shards(store: Path) -> set[str]:
    return {path.name for path in store.glob("versions/*/vectors/*")}
