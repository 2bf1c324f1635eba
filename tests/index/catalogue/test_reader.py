"""The catalogue as readers have it: round trips, generations that do not change, what is cited first."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.articles import clean_article
from assistant.index.catalogue import reader
from assistant.index.catalogue.reader import Catalogue
from assistant.index.catalogue.staging import KnownFile
from assistant.index.catalogue.stored import unpack
from assistant.index.catalogue.writer import CatalogueWriter
from assistant.index.rescue import OldCatalogue
from assistant.records import Passage
from tests.index.catalogues import prepared, published, raw_article, staged


@settings(deadline=None, max_examples=50)
@given(text=st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=300), extracted_body=st.booleans())
def test_the_catalogue_gives_back_what_it_was_given(
    tmp_path_factory: pytest.TempPathFactory, text: str, extracted_body: bool
) -> None:
    place = tmp_path_factory.mktemp("catalogue") / "catalogue.sqlite"
    raw = raw_article("/news/a.jsonl", f"\ufeffKim\0 \r\n{text}", "ab", member="17")
    raw = replace(raw, extracted_body=extracted_body)
    writer = CatalogueWriter(place)
    assert not writer.drafts.is_published(clean_article(raw))
    published(writer, raw)

    catalogue, made = Catalogue.open(place), prepared(raw, 1)
    assert catalogue.raw_article(made.article.id) == raw
    assert catalogue.article(made.article.id) == replace(made.article, family=made.article.id)
    assert catalogue.passages(["1"]) == list(made.passages)
    assert catalogue.article_passages(made.article.id) == (made.article.metadata, list(made.passages))
    assert catalogue.file_articles() == {raw.path: [made.article.id]}
    assert catalogue.segments() == {1: 1}
    assert catalogue.counts() == (1, 1)
    assert writer.drafts.is_published(made.article)
    with closing(OldCatalogue(place)) as old:
        assert list(old.articles_of(raw.path)) == [raw]
    assert writer.files() == {raw.path: KnownFile(raw.content_hash, len(raw.text), 7)}
    assert writer.staging.files() == {}
    catalogue.close()
    writer.close()


def test_a_reader_stays_with_its_generation(place: Path, writer: CatalogueWriter) -> None:
    published(writer, raw_article("/a", "The old story.", "a"), key=1)
    before = Catalogue.open(place)
    published(writer, raw_article("/a", "The new story.", "b"), key=2)

    now = before.now()
    assert [before.live_passages(["2", "1"]), now.live_passages(["2", "1"])] == [["1"], ["2"]]
    assert before.text("a" * 16) == "The old story."
    assert before.file_articles() == {"/a": ["a" * 16]}
    assert now.file_articles() == {"/a": ["b" * 16]}
    with pytest.raises(KeyError):
        now.text("a" * 16)
    assert now.now() is now
    assert (before.segments(), now.segments()) == ({1: 1}, {1: 1, 2: 1})


def test_a_text_is_unpacked_once_for_all_its_passages(
    place: Path, writer: CatalogueWriter, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = prepared(raw_article("/a", "One. Two.", "a"), 1), prepared(raw_article("/a", "Three.", "b", "2"), 3)
    halves = tuple(
        Passage(f"{'a' * 16}:{start}-{end}", "a" * 16, ordinal, start, end, first.article.text[start:end])
        for ordinal, (start, end) in enumerate([(0, 4), (5, 9)])
    )
    staged(writer, raw_article("/a", "One. Two.", "a"), raw_article("/a", "Three.", "b", "2"))
    writer.drafts.put(first.article, frozenset())
    writer.drafts.put(second.article, frozenset())
    with writer.publishing() as publication:
        publication.add_segment(1, 3)
        publication.put_articles([replace(first, passages=halves, keys=(1, 2)), second], 1)
        publication.complete_file("/a")
    unpacked: list[bytes] = []

    def counted(blob: bytes) -> str:
        unpacked.append(blob)
        return unpack(blob)

    monkeypatch.setattr(reader, "unpack", counted)
    found = Catalogue.open(place).passages(["2", "3", "1", "2"])
    assert found == [halves[1], *second.passages, halves[0], halves[1]]
    assert len(unpacked) == 2


def test_a_whole_file_is_cited_before_a_member_of_an_archive(place: Path, writer: CatalogueWriter) -> None:
    published(writer, raw_article("/a.zip", "Same.", "a", "10"))
    staged(writer, raw_article("/a.zip", "Same.", "a", "10"), raw_article("/a.zip", "Same.", "a", "2"))
    with writer.publishing() as publication:
        publication.complete_file("/a.zip")
    identity = "a" * 16
    writer.placement.foresee([])
    assert [reads.raw_article(identity).member for reads in (writer.drafts, Catalogue.open(place))] == ["2", "2"]
    staged(writer, raw_article("/z", "Same.", "a"))
    writer.placement.foresee([])
    assert writer.drafts.raw_article(identity).place == "/z", "what is staged counts too"
    with writer.publishing() as publication:
        publication.complete_file("/z")
    now = Catalogue.open(place)
    assert now.raw_article(identity).place == "/z"
    (entry,) = now.entries()
    assert entry.places == ("/z", "/a.zip!2", "/a.zip!10")
    assert [each.place for each in now.article(identity).also_in] == ["/a.zip!2", "/a.zip!10"]


def test_what_is_not_there_is_a_key_error(place: Path, writer: CatalogueWriter) -> None:
    catalogue = Catalogue.open(place)
    for look_up in (catalogue.article, catalogue.text, catalogue.metadata, catalogue.raw_article):
        with pytest.raises(KeyError):
            look_up("nothing")
    with pytest.raises(KeyError):
        catalogue.passages(["99"])
    assert catalogue.live_passages(["99"]) == []
