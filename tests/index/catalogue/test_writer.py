"""The writer of a catalogue: publishing all or nothing, numbers given out once, what is pruned."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.articles import clean_article
from assistant.index.catalogue import writer as catalogue_writer
from assistant.index.catalogue.reader import Catalogue
from assistant.index.catalogue.writer import CatalogueWriter
from tests.index.catalogues import prepared, published, raw_article, staged


def test_an_article_goes_with_its_last_place(place: Path, writer: CatalogueWriter) -> None:
    published(writer, raw_article("/a", "Same.", "a"), raw_article("/a", "Other.", "b", "2"))
    published(writer, raw_article("/copy", "Same.", "a"), key=5)
    with writer.publishing() as publication:
        publication.remove_file("/a")
        publication.settle_places()
    now = Catalogue.open(place)
    assert list(now.article_ids()) == ["a" * 16]
    assert now.raw_article("a" * 16).path == "/copy"


def test_an_article_that_comes_and_goes_in_one_publication_leaves_no_passages(writer: CatalogueWriter) -> None:
    raw = raw_article("/a", "Here for a moment.", "a")
    staged(writer, raw)
    writer.drafts.put(clean_article(raw), frozenset())
    with writer.publishing() as publication:
        publication.add_segment(1, 1)
        publication.put_articles([prepared(raw, 1)], 1)
        publication.complete_file("/a")
        publication.remove_file("/a")
        publication.settle_places()
    assert writer.segments() == {1: (1, 0)}


def test_a_publication_that_fails_leaves_no_trace(place: Path, writer: CatalogueWriter) -> None:
    published(writer, raw_article("/a", "A story.", "a"))
    before = Catalogue.open(place)
    with pytest.raises(RuntimeError), writer.publishing() as publication:
        publication.remove_file("/a")
        publication.settle_places()
        raise RuntimeError
    assert before.now() is before
    assert writer.counts() == (1, 1)


def test_numbers_are_never_given_out_twice(place: Path, writer: CatalogueWriter) -> None:
    assert writer.reserve("key", 5) == 1
    writer.close()
    again = CatalogueWriter(place)
    assert again.reserve("key", 1) == 6
    assert again.reserve("segment") == 1
    again.close()


def test_keys_that_were_given_out_and_never_published_are_known(writer: CatalogueWriter) -> None:
    assert list(writer.unpublished_keys()) == []
    first = writer.reserve("key", 3)
    assert list(writer.unpublished_keys()) == [1, 2, 3]
    published(writer, raw_article("/a", "A story.", "a"), key=first + 2)
    assert list(writer.unpublished_keys()) == []
    writer.reserve("key", 2)
    assert list(writer.unpublished_keys()) == [4, 5]


def test_only_what_no_reader_can_need_is_pruned(
    place: Path, writer: CatalogueWriter, monkeypatch: pytest.MonkeyPatch
) -> None:
    published(writer, raw_article("/a", "The old story.", "a"), key=1)
    for key in range(2, 8):
        published(writer, raw_article("/a", f"Story {key}.", str(key)), key=key)
    gone: list[str] = []
    writer.prune(gone.extend)
    assert writer.segments()[1] == (1, 1), "ten minutes have not passed"
    monkeypatch.setattr(catalogue_writer, "_KEPT_TIME", -catalogue_writer._KEPT_TIME)
    assert gone == []

    def interrupted(keys: list[str]) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        writer.prune(interrupted)
    writer.prune(gone.extend)
    assert gone == ["1", "2", "3"]
    assert {number: kept for number, (_, kept) in writer.segments().items()} == {
        1: 0,
        2: 0,
        3: 0,
        4: 1,
        5: 1,
        6: 1,
        7: 1,
    }
    with pytest.raises(KeyError):
        writer.drafts.raw_article("a" * 16)
    assert Catalogue.open(place).counts() == (1, 1)
