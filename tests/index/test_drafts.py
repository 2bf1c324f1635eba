"""Articles between staged files and the next generation: what is cleaned, and by what repetition is judged."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from assistant.articles import clean_article
from assistant.articles.formats import Limits
from assistant.index.catalogue_writer import CatalogueWriter
from assistant.index.intake import Intake
from assistant.index.parsing import Incoming
from assistant.index.staging import KnownFile
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
    again = clean_article(writer.drafts.raw_article(item.raw.content_hash[:16]))
    assert again == clean_article(item.raw)
    assert again.text.startswith("Immunology")
    writer.close()


def test_repetition_is_judged_over_a_sample_and_concerns_every_staged_article(writer: CatalogueWriter) -> None:
    for number in range(1, 6):
        published(writer, raw_article(f"/{number}", f"Story {number}.", str(number)), key=number)
    staged(writer, raw_article("/x", "New.", "e"), raw_article("/x", "Newer.", "f", "2"))
    assert [article_id[0] for article_id in writer.staging.articles("/news")] == ["e", "f"]
    assert [article_id[0] for article_id in writer.drafts.sample("/news", 3)] == ["1", "2", "3"]
    assert [article_id[0] for article_id in writer.drafts.sample("/news", 99)] == ["1", "2", "3", "4", "5", "e", "f"]
    known = [writer.drafts.statistics(article_id).repeated for article_id in writer.drafts.sample("/news", 99)]
    assert known == [frozenset(["f2"])] * 5 + [None] * 2
    assert writer.staging.sources() == ["/news"]


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
