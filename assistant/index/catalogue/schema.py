"""The catalogue's tables, how its file is opened, and how it is written.

Rows that may go again carry the generations they are there from (``added``) and until (``removed``, which no longer has
them; NULL: there is no end yet). A reader stays with one generation while a writer prepares the next ones; switching is
one transaction that ends with the number in ``meta``.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

#: Seconds that a connection waits for another's transaction; each is a fraction of a second.
_PATIENCE = 30.0
TABLES = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE generations (number INTEGER PRIMARY KEY, synced_at TEXT NOT NULL);
CREATE TABLE files (
    path TEXT NOT NULL, digest TEXT NOT NULL, size INTEGER NOT NULL, changed_ns INTEGER NOT NULL,
    added INTEGER NOT NULL, removed INTEGER, PRIMARY KEY (path, added)) WITHOUT ROWID;
CREATE TABLE places (
    path TEXT NOT NULL, member TEXT NOT NULL, article_id TEXT NOT NULL, added INTEGER NOT NULL, removed INTEGER,
    PRIMARY KEY (path, member, article_id, added)) WITHOUT ROWID;
CREATE INDEX places_of_article ON places (article_id);
CREATE TABLE articles (
    number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, content_hash TEXT NOT NULL, encoding TEXT, raw BLOB NOT NULL,
    stated TEXT NOT NULL, extracted_body INTEGER NOT NULL, source_key TEXT, fingerprints TEXT NOT NULL);
CREATE INDEX articles_of_source ON articles (source_key, id);
CREATE TABLE versions (
    number INTEGER PRIMARY KEY AUTOINCREMENT, article_id TEXT NOT NULL, repeated TEXT NOT NULL, text BLOB NOT NULL,
    segments TEXT NOT NULL, metadata TEXT NOT NULL, added INTEGER NOT NULL, removed INTEGER);
CREATE INDEX versions_of_article ON versions (article_id);
CREATE TABLE cleaned (
    article_id TEXT PRIMARY KEY, repeated TEXT NOT NULL, text BLOB NOT NULL, segments TEXT NOT NULL,
    metadata TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE passages (
    key INTEGER PRIMARY KEY, version INTEGER NOT NULL, ordinal INTEGER NOT NULL, start INTEGER NOT NULL,
    stop INTEGER NOT NULL, segment INTEGER NOT NULL);
CREATE INDEX passages_of_version ON passages (version, ordinal);
CREATE INDEX passages_of_segment ON passages (segment);
CREATE TABLE segments (
    number INTEGER PRIMARY KEY, passages INTEGER NOT NULL, added INTEGER NOT NULL, removed INTEGER);
CREATE TABLE sketches (article_id TEXT PRIMARY KEY, length INTEGER NOT NULL, sketch BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE sketch_keys (
    key INTEGER NOT NULL, words INTEGER NOT NULL, article_id TEXT NOT NULL,
    PRIMARY KEY (key, words DESC, article_id)) WITHOUT ROWID;
CREATE TABLE kin (
    article_id TEXT NOT NULL, other TEXT NOT NULL, relation TEXT NOT NULL,
    PRIMARY KEY (article_id, other)) WITHOUT ROWID;
CREATE INDEX kin_of_other ON kin (other);
CREATE TABLE unsettled (article_id TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE families (
    article_id TEXT NOT NULL, family TEXT NOT NULL, silent INTEGER NOT NULL, added INTEGER NOT NULL, removed INTEGER,
    PRIMARY KEY (article_id, added)) WITHOUT ROWID;
CREATE INDEX families_of_family ON families (family);
CREATE TABLE unjudged (source_key TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE left_out (path TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE staged_files (
    path TEXT PRIMARY KEY, digest TEXT NOT NULL, size INTEGER NOT NULL, changed_ns INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE staged_places (
    path TEXT NOT NULL, member TEXT NOT NULL, article_id TEXT NOT NULL,
    PRIMARY KEY (path, member, article_id)) WITHOUT ROWID;
CREATE INDEX staged_places_of_article ON staged_places (article_id);
"""


def live(table: str) -> str:
    """The condition that a row of ``table`` is there in the generation that the parameter ``:now`` names."""
    return f"{table}.added <= :now AND ({table}.removed IS NULL OR {table}.removed > :now)"


def in_order(places: str) -> str:
    """What the places of an article are ordered by, the one to cite first: whole files, then members as they come."""
    return f"{places}.member != '', {places}.path, length({places}.member), {places}.member"


def open_for_reading(path: Path) -> sqlite3.Connection:
    """A connection that changes nothing and never keeps a writer waiting; several threads may share it."""
    return sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True, check_same_thread=False, timeout=_PATIENCE)


def open_for_writing(path: Path) -> sqlite3.Connection:
    """The connection of the one writer; makes the file and its tables where there are none.

    What is committed survives a crash of the process and of the machine.
    """
    fresh = not path.exists()
    database = sqlite3.connect(path, check_same_thread=False, timeout=_PATIENCE, isolation_level=None)
    database.execute("PRAGMA journal_mode = WAL")
    database.execute("PRAGMA synchronous = FULL")
    if fresh:
        database.executescript(f"BEGIN; {TABLES} COMMIT;")
    return database


@contextmanager
def transaction(database: sqlite3.Connection) -> Iterator[None]:
    """What is done inside is on disk afterwards, all or nothing; inside another one only what is done here is undone.

    Args:
        database: from ``open_for_writing``.
    """
    inside = database.in_transaction
    database.execute("SAVEPOINT here" if inside else "BEGIN IMMEDIATE")
    try:
        yield
        if not inside:
            database.execute("COMMIT")
    except BaseException:
        if database.in_transaction:  # SQLite may have undone everything by itself, as when the disk is full
            database.execute("ROLLBACK TO here" if inside else "ROLLBACK")
        raise
    finally:
        if inside and database.in_transaction:
            database.execute("RELEASE here")
