"""When an article was published, of all that is stated about it in different places."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Literal

from assistant.articles.dates import Dateline, make_day, read_dateline
from assistant.articles.moments import read_moment
from assistant.records import Stated

#: Who states something. Markup, fields, headers and front matter come from one program, so they are one witness.
Witness = Literal["markup", "text", "address"]

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
    how: str
    sure: float
    witness: Witness | Literal["dateline"]


def find_publication(
    witnesses: Mapping[Witness, Sequence[Stated]], latest: date, language: str | None = None
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
    datelines = [found for each in _all(witnesses, "dateline") if (found := read_dateline(each.value))]
    stated = list(_stated(witnesses, "published", language))
    stated += _from_datelines(datelines, _all(witnesses, "period"))
    stated = stated or list(_stated(witnesses, "updated", language))
    stated = [each for each in stated if each.day <= latest]
    if not stated:
        return None
    best = max(stated, key=lambda each: each.sure)
    moments = [each for each in stated if each.day == best.day and each.at is not None]
    at = best.at or max(moments, key=lambda each: each.sure, default=best).at
    return replace(best, at=at, sure=_weighed(best, stated, datelines))


def _all(witnesses: Mapping[Witness, Sequence[Stated]], field: str) -> list[Stated]:
    return [each for stated in witnesses.values() for each in stated if each.field == field]


def _stated(witnesses: Mapping[Witness, Sequence[Stated]], field: str, language: str | None) -> Iterator[Publication]:
    for witness, stated in witnesses.items():
        for each in stated:
            moment = read_moment(each.value, language) if each.field == field else None
            if moment is not None:
                yield Publication(*moment, each.how, each.sure, witness)


def _from_datelines(datelines: Sequence[Dateline], periods: Sequence[Stated]) -> Iterator[Publication]:
    """Datelines with a year, or whose year is that of the address; its month, if it has one, has to be theirs."""
    for each in datelines:
        if each.year is not None and (day := make_day(each.year, each.month, each.day)):
            yield Publication(day, None, "dateline", _SURE_WITH_YEAR, "dateline")
        elif each.year is None and periods:
            year, _, month = periods[0].value.partition("-")
            day = make_day(int(year), each.month, each.day)
            if day is not None and (not month or int(month) == each.month):
                yield Publication(day, None, "dateline, with the year of the address", _SURE_OF_COMPLETED, "dateline")


def _weighed(best: Publication, stated: Sequence[Publication], datelines: Sequence[Dateline]) -> float:
    agreeing = any(abs(each.day - best.day) <= _SAME and each.witness != best.witness for each in stated)
    agreeing = agreeing or (
        best.witness != "dateline" and any(abs(each.nearest(best.day) - best.day) <= _SAME for each in datelines)
    )
    against = max((each.sure for each in stated if abs(each.day - best.day) > _SAME), default=0.0)
    sure = 1 - (1 - best.sure) / 2 if agreeing else best.sure
    return round(sure * (1 - against / 2), 2)
