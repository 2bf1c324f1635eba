"""HTML pages: the article's text by trafilatura, and what the page states about it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import lxml.etree

from assistant.articles.formats.base import Limits, RawSource
from assistant.articles.formats.markup import stated_in
from assistant.articles.formats.tree import parse
from assistant.articles.loading import decode, decode_as
from assistant.errors import ArticleError
from assistant.records import Claim, RawArticle

_PAGE = re.compile(
    rb"(?:\xef\xbb\xbf)?(?:\s|<\?xml[^>]*>|<!--.*?-->)*<(?:!doctype\s+html|html|head|body)\b", re.I | re.S
)
_CHARSET = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([\w.:-]{2,40})""", re.IGNORECASE)
_HEAD_BYTES = 4096
_NO_TEXT = "No article text is found in the page."
_SURE_OF_TITLE = 0.5


@dataclass(frozen=True, slots=True)
class Page:
    """The article of one page.

    Attributes:
        text: paragraphs, headings and list items, separated by blank lines.
        stated: what the page says about the article.
    """

    text: str
    claims: tuple[Claim, ...]


@dataclass(frozen=True, slots=True)
class Html:
    """One article a page."""

    name: str = "HTML"
    suffixes: tuple[str, ...] = (".html", ".htm", ".xhtml")

    def claims(self, head: bytes, name: str) -> bool:
        """When it begins with a document type or the elements of a page."""
        return _PAGE.match(head) is not None

    def read(self, source: RawSource, limits: Limits) -> Iterator[RawArticle]:
        """The article; ArticleError when the page has none."""
        data = source.read_whole(limits.article_bytes)
        page = read_page(decode_html(data, source.location, source.charset))
        yield source.article(page.text, page.claims, extracted_body=True)


def decode_html(data: bytes, place: str, charset: str | None = None) -> str:
    """The characters of a page: by a byte order mark, what its server or the page itself says, else an estimate.

    Raises:
        ArticleError: it is binary, or of no recognisable encoding.
    """
    named = _CHARSET.search(data[:_HEAD_BYTES])
    for declared in (charset, named[1].decode("ascii", "replace") if named else None):
        if (text := decode_as(data, declared)) is not None:
            return text
    return decode(place, data)[1].lstrip("\ufeff")


def read_page(html: str, url: str | None = None) -> Page:
    """The article of a page.

    Args:
        html: the page.
        url: its address, where it is known from elsewhere.

    Raises:
        ArticleError: no article is found in it.
    """
    import trafilatura  # slow to import

    try:
        tree = parse(html)
    except ValueError as error:
        raise ArticleError("It holds no HTML.", "Save the page again.") from error
    claims = list(stated_in(tree))
    found = trafilatura.bare_extraction(
        tree,
        url=url,
        with_metadata=True,
        include_comments=False,
        include_tables=True,
        date_extraction_params={"original_date": True, "extensive_search": False, "max_date": "2100-01-01"},
    )
    text = "\n\n".join(_lines(found.body)) if found is not None and found.body is not None else ""  # type: ignore[union-attr]
    if not text:
        raise ArticleError(_NO_TEXT, "Save the page with its article, or as plain text.")
    title = getattr(found, "title", None)
    if title and not any(each.field == "title" for each in claims):
        claims.append(Claim("title", title.strip(), "the page's title or first heading", _SURE_OF_TITLE))
    return Page(text, tuple(claims))


def _lines(body: lxml.etree._Element) -> Iterator[str]:
    """One line for each paragraph, heading, list item and row of trafilatura's tree."""
    for element in body:
        for row in _rows(element):
            for line_break in row.iter("lb"):
                line_break.tail = " " + (line_break.tail or "")
            parts: list[Any] = list(row.iter("cell")) if row.tag == "row" else [row]
            text = " | ".join(" ".join("".join(part.itertext()).split()) for part in parts)
            if text:
                yield text


def _rows(element: lxml.etree._Element) -> list[lxml.etree._Element]:
    if element.tag == "list":
        return list(element.iter("item")) or [element]
    if element.tag == "table":
        return list(element.iter("row")) or [element]
    if element.tag == "quote" and element.find(".//p") is not None:
        return list(element.iter("p"))
    return [element]
