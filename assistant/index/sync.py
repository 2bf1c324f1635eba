"""Bring an index into step with folders of article files, comparing by content.

A sync reads what is new or changed, forgets what is gone, judges which blocks repeat within each
source, cleans and splits what that concerns, embeds it, and only then switches to the new
generation. Unchanged files cost no embedding; when nothing changed, nothing is written.
"""

from __future__ import annotations

import logging
import shutil
import sqlite3
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
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
from assistant.index.catalogue import Catalogue
from assistant.index.embedder import Embedder
from assistant.index.generations import FORMAT_VERSION, Manifest, Recipe, Store
from assistant.index.opened import CATALOGUE, LEXICAL, VECTORS, Parts
from assistant.index.plan import Progress, SyncPlan, plan_sync
from assistant.records import Article, Metadata, Passage, SyncReport
from assistant.settings import Settings

_log = logging.getLogger(__name__)

#: Passages held in memory between embedding and writing; memory does not grow with the corpus.
_WRITE_BATCH = 2048


def recipe(embedder: Embedder, settings: Settings) -> Recipe:
    """What an index made now, with these parts, is made with."""
    splitting = f"cleaning {CLEANING_VERSION}, splitter {SPLITTER_VERSION}, {settings.passage_tokens} tokens"
    return Recipe(format=FORMAT_VERSION, embedder=embedder.fingerprint, splitting=splitting)


def embedding_text(passage: Passage, metadata: Metadata) -> str:
    """What is embedded for a passage: its text with the headline in front."""
    return f"{metadata.title}\n{passage.text}" if metadata.title else passage.text


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
                self._store.prune()
        except AssistantError:
            raise
        except Exception as error:  # the disk's refusals come in SQLite's, Chroma's and tantivy's words too
            raise StoreError(
                f"The index in {self._store.directory} could not be written: {error}.",
                "Free some space or make the folder writable, then run it again; the index as it was still answers.",
            ) from error
        return replace(report, seconds=time.perf_counter() - started)

    def _run(self, files: list[Path], paths: Sequence[str | Path], rebuild: bool) -> SyncReport:
        base = self._rescue() if rebuild else self._base()
        known = _known(base)
        plan = plan_sync(files, paths, known, self._settings.max_file_bytes, self._progress)
        if not known and not plan.fresh:
            raise plan.nothing_readable()
        if base is not None and not rebuild and not plan.fresh and not plan.removed:
            manifest = self._store.manifest(base)
            return plan.report(manifest.articles, manifest.passages, embedded=0)
        return self._build(base, plan, rebuild)

    def _base(self) -> Path | None:
        """The current generation, whole and made the same way; None when there is none."""
        base = self._store.current()
        if base is not None:
            manifest = self._store.manifest(base)
            self._store.check_recipe(manifest, self._recipe)
            parts = Parts(self._store, base)
            try:
                parts.require(manifest.articles, manifest.passages)
            finally:
                parts.close()
        return base

    def _rescue(self) -> Path | None:
        """The newest generation whose catalogue can still be read; None when there is none."""
        try:
            current = self._store.current()
        except StoreError:
            current = None
        candidates = [current] if current is not None else []
        return next((path for path in [*candidates, *self._store.finished()] if _readable(path / CATALOGUE)), None)

    def _build(self, base: Path | None, plan: SyncPlan, rebuild: bool) -> SyncReport:
        generation = self._store.start_generation()
        try:
            _copy(base, generation, only_catalogue=rebuild)
            build = _Build(self._store, generation, self._embedder, self._progress)
            try:
                if rebuild:
                    build.catalogue.forget_cleaning(fingerprints)
                self._take_in(build, plan)
                self._clean_and_split(build)
                build.embed()
                articles, passages = build.catalogue.counts()
                if not articles:
                    raise plan.nothing_readable()
                build.parts.require(articles, passages)
            finally:
                build.parts.close()
            synced_at = datetime.now(UTC).isoformat(timespec="seconds")
            manifest = Manifest(generation.name, self._recipe, synced_at, articles, passages)
        except BaseException:
            shutil.rmtree(generation, ignore_errors=True)
            raise
        self._store.publish(generation, manifest)
        _log.info("generation %s holds %d articles, %d passages", generation.name, articles, passages)
        return plan.report(articles, passages, build.embedded)

    def _take_in(self, build: _Build, plan: SyncPlan) -> None:
        """Store fresh files, forget removed ones."""
        build.catalogue.remove_files(plan.removed)
        for path in list(plan.fresh):
            try:
                raw = load_article(path, self._settings.max_file_bytes)
            except ArticleError as error:  # it changed since it was looked at
                plan.skip(path, error)
            else:
                build.catalogue.put_file(raw, fingerprints(raw))
        build.drop(build.catalogue.remove_orphans())

    def _clean_and_split(self, build: _Build) -> None:
        """Clean new articles, and those for which other blocks now count as repeated."""
        waiting = list(_to_clean(build.catalogue))
        _log.info("cleaning %d articles", len(waiting))
        for done, (article_id, repeated) in enumerate(waiting, start=1):
            article = clean_article(build.catalogue.raw_article(article_id), repeated)
            if build.catalogue.holds(article):
                build.catalogue.put_repeated(article_id, repeated)
            else:
                passages = split_passages(article, self._count_tokens, self._settings.passage_tokens)
                build.put(article, repeated, passages)
            self._progress("clean", done, len(waiting))


class _Build:
    """A generation being written."""

    def __init__(self, store: Store, generation: Path, embedder: Embedder, progress: Progress) -> None:
        self.parts = Parts(store, generation, writable=True)
        self.catalogue = self.parts.catalogue
        self.embedded = 0
        self._pending: list[str] = []
        self._waiting = 0
        self._embedder = embedder
        self._progress = progress

    def drop(self, passage_ids: list[str]) -> None:
        """Remove passages from both indexes."""
        if passage_ids:
            self.parts.vectors.remove(passage_ids)
            self.parts.lexical.remove(passage_ids)

    def put(self, article: Article, repeated: frozenset[str], passages: list[Passage]) -> None:
        """Store a cleaned article; its passages wait for ``embed``."""
        self.drop(self.catalogue.put_cleaned(article, repeated, passages))
        self._pending.append(article.id)
        self._waiting += len(passages)

    def embed(self) -> None:
        """Embed and store the passages of the pending articles, a bounded batch at a time."""
        batch: list[tuple[Passage, Metadata]] = []
        for article_id in self._pending:
            metadata, passages = self.catalogue.article_passages(article_id)
            batch += [(passage, metadata) for passage in passages]
            if len(batch) >= _WRITE_BATCH:
                self._write(batch)
                batch = []
        self._write(batch)
        self.parts.lexical.commit()

    def _write(self, batch: list[tuple[Passage, Metadata]]) -> None:
        if not batch:
            return
        texts = [embedding_text(passage, metadata) for passage, metadata in batch]
        vectors = self._embedder.embed(texts, progress=self._advance)
        passages, metadata = [item[0] for item in batch], [item[1] for item in batch]
        self.parts.vectors.add([passage.id for passage in passages], vectors, metadata)
        self.parts.lexical.add(passages, metadata)

    def _advance(self, count: int) -> None:
        self.embedded += count
        self._progress("embed", self.embedded, self._waiting)


def _to_clean(catalogue: Catalogue) -> Iterator[tuple[str, frozenset[str]]]:
    """Articles whose clean text is not that of the present statistics, with what repeats for each."""
    by_source = defaultdict(list)
    for statistics in catalogue.block_statistics():
        by_source[source_key(statistics.path)].append(statistics)
    for group in by_source.values():
        repeated = repeated_fingerprints([item.fingerprints for item in group])
        for item in group:
            concerns_it = repeated.intersection(item.fingerprints)
            if concerns_it != item.repeated:
                yield item.article_id, concerns_it


def _known(base: Path | None) -> dict[str, str]:
    if base is None:
        return {}
    catalogue = Catalogue(base / CATALOGUE)
    try:
        return catalogue.file_hashes()
    finally:
        catalogue.close()


def _copy(base: Path | None, generation: Path, *, only_catalogue: bool) -> None:
    if base is None:
        return
    shutil.copyfile(base / CATALOGUE, generation / CATALOGUE)
    if not only_catalogue:
        shutil.copytree(base / VECTORS, generation / VECTORS)
        shutil.copytree(base / LEXICAL, generation / LEXICAL)


def _readable(catalogue: Path) -> bool:
    try:
        opened = Catalogue(catalogue)
        opened.counts()
        opened.close()
    except (OSError, sqlite3.Error):
        return False
    return True
