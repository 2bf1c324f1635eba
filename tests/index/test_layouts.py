"""An index written by an older release is brought up to date by the next sync, whatever folder that is given."""

from __future__ import annotations

import hashlib
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from assistant.errors import StoreMismatchError
from assistant.index.catalogue.schema import LAYOUT
from assistant.index.catalogue.stored import pack
from assistant.index.store import Store
from tests.index.syncing import opened, story, sync, titles

#: Of layout 4 what holds the articles: the tables of release 1 with their columns.
LAYOUT_4 = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE files (
    path TEXT NOT NULL, digest TEXT NOT NULL, size INTEGER NOT NULL, changed_ns INTEGER NOT NULL,
    added INTEGER NOT NULL, removed INTEGER, PRIMARY KEY (path, added)) WITHOUT ROWID;
CREATE TABLE places (
    path TEXT NOT NULL, member TEXT NOT NULL, article_id TEXT NOT NULL, added INTEGER NOT NULL, removed INTEGER,
    PRIMARY KEY (path, member, article_id, added)) WITHOUT ROWID;
CREATE TABLE articles (
    number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, content_hash TEXT NOT NULL, encoding TEXT, raw BLOB NOT NULL,
    stated TEXT NOT NULL, extracted_body INTEGER NOT NULL, source_key TEXT, fingerprints TEXT NOT NULL);
CREATE TABLE left_out (path TEXT PRIMARY KEY) WITHOUT ROWID;
"""


@pytest.fixture
def old(store: Path, tmp_path: Path) -> Path:
    """An index of layout 4 with two articles, one of them in an archive, none of whose files are there any more."""
    base = store / "bases" / "000001"
    base.mkdir(parents=True)
    with closing(sqlite3.connect(base / "catalogue.sqlite")) as database:
        database.executescript(LAYOUT_4)
        for subject, member in (("chess", ""), ("opera", "opera.txt")):
            text, path = story(subject), str(tmp_path / "gone" / (f"{subject}.zip" if member else f"{subject}.txt"))
            digest = hashlib.sha256(text.encode()).hexdigest()
            database.execute(
                "INSERT INTO articles (id, content_hash, encoding, raw, stated, extracted_body, fingerprints)"
                ' VALUES (?, ?, ?, ?, \'[["title", "On stage", "a field", 0.9]]\', 0, \'[]\')',
                (digest[:16], digest, None if member else "utf-8", pack(text)),
            )
            database.execute("INSERT INTO places VALUES (?, ?, ?, 1, NULL)", (path, member, digest[:16]))
            database.execute("INSERT INTO files VALUES (?, ?, ?, 7, 1, NULL)", (path, digest, len(text)))
        database.execute("INSERT INTO left_out VALUES (?)", (str(tmp_path / "articles" / "poetry.txt"),))
        database.commit()
    (base / "FINISHED").touch()
    (store / "CURRENT").write_text("000001\n", encoding="ascii")
    return store


def test_who_asks_is_told_how_to_bring_it_up_to_date(old: Path) -> None:
    with pytest.raises(StoreMismatchError, match=r"older release\. Bring it up to date: assistant index PATH"):
        opened(old)


def test_the_next_sync_takes_over_all_that_it_holds(old: Path, folder: Path) -> None:
    report = sync(folder, old)
    assert (report.new, report.excluded, report.skipped) == (2, 1, ())
    assert titles(old) == {"fishing", "railways", "chess", "opera"}
    assert not (old / "bases").exists()
    with closing(opened(old)) as index:
        catalogue = index.view().catalogue
        assert catalogue.layout() == LAYOUT
        articles = [catalogue.article(one) for one in catalogue.article_ids()]
        assert {one.fragment for one in articles} == {"", "opera.txt"}
        assert {one.metadata.title for one in articles} >= {"On stage"}
    again = sync(folder, old)
    assert (again.unchanged, again.embedded, again.excluded) == (2, 0, 1)


def test_an_index_of_a_newer_release_is_left_alone(folder: Path, store: Path) -> None:
    sync(folder, store)
    catalogue = Store(store).require_current().catalogue
    with closing(sqlite3.connect(catalogue)) as database:
        database.execute(f"PRAGMA user_version = {LAYOUT + 1}")
    for use in (opened, lambda place: sync(folder, place)):
        with pytest.raises(StoreMismatchError, match="newer release"):
            use(store)
