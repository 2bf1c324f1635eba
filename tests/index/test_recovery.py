"""A rebuild takes over what can be read of a damaged catalogue, reads the rest again, and names what is lost."""

from __future__ import annotations

import json
import sqlite3
import zlib
from contextlib import closing
from pathlib import Path

import pytest

from assistant.index.catalogue.stored import unpack
from assistant.index.store import Store
from assistant.index.sync import Synchroniser
from assistant.records import SyncReport
from tests.fakes import WordEmbedder, count_tokens
from tests.index.syncing import SETTINGS, Interrupted, story, sync, titles

HELD = {"fishing", "railways", "poetry"}


@pytest.fixture
def other(tmp_path: Path) -> Path:
    """A folder of one file of two records and one of one article."""
    folder = tmp_path / "other"
    folder.mkdir()
    records = [json.dumps({"text": story(subject)}) for subject in ("music", "opera")]
    (folder / "feed.jsonl").write_text("\n".join(records), encoding="utf-8")
    (folder / "chess.txt").write_text(story("chess"), encoding="utf-8")
    return folder


@pytest.fixture(autouse=True)
def indexed(folder: Path, other: Path, store: Path) -> None:
    Synchroniser(store, WordEmbedder(), count_tokens, SETTINGS).run([folder, other])


def spoil(store: Path, *subjects: str, column: str = "raw", value: object = b"x") -> None:
    """Damages the articles about these subjects in the catalogue that answers."""
    with closing(sqlite3.connect(Store(store).require_current().catalogue)) as database:
        for number, raw in database.execute("SELECT number, raw FROM articles").fetchall():
            if any(subject in unpack(raw) for subject in subjects):
                update = f"UPDATE articles SET {column} = ? WHERE number = ?"  # noqa: S608 - a column named here
                database.execute(update, (value, number))
        database.commit()


def skipped(report: SyncReport) -> dict[str, str]:
    return {Path(item.path).name: item.reason for item in report.skipped}


@pytest.mark.parametrize(
    ("column", "value"),
    [("raw", b"x"), ("raw", 5), ("raw", zlib.compress(b"\xff")), ("claims", "{"), ("claims", "7")],
)
def test_files_that_cannot_be_taken_over_are_read_again_wherever_they_are(
    folder: Path, store: Path, column: str, value: object
) -> None:
    spoil(store, "chess", "opera", "poetry", column=column, value=value)
    report = sync(folder, store, rebuild=True)
    assert titles(store) == HELD | {"chess", "music", "opera"}
    assert report.skipped == ()
    again = sync(folder, store)
    assert (again.new, again.changed, again.unchanged) == (0, 0, 3)


def test_what_can_be_read_neither_there_nor_on_disk_is_named_and_the_rest_is_kept(
    folder: Path, other: Path, store: Path
) -> None:
    kept = (other / "feed.jsonl").read_bytes()
    spoil(store, "chess", "opera")
    for path in other.iterdir():
        path.unlink()
    report = sync(folder, store, rebuild=True)
    assert titles(store) == HELD | {"music"}
    told = skipped(report)
    assert sorted(told) == ["chess.txt", "feed.jsonl"]
    for path in ("chess.txt", "feed.jsonl"):
        assert str(other / path) in told[path]
        assert "no longer there. Put it back and index it again." in told[path]
    (other / "feed.jsonl").write_bytes(kept)
    sync(other, store)
    assert titles(store) == HELD | {"music", "opera"}, "what comes back is read, though it is as it was"


def test_a_damaged_page_of_the_web_is_named_with_the_way_to_fetch_it(folder: Path, other: Path, store: Path) -> None:
    address = "https://news.test/chess"
    moved = (address, str(other / "chess.txt"))
    with closing(sqlite3.connect(Store(store).require_current().catalogue)) as database:
        database.execute("UPDATE locations SET path = ? WHERE path = ?", moved)
        database.execute("UPDATE files SET path = ? WHERE path = ?", moved)
        database.commit()
    spoil(store, "chess")
    (told,) = sync(folder, store, rebuild=True).skipped
    assert told.path == address
    assert told.reason.endswith(f"Fetch it again: assistant index {address}")
    assert titles(store) == HELD | {"music", "opera"}


def test_a_file_that_has_gone_from_its_folder_goes_although_it_is_damaged(
    folder: Path, other: Path, store: Path
) -> None:
    spoil(store, "opera")
    (other / "feed.jsonl").unlink()
    report = sync(other, store, rebuild=True)
    assert (report.removed, report.skipped) == (1, ())
    assert titles(store) == HELD | {"chess"}


def test_what_is_lost_is_named_by_the_rebuild_that_goes_on_from_one_cut_short(
    folder: Path, other: Path, store: Path
) -> None:
    spoil(store, "chess", "opera")
    (other / "chess.txt").unlink()
    with pytest.raises(KeyboardInterrupt):
        sync(folder, store, embedder=Interrupted(), rebuild=True)
    begun = sorted((store / "versions").iterdir())[-1]
    report = sync(folder, store, rebuild=True)
    assert (store / "CURRENT").read_text(encoding="ascii").strip() == begun.name
    assert list(skipped(report)) == ["chess.txt"]
    assert titles(store) == HELD | {"music", "opera"}


@pytest.mark.parametrize("damage", ["missing", "empty", "junk", "no files", "no table"])
def test_a_catalogue_that_cannot_be_read_is_named_and_the_one_before_is_taken(
    folder: Path, other: Path, store: Path, damage: str
) -> None:
    sync(folder, store, rebuild=True)
    catalogue = Store(store).require_current().catalogue
    if damage in ("no files", "no table"):
        with closing(sqlite3.connect(catalogue)) as database:
            database.execute("DELETE FROM files" if damage == "no files" else "DROP TABLE files")
            database.commit()
    else:
        for path in catalogue.parent.glob("catalogue.sqlite*"):
            path.unlink()
        if damage != "missing":
            catalogue.write_bytes(b"junk" * 999 if damage == "junk" else b"")
    for path in other.iterdir():
        path.unlink()
    report = sync(folder, store, rebuild=True)
    assert titles(store) == HELD | {"chess", "music", "opera"}
    assert list(skipped(report)) == ["catalogue.sqlite"]
    assert str(catalogue) in report.skipped[0].reason
    assert "Index every folder" in report.skipped[0].reason
    assert damage != "missing" or not catalogue.exists(), "old catalogues are not written to"


def test_a_disk_that_refuses_the_new_base_is_not_taken_for_damage_of_the_old_one(
    folder: Path, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    with monkeypatch.context() as patch:
        patch.setattr("assistant.index.catalogue.writer.CatalogueWriter.put_article", refuse)
        with pytest.raises(Exception, match="disk is full"):
            sync(folder, store, rebuild=True)
    sync(folder, store, rebuild=True)
    assert titles(store) == HELD | {"chess", "music", "opera"}
