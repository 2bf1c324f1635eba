"""What is asked of a sync by hand: to tell what it would do, and to keep files out."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.errors import (
    NothingToIndexError,
    StoreDamagedError,
    StoreMissingError,
)
from assistant.index.store import Store
from assistant.index.sync import Synchroniser
from tests.fakes import WordEmbedder, count_tokens
from tests.index.syncing import SETTINGS, Interrupted, commit, raising, story, sync, titles


def test_a_preview_changes_nothing(folder: Path, store: Path) -> None:
    before_any = Synchroniser(store, WordEmbedder(), count_tokens, SETTINGS).preview([folder])
    assert [Path(path).name for path in before_any.new] == ["fishing.txt", "poetry.txt", "railways.txt"]
    assert not store.exists()
    sync(folder, store)
    before = commit(store)
    (folder / "music.txt").write_text(story("music"), encoding="utf-8")
    (folder / "poetry.txt").write_text(story("sculpture"), encoding="utf-8")
    (folder / "fishing.txt").unlink()

    found = Synchroniser(store, WordEmbedder(), count_tokens, SETTINGS).preview([folder])

    listed = [[Path(path).name for path in paths] for paths in (found.new, found.changed, found.removed)]
    assert listed == [["music.txt"], ["poetry.txt"], ["fishing.txt"]]
    assert found.unchanged == 1
    assert commit(store) == before


def test_what_is_removed_stays_out_until_it_is_named(folder: Path, store: Path) -> None:
    sync(folder, store)
    synchroniser = Synchroniser(store, WordEmbedder(), count_tokens, SETTINGS)

    report = synchroniser.remove([folder / "poetry.txt"])

    assert (report.removed, report.unchanged, report.articles) == (1, 2, 2)
    assert titles(store) == {"fishing", "railways"}
    sync(folder, store)
    assert titles(store) == {"fishing", "railways"}, "it is still in the folder, and left out"
    synchroniser.run([folder, folder / "poetry.txt"])
    assert titles(store) == {"fishing", "railways", "poetry"}


def test_removing_what_is_not_there_or_everything_is_refused(folder: Path, store: Path, tmp_path: Path) -> None:
    synchroniser = Synchroniser(store, WordEmbedder(), count_tokens, SETTINGS)
    with pytest.raises(StoreMissingError):
        synchroniser.remove([folder])
    sync(folder, store)
    with pytest.raises(NothingToIndexError, match="Nothing in the index is from"):
        synchroniser.remove([tmp_path / "elsewhere"])
    with pytest.raises(NothingToIndexError, match="nothing to answer from"):
        synchroniser.remove([folder])
    assert titles(store) == {"fishing", "railways", "poetry"}


def test_what_an_interrupted_sync_has_put_can_be_removed(
    folder: Path, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sync(folder, store)
    monkeypatch.setattr("assistant.index.batches._BATCH", 1)
    for subject in ("chess", "secret"):
        (folder / f"{subject}.txt").write_text(story(subject), encoding="utf-8")
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr("assistant.index.sync.Synchroniser._commit", raising(KeyboardInterrupt()))
        sync(folder, store)
    Synchroniser(store, WordEmbedder(), count_tokens, SETTINGS).remove([folder / "secret.txt"])
    assert titles(store) == {"fishing", "railways", "poetry", "chess"}
    sync(folder, store)
    assert titles(store) == {"fishing", "railways", "poetry", "chess"}


def test_a_first_sync_that_was_cut_short_counts_what_it_has_put_as_new(folder: Path, store: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        sync(folder, store, embedder=Interrupted())
    report = sync(folder, store)
    assert (report.new, report.unchanged, report.articles) == (3, 0, 3)


def test_a_preview_of_an_index_without_its_catalogue_makes_none(folder: Path, store: Path) -> None:
    sync(folder, store)
    catalogue = Store(store).require_current().catalogue
    catalogue.unlink()
    with pytest.raises(StoreDamagedError, match="--rebuild"):
        Synchroniser(store, WordEmbedder(), count_tokens, SETTINGS).preview([folder])
    assert not catalogue.exists()
