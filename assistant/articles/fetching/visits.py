"""Visits as a guest: what robots.txt allows, with pauses, along redirects that may be followed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx2
from protego import Protego

from assistant.articles.fetching.base import FetchSettings, Response, Unreachable, parse_address
from assistant.articles.fetching.connection import Connections
from assistant.errors import ArticleError

ROBOTS_BYTES = 500_000
MAX_REDIRECTS = 5

_REDIRECTS = (301, 302, 303, 307, 308)
_PAUSES = (429, 503)
_IN_BROWSER = "Open the address in a browser; if the article is there, save the page and index the file."
_LATER = "Try again later."


class Visits:
    """Visits pages, and remembers each host's rules and when it may be visited again.

    Each redirect is a visit of its own; only robots.txt is fetched without a pause.
    """

    def __init__(
        self,
        connections: Connections,
        settings: FetchSettings,
        clock: Callable[[], float],
        sleep: Callable[[float], None],
    ) -> None:
        self._connections = connections
        self._settings = settings
        self._clock = clock
        self._sleep = sleep
        self._robots: dict[tuple[bool, str], Protego | ArticleError] = {}
        self._not_before: dict[str, float] = {}

    def visit(self, url: httpx2.URL, private: bool) -> Response:
        """The page at an address, or where it is redirected to.

        Args:
            url: the address.
            private: whether it may have, or lead to, a private address.

        Raises:
            ArticleError: it may not be fetched, cannot be, or is not there; the message says which.
        """
        answer = self._follow(url, private, self._settings.max_bytes, self._permit)
        if not 200 <= answer.status < 300:
            raise _refusal(answer)
        if answer.cut:
            raise ArticleError(f"It is too large: more than {self._settings.max_bytes:,} bytes.", "Raise max_bytes.")
        return answer

    def _follow(
        self, url: httpx2.URL, private: bool, limit: int, permit: Callable[[httpx2.URL, bool], None] | None = None
    ) -> Response:
        """The first answer that is not a redirect; ``permit`` may refuse each address with ArticleError."""
        visited = [url]
        while True:
            if permit is not None:
                permit(visited[-1], private)
            answer = self._connections.get(visited[-1], limit, private)
            self._note_pause(answer)
            if answer.status not in _REDIRECTS or "location" not in answer.headers:
                return answer
            visited.append(_next_of(answer, visited))

    def _permit(self, url: httpx2.URL, private: bool) -> None:
        """Return when the address may be asked for, after a pause if need be; ArticleError if it may not."""
        rules = self._rules(url, private)
        if not rules.can_fetch(str(url), self._settings.user_agent):
            raise ArticleError(
                f"{url.host} does not want it fetched by programs (robots.txt).",
                "Save the page in a browser and index the file, if its terms allow that.",
            )
        longest = max(self._settings.delay, self._settings.max_delay)
        pause = self._not_before.get(url.host, 0.0) - self._clock()
        if pause > longest:
            raise ArticleError(f"{url.host} asked for a pause.", f"Try again in {pause:,.0f} seconds.")
        if pause > 0:
            self._sleep(pause)
        asked = min(rules.crawl_delay(self._settings.user_agent) or 0.0, self._settings.max_delay)
        self._not_before[url.host] = self._clock() + max(self._settings.delay, asked)

    def _rules(self, url: httpx2.URL, private: bool) -> Protego:
        place = parse_address("/robots.txt", url)
        key = private, str(place)
        if key not in self._robots:
            self._robots[key] = self._read_robots(place, private)
        rules = self._robots[key]
        if isinstance(rules, ArticleError):
            raise rules
        return rules

    def _read_robots(self, place: httpx2.URL, private: bool) -> Protego | ArticleError:
        """Rules of a host, or why there is nothing to be fetched from it; Unreachable when it cannot be asked."""
        try:
            answer = self._follow(place, private, ROBOTS_BYTES)
            if answer.status >= 500:
                raise _refusal(answer)
        except Unreachable:
            raise
        except ArticleError as error:
            return ArticleError(f"What {place} allows cannot be told. {error.problem}", error.remedy)
        # Half a rule is another rule.
        body = answer.body.rpartition(b"\n")[0] if answer.cut else answer.body
        return Protego.parse(body.decode("utf-8-sig", "replace"))

    def _note_pause(self, answer: Response) -> None:
        if answer.status in _PAUSES and (pause := _retry_after(answer)) is not None:
            host = answer.url.host
            self._not_before[host] = max(self._not_before.get(host, 0.0), self._clock() + pause)


def _next_of(answer: Response, visited: list[httpx2.URL]) -> httpx2.URL:
    """Where a redirect leads; ArticleError when it is not followed."""
    target = parse_address(answer.headers["location"], answer.url)
    if target in visited:
        raise ArticleError("Its redirects go round in a circle.", _IN_BROWSER)
    if len(visited) > MAX_REDIRECTS:
        raise ArticleError(f"It is redirected more than {MAX_REDIRECTS} times.", _IN_BROWSER)
    if visited[0].scheme == "https" and target.scheme == "http":
        raise ArticleError(
            f"It is redirected from a secure connection to one that is not: {target}.",
            "Give that address, if you trust it.",
        )
    return target


def _refusal(answer: Response) -> ArticleError:
    """A status other than success, in words."""
    code = answer.status
    if code in (404, 410):
        return ArticleError(f"There is no page at this address ({code}).", "Check the address.")
    if code in (401, 402, 403, 407, 451):
        return ArticleError(f"{answer.url.host} does not give it to everyone ({code}).", _IN_BROWSER)
    if code in _PAUSES:
        pause = _retry_after(answer)
        return ArticleError(
            f"{answer.url.host} wants fewer visits or is busy ({code}).",
            _LATER if pause is None else f"Try again in {pause:,.0f} seconds.",
        )
    if code >= 500:
        return ArticleError(f"{answer.url.host} has an error of its own ({code}).", _LATER)
    return ArticleError(f"{answer.url.host} answered with the status {code}, and no page.", _IN_BROWSER)


def _retry_after(answer: Response) -> float | None:
    """Seconds that a server asks to wait for; None when it does not say."""
    value = answer.headers.get("retry-after", "").strip()
    if value.isascii() and value.isdecimal():
        return float(value[:9])
    try:
        then = parsedate_to_datetime(value)
    except (ValueError, OverflowError):
        return None
    return max(0.0, (then.replace(tzinfo=then.tzinfo or UTC) - datetime.now(UTC)).total_seconds())
