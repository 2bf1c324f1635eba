from __future__ import annotations

import gzip
import hashlib
from pathlib import Path

import pytest

from assistant.articles import load_article
from assistant.articles.formats import read_articles
from assistant.articles.formats.text import front_matter
from tests.articles.formats.conftest import Read, claims


@pytest.mark.parametrize("data", ["Line one.\r\n\r\nCafé.\n".encode(), "Café.".encode("cp1252"), b"\xef\xbb\xbfText."])
def test_a_whole_text_file_is_what_load_article_gives(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "page.txt"
    path.write_bytes(data)
    (article,) = read_articles(path)
    assert article == load_article(path, 1000)
    assert article.encoding is not None  # type: ignore[union-attr]
    assert data.decode(article.encoding) == article.text  # type: ignore[union-attr, arg-type]


def test_markdown_keeps_its_text_and_states_its_front_matter(read: Read) -> None:
    data = b"---\ntitle: 'Bridge: open'\ndate: 2026-03-02T23:30:00-05:00\nauthors: [Ada Smith, Bo Lee]\non: x\n---\n"
    data += b"# Bridge\n\nText.\n"
    (article,), skipped = read("a.md", data)
    assert article.text.encode() == data
    assert article.encoding == "utf-8"
    assert article.fragment == ""
    assert article.content_hash == hashlib.sha256(data).hexdigest()
    assert claims(article, "title") == "Bridge: open"
    assert claims(article, "published") == "2026-03-02T23:30:00-05:00"
    assert claims(article, "byline") == "Ada Smith, Bo Lee"
    assert not skipped


@pytest.mark.parametrize(
    "text",
    ["---\n" + "[" * 500 + "\n---\nx", "---\na: [\n---\nx", "---\n- a\n---\nx", "---\n? [a]\n: b\n---\nx", "x", ""],
)
def test_front_matter_that_is_none_states_nothing(text: str) -> None:
    assert front_matter(text) == ()


def test_compressed_text_is_extracted(read: Read) -> None:
    (article,), _ = read("a.txt.gz", gzip.compress(b"Some text.\r\n"))
    assert (article.text, article.encoding, article.fragment) == ("Some text.\r\n", None, "a.txt")


def test_text_that_is_a_page_is_read_as_a_page(read: Read) -> None:
    from tests.articles.formats.conftest import page, story

    (article,), _ = read("saved.txt", page(story()).encode())
    assert article.encoding is None
    assert "<p>" not in article.text


def test_a_binary_file_named_txt_is_skipped(read: Read) -> None:
    articles, (skipped,) = read("a.txt", bytes(range(256)) * 10)
    assert not articles
    assert "binary" in skipped.reason


def test_an_empty_file_and_an_unknown_one_are_skipped(read: Read) -> None:
    assert "empty" in read("a.html", b"")[1][0].reason
    assert "no format" in read("a.png", b"\x89PNG\r\n\x1a\n" + bytes(100))[1][0].reason


def test_what_is_no_file_is_skipped(tmp_path: Path) -> None:
    (missing,) = read_articles(tmp_path / "missing.txt")
    (folder,) = read_articles(tmp_path)
    assert "no longer there" in missing.reason  # type: ignore[union-attr]
    assert "not a regular file" in folder.reason  # type: ignore[union-attr]
