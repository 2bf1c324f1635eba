"""A rebuild reads files again, takes over what others have, and never goes on from what is out of date."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from assistant.articles.formats import READING_VERSION
from assistant.errors import NothingToIndexError
from assistant.index.sync import Synchroniser
from assistant.records import SyncReport
from assistant.settings import Settings
from tests.fakes import WordEmbedder, count_tokens
from tests.index.syncing import SETTINGS, Interrupted, commit, story, sync, titles


def synchroniser(store: Path, settings: Settings = SETTINGS) -> Synchroniser:
    return Synchroniser(store, WordEmbedder(), count_tokens, settings)


def records(path: Path, *subjects: str) -> Path:
    lines = (json.dumps({"title": f"On {subject}", "text": story(subject)}) for subject in subjects)
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def test_a_rebuild_that_was_cut_short_is_not_resumed_over_newer_articles(
    folder: Path, store: Path, tmp_path: Path
) -> None:
    sync(folder, store)
    with pytest.raises(KeyboardInterrupt):
        sync(folder, store, embedder=Interrupted(), rebuild=True)
    later = tmp_path / "later"
    later.mkdir()
    (later / "chess.txt").write_text(story("chess"), encoding="utf-8")
    sync(later, store)
    (folder / "poetry.txt").unlink()
    sync(folder, store)
    report = sync(folder, store, rebuild=True)
    assert (report.unchanged, report.articles) == (2, 3)
    assert titles(store) == {"fishing", "railways", "chess"}


def test_a_rebuild_that_was_cut_short_is_resumed_when_nothing_happened_since(folder: Path, store: Path) -> None:
    sync(folder, store)
    with pytest.raises(KeyboardInterrupt):
        sync(folder, store, embedder=Interrupted(), rebuild=True)
    begun = sorted((store / "versions").iterdir())
    sync(folder, store, rebuild=True)
    assert begun[-1].is_dir() and (store / "CURRENT").read_text().strip() == begun[-1].name


def test_a_rebuild_reads_files_again_and_keeps_what_it_cannot_read(folder: Path, store: Path) -> None:
    records(folder / "feed.jsonl", "chess")
    damaged = records(folder / "other.jsonl", "music")
    sync(folder, store)
    records(folder / "feed.jsonl", "opera")
    damaged.write_text("{", encoding="utf-8")
    report = sync(folder, store, rebuild=True)
    assert titles(store) == {"fishing", "railways", "poetry", "opera", "music"}, "music as it was when it was read"
    assert [item.path.rpartition("/")[2] for item in report.skipped] == ["other.jsonl!1"]
    assert (report.new, report.changed, report.unchanged) == (0, 1, 4)


def test_files_are_read_again_under_another_limit(folder: Path, store: Path) -> None:
    path = records(folder / "some.jsonl", "chess", "musicology")
    longest = max(map(len, path.read_text(encoding="utf-8").splitlines()))
    little = SETTINGS.model_copy(update={"max_file_bytes": longest - 1})
    assert len(synchroniser(store, little).run([folder]).skipped) == 1
    report = sync(folder, store)
    assert (report.changed, report.unchanged, report.skipped) == (1, 3, ())
    assert titles(store) == {"fishing", "railways", "poetry", "chess", "musicology"}


def test_files_are_read_again_by_a_reader_that_has_changed(
    folder: Path, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    records(folder / "some.jsonl", "chess", "music")
    sync(folder, store)
    monkeypatch.setattr("assistant.index.plan.READING_VERSION", READING_VERSION + 1)
    report = sync(folder, store)
    assert (report.changed, report.unchanged, report.embedded) == (1, 3, 0), "text is only decoded"


def removed(store: Path, *places: Path) -> SyncReport:
    return synchroniser(store).remove(list(places))


def test_what_was_removed_stays_out_through_a_rebuild_and_is_told(folder: Path, store: Path) -> None:
    sync(folder, store)
    removed(store, folder / "poetry.txt")
    report = sync(folder, store, rebuild=True)
    assert (report.excluded, titles(store)) == (1, {"fishing", "railways"})
    (folder / "poetry.txt").write_text(story("opera"), encoding="utf-8")
    assert synchroniser(store).preview([folder]).excluded == 1
    assert sync(folder, store).excluded == 1
    assert synchroniser(store).run([folder / "poetry.txt"]).new == 1
    assert "opera" in titles(store)


def test_a_folder_that_is_empty_names_the_way_to_remove_it(folder: Path, store: Path) -> None:
    sync(folder, store)
    for path in folder.iterdir():
        path.unlink()
    with pytest.raises(NothingToIndexError, match="assistant remove PATH"):
        sync(folder, store)
    assert titles(store) == {"fishing", "railways", "poetry"}


def test_a_file_that_cannot_be_read_makes_no_new_generation(folder: Path, store: Path) -> None:
    (folder / "empty.txt").touch()
    sync(folder, store)
    before = commit(store)
    report = sync(folder, store)
    assert (len(report.skipped), commit(store)) == (1, before)


def test_a_rebuild_from_a_folder_that_gives_nothing_takes_over_the_others(
    folder: Path, store: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "chess.txt").write_text(story("chess"), encoding="utf-8")
    sync(folder, store)
    sync(other, store)
    synchroniser(store).remove([other / "chess.txt"])
    sync(other, store, rebuild=True)
    assert titles(store) == {"fishing", "railways", "poetry"}
