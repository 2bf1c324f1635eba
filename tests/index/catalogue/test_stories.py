"""Who publishes whose story: every place is told, and a filter reaches those that are silent."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from assistant.index.catalogue import stories
from assistant.index.catalogue.reader import Catalogue
from assistant.index.store import Store
from assistant.index.sync import Synchroniser
from assistant.records import ArticleFilter
from assistant.settings import Settings
from tests.fakes import WordEmbedder, count_tokens
from tests.pages import HARBOUR, page


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "articles"
    made.mkdir()
    more = "Shop owners on the quay told the paper that they feared for their summer trade and asked for compensation."
    (made / "kyodo.html").write_text(page("Harbour road to close", "KYODO", "2024-03-02", [*HARBOUR, more]))
    (made / "times.html").write_text(page("Council shuts road", "Japan Times", "2024-03-03", HARBOUR))
    (made / "courier.html").write_text(page("Road shut", "The Coast Courier", "2024-03-01", HARBOUR))
    (made / "undated.html").write_text(page("Road closed", "A Blog", "", HARBOUR))
    (made / "again.html").write_bytes((made / "kyodo.html").read_bytes())
    (made / "apart.txt").write_text("The senate debated the railway budget for nine hours and adjourned.")
    return made


@pytest.fixture
def catalogue(folder: Path, tmp_path: Path) -> Catalogue:
    store = tmp_path / "store"
    Synchroniser(store, WordEmbedder(), count_tokens, Settings(passage_tokens=40)).run([folder])
    return Catalogue.open(Store(store).require_current().catalogue)


def identity(catalogue: Catalogue, folder: Path, name: str) -> str:
    return catalogue.file_articles()[str(folder / name)][0]


def test_an_article_knows_every_other_place_of_its_story(catalogue: Catalogue, folder: Path) -> None:
    kyodo = catalogue.article(identity(catalogue, folder, "kyodo.html"))
    assert Path(kyodo.path).name == "again.html", "the first place is the one that is cited"
    assert [(Path(each.place).name, each.source) for each in kyodo.also_in] == [
        ("courier.html", "The Coast Courier"),
        ("kyodo.html", "KYODO"),
        ("times.html", "Japan Times"),
        ("undated.html", "A Blog"),
    ]
    assert kyodo.other_places == 4
    courier = kyodo.also_in[0]
    assert (courier.title, courier.published, courier.url) == ("Road shut", date(2024, 3, 1), None)
    assert courier.article_id == identity(catalogue, folder, "courier.html")

    told_by_a_copy = catalogue.article(courier.article_id)
    assert [Path(each.place).name for each in told_by_a_copy.also_in] == [
        "again.html",
        "kyodo.html",
        "times.html",
        "undated.html",
    ]


def test_an_article_alone_has_no_other_place(catalogue: Catalogue, folder: Path) -> None:
    alone = catalogue.article(identity(catalogue, folder, "apart.txt"))
    assert (alone.also_in, alone.other_places) == ((), 0)


def test_of_many_places_the_first_are_told_and_all_counted(
    catalogue: Catalogue, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stories, "_PLACES_TOLD", 2)
    article = catalogue.article(identity(catalogue, folder, "kyodo.html"))
    assert [each.source for each in article.also_in] == ["The Coast Courier", "KYODO"]
    assert article.other_places == 4


@pytest.mark.parametrize(
    ("where", "heard"),
    [
        (ArticleFilter(), []),
        (ArticleFilter(source="japan times"), ["times.html"]),
        (ArticleFilter(before=date(2024, 3, 1)), ["courier.html"]),
        (ArticleFilter(after=date(2024, 3, 3), source="Japan Times"), ["times.html"]),
        (ArticleFilter(after=date(2024, 3, 4), source="Japan Times"), []),
        (ArticleFilter(source="KYODO"), []),
        (ArticleFilter(language="en"), []),
    ],
)
def test_a_filter_names_the_silent_copies_whose_speaker_it_leaves_out(
    catalogue: Catalogue, folder: Path, where: ArticleFilter, heard: list[str]
) -> None:
    speaker = identity(catalogue, folder, "kyodo.html")
    expected = {speaker: [identity(catalogue, folder, name) for name in heard]} if heard else {}
    assert catalogue.stories.unheard(where) == expected
    keys = catalogue.stories.speaking_for(where)
    assert {each.article_id for each in catalogue.passages(keys)} == set(expected)
