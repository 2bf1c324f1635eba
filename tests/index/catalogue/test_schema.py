"""Transactions of the catalogue's file: all or nothing, one inside another, and after SQLite's own refusals."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from assistant.index.catalogue.schema import open_for_writing, transaction


@pytest.fixture
def database(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    with closing(open_for_writing(tmp_path / "catalogue.sqlite")) as opened:
        yield opened


def note(database: sqlite3.Connection, key: str) -> None:
    database.execute("INSERT INTO meta VALUES (?, '')", (key,))


def notes(database: sqlite3.Connection) -> set[str]:
    assert not database.in_transaction
    return {key for (key,) in database.execute("SELECT key FROM meta")}


def test_what_fails_is_undone_as_a_whole(database: sqlite3.Connection) -> None:
    with transaction(database):
        note(database, "before")
    with pytest.raises(KeyboardInterrupt), transaction(database):
        note(database, "outside")
        with transaction(database):
            note(database, "inside")
        raise KeyboardInterrupt
    assert notes(database) == {"before"}


def test_what_fails_inside_another_is_undone_alone(database: sqlite3.Connection) -> None:
    with transaction(database):
        note(database, "outside")
        for _ in range(2):
            with pytest.raises(RuntimeError), transaction(database):
                note(database, "inside")
                raise RuntimeError
        with transaction(database):
            note(database, "inside and well")
    assert notes(database) == {"outside", "inside and well"}


def test_one_that_could_not_begin_leaves_the_next_one_whole(tmp_path: Path, database: sqlite3.Connection) -> None:
    database.execute("PRAGMA busy_timeout = 0")
    with closing(open_for_writing(tmp_path / "catalogue.sqlite")) as other, transaction(other):
        with pytest.raises(sqlite3.OperationalError, match="locked"), transaction(database):
            pass
    with pytest.raises(RuntimeError), transaction(database):
        note(database, "undone")
        raise RuntimeError
    with transaction(database):
        note(database, "kept")
    assert notes(database) == {"kept"}


def test_what_cannot_be_committed_is_undone(database: sqlite3.Connection) -> None:
    database.executescript(
        "PRAGMA foreign_keys = ON; CREATE TABLE strict (article INTEGER REFERENCES articles (number) DEFERRABLE"
        " INITIALLY DEFERRED)"
    )
    with pytest.raises(sqlite3.IntegrityError), transaction(database):
        note(database, "undone")
        database.execute("INSERT INTO strict VALUES (999)")
    assert notes(database) == set()


@pytest.mark.parametrize("depth", [1, 2])
def test_the_reason_is_told_when_sqlite_itself_has_undone_everything(database: sqlite3.Connection, depth: int) -> None:
    note(database, "there")
    with pytest.raises(sqlite3.IntegrityError, match="UNIQUE"), transaction(database):
        note(database, "undone")
        if depth == 2:
            with transaction(database):
                database.execute("INSERT OR ROLLBACK INTO meta VALUES ('there', '')")
        database.execute("INSERT OR ROLLBACK INTO meta VALUES ('there', '')")
    assert notes(database) == {"there"}
