"""What is taken in and not published yet: it survives, and nobody sees it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.index.catalogue.reader import Catalogue
from assistant.index.catalogue.staging import KnownFile
from assistant.index.catalogue.writer import CatalogueWriter
from assistant.index.parsing import Incoming
from tests.index.catalogues import published, raw_article, staged


def arriving(writer: CatalogueWriter) -> list[str]:
    writer.placement.foresee([])
    return writer.placement.arriving("/")


def test_what_is_staged_survives_and_is_not_seen(place: Path, writer: CatalogueWriter) -> None:
    staged(writer, raw_article("/a", "A story.", "a"))
    writer.close()
    again = CatalogueWriter(place)
    assert list(again.staging.files()) == ["/a"]
    assert again.staging.ready_files() == []
    again.placement.foresee([])
    assert again.drafts.raw_article("a" * 16).text == "A story."
    assert Catalogue.open(place).counts() == (0, 0)
    again.staging.forget(["/a"])
    assert again.staging.files() == {}
    again.close()


def test_a_file_taken_in_again_replaces_what_was_taken_in_of_it_or_nothing(writer: CatalogueWriter) -> None:
    staged(writer, raw_article("/a", "Old.", "a"))
    staged(writer, raw_article("/a", "New.", "b"))
    assert arriving(writer) == ["b" * 16]

    def breaks_off() -> Iterator[Incoming]:
        yield Incoming(raw_article("/a", "Newer.", "c"), ())
        raise RuntimeError

    with pytest.raises(RuntimeError):
        writer.staging.take_in("/a", KnownFile("c", 1, 1), breaks_off())
    assert arriving(writer) == ["b" * 16]
    assert writer.staging.files() == {"/a": KnownFile("b" * 64, 4, 7)}


def test_files_are_ready_once_all_their_articles_are_clean(writer: CatalogueWriter) -> None:
    published(writer, raw_article("/a", "First.", "a"))
    staged(writer, raw_article("/copy", "First.", "a"))
    staged(writer, raw_article("/more", "First.", "a"), raw_article("/more", "Second.", "b", "2"))
    assert writer.staging.ready_files() == ["/copy"]
    assert writer.staging.ready_files(["a" * 16]) == ["/copy"]
    assert writer.staging.ready_files(["b" * 16]) == []


def test_files_stay_out_until_they_are_let_in(writer: CatalogueWriter) -> None:
    writer.staging.leave_out(["/a", "/b"])
    writer.staging.leave_out(["/b"])
    writer.staging.let_in(["/a", "/never left out"])
    assert writer.staging.left_out() == {"/b"}
