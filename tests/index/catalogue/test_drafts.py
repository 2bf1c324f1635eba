"""Articles between staged files and the next generation: what is cleaned, and what is known of what was."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from assistant.articles import clean_article
from assistant.articles.formats import Limits
from assistant.index.catalogue.drafts import BlockStatistics
from assistant.index.catalogue.staging import KnownFile
from assistant.index.catalogue.writer import CatalogueWriter
from assistant.index.intake import Intake
from assistant.index.parsing import Incoming
from tests.index.catalogues import published, raw_article, staged


def test_the_body_of_a_page_stays_one_from_the_process_that_reads_it_on(tmp_path: Path, place: Path) -> None:
    page = tmp_path / "page.html"
    paragraphs = "".join(f"<p>Crane {number} at the quay was closed to all of the ships.</p>" for number in range(9))
    page.write_text(f"<html><body><article><p>Immunology</p>{paragraphs}</article></body></html>", "utf-8")
    ((_, items),) = ((path, list(items)) for path, items in Intake(Limits()).read([page]))
    (item,) = items
    assert isinstance(item, Incoming)
    assert item.raw.extracted_body
    writer = CatalogueWriter(place)
    writer.staging.take_in(str(page), KnownFile("ab", 1, 1), [item])
    writer.placement.foresee([])
    again = clean_article(writer.drafts.raw_article(item.raw.content_hash[:16]))
    assert again == clean_article(item.raw)
    assert again.text.startswith("Immunology")
    writer.close()


def test_a_draft_comes_before_what_is_published_until_it_is_dropped(writer: CatalogueWriter) -> None:
    raw = raw_article("/a", "A story of the harbour.", "a")
    published(writer, raw)
    clean = clean_article(raw)
    assert writer.drafts.published(clean.id) == clean
    shorter = replace(clean, text=clean.text[:7])
    writer.drafts.put(shorter, frozenset())
    assert writer.drafts.text(clean.id) == writer.drafts.article(clean.id).text == "A story"
    assert writer.drafts.is_published(clean)
    assert not writer.drafts.is_published(shorter)
    assert writer.drafts.clear() == [clean.id]
    assert writer.drafts.clear() == []
    assert writer.drafts.text(clean.id) == clean.text


def test_what_is_published_may_be_published_once_more(writer: CatalogueWriter) -> None:
    raw = raw_article("/a", "A story.", "a")
    published(writer, raw)
    writer.drafts.put_repeated("a" * 16, frozenset(["f1"]))
    writer.drafts.put_as_published("a" * 16)
    assert writer.drafts.article("a" * 16) == writer.drafts.published("a" * 16) == clean_article(raw)
    assert writer.drafts.statistics("a" * 16).repeated == {"f1"}
    assert writer.drafts.published("b" * 16) is None


def test_what_counted_as_repeated_is_known_of_what_was_cleaned(writer: CatalogueWriter) -> None:
    published(writer, raw_article("/a", "A story.", "a"))
    staged(writer, raw_article("/b", "New.", "b"))
    assert writer.drafts.statistics("a" * 16) == BlockStatistics("a" * 16, ("f1", "f2"), frozenset(["f2"]))
    assert writer.drafts.statistics("b" * 16) == BlockStatistics("b" * 16, ("f1", "f2"), None)
