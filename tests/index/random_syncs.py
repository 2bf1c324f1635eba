"""Folders that change at random and are synced now and then, beside an index made anew of what they hold."""

from __future__ import annotations

import random
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

from assistant.errors import NothingToIndexError, StoreMissingError
from assistant.index import batches, store, sync
from assistant.index.catalogue import writer as catalogue_writer
from assistant.index.catalogue.schema import transaction
from assistant.index.lexical import LexicalIndex
from assistant.index.opened import Index
from assistant.index.shards import ShardWriter
from assistant.index.store import Store
from assistant.index.sync import Synchroniser, manifest
from assistant.records import ArticleFilter
from assistant.settings import Settings
from tests.fakes import WordEmbedder, count_tokens

SETTINGS = Settings(passage_tokens=40)
WORDS = re.findall(
    r"\w+",
    """harbour council engineer winter ferry bridge mayor school museum river committee budget minister festival faculty
    university hospital orchard railway tunnel library market election storm island lantern glacier vineyard quarry
    workshop signal treaty harvest meadow turbine archive pilot senate painter canal orchestra bakery printer""",
)
#: The most steps of a sync after which it may be cut short.
_LATEST_CUT = 150


class Cut(BaseException):
    """A sync ends here, as if it were killed."""


class World:
    """Two folders and their index.

    Args:
        place: an empty folder to work in.
        seed: of all that happens.
    """

    def __init__(self, place: Path, seed: int) -> None:
        self.random = random.Random(seed)
        self.location = place
        self.folders = (place / "north", place / "south")
        for folder in self.folders:
            folder.mkdir()
        self.store = place / "store"
        self.done: list[str] = []
        self._count = 0
        self._until_cut = -1
        self._stories = [self._story() for _ in range(6)]

    def live_on(self) -> None:
        """A few changes, perhaps a sync that is cut short, and one that is not."""
        for _ in range(3):
            self.change()
        if self.random.random() < 0.6:
            self.sync(cut=True, rebuild=self.random.random() < 0.2)
        if self.random.random() < 0.2:
            self.exclude()
        self.sync(rebuild=self.random.random() < 0.1)

    def change(self) -> None:
        """A file is added, written anew, deleted, moved or copied."""
        files, what = self.files(), self.random.random()
        file = self.random.choice(files) if len(files) > 3 else None
        if file is None or what < 0.3:
            self._new_path().write_text(self._text(), encoding="utf-8")
        elif what < 0.5:
            file.write_text(self._text(), encoding="utf-8")
        elif what < 0.7:
            file.unlink()
        elif what < 0.85:
            file.rename(self._new_path())
            if what < 0.75:  # as logs are rotated
                file.write_text(self._text(), encoding="utf-8")
        else:
            shutil.copy2(file, self._new_path())
        self.done.append(f"change {what:.2f} {file and file.name}")

    def sync(self, *, cut: bool = False, rebuild: bool = False) -> None:
        """Both folders, or one of them if the sync is to be cut short."""
        folders = self.random.choice([[folder] for folder in self.folders]) if cut else self.folders
        self._until_cut = self.random.randint(1, _LATEST_CUT) if cut else -1
        batch = self.random.choice([1, 8, 30, 10_000])
        with self._cutting(), patch.object(batches, "_BATCH", batch):
            try:
                _synchroniser(self.store).run(folders, rebuild=rebuild)
                self.done.append(f"synced {[folder.name for folder in folders]}, rebuild {rebuild}, batch {batch}")
            except (Cut, NothingToIndexError) as end:
                self.done.append(f"sync of {[folder.name for folder in folders]}, rebuild {rebuild}, ended: {end!r}")

    def exclude(self) -> None:
        """A file is removed from the index by hand."""
        if files := self.files():
            try:
                _synchroniser(self.store).remove([self.random.choice(files)])
                self.done.append("removed")
            except (NothingToIndexError, StoreMissingError):
                self.done.append("not removed")

    def held(self) -> dict[str, Any]:
        """All that the index answers with."""
        return held(self.store)

    def commit(self) -> str:
        """Which commit of which index version answers."""
        with closing(Index(self.store, manifest(WordEmbedder(), SETTINGS))) as index:
            return index.view().state.commit

    def held_anew(self) -> dict[str, Any]:
        """What an index made of the folders as they are would answer with."""
        with tempfile.TemporaryDirectory(dir=self.location) as scratch:
            excluded = _excluded(self.store)
            _synchroniser(Path(scratch)).run([path for path in self.files() if str(path) not in excluded])
            return held(Path(scratch))

    def files(self) -> list[Path]:
        return sorted(path for folder in self.folders for path in folder.iterdir())

    def _new_path(self) -> Path:
        self._count += 1
        return self.random.choice(self.folders) / f"{self._count}.txt"

    def _text(self) -> str:
        """A story that is new, or told before: whole, shortened, continued, or joined to another one."""
        what, known = self.random.random(), self.random.choice(self._stories)
        paragraphs = known.split("\n\n")
        if what < 0.25:
            text = known
        elif what < 0.4:
            text = "\n\n".join([*paragraphs, self._paragraph()])
        elif what < 0.6:
            text = "\n\n".join(paragraphs[: max(3, len(paragraphs) - 2)])
        elif what < 0.7:
            text = f"{known}\n\n{self.random.choice(self._stories)}"
        else:
            text = self._story()
        return f"{text}\n"

    def _story(self) -> str:
        headline = " ".join(self.random.choices(WORDS, k=5)).title()
        return "\n\n".join([headline, *(self._paragraph() for _ in range(self.random.randint(4, 7)))])

    def _paragraph(self) -> str:
        words = " ".join(self.random.choices(WORDS, k=self.random.randint(12, 18)))
        return f"The {words} on day {self.random.randrange(10**6)}."

    def _step(self, what: str) -> None:
        self._until_cut -= 1
        if self._until_cut == 0:
            raise Cut(what)

    @contextmanager
    def _cutting(self) -> Iterator[None]:
        """A sync may end before and after everything that leaves something on disk."""

        @contextmanager
        def cut_transaction(database: Any) -> Iterator[None]:
            self._step("before a transaction")
            with transaction(database):
                yield
                self._step("at the end of a transaction")

        def cut(where: Any, name: str) -> Any:
            real = getattr(where, name)

            def around(*arguments: Any, **named: Any) -> Any:
                self._step(f"before {name}")
                result = real(*arguments, **named)
                self._step(f"after {name}")
                return result

            return patch.object(where, name, around)

        with ExitStack() as stack:
            stack.enter_context(patch.object(catalogue_writer, "transaction", cut_transaction))
            for where, name in (
                (ShardWriter, "add"),
                (ShardWriter, "finish"),
                (sync, "merge_shards"),
                (LexicalIndex, "add"),
                (LexicalIndex, "remove"),
                (store.os, "replace"),  # type: ignore[attr-defined]
            ):
                stack.enter_context(cut(where, name))
            yield


@contextmanager
def small_scale() -> Iterator[None]:
    """What has gone is forgotten at once."""
    with (
        patch.object(catalogue_writer, "_KEPT_TIME", timedelta(seconds=-5)),
        patch.object(catalogue_writer, "_KEPT_COMMITS", 1),
    ):
        yield


def held(place: Path) -> dict[str, Any]:
    """Of each article its text, cluster, passages and locations, and which passages searches do not find."""
    with closing(Index(place, manifest(WordEmbedder(), SETTINGS))) as index:
        view = index.view()
        catalogue, articles = view.catalogue, {}
        for article_id in catalogue.article_ids():
            article, passages = catalogue.article(article_id), catalogue.article_passages(article_id)
            articles[article_id] = {
                "text": article.text,
                "metadata": article.metadata,
                "place": (article.path, article.fragment),
                "other sources": tuple(appearance.location for appearance in article.also_in),
                "cluster": (article.cluster, article.contained),
                "passages": tuple((one.start, one.end) for one in passages),
                "not found": [one.id for one in passages if not _is_found(view, article.metadata.title, one)],
            }
        return {**articles, "files": catalogue.file_articles()}


def _is_found(view: Any, title: str | None, passage: Any) -> bool:
    embedded = f"{title}\n{passage.text}" if title else passage.text
    nearest = view.nearest(WordEmbedder().embed([embedded])[0], 5, ArticleFilter())
    matching = view.matching(passage.text, 5, ArticleFilter())
    return all(passage.text in {one.text for one in view.passages(list(keys))} for keys in (nearest, matching))


def _synchroniser(place: Path) -> Synchroniser:
    return Synchroniser(place, WordEmbedder(), count_tokens, SETTINGS)


def _excluded(place: Path) -> set[str]:
    with closing(catalogue_writer.CatalogueWriter(Store(place).require_current().catalogue)) as writer:
        return writer.excluded()
