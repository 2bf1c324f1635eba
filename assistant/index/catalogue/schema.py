"""The catalogue's tables, how its file is opened, and how it is written.

Rows that can go carry the commit they are there from (``added``) and the first that no longer has them (``removed``;
NULL: they are still there). A sync writes rows of the next commit, which no reader looks at; one row in ``meta`` then
makes all of them visible. A sync that dies leaves them to the next one.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

#: Layout of the tables and of the files beside them; kept as SQLite's ``user_version``.
LAYOUT = 5
#: Seconds that a connection waits for another's transaction; each is a fraction of a second.
_TIMEOUT = 30.0
TABLES = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE commits (number INTEGER PRIMARY KEY, committed_at TEXT NOT NULL);
CREATE TABLE files (
    path TEXT NOT NULL, digest TEXT NOT NULL, size INTEGER NOT NULL, modified_ns INTEGER NOT NULL,
    changed_ns INTEGER NOT NULL, added INTEGER NOT NULL, removed INTEGER, PRIMARY KEY (path, added)) WITHOUT ROWID;
CREATE TABLE locations (
    path TEXT NOT NULL, fragment TEXT NOT NULL, article INTEGER NOT NULL, added INTEGER NOT NULL, removed INTEGER,
    PRIMARY KEY (path, fragment, article, added)) WITHOUT ROWID;
CREATE INDEX locations_of_article ON locations (article);
CREATE TABLE articles (
    number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL, content_hash TEXT NOT NULL, encoding TEXT,
    raw BLOB NOT NULL, claims TEXT NOT NULL, extracted_body INTEGER NOT NULL, text BLOB NOT NULL,
    alignment TEXT NOT NULL, metadata TEXT NOT NULL, published TEXT, source TEXT, language TEXT,
    length INTEGER NOT NULL, sketch BLOB NOT NULL, added INTEGER NOT NULL, removed INTEGER);
CREATE INDEX articles_by_id ON articles (id);
CREATE TABLE passages (
    key INTEGER PRIMARY KEY, article INTEGER NOT NULL, ordinal INTEGER NOT NULL, start INTEGER NOT NULL,
    stop INTEGER NOT NULL, shard INTEGER NOT NULL);
CREATE INDEX passages_of_article ON passages (article, ordinal);
CREATE INDEX passages_of_shard ON passages (shard);
CREATE TABLE shards (
    number INTEGER PRIMARY KEY, passages INTEGER NOT NULL, checksum INTEGER NOT NULL, added INTEGER NOT NULL,
    removed INTEGER);
CREATE TABLE sketch_keys (
    key INTEGER NOT NULL, length INTEGER NOT NULL, article INTEGER NOT NULL,
    PRIMARY KEY (key, length DESC, article)) WITHOUT ROWID;
CREATE TABLE relations (
    article INTEGER NOT NULL, other INTEGER NOT NULL, relation TEXT NOT NULL,
    PRIMARY KEY (article, other)) WITHOUT ROWID;
CREATE INDEX relations_of_other ON relations (other);
CREATE TABLE excluded (path TEXT PRIMARY KEY) WITHOUT ROWID;
"""


def live(table: str) -> str:
    """The condition that a row of ``table`` is there in the commit that the parameter ``:now`` names."""
    return f"{table}.added <= :now AND ({table}.removed IS NULL OR {table}.removed > :now)"


def in_order(locations: str) -> str:
    """What an article's locations are ordered by, the one to cite first: whole files, then fragments as they come."""
    return f"{locations}.fragment != '', {locations}.path, length({locations}.fragment), {locations}.fragment"


def open_for_reading(path: Path) -> sqlite3.Connection:
    """A connection that changes nothing and never keeps a writer waiting; several threads may share it."""
    return sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True, check_same_thread=False, timeout=_TIMEOUT)


def open_for_writing(path: Path) -> sqlite3.Connection:
    """The connection of the one writer; makes the file and its tables where there are none.

    What is committed survives a crash of the process and of the machine; what is deleted is overwritten.
    """
    fresh = not path.exists()
    database = sqlite3.connect(path, check_same_thread=False, timeout=_TIMEOUT, isolation_level=None)
    for setting in ("journal_mode = WAL", "synchronous = FULL", "secure_delete = ON"):
        database.execute(f"PRAGMA {setting}")
    if fresh:
        database.executescript(f"BEGIN; {TABLES} PRAGMA user_version = {LAYOUT}; COMMIT;")
    return database


def layout(database: sqlite3.Connection) -> int:
    """The layout of an opened catalogue; 0 before layouts were numbered."""
    return int(database.execute("PRAGMA user_version").fetchone()[0])


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
