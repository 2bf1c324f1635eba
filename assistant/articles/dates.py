"""Publication dates in the forms that English news pages print them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = (
    r"(?P<month>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)\.?"
)
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_YEAR = r"(?P<year>(?:1[7-9]|20)\d\d)"
# The time of an ISO date may follow at once.
_FORMS = tuple(
    re.compile(rf"(?<![\w/.-]){form}(?=T\d|(?![\w/-]))", re.IGNORECASE)
    for form in (
        rf"{_MONTH}\s+{_DAY}\s*,?\s+{_YEAR}",
        rf"{_DAY}[\s-]+{_MONTH}[\s,-]+{_YEAR}",
        rf"{_YEAR}[-/.](?P<month>\d\d?)[-/.](?P<day>\d\d?)",
        r"(?P<first>\d{1,2})[/.-](?P<second>\d{1,2})[/.-](?P<year>(?:19|20)\d\d)",
    )
)
_LABEL = re.compile(
    r"\W*(?:(?:first|originally|last|date|article|story|page)\s+)?(?P<label>published|posted|updated|modified|date|created)"
    r"(?:\s+(?:on|at|online))?\b\W*",
    re.IGNORECASE,
)
#: What a date near one of these words is the date of, if of anything: a copy, not the article.
_OF_A_COPY = re.compile(
    r"©|\b(?:copyright|(?:access|archiv|cach|captur|crawl|download|fetch|index|print|retriev|sav|scrap|view)ed"
    r"|snapshot|expir(?:es|ed))\b",
    re.IGNORECASE,
)
_CLOCK = r"\d{1,2}(?:[:.]\d{2}){1,2}\s*(?:[ap]\.?m\.?)?|\d{1,2}\s*[ap]\.?m\b\.?"
_WEEKDAY = r"\b(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\b\.?"
_BESIDE_DATE = re.compile(
    rf"{_CLOCK}|{_WEEKDAY}|\bt(?=\d\d:)|(?<=\d)z\b|\b(?:on|at|in|the|published|posted|updated|last|first|modified|date"
    r"|gmt|utc|bst|jst|cet|cest|ist|hrs?|[ecmp][sd]?t|am|pm|min(?:ute)?s? read)\b|[\W\d]",
    re.IGNORECASE,
)
_TIME_FIRST = re.compile(rf"\W*(?:{_CLOCK})", re.IGNORECASE)
_TIME_OR_WEEKDAY = re.compile(rf"{_CLOCK}|{_WEEKDAY}", re.IGNORECASE)
_LONGEST_LABELLED = 100
_LONGEST_BARE = 80
_LONGEST_DATELINE = 120
#: Letters between a label and its date ("Published by Emry May 12, 2023"); labels that say less must stand beside it.
_LETTERS_BETWEEN = {"published": 12, "posted": 12, "updated": 12, "modified": 12}
_PLACE = r"[A-Z][\w.'’-]*(?:[ ,/]+(?:[A-Z][\w.'’-]*|al|da|de|do|el|la|of)){0,5}"
_PUBLISHER = r"\((?P<source>[A-Z][^()\n\d]{1,30})\)"
_DATELINES = tuple(
    re.compile(rf"{_PLACE}[ ,–—-]+(?i:{day})(?:,?\s+{_YEAR})?,?\s*{_PUBLISHER}")
    for day in (rf"{_MONTH}\s+{_DAY}", rf"{_DAY}\s+{_MONTH}")
)


@dataclass(frozen=True, slots=True)
class Dateline:
    """How a report of an agency begins: "TOKYO, May 19 (Kyodo)".

    Attributes:
        month, day: they make a day in some year.
        year: None when it is not stated, as usual.
        source: who reports.
    """

    month: int
    day: int
    year: int | None
    source: str

    def nearest(self, other: date) -> date:
        """Its day in the year, if none is stated, that brings it nearest to ``other``."""
        years = (self.year,) if self.year is not None else (other.year - 1, other.year, other.year + 1)
        days = [found for year in years if (found := make_day(year, self.month, self.day)) is not None]
        return min(days, key=lambda found: abs(found - other), default=date.min)


def find_date(text: str) -> date | None:
    """The first full date in ``text``; None if there is none, or if day and month cannot be told apart."""
    found = match_date(text)
    return found[0] if found else None


def labelled_date(text: str) -> tuple[date, str] | None:
    """The date of a line that says what it is ("Updated 3:04 p.m. ET May 12, 2023"), and its label."""
    label = _LABEL.match(text)
    if label is None or len(text) > _LONGEST_LABELLED or is_of_a_copy(text):
        return None
    name, rest = label["label"].lower(), text[label.end() :]
    found = match_date(rest)
    if found is None or len(_letters(rest[: found[1]])) > _LETTERS_BETWEEN.get(name, 0):
        return None
    return found[0], name


def bare_date(text: str) -> date | None:
    """The date of a line that is only a date, with or without a time after it.

    A time in front of the date is a page's clock, which says when the page was looked at.
    """
    found = match_date(text) if len(text) <= _LONGEST_BARE else None
    if found is None or _TIME_FIRST.match(text) or is_of_a_copy(text):
        return None
    day, start, end = found
    return None if _letters(text[:start] + " " + text[end:]) else day


def has_time_or_weekday(text: str) -> bool:
    """Whether a line with a date has them too, as the clocks and mastheads of pages do."""
    found = match_date(text)
    return found is not None and bool(_TIME_OR_WEEKDAY.search(f"{text[: found[1]]} {text[found[2] :]}"))


def is_of_a_copy(text: str) -> bool:
    """Whether the words beside a date say that something was done with a copy of the article, or who owns it."""
    return bool(_OF_A_COPY.search(text))


def read_dateline(text: str) -> Dateline | None:
    """The dateline that ``text`` begins with; None if it has none with a day."""
    text = text[:_LONGEST_DATELINE]
    match = next(filter(None, (form.match(text) for form in _DATELINES)), None)
    if match is None or re.fullmatch(_WEEKDAY, match["source"], re.IGNORECASE):
        return None
    month, day = month_number(match["month"]), int(match["day"])
    year = int(match["year"]) if match["year"] else None
    # In a year without one, there may still be a 29th of February.
    return None if make_day(year or 2000, month, day) is None else Dateline(month, day, year, match["source"].strip())


def _letters(text: str) -> str:
    """What is left of the words around a date without times, weekdays and the like."""
    return _BESIDE_DATE.sub("", text)


def match_date(text: str) -> tuple[date, int, int] | None:
    """As ``find_date``, with where the date stands in ``text``."""
    matches = [match for form in _FORMS if (match := form.search(text))]
    for match in sorted(matches, key=lambda found: found.start()):
        if (day := _date(match.groupdict())) is not None:
            return day, match.start(), match.end()
    return None


def _date(parts: dict[str, str | None]) -> date | None:
    year = int(parts["year"] or 0)
    if parts.get("first"):
        first, second = int(parts["first"] or 0), int(parts["second"] or 0)
        if first <= 12 and second <= 12 and first != second:
            return None  # 03/04 is the third of April to some and the fourth of March to others
        month, day = (first, second) if first <= 12 else (second, first)
    else:
        month, day = month_number(parts["month"] or ""), int(parts["day"] or 0)
    return make_day(year, month, day)


def month_number(name: str) -> int:
    """Number of a month from its English name, long or short, or from the number itself."""
    short = name[:3].lower()
    return _MONTHS.index(short) + 1 if short in _MONTHS else int(name)


def make_day(year: int, month: int, day: int) -> date | None:
    """A day, None where the calendar has no such."""
    try:
        return date(year, month, day)
    except ValueError:
        return None
