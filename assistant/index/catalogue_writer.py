"""The one writer of a catalogue: takes in files, and publishes generations."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import astuple, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from assistant.index.kinship import Kinship
from assistant.index.parsing import Incoming
from assistant.index.publication import Publication
from assistant.index.schema import in_order, open_for_writing, transaction
from assistant.index.stored import (
    RAW_COLUMNS,
    dump_metadata,
    pack,
    packed_raw,
    parse_metadata,
    unpack,
    unpacked_article,
    unpacked_raw,
)
from assistant.records import Article, RawArticle

#: What has gone stays for readers of so many earlier generations and for so long; both must have passed.
_KEPT_GENERATIONS = 3
_KEPT_TIME = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class KnownFile:
    """A file as it was when it was read.

    Attributes:
        digest: SHA-256 of its bytes, hexadecimal, with that of an unusual field map if it was read with one.
        size: bytes.
        changed_ns: its modification time, nanoseconds; 0 when it was so recent that it does not tell versions apart.
    """

    digest: str
    size: int
    changed_ns: int


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


class CatalogueWriter:
    """What is taken in is staged and survives a crash; readers see it only once a generation is published."""

    def __init__(self, path: Path) -> None:
        self._db = open_for_writing(path)

    def close(self) -> None:
        """Release the file."""
        self._db.close()

    def note(self, key: str, value: str) -> None:
        """Keep a value about the whole index."""
        self._db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, value))

    # Files

    def files(self) -> dict[str, KnownFile]:
        """Path of every published file, with what is known of it."""
        rows = self._db.execute("SELECT path, digest, size, changed_ns FROM files WHERE removed IS NULL")
        return {path: KnownFile(digest, size, changed) for path, digest, size, changed in rows}

    def staged_files(self) -> dict[str, KnownFile]:
        """Path of every file that is taken in and not published yet."""
        rows = self._db.execute("SELECT path, digest, size, changed_ns FROM staged_files")
        return {path: KnownFile(digest, size, changed) for path, digest, size, changed in rows}

    def stage(self, path: str, known: KnownFile, articles: Iterable[Incoming]) -> int:
        """Take in a file with its articles, and say how many; what was staged of it is replaced. All or nothing."""
        taken = 0
        with transaction(self._db):
            self._unstage(path)
            for incoming in articles:
                taken += 1
                raw = incoming.raw
                article_id = raw.content_hash[:16]
                self._db.execute(
                    f"INSERT INTO articles (id, {RAW_COLUMNS}, source_key, fingerprints)"
                    " VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET source_key = excluded.source_key",
                    (
                        article_id,
                        *packed_raw(raw),
                        incoming.source_key,
                        json.dumps(incoming.fingerprints),
                    ),
                )
                self._db.execute("INSERT OR IGNORE INTO staged_places VALUES (?, ?, ?)", (path, raw.member, article_id))
            row = (path, known.digest, known.size, known.changed_ns)
            self._db.execute("INSERT INTO staged_files VALUES (?, ?, ?, ?)", row)
        return taken

    def unstage(self, paths: Iterable[str]) -> None:
        """Forget what was taken in of these files."""
        with transaction(self._db):
            for path in paths:
                self._unstage(path)

    def _unstage(self, path: str) -> None:
        for table in ("staged_files", "staged_places"):
            self._db.execute(f"DELETE FROM {table} WHERE path = ?", (path,))

    def left_out(self) -> set[str]:
        """Paths of the files that were removed from the index by hand, and stay out while they are not named."""
        return {row[0] for row in self._db.execute("SELECT path FROM left_out")}

    def leave_out(self, paths: Iterable[str]) -> None:
        """Keep these files out of the index."""
        self._db.executemany("INSERT OR IGNORE INTO left_out VALUES (?)", [(path,) for path in paths])

    def let_in(self, paths: Iterable[str]) -> None:
        """Keep these files out no longer."""
        self._db.executemany("DELETE FROM left_out WHERE path = ?", [(path,) for path in paths])

    # What there is to clean

    def staged_sources(self) -> list[str]:
        """Source keys of the staged articles."""
        rows = self._db.execute(
            "SELECT DISTINCT source_key FROM articles WHERE id IN (SELECT article_id FROM staged_places) ORDER BY 1"
        )
        return [row[0] for row in rows]

    def staged_articles(self, source_key: str) -> list[str]:
        """Of a source, in the order in which they were taken in."""
        rows = self._db.execute(
            "SELECT id FROM articles WHERE source_key = ? AND id IN (SELECT article_id FROM staged_places)"
            " ORDER BY number",
            (source_key,),
        )
        return [row[0] for row in rows]

    def sample(self, source_key: str, most: int) -> list[str]:
        """Articles of a source, live or staged: those with the smallest ids, which are as good as drawn by lot.

        One more article changes the sample by one at most.
        """
        rows = self._db.execute(
            "SELECT id FROM articles a WHERE source_key = ? AND (id IN (SELECT article_id FROM staged_places) OR EXISTS"
            " (SELECT 1 FROM versions v WHERE v.article_id = a.id AND v.removed IS NULL)) ORDER BY id LIMIT ?",
            (source_key, most),
        )
        return [row[0] for row in rows]

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
        """An article, live or staged, as its file has it; KeyError when there is none."""
        row = self._db.execute(f"SELECT {RAW_COLUMNS} FROM articles WHERE id = ?", (article_id,)).fetchone()
        place = self._db.execute(
            "SELECT path, member FROM (SELECT path, member FROM places WHERE article_id = :id AND removed IS NULL"
            " UNION SELECT path, member FROM staged_places WHERE article_id = :id) p"
            f" ORDER BY {in_order('p')} LIMIT 1",
            {"id": article_id},
        ).fetchone()
        if row is None or place is None:
            raise KeyError(article_id)
        return unpacked_raw(place, row)

    def articles_of(self, path: str) -> list[RawArticle]:
        """The articles of a published file, in the order of their members."""
        rows = self._db.execute(
            f"SELECT p.path, p.member, {RAW_COLUMNS} FROM places p"
            " JOIN articles a ON a.id = p.article_id WHERE p.path = ? AND p.removed IS NULL"
            " ORDER BY length(p.member), p.member",
            (path,),
        )
        return [unpacked_raw((path, member), tuple(row)) for path, member, *row in rows]

    def going(self, removed: Sequence[str]) -> list[str]:
        """Articles that no file will have once ``removed`` are gone and what is staged has replaced what was."""
        rows = self._db.execute(
            "SELECT article_id FROM versions v WHERE removed IS NULL"
            " AND article_id NOT IN (SELECT article_id FROM staged_places)"
            " AND NOT EXISTS (SELECT 1 FROM places p WHERE p.article_id = v.article_id AND p.removed IS NULL"
            " AND p.path NOT IN (SELECT path FROM staged_files) AND p.path NOT IN (SELECT value FROM json_each(?)))",
            (json.dumps(removed),),
        )
        return [row[0] for row in rows]

    # What is clean and not published yet

    def put_cleaned(self, article: Article, repeated: frozenset[str]) -> None:
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

    def forget_cleaned(self) -> list[str]:
        """Drop what an interrupted run had cleaned, and say of which articles."""
        return [row[0] for row in self._db.execute("DELETE FROM cleaned RETURNING article_id").fetchall()]

    def cleaned(self, article_id: str) -> Article:
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

    # Families

    def kinship(self) -> Kinship:
        """Who is whose copy, and what families follow from it."""
        return Kinship(self._db)

    def is_settled(self) -> bool:
        """Whether no sync was cut short between cleaning texts and publishing the families that follow from them."""
        (unsettled,) = self._db.execute("SELECT EXISTS (SELECT 1 FROM unsettled)").fetchone()
        return not unsettled

    def holds(self, article: Article) -> bool:
        """Whether this very clean text and metadata are what is present of the article."""
        row = self._db.execute(
            "SELECT text, metadata FROM versions WHERE article_id = ? AND removed IS NULL", (article.id,)
        ).fetchone()
        return row is not None and unpack(row[0]) == article.text and parse_metadata(row[1]) == article.metadata

    def put_repeated(self, article_id: str, repeated: frozenset[str]) -> None:
        """Note what counts as repeated for an article whose clean text that does not change."""
        self._db.execute(
            "UPDATE versions SET repeated = ? WHERE article_id = ? AND removed IS NULL",
            (json.dumps(sorted(repeated)), article_id),
        )

    def counts(self) -> tuple[int, int]:
        """Number of articles and of passages that are present."""
        (articles,) = self._db.execute("SELECT count(*) FROM versions WHERE removed IS NULL").fetchone()
        (passages,) = self._db.execute(
            "SELECT count(*) FROM passages p JOIN versions v ON v.number = p.version WHERE v.removed IS NULL"
        ).fetchone()
        return articles, passages

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

    def reserve(self, what: str, count: int = 1) -> int:
        """The first of ``count`` numbers that were never given out before, as keys or for segments.

        Kept at once, so that a number which a dead writer has used on disk is never used again.
        """
        with transaction(self._db):
            row = self._db.execute("SELECT value FROM meta WHERE key = ?", (f"next {what}",)).fetchone()
            first = int(row[0]) if row else 1
            self._db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (f"next {what}", str(first + count)))
        return first

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

    @contextmanager
    def batch(self) -> Iterator[None]:
        """What is done inside is on disk afterwards, at the price of one transaction."""
        with transaction(self._db):
            yield
