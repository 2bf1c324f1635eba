"""Families in the catalogue: copies are kept, searched once, and never lost."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from assistant.index.catalogue.reader import Catalogue
from assistant.index.store import Store
from assistant.index.sync import Synchroniser
from assistant.settings import Settings
from tests.fakes import WordEmbedder, count_tokens

STORY = (
    "The regional council voted on Tuesday to close the harbour road for repairs that will last until spring.\n\n"
    "Engineers said that the concrete under the eastern lane had cracked after three winters of heavy frost.\n\n"
    "Ferries will carry lorries across the bay meanwhile, and the port expects delays of up to two hours a day.\n\n"
    "Mayor Anita Solberg asked residents to use the northern bridge, which has room for twice the present traffic.\n"
)
LONGER = STORY + (
    "\nShop owners on the quay told the paper that they feared for their summer trade and asked for compensation.\n"
)
OTHER = (
    "The national team named twenty-three players for the tour, among them four who have never played abroad.\n\n"
    "Coach Miriam Adeyemi said the youngest of them had trained with the first squad since the end of August.\n\n"
    "The tour opens in Montevideo, goes on to Lima and ends with two matches in the capital before Christmas.\n"
)
ROUND_UP = f"{STORY}\n{OTHER}\n" + (
    "In other news the museum of shipping reopens on Friday with an exhibition of charts drawn before 1700.\n"
)


Sync = Callable[[Path], Catalogue]


def interrupted(*_: object, **__: object) -> None:
    raise KeyboardInterrupt


def ids(catalogue: Catalogue, folder: Path, *names: str) -> list[str]:
    files = catalogue.file_articles()
    return [files[str(folder / name)][0] for name in names]


def members(catalogue: Catalogue, family: str) -> set[str]:
    return {entry.id for entry in catalogue.entries() if entry.family == family}


class Failing(WordEmbedder):
    """Interrupted after cleaning, before anything is published."""

    def embed(self, texts: Sequence[str], progress: Callable[[int], None] | None = None) -> NDArray[np.float32]:
        raise KeyboardInterrupt


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "articles"
    made.mkdir()
    (made / "apart.txt").write_text(OTHER.replace("tour", "season").replace("Lima", "Quito") * 2, encoding="utf-8")
    return made


@pytest.fixture
def sync(tmp_path: Path) -> Sync:
    """Syncs a folder into a store of its own, and opens what the store then holds."""

    def run(folder: Path) -> Catalogue:
        store = tmp_path / f"store of {folder.name}"
        Synchroniser(store, WordEmbedder(), count_tokens, Settings(passage_tokens=40)).run([folder])
        return Catalogue.open(Store(store).require_current().catalogue)

    return run


def write(folder: Path, **texts: str) -> None:
    for name, text in texts.items():
        (folder / f"{name}.txt").write_text(text, encoding="utf-8")


def test_a_copy_is_kept_and_its_passages_are_not_searched(folder: Path, sync: Sync) -> None:
    write(folder, first=STORY, second=LONGER)
    catalogue = sync(folder)
    short, long, apart = ids(catalogue, folder, "first.txt", "second.txt", "apart.txt")
    assert catalogue.family(short) == catalogue.family(long) == long
    assert members(catalogue, long) == {long, short}
    assert catalogue.article_passages(short)[1] == []
    assert catalogue.article_passages(long)[1]
    assert catalogue.family(apart) == apart
    assert catalogue.article(short).family == long


def test_a_longer_copy_that_comes_later_speaks_for_the_others(folder: Path, sync: Sync) -> None:
    write(folder, first=STORY)
    sync(folder)
    write(folder, second=LONGER)
    catalogue = sync(folder)
    short, long = ids(catalogue, folder, "first.txt", "second.txt")
    assert catalogue.article_passages(short)[1] == []
    assert catalogue.article_passages(long)[1]


def test_when_the_one_that_speaks_goes_another_speaks(folder: Path, sync: Sync) -> None:
    write(folder, first=STORY, second=LONGER)
    sync(folder)
    (folder / "second.txt").unlink()
    catalogue = sync(folder)
    (short,) = ids(catalogue, folder, "first.txt")
    assert catalogue.family(short) == short
    assert catalogue.article_passages(short)[1]


def test_a_copy_with_another_figure_is_searched_too(folder: Path, sync: Sync) -> None:
    write(folder, first=LONGER, second=STORY.replace("three winters", "seven winters"))
    catalogue = sync(folder)
    long, corrected = ids(catalogue, folder, "first.txt", "second.txt")
    assert catalogue.family(corrected) == long
    assert catalogue.article_passages(corrected)[1]


def test_a_round_up_stays_apart_from_the_stories_it_retells(folder: Path, sync: Sync) -> None:
    write(folder, story=STORY, other=OTHER, both=ROUND_UP)
    catalogue = sync(folder)
    story, other, both = ids(catalogue, folder, "story.txt", "other.txt", "both.txt")
    assert {catalogue.family(one) for one in (story, other, both)} == {story, other, both}
    assert catalogue.article(both).retells >= {story}
    assert catalogue.article_passages(both)[1]


def test_the_order_of_coming_does_not_matter(tmp_path: Path, folder: Path, sync: Sync) -> None:
    texts = {"first": STORY, "second": LONGER, "both": ROUND_UP, "other": OTHER}
    for name in texts:
        write(folder, **{name: texts[name]})
        last = sync(folder)
    stepwise = {name: last.family(ids(last, folder, f"{name}.txt")[0]) for name in texts}
    at_once = tmp_path / "at once"
    at_once.mkdir()
    write(at_once, **texts)
    whole = sync(at_once)
    assert {name: whole.family(ids(whole, at_once, f"{name}.txt")[0]) for name in texts} == stepwise


def test_what_an_interrupted_sync_had_cleaned_is_nobodys_family_once_it_is_gone(
    folder: Path, sync: Sync, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(folder, story=STORY)
    sync(folder)
    write(folder, longer=LONGER)
    with monkeypatch.context() as cut:
        cut.setattr(WordEmbedder, "embed", interrupted)
        with pytest.raises(KeyboardInterrupt):
            sync(folder)
    (folder / "longer.txt").unlink()
    write(folder, other=OTHER)
    catalogue = sync(folder)
    (story,) = ids(catalogue, folder, "story.txt")
    assert members(catalogue, story) == {story}
    assert catalogue.article_passages(story)[1]


def test_a_story_is_searched_when_the_sync_that_replaced_its_longer_copy_was_cut_short(
    folder: Path, sync: Sync, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(folder, story=STORY, longer=LONGER)
    sync(folder)
    write(folder, longer=OTHER)
    with monkeypatch.context() as cut:
        cut.setattr(Synchroniser, "_finish", interrupted)
        with pytest.raises(KeyboardInterrupt):
            sync(folder)
    catalogue = sync(folder)  # nothing has changed since
    (story,) = ids(catalogue, folder, "story.txt")
    assert catalogue.family(story) == story
    assert catalogue.article_passages(story)[1]


def test_a_relation_to_what_is_not_published_is_not_told(folder: Path, sync: Sync, tmp_path: Path) -> None:
    write(folder, both=ROUND_UP)
    catalogue = sync(folder)
    write(folder, story=STORY)
    with pytest.raises(KeyboardInterrupt):
        store = tmp_path / f"store of {folder.name}"
        Synchroniser(store, Failing(), count_tokens, Settings(passage_tokens=40)).run([folder])
    (both,) = ids(catalogue, folder, "both.txt")
    assert catalogue.article(both).retells == frozenset()
    story, both = ids(sync(folder), folder, "story.txt", "both.txt")
    assert sync(folder).article(both).retells == {story}


@pytest.mark.parametrize("number", range(4))
def test_of_equal_copies_the_one_that_is_a_whole_file_speaks(folder: Path, sync: Sync, number: int) -> None:
    text = STORY.replace("Anita", f"Anita {number} times")  # which of the two ids is smaller is by chance
    with zipfile.ZipFile(folder / "all.zip", "w") as archive:
        archive.writestr("story.txt", text)
    packed = sync(folder).file_articles()[str(folder / "all.zip")][0]
    write(folder, story=text)
    catalogue = sync(folder)
    (whole,) = ids(catalogue, folder, "story.txt")
    assert members(catalogue, whole) == {whole, packed}
    assert catalogue.article(whole).encoding is not None
    assert catalogue.article_passages(packed)[1] == []
