"""Manners of fetching: robots.txt, pauses, no cookies."""

from __future__ import annotations

import threading

import pytest

from tests.web import HTML, Time, Web, article_of, fetch, rss, skip_of


def test_robots(web: Web) -> None:
    rules = "User-agent: *\nDisallow: /\n\nUser-agent: news-assistant\nDisallow: /private\n"
    web.add("news.example/robots.txt", rules, Content_Type="text/plain")
    web.add("news.example/a", HTML)
    web.add("news.example/b", b"", 302, Location="/private/a")
    assert article_of(fetch(web, "http://news.example/a"))
    for url in ("http://news.example/private/a", "http://news.example/b"):
        assert "robots.txt" in skip_of(fetch(web, url)).reason
    assert "news.example/private/a" not in web.asked
    assert "robots.txt" in skip_of(fetch(web, "http://news.example/a", user_agent="other/1.0")).reason


@pytest.mark.parametrize(("status", "allowed"), [(404, True), (403, True), (500, False), (503, False)])
def test_robots_that_are_not_there(web: Web, status: int, allowed: bool) -> None:
    web.add("news.example/robots.txt", "User-agent: *\nDisallow: /", status)
    web.add("news.example/a", HTML)
    articles, skipped = fetch(web, "http://news.example/a")
    assert len(articles) == allowed
    assert allowed or "http://news.example/robots.txt allows cannot be told" in skipped[0].reason


def test_robots_that_do_not_answer_are_asked_once(web: Web) -> None:
    done = threading.Event()
    web.pages["news.example/robots.txt"] = lambda handler: done.wait(10) and None
    web.add("other.example/feed", rss("<link>http://news.example/1</link>", "<link>http://news.example/2</link>"))
    try:
        _, skipped = fetch(web, "http://other.example/feed", timeout=0.5)
    finally:
        done.set()
    assert ["sent nothing" in each.reason for each in skipped] == [True, True]
    assert web.asked.count("news.example/robots.txt") == 1


def test_long_robots_are_read_as_far_as_their_last_whole_rule(web: Web) -> None:
    rules = "User-agent: *\nDisallow: /secret\n"
    rules += "#" * (500_000 - len(rules) - len("\nDisallow: /")) + "\nDisallow: /nowhere\n"
    web.add("news.example/robots.txt", rules)
    web.add("news.example/a", HTML)
    assert article_of(fetch(web, "http://news.example/a"))
    assert skip_of(fetch(web, "http://news.example/secret"))


@pytest.mark.parametrize(
    ("rules", "pauses"),
    [
        ("", [1.0, 1.0]),
        ("User-agent: *\nCrawl-delay: 2.5", [2.5, 2.5]),
        ("User-agent: *\nCrawl-delay: 900", [30.0] * 2),
    ],
)
def test_pauses(web: Web, rules: str, pauses: list[float]) -> None:
    web.add("news.example/robots.txt", rules)
    web.add(
        "news.example/feed", rss(*(f"<link>/{number}</link>" for number in range(2)), "<link>//other.example/</link>")
    )
    clock = Time()
    fetch(web, "http://news.example/feed", clock)
    assert clock.slept == pauses
    assert web.asked.count("news.example/robots.txt") == 1


def test_a_host_that_asks_for_a_pause_has_it(web: Web) -> None:
    web.add("news.example/feed", rss(*(f"<link>/{number}</link>" for number in range(4))))
    web.add("news.example/0", HTML, 429, Retry_After="20")
    web.add("news.example/1", HTML)
    web.add("news.example/2", HTML, 503, Retry_After="3600")
    clock = Time()
    articles, skipped = fetch(web, "http://news.example/feed", clock)
    assert clock.slept == [1.0, 20.0, 1.0]
    assert [article.path for article in articles] == ["http://news.example/1"]
    assert skipped[-1].reason == "news.example asked for a pause."
    assert skipped[-1].remedy == "Try again in 3,600 seconds."
    assert "news.example/3" not in web.asked


def test_a_host_cannot_ask_for_less_than_the_usual_pause(web: Web) -> None:
    web.add("news.example/feed", rss("<link>/0</link>", "<link>/1</link>"))
    web.add("news.example/0", HTML, 429, Retry_After="0")
    clock = Time()
    fetch(web, "http://news.example/feed", clock)
    assert clock.slept == [1.0, 1.0]


def test_no_cookies(web: Web) -> None:
    web.add("news.example/a", b"", 302, Location="/b", Set_Cookie="id=1; Path=/")
    web.add("news.example/b", HTML)
    assert article_of(fetch(web, "http://news.example/a"))
    assert not any("cookie" in headers for headers in web.headers)
