"""Indexes that are damaged or made with other parts are told as such, and mended by rebuilding."""

from __future__ import annotations

import errno
import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from chromadb.errors import InternalError

from assistant.errors import StoreDamagedError, StoreError, StoreMismatchError
from assistant.index.store import Store
from assistant.index.sync import Synchroniser
from tests.fakes import WordEmbedder, count_tokens
from tests.index.syncing import ANYWHERE, SETTINGS, opened, story, sync, titles


def spoil_catalogue(store: Path, command: str) -> None:
    with closing(sqlite3.connect(next(store.rglob("catalogue.sqlite")))) as database:
        database.execute(command)
        database.commit()


def flip(path: Path, at: float = 0.5) -> None:
    """One byte of a file is another."""
    data = bytearray(path.read_bytes())
    data[int(len(data) * at)] ^= 0xFF
    path.write_bytes(data)


def cut(path: Path) -> None:
    """The second half of a file is lost."""
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


#: What the catalogue cannot be without: a rebuild takes over what can still be read.
TRUTH: dict[str, Callable[[Path], object]] = {
    "pointer": lambda store: (store / "CURRENT").write_text("000099\n"),
    "no pointer": lambda store: (store / "CURRENT").unlink(),
    "pointer out of the store": lambda store: (store / "CURRENT").write_text("../../etc\n"),
    "manifest": lambda store: spoil_catalogue(store, "DELETE FROM meta WHERE key = 'manifest'"),
    "no tables": lambda store: spoil_catalogue(store, "DROP TABLE articles"),
    "catalogue": lambda store: next(store.rglob("catalogue.sqlite")).write_bytes(b"not a database" * 99),
    "no catalogue": lambda store: next(store.rglob("catalogue.sqlite")).unlink(),
}
#: What follows from the catalogue: the next sync makes it again.
DERIVED: dict[str, Callable[[Path], object]] = {
    "number of passages in a shard": lambda store: spoil_catalogue(store, "UPDATE shards SET passages = passages + 1"),
    "Chroma's database": lambda store: next(store.rglob("chroma.sqlite3")).write_bytes(b"junk" * 5000),
    "no database of Chroma": lambda store: next(store.rglob("chroma.sqlite3")).unlink(),
    "byte of the vectors": lambda store: flip(next(store.rglob("vectors.f32"))),
    "half of the vectors": lambda store: cut(next(store.rglob("vectors.f32"))),
    "no vectors": lambda store: next(store.rglob("vectors.f32")).unlink(),
    "keys": lambda store: cut(next(store.rglob("keys.i64"))),
    "no shard": lambda store: shutil.rmtree(next(store.rglob("keys.i64")).parent),
    "list of lexical segments": lambda store: next(store.rglob("meta.json")).write_text("junk"),
    "no list of lexical segments": lambda store: next(store.rglob("meta.json")).unlink(),
    "byte of the lexical postings": lambda store: flip(next(store.rglob("*.idx"))),
    "byte of the lexical terms": lambda store: flip(next(store.rglob("*.term"))),
    "byte of the lexical store": lambda store: flip(next(store.rglob("*.store"))),
    "end of the lexical store": lambda store: cut(next(store.rglob("*.store"))),
    "no lexical terms": lambda store: next(store.rglob("*.term")).unlink(),
    "no lexical index": lambda store: shutil.rmtree(next(store.rglob("lexical"))),
}


def found(store: Path) -> list[str]:
    """What searches of every kind find, through the guard of whoever asks."""
    index = opened(store)
    try:
        with index.reading():
            view = index.view()
            nearest = view.nearest(WordEmbedder().embed(["debate about fishing in parliament"])[0], 9, ANYWHERE)
            keys = [*nearest, *view.matching("debate about fishing in parliament", 9, ANYWHERE)]
            return [passage.text for passage in view.passages(keys)]
    finally:
        index.close()


def test_another_embedder_is_refused_until_rebuilt(folder: Path, store: Path, tmp_path: Path) -> None:
    sync(folder, store)
    other = tmp_path / "other"
    other.mkdir()
    (other / "chess.txt").write_text(story("chess"), encoding="utf-8")
    sync(other, store)
    newcomer = WordEmbedder("fake words, another training")

    with pytest.raises(StoreMismatchError, match=r"fake words 64.*another training.*--rebuild"):
        opened(store, newcomer)
    with pytest.raises(StoreMismatchError):
        sync(folder, store, embedder=newcomer)
    assert len(titles(store)) == 4

    report = sync(folder, store, embedder=newcomer, rebuild=True)

    assert report.embedded == report.passages
    index = opened(store, newcomer)
    assert index.view().state.articles == 4, "articles of folders that were not named are rebuilt from the catalogue"
    index.close()


@pytest.mark.parametrize("part", TRUTH)
def test_damage_of_the_catalogue_is_reported_and_mended_by_rebuilding(folder: Path, store: Path, part: str) -> None:
    sync(folder, store)
    TRUTH[part](store)

    with pytest.raises(StoreDamagedError, match=r"damaged.*--rebuild"):
        found(store)
    with pytest.raises(StoreDamagedError, match=r"damaged.*--rebuild"):
        sync(folder, store)
    report = sync(folder, store, rebuild=True)

    assert report.articles == 3
    assert titles(store) == {"fishing", "railways", "poetry"}


@pytest.mark.parametrize("part", DERIVED)
def test_damage_of_what_follows_is_never_answered_from_and_repaired_by_the_next_sync(
    folder: Path, store: Path, part: str
) -> None:
    sync(folder, store)
    before = found(store)
    DERIVED[part](store)

    try:  # a flipped byte may lie where this question does not look
        assert found(store) == before
    except StoreDamagedError as error:
        assert "The next run repairs it: assistant index PATH" in error.remedy
    (folder / "music.txt").write_text(story("music"), encoding="utf-8")
    shutil.move(folder, folder.parent / "elsewhere")
    Synchroniser(store, WordEmbedder(), count_tokens, SETTINGS).run([folder.parent / "elsewhere" / "music.txt"])
    assert titles(store) == {"fishing", "railways", "poetry", "music"}
    assert set(before) <= set(found(store))


def test_a_repair_is_reported_needs_no_files_and_finds_what_was_found(folder: Path, store: Path) -> None:
    sync(folder, store)
    before = found(store)
    shutil.rmtree(next(store.rglob("lexical")))
    flip(next(store.rglob("vectors.f32")))
    embedder = WordEmbedder()
    report = sync(folder, store, embedder=embedder)
    assert len(report.repaired) == 2
    assert "written anew from the catalogue" in report.repaired[0]
    assert "written anew from Chroma" in report.repaired[1]
    assert embedder.embedded == [], "vectors are kept twice"
    assert found(store) == before
    assert sync(folder, store).repaired == ()


def test_a_shard_that_is_lost_as_a_whole_is_embedded_again(folder: Path, store: Path) -> None:
    sync(folder, store)
    before = found(store)
    shutil.rmtree(next(store.rglob("keys.i64")).parent)
    (repaired,) = sync(folder, store).repaired
    assert "by embedding its passages again" in repaired
    assert found(store) == before


@pytest.mark.parametrize(
    ("error", "remedy"),
    [
        (OSError(errno.EMFILE, "Too many open files"), "ulimit -n"),
        (MemoryError(), "Free some memory"),
        (sqlite3.OperationalError("database or disk is full"), "Free some space"),
        (sqlite3.OperationalError("attempt to write a readonly database"), "writable"),
        (PermissionError(errno.EACCES, "Permission denied"), "rights"),
        (InternalError("error returned from database: (code: 14) unable to open database file"), "try again"),
    ],
    ids=str,
)
def test_a_shortage_is_no_damage(folder: Path, store: Path, error: Exception, remedy: str) -> None:
    sync(folder, store)
    index = opened(store)
    with pytest.raises(StoreError, match="cannot be used just now") as caught, index.reading():
        raise error
    index.close()
    assert not isinstance(caught.value, StoreDamagedError)
    assert remedy in caught.value.remedy
    assert "--rebuild" not in str(caught.value)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork")
def test_a_forked_child_is_refused_with_the_way_out(folder: Path, store: Path) -> None:
    sync(folder, store)
    index = opened(store)
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        try:
            index.view()
            os.write(writing, b"no error")
        except StoreError as error:
            os.write(writing, str(error).encode())
        finally:
            os._exit(0)
    os.waitpid(child, 0)
    assert b"Open it after the fork" in os.read(reading, 1000)
    index.close()


def test_a_rebuild_rescues_articles_from_the_base_before(folder: Path, store: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "chess.txt").write_text(story("chess"), encoding="utf-8")
    sync(other, store)
    sync(folder, store, rebuild=True)
    current = Store(store).current()
    assert current is not None
    current.catalogue.write_bytes(b"junk" * 999)
    assert sync(folder, store, rebuild=True).articles == 4
