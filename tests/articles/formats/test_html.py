from __future__ import annotations

import json
import time

import pytest

from assistant.articles.formats.tree import fragment_text
from tests.articles.formats.conftest import Read, claims, page, story


def test_the_frame_is_the_articles_paragraphs(read: Read) -> None:
    (article,), skipped = read("a.html", page(story()).encode())
    assert article.text.split("\n\n")[-4:] == story()
    assert "Home" not in article.text
    assert "Copyright" not in article.text
    assert article.encoding is None
    assert article.fragment == ""
    assert claims(article, "title") == "Bridge reopens"
    assert claims(article, "language") == "en-GB"
    assert not skipped


JSON_LD = {
    "@context": "https://schema.org",
    "@graph": [
        {"@type": "WebSite", "name": "Site"},
        {
            "@type": ["NewsArticle"],
            "headline": "Bridge\nopens",
            "datePublished": "2026-03-02T23:30:00-05:00",
            "dateModified": "2026-03-09",
            "publisher": {"@type": "Organization", "name": "The Daily"},
            "author": [{"name": "Ada Smith"}, "Bo Lee"],
            "articleSection": ["Local"],
            "inLanguage": "en",
            "mainEntityOfPage": {"@id": "https://daily.example/1"},
        },
    ],
}


@pytest.mark.parametrize("data", [JSON_LD, [JSON_LD], JSON_LD["@graph"][1]])  # type: ignore[index]
def test_json_ld(read: Read, data: object) -> None:
    script = f'<script type="application/ld+json">{json.dumps(data)}</script>'
    (article,), _ = read("a.html", page(story(), script).encode())
    found = {each.field: (each.value, each.found_in) for each in reversed(article.claims)}
    assert found["title"] == ("Bridge opens", "JSON-LD headline")
    assert found["published"] == ("2026-03-02T23:30:00-05:00", "JSON-LD datePublished")
    assert found["source"][0] == "The Daily"
    assert found["byline"][0] == "Ada Smith, Bo Lee"
    assert found["section"][0] == "Local"
    assert found["language"][0] == "en"
    assert found["url"][0] == "https://daily.example/1"
    assert "2026-03-09" not in str(article.claims)


def test_open_graph_link_and_time(read: Read) -> None:
    head = (
        '<meta property="og:title" content="Bridge &amp; more"><meta property="og:site_name" content="The Daily">'
        '<meta property="article:published_time" content="2026-03-02"><link rel="canonical" href="https://d.example/1">'
    )
    time_element = '<time datetime="2026-03-01">1 March</time>'
    (article,), _ = read("a.html", page(story(), head, time_element).encode())
    assert claims(article, "title") == "Bridge & more"
    assert claims(article, "source") == "The Daily"
    assert claims(article, "url") == "https://d.example/1"
    dates = [(each.value, each.confidence) for each in article.claims if each.field == "published"]
    assert dates == [("2026-03-02", 0.9), ("2026-03-01", 0.7)]


@pytest.mark.parametrize("script", ["{", "[" * 100_000, "", "9" * 5000, '{"@graph": [[[{"@type": 5}]]]}'])
def test_broken_json_ld_is_passed_over(read: Read, script: str) -> None:
    (article,), _ = read("a.html", page(story(), f'<script type="application/ld+json">{script}</script>').encode())
    assert article.text


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252", "utf-16", "shift_jis"])
def test_encodings(read: Read, encoding: str) -> None:
    word = "東京" if encoding == "shift_jis" else "Café"
    declared = "" if encoding == "utf-16" else f'<meta charset="{encoding}">'
    (article,), _ = read("a.html", page([f"{word} {text}" for text in story()], declared).encode(encoding))
    assert article.text.count(word) == 4


@pytest.mark.parametrize("tag", ["div", "b"])
def test_nesting_100000_deep_keeps_the_text(read: Read, tag: str) -> None:
    first, *rest = story(3, 8)
    deep = f"<{tag}>" * 100_000 + f"<p>{first}</p>" + f"</{tag}>" * 100_000
    start = time.process_time()
    (article,), _ = read("a.html", page(rest).replace("</article>", f"{deep}</article>").encode())
    assert all(text in article.text for text in rest)
    assert time.process_time() - start < 20


def test_unclosed_nesting_keeps_the_text(read: Read) -> None:
    (article,), _ = read(
        "a.html", ("<html><body>" + "<div>" * 100_000 + "".join(f"<p>{t}</p>" for t in story(3, 8))).encode()
    )
    assert all(text in article.text for text in story(3, 8))


@pytest.mark.parametrize(
    "data", [b"<html></html>", b"Only words", b"<html><nav><a href='/'>Home</a></nav></html>", b"   "]
)
def test_pages_without_an_article_are_skipped(read: Read, data: bytes) -> None:
    articles, skipped = read("a.html", data)
    assert len(articles) + len(skipped) == 1


def test_a_text_file_named_html_and_a_pdf_that_is_a_page(read: Read) -> None:
    assert read("a.html", bytes(range(256)) * 4)[1]
    assert read("a.pdf", page(story()).encode())[0]


def test_fragments() -> None:
    assert fragment_text("Fish &amp; chips") == "Fish & chips"
    assert fragment_text("5 < 6 and 7 > 2") == "5 < 6 and 7 > 2"
    assert fragment_text("<p>One</p>two<div>three <i>four</i></div>") == "One\n\ntwo\n\nthree four"
    assert fragment_text("") == ""


@pytest.mark.parametrize("before", ["", "<p></p>", "<p> \n</p>", "<p><p>", "</p>", "<div><p></p></div>"])
def test_empty_paragraphs_are_as_if_they_were_not_there(before: str) -> None:
    assert (
        fragment_text(f"{before}<p>One <b>and</b></p>{before}two<p><i>three</i>{before}</p>")
        == "One and\n\ntwo\n\nthree"
    )
