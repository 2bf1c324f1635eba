"""Files taken in and not published yet, and those that stay out."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from assistant.index.catalogue.schema import transaction
from assistant.index.catalogue.stored import RAW_COLUMNS, packed_raw
from assistant.index.parsing import Incoming


@dataclass(frozen=True, slots=True)
class KnownFile:
    """A file as it was when it was read.

    Attributes:
        digest: SHA-256 of its bytes, hexadecimal, then, after a space, what else makes it a reading of its own.
        size: bytes.
        changed_ns: its modification time, nanoseconds; 0 when it was so recent that it does not tell versions apart.
    """

    digest: str
    size: int
    changed_ns: int

    @property
    def content(self) -> str:
        """The digest of its bytes alone."""
        return self.digest.partition(" ")[0]


class Staging:
    """Files with their articles from the time they are read until they are published; a crash loses none.

    Args:
        database: of the catalogue's writer.
    """

    def __init__(self, database: sqlite3.Connection) -> None:
        self._db = database

    def files(self) -> dict[str, KnownFile]:
        """Path of every file that is taken in and not published yet."""
        rows = self._db.execute("SELECT path, digest, size, changed_ns FROM staged_files")
        return {path: KnownFile(digest, size, changed) for path, digest, size, changed in rows}

    def take_in(self, path: str, known: KnownFile, articles: Iterable[Incoming]) -> int:
        """Take in a file with its articles, and say how many; what was staged of it is replaced. All or nothing."""
        taken = 0
        with transaction(self._db):
            self._forget(path)
            for incoming in articles:
                taken += 1
                raw = incoming.raw
                article_id = raw.content_hash[:16]
                self._db.execute(
                    f"INSERT INTO articles (id, {RAW_COLUMNS}, fingerprints) VALUES (?, ?, ?, ?, ?, ?, ?)"
                    " ON CONFLICT (id) DO NOTHING",
                    (article_id, *packed_raw(raw), json.dumps(incoming.fingerprints)),
                )
                self._db.execute("INSERT OR IGNORE INTO staged_places VALUES (?, ?, ?)", (path, raw.member, article_id))
            row = (path, known.digest, known.size, known.changed_ns)
            self._db.execute("INSERT INTO staged_files VALUES (?, ?, ?, ?)", row)
        return taken

    def read_again(self, path: str) -> None:
        """Have the next sync take a staged file for changed, since chance kept a part of it from being read."""
        self._db.execute("UPDATE staged_files SET digest = digest || ' in part' WHERE path = ?", (path,))

    def forget(self, paths: Iterable[str]) -> None:
        """Forget what was taken in of these files."""
        with transaction(self._db):
            for path in paths:
                self._forget(path)

    def ready_files(self, articles: Sequence[str] | None = None) -> list[str]:
        """Staged files all of whose articles have a clean version; only those that hold one of ``articles``, if given.

        Files without any of the articles are not looked at, so that many portions cost no more than one.
        """
        holding = (
            ""
            if articles is None
            else "f.path IN (SELECT path FROM staged_places WHERE article_id IN (SELECT value FROM json_each(?))) AND"
        )
        rows = self._db.execute(
            f"SELECT path FROM staged_files f WHERE {holding} NOT EXISTS (SELECT 1 FROM staged_places s"
            " WHERE s.path = f.path AND NOT EXISTS"
            " (SELECT 1 FROM versions v WHERE v.article_id = s.article_id AND v.removed IS NULL)) ORDER BY path",
            () if articles is None else (json.dumps(articles),),
        )
        return [row[0] for row in rows]

    def left_out(self) -> set[str]:
        """Paths of the files that were removed from the index by hand, and stay out while they are not named."""
        return {row[0] for row in self._db.execute("SELECT path FROM left_out")}

    def leave_out(self, paths: Iterable[str]) -> None:
        """Keep these files out of the index."""
        self._db.executemany("INSERT OR IGNORE INTO left_out VALUES (?)", [(path,) for path in paths])

    def let_in(self, paths: Iterable[str]) -> None:
        """Keep these files out no longer."""
        self._db.executemany("DELETE FROM left_out WHERE path = ?", [(path,) for path in paths])

    def _forget(self, path: str) -> None:
        for table in ("staged_files", "staged_places"):
            self._db.execute(f"DELETE FROM {table} WHERE path = ?", (path,))
