"""The one writer of a catalogue: puts what a sync brings, commits it, and deletes what no reader needs any more."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from assistant.articles.sketches import sketch
from assistant.index.catalogue.clusters import relate, unrelate
from assistant.index.catalogue.schema import open_for_writing, transaction
from assistant.index.catalogue.stored import RAW_COLUMNS, packed_article, packed_raw, parse_metadata, passage, unpack
from assistant.records import Article, Metadata, Passage, RawArticle

#: What has gone stays for readers of so many earlier commits and for so long; both must have passed.
_KEPT_COMMITS = 3
_KEPT_TIME = timedelta(minutes=10)
_ID_DIGITS = 16
_ARTICLE_COLUMNS = "text, alignment, metadata, published, source, language"
#: The next commit has rows that no reader looks at yet.
_PENDING = "pending"


@dataclass(frozen=True, slots=True)
class KnownFile:
    """A file as it was when it was read.

    Attributes:
        digest: SHA-256 of its bytes, hexadecimal, then, after a space, what else makes it a reading of its own.
        size: bytes.
        modified_ns: its modification time, nanoseconds; 0 when it was so recent that it does not tell versions apart.
        changed_ns: when its bytes, name or rights last changed (ctime), which nobody can set back.
    """

    digest: str
    size: int
    modified_ns: int
    changed_ns: int = 0

    @property
    def content(self) -> str:
        """The digest of its bytes alone."""
        return self.digest.partition(" ")[0]


@dataclass(frozen=True, slots=True)
class IngestedFile:
    """A file all of whose articles are in the catalogue.

    Attributes:
        path: absolute, or an address.
        known: the file as it was read.
        articles: fragment and article number of each.
    """

    path: str
    known: KnownFile
    articles: Sequence[tuple[str, int]]


@dataclass(frozen=True, slots=True)
class KeyedPassage:
    """A passage with its key in the index, and the number of its article."""

    key: int
    article: int
    passage: Passage


class CatalogueWriter:
    """What is put survives a crash; readers see it only once it is committed."""

    def __init__(self, path: Path) -> None:
        self._db = open_for_writing(path)
        self._next = int(self.noted("commit") or 0) + 1

    def close(self) -> None:
        """Release the file; what is put in an open transaction is dropped."""
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

    # Files

    def files(self) -> dict[str, KnownFile]:
        """Path of every file that is in, those of a sync that was cut short among them."""
        return known_files(self._db, "removed IS NULL")

    def committed_files(self) -> dict[str, KnownFile]:
        """Path of every file that readers see."""
        now = self._next - 1
        return known_files(self._db, f"added <= {now} AND (removed IS NULL OR removed > {now})")

    def date(self, files: Mapping[str, KnownFile]) -> None:
        """Note when files, by path, were changed, so that the next sync need not read them."""
        with self.batch():
            self._db.executemany(
                "UPDATE files SET modified_ns = ?, changed_ns = ? WHERE path = ? AND removed IS NULL",
                [(known.modified_ns, known.changed_ns, path) for path, known in files.items()],
            )

    def excluded(self) -> set[str]:
        """Paths of the files that were removed from the index by hand, and stay out while they are not named."""
        return {row[0] for row in self._db.execute("SELECT path FROM excluded")}

    def exclude(self, paths: Iterable[str]) -> None:
        """Keep these files out of the index."""
        with self.batch():
            self._db.executemany("INSERT OR IGNORE INTO excluded VALUES (?)", [(path,) for path in paths])

    def include(self, paths: Iterable[str]) -> None:
        """Keep these files out no longer."""
        with self.batch():
            self._db.executemany("DELETE FROM excluded WHERE path = ?", [(path,) for path in paths])

    # What a sync brings

    @property
    def is_pending(self) -> bool:
        """Whether there is anything to commit, of a sync that was cut short perhaps."""
        return self.noted(_PENDING) is not None

    def put_article(self, raw: RawArticle, article: Article) -> tuple[int, bool]:
        """An article, unless it is there; its number, and whether its passages are in already."""
        found = self._db.execute(
            "SELECT number, EXISTS (SELECT 1 FROM passages WHERE article = number) FROM articles"
            " WHERE content_hash = ? AND id IN (?, content_hash) AND removed IS NULL",
            (raw.content_hash, raw.content_hash[:_ID_DIGITS]),
        ).fetchone()
        if found is not None:
            return found[0], bool(found[1])
        if not self._db.in_transaction:
            self._db.execute("BEGIN IMMEDIATE")
        self.note(_PENDING, "")
        drawn = sketch(article.text)
        # In half words: a whole file counts as half a word longer, and so represents those of its length.
        length = 2 * drawn.words + (raw.encoding is not None)
        (number,) = self._db.execute(
            f"INSERT INTO articles (id, {RAW_COLUMNS}, {_ARTICLE_COLUMNS}, length, sketch, added)"
            f" VALUES ({', '.join('?' * 15)}) RETURNING number",
            (self._free_id(raw), *packed_raw(raw), *packed_article(article), length, drawn.to_bytes(), self._next),
        ).fetchone()
        relate(self._db, number, drawn, length)
        return number, False

    def reserve_keys(self, count: int) -> int:
        """The first of ``count`` passage keys that no passage has or had; kept with the next batch."""
        first = int(self.noted("next key") or 1)
        self.note("next key", str(first + count))
        return first

    def first_free_key(self) -> int:
        """A key from which on no passage has one; a writer that died may have used them on disk."""
        (last,) = self._db.execute("SELECT coalesce(max(key), 0) FROM passages").fetchone()
        return int(last) + 1

    def reserve_shard(self) -> int:
        """A shard number that was never kept before."""
        number = int(self.noted("next shard") or 1)
        self.note("next shard", str(number + 1))
        return number

    def put_batch(
        self, shard: int, checksum: int, passages: Sequence[KeyedPassage], files: Sequence[IngestedFile]
    ) -> None:
        """Passages that a shard, wholly on disk, holds, and files that are complete by them.

        They are on disk afterwards, and so are the articles that were put before.
        """
        with self._ending():
            if passages:
                self._db.execute(
                    "INSERT INTO shards VALUES (?, ?, ?, ?, NULL)", (shard, len(passages), checksum, self._next)
                )
            self._db.executemany(
                "INSERT INTO passages VALUES (?, ?, ?, ?, ?, ?)",
                [
                    (one.key, one.article, one.passage.ordinal, one.passage.start, one.passage.end, shard)
                    for one in passages
                ],
            )
            for file in files:
                self._put_file(file)

    def remove_files(self, paths: Iterable[str]) -> None:
        """Files with their locations."""
        with self.batch():
            for path in paths:
                self._end("files", "path = :path", path=path)
                self._end("locations", "path = :path", path=path)

    def commit(self) -> tuple[int, int]:
        """Makes all that was put visible, as a whole or not at all; the number of articles and passages it leaves.

        Articles without a location go.
        """
        with self.batch():
            self._db.execute(
                "UPDATE articles SET removed = ? WHERE removed IS NULL AND NOT EXISTS"
                " (SELECT 1 FROM locations l WHERE l.article = number AND l.removed IS NULL)",
                (self._next,),
            )
            at = datetime.now(UTC).isoformat(timespec="seconds")
            self._db.execute("INSERT INTO commits VALUES (?, ?)", (self._next, at))
            self.note("commit", str(self._next))
            self._db.execute("DELETE FROM meta WHERE key = ?", (_PENDING,))
        self._next += 1
        return self.counts()

    def counts(self) -> tuple[int, int]:
        """Number of articles and of passages that are in and stay, committed or not."""
        (articles,) = self._db.execute("SELECT count(*) FROM articles WHERE removed IS NULL").fetchone()
        (passages,) = self._db.execute(
            "SELECT count(*) FROM passages p JOIN articles a ON a.number = p.article WHERE a.removed IS NULL"
        ).fetchone()
        return articles, passages

    def count_articles(self, paths: Iterable[str]) -> int:
        """Number of articles that no other file has than these."""
        (found,) = self._db.execute(
            "SELECT count(*) FROM articles a WHERE removed IS NULL AND NOT EXISTS (SELECT 1 FROM locations l WHERE"
            " l.article = a.number AND l.removed IS NULL AND l.path NOT IN (SELECT value FROM json_each(?)))",
            (json.dumps(list(paths)),),
        ).fetchone()
        return int(found)

    def check(self) -> None:
        """Raises sqlite3.DatabaseError when the file is damaged."""
        (found,) = self._db.execute("PRAGMA quick_check(1)").fetchone()
        if found != "ok":
            raise sqlite3.DatabaseError(str(found))

    # What searches are made of

    def passage_keys(self) -> list[int]:
        """Keys of all passages that are kept, ascending."""
        return [row[0] for row in self._db.execute("SELECT key FROM passages ORDER BY key")]

    def keyed_passages(self, keys: Sequence[int]) -> list[tuple[KeyedPassage, Metadata]]:
        """These passages, with the metadata of their articles, in the order of their keys."""
        rows = self._db.execute(
            "SELECT p.key, p.article, p.ordinal, p.start, p.stop, a.id, a.text, a.metadata FROM passages p JOIN"
            " articles a ON a.number = p.article WHERE p.key IN (SELECT value FROM json_each(?)) ORDER BY p.key",
            (json.dumps(list(keys)),),
        )
        return [
            (KeyedPassage(key, article, passage(identity, ordinal, start, stop, unpack(text))), parse_metadata(known))
            for key, article, ordinal, start, stop, identity, text, known in rows
        ]

    # Shards

    def shards(self) -> dict[int, tuple[int, int]]:
        """Number of every shard, to how many passages it holds and how many of them are kept."""
        rows = self._db.execute(
            "SELECT number, passages, (SELECT count(*) FROM passages WHERE shard = s.number) FROM shards s"
            " WHERE removed IS NULL"
        )
        return {number: (held, kept) for number, held, kept in rows}

    def kept_shards(self) -> list[int]:
        """Numbers of the shards that some kept commit has."""
        return [row[0] for row in self._db.execute("SELECT number FROM shards")]

    def checksums(self) -> dict[int, int]:
        """Number of every shard that is present, to the checksum of its vectors."""
        return dict(self._db.execute("SELECT number, checksum FROM shards WHERE removed IS NULL").fetchall())

    def keys_of_shard(self, number: int) -> list[int]:
        """Keys of the passages of a shard that some kept commit has, ascending."""
        rows = self._db.execute("SELECT key FROM passages WHERE shard = ? ORDER BY key", (number,))
        return [row[0] for row in rows]

    def replace_shards(self, replaced: Iterable[int], number: int, passages: int, checksum: int) -> None:
        """The passages of some shards are in another one from the next commit on."""
        with self.batch():
            self.note(_PENDING, "")
            for old in replaced:
                self._end("shards", "number = :number", number=old)
                self._db.execute("UPDATE passages SET shard = ? WHERE shard = ?", (number, old))
            if passages:
                row = (number, passages, checksum, self._next)
                self._db.execute("INSERT INTO shards VALUES (?, ?, ?, ?, NULL)", row)

    # What has gone

    def prune(self, forget: Callable[[list[int]], None]) -> None:
        """Delete for good what went so long ago that no reader can need it.

        Args:
            forget: given the keys of the passages that go, before they do; again when it was interrupted.
        """
        before = (datetime.now(UTC) - _KEPT_TIME).isoformat(timespec="seconds")
        row = self._db.execute(
            "SELECT number FROM commits WHERE committed_at < ? AND number <="
            " (SELECT max(number) FROM commits) - ? ORDER BY number DESC LIMIT 1",
            (before, _KEPT_COMMITS),
        ).fetchone()
        if row is not None:
            self._delete_gone(row[0], forget)

    def erase(self) -> None:
        """Delete all that has gone, and leave nothing of it in the file; readers of earlier commits lose it."""
        self._delete_gone(self._next - 1, lambda _: None)
        for command in ("VACUUM", "PRAGMA wal_checkpoint(TRUNCATE)"):
            self._db.execute(command).fetchall()

    def _delete_gone(self, horizon: int, forget: Callable[[list[int]], None]) -> None:
        gone = {"horizon": horizon}
        passages = "FROM passages WHERE article IN (SELECT number FROM articles WHERE removed <= :horizon)"
        forget([key for (key,) in self._db.execute(f"SELECT key {passages}", gone)])
        with self.batch():
            self._db.execute(f"DELETE {passages}", gone)
            articles = self._db.execute("SELECT number FROM articles WHERE removed <= :horizon", gone).fetchall()
            unrelate(self._db, [number for (number,) in articles])
            for table in ("articles", "locations", "files", "shards"):
                self._db.execute(f"DELETE FROM {table} WHERE removed <= :horizon", gone)
            self._db.execute("DELETE FROM commits WHERE number < :horizon", gone)

    @contextmanager
    def _ending(self) -> Iterator[None]:
        """What was put since the last batch is on disk afterwards, with what is done inside."""
        if not self._db.in_transaction:
            self._db.execute("BEGIN IMMEDIATE")
        with self.batch():
            yield
        self._db.execute("COMMIT")

    def _put_file(self, file: IngestedFile) -> None:
        """In place of what was in of it."""
        self.note(_PENDING, "")
        known, now = file.known, self._next
        self._end("files", "path = :path", path=file.path)
        self._db.execute(
            "INSERT INTO files VALUES (?, ?, ?, ?, ?, ?, NULL)",
            (file.path, known.digest, known.size, known.modified_ns, known.changed_ns, now),
        )
        wanted = set(file.articles)
        rows = self._db.execute(
            "SELECT fragment, article FROM locations WHERE path = ? AND removed IS NULL", (file.path,)
        )
        there = set(rows.fetchall())
        for fragment, article in there - wanted:
            self._end(
                "locations",
                "path = :path AND fragment = :fragment AND article = :article",
                path=file.path,
                fragment=fragment,
                article=article,
            )
        self._db.executemany(
            "INSERT INTO locations VALUES (?, ?, ?, ?, NULL)",
            [(file.path, fragment, article, now) for fragment, article in sorted(wanted - there)],
        )

    def _end(self, table: str, condition: str, **values: object) -> None:
        """Rows end with the next commit; one that would begin with it was never there."""
        self.note(_PENDING, "")
        given = {"now": self._next, **values}
        self._db.execute(f"DELETE FROM {table} WHERE removed IS NULL AND added = :now AND {condition}", given)
        self._db.execute(f"UPDATE {table} SET removed = :now WHERE removed IS NULL AND {condition}", given)

    def _free_id(self, raw: RawArticle) -> str:
        """The first digits of the content hash, or all of it where another content has those."""
        short = raw.content_hash[:_ID_DIGITS]
        taken = self._db.execute(
            "SELECT 1 FROM articles WHERE id = ? AND content_hash != ?", (short, raw.content_hash)
        ).fetchone()
        return raw.content_hash if taken else short


def known_files(database: sqlite3.Connection, condition: str) -> dict[str, KnownFile]:
    """Path of every file whose row fulfils a condition, with what is known of it."""
    rows = database.execute(f"SELECT path, digest, size, modified_ns, changed_ns FROM files WHERE {condition}")
    return {path: KnownFile(*known) for path, *known in rows}
