from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.articles.datetimes import read_datetime

OFFSETS = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
MOMENTS = st.datetimes(datetime(1970, 1, 3), datetime(2099, 12, 31), timezones=OFFSETS)
LANGUAGES = st.sampled_from([None, "en", "de", "ja", "ar", "no", "xx", ""])


def at(text: str, hours: float = 0) -> tuple[date, datetime]:
    when = datetime.fromisoformat(text).replace(tzinfo=timezone(timedelta(hours=hours)))
    return when.date(), when


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-03-02T23:30:00-05:00", at("2026-03-02T23:30", -5)),
        ("20260302T101500Z", at("2026-03-02T10:15")),
        ("2026-03-02 10:15:00 UTC", at("2026-03-02T10:15")),
        ("2026-03-02 10:15:00.123 +01:00", at("2026-03-02T10:15", 1)),
        ("Published 2026-03-02T10:15:00Z", at("2026-03-02T10:15")),
        ("Mon, 02 Mar 2026 10:15:00 +0000", at("2026-03-02T10:15")),
        ("Mon, 02 Mar 2026 10:15:00 EST", at("2026-03-02T10:15", -5)),
        ("12 May 2023, 15:04 GMT+1", at("2023-05-12T15:04", 1)),
        ("May 19, 2018 08:46 pm JST", at("2018-05-19T20:46", 9)),
        ("May 19, 2018 12.05 a.m. BST", at("2018-05-19T00:05", 1)),
        ("3:04 p.m. ET May 12, 2023", at("2023-05-12T15:04", -4)),
        ("3:04 p.m. ET January 12, 2023", at("2023-01-12T15:04", -5)),
    ],
)
def test_days_with_time_and_zone(text: str, expected: tuple[date, datetime]) -> None:
    found = read_datetime(text)
    assert found is not None
    assert (found[0], found[1] and found[1].replace(microsecond=0)) == expected
    assert found[1] is not None
    assert found[1].utcoffset() == expected[1].utcoffset()


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("2026-03-02", "no time"),
        ("20260302", "no time"),
        ("2026-03-02T10:15:00", "no zone"),
        ("2 March 2026, 11.30pm", "no zone"),
        ("Mon, 02 Mar 2026 10:15:00 -0000", "zone said to be unknown"),
        ("2 March 2026 10:15 IST", "three zones are called so"),
        ("2 March 2026 10:15 CST", "two zones are called so"),
        ("2 March 2026 10:15 +9959", "no such zone"),
        ("2 March 2026 24:00 GMT", "no such time"),
        ("2 March 2026 13:15 pm GMT", "no such time"),
        ("2 March 2026, updated 10:15 GMT 4 March 2026", "whose time is it?"),
        ("2 March 2026 10:15 GMT, 11:20 GMT", "which of them?"),
    ],
)
def test_no_moment_without_a_plain_time_and_zone(text: str, reason: str) -> None:
    assert read_datetime(text) == (date(2026, 3, 2), None), reason


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("2. März 2026, 14:05 Uhr", "de"),
        ("2 mars 2026 à 14h30", "fr"),
        ("2 de marzo de 2026", "es"),
        ("2 марта 2026", "ru"),
        ("2026年3月2日", "ja"),
        ("2026년 3월 2일", "ko"),
        ("٢ مارس ٢٠٢٦", "ar"),
        ("2 במרץ 2026", "he"),
        ("2. mars 2026", "no"),
        ("the 2nd of March 2026", "en"),
        ("2 March 2026", "ja"),
    ],
)
def test_other_languages(text: str, language: str) -> None:
    assert read_datetime(text, language) == (date(2026, 3, 2), None)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Monday",
        "10",
        "May",
        "10:15 GMT",
        "May 2026",
        "2026",
        "2026-03",
        "2 hours ago",
        "yesterday",
        "today at 10:15",
        "Montag",
        "März 2026",
        "03/04/2020",
        "Mon 03/04/2020",
        "February 30, 2020",
        "2026-13-45",
        "Retrieved on 2 March 2026",
        "© 2 March 2026",
        "0001-01-01T00:00:00",
        "9999-12-31T23:59:59Z",
        "1970-01-01T00:00:00Z",
        "1970-01-01",
        "1969-12-31T19:00:00-05:00",
        "1772407800",
        "0" * 100_000,
        "\ud800 2 \udfff",
    ],
)
@pytest.mark.parametrize("language", [None, "en", "de"])
def test_what_states_no_day(text: str, language: str | None) -> None:
    assert read_datetime(text, language) is None


@settings(deadline=None)
@given(MOMENTS)
def test_any_iso_moment_comes_back(when: datetime) -> None:
    found = read_datetime(when.isoformat())
    assert found == (when.date(), when)
    assert found[1] is not None
    assert found[1].utcoffset() == when.utcoffset()


@settings(deadline=None)
@given(MOMENTS, st.sampled_from(["%a, %d %b %Y %H:%M:%S %z", "%d %B %Y %H:%M:%S %z", "%B %d, %Y %H:%M:%S %z"]))
def test_any_written_moment_comes_back(when: datetime, form: str) -> None:
    when = when.replace(microsecond=0)
    assert read_datetime(when.strftime(form)) == (when.date(), when)


@settings(deadline=None)
@given(
    st.one_of(st.text(max_size=120), st.from_regex(r"[\d :./TZ+-]{0,30}(?:May|März|[A-Z]{3})?[\d :,]{0,20}")), LANGUAGES
)
def test_any_text_is_safe(text: str, language: str | None) -> None:
    found = read_datetime(text, language)
    if found is not None:
        day, when = found
        assert 1700 <= day.year < 2100
        assert when is None or (when.date() == day and when.utcoffset() is not None)
        assert when != datetime(1970, 1, 1, tzinfo=UTC)
