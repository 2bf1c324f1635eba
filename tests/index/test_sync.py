"""Sync keeps index and folder in step, loses nothing, and leaves the old generation answering."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import textwrap
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from assistant.errors import (
    NothingToIndexError,
    StoreDamagedError,
    StoreError,
    StoreLockedError,
    StoreMismatchError,
    StoreMissingError,
)
from assistant.index import catalogue_writer
from assistant.index.lexical import LexicalIndex
from assistant.index.opened import Index
from assistant.index.store import Store
from assistant.index.sync import Synchroniser, recipe
from assistant.records import ArticleFilter, SyncReport
from assistant.settings import Settings
from tests.fakes import WordEmbedder, count_tokens

ANYWHERE = ArticleFilter()
SETTINGS = Settings(passage_tokens=40)


def story(subject: str) -> str:
    return (
        f"{subject.title()} Made Headlines in the Capital\n\n"
        f"{subject} was the subject of a long debate in parliament on Tuesday, officials said. "
        f"Nobody expected that {subject} would return so soon to the front pages.\n\n"
        f"The minister said that {subject} deserves a careful answer, and that he would give one in spring.\n"
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "articles"
    place.mkdir()
    for subject in ("fishing", "railways", "poetry"):
        (place / f"{subject}.txt").write_text(story(subject), encoding="utf-8")
    return place


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return tmp_path / "store"


def sync(folder: Path, store: Path, *, embedder: WordEmbedder | None = None, rebuild: bool = False) -> SyncReport:
    return Synchroniser(store, embedder or WordEmbedder(), count_tokens, SETTINGS).run([folder], rebuild=rebuild)


def opened(store: Path, embedder: WordEmbedder | None = None) -> Index:
    return Index(store, recipe(embedder or WordEmbedder(), SETTINGS))


def titles(store: Path) -> set[str]:
    index = opened(store)
    try:
        return {index.view().catalogue.text(item).split()[0].lower() for item in index.view().catalogue.article_ids()}
    finally:
        index.close()


def generation(store: Path) -> str:
    index = opened(store)
    try:
        return index.view().state.generation
    finally:
        index.close()


def segments(store: Path) -> set[str]:
    return {path.name for path in store.glob("bases/*/vectors/*")}


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
    before = generation(store)
    embedder = WordEmbedder()

    second = sync(folder, store, embedder=embedder)

    assert (second.new, second.changed, second.removed, second.unchanged, second.embedded) == (0, 0, 0, 3, 0)
    assert (second.articles, second.passages) == (first.articles, first.passages)
    assert embedder.embedded == []
    assert generation(store) == before


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
    """Files that arrive one by one give the index they would give together, repetition included."""
    plea = "Our reporters rely on readers across the region for everything they publish each week"
    for number in range(6):
        text = story(f"topic{number}") + f"\n{plea}\n"
        (folder / f"{number}.txt").write_text(text, encoding="utf-8")
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


def spoil_catalogue(store: Path, command: str) -> None:
    with closing(sqlite3.connect(next(store.rglob("catalogue.sqlite")))) as database:
        database.execute(command)
        database.commit()


DAMAGE: dict[str, Callable[[Path], object]] = {
    "pointer": lambda store: (store / "CURRENT").write_text("000099\n"),
    "no pointer": lambda store: (store / "CURRENT").unlink(),
    "pointer out of the store": lambda store: (store / "CURRENT").write_text("../../etc\n"),
    "recipe": lambda store: spoil_catalogue(store, "DELETE FROM meta WHERE key = 'recipe'"),
    "segment": lambda store: spoil_catalogue(store, "UPDATE segments SET passages = passages + 1"),
    "no tables": lambda store: spoil_catalogue(store, "DROP TABLE versions"),
    "catalogue": lambda store: next(store.rglob("catalogue.sqlite")).write_bytes(b"not a database" * 99),
    "no catalogue": lambda store: next(store.rglob("catalogue.sqlite")).unlink(),
    "vectors": lambda store: next(store.rglob("chroma.sqlite3")).write_bytes(b"junk" * 5000),
    "no vectors": lambda store: next(store.rglob("chroma.sqlite3")).unlink(),
    "lexical": lambda store: next(store.rglob("meta.json")).write_text("junk"),
    "no lexical": lambda store: next(store.rglob("meta.json")).unlink(),
}


#: What only those notice who open the vectors: a sync that adds to them does not.
INSIDE = {"segment", "vectors"}


@pytest.mark.parametrize("part", DAMAGE)
def test_damage_is_told_and_mended_by_rebuilding(folder: Path, store: Path, part: str) -> None:
    sync(folder, store)
    DAMAGE[part](store)

    with pytest.raises(StoreDamagedError, match=r"damaged.*--rebuild"):
        opened(store)
    (folder / "music.txt").write_text(story("music"), encoding="utf-8")
    with pytest.raises(StoreDamagedError, match=r"damaged.*--rebuild"):
        sync(folder, store)
        assert part in INSIDE
        opened(store)
    (folder / "music.txt").unlink()
    report = sync(folder, store, rebuild=True)

    assert report.articles == 3
    assert titles(store) == {"fishing", "railways", "poetry"}


def test_a_killed_sync_leaves_the_old_generation_answering(folder: Path, store: Path) -> None:
    sync(folder, store)
    before = generation(store)
    (folder / "music.txt").write_text(story("music"), encoding="utf-8")
    script = textwrap.dedent(
        f"""
        import os, signal, sys
        from pathlib import Path
        from assistant.index.sync import Synchroniser
        from tests.fakes import WordEmbedder, count_tokens
        from tests.index.test_sync import SETTINGS

        def die(stage, done, total):
            if stage == sys.argv[1]:
                os.kill(os.getpid(), signal.SIGKILL)

        Synchroniser(Path({str(store)!r}), WordEmbedder(), count_tokens, SETTINGS, die).run([{str(folder)!r}])
        """
    )
    for stage in ("read", "clean", "embed"):
        killed = subprocess.run([sys.executable, "-c", script, stage], cwd=Path(__file__).parents[2])
        assert killed.returncode == -signal.SIGKILL
        assert generation(store) == before
        assert titles(store) == {"fishing", "railways", "poetry"}

    report = sync(folder, store)

    assert (report.new, report.unchanged) == (1, 3)
    assert titles(store) == {"fishing", "railways", "poetry", "music"}
    assert len(segments(store)) == 2, "remains of dead syncs are cleared away"


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
    assert len(segments(store)) == 2


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
    base = Store(store).require_current()
    with closing(sqlite3.connect(base.catalogue)) as database:
        kept = {str(key) for (key,) in database.execute("SELECT key FROM passages")}
    lexical = LexicalIndex(base.lexical).now()
    assert set(lexical.search("poetry fishing railways minister debate parliament", 1000, ANYWHERE)) <= kept
    assert len(lexical) == len(kept)


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


def test_a_file_name_that_is_no_text_is_skipped(folder: Path, store: Path) -> None:
    Path(os.fsdecode(os.fsencode(folder) + b"/caf\xe9.txt")).write_text(story("coffee"))
    report = sync(folder, store)
    assert report.articles == 3
    assert "Rename it" in report.skipped[0].reason


def test_a_disk_that_refuses_is_told(folder: Path, store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Refusal(Exception):
        """Chroma and tantivy have error types of their own."""

    def refuse(*_: object) -> None:
        raise Refusal("database or disk is full")

    sync(folder, store)
    (folder / "music.txt").write_text(story("music"), encoding="utf-8")
    with monkeypatch.context() as patch:
        patch.setattr("assistant.index.vectors.VectorIndex.add", refuse)
        with pytest.raises(StoreError, match=r"disk is full.*Free some space"):
            sync(folder, store)
    assert titles(store) == {"fishing", "railways", "poetry"}
    assert sync(folder, store).new == 1


def test_repetition_that_changes_no_text_costs_no_embedding(folder: Path, store: Path) -> None:
    sync(folder, store)
    for number in range(12):
        (folder / f"{number}.txt").write_text(f"{story(f'topic{number}')}\nShare this article on Facebook\n")
        report = sync(folder, store)
        assert report.embedded <= 3


def test_a_moved_folder_takes_its_articles_along(folder: Path, store: Path) -> None:
    first = sync(folder, store)
    moved = folder.rename(folder.parent / "moved")
    report = sync(moved, store)
    assert (report.new, report.removed, report.articles, report.embedded) == (3, 3, first.articles, 0)
    index = opened(store)
    catalogue = index.view().catalogue
    assert {Path(catalogue.article(item).path).parent for item in catalogue.article_ids()} == {moved}
    index.close()


def test_a_pipe_in_place_of_a_file_is_skipped(folder: Path, store: Path) -> None:
    sync(folder, store)
    (folder / "poetry.txt").unlink()
    os.mkfifo(folder / "poetry.txt")
    report = sync(folder, store)
    assert report.articles == 3 - report.removed


def test_an_index_is_never_emptied_by_files_that_turn_bad(folder: Path, store: Path) -> None:
    sync(folder, store)
    for path in folder.iterdir():
        path.unlink()
    (folder / "bad.txt").write_bytes(b"")
    with pytest.raises(NothingToIndexError, match=r"bad\.txt.*Nothing was changed"):
        sync(folder, store)
    assert len(titles(store)) == 3


def test_a_file_that_turns_bad_between_two_looks_is_counted_once(folder: Path, store: Path) -> None:
    def spoil(stage: str, done: int, total: int) -> None:
        if (stage, done) == ("read", total):
            (folder / "poetry.txt").write_bytes(b"")

    report = Synchroniser(store, WordEmbedder(), count_tokens, SETTINGS, spoil).run([folder])
    assert (report.new, len(report.skipped), report.articles) == (2, 1, 2)


def test_a_store_that_may_not_be_written_is_told(folder: Path, store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sync(folder, store)
    monkeypatch.setattr(os, "access", lambda path, mode: False)  # tests may run as root, whom no mode stops
    with pytest.raises(StoreError, match="write permission"):
        opened(store)


def test_closing_twice_is_harmless(folder: Path, store: Path) -> None:
    sync(folder, store)
    index = opened(store)
    index.close()
    index.close()


def test_a_store_inside_the_folder_is_not_indexed(folder: Path) -> None:
    store = folder / "vectorstore"
    store.mkdir()
    (store / "README.md").write_text(story("stores"), encoding="utf-8")
    sync(folder, store)
    assert titles(store) == {"fishing", "railways", "poetry"}
    assert sync(folder, store).unchanged == 3


def test_a_preview_changes_nothing(folder: Path, store: Path) -> None:
    before_any = Synchroniser(store, WordEmbedder(), count_tokens, SETTINGS).preview([folder])
    assert [Path(path).name for path in before_any.new] == ["fishing.txt", "poetry.txt", "railways.txt"]
    assert not store.exists()
    sync(folder, store)
    before = generation(store)
    (folder / "music.txt").write_text(story("music"), encoding="utf-8")
    (folder / "poetry.txt").write_text(story("sculpture"), encoding="utf-8")
    (folder / "fishing.txt").unlink()

    found = Synchroniser(store, WordEmbedder(), count_tokens, SETTINGS).preview([folder])

    listed = [[Path(path).name for path in paths] for paths in (found.new, found.changed, found.removed)]
    assert listed == [["music.txt"], ["poetry.txt"], ["fishing.txt"]]
    assert found.unchanged == 1
    assert generation(store) == before


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


def test_a_file_whose_size_and_time_are_the_same_is_not_read_again(folder: Path, store: Path) -> None:
    past = 1_600_000_000
    for path in folder.iterdir():
        os.utime(path, (past, past))
    sync(folder, store)
    same_size = story("poetry").replace("spring", "autumn"[:6])
    (folder / "poetry.txt").write_text(same_size, encoding="utf-8")
    os.utime(folder / "poetry.txt", (past, past))
    assert sync(folder, store).unchanged == 3
    os.utime(folder / "poetry.txt", (past + 1, past + 1))
    assert sync(folder, store).changed == 1


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
    assert [index.view().catalogue.article(one).member for one in held] == ["1", "3"]
    index.close()
