from __future__ import annotations

import gzip

from tests.articles.formats.conftest import Read, claims, page, story


def record(url: str, body: bytes, content_type: str = "text/html; charset=utf-8", status: str = "200 OK") -> bytes:
    http = f"HTTP/1.1 {status}\r\nContent-Type: {content_type}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body
    head = (
        f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: {url}\r\nWARC-Date: 2026-03-05T10:00:00Z\r\n"
        f"WARC-Record-ID: <urn:uuid:{abs(hash(url)):032x}>\r\nContent-Type: application/http; msgtype=response\r\n"
        f"Content-Length: {len(http)}\r\n\r\n"
    )
    return head.encode() + http + b"\r\n\r\n"


RECORDS = [
    record("https://d.example/1", page(["Café " + text for text in story(1)]).encode()),
    record("https://d.example/style.css", b"p {}", "text/css"),
    record("https://d.example/gone", page(story(2)).encode(), status="404 Not Found"),
    record("https://d.example/nav", b"<html><body></body></html>"),
    record("https://d.example/plain", b"Plain words.", "text/plain"),
    record("https://d.example/2", page(story(3)).encode()),
]


def test_pages_of_a_crawl(read: Read) -> None:
    for name, data in (
        ("a.warc", b"".join(RECORDS)),
        ("a.warc.gz", b"".join(gzip.compress(each) for each in RECORDS)),
        ("b.warc.gz", gzip.compress(b"".join(RECORDS))),
    ):
        articles, (skipped,) = read(name, data)
        assert [article.fragment.split("!")[-1] for article in articles] == ["1", "5", "6"]
        assert [claims(article, "url") for article in articles] == [
            "https://d.example/1",
            "https://d.example/plain",
            "https://d.example/2",
        ]
        assert "Café" in articles[0].text
        assert "2026-03-05" not in str(articles)  # when it was crawled
        assert skipped.location.endswith("!4")


def test_a_cut_or_damaged_crawl_keeps_what_came_before(read: Read) -> None:
    data = b"".join(RECORDS)
    articles, (_, skipped) = read("a.warc", data[:-500])
    assert [article.fragment for article in articles] == ["1", "5"]
    assert "cut short" in skipped.reason
    articles, skipped_too = read("a.warc.gz", gzip.compress(data)[:-100])
    assert articles
    assert skipped_too[-1].location.endswith("a.warc.gz!a.warc")
    articles, skipped = read("a.warc", RECORDS[0] + b"garbage\r\n" * 10 + RECORDS[5])
    assert len(articles) >= 1
    assert len(articles) == 2 or skipped


def test_a_large_record_is_skipped(read: Read) -> None:
    from assistant.articles.formats import Limits

    data = record("https://d.example/big", b"x" * 50_000, "text/plain") + RECORDS[4]
    articles, (skipped,) = read("a.warc", data, Limits(article_bytes=20_000))
    assert [article.text for article in articles] == ["Plain words."]
    assert "20,000" in skipped.reason
