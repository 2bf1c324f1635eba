"""Redirects as far as they may go, and addresses inside this computer and its network."""

from __future__ import annotations

from typing import Any

import httpcore2
import pytest

from assistant.articles.fetching import Fetcher, FetchSettings
from assistant.articles.fetching.connection import is_public
from tests.articles.formats.conftest import claims
from tests.web import HTML, Network, Time, Web, article_of, fetch, look_up, parted, skip_of


def test_a_redirect_gives_its_target_as_path(web: Web) -> None:
    web.add("news.example/old", b"", 301, Location="//other.example/caf\u00e9?x#part".encode().decode("latin-1"))
    web.add("other.example/caf%C3%A9?x", HTML)
    article = article_of(fetch(web, "http://news.example/old"))
    assert article.path == claims(article, "url") == "http://other.example/caf%C3%A9?x"
    assert "other.example/robots.txt" in web.asked


@pytest.mark.parametrize(
    ("location", "words"),
    [
        ("/a", "circle"),
        ("/b", "circle"),
        ("file:///etc/passwd", "begin with http"),
        ("http://inside.example/", "inside this computer"),
        ("http://half.example/", "inside this computer"),
        ("http://169.254.169.254/latest/meta-data", "inside this computer"),
        ("http://kim:secret@other.example/", "password"),
    ],
)
def test_redirects_that_are_not_followed(web: Web, location: str, words: str) -> None:
    web.add("news.example/a", b"", 302, Location=location)
    web.add("news.example/b", b"", 302, Location="/a")
    network = Network(web.port)
    assert words in skip_of(fetch(web, "http://news.example/a", network=network)).reason
    assert set(network.dialled) == {"93.184.216.34"}


def test_a_redirect_to_a_page_that_is_not_secure(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    class WithoutTls(Network):
        def connect_tcp(self, host: str, port: int, *args: Any, **options: Any) -> httpcore2.NetworkStream:
            stream = super().connect_tcp(host, port, *args, **options)
            monkeypatch.setattr(stream, "start_tls", lambda *args: stream)
            return stream

    web.add("news.example/a", b"", 302, Location="http://news.example/b")
    skipped = skip_of(fetch(web, "https://news.example/a", network=WithoutTls(web.port)))
    assert "not: http://news.example/b" in skipped.reason


def test_five_redirects_and_no_more(web: Web) -> None:
    for number in range(6):
        web.add(f"news.example/{number}", b"", 307, Location=str(number + 1))
    web.add("news.example/6", HTML)
    assert article_of(fetch(web, "http://news.example/1")).path == "http://news.example/6"
    assert "more than 5 times" in skip_of(fetch(web, "http://news.example/0")).reason


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("8.8.8.8", True),
        ("2606:4700::1", True),
        ("::ffff:8.8.8.8", True),
        ("127.0.0.1", False),
        ("10.1.2.3", False),
        ("100.64.0.1", False),
        ("169.254.169.254", False),
        ("0.0.0.0", False),
        ("224.0.0.1", False),
        ("::1", False),
        ("fe80::1%eth0", False),
        ("fd00::1", False),
        ("::ffff:127.0.0.1", False),
        ("64:ff9b::7f00:1", False),
        ("2002:7f00:1::", False),
    ],
)
def test_public_addresses(address: str, public: bool) -> None:
    assert is_public(address) == public


def test_an_address_inside_needs_leave(web: Web) -> None:
    web.add("inside.example/a", HTML)
    refused = skip_of(fetch(web, "http://inside.example/a"))
    assert "inside this computer" in refused.reason
    assert "fetch_private = true (ASSISTANT_FETCH_PRIVATE=1)" in refused.remedy
    assert not web.asked
    assert article_of(fetch(web, "http://inside.example/a", private=True))


def test_leave_is_only_for_what_was_given(web: Web) -> None:
    web.add("inside.example/a", b"", 302, Location="http://169.254.169.254/")
    web.add("169.254.169.254/", HTML)
    assert article_of(fetch(web, "http://inside.example/a", private=True))
    web.add("news.example/a", b"", 302, Location="http://169.254.169.254/")
    assert skip_of(fetch(web, "http://news.example/a", private=True))


def test_a_connection_inside_is_not_used_again_from_outside(web: Web) -> None:
    web.add("inside.example/a", HTML)
    web.add("news.example/a", b"", 302, Location="http://inside.example/a")
    clock = Time()
    settings = FetchSettings(private=True)
    with Fetcher(settings, clock=clock, sleep=clock.sleep, look_up=look_up, network=Network(web.port)) as fetcher:
        assert article_of(parted(fetcher.fetch("http://inside.example/a")))
        assert "inside this computer" in skip_of(parted(fetcher.fetch("http://news.example/a"))).reason


def test_the_real_network_as_far_as_this_computer(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    web.add("localhost/a", HTML)
    url = f"http://localhost:{web.port}/a"
    with Fetcher(FetchSettings(private=True)) as fetcher:
        assert article_of(parted(fetcher.fetch(url))).path == url
    with Fetcher() as fetcher:
        assert "inside this computer" in skip_of(parted(fetcher.fetch(url))).reason
