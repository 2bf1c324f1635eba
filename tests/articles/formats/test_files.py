"""The same article in every format: text, title, date, address and offsets come out alike."""

from __future__ import annotations

import re
from datetime import date, datetime
from pathlib import Path

import pytest

from assistant.articles import OffsetMap, clean_article
from assistant.articles.formats import SUFFIXES, read_articles
from assistant.articles.formats.driver import all_formats
from assistant.records import RawArticle
from tests.articles.formats.files.make import AUTHOR, FILES, HERE, PARAGRAPHS, PUBLISHED, SOURCE, TITLE, URL

#: Member of each file's article.
MEMBERS = {
    "article.txt.gz": "article.txt",
    "article.zip": "2026/article.html",
    "article.tar.gz": "article.tar!2026/article.jsonl!1",
    **{f"article.{suffix}": "1" for suffix in ("jsonl", "json", "csv", "parquet", "warc", "rss", "atom")},
}
#: These have no place for an address or a source's name; what they say stands in their first lines.
BARE = ("article.txt", "article.txt.gz", "article.pdf", "article.docx")


@pytest.mark.parametrize("name", FILES)
def test_the_article_of_every_format(name: str) -> None:
    (raw,) = read_articles(HERE / name)
    assert isinstance(raw, RawArticle)
    assert raw.fragment == MEMBERS.get(name, "")
    article = clean_article(raw)
    metadata = article.metadata
    assert (metadata.title, metadata.byline, metadata.language) == (TITLE, AUTHOR, "en")
    assert metadata.published == date(2026, 3, 2)
    assert metadata.published_at == datetime.fromisoformat(PUBLISHED)
    assert (metadata.source, metadata.url) == ((None, None) if name in BARE else (SOURCE, URL))
    own_text = raw.text if raw.encoding is None else (HERE / name).read_bytes().decode(raw.encoding)
    offsets = OffsetMap(article.alignment)
    for paragraph in PARAGRAPHS:
        assert article.text.count(paragraph) == 1
        start = article.text.index(paragraph)
        raw_start, raw_end = offsets.to_raw(start, start + len(paragraph))
        assert own_text[raw_start:raw_end] == raw.text[raw_start:raw_end] == paragraph
    for clutter in ("Home", "Sport", "Copyright", "2026-03-04", "4 Mar"):
        assert clutter not in article.text


def test_only_whole_text_files_keep_their_encoding() -> None:
    whole = {name for name in FILES for raw in read_articles(HERE / name) if raw.encoding}  # type: ignore[union-attr]
    assert whole == {"article.txt", "article.md"}


def test_only_bodies_of_pages_are_cleaned_gently() -> None:
    pages = {name for name in FILES for raw in read_articles(HERE / name) if raw.extracted_body}  # type: ignore[union-attr]
    assert pages == {"article.html", "article.mhtml", "article.warc", "article.zip"}


@pytest.mark.parametrize("name", [name for name, content in FILES.items() if isinstance(content, str)])
def test_the_files_are_as_they_are_made(name: str) -> None:
    assert (HERE / name).read_bytes().decode() == FILES[name]


def test_they_are_few_and_small() -> None:
    found = [path for path in HERE.iterdir() if path.is_file()]
    assert {path.name for path in found} == {*FILES, "make.py", "README.md", ".gitattributes"}
    assert sum(path.stat().st_size for path in found) < 100_000


def test_the_table_tells_every_format_and_every_file() -> None:
    rows = re.findall(r"^\| (.+) \|$", (HERE / "README.md").read_text(encoding="utf-8"), re.MULTILINE)[1:]
    told = {name: (suffixes.split(), files.split(), tests) for name, suffixes, _, files, tests in map(_cells, rows)}
    assert {name: tuple(suffixes) for name, (suffixes, _, _) in told.items()} == {
        format_.name: format_.suffixes for format_ in all_formats()
    }
    assert sorted(suffix for suffixes, _, _ in told.values() for suffix in suffixes) == list(SUFFIXES)
    assert {file for _, files, _ in told.values() for file in files} == set(FILES)
    assert all((Path(__file__).parent / tests).is_file() for _, _, tests in told.values())


def _cells(row: str) -> list[str]:
    return row.split(" | ")
