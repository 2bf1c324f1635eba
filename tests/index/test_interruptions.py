"""Syncs that are killed, fail or are turned away lose nothing, and the old generation answers."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import textwrap
import zlib
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from chromadb.errors import InternalError, InvalidArgumentError

from assistant.errors import (
    StoreDamagedError,
    StoreError,
    StoreLockedError,
)
from assistant.index.catalogue import writer as catalogue_writer
from assistant.index.catalogue.writer import CatalogueWriter
from assistant.index.lexical import LexicalIndex
from assistant.index.store import Store
from tests.fakes import WordEmbedder
from tests.index.syncing import ANYWHERE, commit, opened, raising, shards, story, sync, titles


def test_a_killed_sync_leaves_the_old_generation_answering(folder: Path, store: Path) -> None:
    sync(folder, store)
    before = commit(store)
    (folder / "music.txt").write_text(story("music"), encoding="utf-8")
    script = textwrap.dedent(
        f"""
        import os, signal, sys
        from pathlib import Path
        from assistant.index.sync import Synchroniser
        from tests.fakes import WordEmbedder, count_tokens
        from tests.index.syncing import SETTINGS

        def die(stage, done, total):
            if stage == sys.argv[1]:
                os.kill(os.getpid(), signal.SIGKILL)

        Synchroniser(Path({str(store)!r}), WordEmbedder(), count_tokens, SETTINGS, die).run([{str(folder)!r}])
        """
    )
    for stage in ("read", "load", "embed"):
        killed = subprocess.run([sys.executable, "-c", script, stage], cwd=Path(__file__).parents[2])
        assert killed.returncode == -signal.SIGKILL
        assert commit(store) == before
        assert titles(store) == {"fishing", "railways", "poetry"}

    report = sync(folder, store)

    assert (report.new, report.unchanged) == (1, 3)
    assert titles(store) == {"fishing", "railways", "poetry", "music"}
    assert len(shards(store)) == 2, "remains of dead syncs are cleared away"


def test_a_failing_sync_leaves_nothing_that_stays(folder: Path, store: Path) -> None:
    class Failing(WordEmbedder):
        def embed(self, texts):  # type: ignore[no-untyped-def]
            raise KeyboardInterrupt

    sync(folder, store)
    (folder / "music.txt").write_text(story("music"), encoding="utf-8")
    with pytest.raises(KeyboardInterrupt):
        sync(folder, store, embedder=Failing())
    assert len(titles(store)) == 3
    assert sync(folder, store).new == 1
    assert len(shards(store)) == 2


def test_an_interrupted_pruning_loses_nothing(folder: Path, store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(path: Path, ignore_errors: bool = False) -> None:
        raise KeyboardInterrupt

    for subject in ("music", "chess", "opera"):
        (folder / f"{subject}.txt").write_text(story(subject), encoding="utf-8")
        if subject == "opera":
            monkeypatch.setattr("assistant.index.store.shutil.rmtree", interrupted)
            with pytest.raises(KeyboardInterrupt):
                sync(folder, store, rebuild=True)
        else:
            sync(folder, store, rebuild=True)
    assert titles(store) == {"fishing", "railways", "poetry", "music", "chess", "opera"}


def test_what_is_pruned_leaves_the_lexical_index_too(
    folder: Path, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(catalogue_writer, "_KEPT_TIME", -catalogue_writer._KEPT_TIME)
    for edition in range(8):
        (folder / "poetry.txt").write_text(story(f"poetry {edition}"), encoding="utf-8")
        sync(folder, store)
    version = Store(store).require_current()
    with closing(sqlite3.connect(version.catalogue)) as database:
        kept = {str(key) for (key,) in database.execute("SELECT key FROM passages")}
    lexical = LexicalIndex(version.lexical).now()
    assert set(lexical.search("poetry fishing railways minister debate parliament", 1000, ANYWHERE)) <= kept
    assert len(lexical) == len(kept)


@pytest.mark.parametrize("put", [0, 1, 2])
def test_passages_that_were_written_and_not_put_leave_the_lexical_index(
    folder: Path, store: Path, monkeypatch: pytest.MonkeyPatch, put: int
) -> None:
    real, batches = CatalogueWriter.put_batch, list[None]()

    def cut_short(*arguments: Any) -> None:
        if len(batches) == put:
            raise KeyboardInterrupt
        batches.append(None)
        real(*arguments)

    monkeypatch.setattr("assistant.index.batches._BATCH", 1)
    for subjects in (("music", "opera", "ballet"), ("chess", "bridge", "poker")):
        for subject in subjects:
            (folder / f"{subject}.txt").write_text(story(subject), encoding="utf-8")
        with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
            patch.setattr(CatalogueWriter, "put_batch", cut_short)
            sync(folder, store)
        batches.clear()
    report = sync(folder, store)
    version = Store(store).require_current()
    with closing(sqlite3.connect(version.catalogue)) as database:
        kept = {str(key) for (key,) in database.execute("SELECT key FROM passages")}
    lexical = LexicalIndex(version.lexical).now()
    assert set(lexical.search("debate parliament minister answer", 1000, ANYWHERE)) == kept
    assert len(lexical) == len(kept) == report.passages


def test_a_second_writer_is_turned_away(folder: Path, store: Path) -> None:
    sync(folder, store)
    # The lock is per process, so the other writer has to be one.
    holder = subprocess.Popen(
        [sys.executable, "-c", "import sys; from pathlib import Path; from assistant.index.store import Store\n"
         f"with Store(Path({str(store)!r})).writing():\n    print('held', flush=True); sys.stdin.read()"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip
    assert holder.stdout is not None
    assert holder.stdout.readline() == b"held\n"
    try:
        with pytest.raises(StoreLockedError, match="Another process"):
            sync(folder, store)
        assert len(titles(store)) == 3
    finally:
        holder.communicate(b"")


@pytest.mark.parametrize(
    "refusal",
    [
        OSError("disk is full"),
        sqlite3.OperationalError("database or disk is full"),
        InternalError("error returned from database: (code: 13) database or disk is full"),
    ],
    ids=lambda refusal: type(refusal).__name__,
)
def test_a_disk_that_refuses_is_told(
    folder: Path, store: Path, monkeypatch: pytest.MonkeyPatch, refusal: Exception
) -> None:
    sync(folder, store)
    (folder / "music.txt").write_text(story("music"), encoding="utf-8")
    with monkeypatch.context() as patch:
        patch.setattr("assistant.index.vectors.ChromaVectors.add", raising(refusal))
        with pytest.raises(StoreError, match=r"disk is full.*Free some space"):
            sync(folder, store)
    assert titles(store) == {"fishing", "railways", "poetry"}
    assert sync(folder, store).new == 1


@pytest.mark.parametrize(
    "damage",
    [zlib.error("incorrect data check"), sqlite3.DatabaseError("database disk image is malformed")],
    ids=lambda damage: type(damage).__name__,
)
def test_damage_that_a_sync_comes_upon_is_told_as_damage(
    folder: Path, store: Path, monkeypatch: pytest.MonkeyPatch, damage: Exception
) -> None:
    monkeypatch.setattr("assistant.index.sync.ingest_all", raising(damage))
    with pytest.raises(StoreDamagedError, match=r"damaged: .* cannot be read.*--rebuild"):
        sync(folder, store)


@pytest.mark.parametrize(
    "mistake",
    [
        TypeError("of ours"),
        ValueError("of ours"),
        KeyError("of ours"),
        AttributeError("of ours"),
        AssertionError("of ours"),
        InvalidArgumentError("of ours"),
        sqlite3.ProgrammingError("of ours"),
        sqlite3.IntegrityError("of ours"),
    ],
    ids=lambda mistake: type(mistake).__name__,
)
def test_a_mistake_in_the_program_is_not_told_as_a_full_disk(
    folder: Path, store: Path, monkeypatch: pytest.MonkeyPatch, mistake: Exception
) -> None:
    monkeypatch.setattr("assistant.index.sync.ingest_all", raising(mistake))
    with pytest.raises(type(mistake), match="of ours") as told:
        sync(folder, store)
    assert told.value is mistake


def test_a_store_that_may_not_be_written_is_told(folder: Path, store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sync(folder, store)
    monkeypatch.setattr(os, "access", lambda path, mode: False)  # tests may run as root, whom no mode stops
    with pytest.raises(StoreError, match="write permission"):
        opened(store)
