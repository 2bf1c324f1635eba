"""Bring an index into step with folders of article files, comparing by content.

A sync takes in what is new or changed, judges which blocks repeat within each source, then cleans, splits and embeds
what that concerns, a portion at a time, each published as a generation; what is gone goes with the last one. Whatever
ends it, what was published stays, what was taken in is not read again, and the next sync goes on.
"""

from __future__ import annotations

import logging
import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from assistant.articles import (
    CLEANING_VERSION,
    SPLITTER_VERSION,
    clean_article,
    find_article_files,
    fingerprints,
    load_article,
    repeated_fingerprints,
    source_key,
    split_passages,
)
from assistant.errors import ArticleError, AssistantError, StoreError
from assistant.index.catalogue_writer import CatalogueWriter, Incoming, Prepared
from assistant.index.embedder import Embedder
from assistant.index.lexical import LexicalIndex
from assistant.index.opened import Index
from assistant.index.plan import Progress, SyncPlan, plan_sync
from assistant.index.segments import Indexed, merge_segments, to_merge, write_segment
from assistant.index.store import FORMAT_VERSION, RECIPE, Base, Recipe, Store
from assistant.records import Article, Passage, RawArticle, SyncReport
from assistant.settings import Settings

_log = logging.getLogger(__name__)

#: Passages of a portion: held in memory, written as one segment, published together.
_PORTION = 8192
#: Files staged in one transaction.
_TAKEN_IN_AT_ONCE = 200
#: Articles of a source by which repetition is judged, so that a sync's cost does not grow with the index.
_JUDGED_BY = 300


def recipe(embedder: Embedder, settings: Settings) -> Recipe:
    """What an index made now, with these parts, is made with."""
    splitting = f"cleaning {CLEANING_VERSION}, splitter {SPLITTER_VERSION}, {settings.passage_tokens} tokens"
    return Recipe(format=FORMAT_VERSION, embedder=embedder.fingerprint, splitting=splitting)


class Synchroniser:
    """Writes one store. ``count_tokens`` sizes passages in reader tokens."""

    def __init__(
        self,
        store: Path,
        embedder: Embedder,
        count_tokens: Callable[[Sequence[str]], list[int]],
        settings: Settings,
        progress: Progress | None = None,
    ) -> None:
        self._store = Store(store)
        self._embedder = embedder
        self._count_tokens = count_tokens
        self._settings = settings
        self._recipe = recipe(embedder, settings)
        self._progress: Progress = progress or (lambda stage, done, total: None)

    def run(self, paths: Sequence[str | Path], *, rebuild: bool = False) -> SyncReport:
        """Make the index hold exactly the article files under ``paths``, besides those of other folders.

        With ``rebuild``, everything is cleaned, split and embedded anew, whatever the index was made
        with; articles of other folders are rebuilt from the raw text the catalogue holds.

        Raises NothingToIndexError (nothing readable under ``paths``; nothing is changed),
        StoreLockedError, StoreMismatchError, StoreDamagedError, or StoreError when the disk refuses.
        """
        started = time.perf_counter()
        # The store may lie inside an indexed folder; what it holds is no article.
        files = [path for path in find_article_files(paths) if self._store.directory not in path.parents]
        try:
            with self._store.writing():
                report = self._run(files, paths, rebuild)
        except AssistantError:
            raise
        except Exception as error:  # the disk's refusals come in SQLite's, Chroma's and tantivy's words too
            raise StoreError(
                f"The index in {self._store.directory} could not be written: {error}.",
                "Free some space or make the folder writable, then run it again; the index as it was still answers.",
            ) from error
        return replace(report, seconds=time.perf_counter() - started)

    def _run(self, files: list[Path], paths: Sequence[str | Path], rebuild: bool) -> SyncReport:
        base, carried = self._base(rebuild)
        writer = CatalogueWriter(base.catalogue)
        try:
            known, staged = writer.files(), writer.staged_files()
            plan = plan_sync(files, paths, known, staged, self._settings.max_file_bytes, self._progress)
            if not known and not staged and not plan.fresh:
                raise plan.nothing_readable()
            embedded = 0 if plan.nothing_to_do else self._bring_into_step(base, writer, plan)
            articles, passages = writer.counts()
        finally:
            writer.close()
        if not self._store.answers(base):
            self._store.switch(base)
            self._store.drop_old()
        _log.info("%d articles, %d passages", articles, passages)
        return plan.report(articles, passages, embedded, carried)

    def _base(self, rebuild: bool) -> tuple[Base, frozenset[str]]:
        """The base to write to, with the files that a rebuild has taken over from the one before."""
        current = None if rebuild else self._store.current()
        if current is not None:
            Index(self._store.directory, self._recipe).close()  # whole, and made in the same way
            return current, frozenset()
        begun = self._store.unfinished(self._recipe)
        base = begun or self._store.start()
        writer = CatalogueWriter(base.catalogue)
        try:
            writer.note(RECIPE, self._recipe.to_json())
            return base, self._carry_over(writer) if rebuild and begun is None else frozenset(writer.staged_files())
        finally:
            writer.close()

    def _carry_over(self, writer: CatalogueWriter) -> frozenset[str]:
        """Take in, from the newest catalogue that can be read, every file as it was."""
        for old in self._store.rescuable():
            try:
                with writer.batch():
                    reader = CatalogueWriter(old.catalogue)
                    try:
                        for path, known in reader.files().items():
                            writer.stage(path, known, [_incoming(raw) for raw in reader.articles_of(path)])
                    finally:
                        reader.close()
            except (OSError, sqlite3.Error):
                continue
            return frozenset(writer.staged_files())
        return frozenset()

    def _bring_into_step(self, base: Base, writer: CatalogueWriter, plan: SyncPlan) -> int:
        """How many passages were embedded."""
        self._take_in(writer, plan)
        portions = _Portions(base, writer, self._embedder, self._progress)
        waiting = list(_to_clean(writer))
        for done, (article_id, repeated) in enumerate(waiting, start=1):
            article = clean_article(writer.raw_article(article_id), repeated)
            if writer.holds(article):
                writer.put_repeated(article_id, repeated)
            else:
                passages = split_passages(article, self._count_tokens, self._settings.passage_tokens)
                portions.add(article, repeated, passages)
            self._progress("clean", done, len(waiting))
        portions.publish()
        self._finish(writer, plan)
        writer.prune()
        if merged := to_merge(writer.segments()):
            merge_segments(base, writer, merged)
        base.drop_segments_but(writer.kept_segments())
        return portions.embedded

    def _take_in(self, writer: CatalogueWriter, plan: SyncPlan) -> None:
        """Stage fresh files; what an interrupted run had staged and is gone by now is forgotten."""
        writer.unstage(plan.removed)
        fresh = list(plan.fresh.items())
        for first in range(0, len(fresh), _TAKEN_IN_AT_ONCE):
            with writer.batch():
                for path, known in fresh[first : first + _TAKEN_IN_AT_ONCE]:
                    try:
                        raw = load_article(path, self._settings.max_file_bytes)
                    except ArticleError as error:  # it changed since it was looked at
                        plan.skip(path, error)
                    else:
                        writer.stage(str(path), known, [_incoming(raw)])

    def _finish(self, writer: CatalogueWriter, plan: SyncPlan) -> None:
        """Complete what needed no cleaning, and let go what is gone."""
        with writer.publishing() as publication:
            for path in plan.removed:
                publication.remove_file(path)
            for path in writer.ready_files():
                publication.complete_file(path)
            publication.remove_unplaced()
            if not any(writer.counts()):
                raise plan.nothing_readable()


class _Portions:
    """Gathers cleaned articles until they make a segment, then embeds and publishes them."""

    def __init__(self, base: Base, writer: CatalogueWriter, embedder: Embedder, progress: Progress) -> None:
        self.embedded = 0
        self._base = base
        self._writer = writer
        self._embedder = embedder
        self._progress = progress
        self._lexical = LexicalIndex(base.lexical)
        self._prepared: list[Prepared] = []
        self._gathered = 0

    def add(self, article: Article, repeated: frozenset[str], passages: Sequence[Passage]) -> None:
        """Publishes what was gathered once there is enough."""
        first = self._writer.reserve("key", len(passages))
        keys = tuple(range(first, first + len(passages)))
        self._prepared.append(Prepared(article, repeated, tuple(passages), keys))
        self._gathered += len(passages)
        if self._gathered >= _PORTION:
            self.publish()

    def publish(self) -> None:
        """Embed and publish what was gathered, with the files that are complete by it."""
        if not self._prepared:
            return
        indexed = [
            Indexed(key, passage, item.article.metadata)
            for item in self._prepared
            for key, passage in zip(item.keys, item.passages, strict=True)
        ]
        segment = self._writer.reserve("segment")
        write_segment(self._base.segment(segment), self._lexical, indexed, self._embedder, self._advance)
        with self._writer.publishing() as publication:
            publication.add_segment(segment, len(indexed))
            publication.put_articles(self._prepared, segment)
            for path in self._writer.ready_files():
                publication.complete_file(path)
            publication.remove_unplaced()
        self._prepared, self._gathered = [], 0

    def _advance(self, count: int) -> None:
        self.embedded += count
        self._progress("embed", self.embedded, max(self.embedded, self._gathered))


def _to_clean(writer: CatalogueWriter) -> Iterator[tuple[str, frozenset[str]]]:
    """Articles whose clean text is not that of the present statistics, with what repeats for each."""
    for source in writer.staged_sources():
        group = writer.statistics(source, _JUDGED_BY)
        repeated = repeated_fingerprints([item.fingerprints for item in group])
        for item in group:
            concerns_it = repeated.intersection(item.fingerprints)
            if concerns_it != item.repeated:
                yield item.article_id, concerns_it


def _incoming(raw: RawArticle) -> Incoming:
    return Incoming(raw, source_key(raw.path), fingerprints(raw))
