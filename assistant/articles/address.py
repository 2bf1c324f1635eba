"""What an article's address says about it: day, section, host."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from assistant.articles.dates import make_day, month_number
from assistant.records import Claim

_LONGEST = 2000
_ADDRESS = re.compile(r"https?://[^\s/?#]\S*", re.IGNORECASE)
#: Archives put the time of their copy and their own host in front.
_ARCHIVE = re.compile(r"https?://(?:web\.archive\.org/web|archive\.(?:fo|is|li|md|ph|today))/[^/]+/(?=https?://)", re.I)
_YEAR = r"(?P<year>(?:19|20)\d\d)"
_MONTH = r"(?P<month>0[1-9]|1[0-2]|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)"
_DAY = r"(?P<day>\d\d?)"
#: Without anything between, eight digits may be a number as well, unless they are a folder.
_FOLDERS = re.compile(rf"/{_YEAR}(?P<between>/?){_MONTH}(?P=between){_DAY}/", re.IGNORECASE)
_SLUG = re.compile(rf"[/-]{_YEAR}-{_MONTH}-{_DAY}(?![\w.])", re.IGNORECASE)
_PERIOD = re.compile(rf"/{_YEAR}(?:/{_MONTH})?/", re.IGNORECASE)
_SERVICE_HOST = re.compile(r"^(?:www\d?|m|amp|mobile|edition)\.")
_HOST = re.compile(r"(?:[a-z0-9-]+\.)+[a-z][a-z0-9-]+")
_SURE_OF_FOLDERS, _SURE_OF_SLUG, _SURE_OF_SECTION, _SURE_OF_HOST = 0.75, 0.5, 0.6, 0.3
#: Of what names of sections are made; one that is only "news" says nothing.
_SECTION_WORDS = frozenset(
    """africa americas and art arts asia australia books business canada china climate crime culture east economy
    editorial editorials education elections energy entertainment environment europe fashion features film finance food
    football global health india international investigations law life lifestyle living local markets media middle money
    movies music nation national news obituaries opinion opinions pacific politics property regional religion science
    society space sport sports style tech technology television theatre travel tv uk us usa war weather world""".split()  # noqa: SIM905 - a list of quoted words would be unreadable
)


def is_address(text: str) -> bool:
    """Whether it is an http or https address of reasonable length."""
    return len(text) <= _LONGEST and _ADDRESS.fullmatch(text) is not None


def stated_by_address(url: str) -> Iterator[Claim]:
    """What an address states; nothing for what ``is_address`` refuses. Never raises.

    Beside the usual fields, "period" is a year ("2026") or month ("2026-03") of the path. Of an archive's address, only
    the archived one counts.
    """
    if not is_address(url):
        return
    try:
        parts = urlsplit(_ARCHIVE.sub("", url))
        host = _SERVICE_HOST.sub("", parts.hostname or "")
    except ValueError:  # brackets that hold no IPv6 address
        return
    for form, confidence, found_in in ((_FOLDERS, _SURE_OF_FOLDERS, "folders"), (_SLUG, _SURE_OF_SLUG, "words")):
        if (match := form.search(parts.path)) and (day := _day(match)):
            yield Claim("published", day, f"address: {found_in} of the path", confidence)
    if period := _PERIOD.search(parts.path):
        month = f"-{month_number(period['month']):02}" if period["month"] else ""
        yield Claim("period", period["year"] + month, "address: folders of the path", _SURE_OF_FOLDERS)
    if section := _section(parts.path):
        yield Claim("section", section, "address: folder of the path", _SURE_OF_SECTION)
    if _HOST.fullmatch(host):
        yield Claim("source", host, "address: host", _SURE_OF_HOST)


def _day(match: re.Match[str]) -> str | None:
    day = make_day(int(match["year"]), month_number(match["month"]), int(match["day"]))
    return day.isoformat() if day else None


def _section(path: str) -> str | None:
    """The first folder that is made of sections' names; the last part of a path names the article."""
    for folder in path.lower().split("/")[1:-1]:
        if folder != "news" and all(word in _SECTION_WORDS for word in folder.split("-")):
            return folder.replace("-", " ")
    return None
