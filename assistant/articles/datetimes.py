"""What a stated date says: the day as it is written, and the moment where time and zone are stated too."""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from assistant.articles.dates import find_date, is_of_a_copy, match_date

_LONGEST = 100
_YEARS = range(1700, 2100)
#: What programs write that know no date.
_NO_MOMENT = datetime(1970, 1, 1, tzinfo=UTC)
_ISO = re.compile(r"\d{4}-\d\d-\d\d(?:[T ].+)?|\d{8}(?:T.+)?", re.IGNORECASE)
_TIME = re.compile(
    r"(?<![\d:.+-])(?P<hour>\d{1,2})(?P<minutes>[:.](?P<minute>\d\d)(?::(?P<second>\d\d)(?:\.\d+)?)?)?(?![\d:])"
    r"(?:\s?(?P<half>[ap])\.?m\b\.?)?",
    re.IGNORECASE,
)
_ZONE = re.compile(r"[\s,]*\(?(?P<name>[A-Z]{1,4}\b)?\s?(?:(?P<sign>[+-])(?P<hours>\d\d?)(?::?(?P<minutes>\d\d))?)?")
#: Hours ahead of UTC. Those that mean several zones (IST, CST) are left out.
_ZONES = {
    "Z": 0, "UTC": 0, "UT": 0, "GMT": 0, "WET": 0, "BST": 1, "WEST": 1, "CET": 1, "CEST": 2, "EET": 2, "EEST": 3,
    "MSK": 3, "PKT": 5, "WIB": 7, "HKT": 8, "SGT": 8, "JST": 9, "KST": 9, "AEST": 10, "AEDT": 11, "NZST": 12,
    "NZDT": 13, "EST": -5, "EDT": -4, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7,
}  # fmt: skip
#: Names for either half of the year.
_PLACES = {"ET": "America/New_York", "CT": "America/Chicago", "MT": "America/Denver", "PT": "America/Los_Angeles"}
_FARTHEST = timedelta(hours=14)
_UNCLEAR = re.compile(r"\b\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}\b")
_YEAR = re.compile(r"(?<!\d)(?:1[7-9]|20)\d\d(?!\d)")
#: Our names of languages that dateparser calls otherwise.
_DATEPARSER_NAMES = {"no": "nb"}


def read_datetime(text: str, language: str | None = None) -> tuple[date, datetime | None] | None:
    """The day that a text states as a date, and the moment if time and zone are stated as well.

    The day is the one written, in whatever zone, and that of the moment in its own zone. Nothing is filled in: no part
    from today's date, no midnight, no zone. No year outside 1700..2099 counts, nor the beginning of Unix time.

    Args:
        text: one date in ISO 8601, RFC 2822, an English form or that of ``language``; only its first 100 characters
            are read.
        language: ISO 639-1, of words in it.

    Returns:
        None when there is no full date, when day and month cannot be told apart, or when it says to be the date of a
        copy ("Retrieved on ..."). Never raises.
    """
    text = " ".join("".join(map(_ascii_digit, text[:_LONGEST])).split())
    if is_of_a_copy(text):
        return None
    found = _iso(text) or _english(text)
    if found is None and language is not None and (day := _foreign(text, language)):
        found = day, None
    if found is None or found[0].year not in _YEARS or _NO_MOMENT in (found[1], _midnight(found[0])):
        return None
    return found


def _ascii_digit(character: str) -> str:
    return str(unicodedata.decimal(character, character))


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def _iso(text: str) -> tuple[date, datetime | None] | None:
    if not _ISO.fullmatch(text):
        return None
    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        return None
    return when.date(), None if when.tzinfo is None else when


def _english(text: str) -> tuple[date, datetime | None] | None:
    """A day in a known form; its moment if there is just one date with one time and a zone behind that."""
    found = match_date(text)
    if found is None:
        return None
    day, start, end = found
    rest = f"{text[:start]}\n{text[end:]}"
    times = [match for match in _TIME.finditer(rest) if match["minutes"] or match["half"]]
    if len(times) != 1 or find_date(rest) is not None:
        return day, None
    return day, _moment(day, times[0], _ZONE.match(rest, times[0].end()))


def _moment(day: date, time: re.Match[str], zone: re.Match[str] | None) -> datetime | None:
    hour, half = int(time["hour"]), (time["half"] or "").lower()
    if half and not 1 <= hour <= 12:
        return None
    if half:
        hour = hour % 12 + (12 if half == "p" else 0)
    try:
        local = datetime(day.year, day.month, day.day, hour, int(time["minute"] or 0), int(time["second"] or 0))
    except ValueError:
        return None
    offset = _offset(zone, local) if zone is not None else None
    return None if offset is None else local.replace(tzinfo=timezone(offset))


def _offset(zone: re.Match[str], local: datetime) -> timedelta | None:
    """How far a stated zone is ahead of UTC; None when it is not known, or could be several."""
    name = (zone["name"] or "").upper()
    if zone["sign"] is not None:
        ahead = timedelta(hours=int(zone["hours"]), minutes=int(zone["minutes"] or 0))
        unknown = zone["sign"] == "-" and not ahead  # so RFC 2822 says
        return None if unknown or ahead > _FARTHEST else -ahead if zone["sign"] == "-" else ahead
    if name in _PLACES:
        try:
            return ZoneInfo(_PLACES[name]).utcoffset(local)
        except ZoneInfoNotFoundError:  # a system without time zones
            return None
    return timedelta(hours=_ZONES[name]) if name in _ZONES else None


def _foreign(text: str, language: str) -> date | None:
    """A full date with a word or sign of ``language``."""
    year = _YEAR.search(text)
    if year is None or _UNCLEAR.search(text) or not any(character.isalpha() for character in text):
        return None
    import dateparser  # slow to import

    # Without these, "Monday" or "May" would be a day near today.
    settings = {"PARSERS": ["absolute-time"], "STRICT_PARSING": True, "RELATIVE_BASE": datetime(2000, 1, 1)}
    languages = [_DATEPARSER_NAMES.get(language, language)]
    try:
        found = dateparser.parse(text, languages=languages, settings={**settings, "DATE_ORDER": "DMY"})
    except (ValueError, TypeError, LookupError, AttributeError, ArithmeticError):  # an unknown language, or odd text
        return None
    return found.date() if found is not None and found.year == int(year[0]) else None
