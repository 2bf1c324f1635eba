"""Where articles will be once a sync is through: which go, and whose repetition is judged anew."""

from __future__ import annotations

from assistant.index.catalogue.kinship import Membership
from assistant.index.catalogue.writer import CatalogueWriter
from tests.index.catalogues import published, raw_article, staged


def first_letters(articles: list[str]) -> str:
    return "".join(article_id[0] for article_id in articles)


def foreseen(writer: CatalogueWriter, *removed: str) -> str:
    writer.placement.foresee(removed)
    return first_letters(writer.placement.going())


def settle(writer: CatalogueWriter) -> None:
    writer.placement.foresee([])
    writer.placement.judged()


def test_what_goes_is_what_no_file_will_have(writer: CatalogueWriter) -> None:
    published(writer, raw_article("/a", "First.", "a"), raw_article("/a", "Second.", "b", "2"))
    published(writer, raw_article("/copy", "First.", "a"), key=3)
    assert foreseen(writer) == ""
    assert foreseen(writer, "/a") == "b"
    staged(writer, raw_article("/a", "First.", "a"))
    assert foreseen(writer) == "b", "the file as it is by now does not have it"
    staged(writer, raw_article("/new", "Second.", "b"))
    assert foreseen(writer, "/copy") == ""


def test_an_article_will_be_cited_from_the_first_of_its_places_that_stay(writer: CatalogueWriter) -> None:
    published(writer, raw_article("/a/1", "First.", "a"))
    staged(writer, raw_article("/b/1", "First.", "a"))
    foreseen(writer)
    assert writer.drafts.raw_article("a" * 16).path == "/a/1"
    foreseen(writer, "/a/1")
    assert writer.drafts.raw_article("a" * 16).path == "/b/1"


def test_sources_that_gain_or_lose_articles_are_judged_until_that_is_published(writer: CatalogueWriter) -> None:
    published(writer, raw_article("/a/1", "First.", "a"))
    published(writer, raw_article("/b/1", "Second.", "b"), key=2)
    published(writer, raw_article("/c/1", "Third.", "c"), key=3)
    settle(writer)
    staged(writer, raw_article("/d/1", "First.", "a"))
    foreseen(writer, "/a/1", "/b/1")
    assert writer.placement.unjudged() == ["/a", "/b", "/d"]
    foreseen(writer)
    assert writer.placement.unjudged() == ["/a", "/b", "/d"], "a sync that was cut short is made up for"
    assert not writer.is_settled()
    writer.placement.judged()
    assert writer.placement.unjudged() == []


def test_the_sample_of_a_source_is_drawn_from_what_it_will_hold(writer: CatalogueWriter) -> None:
    for number in range(1, 6):
        published(writer, raw_article(f"/news/{number}", f"Story {number}.", str(number)), key=number)
    staged(writer, raw_article("/news/x", "New.", "e"), raw_article("/news/x", "Newer.", "0", "2"))
    foreseen(writer, "/news/2")
    assert first_letters(writer.placement.arriving("/news")) == "e0", "in the order in which they came"
    assert first_letters(writer.placement.sample("/news", 3)) == "013"
    assert first_letters(writer.placement.sample("/news", 99)) == "01345e"
    assert writer.placement.sample("/elsewhere", 99) == []


def test_files_whose_text_speaks_for_others_are_told(writer: CatalogueWriter) -> None:
    published(writer, raw_article("/a", "First.", "a"))
    published(writer, raw_article("/b", "Second.", "b"), key=2)
    with writer.publishing() as publication:
        publication.put_memberships({name * 16: Membership("a" * 16, name == "b") for name in "ab"})
    writer.placement.foresee(["/b"])
    assert writer.placement.speakers_files() == set()
    writer.placement.foresee(["/a"])
    assert writer.placement.speakers_files() == {"/a"}
