"""A copy of an index answers by itself; what was removed and compacted away is in no file."""

from __future__ import annotations

import shutil
from contextlib import closing
from pathlib import Path

import pytest

from assistant.errors import StoreError, StoreLockedError
from assistant.index.catalogue.stored import pack
from assistant.index.store import Store
from assistant.index.sync import Synchroniser
from assistant.index.upkeep import backup, compact
from tests.fakes import WordEmbedder, count_tokens
from tests.index.syncing import ANYWHERE, SETTINGS, opened, story, sync, titles

SECRET = "Quintessimo Ravenscroft paid for the villa."


def test_a_copy_made_while_the_index_is_open_answers_without_it(folder: Path, store: Path, tmp_path: Path) -> None:
    sync(folder, store)
    with closing(opened(store)) as index:
        backup(store, tmp_path / "copy")
        digest = index.view().digest()
    shutil.rmtree(store)
    moved = shutil.move(tmp_path / "copy", tmp_path / "elsewhere")
    with closing(opened(Path(moved))) as index:
        view = index.view()
        assert view.digest() == digest
        assert view.matching("fishing", 3, ANYWHERE) and view.nearest(WordEmbedder().embed(["fishing"])[0], 3)
    (folder / "music.txt").write_text(story("music"), encoding="utf-8")
    assert sync(folder, Path(moved)).new == 1


def test_a_copy_is_not_put_over_something(folder: Path, store: Path, tmp_path: Path) -> None:
    sync(folder, store)
    with pytest.raises(StoreError, match="not an empty folder"):
        backup(store, folder)
    with pytest.raises(StoreError, match="in the index itself"):
        backup(store, store / "copy")
    with Store(store).writing(), pytest.raises(StoreLockedError):
        backup(store, tmp_path / "copy")


def test_after_a_removal_and_a_compaction_no_file_holds_the_text(folder: Path, store: Path) -> None:
    text = f"{story('villas')}\n\n{SECRET}\n"
    (folder / "villas.txt").write_text(text, encoding="utf-8")
    sync(folder, store)
    sync(folder, store, rebuild=True)  # the version before is kept for a while

    def traces() -> set[str]:
        found = set()
        for path in store.rglob("*"):
            data = path.read_bytes().lower() if path.is_file() else b""
            if b"ravenscroft" in data or pack(text).lower()[20:60] in data:
                found.add(path.name)
        return found

    assert traces()
    Synchroniser(store, WordEmbedder(), count_tokens, SETTINGS).remove([folder / "villas.txt"])
    compact(store)
    assert traces() == set()
    assert titles(store) == {"fishing", "railways", "poetry"}
    assert sync(folder, store).repaired == ()
