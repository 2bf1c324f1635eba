"""Bring an index into step with folders of article files, comparing by content.

A sync takes in what is new or changed, judges which blocks repeat within each source, then cleans, splits and embeds
what that concerns, a portion at a time, each published as a generation; what is gone goes with the last one. Whatever
ends it, what was published stays, what was taken in is not read again, and the next sync goes on.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from itertools import islice
from pathlib import Path

from assistant.articles import (
    CLEANING_VERSION,
    SPLITTER_VERSION,
    find_article_files,
    split_passages,
)
from assistant.articles.formats import FieldMap, Limits, Skipped
from assistant.errors import NothingToIndexError
from assistant.index.addresses import fetch, is_on_web, stage_fetched
from assistant.index.catalogue.writer import CatalogueWriter
from assistant.index.embedder import Embedder
from assistant.index.intake import BrokenOff, Intake
from assistant.index.lexical import LexicalIndex
from assistant.index.opened import Index
from assistant.index.parsing import Incoming, Item
from assistant.index.plan import Progress, Reading, SyncPlan, is_under, plan_sync
from assistant.index.portions import Portions
from assistant.index.renewal import Renewal, find_renewal
from assistant.index.rescue import Rescued, rescue, rescued
from assistant.index.segments import merge_segments, to_merge
from assistant.index.stopwatch import Stopwatch
from assistant.index.store import FORMAT_VERSION, ORIGIN, RECIPE, Base, Recipe, Store
from assistant.records import Article, Passage, SyncPreview, SyncReport
from assistant.settings import Settings

_log = logging.getLogger(__name__)

#: Works out what is to be done with a catalogue, and which files a rebuild has carried over into it.
Plan = Callable[[CatalogueWriter, frozenset[str]], SyncPlan]
#: Files staged in one transaction.
_TAKEN_IN_AT_ONCE = 200


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
        self._reading = Reading(Limits(article_bytes=settings.max_file_bytes), FieldMap.named(settings.fields))
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

        def plan(writer: CatalogueWriter, carried: frozenset[str]) -> SyncPlan:
            writer.staging.let_in(_named(paths))
            found = self._plan(writer, files, local, writer.staging.left_out(), carried)
            stage_fetched(writer, found, fetched)
            if not writer.files() and not writer.staging.files() and not found.fresh:
                raise found.nothing_readable()
            return found

        return self._write(plan, rebuild)

    def preview(self, paths: Sequence[str | Path]) -> SyncPreview:
        """What ``run`` would do, addresses left out; nothing is changed."""
        local = _told_apart(paths)[1]
        files, base = self._files(local), self._store.current()
        if base is None:
            return plan_sync(files, local, {}, {}, self._progress, self._reading).preview()
        if not base.catalogue.is_file():
            raise self._store.damaged(f"{base.catalogue} is missing")
        with closing(CatalogueWriter(base.catalogue)) as writer:
            return self._plan(writer, files, local, writer.staging.left_out() - _named(paths)).preview()

    def remove(self, paths: Sequence[str | Path]) -> SyncReport:
        """Take files, or all files of folders, or addresses, out of the index, and keep them out until they are named.

        Raises NothingToIndexError when nothing of the kind is indexed or nothing else would be left, and what ``run``
        raises.
        """
        places = [str(path) if "://" in str(path) else str(Path(path).expanduser().resolve()) for path in paths]

        def plan(writer: CatalogueWriter, carried: frozenset[str]) -> SyncPlan:
            known = writer.files().keys() | writer.staging.files().keys()
            roots = {Path(place) for place in places}
            gone = sorted(name for name in known if is_under(Path(name), roots))
            if not gone:
                raise NothingToIndexError(
                    f"Nothing in the index is from {', '.join(places)}.",
                    "See what it holds: assistant articles. Files go as a whole, with all the articles in them.",
                )
            if len(gone) == len(known):
                raise NothingToIndexError(
                    "That would leave nothing to answer from.", f"Delete the index instead: {self._store.directory}."
                )
            writer.staging.leave_out(gone)
            return SyncPlan(removed=gone, unchanged=len(known) - len(gone))

        self._store.require_current()
        return self._write(plan)

    def _files(self, paths: Sequence[str | Path]) -> list[Path]:
        if not paths:
            return []
        try:
            found = find_article_files(paths)
        except NothingToIndexError as error:  # an unmounted disk must not empty an index
            remedy = f"{error.remedy} If what the index has from there is to go: assistant remove PATH."
            raise NothingToIndexError(error.problem, remedy) from error
        # The store may lie inside an indexed folder; what it holds is no article.
        return [path for path in found if self._store.directory not in path.parents]

    def _plan(
        self,
        writer: CatalogueWriter,
        files: Sequence[Path],
        paths: Sequence[str | Path],
        left_out: set[str],
        carried: frozenset[str] = frozenset(),
    ) -> SyncPlan:
        wanted = [path for path in files if str(path) not in left_out]
        staged = writer.staging.files()
        found = plan_sync(wanted, paths, writer.files(), staged, self._progress, self._reading, carried)
        found.left_out = len(files) - len(wanted)
        return found

    def _write(self, plan: Plan, rebuild: bool = False) -> SyncReport:
        """Carry out a plan as the one writer."""
        started, self._stopwatch = time.perf_counter(), Stopwatch()
        with self._store.writing():
            report = self._run(plan, rebuild)
        return replace(report, seconds=time.perf_counter() - started, timings=self._stopwatch.seconds)

    def _run(self, planned: Plan, rebuild: bool) -> SyncReport:
        base, before = self._base(rebuild)
        with closing(CatalogueWriter(base.catalogue)) as writer:
            plan = planned(writer, before.files if rebuild else frozenset())
            before.make_up(plan, self._reading)
            writer.date(plan.dated)
            finished = plan.nothing_to_do and not writer.staging.files() and writer.is_settled()
            embedded = 0 if finished else self._bring_into_step(base, writer, plan)
            articles, passages = writer.counts()
        if not self._store.answers(base):
            self._store.switch(base)
            self._store.drop_old()
        _log.info("%d articles, %d passages", articles, passages)
        return plan.report(articles, passages, embedded, before.files if rebuild else frozenset())

    def _base(self, rebuild: bool) -> tuple[Base, Rescued]:
        """The base to write to, with what a rebuild has taken over from the one before."""
        current = None if rebuild else self._store.current()
        if current is not None:
            Index.check(self._store.directory, self._recipe)
            return current, Rescued()
        origin = self._store.origin()
        begun = self._store.unfinished(self._recipe, origin)
        base = begun or self._store.start()
        with closing(CatalogueWriter(base.catalogue)) as writer:
            writer.note(RECIPE, self._recipe.to_json())
            before = rescued(writer) if begun else rescue(self._store.rescuable() if rebuild else [], writer)
            writer.note(ORIGIN, origin)  # last: a base without it took over nothing, or not all
            return base, before

    def _bring_into_step(self, base: Base, writer: CatalogueWriter, plan: SyncPlan) -> int:
        """How many passages were embedded."""
        with self._stopwatch.stage("load"):
            self._take_in(writer, plan)
        if not plan.removed and not writer.staging.files() and writer.is_settled():  # nothing came of what was read
            if not any(writer.counts()):
                raise plan.nothing_readable()
            return 0
        with self._stopwatch.stage("clean"):
            renewal = find_renewal(writer, plan.removed, self._progress)
        embedded = self._index(base, writer, renewal)
        with self._stopwatch.stage("publish"):
            self._finish(writer, plan, renewal)
            writer.prune(LexicalIndex(base.lexical).remove)
        with self._stopwatch.stage("merge"):
            if merged := to_merge(writer.segments()):
                merge_segments(base, writer, merged)
            base.drop_segments_but(writer.kept_segments())
        return embedded

    def _index(self, base: Base, writer: CatalogueWriter, renewal: Renewal) -> int:
        LexicalIndex(base.lexical).remove([str(key) for key in writer.unpublished_keys()])
        with Portions(base, writer, self._embedder, renewal, self._progress, self._stopwatch) as portions:
            for article_id in renewal.articles:
                with self._stopwatch.stage("split"):
                    article = writer.drafts.article(article_id)
                    passages = [] if renewal.silent(article_id) else self._split(article)
                portions.add(article, passages)
            portions.publish()
        return portions.embedded

    def _split(self, article: Article) -> list[Passage]:
        return split_passages(article, self._count_tokens, self._settings.passage_tokens)

    def _take_in(self, writer: CatalogueWriter, plan: SyncPlan) -> None:
        """Stage fresh files; what an interrupted run had staged and is gone by now is forgotten."""
        writer.staging.forget(plan.removed)
        fresh = list(plan.fresh)
        intake = Intake(self._reading.limits, self._settings.workers, self._reading.fields)
        with closing(intake.read(fresh)) as reading:
            for first in range(0, len(fresh), _TAKEN_IN_AT_ONCE):
                with writer.batch():
                    for done, (path, items) in enumerate(islice(reading, _TAKEN_IN_AT_ONCE), start=first + 1):
                        _stage(writer, plan, path, items)
                        self._progress("load", done, len(fresh))

    def _finish(self, writer: CatalogueWriter, plan: SyncPlan, renewal: Renewal) -> None:
        """Complete what needed no cleaning, and let go what is gone."""
        with writer.publishing() as publication:
            for path in plan.removed:
                publication.remove_file(path)
            for path in writer.staging.ready_files():
                publication.complete_file(path)
            publication.settle_places()
            publication.put_memberships(renewal.settled.changed)
            renewal.kinship.forget(renewal.going)
            writer.placement.judged()
            if not any(writer.counts()):
                raise plan.nothing_readable()


def _named(paths: Sequence[str | Path]) -> set[str]:
    """Files and addresses that are meant by their names."""
    return {str(path) if is_on_web(path) else str(Path(path).expanduser().resolve()) for path in paths}


def _told_apart(paths: Sequence[str | Path]) -> tuple[list[str], list[str | Path]]:
    """The addresses among ``paths``, and the others."""
    return [str(path) for path in paths if is_on_web(path)], [path for path in paths if not is_on_web(path)]


class _LeftAsItWas(Exception):
    """What was taken in of a file is undone."""


def _stage(writer: CatalogueWriter, plan: SyncPlan, path: Path, items: Iterator[Item]) -> None:
    """Takes in one file; it is left as it was when it gives nothing, or gives less than before by being damaged."""
    skipped: list[Skipped] = []

    def articles() -> Iterator[Incoming]:
        for item in items:
            if isinstance(item, Skipped):
                skipped.append(item)
            else:
                yield item

    try:
        with writer.batch():
            taken = writer.staging.take_in(str(path), plan.fresh[path], articles())
            cut_short = any(item.cut for item in skipped)
            if not taken or (cut_short and (path in plan.known or path in plan.again)):
                raise _LeftAsItWas
            if any(isinstance(item, BrokenOff) for item in skipped):
                writer.staging.read_again(str(path))
    except _LeftAsItWas:
        plan.leave(path)
    plan.note(skipped)
