"""Bring an index into step with folders of article files, comparing by content.

A sync reads what is new or changed, forgets what is gone, judges which blocks repeat within each
source, cleans and splits what that concerns, embeds it, and only then switches to the new
generation. Unchanged files cost no embedding; when nothing changed, nothing is written.
"""

from __future__ import annotations

import hashlib
import logging
import shutil
import sqlite3
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
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
from assistant.errors import ArticleError, NothingToIndexError, StoreError
from assistant.index.catalogue import Catalogue
from assistant.index.embedder import Embedder
from assistant.index.generations import FORMAT_VERSION, Manifest, Recipe, Store
from assistant.index.lexical import LexicalIndex
from assistant.index.vectors import VectorIndex
from assistant.records import Article, Metadata, Passage, SkippedFile, SyncReport
from assistant.settings import Settings

_log = logging.getLogger(__name__)

#: Called with a stage ("read", "clean", "embed"), how many are done and how many there are in all.
Progress = Callable[[str, int, int], None]

#: Passages held in memory between embedding and writing; memory does not grow with the corpus.
_WRITE_BATCH = 2048


def recipe(embedder: Embedder, settings: Settings) -> Recipe:
    """What an index made now, with these parts, is made with."""
    splitting = f"cleaning {CLEANING_VERSION}, splitter {SPLITTER_VERSION}, {settings.passage_tokens} tokens"
    return Recipe(format=FORMAT_VERSION, embedder=embedder.fingerprint, splitting=splitting)


def embedding_text(passage: Passage, metadata: Metadata) -> str:
    """What is embedded for a passage: its text with the headline in front."""
    return f"{metadata.title}\n{passage.text}" if metadata.title else passage.text


@dataclass(slots=True)
class _Plan:
    """Files by what has to be done with them."""

    fresh: list[Path] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    skipped: list[SkippedFile] = field(default_factory=list)
    new: int = 0
    changed: int = 0
    unchanged: int = 0

    @property
    def empty(self) -> bool:
        return not self.fresh and not self.removed


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
        files = find_article_files(paths)
        try:
            with self._store.writing():
                report = self._run(files, _roots(paths), rebuild)
        except (OSError, sqlite3.Error) as error:
            raise StoreError(
                f"The index in {self._store.directory} could not be written: {error}.",
                "Free some space or make the folder writable, then run it again; the index as it was still answers.",
            ) from error
        return replace(report, seconds=time.perf_counter() - started)

    def _run(self, files: list[Path], roots: list[Path], rebuild: bool) -> SyncReport:
        base = self._base(rebuild)
        if base is None:
            known: dict[str, str] = {}
        else:
            catalogue = Catalogue(base / "catalogue.sqlite")
            known = catalogue.file_hashes()
            catalogue.close()
        plan = self._plan(files, roots, known)
        if not known and not plan.fresh:
            reasons = "; ".join(f"{item.path}: {item.reason}" for item in plan.skipped[:3])
            raise NothingToIndexError(
                f"None of the {len(files)} files could be read ({reasons}).", "Nothing was changed."
            )
        if base is not None and plan.empty and not rebuild:
            manifest = self._store.manifest(base)
            return _report(plan, manifest.articles, manifest.passages, embedded=0)
        return self._build(base, plan, rebuild)

    def _base(self, rebuild: bool) -> Path | None:
        """The generation to start from; None for an empty start. A rebuild takes what is still readable."""
        if rebuild:
            base = self._store.newest_readable()
            return base if base is not None and _readable(base / "catalogue.sqlite") else None
        base = self._store.current()
        if base is not None:
            self._store.check_recipe(self._store.manifest(base), self._recipe)
        return base

    def _plan(self, files: list[Path], roots: list[Path], known: dict[str, str]) -> _Plan:
        plan, present = _Plan(), set()
        for done, path in enumerate(files, start=1):
            name = str(path)
            present.add(name)
            try:
                if name in known and known[name] == _content_hash(path, self._settings.max_file_bytes):
                    plan.unchanged += 1
                else:
                    load_article(path, self._settings.max_file_bytes)
                    plan.fresh.append(path)
                    plan.changed += name in known
                    plan.new += name not in known
            except ArticleError as error:
                plan.skipped.append(SkippedFile(name, str(error)))
            self._progress("read", done, len(files))
        plan.removed = [name for name in known if name not in present and _is_under(Path(name), roots)]
        return plan

    def _build(self, base: Path | None, plan: _Plan, rebuild: bool) -> SyncReport:
        generation = self._store.start_generation()
        try:
            if base is not None:
                shutil.copyfile(base / "catalogue.sqlite", generation / "catalogue.sqlite")
                if not rebuild:
                    shutil.copytree(base / "vectors", generation / "vectors")
                    shutil.copytree(base / "lexical", generation / "lexical")
            build = _Build(generation, self._embedder, self._progress)
            try:
                if rebuild:
                    build.catalogue.forget_cleaning()
                self._take_in(build, plan)
                self._clean_and_split(build)
                build.embed()
                articles, passages = build.catalogue.counts()
            finally:
                build.close()
            synced_at = datetime.now(UTC).isoformat(timespec="seconds")
            manifest = Manifest(generation.name, self._recipe, synced_at, articles, passages)
            self._store.finish_generation(generation, manifest)
        except BaseException:
            shutil.rmtree(generation, ignore_errors=True)
            raise
        _log.info("generation %s holds %d articles, %d passages", generation.name, articles, passages)
        return _report(plan, articles, passages, build.embedded)

    def _take_in(self, build: _Build, plan: _Plan) -> None:
        """Store fresh files, forget removed ones."""
        build.catalogue.remove_files(plan.removed)
        for path in plan.fresh:
            try:
                raw = load_article(path, self._settings.max_file_bytes)
            except ArticleError as error:  # it changed since it was looked at
                plan.skipped.append(SkippedFile(str(path), str(error)))
                continue
            build.catalogue.put_file(raw, source_key(raw), fingerprints(raw))
        build.drop(build.catalogue.remove_orphans())

    def _clean_and_split(self, build: _Build) -> None:
        """Clean new articles, and those for which other blocks now count as repeated."""
        waiting = list(_to_clean(build.catalogue))
        _log.info("cleaning %d articles", len(waiting))
        for done, (article_id, repeated) in enumerate(waiting, start=1):
            article = clean_article(build.catalogue.raw_article(article_id), repeated)
            passages = split_passages(article, self._count_tokens, self._settings.passage_tokens)
            build.put(article, repeated, passages)
            self._progress("clean", done, len(waiting))


class _Build:
    """A generation being written."""

    def __init__(self, generation: Path, embedder: Embedder, progress: Progress) -> None:
        self.catalogue = Catalogue(generation / "catalogue.sqlite", writable=True)
        self.embedded = 0
        self._pending: list[str] = []
        self._waiting = 0
        self._vectors = VectorIndex(generation / "vectors")
        self._lexical = LexicalIndex(generation / "lexical")
        self._embedder = embedder
        self._progress = progress

    def drop(self, passage_ids: list[str]) -> None:
        """Remove passages from both indexes."""
        if passage_ids:
            self._vectors.remove(passage_ids)
            self._lexical.remove(passage_ids)

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
        self._lexical.commit()

    def close(self) -> None:
        """Release the files."""
        self._vectors.close()
        self._lexical.close()
        self.catalogue.close()

    def _write(self, batch: list[tuple[Passage, Metadata]]) -> None:
        if not batch:
            return
        texts = [embedding_text(passage, metadata) for passage, metadata in batch]
        vectors = self._embedder.embed(texts, progress=self._advance)
        passages, metadata = [item[0] for item in batch], [item[1] for item in batch]
        self._vectors.add([passage.id for passage in passages], vectors, metadata)
        self._lexical.add(passages, metadata)

    def _advance(self, count: int) -> None:
        self.embedded += count
        self._progress("embed", self.embedded, self._waiting)


def _to_clean(catalogue: Catalogue) -> Iterator[tuple[str, frozenset[str]]]:
    """Articles whose clean text is not that of the present statistics, with what repeats for each."""
    by_source = defaultdict(list)
    for statistics in catalogue.block_statistics():
        by_source[statistics.source_key].append(statistics)
    for group in by_source.values():
        repeated = repeated_fingerprints([item.fingerprints for item in group])
        for item in group:
            concerns_it = repeated.intersection(item.fingerprints)
            if concerns_it != item.repeated:
                yield item.article_id, concerns_it


def _content_hash(path: Path, max_bytes: int) -> str | None:
    """SHA-256 of a file that may be indexed; None when it is too large or cannot be read."""
    try:
        if path.stat().st_size > max_bytes:
            return None
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return None


def _readable(catalogue: Path) -> bool:
    try:
        opened = Catalogue(catalogue)
        opened.counts()
        opened.close()
    except (OSError, sqlite3.Error):
        return False
    return True


def _roots(paths: Sequence[str | Path]) -> list[Path]:
    return [Path(path).expanduser().resolve() for path in paths]


def _is_under(path: Path, roots: list[Path]) -> bool:
    return any(path == root or root in path.parents for root in roots)


def _report(plan: _Plan, articles: int, passages: int, embedded: int) -> SyncReport:
    return SyncReport(
        new=plan.new,
        changed=plan.changed,
        removed=len(plan.removed),
        unchanged=plan.unchanged,
        skipped=tuple(plan.skipped),
        articles=articles,
        passages=passages,
        embedded=embedded,
        seconds=0.0,
    )
