from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.articles.publication_dates import Origin, Publication, find_publication
from assistant.records import Claim

LATEST = date(2026, 11, 24)
DATELINE = "TOKYO, May 19 (Kyodo) -- The prime minister left for Singapore."


def published(value: str, confidence: float, field: str = "published") -> Claim:
    return Claim(field, value, f"{field} {value}", confidence)


def publication(
    *, markup: tuple[Claim, ...] = (), text: tuple[Claim, ...] = (), address: tuple[Claim, ...] = ()
) -> Publication | None:
    claims_by_origin: dict[Origin, tuple[Claim, ...]] = {"markup": markup, "text": text, "address": address}
    return find_publication(claims_by_origin, LATEST)


def test_one_statement_stands_as_it_is() -> None:
    found = publication(markup=(published("2018-05-19T23:30:00-05:00", 0.9),))
    assert found == Publication(
        date(2018, 5, 19),
        datetime(2018, 5, 20, 4, 30, tzinfo=UTC),
        "published 2018-05-19T23:30:00-05:00",
        0.9,
        "markup",
    )


def test_the_surest_wins_and_of_equals_the_first() -> None:
    found = publication(text=(published("2018-05-20", 0.7), published("2018-05-19", 0.9), published("2018-05-21", 0.9)))
    assert found is not None
    assert found.day == date(2018, 5, 19)


@pytest.mark.parametrize(
    ("other", "confidence"),
    [("2018-05-19", 0.95), ("2018-05-20", 0.95), ("2018-05-18", 0.95), ("2018-05-21", 0.56), ("2016-05-19", 0.56)],
)
def test_another_witness_makes_it_surer_or_less_sure(other: str, confidence: float) -> None:
    found = publication(markup=(published("2018-05-19", 0.9),), address=(published(other, 0.75),))
    assert found is not None
    assert (found.day, found.confidence) == (date(2018, 5, 19), confidence)


def test_a_witness_cannot_agree_with_itself_but_contradict() -> None:
    twice = publication(markup=(published("2018-05-19", 0.9), published("2018-05-19", 0.8)))
    against = publication(markup=(published("2018-05-19", 0.9), published("2018-05-29", 0.8)))
    assert twice is not None
    assert against is not None
    assert (twice.confidence, against.confidence) == (0.9, 0.54)


def test_the_moment_comes_from_whoever_states_one_of_that_day() -> None:
    day, when = published("2018-05-19", 0.95), published("2018-05-19T10:00:00Z", 0.6)
    other_day = published("2018-05-20T10:00:00Z", 0.9)
    found = publication(markup=(day, other_day, when))
    assert found is not None
    assert (found.day, found.at) == (date(2018, 5, 19), datetime(2018, 5, 19, 10, tzinfo=UTC))


def test_days_to_come_are_not_believed() -> None:
    assert publication(markup=(published("2026-11-25", 0.9),)) is None
    found = publication(markup=(published("2099-01-01", 0.9),), text=(published("2018-05-19", 0.5),))
    assert found is not None
    assert (found.day, found.confidence) == (date(2018, 5, 19), 0.5)


def test_an_update_counts_only_alone() -> None:
    update = published("2018-05-29", 0.3, "updated")
    alone, beside = publication(text=(update,)), publication(text=(published("2018-05-19", 0.7), update))
    assert alone is not None
    assert beside is not None
    assert (alone.day, alone.confidence) == (date(2018, 5, 29), 0.3)
    assert (beside.day, beside.confidence) == (date(2018, 5, 19), 0.7)


def test_a_dateline_confirms_and_never_invents_a_year() -> None:
    dateline = published(DATELINE, 0.65, "dateline")
    assert publication(text=(dateline,)) is None
    for day, confidence in (("2018-05-19", 0.85), ("2018-05-20", 0.85), ("2018-06-19", 0.7)):
        found = publication(text=(published(day, 0.7), dateline))
        assert found is not None
        assert (found.day, found.confidence) == (date.fromisoformat(day), confidence)


@pytest.mark.parametrize(
    ("period", "day"), [("2018", date(2018, 5, 19)), ("2018-05", date(2018, 5, 19)), ("2018-06", None)]
)
def test_the_year_of_the_address_completes_a_dateline(period: str, day: date | None) -> None:
    found = publication(text=(published(DATELINE, 0.65, "dateline"),), address=(published(period, 0.75, "period"),))
    assert (found and found.day) == day


def test_a_dateline_with_a_year_is_a_statement() -> None:
    found = publication(text=(published("DELHI, May 19, 2018 (ANI): Rain", 0.65, "dateline"),))
    assert found is not None
    assert (found.day, found.confidence) == (date(2018, 5, 19), 0.5)


VALUES = st.one_of(
    st.text(max_size=40),
    st.dates().map(date.isoformat),
    st.sampled_from([DATELINE, "PARIS, Feb. 29 (AFP) Rain", "2018", "2018-05"]),
)
FIELDS = st.sampled_from(["published", "updated", "dateline"])
STATED = st.lists(st.builds(published, VALUES, st.floats(0, 1), FIELDS), max_size=4).map(tuple)
PERIODS = st.lists(
    st.builds(published, st.sampled_from(["2018", "2019-02"]), st.just(0.7), st.just("period")), max_size=1
)


@settings(deadline=None)
@given(STATED, STATED, PERIODS.map(tuple))
def test_whatever_is_stated_it_stays_in_bounds(
    markup: tuple[Claim, ...], text: tuple[Claim, ...], address: tuple[Claim, ...]
) -> None:
    found = publication(markup=markup, text=text, address=address)
    if found is not None:
        assert found.day <= LATEST
        assert 0 <= found.confidence <= 1
        assert found.at is None or found.at.date() == found.day
