"""MHTML: a page saved with all its parts, as browsers do."""

from __future__ import annotations

import email
import email.message
import email.policy
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.header import decode_header, make_header

from assistant.articles.formats.base import Limits, RawSource
from assistant.articles.formats.html import decode_html, read_page
from assistant.errors import ArticleError
from assistant.records import Claim, RawArticle

_HEADERS = re.compile(rb"(?:[\w-]{1,60}:[^\n]*\n(?:[ \t][^\n]*\n)*)+")
_LONGEST_HEADER = 2000
_SURE_OF_URL = 0.85
_SURE_OF_TITLE = 0.6


@dataclass(frozen=True, slots=True)
class Mhtml:
    """One article a file: that of the first HTML part. The date in its head is when it was saved, and is not used."""

    name: str = "MHTML"
    suffixes: tuple[str, ...] = (".mhtml", ".mht")

    def claims(self, head: bytes, name: str) -> bool:
        """When it begins with the headers of a message that has a page and its parts."""
        match = _HEADERS.match(head)
        headers = match[0].lower() if match else b""
        return b"mime-version:" in headers and b"multipart/related" in headers

    def read(self, source: RawSource, limits: Limits) -> Iterator[RawArticle]:
        """The article; ArticleError when there is no HTML part, or no article in it."""
        data = source.read_whole(limits.article_bytes)
        try:
            message = email.message_from_bytes(data, policy=email.policy.compat32)
            part = next((part for part in message.walk() if part.get_content_type() == "text/html"), None)
        except RecursionError as error:
            raise ArticleError("Its parts are nested too deep.", "Save the page again.") from error
        if part is None:
            raise ArticleError("It holds no HTML part.", "Save the page again, or as HTML.")
        body = part.get_payload(decode=True)
        if not isinstance(body, bytes):
            raise ArticleError("Its HTML part cannot be decoded.", "Save the page again, or as HTML.")
        address = _header(part, "Content-Location") or _header(message, "Snapshot-Content-Location")
        url = address if address.startswith("http") else None
        page = read_page(decode_html(body, source.location, part.get_content_charset()), url)
        claims = list(page.claims)
        if url:
            claims.append(Claim("url", url, "MHTML Content-Location", _SURE_OF_URL))
        if title := _header(message, "Subject"):
            claims.append(Claim("title", title, "MHTML Subject", _SURE_OF_TITLE))
        yield source.article(page.text, claims, extracted_body=True)


def _header(message: email.message.Message, name: str) -> str:
    raw = str(message.get(name) or "").strip()
    if len(raw) > _LONGEST_HEADER:
        return ""
    try:
        return str(make_header(decode_header(raw))).strip()
    except (ValueError, LookupError, RecursionError):
        return raw
