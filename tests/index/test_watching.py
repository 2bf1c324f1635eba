"""What a watch of folders reports, and what it waits for."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import watchfiles

from assistant.errors import NothingToIndexError
from assistant.index import watching
from assistant.index.store import Store
from assistant.index.watching import changes, wait_until_free

#: Seconds after which a watch that reports nothing ends, so that its test fails instead of waiting for ever.
_TIMEOUT = 60.0


@pytest.fixture(autouse=True)
def soon_at_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watching, "_QUIET_MS", 100)


@pytest.fixture
def stop() -> Iterator[threading.Event]:
    ended = threading.Event()
    timer = threading.Timer(_TIMEOUT, ended.set)
    timer.start()
    yield ended
    timer.cancel()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "st7-articles"
    made.mkdir()
    (made / "first.txt").write_text("first")
    return made


@pytest.fixture
def scripted(monkeypatch: pytest.MonkeyPatch) -> Callable[[list[set[Any]]], dict[str, Any]]:
    """Has the next watch report just this; gives what it was asked for."""

    def script(told: list[set[Any]]) -> dict[str, Any]:
        asked: dict[str, Any] = {}

        def watch(*paths: Path, **options: Any) -> Iterator[set[Any]]:
            asked.update(options, paths=paths)
            yield from told

        monkeypatch.setattr(watchfiles, "watch", watch)
        return asked

    return script


def test_it_reports_once_the_watch_is_on_and_of_what_changes_from_then_on(folder: Path, stop: threading.Event) -> None:
    told = changes([folder], folder.parent / "store", stop)
    next(told)
    (folder / "late.txt").write_text("while the caller was busy")
    next(told)
    (folder / "late.txt").unlink()
    next(told)
    stop.set()
    assert list(told) == []


def test_a_folder_whose_name_begins_like_that_of_the_store_is_watched(folder: Path, stop: threading.Event) -> None:
    told = changes([folder], folder.parent / "st7", stop)
    next(told)
    (folder / "late.txt").write_text("late")
    next(told)


def test_what_happens_in_the_store_does_not_count(folder: Path, scripted: Callable[..., dict[str, Any]]) -> None:
    (folder.parent / "linked").symlink_to(folder)
    asked = scripted([set()])
    list(changes([folder.parent / "linked"], folder.parent / "linked" / "store"))
    assert asked["paths"] == (folder,)
    counts = asked["watch_filter"]
    assert not counts(watchfiles.Change.added, str(folder / "store"))
    assert not counts(watchfiles.Change.added, str(folder / "store" / "CURRENT"))
    assert counts(watchfiles.Change.added, str(folder / "store-keeper.txt"))


def test_it_waits_for_quiet_but_not_for_ever(folder: Path, scripted: Callable[..., dict[str, Any]]) -> None:
    some, none = {(watchfiles.Change.added, str(folder / "late.txt"))}, set[Any]()
    asked = scripted([none, some, none, none, some])
    assert len(list(changes([folder], folder / "store"))) == 3
    assert (asked["step"], asked["debounce"]) == (100, 60_000)


def test_changes_without_a_pause_are_reported_together(
    folder: Path, stop: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching, "_QUIET_MS", 500)
    reported = changes([folder], folder.parent / "store", stop)
    next(reported)
    writing = threading.Event()

    def write() -> None:
        for number in range(12):
            (folder / f"{number}.txt").write_text("late")
            writing.wait(0.05)
        writing.set()

    threading.Thread(target=write).start()
    next(reported)
    assert writing.is_set()


def test_a_file_that_is_replaced_is_watched_further(folder: Path, stop: threading.Event) -> None:
    file, new = folder / "first.txt", folder / "new"
    told = changes([file], folder / "store", stop)
    next(told)
    for number in range(3):
        new.write_text(f"version {number}")
        os.replace(new, file)
        next(told)


def test_a_folder_that_goes_and_comes_back_is_watched_further(folder: Path, stop: threading.Event) -> None:
    told = changes([folder], folder.parent / "store", stop)
    next(told)
    shutil.rmtree(folder)
    next(told)
    folder.mkdir()
    next(told)
    (folder / "late.txt").write_text("late")
    next(told)
    folder.rename(folder.parent / "elsewhere")
    next(told)


def test_what_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NothingToIndexError, match=r"not-there does not exist .* Check its spelling"):
        next(changes([tmp_path / "not-there"], tmp_path / "store"))


def test_the_writer_of_a_store_is_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = tmp_path / "store"
    writing = Store(store).writing()
    writing.__enter__()
    waits: list[float] = []

    def sleep(seconds: float) -> None:
        waits.append(seconds)
        if len(waits) == 2:
            writing.__exit__(None, None, None)

    monkeypatch.setattr(watching, "sleep", sleep)
    wait_until_free(store)
    assert len(waits) == 2
    wait_until_free(store)
    assert len(waits) == 2
