"""The catalogue as readers have it: round trips, snapshots that do not change, what is cited first."""

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
from assistant.index.catalogue.stored import unpack
from assistant.index.catalogue.writer import CatalogueWriter, IngestedFile, KeyedPassage, KnownFile
from assistant.index.recovery import Recovery
from assistant.records import ArticleFilter, Passage
from tests.index.catalogues import committed, one_passage, put, raw_article

KNOWN = KnownFile("digest", 1, 7, 8)


@settings(deadline=None, max_examples=50)
@given(text=st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=300), extracted_body=st.booleans())
def test_the_catalogue_gives_back_what_it_was_given(
    tmp_path_factory: pytest.TempPathFactory, text: str, extracted_body: bool
) -> None:
    place = tmp_path_factory.mktemp("catalogue") / "catalogue.sqlite"
    raw = raw_article("/news/a.jsonl", f"\ufeffKim\0 \r\n{text}", "ab", fragment="17")
    raw = replace(raw, extracted_body=extracted_body)
    writer = CatalogueWriter(place)
    committed(writer, raw)

    catalogue, made = Catalogue.open(place), clean_article(raw)
    assert catalogue.raw_article(made.id) == raw
    assert catalogue.article(made.id) == replace(made, cluster=made.id)
    assert catalogue.passages(["1"]) == catalogue.article_passages(made.id) == [one_passage(made)]
    assert [one.passage for one, _ in writer.keyed_passages([1])] == [one_passage(made)]
    assert catalogue.file_articles() == {raw.path: [made.id]}
    assert catalogue.shards() == {1: 1}
    assert catalogue.counts() == writer.counts() == (1, 1)
    with closing(Recovery.of_first_readable([place])) as recovery:
        assert list(recovery.articles_of(raw.path)) == [raw]
    assert writer.files() == writer.committed_files() == {raw.path: KnownFile(raw.content_hash, len(raw.text), 7, 8)}
    catalogue.close()
    writer.close()


def test_a_reader_stays_with_its_snapshot_and_sees_nothing_before_it_is_committed(
    place: Path, writer: CatalogueWriter
) -> None:
    committed(writer, raw_article("/a", "The old story.", "a"))
    before = Catalogue.open(place)
    put(writer, raw_article("/a", "The new story.", "b"))
    assert before.now() is before
    assert before.file_articles() == {"/a": ["a" * 16]}
    writer.commit()

    now = before.now()
    assert [before.live_passages(["2", "1"]), now.live_passages(["2", "1"])] == [["1"], ["2"]]
    assert [list(one.passage_keys(ArticleFilter())) for one in (before, now)] == [[1], [2]]
    assert before.text("a" * 16) == "The old story."
    assert now.file_articles() == {"/a": ["b" * 16]}
    with pytest.raises(KeyError):
        now.text("a" * 16)
    assert now.now() is now
    assert (before.shards(), now.shards()) == ({1: 1}, {1: 1, 2: 1})


def test_a_text_is_unpacked_once_for_all_its_passages(
    place: Path, writer: CatalogueWriter, monkeypatch: pytest.MonkeyPatch
) -> None:
    raws = raw_article("/a", "One. Two.", "a"), raw_article("/a", "Three.", "b", "2")
    first, second = (clean_article(raw) for raw in raws)
    numbers = [writer.put_article(raw, article)[0] for raw, article in zip(raws, (first, second), strict=True)]
    halves = [
        Passage(f"{first.id}:{start}-{end}", first.id, ordinal, start, end, first.text[start:end])
        for ordinal, (start, end) in enumerate([(0, 4), (5, 9)])
    ]
    keyed = [KeyedPassage(key, numbers[0], one) for key, one in enumerate(halves, 1)]
    keyed.append(KeyedPassage(3, numbers[1], one_passage(second)))
    writer.put_batch(1, 0, keyed, [IngestedFile("/a", KNOWN, [("", numbers[0]), ("2", numbers[1])])])
    writer.commit()
    unpacked: list[bytes] = []

    def counted(blob: bytes) -> str:
        unpacked.append(blob)
        return unpack(blob)

    monkeypatch.setattr(reader, "unpack", counted)
    found = Catalogue.open(place).passages(["2", "3", "1", "2"])
    assert found == [halves[1], one_passage(second), halves[0], halves[1]]
    assert len(unpacked) == 2


def test_a_whole_file_is_cited_before_a_fragment_of_an_archive(place: Path, writer: CatalogueWriter) -> None:
    committed(writer, raw_article("/a.zip", "Same.", "a", "10"), raw_article("/a.zip", "Same.", "a", "2"))
    identity = "a" * 16
    assert Catalogue.open(place).raw_article(identity).fragment == "2"
    committed(writer, raw_article("/z", "Same.", "a"))
    now = Catalogue.open(place)
    assert now.raw_article(identity).location == "/z"
    (entry,) = now.entries()
    assert entry.locations == ("/z", "/a.zip!2", "/a.zip!10")
    assert [each.location for each in now.article(identity).also_in] == ["/a.zip!2", "/a.zip!10"]


def test_two_contents_whose_hashes_begin_alike_are_two_articles(place: Path, writer: CatalogueWriter) -> None:
    one = replace(raw_article("/a", "One story.", "a"), content_hash="a" * 63 + "0")
    other = replace(raw_article("/b", "Another story.", "a"), content_hash="a" * 63 + "1")
    committed(writer, one)
    committed(writer, other)
    committed(writer, replace(other, path="/c"))
    found = Catalogue.open(place)
    assert {found.text(article_id) for article_id in found.article_ids()} == {"One story.", "Another story."}
    assert [found.raw_article(article_id).path for article_id in found.article_ids()] == ["/a", "/b"]


def test_what_is_not_there_is_a_key_error(place: Path, writer: CatalogueWriter) -> None:
    catalogue = Catalogue.open(place)
    for look_up in (catalogue.article, catalogue.text, catalogue.metadata, catalogue.raw_article):
        with pytest.raises(KeyError):
            look_up("nothing")
    with pytest.raises(KeyError):
        catalogue.passages(["99"])
    assert catalogue.live_passages(["99"]) == []
