"""From an address to articles: those of the page, or of the pages that a feed names."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from email.message import Message
from pathlib import PurePosixPath
from types import TracebackType

import httpcore2
import httpx2

from assistant.articles.fetching.base import FetchSettings, Response, parse_address
from assistant.articles.fetching.connection import Connections, LookUp, look_up
from assistant.articles.fetching.visits import Visits
from assistant.articles.formats import SUFFIXES, FieldMap, Limits, RawSource, Skipped, read_source
from assistant.articles.formats.base import ends_with, skip
from assistant.articles.formats.feed import Feed, FeedEntry, read_feed
from assistant.articles.formats.streams import HEAD_BYTES
from assistant.errors import ArticleError
from assistant.records import Claim, RawArticle

_SETTINGS = FetchSettings()
_LIMITS = Limits()
_FIELDS = FieldMap()
_SURE_OF_URL = 0.8
#: Types of content that say what to expect, and a suffix for each; others are told by the address or the bytes.
_SUFFIX_OF = {
    "application/json": ".json",
    "application/pdf": ".pdf",
    "application/xhtml+xml": ".html",
    "text/csv": ".csv",
    "text/html": ".html",
    "text/markdown": ".md",
}


class Fetcher:
    """Fetches pages and feeds; what hosts ask for is remembered as long as it lives. Not for several threads.

    Args:
        settings: limits and manners.
        limits: how much is read of what was fetched.
        fields: names of the fields of records.
        clock: monotonic time, seconds.
        sleep: waits for so many seconds.
        look_up: IP addresses of a host and port.
        network: connects to IP addresses.
    """

    def __init__(
        self,
        settings: FetchSettings = _SETTINGS,
        limits: Limits = _LIMITS,
        fields: FieldMap = _FIELDS,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
        look_up: LookUp = look_up,
        network: httpcore2.NetworkBackend | None = None,
    ) -> None:
        self._settings = settings
        self._limits = limits
        self._fields = fields
        self._connections = Connections(settings, clock, look_up, network or httpcore2.SyncBackend())
        self._visits = Visits(self._connections, settings, clock, sleep)

    def __enter__(self) -> Fetcher:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connections.close()

    def fetch(self, url: str) -> Iterator[RawArticle | Skipped]:
        """The article of a page, those of the pages that a feed's entries link to, and what gives none.

        The path of an article is its address after redirects. Feeds in feeds are not read. An entry whose page gives no
        article gives its own text. Nothing is raised: every failure is a ``Skipped``.
        """
        try:
            address = parse_address(url)
            private = self._settings.private and not self._connections.is_public(address)
            answer = self._visits.visit(address, private)
            if _is_feed(answer):
                yield from self._feed(answer, {address, answer.url}, private)
            else:
                yield from self._page(answer)
        except ArticleError as error:
            yield skip(url, error)

    def _page(self, answer: Response, known: tuple[Claim, ...] = ()) -> Iterator[RawArticle | Skipped]:
        header = Message()
        header["Content-Type"] = answer.headers.get("content-type", "application/octet-stream")
        source = RawSource.of_bytes(
            str(answer.url),
            _name_of(answer.url, header.get_content_type()),
            answer.body,
            self._limits,
            header.get_content_charset(),
            _with_url(known, answer.url),
        )
        return read_source(source, self._limits, self._fields)

    def _feed(self, feed: Response, seen: set[httpx2.URL], private: bool) -> Iterator[RawArticle | Skipped]:
        entries, damage = _read_feed(feed)
        for number, entry in enumerate(entries[: self._settings.max_entries], 1):
            yield from self._entry(feed, number, entry, seen, private)
        if damage is not None:
            yield damage
        if len(entries) > self._settings.max_entries:
            yield Skipped(
                str(feed.url),
                f"It has {len(entries):,} entries; the first {self._settings.max_entries:,} are read.",
                "Raise max_entries.",
            )

    def _entry(
        self, feed: Response, number: int, entry: FeedEntry, seen: set[httpx2.URL], private: bool
    ) -> Iterator[RawArticle | Skipped]:
        """What an entry gives; addresses in ``seen`` are not fetched again, and those that are fetched are added."""
        try:
            address = parse_address(entry.link or "", feed.url)
        except ArticleError as error:
            yield skip(f"{feed.url}!{number}", error)
            address = feed.url
        if address == feed.url:
            yield self._own_text(entry, address, str(number))
        elif address not in seen:
            seen.add(address)
            found = False
            for item in self._linked(address, entry, seen, private):
                found = found or isinstance(item, RawArticle)
                yield item
            if not found and entry.text:
                yield self._own_text(entry, address)

    def _linked(
        self, address: httpx2.URL, entry: FeedEntry, seen: set[httpx2.URL], private: bool
    ) -> Iterator[RawArticle | Skipped]:
        try:
            answer = self._visits.visit(address, private)
            if answer.url != address and answer.url in seen:
                raise ArticleError(f"It leads to {answer.url}, which is read already.", "Nothing is to be done.")
            seen.add(answer.url)
            if _is_feed(answer):
                raise ArticleError("It is a feed, and feeds in feeds are not read.", "Give its address by itself.")
            yield from self._page(answer, entry.claims)
        except ArticleError as error:
            yield skip(str(address), error)

    def _own_text(self, entry: FeedEntry, address: httpx2.URL, fragment: str = "") -> RawArticle | Skipped:
        """What the feed itself holds of an article; ``fragment`` is the entry's number when it has no other address."""
        source = RawSource.of_bytes(str(address), "", b"", self._limits, known=_with_url((), address))
        try:
            return source.article(entry.text, _without_url(entry.claims), fragment)
        except ArticleError:
            return Skipped(source.location_of(fragment), "The entry has neither a page nor text.", "Look at the feed.")


def _is_feed(answer: Response) -> bool:
    return Feed().claims(answer.body[:HEAD_BYTES], "")


def _read_feed(feed: Response) -> tuple[list[FeedEntry], Skipped | None]:
    try:
        return read_feed(feed.body, str(feed.url))
    except ArticleError:
        raise
    except Exception as error:  # parsers of other people's files raise whatever they like
        raise ArticleError("It cannot be read as a feed.", "Look at it in a browser; it may be damaged.") from error


def _name_of(url: httpx2.URL, content_type: str) -> str:
    """A file name whose suffix tells what to expect."""
    name = PurePosixPath(url.path).name
    if content_type in _SUFFIX_OF:
        return "page" + _SUFFIX_OF[content_type]
    return "page.txt" if content_type == "text/plain" and not ends_with(name, SUFFIXES) else name


def _with_url(known: tuple[Claim, ...], url: httpx2.URL) -> tuple[Claim, ...]:
    return (*_without_url(known), Claim("url", str(url), "address it was found at", _SURE_OF_URL))


def _without_url(known: tuple[Claim, ...]) -> tuple[Claim, ...]:
    """All but a feed's link, which may lead to the page only by redirects."""
    return tuple(each for each in known if each.field != "url")
