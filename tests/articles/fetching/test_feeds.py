"""Feeds: their pages, their own text, their ends."""

from __future__ import annotations

import pytest

from tests.articles.formats.conftest import claims, page, story
from tests.web import STORY, Network, Web, article_of, fetch, rss


def test_a_feed(web: Web) -> None:
    bare = f"<html><body><article>{''.join(f'<p>{text}</p>' for text in story(2))}</article></body></html>"
    first = "<title>From the feed</title><link>/1#top</link><pubDate>Mon, 02 Mar 2026 23:30:00 GMT</pubDate>"
    web.add("news.example/feed", rss(first, "<title>Again</title><link>http://news.example/1</link>", "<link>2</link>"))
    web.add("news.example/1", bare)
    web.add("news.example/2", page(STORY, '<meta property="og:title" content="From the page">'))
    articles, skipped = fetch(web, "http://news.example/feed")
    assert not skipped
    assert [article.path for article in articles] == ["http://news.example/1", "http://news.example/2"]
    assert claims(articles[0], "title") == "From the feed"
    assert claims(articles[0], "published") == "Mon, 02 Mar 2026 23:30:00 GMT"
    assert claims(articles[0], "source") == "Daily"
    assert claims(articles[0], "url") == "http://news.example/1"
    assert claims(articles[1], "title") == "From the page"
    assert [web.asked.count(f"news.example/{number}") for number in (1, 2)] == [1, 1]


def test_a_page_is_the_same_article_from_a_feed_and_by_itself(web: Web) -> None:
    head = (
        '<meta property="og:title" content="Bridge"><meta property="og:site_name" content="The Daily">'
        '<meta property="article:published_time" content="2026-03-02">'
    )
    web.add("news.example/1", page(STORY, head))
    web.add("news.example/feed", rss("<title>Other words</title><link>http://news.example/1</link>"))
    (article,), _ = fetch(web, "http://news.example/feed")
    assert article == article_of(fetch(web, "http://news.example/1"))


def test_the_feeds_own_text_where_there_is_no_page(web: Web) -> None:
    entry = "<title>Gone</title><link>http://news.example/{}</link><description>{}</description>"
    entries = [
        entry.format("gone", "Its own text."),
        entry.format("gone-too", ""),
        "<description>No link.</description>",
    ]
    web.add("news.example/feed", rss(*entries, "<title>Nothing</title>"))
    articles, skipped = fetch(web, "http://news.example/feed")
    assert [(article.path, article.fragment, article.text) for article in articles] == [
        ("http://news.example/gone", "", "Its own text."),
        ("http://news.example/feed", "3", "No link."),
    ]
    assert claims(articles[0], "url") == "http://news.example/gone"
    assert claims(articles[0], "title") == "Gone"
    assert claims(articles[1], "url") is None
    assert [each.location for each in skipped] == [
        "http://news.example/gone",
        "http://news.example/gone-too",
        "http://news.example/feed!4",
    ]


def test_feeds_in_feeds_end(web: Web) -> None:
    links = ["http://news.example/feed", "/start", "/other", "/back"]
    web.add("news.example/start", b"", 302, Location="/feed")
    web.add("news.example/back", b"", 302, Location="/feed")
    web.add("news.example/feed", rss(*(f"<link>{link}</link><description>Own text.</description>" for link in links)))
    web.add("news.example/other", rss("<link>http://news.example/feed</link>", "<link>/deeper</link>"))
    articles, skipped = fetch(web, "http://news.example/start")
    assert [article.location for article in articles] == [
        "http://news.example/feed!1",
        "http://news.example/other",
        "http://news.example/back",
    ]
    assert "feeds in feeds" in skipped[0].reason
    assert "read already" in skipped[1].reason
    assert "news.example/deeper" not in web.asked


def test_only_so_many_entries(web: Web) -> None:
    web.add("news.example/feed", rss(*(f"<link>/{number}</link>" for number in range(9))))
    for number in range(9):
        web.add(f"news.example/{number}", page(story(number)))
    articles, (skipped,) = fetch(web, "http://news.example/feed", max_entries=3)
    assert len(articles) == 3
    assert skipped.reason == "It has 9 entries; the first 3 are read."


def test_links_of_a_feed_are_checked_like_redirects(web: Web) -> None:
    links = ["http://inside.example/", "file:///etc/passwd", "javascript:alert(1)"]
    web.add("news.example/feed", rss(*(f"<title>T</title><link>{link}</link>" for link in links)))
    network = Network(web.port)
    articles, skipped = fetch(web, "http://news.example/feed", network=network, private=True)
    assert not articles
    assert "inside this computer" in skipped[0].reason
    assert set(network.dialled) == {"93.184.216.34"}


@pytest.mark.parametrize("body", ["<rss><channel></channel></rss>", "<rss", rss("<link>/1</link>")[:-30] + "&bad;"])
def test_damaged_feeds(web: Web, body: str) -> None:
    web.add("news.example/feed", body)
    _, skipped = fetch(web, "http://news.example/feed")
    assert skipped
