"""Switching from one base to another, cut short anywhere: the old one answers or the new one, and nothing is lost."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from assistant.errors import StoreMissingError
from assistant.index import store as module
from assistant.index.store import Store
from assistant.index.sync import Synchroniser
from tests.fakes import WordEmbedder, count_tokens
from tests.index.syncing import SETTINGS, opened, story, sync, titles

#: What ``Store.switch`` does to the disk: three files or directories are flushed before the pointer, two after it.
STEPS = 8
HELD = {"fishing", "railways", "poetry"}


def cut_short(monkeypatch: pytest.MonkeyPatch, step: int) -> list[str]:
    """Has the process end before the step of that number, from 1, of a switch; the steps that were made."""
    switch, made = Store.switch, list[str]()

    def counted(name: str, do: Callable[..., Any]) -> Callable[..., Any]:
        def instead(*args: Any, **kwargs: Any) -> Any:
            if len(made) == step - 1:
                raise KeyboardInterrupt
            made.append(name)
            return do(*args, **kwargs)

        return instead

    def switching(self: Store, version: module.IndexVersion) -> None:
        with monkeypatch.context() as patch:
            patch.setattr(module, "flush", counted("flush", module.flush))
            patch.setattr(os, "replace", counted("replace", os.replace))
            patch.setattr(Path, "touch", counted("touch", Path.touch))
            patch.setattr(Path, "write_text", counted("write_text", Path.write_text))
            switch(self, version)
        raise KeyboardInterrupt  # after the last step, before anything else

    monkeypatch.setattr(Store, "switch", switching)
    return made


def test_the_steps_of_a_switch_are_known(folder: Path, store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = cut_short(monkeypatch, STEPS + 1)
    with pytest.raises(KeyboardInterrupt):
        sync(folder, store)
    assert made == ["write_text", "flush", "flush", "flush", "replace", "flush", "touch", "flush"]


@pytest.mark.parametrize("step", range(1, STEPS + 2))
def test_a_first_index_that_is_cut_short_while_it_begins_to_answer_is_there_or_is_completed(
    folder: Path, store: Path, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    with monkeypatch.context() as patch:
        made = cut_short(patch, step)
        with pytest.raises(KeyboardInterrupt):
            sync(folder, store)
    if "replace" in made:
        assert titles(store) == HELD
    else:
        with pytest.raises(StoreMissingError):
            opened(store)
    report = sync(folder, store)
    assert (report.articles, report.embedded) == (3, 0), "what was published is not embedded again"
    assert titles(store) == HELD
    assert [path.name for path in store.glob("versions/*/FINISHED")] == ["FINISHED"], "it is marked by the next sync"
    assert Store(store).current() == module.IndexVersion(store / "versions" / "000001")


@pytest.mark.parametrize("step", range(1, STEPS + 2))
def test_a_rebuild_that_is_cut_short_while_it_begins_to_answer_leaves_the_old_index_or_the_new_one(
    folder: Path, store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "chess.txt").write_text(story("chess"), encoding="utf-8")
    Synchroniser(store, WordEmbedder(), count_tokens, SETTINGS).run([folder, other])
    with monkeypatch.context() as patch:
        made = cut_short(patch, step)
        with pytest.raises(KeyboardInterrupt):
            sync(folder, store, rebuild=True)
    answers = "000002" if "replace" in made else "000001"
    assert (store / "CURRENT").read_text(encoding="ascii").strip() == answers
    assert titles(store) == HELD | {"chess"}
    sync(folder, store, rebuild=True)
    assert titles(store) == HELD | {"chess"}, "what is in no folder that was named is taken over from either"
