"""RSS and Atom files: one article an entry."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from assistant.articles.formats.base import Limits, RawSource, Skipped, skip
from assistant.articles.formats.feed_portions import portions
from assistant.articles.formats.streams import preceded
from assistant.articles.formats.tree import fragment_text
from assistant.errors import ArticleError
from assistant.records import Claim, RawArticle

_FEED = re.compile(
    rb"(?:\xef\xbb\xbf)?(?:\s|<\?.{0,500}?\?>|<!--.*?-->|<!doctype[^>]{0,500}>)*<(?:\w+:)?(?:rss|feed|rdf)\b",
    re.IGNORECASE | re.DOTALL,
)
#: The end of a whole feed; in one that lacks it, entries may be missing.
_END = re.compile(rb"</(?:\w+:)?(?:rss|feed|rdf)\s*>(?:\s|<!--.*?-->)*\Z", re.IGNORECASE | re.DOTALL)
_END_BYTES = 1000
_ENTITY = re.compile(rb"""<!ENTITY\s+(?:%\s+)?[^\s"'>]+\s+(["'])(.*?)\1""", re.IGNORECASE | re.DOTALL)
_LONG_ENTITY = 1000
_SURE = 0.9
_SHORT = 1_000_000


@dataclass(frozen=True, slots=True)
class FeedEntry:
    """One entry of a feed.

    Attributes:
        text: its content, or its summary when that is longer; "" when it has neither.
        stated: what the feed says about the article.
        link: address of the article's page, as it stands there; None when it has none, or names the feed itself.
    """

    text: str
    claims: tuple[Claim, ...]
    link: str | None


@dataclass(frozen=True, slots=True)
class Feed:
    """One article for each entry with content or a summary; ``fragment`` is the entry's number.

    Nothing that a feed names is fetched, so a feed that names itself is read once.
    """

    name: str = "a feed"
    suffixes: tuple[str, ...] = (".rss", ".atom", ".rdf", ".xml")

    def claims(self, head: bytes, name: str) -> bool:
        """By its first element."""
        return _FEED.match(head) is not None

    def read(self, source: RawSource, limits: Limits) -> Iterator[RawArticle | Skipped]:
        """The articles; ArticleError when it is no feed, or its entities expand."""
        number = 0
        for data in _in_portions(source, limits):
            entries, damage = read_feed(data, source.location)
            for entry in entries:
                number += 1
                try:
                    if not entry.text:
                        raise ArticleError("The entry has neither content nor a summary.", "Fetch the page it names.")
                    yield source.article(entry.text, entry.claims, str(number))
                except ArticleError as error:
                    yield skip(source.location_of(str(number)), error)
            if damage is not None:
                yield damage


def _in_portions(source: RawSource, limits: Limits) -> Iterator[bytes]:
    """The feed itself when it is short, else several."""
    with source.open() as stream:
        data = stream.read(_SHORT)
        if len(data) < _SHORT:
            yield data
        else:
            yield from portions(preceded(data, stream), _SHORT, limits.article_bytes)


def read_feed(data: bytes, place: str) -> tuple[list[FeedEntry], Skipped | None]:
    """The entries of a feed, and what is to be said when it is damaged.

    Raises:
        ArticleError: it is no feed, or its entities expand.
    """
    import feedparser  # slow to import

    if any(b"&" in match[2] or len(match[2]) > _LONG_ENTITY for match in _ENTITY.finditer(data)):
        raise ArticleError("It declares entities that expand to others, as only a bomb does.", "Delete it.")
    # A stream: given a text, feedparser might take it for an address or a path.
    parsed = feedparser.parse(io.BytesIO(data))
    if not parsed.entries:
        raise ArticleError("It is not a feed, or a feed without entries.", "Fetch the feed again.")
    addresses = {link.get("href") for link in parsed.feed.get("links", [])} | {parsed.feed.get("id")}
    entries = [_entry(entry, parsed.feed, addresses) for entry in parsed.entries]
    if not parsed.bozo or isinstance(parsed.get("bozo_exception"), feedparser.CharacterEncodingOverride):
        return entries, None
    reason = " ".join(str(parsed.get("bozo_exception")).split())[:200]
    cut = _END.search(data[-_END_BYTES:]) is None
    return entries, Skipped(
        place, f"The feed is not well-formed ({reason}); what was found is read.", "Fetch it again.", cut
    )


def _entry(entry: Any, feed: Any, addresses: set[str | None]) -> FeedEntry:
    contents = [each.get("value") or "" for each in entry.get("content", [])]
    markup = max([*contents, entry.get("summary") or ""], key=len)
    link = (entry.get("link") or "").strip()
    # An entry may name the feed itself, which is not its own address.
    own_link = None if not link or entry.get("link") in addresses else link
    found = {
        "title": fragment_text(entry.get("title") or ""),
        "published": entry.get("published"),
        "byline": entry.get("author"),
        "url": own_link,
        "source": feed.get("title"),
        "language": feed.get("language"),
    }
    claims = tuple(
        Claim(name, value.strip(), f"feed {name}", _SURE) for name, value in found.items() if value and value.strip()
    )
    return FeedEntry(fragment_text(markup), claims, own_link)
