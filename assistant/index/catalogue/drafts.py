"""Articles on their way from staged files to the next generation: what is to be cleaned, and what is clean by now."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import astuple, dataclass

from assistant.index.catalogue.schema import in_order
from assistant.index.catalogue.stored import (
    RAW_COLUMNS,
    dump_metadata,
    pack,
    parse_metadata,
    unpack,
    unpacked_article,
    unpacked_raw,
)
from assistant.records import Article, RawArticle


@dataclass(frozen=True, slots=True)
class BlockStatistics:
    """What decides whether repetition changes how an article is cleaned.

    Attributes:
        article_id: the article.
        fingerprints: of its blocks, in order.
        repeated: those that counted as repeated when it was last cleaned; None when it never was.
    """

    article_id: str
    fingerprints: tuple[str, ...]
    repeated: frozenset[str] | None


class Drafts:
    """What is to be cleaned, beside what is published already, and what is clean and not published yet.

    Args:
        database: of the catalogue's writer.
    """

    def __init__(self, database: sqlite3.Connection) -> None:
        self._db = database

    def statistics(self, article_id: str) -> BlockStatistics:
        """Of one article that is live or staged."""
        fingerprints, repeated = self._db.execute(
            "SELECT a.fingerprints, v.repeated FROM articles a"
            " LEFT JOIN versions v ON v.article_id = a.id AND v.removed IS NULL WHERE a.id = ?",
            (article_id,),
        ).fetchone()
        known = None if repeated is None else frozenset(json.loads(repeated))
        return BlockStatistics(article_id, tuple(json.loads(fingerprints)), known)

    def raw_article(self, article_id: str) -> RawArticle:
        """An article, at the place that it will be cited from; KeyError when there is none."""
        row = self._db.execute(f"SELECT {RAW_COLUMNS} FROM articles WHERE id = ?", (article_id,)).fetchone()
        place = self._db.execute(
            "SELECT path, member FROM (SELECT path, member, 1 AS foreseen FROM foreseen"
            " WHERE article_id = :id AND path IS NOT NULL"
            " UNION SELECT path, member, 0 FROM places WHERE article_id = :id AND removed IS NULL) p"
            f" ORDER BY foreseen DESC, {in_order('p')} LIMIT 1",
            {"id": article_id},
        ).fetchone()
        if row is None or place is None:
            raise KeyError(article_id)
        return unpacked_raw(place, row)

    def put(self, article: Article, repeated: frozenset[str]) -> None:
        """Keep a cleaned article until it is published; ``repeated``: what counted as repeated."""
        self._db.execute(
            "INSERT OR REPLACE INTO cleaned VALUES (?, ?, ?, ?, ?)",
            (
                article.id,
                json.dumps(sorted(repeated)),
                pack(article.text),
                json.dumps([astuple(one) for one in article.segments]),
                dump_metadata(article.metadata),
            ),
        )

    def put_as_published(self, article_id: str) -> None:
        """Have an article published once more, as clean as it is."""
        self._db.execute(
            "INSERT INTO cleaned SELECT article_id, repeated, text, segments, metadata FROM versions"
            " WHERE article_id = ? AND removed IS NULL",
            (article_id,),
        )

    def put_repeated(self, article_id: str, repeated: frozenset[str]) -> None:
        """Note what counts as repeated for an article whose clean text does not change by it."""
        self._db.execute(
            "UPDATE versions SET repeated = ? WHERE article_id = ? AND removed IS NULL",
            (json.dumps(sorted(repeated)), article_id),
        )

    def clear(self) -> list[str]:
        """Drop what an interrupted run had cleaned, and say of which articles."""
        return [row[0] for row in self._db.execute("DELETE FROM cleaned RETURNING article_id").fetchall()]

    def article(self, article_id: str) -> Article:
        """What was put of an article."""
        row = self._db.execute(
            "SELECT text, segments, metadata FROM cleaned WHERE article_id = ?", (article_id,)
        ).fetchone()
        return unpacked_article(self.raw_article(article_id), row)

    def published(self, article_id: str) -> Article | None:
        """What is published of an article; None when there is nothing."""
        row = self._db.execute(
            "SELECT text, segments, metadata FROM versions WHERE article_id = ? AND removed IS NULL", (article_id,)
        ).fetchone()
        return None if row is None else unpacked_article(self.raw_article(article_id), row)

    def text(self, article_id: str) -> str:
        """The clean text of an article, as it was put or else as it is published."""
        (packed,) = self._db.execute(
            "SELECT text FROM cleaned WHERE article_id = :id UNION ALL"
            " SELECT text FROM versions WHERE article_id = :id AND removed IS NULL LIMIT 1",
            {"id": article_id},
        ).fetchone()
        return unpack(packed)

    def is_published(self, article: Article) -> bool:
        """Whether this very clean text and metadata are what is present of the article."""
        row = self._db.execute(
            "SELECT text, metadata FROM versions WHERE article_id = ? AND removed IS NULL", (article.id,)
        ).fetchone()
        return row is not None and unpack(row[0]) == article.text and parse_metadata(row[1]) == article.metadata
