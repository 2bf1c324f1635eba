"""Fetching pages: their address, their format, their encoding."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from assistant.articles.formats import read_articles
from tests.articles.formats.conftest import claims, page
from tests.web import HTML, STORY, Web, article_of, fetch, parted, skip_of


def test_a_page(web: Web) -> None:
    web.add("news.example/a?b=1", HTML)
    article = article_of(fetch(web, "HTTP://News.example:80/a?b=1#part"))
    assert article.path == "http://news.example/a?b=1"
    assert article.encoding is None
    assert article.fragment == ""
    assert STORY[0] in article.text
    assert claims(article, "url") == article.path
    assert web.asked == ["news.example/robots.txt", "news.example/a?b=1"]
    assert web.headers[1]["user-agent"].startswith("news-assistant/")
    assert "cookie" not in web.headers[1]


def test_a_stated_address_stays_and_the_path_is_where_the_page_was(web: Web) -> None:
    web.add("news.example/a", page(STORY, '<link rel="canonical" href="https://canonical.example/x">'))
    article = article_of(fetch(web, "http://news.example/a"))
    assert article.path == "http://news.example/a"
    assert [each.value for each in article.claims if each.field == "url"] == ["https://canonical.example/x"]


@pytest.mark.parametrize(
    ("path", "content_type", "body"),
    [
        ("story", "text/plain", b"A plain story of the bridge."),
        ("story", "text/plain; charset=iso-8859-1", "A plain story of the caf\xe9 bridge.".encode("latin-1")),
        ("story.md", "text/plain", b"---\ntitle: Bridge\n---\n\nA plain story."),
        ("story.txt", "application/octet-stream", b"A plain story."),
        ("story", "application/json", b'{"title": "Bridge", "text": "A plain story of the bridge."}'),
        ("story", "", b"<!doctype html><p>" + STORY[0].encode()),
    ],
)
def test_other_formats_are_read_too(web: Web, path: str, content_type: str, body: bytes) -> None:
    web.add(f"news.example/{path}", body, **{"Content-Type": content_type})
    article = article_of(fetch(web, f"http://news.example/{path}"))
    assert "plain story" in article.text or STORY[0] in article.text
    assert article.path == f"http://news.example/{path}"
    assert "\ufffd" not in article.text
    assert ("é" in article.text) == ("8859" in content_type)


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("story.txt", "\ufeffA story of the café.".encode()),
        ("story.md", b"---\ntitle: Bridge\n---\n\nA story."),
        ("story.html", HTML),
        (
            "feed.xml.gz",
            gzip.compress(b"<rss><channel><item><description>A story.</description></item></channel></rss>", mtime=0),
        ),
        ("all.jsonl", b'{"text": "One story."}\n{"text": "Another."}\n'),
    ],
)
def test_a_file_gives_the_same_text_from_the_disk_and_from_the_web(
    web: Web, tmp_path: Path, name: str, body: bytes
) -> None:
    (tmp_path / name).write_bytes(body)
    web.add(f"news.example/{name}", body, **{"Content-Type": "application/octet-stream"})
    articles, skipped = fetch(web, f"http://news.example/{name}")
    assert not skipped
    from_disk, _ = parted(read_articles(tmp_path / name))
    assert [(each.text, each.fragment) for each in articles] == [(each.text, each.fragment) for each in from_disk]
    assert len(articles) > 0


def test_records_have_no_address_but_their_file(web: Web) -> None:
    web.add("news.example/all.jsonl", b'{"text": "One story."}\n{"text": "Another."}\n', Content_Type="text/plain")
    articles, skipped = fetch(web, "http://news.example/all.jsonl")
    assert [article.fragment for article in articles] == ["1", "2"]
    assert all(claims(article, "url") is None for article in articles)
    assert not skipped


@pytest.mark.parametrize(
    ("charset", "encoding", "meta"),
    [
        ("windows-1251", "cp1251", ""),
        ("windows-1251", "cp1251", "utf-8"),
        ("utf-8", "cp1251", "windows-1251"),
        ("no-such-charset", "utf-8", ""),
        ("punycode", "utf-8", "unicode_escape"),
        ("utf-8", "utf-8-sig", "windows-1251"),
    ],
    ids=["as told", "server before page", "wrong, page is right", "unknown", "of no text", "mark"],
)
def test_encodings(web: Web, charset: str, encoding: str, meta: str) -> None:
    text = ["Мост через гавань открылся в понедельник после ремонта, сообщил городской совет. " * 3]
    head = f'<meta charset="{meta}">' if meta else ""
    web.add("news.example/a", page(text, head).encode(encoding), Content_Type=f"text/html; charset={charset}")
    assert text[0].strip() in article_of(fetch(web, "http://news.example/a")).text


def test_what_is_no_article(web: Web) -> None:
    web.add("news.example/empty", "<!doctype html><html><body><script>load()</script></body></html>")
    web.add("news.example/logo", b"\x89PNG\r\n\x1a\n" + bytes(50), Content_Type="image/png")
    assert "No article text" in skip_of(fetch(web, "http://news.example/empty")).reason
    assert "no format that is read" in skip_of(fetch(web, "http://news.example/logo")).reason
