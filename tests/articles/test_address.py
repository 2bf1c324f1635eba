from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.articles.address import is_address, stated_by_address


def claims(url: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for each in stated_by_address(url):
        found.setdefault(each.field, each.value)
    return found


@pytest.mark.parametrize(
    ("path", "day"),
    [
        ("/2026/03/02/asia/port/index.html", "2026-03-02"),
        ("/world/2018/may/19/port-closes", "2018-05-19"),
        ("/story/news/2018/5/19/", None),
        ("/20180519/port", "2018-05-19"),
        ("/world/asia/port-closes-2018-05-19/", "2018-05-19"),
        ("/2018-05-19/port", "2018-05-19"),
        ("/2018/13/45/port", None),
        ("/2018/02/30/port", None),
        ("/2018/05/port", None),
        ("/news/world-asia-20180519", None),
        ("/id/201805191", None),
        ("/port?date=2018-05-19", None),
        ("/port#2018/05/19/", None),
        ("/٢٠١٨/05/19/", None),
        ("/", None),
        ("", None),
    ],
)
def test_days(path: str, day: str | None) -> None:
    assert claims(f"https://emry.example.com{path}").get("published") == day


@pytest.mark.parametrize(
    ("path", "period"),
    [("/2018/05/port", "2018-05"), ("/2018/port", "2018"), ("/2018/may/19/port", "2018-05"), ("/port-2018", None)],
)
def test_periods(path: str, period: str | None) -> None:
    assert claims(f"https://emry.example.com{path}").get("period") == period


@pytest.mark.parametrize(
    ("path", "section"),
    [
        ("/2018/05/19/politics/port/index.html", "politics"),
        ("/sport/football/port", "sport"),
        ("/news/us-news/port", "us news"),
        ("/arts-and-culture/port", "arts and culture"),
        ("/middle-east/port", "middle east"),
        ("/news/port", None),
        ("/sport", None),
        ("/port/closes", None),
        ("//x", None),
    ],
)
def test_sections(path: str, section: str | None) -> None:
    assert claims(f"https://emry.example.com{path}").get("section") == section


@pytest.mark.parametrize(
    ("url", "source"),
    [
        ("https://www.emry.example.com/x", "emry.example.com"),
        ("https://edition.cnn.com/x", "cnn.com"),
        ("HTTPS://WWW.CNN.COM:443/x", "cnn.com"),
        ("http://127.0.0.1/x", None),
        ("http://localhost/x", None),
        ("https://[::1]/x", None),
        ("https://[x/", None),
        ("https://user@cnn.com/x", "cnn.com"),
    ],
)
def test_hosts(url: str, source: str | None) -> None:
    assert claims(url).get("source") == source


def test_of_an_archived_page_only_its_own_address_counts() -> None:
    found = claims("https://web.archive.org/web/20200503123456/https://www.cnn.com/2018/05/19/asia/port")
    assert (found["published"], found["source"]) == ("2018-05-19", "cnn.com")
    assert "published" not in claims("https://archive.ph/20200503/https://www.cnn.com/port")


@pytest.mark.parametrize(
    "text",
    ["", "/news/2018/05/19/port.txt", "ftp://cnn.com/2018/05/19/x", "https://", "https://a b", "https://x/" * 999],
)
def test_what_is_no_address_states_nothing(text: str) -> None:
    assert not is_address(text)
    assert claims(text) == {}


@settings(deadline=None)
@given(st.text(max_size=60))
def test_any_text_is_safe(text: str) -> None:
    for url in (text, f"https://{text}", f"https://cnn.com/{text}", f"https://cnn.com/2018/05/{text}/x"):
        list(stated_by_address(url))
