from __future__ import annotations

from datetime import date

import pytest

from assistant.articles import clean_article
from assistant.records import Metadata

from .conftest import SEEDS, raw_article

PARAGRAPH = "The harbour of Port Emry will be closed to cargo ships for nine weeks, its director said on Thursday."
BODY = f"{PARAGRAPH}\n\nEngineers found cracks in two of the four cranes after a storm in late March, he said.\n"
HEADLINE = "Port Emry to close for nine weeks"


def metadata(text: str) -> Metadata:
    return clean_article(raw_article(text)).metadata


@pytest.mark.parametrize(
    ("seed", "title", "source"),
    [
        ("000", "Japan to send senior diplomat to Singapore for U.S.-N Korea summit", "KYODO"),
        ("001", None, "Kyodo"),
        ("002", None, "Kyodo"),
        ("003", None, None),
        ("004", "Japanese and US leaders will meet continuously around the North Korea issue", "Baonghean.vn"),
    ],
)
def test_seeds(seed: str, title: str | None, source: str | None) -> None:
    found = metadata(next(SEEDS.glob(f"{seed}*.txt")).read_text(encoding="utf-8"))
    assert (found.title, found.source, found.published, found.byline) == (title, source, None, None)


def test_each_field_says_where_it_was_found() -> None:
    found = metadata(
        f"{HEADLINE}\r\n\r\nBy Ann Poole and Jo Lund\r\nMay 19, 2018 08:46 pm JST\r\n\r\nEMRY (AP) — {BODY}"
    )
    assert found == Metadata(HEADLINE, date(2018, 5, 19), "AP", "Ann Poole and Jo Lund", found.found_in)
    assert found.found_in == {
        "title": "line 1: headline before the first paragraph",
        "byline": "line 3: byline before the first paragraph",
        "published": "line 4: date before the first paragraph",
        "source": "line 6: dateline of the first paragraph",
    }


def test_front_matter_wins() -> None:
    found = metadata(
        "---\ntitle: 'Port closes'\ndate: 2018-05-19T10:00:00Z\nauthor: Ann Poole\npublisher: Emry Times\n---\n"
        f"# Other\n\n{BODY}"
    )
    assert (found.title, found.published) == ("Port closes", date(2018, 5, 19))
    assert (found.source, found.byline) == ("Emry Times", "Ann Poole")
    assert found.found_in["published"] == "line 3: front matter"


def test_a_markdown_heading_is_the_title() -> None:
    assert metadata(f"# Port closes\n\n{BODY}").title == "Port closes"


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("May 19, 2018", date(2018, 5, 19)),
        ("Saturday, 19 May 2018", date(2018, 5, 19)),
        ("19th May 2018 | 08:46", date(2018, 5, 19)),
        ("2018-05-19", date(2018, 5, 19)),
        ("Published 3:04 p.m. ET May 12, 2023", date(2023, 5, 12)),
        ("Updated: 12 May 2023, 15:04 GMT", date(2023, 5, 12)),
        ("First published on Sept. 3, 2021", date(2021, 9, 3)),
        ("Posted 25/12/2020", date(2020, 12, 25)),
        ("16:48 GMT01 March 2021", None),
        ("9:12 EST Friday, April 4, 2014", None),
        ("May 19", None),
        ("Published 03/04/2020", None),
        ("February 30, 2020", None),
        ("May 2018", None),
        ("The ships of May 19, 2018", None),
    ],
)
def test_dates_between_headline_and_body(line: str, expected: date | None) -> None:
    assert metadata(f"{HEADLINE}\n\n{line}\n\n{BODY}").published == expected


def test_published_is_preferred_to_updated_wherever_they_stand() -> None:
    found = metadata(f"{HEADLINE}\n\nUpdated May 14, 2023\n\n{BODY}\nPublished May 12, 2023\n")
    assert found.published == date(2023, 5, 12)
    assert found.found_in["published"] == "line 9: line labelled 'published'"


def test_the_date_in_a_masthead_or_in_the_text_is_not_publication() -> None:
    assert metadata(f"Sunday, May 20, 2018\n\nLog in\n\nSport\n\n{HEADLINE}\n\n{BODY}").published is None
    assert metadata(f"{HEADLINE}\n\nOn May 19, 2018, the port closed for nine weeks, he said. {BODY}").published is None
    assert metadata(f"{HEADLINE}\n\nMay 1, 2018\n\n{PARAGRAPH}\n\nMay 2, 2018\n\n{PARAGRAPH}").published is None


@pytest.mark.parametrize(
    "line",
    [
        "Trump wins",
        "Bridge reopens",
        "Bridge Reopens at Night",
        "Who Won?",
        "‘No more cranes’",
        "Cranes: a history",
        "9 dead",
        "The Harbour Bridge Opens Again After Repairs",
    ],
)
@pytest.mark.parametrize(
    ("above", "below"),
    [("", ""), ("---\nlang: en\n---\n", ""), ("", "By Ann Poole\n\nMay 19, 2018\n\n"), ("", "CNN —\n\n")],
)
def test_the_only_line_above_the_article_is_its_title_and_stays(line: str, above: str, below: str) -> None:
    article = clean_article(raw_article(f"{above}{line}\n\n{below}{BODY}"))
    assert article.metadata.title == line
    assert article.text.split("\n\n")[0] == line


@pytest.mark.parametrize(
    "line",
    [
        "Menu",
        "Sport",
        "World News",
        "Latest",
        "U.S. Politics",
        "Log in",
        "Newsletter Signup",
        "Skip to main content",
        "By Ann Poole",
        "Ann Poole, Jo Lund and Al Bo",
        "May 19, 2018",
        "Updated May 14, 2023",
        "Published 03/04/2020",
        "9:12 EST Friday, April 4, 2014",
        "16:48 GMT01 March 2021",
        "5 min read",
        "2 hours ago",
        "Share",
        "EMRY",
        "CNN —",
        "London CNN Business —",
        "Reuters",
        "– Kyodo",
        "The Associated Press",
        "The Emry Times",
        "Ann Poole",
        "Samuel B. Hale",
        "Emry Morning News",
        "Emrynews.com",
        "Bridge:",
        "It rained.",
    ],
)
def test_no_label_is_a_title(line: str) -> None:
    assert metadata(f"{line}\n\n{BODY}").title is None


def test_a_short_line_among_others_is_no_title() -> None:
    assert metadata(f"Emry Times\n\nFerries\n\n{BODY}").title is None
    assert metadata(f"9:12 EST Friday, April 4, 2014\n\nFerries\n\n{BODY}").title is None


def test_the_first_paragraph_is_no_title() -> None:
    assert metadata(BODY).title is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"– Kyodo\n\n{BODY}", "Kyodo"),
        (f"CNN —\n\n{BODY}", "CNN"),
        (f"London CNN Business —\n\n{BODY}", "CNN Business"),
        (f"(Emrypost.com) - {BODY}", "Emrypost.com"),
        (f"(CNN) {BODY}", "CNN"),
        (f"{BODY}\n© REUTERS", "REUTERS"),
        (f"{BODY}\n© 2014 Emry Times Ltd. All rights reserved.", "Emry Times Ltd"),
        (f"{BODY}\n© Kyodo\n\n© 2018 Emry Media", "Kyodo"),
        (BODY, None),
    ],
)
def test_sources(text: str, expected: str | None) -> None:
    assert metadata(text).source == expected
