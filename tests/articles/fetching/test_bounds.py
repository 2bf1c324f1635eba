"""Fetching within bounds of time and size."""

from __future__ import annotations

import gzip
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler

import pytest

from assistant.articles.fetching import Fetcher, FetchSettings
from tests.web import HTML, STORY, Network, Web, article_of, fetch, look_up, parted, skip_of


def drip(head: bytes) -> Callable[[BaseHTTPRequestHandler], None]:
    """Sends ``head`` and then a byte every 20 ms, for ten seconds at most."""

    def send(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(head)
        for _ in range(500):
            handler.wfile.write(b"x")
            time.sleep(0.02)
        handler.close_connection = True

    return send


@pytest.mark.parametrize("head", [b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n", b"HTTP/1.1 200 OK\r\nX-Slow: "])
def test_a_slow_drip_ends(web: Web, head: bytes) -> None:
    web.pages["news.example/a"] = drip(head)
    settings = FetchSettings(timeout=5.0, total_timeout=0.3, delay=0.0)
    with Fetcher(settings, look_up=look_up, network=Network(web.port)) as fetcher:
        skipped = skip_of(parted(fetcher.fetch("http://news.example/a")))
    assert "longer than 0.3 s" in skipped.reason


def test_a_silent_server(web: Web) -> None:
    done = threading.Event()
    web.pages["news.example/a"] = lambda handler: done.wait(10) and None
    try:
        assert "sent nothing for 0.2 s" in skip_of(fetch(web, "http://news.example/a", timeout=0.2)).reason
    finally:
        done.set()


def test_a_huge_page_is_left_before_its_end(web: Web) -> None:
    sent = 0

    def flood(handler: BaseHTTPRequestHandler) -> None:
        nonlocal sent
        handler.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n")
        handler.close_connection = True
        while sent < 2000:
            handler.wfile.write(bytes(100_000))
            sent += 1

    web.pages["news.example/a"] = flood
    skipped = skip_of(fetch(web, "http://news.example/a", max_bytes=50_000))
    assert "more than 50,000 bytes" in skipped.reason
    assert sent < 2000


def test_the_limit_is_of_what_is_allowed(web: Web) -> None:
    web.add("news.example/a", HTML)
    assert article_of(fetch(web, "http://news.example/a", max_bytes=len(HTML)))
    assert skip_of(fetch(web, "http://news.example/a", max_bytes=len(HTML) - 1))


def test_gzip(web: Web) -> None:
    web.add("news.example/a", gzip.compress(HTML[:300]) + gzip.compress(HTML[300:]), Content_Encoding="gzip")
    assert STORY[-1] in article_of(fetch(web, "http://news.example/a")).text


def test_a_gzip_bomb_is_cut(web: Web) -> None:
    web.add("news.example/a", gzip.compress(bytes(30_000_000), 1), Content_Encoding="gzip")
    assert "more than 100,000 bytes" in skip_of(fetch(web, "http://news.example/a", max_bytes=100_000)).reason


@pytest.mark.parametrize(
    ("body", "coding", "words"),
    [
        (gzip.compress(HTML)[:-20], "gzip", "cut short"),
        (HTML, "gzip", "damaged"),
        (HTML, "br", "not asked for (br)"),
    ],
)
def test_bad_compression(web: Web, body: bytes, coding: str, words: str) -> None:
    web.add("news.example/a", body, Content_Encoding=coding)
    assert words in skip_of(fetch(web, "http://news.example/a")).reason
