"""Files that cannot be read, or no longer: they are told, and what was indexed stays."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from assistant.errors import (
    NothingToIndexError,
    StoreMissingError,
)
from assistant.index.sync import Synchroniser
from tests.fakes import WordEmbedder, count_tokens
from tests.index.syncing import SETTINGS, opened, story, sync, titles


def test_bad_files_are_skipped_and_named(folder: Path, store: Path) -> None:
    (folder / "empty.txt").write_bytes(b"")
    (folder / "image.txt").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20)
    with (folder / "huge.txt").open("wb") as file:
        file.truncate(50_000_000)

    report = sync(folder, store)

    assert report.articles == 3
    assert sorted(Path(item.path).name for item in report.skipped) == ["empty.txt", "huge.txt", "image.txt"]
    assert all(Path(item.path).name in item.reason for item in report.skipped)
    assert sync(folder, store).embedded == 0


def test_a_file_that_turns_bad_keeps_its_earlier_version(folder: Path, store: Path) -> None:
    sync(folder, store)
    (folder / "poetry.txt").write_bytes(b"")

    report = sync(folder, store)

    assert [Path(item.path).name for item in report.skipped] == ["poetry.txt"]
    assert titles(store) == {"fishing", "railways", "poetry"}


def test_a_file_that_turns_bad_between_two_looks_is_counted_once(folder: Path, store: Path) -> None:
    def spoil(stage: str, done: int, total: int) -> None:
        if (stage, done) == ("read", total):
            (folder / "poetry.txt").write_bytes(b"")

    report = Synchroniser(store, WordEmbedder(), count_tokens, SETTINGS, spoil).run([folder])
    assert (report.new, len(report.skipped), report.articles) == (2, 1, 2)


def test_a_file_name_that_is_no_text_is_skipped(folder: Path, store: Path) -> None:
    Path(os.fsdecode(os.fsencode(folder) + b"/caf\xe9.txt")).write_text(story("coffee"))
    report = sync(folder, store)
    assert report.articles == 3
    assert "Rename it" in report.skipped[0].reason


def test_a_pipe_in_place_of_a_file_is_skipped(folder: Path, store: Path) -> None:
    sync(folder, store)
    (folder / "poetry.txt").unlink()
    os.mkfifo(folder / "poetry.txt")
    report = sync(folder, store)
    assert report.articles == 3 - report.removed


@pytest.mark.parametrize("content", [None, b""], ids=["no file", "only an empty file"])
def test_nothing_to_index_changes_nothing(folder: Path, store: Path, tmp_path: Path, content: bytes | None) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    if content is not None:
        (empty / "a.txt").write_bytes(content)

    with pytest.raises(NothingToIndexError, match="empty"):
        sync(empty, store)
    with pytest.raises(StoreMissingError, match="assistant sync"):
        opened(store)

    sync(folder, store)
    for path in folder.iterdir():
        path.unlink()
    with pytest.raises(NothingToIndexError):  # an unmounted disk must not empty the index
        sync(folder, store)
    assert len(titles(store)) == 3


def test_an_index_is_never_emptied_by_files_that_turn_bad(folder: Path, store: Path) -> None:
    sync(folder, store)
    for path in folder.iterdir():
        path.unlink()
    (folder / "bad.txt").write_bytes(b"")
    with pytest.raises(NothingToIndexError, match=r"bad\.txt.*Nothing was changed"):
        sync(folder, store)
    assert len(titles(store)) == 3
