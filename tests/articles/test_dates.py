from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.articles.dates import (
    Dateline,
    bare_date,
    find_date,
    has_time_or_weekday,
    labelled_date,
    read_dateline,
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("TOKYO, May 19 (Kyodo) -- The prime minister left.", Dateline(5, 19, None, "Kyodo")),
        ("TOKYO, May 19 (Kyodo) The prime minister left.", Dateline(5, 19, None, "Kyodo")),
        ("WASHINGTON, Jan. 3 (Reuters) - The bank said", Dateline(1, 3, None, "Reuters")),
        ("SEOUL, 19 May (Yonhap) -- The two", Dateline(5, 19, None, "Yonhap")),
        ("NEW DELHI, India, March 2, 2026 (ANI): Police", Dateline(3, 2, 2026, "ANI")),
        ("Rio de Janeiro — May 3 (EFE) Rain", Dateline(5, 3, None, "EFE")),
        ("PARIS, Feb. 29 (AFP) - ", Dateline(2, 29, None, "AFP")),
        ("PARIS, Feb. 29, 2023 (AFP) - ", None),
        ("TOKYO, May 32 (Kyodo) - ", None),
        ("LONDON, May 3 (Monday) Rain", None),
        ("Abe met Trump on May 13 (Tokyo) and left.", None),
        ("TOKYO (Kyodo) -- The prime minister", None),
        ("May 19 (Kyodo)", None),
        ("", None),
    ],
)
def test_datelines(text: str, expected: Dateline | None) -> None:
    assert read_dateline(text) == expected


@pytest.mark.parametrize(
    ("dateline", "other", "expected"),
    [
        (Dateline(5, 19, None, "Kyodo"), date(2018, 5, 20), date(2018, 5, 19)),
        (Dateline(12, 31, None, "Kyodo"), date(2019, 1, 1), date(2018, 12, 31)),
        (Dateline(1, 1, None, "Kyodo"), date(2018, 12, 31), date(2019, 1, 1)),
        (Dateline(5, 19, 2016, "Kyodo"), date(2018, 5, 19), date(2016, 5, 19)),
        (Dateline(2, 29, None, "Kyodo"), date(2022, 3, 1), date.min),
    ],
)
def test_the_nearest_day_of_a_dateline(dateline: Dateline, other: date, expected: date) -> None:
    assert dateline.nearest(other) == expected


@pytest.mark.parametrize(
    "line",
    [
        "Saved on 23 Nov 2026",
        "Retrieved May 3, 2020",
        "Archived 2020-05-03",
        "© 2026-03-02",
        "Copyright 2 March 2026",
        "Date accessed: 3 May 2020",
        "Date and time: 23 Nov 2026 10:15 GMT",
        "Updated May 3, 2020, retrieved May 4, 2020",
        "Today: Monday, 23 Nov 2026",
        "10:15 Monday, 23 Nov 2026",
    ],
)
def test_dates_of_copies_and_clocks_are_neither_bare_nor_labelled(line: str) -> None:
    assert bare_date(line) is None
    assert labelled_date(line) is None


@pytest.mark.parametrize("line", ["2018-05-19", "2018-05-19T10:00:00Z", "2018-05-19 10:00 GMT", "19-05-2018"])
def test_bare_dates_with_and_without_time(line: str) -> None:
    assert bare_date(line) == date(2018, 5, 19)
    assert has_time_or_weekday(line) == (":" in line)


def test_dotted_dates_are_no_times() -> None:
    assert not has_time_or_weekday("19.05.2018")
    assert has_time_or_weekday("Saturday, 19.05.2018")


@settings(deadline=None)
@given(st.text(max_size=200))
def test_any_text_is_safe(text: str) -> None:
    for read in (find_date, bare_date, labelled_date, read_dateline, has_time_or_weekday):
        read(text)
