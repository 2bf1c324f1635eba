"""Publication dates in the forms that news pages print them."""

from __future__ import annotations

import re
from datetime import date

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = (
    r"(?P<month>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)\.?"
)
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_YEAR = r"(?P<year>(?:1[7-9]|20)\d\d)"
_FORMS = tuple(
    re.compile(rf"(?<![\w/.-]){form}(?![\w/-])", re.IGNORECASE)
    for form in (
        rf"{_MONTH}\s+{_DAY}\s*,?\s+{_YEAR}",
        rf"{_DAY}[\s-]+{_MONTH}[\s,-]+{_YEAR}",
        rf"{_YEAR}[-/.](?P<month>\d\d?)[-/.](?P<day>\d\d?)(?:T[\d:.]+(?:Z|[+-]\d\d:?\d\d)?)?",
        r"(?P<first>\d{1,2})[/.](?P<second>\d{1,2})[/.](?P<year>(?:19|20)\d\d)",
    )
)
_LABEL = re.compile(
    r"\W*(?:(?:first|originally|last|date|article|story|page)\s+)?(?P<label>published|posted|updated|modified|date|created)"
    r"(?:\s+(?:on|at|online))?\b\W*",
    re.IGNORECASE,
)
_CLOCK = r"\d{1,2}(?:[:.]\d{2}){1,2}\s*(?:[ap]\.?m\.?)?|\d{1,2}\s*[ap]\.?m\b\.?"
_BESIDE_DATE = re.compile(
    rf"{_CLOCK}|\b(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\b\.?|\b(?:on|at|in|the|published|posted|updated|last|first|modified|date"
    r"|gmt|utc|bst|jst|cet|cest|ist|hrs?|[ecmp][sd]?t|am|pm|min(?:ute)?s? read)\b|[\W\d]",
    re.IGNORECASE,
)
_TIME_FIRST = re.compile(rf"\W*(?:{_CLOCK})", re.IGNORECASE)


def find_date(text: str) -> date | None:
    """The first full date in ``text``; None if there is none, or if day and month cannot be told apart."""
    found = _match(text)
    return found[0] if found else None


def labelled_date(text: str) -> tuple[date, str] | None:
    """The date of a line that says what it is ("Updated 3:04 p.m. ET May 12, 2023"), and its label."""
    label = _LABEL.match(text)
    if label is None or len(text) > 120:
        return None
    found = _match(text[label.end() :])
    if found is None or len(_letters(text[label.end() : label.end() + found[1]])) > 12:
        return None
    return found[0], label["label"].lower()


def bare_date(text: str) -> date | None:
    """The date of a line that is only a date, with or without a time after it.

    A time in front of the date is a page's clock, which says when the page was looked at.
    """
    found = _match(text) if len(text) <= 80 else None
    if found is None or _TIME_FIRST.match(text):
        return None
    day, start, end = found
    return None if _letters(text[:start] + " " + text[end:]) else day


def _letters(text: str) -> str:
    """What is left of the words around a date without times, weekdays and the like."""
    return _BESIDE_DATE.sub("", text)


def _match(text: str) -> tuple[date, int, int] | None:
    """The first full date with where it stands."""
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
        name = (parts["month"] or "")[:3].lower()
        month = _MONTHS.index(name) + 1 if name in _MONTHS else int(name)
        day = int(parts["day"] or 0)
    try:
        return date(year, month, day)
    except ValueError:
        return None
