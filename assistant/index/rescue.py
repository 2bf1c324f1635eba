"""What a rebuild takes over from earlier catalogues: as much of them as can be read."""

from __future__ import annotations

import json
import sqlite3
import zlib
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from assistant.errors import ArticleError
from assistant.index.catalogue.schema import open_for_reading
from assistant.index.catalogue.staging import KnownFile, Staging
from assistant.index.catalogue.stored import RAW_COLUMNS, unpacked_raw
from assistant.index.catalogue.writer import CatalogueWriter, published_files
from assistant.index.parsing import Incoming, incoming
from assistant.index.plan import Reading, SyncPlan, look_at
from assistant.index.store import Base
from assistant.records import RawArticle, SkippedFile

_RESCUED = "rescued"
#: A file that is not held as it was: whatever is found in its place is read.
_UNLIKE_ANY = KnownFile(digest="", size=0, changed_ns=0)


@dataclass(frozen=True, slots=True)
class Rescued:
    """What a base that is begun was given of earlier ones.

    Attributes:
        files: paths of the files that are staged.
        damaged: paths of the files of which not every article could be read.
        unreadable: catalogues that do not even say which files they have, each with the error.
    """

    files: frozenset[str] = frozenset()
    damaged: tuple[str, ...] = ()
    unreadable: tuple[tuple[str, str], ...] = ()

    def make_up(self, plan: SyncPlan, reading: Reading) -> None:
        """Have damaged files read again, wherever they are, and report what is lost."""
        for path, error in self.unreadable:
            reason = f"{path} cannot be read ({error}): what only this catalogue held is not taken over."
            plan.skipped.append(SkippedFile(path, f"{reason} Sync every folder that is to be in the index."))
        for path in self.damaged:
            if Path(path) not in plan.fresh and path not in plan.fetched and path not in plan.removed:
                _read_again(path, plan, reading)


def rescue(bases: Iterable[Base], writer: CatalogueWriter) -> Rescued:
    """Stages every file as it is in the first of ``bases`` that can be read, and notes what came of it."""
    old, unreadable = _first_readable(bases)
    damaged: list[str] = []
    with writer.batch():
        if old is not None:
            with closing(old):
                writer.staging.leave_out(old.left_out)
                damaged = [path for path in old.files if not _take_over(path, old, writer.staging)]
        writer.note(_RESCUED, json.dumps([damaged, unreadable]))
        return rescued(writer)


def rescued(writer: CatalogueWriter) -> Rescued:
    """What an interrupted run had rescued into the base it began."""
    damaged, unreadable = json.loads(writer.noted(_RESCUED) or "[[], []]")
    return Rescued(
        frozenset(writer.staging.files()), tuple(damaged), tuple((path, error) for path, error in unreadable)
    )


class OldCatalogue:
    """What a catalogue, damaged perhaps, has published last; nothing is written to it.

    Attributes:
        files: path of every file, with what is known of it.
        left_out: paths of the files that stay out.
    """

    def __init__(self, path: Path) -> None:
        """sqlite3.Error unless it is there and says which files it has."""
        self._db = open_for_reading(path)
        try:
            self.files = published_files(self._db)
            self.left_out = Staging(self._db).left_out()
        except sqlite3.Error:
            self.close()
            raise

    def close(self) -> None:
        """Release the file."""
        self._db.close()

    def articles_of(self, path: str) -> Iterator[RawArticle | None]:
        """The articles of a file in the order of their members; None for each that cannot be read."""
        try:
            places = self._db.execute(
                "SELECT member, article_id FROM places WHERE path = ? AND removed IS NULL"
                " ORDER BY length(member), member",
                (path,),
            ).fetchall()
        except sqlite3.Error:
            yield None
            return
        for member, article_id in places:
            yield self._article((path, member), article_id)

    def _article(self, place: tuple[str, str], article_id: str) -> RawArticle | None:
        try:
            row = self._db.execute(f"SELECT {RAW_COLUMNS} FROM articles WHERE id = ?", (article_id,)).fetchone()
            return None if row is None else unpacked_raw(place, row)
        except (sqlite3.Error, zlib.error, ValueError, TypeError):  # a damaged page may hold values of any type
            return None


def _first_readable(bases: Iterable[Base]) -> tuple[OldCatalogue | None, list[tuple[str, str]]]:
    """The catalogue to take over from, with those tried before it and what is the matter with them."""
    unreadable: list[tuple[str, str]] = []
    for base in bases:
        try:
            old = OldCatalogue(base.catalogue)
        except sqlite3.Error as error:
            unreadable.append((str(base.catalogue), str(error)))
            continue
        if old.files:
            return old, unreadable
        old.close()
        unreadable.append((str(base.catalogue), "it has no files"))
    return None, unreadable


def _take_over(path: str, old: OldCatalogue, staging: Staging) -> bool:
    """Stages what can be read of a file; whether that was all."""
    damaged = 0

    def readable() -> Iterator[Incoming]:
        nonlocal damaged
        for raw in old.articles_of(path):
            if raw is None:
                damaged += 1
            else:
                yield incoming(raw)

    taken = staging.take_in(path, old.files[path], readable())
    if taken and damaged:
        staging.take_in(path, _UNLIKE_ANY, readable())
    elif not taken:
        staging.forget([path])
    return taken > 0 and damaged == 0


def _read_again(path: str, plan: SyncPlan, reading: Reading) -> None:
    """Plans to read a file that may be in none of the folders that were named, or reports that it cannot be."""
    damaged = f"Not all that the index held of {path} can be read any more."
    if "://" in path:
        plan.skipped.append(SkippedFile(path, f"{damaged} Fetch it again: assistant sync {path}"))
        return
    try:
        plan.fresh[Path(path)] = look_at(Path(path), None, reading)
        plan.known.add(Path(path))
    except ArticleError as error:
        plan.skipped.append(SkippedFile(path, f"{damaged} {error.problem} Put it back and sync it again."))
