"""A generation of the catalogue while it is put together."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from assistant.index.catalogue.kinship import Membership
from assistant.index.catalogue.schema import in_order
from assistant.records import Article, Passage


@dataclass(frozen=True, slots=True)
class Prepared:
    """A cleaned article, ready to be published.

    Attributes:
        article: cleaned.
        passages: of its clean text, in order.
        keys: of the passages in the search segment, in the same order.
    """

    article: Article
    passages: tuple[Passage, ...]
    keys: tuple[int, ...]


class Publication:
    """The next generation while it is put together, inside a transaction."""

    def __init__(self, database: sqlite3.Connection, number: int) -> None:
        self._db = database
        self._now: Mapping[str, Any] = {"now": number}
        self._moved: set[str] = set()  # articles that gained or lost a place

    def put_articles(self, prepared: Sequence[Prepared], segment: int) -> None:
        """Articles that were put as cleaned, with their passages, which the segment holds; earlier versions go."""
        for item in prepared:
            self._end("versions", "article_id = :id", id=item.article.id)
            self._put_places(item.article.id)
            given = {"id": item.article.id, **self._now}
            row = self._db.execute(
                "INSERT INTO versions (article_id, repeated, text, segments, metadata, added)"
                " SELECT article_id, repeated, text, segments, metadata, :now FROM cleaned WHERE article_id = :id",
                given,
            )
            self._db.execute("DELETE FROM cleaned WHERE article_id = :id", {"id": item.article.id})
            self._db.executemany(
                "INSERT INTO passages VALUES (?, ?, ?, ?, ?, ?)",
                [
                    (key, row.lastrowid, one.ordinal, one.start, one.end, segment)
                    for key, one in zip(item.keys, item.passages, strict=True)
                ],
            )

    def put_memberships(self, memberships: Mapping[str, Membership | None]) -> None:
        """Families of articles; None for one that is alone by now."""
        for article_id, one in memberships.items():
            self._end("families", "article_id = :id", id=article_id)
            if one is not None:
                self._db.execute(
                    "INSERT INTO families VALUES (?, ?, ?, ?, NULL)",
                    (article_id, one.family, one.silent, self._now["now"]),
                )

    def complete_file(self, path: str) -> None:
        """A staged file, whose articles are all put by now, in place of what was published of it."""
        given = {"path": path, **self._now}
        for (article_id,) in self._db.execute(
            "SELECT article_id FROM staged_places WHERE path = ?", (path,)
        ).fetchall():
            self._put_places(article_id)
        self._part(
            "path = :path AND (member, article_id) NOT IN"
            " (SELECT member, article_id FROM staged_places WHERE path = :path)",
            path,
        )
        self._end("files", "path = :path", path=path)
        self._db.execute(
            "INSERT INTO files SELECT path, digest, size, changed_ns, :now, NULL FROM staged_files WHERE path = :path",
            given,
        )
        for table in ("staged_files", "staged_places"):
            self._db.execute(f"DELETE FROM {table} WHERE path = :path", {"path": path})

    def remove_file(self, path: str) -> None:
        """A file and its places."""
        self._end("files", "path = :path", path=path)
        self._part("path = :path", path)

    def settle_places(self) -> None:
        """Once all is put: articles without a place go, and each of the others is of the source of its first place."""
        for article_id in sorted(self._moved):
            first = self._db.execute(
                "SELECT source_of(path) FROM places p WHERE article_id = ? AND removed IS NULL"
                f" ORDER BY {in_order('p')} LIMIT 1",
                (article_id,),
            ).fetchone()
            if first is None:
                self._end("versions", "article_id = :id", id=article_id)
            else:
                self._db.execute("UPDATE articles SET source_key = ? WHERE id = ?", (*first, article_id))

    def add_segment(self, number: int, passages: int) -> None:
        """A search segment that is wholly on disk."""
        self._db.execute("INSERT INTO segments VALUES (?, ?, ?, NULL)", (number, passages, self._now["now"]))

    def merge_segments(self, merged: Iterable[int], into: int) -> None:
        """The passages of some segments are in another one now."""
        for number in merged:
            self._end("segments", "number = :number", number=number)
            self._db.execute("UPDATE passages SET segment = ? WHERE segment = ?", (into, number))

    def _put_places(self, article_id: str) -> None:
        """Staged places of an article that are not published yet."""
        self._moved.add(article_id)
        self._db.execute(
            "INSERT INTO places SELECT path, member, article_id, :now, NULL FROM staged_places s WHERE article_id = :id"
            " AND NOT EXISTS (SELECT 1 FROM places p WHERE p.removed IS NULL AND p.path = s.path"
            " AND p.member = s.member AND p.article_id = s.article_id)",
            {**self._now, "id": article_id},
        )

    def _part(self, condition: str, path: str) -> None:
        """Ends places; an article that has one in another staged file stays there."""
        rows = self._db.execute(f"SELECT article_id FROM places WHERE removed IS NULL AND {condition}", {"path": path})
        parted = [row[0] for row in rows]
        self._end("places", condition, path=path)
        for article_id in parted:
            self._put_places(article_id)

    def _end(self, table: str, condition: str, **values: object) -> None:
        """Rows end with this generation; one that began with it was never there."""
        given = {**self._now, **values}
        never_there = f"removed IS NULL AND added = :now AND {condition}"
        if table == "versions":
            self._db.execute(
                f"DELETE FROM passages WHERE version IN (SELECT number FROM versions WHERE {never_there})", given
            )
        self._db.execute(f"DELETE FROM {table} WHERE {never_there}", given)
        self._db.execute(f"UPDATE {table} SET removed = :now WHERE removed IS NULL AND {condition}", given)
