"""Sync keeps index and folder in step, at the price of what changed."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from tests.fakes import WordEmbedder
from tests.index.syncing import ANYWHERE, commit, opened, story, sync, titles


def test_first_sync_indexes_every_file(folder: Path, store: Path) -> None:
    report = sync(folder, store)

    assert (report.new, report.changed, report.removed, report.unchanged) == (3, 0, 0, 0)
    assert report.articles == 3
    assert report.passages == report.embedded > 3
    index = opened(store)
    found = index.view().matching("What deserves a careful answer in railways?", 3, ANYWHERE)
    assert "railways" in index.view().catalogue.passages(found)[0].text
    nearest = index.view().nearest(WordEmbedder().embed(["poetry debate in parliament"])[0], 1, ANYWHERE)
    assert "poetry" in index.view().catalogue.passages(list(nearest))[0].text
    index.close()


def test_second_sync_is_a_no_op(folder: Path, store: Path) -> None:
    first = sync(folder, store)
    before = commit(store)
    embedder = WordEmbedder()

    second = sync(folder, store, embedder=embedder)

    assert (second.new, second.changed, second.removed, second.unchanged, second.embedded) == (0, 0, 0, 3, 0)
    assert (second.articles, second.passages) == (first.articles, first.passages)
    assert embedder.embedded == []
    assert commit(store) == before


def test_only_what_changed_is_embedded(folder: Path, store: Path) -> None:
    sync(folder, store)
    (folder / "music.txt").write_text(story("music"), encoding="utf-8")
    (folder / "poetry.txt").write_text(story("sculpture"), encoding="utf-8")
    (folder / "fishing.txt").unlink()
    os.utime(folder / "railways.txt")  # touched, not changed
    embedder = WordEmbedder()

    report = sync(folder, store, embedder=embedder)

    assert (report.new, report.changed, report.removed, report.unchanged) == (1, 1, 1, 1)
    assert titles(store) == {"music", "sculpture", "railways"}
    assert len(embedder.embedded) == report.embedded
    assert not any("railways" in text for text in embedder.embedded)
    index = opened(store)
    assert index.view().matching("fishing", 5, ANYWHERE) == []
    assert index.view().state.passages == report.passages
    index.close()


def test_copies_of_one_content_are_one_article(folder: Path, store: Path) -> None:
    (folder / "copy.txt").write_bytes((folder / "poetry.txt").read_bytes())

    assert sync(folder, store).articles == 3
    (folder / "copy.txt").unlink()
    report = sync(folder, store)
    assert (report.removed, report.articles, report.embedded) == (1, 3, 0)
    (folder / "poetry.txt").unlink()
    assert sync(folder, store).articles == 2


def test_order_of_arrival_does_not_matter(folder: Path, store: Path, tmp_path: Path) -> None:
    """Files that arrive one by one give the index they would give together."""
    for number in range(6):
        (folder / f"{number}.txt").write_text(story(f"topic{number}"), encoding="utf-8")
        sync(folder, store)
    sync(folder, tmp_path / "at once")

    def content(place: Path) -> dict[str, str]:
        index = opened(place)
        held = {item: index.view().catalogue.text(item) for item in index.view().catalogue.article_ids()}
        index.close()
        return held

    assert content(store) == content(tmp_path / "at once")


def test_another_folder_is_left_alone(folder: Path, store: Path, tmp_path: Path) -> None:
    sync(folder, store)
    other = tmp_path / "other"
    other.mkdir()
    (other / "chess.txt").write_text(story("chess"), encoding="utf-8")

    report = sync(other, store)

    assert (report.new, report.removed) == (1, 0)
    assert titles(store) == {"fishing", "railways", "poetry", "chess"}


def test_a_moved_folder_takes_its_articles_along(folder: Path, store: Path) -> None:
    first = sync(folder, store)
    moved = folder.rename(folder.parent / "moved")
    report = sync(moved, store)
    assert (report.new, report.removed, report.articles, report.embedded) == (3, 3, first.articles, 0)
    index = opened(store)
    catalogue = index.view().catalogue
    assert {Path(catalogue.article(item).path).parent for item in catalogue.article_ids()} == {moved}
    index.close()


def test_a_change_that_keeps_size_and_modification_time_is_noticed(
    folder: Path, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assistant.index.plan._TICK_NS", 0)
    past = 1_600_000_000
    for path in folder.iterdir():
        os.utime(path, (past, past))
    sync(folder, store)
    same_size = story("poetry").replace("spring", "autumn")
    (folder / "poetry.txt").write_text(same_size, encoding="utf-8")
    os.utime(folder / "poetry.txt", (past, past))
    assert sync(folder, store).changed == 1


def test_a_file_that_was_only_touched_is_read_once_and_no_more(
    folder: Path, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assistant.index.plan._TICK_NS", 0)
    sync(folder, store)
    for path in folder.iterdir():
        os.utime(path, (1_600_000_000, 1_600_000_000))
    assert sync(folder, store).unchanged == 3
    monkeypatch.delattr("assistant.index.plan.hashlib.file_digest")
    assert sync(folder, store).unchanged == 3


def test_a_file_of_many_records_is_many_articles(folder: Path, store: Path) -> None:
    lines = [json.dumps({"title": subject, "text": story(subject)}) for subject in ("music", "chess")]
    (folder / "records.jsonl").write_text("\n".join([lines[0], "{broken", lines[1]]) + "\n", encoding="utf-8")

    report = sync(folder, store)

    assert (report.new, report.articles) == (4, 5)
    assert titles(store) == {"fishing", "railways", "poetry", "music", "chess"}
    (skipped,) = report.skipped
    assert skipped.path.endswith("records.jsonl!2")
    index = opened(store)
    held = index.view().catalogue.file_articles()[str(folder / "records.jsonl")]
    assert [index.view().catalogue.article(one).fragment for one in held] == ["1", "3"]
    index.close()


def test_a_store_inside_the_folder_is_not_indexed(folder: Path) -> None:
    store = folder / "vectorstore"
    store.mkdir()
    (store / "README.md").write_text(story("stores"), encoding="utf-8")
    sync(folder, store)
    assert titles(store) == {"fishing", "railways", "poetry"}
    assert sync(folder, store).unchanged == 3


def test_closing_twice_is_harmless(folder: Path, store: Path) -> None:
    sync(folder, store)
    index = opened(store)
    index.close()
    index.close()
