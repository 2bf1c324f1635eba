from __future__ import annotations

import time

import pytest

from assistant.articles.formats import Limits
from tests.articles.formats.conftest import Read, claims

RSS = """<?xml version="1.0" encoding="UTF-8"?><rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"
 xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>Daily</title><link>https://daily.example/</link>
<language>en-gb</language><item><title>Bridge reopens &amp; more</title><link>https://daily.example/1</link>
<pubDate>Mon, 02 Mar 2026 23:30:00 -0500</pubDate><dc:creator>Ada Smith</dc:creator><description>Short</description>
<content:encoded><![CDATA[<p>Full <a href="/x">text</a> one.</p><p>Two.</p>]]></content:encoded></item>
<item><title>No text</title><link>https://daily.example/2</link></item>
<item><title>Loop</title><link>https://daily.example/</link><description>Names the feed itself.</description></item>
</channel></rss>"""
ATOM = """<feed xmlns="http://www.w3.org/2005/Atom"><title>A</title><entry><title>T</title><id>urn:1</id>
<updated>2026-03-05T23:30:00-05:00</updated><published>2026-03-01T10:00:00Z</published>
<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>Hi there.</p></div></content>
<author><name>Bo</name></author></entry></feed>"""


def test_rss(read: Read) -> None:
    articles, (skipped,) = read("a.xml", RSS.encode())
    assert [article.fragment for article in articles] == ["1", "3"]
    assert articles[0].text == "Full text one.\n\nTwo."
    assert {each.field: each.value for each in articles[0].claims} == {
        "title": "Bridge reopens & more",
        "published": "Mon, 02 Mar 2026 23:30:00 -0500",
        "byline": "Ada Smith",
        "url": "https://daily.example/1",
        "source": "Daily",
        "language": "en-gb",
    }
    assert skipped.location.endswith("!2")


def test_an_entry_that_names_the_feed_is_read_once_and_has_no_address(read: Read) -> None:
    articles, _ = read("a.xml", RSS.encode())
    assert articles[1].text == "Names the feed itself."
    assert claims(articles[1], "url") is None


def test_atom(read: Read) -> None:
    (article,), skipped = read("a.atom", ATOM.encode())
    assert article.text == "Hi there."
    assert claims(article, "published") == "2026-03-01T10:00:00Z"
    assert claims(article, "byline") == "Bo"
    assert not skipped


def test_entities_that_expand_are_refused(read: Read) -> None:
    entities = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
    bomb = f'<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY a0 "lol">{entities}]>' + RSS[38:].replace("Bridge", "&a9;")
    quadratic = f'<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY a "{"a" * 100_000}">]>' + RSS[38:].replace(
        "Bridge", "&a;" * 9
    )
    for text in (bomb, quadratic):
        start = time.process_time()
        articles, (skipped,) = read("a.rss", text.encode())
        assert not articles
        assert "bomb" in skipped.reason
        assert time.process_time() - start < 5


def test_external_entities_are_not_loaded(read: Read) -> None:
    text = '<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY a SYSTEM "file:///etc/passwd">]>' + RSS[38:].replace(
        "Short", "[&a;]"
    )
    articles, _ = read("a.rss", text.encode())
    assert "root:" not in str(articles)


def test_a_cut_feed_keeps_its_whole_entries(read: Read) -> None:
    articles, skipped = read("a.rss", RSS[: RSS.index("<item><title>No text")].encode())
    assert articles[0].text == "Full text one.\n\nTwo."
    assert "well-formed" in skipped[-1].reason
    assert skipped[-1].cut


@pytest.mark.parametrize("end", ["", "\n<!-- served in 3 ms -->\n"])
def test_a_feed_that_is_not_well_formed_is_read_to_its_end(read: Read, end: str) -> None:
    articles, skipped = read("a.rss", (RSS.replace("Bridge reopens", "Bridge&nbsp;reopens") + end).encode())
    assert [article.fragment for article in articles] == ["1", "3"]
    assert "not well-formed" in skipped[-1].reason
    assert not skipped[-1].cut


def test_what_is_no_feed_is_skipped(read: Read) -> None:
    assert "not a feed" in read("a.xml", b"<urlset><url/></urlset>")[1][0].reason
    assert "not a feed" in read("a.rss", b"Only words.")[1][0].reason


LONG = 6
ENTRY = "<item><title>Number {0}</title><link>https://daily.example/{0}</link><description>{1}</description></item>"


def long_feed(tail: str = "</channel></rss>", head: str = "<?xml version='1.0' encoding='iso-8859-1'?>") -> bytes:
    entries = "".join(ENTRY.format(number, f"Café {number}. " + "word " * 100_000) for number in range(LONG))
    text = f"{head}<rss version='2.0'><channel><title>Café</title><image><title>x</title></image>{entries}{tail}"
    return text.encode("iso-8859-1")


def test_a_long_feed_is_read_in_portions(read: Read) -> None:
    articles, skipped = read("a.xml", long_feed("<language>en</language></channel></rss>"))
    assert [article.fragment for article in articles] == [str(number) for number in range(1, LONG + 1)]
    assert [article.text[:7] for article in articles] == [f"Café {number}." for number in range(LONG)]
    assert {claims(article, "source") for article in articles} == {"Café"}
    assert not skipped


def test_a_long_atom_feed_is_read_in_portions(read: Read) -> None:
    entry = "<a:entry><a:title>T</a:title><a:id>{0}</a:id><a:summary>Number {0}. {1}</a:summary></a:entry>"
    entries = "".join(entry.format(number, "word " * 100_000) for number in range(LONG))
    articles, skipped = read("a.xml", f"<a:feed xmlns:a='http://www.w3.org/2005/Atom'>{entries}</a:feed>".encode())
    assert [article.text[:9] for article in articles] == [f"Number {number}." for number in range(LONG)]
    assert not skipped


def test_a_long_feed_that_is_damaged_keeps_what_came_before(read: Read) -> None:
    data = long_feed(f"<item><title>A&nbsp;B</title></item>{ENTRY.format(9, 'Behind it.')}</channel></rss>")
    articles, skipped = read("a.xml", data)
    assert [article.text[:7] for article in articles][:LONG] == [f"Café {number}." for number in range(LONG)]
    assert articles[-1].text == "Behind it."
    assert "not well-formed" in skipped[-1].reason
    assert not skipped[-1].cut


def test_what_follows_damage_in_a_long_feed_is_limited(read: Read) -> None:
    data = long_feed("</b>" + ENTRY.format(9, "word " * 1_000_000) + "</channel></rss>")
    articles, skipped = read("a.xml", data, Limits(article_bytes=1_500_000))
    assert len(articles) >= LONG - 1
    assert "mismatched tag" in skipped[-1].reason
    assert skipped[-1].cut


def test_a_long_feed_is_no_bomb(read: Read) -> None:
    head = f"<?xml version='1.0'?><!DOCTYPE rss [<!ENTITY a '{'a' * 100}'>]>"
    articles, (skipped,) = read("a.rss", long_feed(head=head))
    assert not articles
    assert "bomb" in skipped.reason


def test_an_entry_that_is_too_long_ends_a_feed(read: Read) -> None:
    articles, (skipped,) = read("a.rss", long_feed(ENTRY.format(9, "x" * 2_000_000)), Limits(article_bytes=1_500_000))
    assert articles
    assert "longer than 1,500,000" in skipped.reason
