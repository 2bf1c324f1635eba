"""The one writer of a catalogue: publishes generations, and deletes what no reader needs any more."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from assistant.index.catalogue.drafts import Drafts
from assistant.index.catalogue.kinship import Kinship
from assistant.index.catalogue.placement import Placement
from assistant.index.catalogue.publication import Publication
from assistant.index.catalogue.schema import open_for_writing, transaction
from assistant.index.catalogue.staging import KnownFile, Staging

#: What has gone stays for readers of so many earlier generations and for so long; both must have passed.
_KEPT_GENERATIONS = 3
_KEPT_TIME = timedelta(minutes=10)


class CatalogueWriter:
    """What is taken in is staged and survives a crash; readers see it only once a generation is published.

    Attributes:
        staging: files taken in and not published yet.
        placement: where articles will be once a sync is through.
        drafts: articles on their way from there to the next generation.
        kinship: who is whose copy, and what families follow from it.
    """

    def __init__(self, path: Path) -> None:
        self._db = open_for_writing(path)
        self.staging = Staging(self._db)
        self.placement = Placement(self._db)
        self.drafts = Drafts(self._db)
        self.kinship = Kinship(self._db)

    def close(self) -> None:
        """Release the file."""
        self._db.close()

    def note(self, key: str, value: str) -> None:
        """Keep a value about the whole index."""
        self._db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, value))

    def noted(self, key: str) -> str | None:
        """What ``note`` has kept; None when it was never noted."""
        row = self._db.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        return None if row is None else str(row[0])

    def batch(self) -> AbstractContextManager[None]:
        """What is done inside is on disk afterwards, at the price of one transaction."""
        return transaction(self._db)

    # What is published

    def files(self) -> dict[str, KnownFile]:
        """Path of every published file, with what is known of it."""
        return published_files(self._db)

    def date(self, files: Mapping[str, KnownFile]) -> None:
        """Note when published files, by path, were changed, so that the next sync need not read them."""
        with transaction(self._db):
            self._db.executemany(
                "UPDATE files SET changed_ns = ? WHERE path = ? AND removed IS NULL",
                [(known.changed_ns, path) for path, known in files.items()],
            )

    def counts(self) -> tuple[int, int]:
        """Number of articles and of passages that are present."""
        (articles,) = self._db.execute("SELECT count(*) FROM versions WHERE removed IS NULL").fetchone()
        (passages,) = self._db.execute(
            "SELECT count(*) FROM passages p JOIN versions v ON v.number = p.version WHERE v.removed IS NULL"
        ).fetchone()
        return articles, passages

    def is_settled(self) -> bool:
        """Whether no sync was cut short before everything that follows from what it took in was published."""
        left = "SELECT EXISTS (SELECT 1 FROM unsettled) OR EXISTS (SELECT 1 FROM unjudged)"
        return not self._db.execute(left).fetchone()[0]

    # Segments

    def reserve(self, what: str, count: int = 1) -> int:
        """The first of ``count`` numbers that were never given out before, as keys or for segments.

        Kept at once, so that a number which a dead writer has used on disk is never used again.
        """
        with transaction(self._db):
            first = self._next(what)
            self.note(f"next {what}", str(first + count))
        return first

    def unpublished_keys(self) -> range:
        """Keys given out since the last one that a passage has; a writer that died may have used them on disk."""
        (last,) = self._db.execute("SELECT coalesce(max(key), 0) FROM passages").fetchone()
        return range(last + 1, self._next("key"))

    def keys_of_segment(self, number: int) -> list[int]:
        """Keys of the passages of a segment that some kept generation has."""
        rows = self._db.execute("SELECT key FROM passages WHERE segment = ? ORDER BY key", (number,))
        return [row[0] for row in rows]

    def segments(self) -> dict[int, tuple[int, int]]:
        """Number of every present segment, to how many passages it holds and how many of them are kept."""
        rows = self._db.execute(
            "SELECT number, passages, (SELECT count(*) FROM passages WHERE segment = s.number) FROM segments s"
            " WHERE removed IS NULL"
        )
        return {number: (held, kept) for number, held, kept in rows}

    def kept_segments(self) -> list[int]:
        """Numbers of the segments that some kept generation has."""
        return [row[0] for row in self._db.execute("SELECT number FROM segments")]

    # Generations

    @contextmanager
    def publishing(self) -> Iterator[Publication]:
        """What is done with the publication becomes the next generation, as a whole or not at all."""
        with transaction(self._db):
            (present,) = self._db.execute("SELECT coalesce(max(number), 0) FROM generations").fetchone()
            yield Publication(self._db, present + 1)
            at = datetime.now(UTC).isoformat(timespec="seconds")
            self._db.execute("INSERT INTO generations VALUES (?, ?)", (present + 1, at))
            self._db.execute("INSERT OR REPLACE INTO meta VALUES ('generation', ?)", (str(present + 1),))

    def prune(self, forget: Callable[[list[str]], None]) -> None:
        """Delete for good what went so long ago that no reader can need it.

        Args:
            forget: given the keys of the passages that go, before they do; again when it was interrupted.
        """
        before = (datetime.now(UTC) - _KEPT_TIME).isoformat(timespec="seconds")
        row = self._db.execute(
            "SELECT number FROM generations WHERE synced_at < ? AND number <="
            " (SELECT max(number) FROM generations) - ? ORDER BY number DESC LIMIT 1",
            (before, _KEPT_GENERATIONS),
        ).fetchone()
        if row is None:
            return
        gone = {"horizon": row[0]}
        passages = "FROM passages WHERE version IN (SELECT number FROM versions WHERE removed <= :horizon)"
        forget([str(key) for (key,) in self._db.execute(f"SELECT key {passages}", gone)])
        with transaction(self._db):
            self._db.execute(f"DELETE {passages}", gone)
            for table in ("versions", "places", "files", "segments", "families"):
                self._db.execute(f"DELETE FROM {table} WHERE removed <= :horizon", gone)
            self._db.execute("DELETE FROM generations WHERE number < :horizon", gone)
            self._db.execute(
                "DELETE FROM articles WHERE id NOT IN (SELECT article_id FROM places)"
                " AND id NOT IN (SELECT article_id FROM staged_places)"
            )

    def _next(self, what: str) -> int:
        return int(self.noted(f"next {what}") or 1)


def published_files(database: sqlite3.Connection) -> dict[str, KnownFile]:
    """Path of every file that a catalogue has published and that is not gone, with what is known of it."""
    rows = database.execute("SELECT path, digest, size, changed_ns FROM files WHERE removed IS NULL")
    return {path: KnownFile(digest, size, changed) for path, digest, size, changed in rows}
