"""The writer of a catalogue: all or nothing, numbers given out once, what is pruned."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.index.catalogue import writer as catalogue_writer
from assistant.index.catalogue.reader import Catalogue
from assistant.index.catalogue.writer import CatalogueWriter
from tests.index.catalogues import committed, put, raw_article


def test_an_article_goes_with_its_last_location(place: Path, writer: CatalogueWriter) -> None:
    committed(writer, raw_article("/a", "Same.", "a"), raw_article("/a", "Other.", "b", "2"))
    committed(writer, raw_article("/copy", "Same.", "a"))
    writer.remove_files(["/a"])
    writer.commit()
    now = Catalogue.open(place)
    assert list(now.article_ids()) == ["a" * 16]
    assert now.raw_article("a" * 16).path == "/copy"


def test_an_article_that_comes_and_goes_in_one_commit_is_never_seen(place: Path, writer: CatalogueWriter) -> None:
    committed(writer, raw_article("/a", "A story.", "a"))
    put(writer, raw_article("/b", "Here for a moment.", "b"))
    writer.remove_files(["/b"])
    writer.commit()
    assert Catalogue.open(place).counts() == writer.counts() == (1, 1)


def test_a_file_that_becomes_what_it_was_before_the_commit_loses_nothing(place: Path, writer: CatalogueWriter) -> None:
    first, second = raw_article("/a", "A story.", "a"), raw_article("/a", "Another one.", "b")
    committed(writer, first)
    put(writer, second)
    put(writer, first)
    writer.commit()
    now = Catalogue.open(place)
    assert list(now.article_ids()) == ["a" * 16]
    assert now.file_articles() == {"/a": ["a" * 16]}


def test_what_was_put_and_not_committed_is_there_for_the_next_writer(place: Path, writer: CatalogueWriter) -> None:
    committed(writer, raw_article("/a", "A story.", "a"))
    put(writer, raw_article("/b", "Another one.", "b"))
    writer.close()
    again = CatalogueWriter(place)
    assert again.is_pending
    assert set(again.files()) == {"/a", "/b"} and set(again.committed_files()) == {"/a"}
    assert Catalogue.open(place).counts() == (1, 1)
    again.commit()
    assert not again.is_pending
    assert Catalogue.open(place).counts() == (2, 2)
    again.close()


def test_articles_whose_batch_was_not_put_leave_no_trace(place: Path, writer: CatalogueWriter) -> None:
    from assistant.articles import clean_article

    raw = raw_article("/a", "A story.", "a")
    writer.put_article(raw, clean_article(raw))
    writer.close()
    again = CatalogueWriter(place)
    assert again.counts() == (0, 0)
    assert not again.is_pending
    again.close()


def test_keys_and_shards_are_never_given_out_twice(place: Path, writer: CatalogueWriter) -> None:
    committed(writer, raw_article("/a", "A story.", "a"))
    writer.remove_files(["/a"])
    writer.commit()
    writer.close()
    again = CatalogueWriter(place)
    assert (again.reserve_keys(5), again.reserve_keys(1), again.reserve_shard()) == (2, 7, 2)
    again.close()


def test_only_what_no_reader_can_need_is_pruned(
    place: Path, writer: CatalogueWriter, monkeypatch: pytest.MonkeyPatch
) -> None:
    committed(writer, raw_article("/a", "The old story.", "a"))
    for number in range(2, 8):
        committed(writer, raw_article("/a", f"Story {number}.", str(number)))
    gone: list[int] = []
    writer.prune(gone.extend)
    assert writer.shards()[1] == (1, 1), "ten minutes have not passed"
    monkeypatch.setattr(catalogue_writer, "_KEPT_TIME", -catalogue_writer._KEPT_TIME)
    assert gone == []

    def interrupted(keys: list[int]) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        writer.prune(interrupted)
    writer.prune(gone.extend)
    assert gone == [1, 2, 3]
    kept = {number: kept for number, (_, kept) in writer.shards().items()}
    assert kept == {1: 0, 2: 0, 3: 0, 4: 1, 5: 1, 6: 1, 7: 1}
    assert Catalogue.open(place).counts() == (1, 1)
