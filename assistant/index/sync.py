"""Bring an index into step with folders of article files, comparing by content.

A sync reads what is new or changed, cleans, splits and embeds it, a commit batch at a time, and makes all of it visible
in one commit, with which goes what is gone. Whatever ends it, the index as it was answers, and the next sync resumes
from the last batch.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from assistant.articles import CLEANING_VERSION, SPLITTER_VERSION, find_article_files, split_passages
from assistant.articles.formats import FieldMap, Limits, Skipped
from assistant.errors import NothingToIndexError
from assistant.index.addresses import by_page, fetch, is_on_web, known_page
from assistant.index.batches import Batches
from assistant.index.catalogue.reader import Catalogue
from assistant.index.catalogue.schema import LAYOUT
from assistant.index.catalogue.writer import CatalogueWriter, KnownFile
from assistant.index.embedder import Embedder
from assistant.index.ingestion import Ingestion, carry_over, ingest_all
from assistant.index.lexical import LexicalIndex
from assistant.index.parser_pool import ParserPool
from assistant.index.plan import Progress, Reading, SyncPlan, is_under, plan_sync
from assistant.index.recovery import Recovery
from assistant.index.repair import repair
from assistant.index.shards import merge_shards, to_merge
from assistant.index.stopwatch import Stopwatch
from assistant.index.store import MANIFEST, ORIGIN, IndexVersion, Manifest, Store
from assistant.records import Article, Passage, RawArticle, SyncPreview, SyncReport
from assistant.settings import Settings

_log = logging.getLogger(__name__)

#: Works out what is to be done, from the writer and the files that answer now.
Plan = Callable[[CatalogueWriter, Mapping[str, KnownFile]], SyncPlan]


def manifest(embedder: Embedder, settings: Settings) -> Manifest:
    """What an index made now, with these parts, is made with."""
    splitting = f"cleaning {CLEANING_VERSION}, splitter {SPLITTER_VERSION}, {settings.passage_tokens} tokens"
    return Manifest(format=LAYOUT, embedder=embedder.fingerprint, splitting=splitting)


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
        self._reading = Reading(Limits(article_bytes=settings.max_file_bytes), FieldMap.named(settings.fields))
        self._manifest = manifest(embedder, settings)
        self._progress: Progress = progress or (lambda stage, done, total: None)
        self._stopwatch = Stopwatch()

    def run(self, paths: Sequence[str | Path], *, rebuild: bool = False) -> SyncReport:
        """Make the index hold exactly the article files under ``paths``, besides those of other folders.

        Among ``paths`` may be addresses of pages and feeds, given as strings; what was fetched from them stays until it
        is removed.

        With ``rebuild``, everything is cleaned, split and embedded anew, whatever the index was made
        with; articles of other folders are rebuilt from the raw text the catalogue holds.

        Raises NothingToIndexError (nothing readable under ``paths``, or an empty path; nothing is changed),
        StoreLockedError, StoreMismatchError, StoreDamagedError, or StoreError when the disk refuses.
        """
        addresses, local = _split_addresses(paths)
        files = self._files(local)
        fetched = fetch(addresses, self._settings)
        pages = by_page(fetched)

        def plan(writer: CatalogueWriter, before: Mapping[str, KnownFile]) -> SyncPlan:
            writer.include(_resolved(paths))
            found = self._plan(writer, files, local, before, writer.excluded())
            found.note(item for item in fetched if isinstance(item, Skipped))
            self._add_pages(found, pages, writer, before)
            if not before and not writer.files() and not found.to_ingest:
                raise found.nothing_readable()
            return found

        return self._write(plan, pages, rebuild)

    def preview(self, paths: Sequence[str | Path]) -> SyncPreview:
        """What ``run`` would do, addresses left out; nothing is changed."""
        local = _split_addresses(paths)[1]
        files, version = self._files(local), None if self._store.is_outdated() else self._store.current()
        if version is None:
            return plan_sync(files, local, {}, {}, self._progress, self._reading).preview()
        if not version.catalogue.is_file():
            raise self._store.damaged(f"{version.catalogue} is missing")
        with self._store.reading(), closing(CatalogueWriter(version.catalogue)) as writer:
            excluded = writer.excluded() - _resolved(paths)
            return self._plan(writer, files, local, writer.committed_files(), excluded).preview()

    def remove(self, paths: Sequence[str | Path]) -> SyncReport:
        """Take files, or all files of folders, or addresses, out of the index, and keep them out until they are named.

        Raises NothingToIndexError when nothing of the kind is indexed or nothing else would be left, and what ``run``
        raises.
        """

        def plan(writer: CatalogueWriter, before: Mapping[str, KnownFile]) -> SyncPlan:
            known = writer.files().keys() | before.keys()
            gone = self._under(known, paths)
            if len(gone) == len(known):
                raise NothingToIndexError(
                    "That would leave nothing to answer from.", f"Delete the index instead: {self._store.directory}."
                )
            writer.exclude(gone)
            return SyncPlan(removed=gone, untouched=len(known) - len(gone))

        if not self._store.is_outdated():
            self._store.require_current()
        return self._write(plan)

    def removal(self, paths: Sequence[str | Path]) -> tuple[int, int]:
        """How many articles ``remove`` would take out, of how many; nothing is changed. Raises what it raises."""
        version = self._store.require_current()
        with self._store.reading(), closing(CatalogueWriter(version.catalogue)) as writer:
            return writer.count_articles(self._under(writer.committed_files(), paths)), writer.counts()[0]

    def _under(self, known: Iterable[str], paths: Sequence[str | Path]) -> list[str]:
        """The known files that these paths mean."""
        named = _resolved(paths)
        roots = {Path(path) for path in named}
        found = sorted(name for name in known if is_under(Path(name), roots))
        if not found:
            raise NothingToIndexError(
                f"Nothing in the index is from {', '.join(sorted(named))}.",
                "See what it holds: assistant articles. Files go as a whole, with all the articles in them.",
            )
        return found

    def _files(self, paths: Sequence[str | Path]) -> list[Path]:
        if not paths:
            return []
        try:
            found = find_article_files(paths)
        except NothingToIndexError as error:  # an unmounted disk must not empty an index
            remedy = f"{error.remedy} To take what the index has from there out of it: assistant remove PATH."
            raise NothingToIndexError(error.problem, remedy) from error
        # The store may lie inside an indexed folder; what it holds is no article.
        return [path for path in found if self._store.directory not in path.parents]

    def _plan(
        self,
        writer: CatalogueWriter,
        files: Sequence[Path],
        roots: Sequence[str | Path],
        before: Mapping[str, KnownFile],
        excluded: set[str],
    ) -> SyncPlan:
        wanted = [path for path in files if str(path) not in excluded]
        found = plan_sync(wanted, roots, before, writer.files(), self._progress, self._reading)
        found.excluded = len(files) - len(wanted)
        return found

    @staticmethod
    def _add_pages(
        plan: SyncPlan,
        pages: Mapping[str, Sequence[RawArticle]],
        writer: CatalogueWriter,
        before: Mapping[str, KnownFile],
    ) -> None:
        excluded, held = writer.excluded(), writer.files()
        for address, articles in pages.items():
            now, was = known_page(articles), before.get(address)
            if address in excluded:
                plan.excluded += 1
                continue
            plan.status[address] = "new" if was is None else "unchanged" if was.digest == now.digest else "changed"
            if address not in held or held[address].digest != now.digest:
                plan.to_ingest[address] = now

    def _write(
        self, planned: Plan, pages: Mapping[str, Sequence[RawArticle]] | None = None, rebuild: bool = False
    ) -> SyncReport:
        """Carry out a plan as the one writer."""
        started, self._stopwatch = time.perf_counter(), Stopwatch()
        with self._store.writing():
            report = self._run(planned, pages or {}, rebuild)
        return replace(report, seconds=time.perf_counter() - started, timings=self._stopwatch.seconds)

    def _run(self, planned: Plan, pages: Mapping[str, Sequence[RawArticle]], rebuild: bool) -> SyncReport:
        version, recovery = self._version(rebuild)
        with closing(recovery or Recovery()) as old, closing(CatalogueWriter(version.catalogue)) as writer:
            repaired = self._repaired(version, writer) if recovery is None else []
            plan = planned(writer, writer.committed_files() if recovery is None else old.files)
            if recovery is not None:
                carry_over(plan, old, writer.files(), self._reading)
            writer.date(plan.dated)
            embedded = 0
            if plan.to_ingest or plan.to_carry or plan.removed or writer.is_pending:
                embedded = self._ingest(version, writer, plan, pages, old)
                if plan.removed or writer.is_pending or not writer.files():
                    self._commit(version, writer, plan)
            articles, passages = writer.counts()
        if not self._store.answers(version):
            self._store.switch(version)
            self._store.drop_old()
        _log.info("%d articles, %d passages", articles, passages)
        return plan.report(articles, passages, embedded, repaired)

    def _version(self, rebuild: bool) -> tuple[IndexVersion, Recovery | None]:
        """The index version to write to, with what a new one takes over from the one before."""
        rebuild = rebuild or self._store.is_outdated()
        current = None if rebuild else self._store.current()
        if current is not None:
            if not current.catalogue.is_file():
                raise self._store.damaged(f"{current.catalogue} is missing")
            return current, None
        origin, recovery = (
            self._store.origin(),
            Recovery.of_first_readable(self._store.recoverable() if rebuild else []),
        )
        version = self._store.unfinished(self._manifest, origin)
        if version is None:
            version = self._store.start()
            with closing(CatalogueWriter(version.catalogue)) as writer, writer.batch():
                writer.note(MANIFEST, self._manifest.to_json())
                writer.exclude(recovery.excluded)
                writer.note(ORIGIN, origin)
        return version, recovery

    def _repaired(self, version: IndexVersion, writer: CatalogueWriter) -> list[str]:
        """What was damaged of what follows from the catalogue, and is whole again."""
        with closing(Catalogue.open(version.catalogue)) as catalogue:
            self._store.check_manifest(catalogue, self._manifest)
        return repair(version, writer, self._embedder)

    def _ingest(
        self,
        version: IndexVersion,
        writer: CatalogueWriter,
        plan: SyncPlan,
        pages: Mapping[str, Sequence[RawArticle]],
        recovery: Recovery,
    ) -> int:
        """How many passages were embedded."""
        LexicalIndex(version.lexical).remove_from(writer.first_free_key())
        version.drop_shards_but(writer.kept_shards())
        pool = ParserPool(self._reading.limits, self._settings.workers, self._reading.fields)
        with Batches(version, writer, self._embedder, self._progress, self._stopwatch) as batches:
            ingestion = Ingestion(writer, batches, self._split, self._stopwatch)
            held = writer.files()
            ingest_all(plan, ingestion, pool, pages, held, recovery, lambda done, of: self._progress("load", done, of))
            batches.put()
        return batches.embedded

    def _commit(self, version: IndexVersion, writer: CatalogueWriter, plan: SyncPlan) -> None:
        """Make what was put visible, let go what is gone, and tidy up."""
        with self._stopwatch.stage("commit"):
            writer.remove_files(plan.removed)
            if not writer.files():
                raise plan.nothing_readable()
        with self._stopwatch.stage("merge"):
            if merged := to_merge(writer.shards()):
                merge_shards(version, writer, merged)
        with self._stopwatch.stage("commit"):
            writer.commit()
            writer.prune(LexicalIndex(version.lexical).remove)
            version.drop_shards_but(writer.kept_shards())

    def _split(self, article: Article) -> list[Passage]:
        return split_passages(article, self._count_tokens, self._settings.passage_tokens)


def _resolved(paths: Sequence[str | Path]) -> set[str]:
    """Files and addresses that are meant by their names."""
    for path in paths:
        if not str(path).strip():
            raise NothingToIndexError("An empty path names nothing.", "Name a file, a folder or an address.")
    return {str(path) if "://" in str(path) else str(Path(path).expanduser().resolve()) for path in paths}


def _split_addresses(paths: Sequence[str | Path]) -> tuple[list[str], list[str | Path]]:
    """The addresses among ``paths``, and the others."""
    _resolved(paths)
    return [str(path) for path in paths if is_on_web(path)], [path for path in paths if not is_on_web(path)]
