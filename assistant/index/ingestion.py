"""Files of a plan into the catalogue: read, cleaned, split, and handed on to be embedded."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from itertools import chain
from pathlib import Path

from assistant.articles import clean_article
from assistant.articles.formats import Skipped
from assistant.errors import ArticleError
from assistant.index.batches import Batches
from assistant.index.catalogue.writer import CatalogueWriter, IngestedFile, KnownFile
from assistant.index.parser_pool import BrokenOff, ParserPool
from assistant.index.parsing import Item
from assistant.index.plan import Reading, SyncPlan, look_at
from assistant.index.recovery import Recovery
from assistant.index.stopwatch import Stopwatch
from assistant.records import Article, Passage, RawArticle, SkippedFile

#: A file that is not held as it was: whatever is found in its place is read.
_UNLIKE_ANY = KnownFile(digest="", size=0, modified_ns=0)
Split = Callable[[Article], list[Passage]]


class Ingestion:
    """Puts what files hold into the catalogue.

    Args:
        writer: the catalogue.
        batches: embed the passages, and put them and the files.
        split: makes passages of an article.
        stopwatch: times the stages.
    """

    def __init__(self, writer: CatalogueWriter, batches: Batches, split: Split, stopwatch: Stopwatch) -> None:
        self._writer = writer
        self._batches = batches
        self._split = split
        self._stopwatch = stopwatch
        self._queued: set[int] = set()  # articles whose passages are on their way

    def ingest(
        self, path: str, known: KnownFile, items: Iterable[Item], *, is_held: bool
    ) -> tuple[bool, list[Skipped]]:
        """One file; whether it is in now, and what of it gives no article.

        It stays as it was when it gives nothing, or gives less than the one that is held by being damaged.
        """
        articles: list[tuple[str, int]] = []
        skipped: list[Skipped] = []
        for item in self._timed(items):
            if isinstance(item, Skipped):
                skipped.append(item)
            else:
                articles.append((item.fragment, self._put(item)))
        if not articles or (is_held and any(item.cut for item in skipped)):
            return False, skipped
        if any(isinstance(item, BrokenOff) for item in skipped):  # chance may have kept the rest from being read
            known = replace(known, digest=f"{known.digest} in part")
        self._batches.complete(IngestedFile(path, known, articles))
        return True, skipped

    def _put(self, raw: RawArticle) -> int:
        with self._stopwatch.stage("clean"):
            article = clean_article(raw)
            number, has_passages = self._writer.put_article(raw, article)
        if not has_passages and number not in self._queued:
            self._queued.add(number)
            with self._stopwatch.stage("split"):
                passages = self._split(article)
            self._batches.add(number, article.metadata, passages)
        return number

    def _timed(self, items: Iterable[Item]) -> Iterator[Item]:
        iterator = iter(items)
        while True:
            with self._stopwatch.stage("load"):
                item = next(iterator, None)
            if item is None:
                return
            yield item


def ingest_all(
    plan: SyncPlan,
    ingestion: Ingestion,
    pool: ParserPool,
    pages: Mapping[str, Sequence[RawArticle]],
    held: Mapping[str, KnownFile],
    recovery: Recovery,
    progress: Callable[[int, int], None],
) -> None:
    """Carries out what a plan says is to be ingested and carried over.

    Args:
        plan: files that give nothing are taken out of it, and reported in it.
        ingestion: puts files into the catalogue.
        pool: reads them.
        pages: articles that were fetched, by address.
        held: the files that are in.
        recovery: what a rebuild takes over.
        progress: called with how many files are done, and how many there are.
    """
    total = len(plan.to_ingest) + len(plan.to_carry)
    files = [Path(path) for path in plan.to_ingest if path not in pages]
    fetched = ((path, iter(pages[path])) for path in plan.to_ingest if path in pages)
    with closing(pool.read(files)) as reading:
        sources = ((str(path), items) for path, items in reading)
        for done, (path, items) in enumerate(chain(sources, fetched), start=1):
            taken, skipped = ingestion.ingest(path, plan.to_ingest[path], items, is_held=path in held)
            plan.note(skipped)
            if not taken:
                plan.leave(path)
                if path in recovery.files:
                    plan.to_carry.append(path)
                    plan.status[path] = "unchanged"
            progress(done, total)
    for done, path in enumerate(plan.to_carry, start=len(plan.to_ingest) + 1):
        known = _UNLIKE_ANY if path in recovery.damaged else recovery.files[path]
        raws = (raw for raw in recovery.articles_of(path) if raw is not None)
        ingestion.ingest(path, known, raws, is_held=False)
        progress(min(done, total), total)


def carry_over(plan: SyncPlan, recovery: Recovery, held: Mapping[str, KnownFile], reading: Reading) -> None:
    """Plans what a rebuild takes over: all files that the plan does not read anyway.

    What can be read no more in the earlier catalogue is read again, wherever it is; what is lost is reported.
    """
    for catalogue, error in recovery.unreadable:
        reason = f"{catalogue} cannot be read ({error}): what only this catalogue held is not taken over."
        plan.skipped.append(SkippedFile(str(catalogue), f"{reason} Index every folder that is to be in the index."))
    for path in recovery.files:
        if path in plan.status or path in plan.removed:
            continue
        if path in held:
            continue
        if all(raw is not None for raw in recovery.articles_of(path)):
            plan.to_carry.append(path)
        elif (now := _readable(path, plan, reading)) is not None:
            plan.to_ingest[path] = now
        else:
            recovery.damaged.add(path)
            plan.to_carry.append(path)


def _readable(path: str, plan: SyncPlan, reading: Reading) -> KnownFile | None:
    """A file that may be in none of the folders that were named, as it is now; None, and a report, when it is gone."""
    damaged = f"Not all that the index held of {path} can be read any more."
    if "://" in path:
        plan.skipped.append(SkippedFile(path, f"{damaged} Fetch it again: assistant index {path}"))
        return None
    try:
        return look_at(Path(path), None, reading)
    except ArticleError as error:
        plan.skipped.append(SkippedFile(path, f"{damaged} {error.problem} Put it back and index it again."))
        return None
