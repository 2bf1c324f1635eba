"""What all of fetching shares: its settings, addresses, answers, and the failure of a whole host."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import httpx2

from assistant.errors import ArticleError
from assistant.version import __version__


@dataclass(frozen=True, slots=True)
class FetchSettings:
    """How pages are fetched.

    Attributes:
        timeout: longest wait to connect, and for each further piece of an answer, seconds.
        total_timeout: longest time for one request and its whole answer, seconds.
        max_bytes: longest page or feed, decompressed.
        user_agent: product and version; robots.txt is read for the product.
        delay: from one page of a host to its next, seconds.
        max_delay: the longest pause between pages that a host can ask for, seconds; a longer Crawl-delay is cut to it,
            and what lies behind a longer Retry-After is skipped.
        max_entries: entries of one feed, the first ones.
        private: whether an address inside this computer or its network may be given, and may lead to others there. One
            that is public never leads there.
    """

    timeout: float = 10.0
    total_timeout: float = 60.0
    max_bytes: int = 10_000_000
    user_agent: str = f"news-assistant/{__version__}"
    delay: float = 1.0
    max_delay: float = 30.0
    max_entries: int = 50
    private: bool = False


class Unreachable(ArticleError):
    """No connection to a host can be made, or none may be."""


@dataclass(frozen=True, slots=True)
class Response:
    """What a server answered.

    Attributes:
        url: the address that was asked.
        status: as in HTTP, 200 for success.
        headers: by their names in lower case.
        body: of a success, decompressed; nothing is read of others.
        cut: whether ``body`` is only the beginning, as long as was allowed.
    """

    url: httpx2.URL
    status: int
    headers: Mapping[str, str]
    body: bytes
    cut: bool


def parse_address(text: str, base: httpx2.URL | None = None) -> httpx2.URL:
    """An address in its usual form, its fragment taken off.

    Args:
        text: as it was typed, or stands in a link.
        base: the address of what the link stands in.

    Raises:
        ArticleError: it is not an HTTP address, or holds a password.
    """
    try:
        url = (httpx2.URL(text.strip()) if base is None else base.join(text.strip())).copy_with(fragment=None)
    except (httpx2.InvalidURL, ValueError) as error:
        raise ArticleError("It is not an address of the web.", "Correct it.") from error
    if url.scheme not in ("http", "https") or not url.host:
        raise ArticleError(
            "Only addresses that begin with http:// or https:// are fetched.", "Write the address out in full."
        )
    if url.userinfo:
        raise ArticleError(
            "The address holds a user name or a password.", "Save the page in a browser and index the file."
        )
    return url
