"""Files that cannot be read, or no longer: they are told, and what was indexed stays."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest

from assistant.errors import (
    AssistantError,
    NothingToIndexError,
    StoreMissingError,
)
from assistant.index import parser_pool
from assistant.index.sync import Synchroniser
from assistant.records import SyncReport
from tests.fakes import WordEmbedder, count_tokens
from tests.index.syncing import SETTINGS, commit, opened, story, sync, titles


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
    with pytest.raises(StoreMissingError, match="assistant index"):
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


#: Parses, but while the sign is there it is ended at the fourth record, as by a system that is short of memory.
ENDED = """
import os, signal
from pathlib import Path
from assistant.index import parsing

whole = parsing.read_file

def read(path, limits, fields):
    for number, item in enumerate(whole(path, limits, fields)):
        if number == 3 and Path({sign!r}).exists():
            os.kill(os.getpid(), signal.SIGKILL)
        yield item

parsing.read_file = read
parsing.main()
"""


@pytest.fixture
def shortage(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """While it exists, the parser of the ten records in the folder ends at the fourth."""
    sign = tmp_path / "shortage"
    sign.touch()
    monkeypatch.setattr(parser_pool, "COMMAND", (sys.executable, "-c", ENDED.format(sign=str(sign))))
    lines = (json.dumps({"title": f"On topic{number}", "text": story(f"topic{number}")}) for number in range(10))
    (folder / "records.jsonl").write_text("\n".join(lines), encoding="utf-8")
    for path in folder.iterdir():  # so long ago that their times tell versions apart
        os.utime(path, (1_600_000_000, 1_600_000_000))
    return sign


def told_in_part(report: SyncReport) -> bool:
    (skipped,) = report.skipped
    words = ("records.jsonl", "ended the process", "articles before that: 3", "Index it again")
    return all(word in skipped.reason for word in words)


def test_a_file_whose_parser_was_ended_is_read_again_by_the_next_sync(
    folder: Path, store: Path, shortage: Path
) -> None:
    report = sync(folder, store)
    assert (report.new, report.articles) == (4, 6), "what was read is there"
    assert told_in_part(report)
    before = commit(store)
    report = sync(folder, store)
    assert (report.changed, report.articles, commit(store)) == (0, 6, before)
    assert told_in_part(report)
    shortage.unlink()
    report = sync(folder, store)
    assert (report.changed, report.articles, report.skipped) == (1, 13, ())
    assert sync(folder, store).unchanged == 4


def test_a_file_read_in_part_by_a_sync_that_was_interrupted_is_read_again(
    folder: Path, store: Path, shortage: Path
) -> None:
    def interrupted(stage: str, done: int, total: int) -> None:
        if stage == "load":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Synchroniser(store, WordEmbedder(), count_tokens, SETTINGS, interrupted).run([folder])
    shortage.unlink()
    report = sync(folder, store)
    assert (report.articles, report.skipped) == (13, ())


def test_a_file_read_in_part_is_read_again_through_rebuilds(folder: Path, store: Path, shortage: Path) -> None:
    sync(folder, store)
    report = sync(folder, store, rebuild=True)
    assert report.articles == 6
    assert told_in_part(report)
    shortage.unlink()
    assert sync(folder, store).articles == 13


def test_a_file_read_in_part_can_be_moved(folder: Path, store: Path, shortage: Path) -> None:
    sync(folder, store)
    moved = folder.rename(folder.parent / "moved")
    shortage.unlink()
    report = sync(moved, store)
    assert (report.new, report.removed, report.articles) == (4, 4, 13)


def test_an_index_stays_as_it_is_when_parsers_do_not_start(
    folder: Path, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sync(folder, store)
    before = commit(store)
    (folder / "page.html").write_text("<p>Any page.</p>", encoding="utf-8")
    (folder / "chess.txt").write_text(story("chess"), encoding="utf-8")
    with monkeypatch.context() as patch:
        patch.setattr(parser_pool, "COMMAND", (sys.executable, "-c", "import no_such_parser"))
        with pytest.raises(AssistantError, match="no_such_parser"):
            sync(folder, store)
    assert (commit(store), titles(store)) == (before, {"fishing", "railways", "poetry"})
    sync(folder, store)
    assert "chess" in titles(store)
