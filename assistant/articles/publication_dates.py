"""When an article was published, of all that is stated about it in different places."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Literal

from assistant.articles.dates import Dateline, make_day, read_dateline
from assistant.articles.datetimes import read_datetime
from assistant.records import Claim

#: Who states something. Markup, fields, headers and front matter come from one program, so they are one witness.
Origin = Literal["markup", "text", "address"]

#: Zones lie up to a day apart.
_SAME = timedelta(days=1)
_SURE_WITH_YEAR = 0.5
_SURE_OF_COMPLETED = 0.6


@dataclass(frozen=True, slots=True)
class Publication:
    """A day, and what is said of it.

    Attributes:
        day: as it is stated.
        at: moment of that day, when time and zone are stated.
        how: where it was found.
        sure: 0..1.
        witness: who states it.
    """

    day: date
    at: datetime | None
    found_in: str
    confidence: float
    origin: Origin | Literal["dateline"]


def find_publication(
    claims_by_origin: Mapping[Origin, Sequence[Claim]], latest: date, language: str | None = None
) -> Publication | None:
    """The day of publication that is stated most surely; None when none is.

    - The surest statement wins; of equally sure ones, the first.
    - It is surer when another witness agrees, within a day: its doubt is halved. A dateline without a year agrees when
      its day does, in the nearest year.
    - It is less sure when a statement contradicts it by more than a day: half of that one's sureness is taken off it.
    - Its moment, if it has none, is that of the surest statement of the same day that has one.
    - A dateline whose year only the address tells is a statement too; no other year completes one.
    - The date of an update counts only when no publication is stated.

    Args:
        witnesses: what each states: "published", "updated", "dateline", "period".
        latest: no later day is believed.
        language: of the article, for its months.
    """
    datelines = [found for each in _all(claims_by_origin, "dateline") if (found := read_dateline(each.value))]
    claims = list(_claims(claims_by_origin, "published", language))
    claims += _from_datelines(datelines, _all(claims_by_origin, "period"))
    claims = claims or list(_claims(claims_by_origin, "updated", language))
    claims = [each for each in claims if each.day <= latest]
    if not claims:
        return None
    best = max(claims, key=lambda each: each.confidence)
    datetimes = [each for each in claims if each.day == best.day and each.at is not None]
    at = best.at or max(datetimes, key=lambda each: each.confidence, default=best).at
    return replace(best, at=at, confidence=_weighed(best, claims, datelines))


def _all(claims_by_origin: Mapping[Origin, Sequence[Claim]], field: str) -> list[Claim]:
    return [each for claims in claims_by_origin.values() for each in claims if each.field == field]


def _claims(
    claims_by_origin: Mapping[Origin, Sequence[Claim]], field: str, language: str | None
) -> Iterator[Publication]:
    for origin, claims in claims_by_origin.items():
        for each in claims:
            when = read_datetime(each.value, language) if each.field == field else None
            if when is not None:
                yield Publication(*when, each.found_in, each.confidence, origin)


def _from_datelines(datelines: Sequence[Dateline], periods: Sequence[Claim]) -> Iterator[Publication]:
    """Datelines with a year, or whose year is that of the address; its month, if it has one, has to be theirs."""
    for each in datelines:
        if each.year is not None and (day := make_day(each.year, each.month, each.day)):
            yield Publication(day, None, "dateline", _SURE_WITH_YEAR, "dateline")
        elif each.year is None and periods:
            year, _, month = periods[0].value.partition("-")
            day = make_day(int(year), each.month, each.day)
            if day is not None and (not month or int(month) == each.month):
                yield Publication(day, None, "dateline, with the year of the address", _SURE_OF_COMPLETED, "dateline")


def _weighed(best: Publication, claims: Sequence[Publication], datelines: Sequence[Dateline]) -> float:
    agreeing = any(abs(each.day - best.day) <= _SAME and each.origin != best.origin for each in claims)
    agreeing = agreeing or (
        best.origin != "dateline" and any(abs(each.nearest(best.day) - best.day) <= _SAME for each in datelines)
    )
    against = max((each.confidence for each in claims if abs(each.day - best.day) > _SAME), default=0.0)
    confidence = 1 - (1 - best.confidence) / 2 if agreeing else best.confidence
    return round(confidence * (1 - against / 2), 2)
