"""Bring an index into step with folders of article files, comparing by content.

A sync takes in what is new or changed, judges which blocks repeat within each source, then cleans, splits and embeds
what that concerns, a portion at a time, each published as a generation; what is gone goes with the last one. Whatever
ends it, what was published stays, what was taken in is not read again, and the next sync goes on.
"""

from __future__ import annotations

import logging
import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

from assistant.articles import (
    CLEANING_VERSION,
    SPLITTER_VERSION,
    clean_article,
    find_article_files,
    repeated_fingerprints,
    split_passages,
)
from assistant.articles.formats import FieldMap, Limits, Skipped
from assistant.errors import AssistantError, NothingToIndexError, StoreError
from assistant.index.addresses import fetch, is_address, stage_fetched
from assistant.index.catalogue_writer import CatalogueWriter, Prepared
from assistant.index.embedder import Embedder
from assistant.index.intake import Incoming, Intake, Item, incoming
from assistant.index.kinship import Kinship, Membership
from assistant.index.lexical import LexicalIndex
from assistant.index.opened import Index
from assistant.index.plan import Progress, SyncPlan, plan_sync
from assistant.index.segments import Indexed, embedding_text, merge_segments, to_merge, write_segment
from assistant.index.stopwatch import Stopwatch
from assistant.index.store import FORMAT_VERSION, RECIPE, Base, Recipe, Store
from assistant.records import Article, Passage, SyncPreview, SyncReport
from assistant.settings import Settings

_log = logging.getLogger(__name__)

#: Passages of a portion: held in memory, written as one segment, published together.
_PORTION = 8192
#: Files staged in one transaction.
_TAKEN_IN_AT_ONCE = 200
#: Articles of a source by which repetition is judged, so that neither memory nor a sync's cost grows with the index.
_JUDGED_BY = 1000


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
        self._fields = FieldMap.named(settings.fields)
        self._recipe = recipe(embedder, settings)
        self._progress: Progress = progress or (lambda stage, done, total: None)
        self._stopwatch = Stopwatch()

    def run(self, paths: Sequence[str | Path], *, rebuild: bool = False) -> SyncReport:
        """Make the index hold exactly the article files under ``paths``, besides those of other folders.

        Among ``paths`` may be addresses of pages and feeds, given as strings; what was fetched from them stays until it
        is removed.

        With ``rebuild``, everything is cleaned, split and embedded anew, whatever the index was made
        with; articles of other folders are rebuilt from the raw text the catalogue holds.

        Raises NothingToIndexError (nothing readable under ``paths``; nothing is changed),
        StoreLockedError, StoreMismatchError, StoreDamagedError, or StoreError when the disk refuses.
        """
        addresses, local = _told_apart(paths)
        files = self._files(local)
        fetched = fetch(addresses, self._settings)

        def plan(writer: CatalogueWriter) -> SyncPlan:
            named = {str(Path(path).expanduser().resolve()) for path in local}
            writer.let_in(named)
            kept_out = writer.left_out()
            wanted = [path for path in files if str(path) not in kept_out]
            found = plan_sync(wanted, local, writer.files(), writer.staged_files(), self._progress, self._fields)
            stage_fetched(writer, found, fetched)
            if not writer.files() and not writer.staged_files() and not found.fresh:
                raise found.nothing_readable()
            return found

        return self._write(plan, rebuild)

    def preview(self, paths: Sequence[str | Path]) -> SyncPreview:
        """What ``run`` would do, addresses left out; nothing is changed."""
        local = _told_apart(paths)[1]
        files, base = self._files(local), self._store.current()
        if base is None:
            return plan_sync(files, local, {}, {}, self._progress, self._fields).preview()
        with closing(CatalogueWriter(base.catalogue)) as writer:
            kept_out = writer.left_out().difference(str(Path(path).expanduser().resolve()) for path in local)
            wanted = [path for path in files if str(path) not in kept_out]
            return plan_sync(
                wanted, local, writer.files(), writer.staged_files(), self._progress, self._fields
            ).preview()

    def remove(self, paths: Sequence[str | Path]) -> SyncReport:
        """Take files, or all files of folders, or addresses, out of the index, and keep them out until they are named.

        Raises NothingToIndexError when nothing of the kind is indexed or nothing else would be left, and what ``run``
        raises.
        """
        places = [str(path) if "://" in str(path) else str(Path(path).expanduser().resolve()) for path in paths]

        def plan(writer: CatalogueWriter) -> SyncPlan:
            known = writer.files()
            gone = [
                name for name in known if any(name == place or Path(place) in Path(name).parents for place in places)
            ]
            if not gone:
                raise NothingToIndexError(
                    f"Nothing in the index is from {', '.join(places)}.", "See what it holds: assistant articles."
                )
            if len(gone) == len(known):
                raise NothingToIndexError(
                    "That would leave nothing to answer from.", f"Delete the index instead: {self._store.directory}."
                )
            writer.leave_out(gone)
            return SyncPlan(removed=gone, unchanged=len(known) - len(gone))

        self._store.require_current()
        return self._write(plan)

    def _files(self, paths: Sequence[str | Path]) -> list[Path]:
        # The store may lie inside an indexed folder; what it holds is no article.
        if not paths:
            return []
        return [path for path in find_article_files(paths) if self._store.directory not in path.parents]

    def _write(self, plan: Callable[[CatalogueWriter], SyncPlan], rebuild: bool = False) -> SyncReport:
        """Carry out a plan as the one writer; every refusal of the disk is a StoreError."""
        started, self._stopwatch = time.perf_counter(), Stopwatch()
        try:
            with self._store.writing():
                report = self._run(plan, rebuild)
        except AssistantError:
            raise
        except Exception as error:  # the disk's refusals come in SQLite's, Chroma's and tantivy's words too
            raise StoreError(
                f"The index in {self._store.directory} could not be written: {error}.",
                "Free some space or make the folder writable, then run it again; the index as it was still answers.",
            ) from error
        return replace(report, seconds=time.perf_counter() - started, timings=self._stopwatch.seconds)

    def _run(self, planned: Callable[[CatalogueWriter], SyncPlan], rebuild: bool) -> SyncReport:
        base, carried = self._base(rebuild)
        with closing(CatalogueWriter(base.catalogue)) as writer:
            plan = planned(writer)
            embedded = 0 if plan.nothing_to_do else self._bring_into_step(base, writer, plan)
            articles, passages = writer.counts()
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
                            writer.stage(path, known, map(incoming, reader.articles_of(path)))
                    finally:
                        reader.close()
            except (OSError, sqlite3.Error):
                continue
            return frozenset(writer.staged_files())
        return frozenset()

    def _bring_into_step(self, base: Base, writer: CatalogueWriter, plan: SyncPlan) -> int:
        """How many passages were embedded."""
        with self._stopwatch.stage("load"):
            self._take_in(writer, plan)
        with self._stopwatch.stage("clean"):
            anew = self._to_index(writer, plan)
        portions = _Portions(base, writer, self._embedder, anew.memberships, self._progress, self._stopwatch)
        for done, (article_id, repeated) in enumerate(anew.in_order(), start=1):
            with self._stopwatch.stage("clean"):
                article = clean_article(writer.raw_article(article_id), repeated)
            with self._stopwatch.stage("split"):
                passages = [] if anew.silent(article_id) else self._split(article)
            portions.add(article, repeated, passages)
            self._progress("clean", done, len(anew.articles))
        portions.publish()
        self._finish(writer, plan, anew)
        writer.prune()
        if merged := to_merge(writer.segments()):
            merge_segments(base, writer, merged)
        base.drop_segments_but(writer.kept_segments())
        return portions.embedded

    def _split(self, article: Article) -> list[Passage]:
        return split_passages(article, self._count_tokens, self._settings.passage_tokens)

    def _to_index(self, writer: CatalogueWriter, plan: SyncPlan) -> _Anew:
        """What is cleaned otherwise than before, or begins or ceases to speak for itself."""
        kinship, articles = writer.kinship(), {}
        to_clean = list(_to_clean(writer))
        for first in range(0, len(to_clean), _TAKEN_IN_AT_ONCE):
            with writer.batch():
                for article_id, repeated in to_clean[first : first + _TAKEN_IN_AT_ONCE]:
                    article = clean_article(writer.raw_article(article_id), repeated)
                    if writer.holds(article):
                        writer.put_repeated(article_id, repeated)
                    else:
                        articles[article_id] = repeated
                        kinship.add(article)
        going = writer.going(plan.removed)
        for article_id in going:
            kinship.leave(article_id)

        def text(article_id: str) -> str:
            if article_id in articles:
                return clean_article(writer.raw_article(article_id), articles[article_id]).text
            return writer.text(article_id)

        before = writer.memberships()
        now = kinship.memberships(before, articles, text)
        for article_id in before.keys() | now.keys():
            if _silent(before, article_id) != _silent(now, article_id) and article_id not in {*articles, *going}:
                articles[article_id] = writer.repeated(article_id)
        changed = {name: now.get(name) for name in before.keys() | now.keys() if before.get(name) != now.get(name)}
        return _Anew(articles, now, changed, going, kinship)

    def _take_in(self, writer: CatalogueWriter, plan: SyncPlan) -> None:
        """Stage fresh files; what an interrupted run had staged and is gone by now is forgotten."""
        writer.unstage(plan.removed)
        fresh = list(plan.fresh)
        limits = Limits(article_bytes=self._settings.max_file_bytes)
        with closing(Intake(limits, self._settings.workers, self._fields).read(fresh)) as reading:
            for first in range(0, len(fresh), _TAKEN_IN_AT_ONCE):
                with writer.batch():
                    for done, (path, items) in enumerate(islice(reading, _TAKEN_IN_AT_ONCE), start=first + 1):
                        _stage(writer, plan, path, items)
                        self._progress("load", done, len(fresh))

    def _finish(self, writer: CatalogueWriter, plan: SyncPlan, anew: _Anew) -> None:
        """Complete what needed no cleaning, and let go what is gone."""
        with writer.publishing() as publication:
            for path in plan.removed:
                publication.remove_file(path)
            for path in writer.ready_files():
                publication.complete_file(path)
            publication.remove_unplaced()
            publication.put_memberships(anew.changed)
            anew.kinship.forget(anew.going)
            if not any(writer.counts()):
                raise plan.nothing_readable()


@dataclass(frozen=True, slots=True)
class _Anew:
    """What a sync has to index.

    Attributes:
        articles: to be cleaned, with what repeats for each.
        memberships: of all articles that share a family, as they will be.
        changed: those that differ from what is published; None for an article that is alone by now.
        going: articles that no file has any more.
        kinship: what it follows from.
    """

    articles: Mapping[str, frozenset[str]]
    memberships: Mapping[str, Membership]
    changed: Mapping[str, Membership | None]
    going: Sequence[str]
    kinship: Kinship

    def silent(self, article_id: str) -> bool:
        """Whether another article's text speaks for this one."""
        return _silent(self.memberships, article_id)

    def in_order(self) -> list[tuple[str, frozenset[str]]]:
        """Those that speak first: no story is ever without a text that is searched."""
        return sorted(self.articles.items(), key=lambda item: self.silent(item[0]))


class _Portions:
    """Gathers cleaned articles until they make a segment, then embeds and publishes them."""

    def __init__(
        self,
        base: Base,
        writer: CatalogueWriter,
        embedder: Embedder,
        memberships: Mapping[str, Membership],
        progress: Progress,
        stopwatch: Stopwatch,
    ) -> None:
        self.embedded = 0
        self._stopwatch = stopwatch
        self._memberships = memberships
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
        if indexed:
            texts = [embedding_text(item.passage, item.metadata) for item in indexed]
            with self._stopwatch.stage("embed"):
                vectors = self._embedder.embed(texts, progress=self._advance)
            with self._stopwatch.stage("write"):
                write_segment(self._base.segment(segment), self._lexical, indexed, vectors)
        with self._writer.publishing() as publication:
            if indexed:
                publication.add_segment(segment, len(indexed))
            publication.put_articles(self._prepared, segment)
            own = (item.article.id for item in self._prepared)
            publication.put_memberships({name: self._memberships[name] for name in own if name in self._memberships})
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
        together = writer.judged_together(source, _JUDGED_BY)
        every = -(-len(together) // _JUDGED_BY)
        repeated = repeated_fingerprints([writer.statistics(name).fingerprints for name in together[::every]])
        for article_id in together:
            item = writer.statistics(article_id)
            concerns_it = repeated.intersection(item.fingerprints)
            if concerns_it != item.repeated:
                yield article_id, concerns_it


def _told_apart(paths: Sequence[str | Path]) -> tuple[list[str], list[str | Path]]:
    """The addresses among ``paths``, and the others."""
    return [str(path) for path in paths if is_address(path)], [path for path in paths if not is_address(path)]


def _silent(memberships: Mapping[str, Membership], article_id: str) -> bool:
    return article_id in memberships and memberships[article_id].silent


def _stage(writer: CatalogueWriter, plan: SyncPlan, path: Path, items: Iterator[Item]) -> None:
    """Takes in one file; it is left as it was when it gives nothing, or gives less than before by being damaged."""
    skipped: list[Skipped] = []

    def articles() -> Iterator[Incoming]:
        for item in items:
            if isinstance(item, Skipped):
                skipped.append(item)
            else:
                yield item

    taken = writer.stage(str(path), plan.fresh[path], articles())
    plan.note(skipped)
    cut_short = any(item.cut for item in skipped)
    if not taken or (cut_short and path in plan.known):
        writer.unstage([str(path)])
        plan.leave(path)
