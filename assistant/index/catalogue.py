"""The article catalogue: files, articles with their raw and clean text, and passages, in SQLite.

An article is stored once per content; several files may hold it. While a generation is being built,
``text`` is NULL for articles that still have to be cleaned.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import astuple, dataclass
from datetime import date
from pathlib import Path
from typing import Any

from assistant.records import Article, Metadata, Passage, RawArticle, Segment

_SCHEMA = """
CREATE TABLE files (path TEXT PRIMARY KEY, article_id TEXT NOT NULL, content_hash TEXT NOT NULL);
CREATE INDEX files_of_article ON files (article_id);
CREATE TABLE articles (
    id TEXT PRIMARY KEY, content_hash TEXT NOT NULL, encoding TEXT NOT NULL, raw BLOB NOT NULL,
    fingerprints TEXT NOT NULL, repeated TEXT,
    text BLOB, segments TEXT, title TEXT, published TEXT, source TEXT, byline TEXT, found_in TEXT);
CREATE TABLE passages (
    id TEXT PRIMARY KEY, article_id TEXT NOT NULL, ordinal INTEGER NOT NULL,
    start INTEGER NOT NULL, stop INTEGER NOT NULL);
CREATE INDEX passages_of_article ON passages (article_id, ordinal);
"""


@dataclass(frozen=True, slots=True)
class BlockStatistics:
    """What decides whether repetition changes how an article is cleaned.

    Attributes:
        article_id: the article.
        path: of its file; articles are compared within one source.
        fingerprints: of its blocks, in order.
        repeated: those that counted as repeated when it was last cleaned; None when it never was.
    """

    article_id: str
    path: str
    fingerprints: tuple[str, ...]
    repeated: frozenset[str] | None


class Catalogue:
    """One SQLite file. Finished generations are opened read-only and may be shared by threads."""

    def __init__(self, path: Path, *, writable: bool = False) -> None:
        self._path = path
        if writable:
            fresh = not path.exists()
            self._db = sqlite3.connect(path, check_same_thread=False)
            # A generation counts only once its pointer is switched, so its pages need no journal.
            self._db.execute("PRAGMA journal_mode = MEMORY")
            self._db.execute("PRAGMA synchronous = OFF")
            if fresh:
                self._db.executescript(_SCHEMA)
        else:
            self._db = sqlite3.connect(f"{path.as_uri()}?mode=ro&immutable=1", uri=True, check_same_thread=False)

    def close(self) -> None:
        """Commit and release the file."""
        self._db.commit()
        self._db.close()

    # Files

    def file_hashes(self) -> dict[str, str]:
        """Path to content hash of every file."""
        return dict(self._db.execute("SELECT path, content_hash FROM files"))

    def file_articles(self) -> dict[str, str]:
        """Path to article id of every file."""
        return dict(self._db.execute("SELECT path, article_id FROM files ORDER BY path"))

    def put_file(self, raw: RawArticle, fingerprints: Sequence[str]) -> None:
        """Record a file; its article is added, still to be cleaned, unless the content is known."""
        article_id = raw.content_hash[:16]
        self._db.execute(
            "INSERT OR IGNORE INTO articles (id, content_hash, encoding, raw, fingerprints) VALUES (?, ?, ?, ?, ?)",
            (article_id, raw.content_hash, raw.encoding, _pack(raw.text), json.dumps(list(fingerprints))),
        )
        self._db.execute("INSERT OR REPLACE INTO files VALUES (?, ?, ?)", (raw.path, article_id, raw.content_hash))

    def remove_files(self, paths: Iterable[str]) -> None:
        """Forget these files; articles that no file holds any more wait for ``remove_orphans``."""
        self._db.executemany("DELETE FROM files WHERE path = ?", ((path,) for path in paths))

    def remove_orphans(self) -> list[str]:
        """Delete the articles that no file holds; returns the ids of their passages."""
        orphans = "SELECT id FROM articles WHERE id NOT IN (SELECT article_id FROM files)"
        passages = [row[0] for row in self._db.execute(f"SELECT id FROM passages WHERE article_id IN ({orphans})")]
        self._db.execute(f"DELETE FROM passages WHERE article_id IN ({orphans})")
        self._db.execute(f"DELETE FROM articles WHERE id IN ({orphans})")
        return passages

    # Articles

    def block_statistics(self) -> Iterator[BlockStatistics]:
        """What repetition is judged by, for every article, in a stable order."""
        rows = self._db.execute(
            "SELECT id, (SELECT min(path) FROM files WHERE article_id = id), fingerprints, repeated"
            " FROM articles ORDER BY id"
        )
        for article_id, path, fingerprints, repeated in rows:
            known = None if repeated is None else frozenset(json.loads(repeated))
            yield BlockStatistics(article_id, path, tuple(json.loads(fingerprints)), known)

    def raw_article(self, article_id: str) -> RawArticle:
        """The raw file behind an article; KeyError when there is none."""
        row = self._db.execute(
            "SELECT (SELECT min(path) FROM files WHERE article_id = id), raw, encoding, content_hash"
            " FROM articles WHERE id = ?",
            (article_id,),
        ).fetchone()
        if row is None:
            raise KeyError(article_id)
        path, raw, encoding, content_hash = row
        return RawArticle(path, _unpack(raw), encoding, content_hash)

    def put_cleaned(self, article: Article, repeated: frozenset[str], passages: Sequence[Passage]) -> list[str]:
        """Store an article's clean text, metadata and passages; returns the ids of its former passages."""
        former = [row[0] for row in self._db.execute("SELECT id FROM passages WHERE article_id = ?", (article.id,))]
        self._db.execute("DELETE FROM passages WHERE article_id = ?", (article.id,))
        known = article.metadata
        self._db.execute(
            "UPDATE articles SET repeated = ?, text = ?, segments = ?, title = ?, published = ?, source = ?,"
            " byline = ?, found_in = ? WHERE id = ?",
            (
                json.dumps(sorted(repeated)),
                _pack(article.text),
                json.dumps([astuple(segment) for segment in article.segments]),
                known.title,
                known.published.isoformat() if known.published else None,
                known.source,
                known.byline,
                json.dumps(dict(known.found_in)),
                article.id,
            ),
        )
        rows = [(p.id, p.article_id, p.ordinal, p.start, p.end) for p in passages]
        self._db.executemany("INSERT INTO passages VALUES (?, ?, ?, ?, ?)", rows)
        return former

    def holds(self, article: Article) -> bool:
        """Whether this very clean text and metadata are stored already."""
        try:
            return self.text(article.id) == article.text and self.metadata(article.id) == article.metadata
        except KeyError:
            return False

    def put_repeated(self, article_id: str, repeated: frozenset[str]) -> None:
        """Note what counts as repeated for an article whose clean text that does not change."""
        self._db.execute("UPDATE articles SET repeated = ? WHERE id = ?", (json.dumps(sorted(repeated)), article_id))

    def forget_cleaning(self, fingerprints: Callable[[RawArticle], Sequence[str]]) -> None:
        """Make every article wait for cleaning again, with fingerprints taken anew; raw texts stay."""
        self._db.execute("DELETE FROM passages")
        self._db.execute("UPDATE articles SET repeated = NULL, text = NULL")
        for article_id in self.article_ids():
            taken = json.dumps(list(fingerprints(self.raw_article(article_id))))
            self._db.execute("UPDATE articles SET fingerprints = ? WHERE id = ?", (taken, article_id))

    def article(self, article_id: str) -> Article:
        """A cleaned article; KeyError when there is none."""
        raw = self.raw_article(article_id)
        (segments,) = self._cleaned("segments", article_id)
        placed = tuple(Segment(*item) for item in json.loads(segments))
        text, metadata = self.text(article_id), self.metadata(article_id)
        return Article(article_id, raw.path, raw.encoding, raw.text, text, placed, metadata)

    def text(self, article_id: str) -> str:
        """The clean text of an article; KeyError when there is none."""
        return _unpack(self._cleaned("text", article_id)[0])

    def metadata(self, article_id: str) -> Metadata:
        """Title, date, source and byline of an article; KeyError when there is none."""
        row = self._cleaned("title, published, source, byline, found_in", article_id)
        title, published, source, byline, found_in = row
        return Metadata(title, _day(published), source, byline, json.loads(found_in))

    def _cleaned(self, columns: str, article_id: str) -> tuple[Any, ...]:
        row = self._db.execute(
            f"SELECT {columns} FROM articles WHERE id = ? AND text IS NOT NULL", (article_id,)
        ).fetchone()
        if row is None:
            raise KeyError(article_id)
        return tuple(row)

    def article_ids(self) -> list[str]:
        """Every article, ordered by its file's path."""
        rows = self._db.execute("SELECT article_id FROM files GROUP BY article_id ORDER BY min(path)")
        return [row[0] for row in rows]

    # Passages

    def passages(self, ids: Sequence[str]) -> list[Passage]:
        """The passages of these ids, in the order given; KeyError when one is unknown."""
        found: dict[str, Passage] = {}
        for passage_id in ids:
            row = self._db.execute(
                "SELECT p.article_id, p.ordinal, p.start, p.stop, a.text FROM passages p"
                " JOIN articles a ON a.id = p.article_id WHERE p.id = ?",
                (passage_id,),
            ).fetchone()
            if row is None:
                raise KeyError(passage_id)
            article_id, ordinal, start, stop, text = row
            found[passage_id] = Passage(passage_id, article_id, ordinal, start, stop, _unpack(text)[start:stop])
        return [found[passage_id] for passage_id in ids]

    def article_passages(self, article_id: str) -> tuple[Metadata, list[Passage]]:
        """The metadata and all passages of one cleaned article, in order."""
        text = self.text(article_id)
        rows = self._db.execute(
            "SELECT id, ordinal, start, stop FROM passages WHERE article_id = ? ORDER BY ordinal", (article_id,)
        )
        passages = [
            Passage(passage_id, article_id, ordinal, start, stop, text[start:stop])
            for passage_id, ordinal, start, stop in rows
        ]
        return self.metadata(article_id), passages

    def digest(self) -> str:
        """SHA-256, hexadecimal, over the passages' ids, and so over contents and how they are split."""
        digest = hashlib.sha256()
        for (passage_id,) in self._db.execute("SELECT id FROM passages ORDER BY id"):
            digest.update(f"{passage_id}\n".encode())
        return digest.hexdigest()

    def counts(self) -> tuple[int, int]:
        """Number of articles and of passages."""
        articles = self._db.execute("SELECT count(*) FROM articles").fetchone()[0]
        return articles, self._db.execute("SELECT count(*) FROM passages").fetchone()[0]


def _pack(text: str) -> bytes:
    """Compressed UTF-8: a BLOB, because SQLite's TEXT ends at a NUL for some of its functions."""
    return zlib.compress(text.encode("utf-8"), 1)


def _unpack(blob: bytes) -> str:
    return zlib.decompress(blob).decode("utf-8")


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
