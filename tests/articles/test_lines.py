from __future__ import annotations

import pytest
from hypothesis import given, settings

from assistant.articles.blocks import split_blocks
from assistant.articles.cleaning import clean_blocks
from assistant.articles.formats.text import front_matter
from assistant.articles.lines import stated_by_front_matter, stated_by_lines
from assistant.records import Claim

from .strategies import soup

BODY = (
    "The harbour of Port Emry will be closed to cargo ships for nine weeks, its director said on Thursday.\n\n"
    "Engineers found cracks in two of the four cranes after a storm in late March, he said.\n"
)
LONG = "\n\n".join(f"{BODY.strip()} That was storm {number} of this year." for number in range(1, 6))
HEADLINE = "Port Emry to close for nine weeks"


def claims(text: str) -> list[Claim]:
    return list(stated_by_lines(text, clean_blocks(split_blocks(text))))


def test_lines_say_what_they_are_and_where() -> None:
    text = f"{HEADLINE}\n\nBy Ann Poole\n\nUpdated May 20, 2018\n\nEMRY, May 19 (Kyodo) — {BODY}\n© Kyodo\n"
    dateline = f"EMRY, May 19 (Kyodo) — {BODY.splitlines()[0]}"
    assert claims(text) == [
        Claim("title", HEADLINE, "line 1: headline before the first paragraph", 0.5),
        Claim("byline", "Ann Poole", "line 3: byline before the first paragraph", 0.7),
        Claim("updated", "Updated May 20, 2018", "line 5: line labelled 'updated'", 0.3),
        Claim("source", "Kyodo", "line 7: dateline of the first paragraph", 0.65),
        Claim("dateline", dateline, "line 7: dateline of the first paragraph", 0.65),
        Claim("source", "Kyodo", "line 11: copyright line", 0.4),
    ]


@pytest.mark.parametrize(
    ("above", "below", "confidence"),
    [
        ("", "May 19, 2018", 0.6),
        ("", "Saturday, 19 May 2018 08:46 GMT", 0.6),
        ("May 19, 2018", "", 0.4),
        ("Saturday, May 19, 2018", "", None),
        ("May 19, 2018 08:46 GMT", "", None),
        ("Log in\n\nMay 19, 2018", "", None),
        ("May 19, 2018", "May 20, 2018", None),
    ],
)
def test_dates_that_stand_alone(above: str, below: str, confidence: float | None) -> None:
    found = [
        each.confidence for each in claims(f"{above}\n\n{HEADLINE}\n\n{below}\n\n{BODY}") if each.field == "published"
    ]
    assert found == ([] if confidence is None else [confidence])


@pytest.mark.parametrize(
    "line", ["Today is Friday 12 May 2023", "It is now 10:14 on Friday, May 12, 2023", "2023-05-12"]
)
def test_a_date_is_no_title(line: str) -> None:
    assert titles(f"{line}\n\n{BODY}") == []
    assert titles(f"{line}\n\n{HEADLINE}\n\n{BODY}") == [HEADLINE]
    assert titles(f"Fire of 12 May 2023 was no accident\n\n{BODY}") == ["Fire of 12 May 2023 was no accident"]


def titles(text: str) -> list[str]:
    return [each.value for each in claims(text) if each.field == "title"]


@pytest.mark.parametrize(
    "author",
    [
        "By Gary Strauss and Carolyn Pesce, USA TODAY",
        "Scott Bowles\n\nUSA TODAY",
        "Jo Lund and Ann Poole, EMRY TODAY Sports",
        "Ann Poole, apoole@emry.example.com",
        "Ann Poole\n\n@emry_news",
    ],
)
def test_what_stands_below_the_author_is_no_title(author: str) -> None:
    summary = "Cranes are predicted to cost more than the pier"
    assert "title" not in {each.field for each in claims(f"{author}\n\n{summary}\n\n{BODY}")}
    below = claims(f"{author}\n\n# {HEADLINE}\n\n{summary}\n\n{BODY}")
    assert [each.value for each in below if each.field == "title"] == [HEADLINE]


@pytest.mark.parametrize("above", ["CNN", "POLITICS", "USA TODAY", "Top Stories\n\nPORT EMRY", "The Daily\n\nNEWS"])
def test_a_title_may_stand_below_a_section_or_a_publication(above: str) -> None:
    found = [each.value for each in claims(f"{above}\n\n{HEADLINE}\n\n{BODY}") if each.field == "title"]
    assert found == [HEADLINE]


@pytest.mark.parametrize("line", ["Emry Morning, Evening Edition", "London, UK"])
def test_not_every_comma_names_an_author(line: str) -> None:
    assert titles(f"{line}\n\n{HEADLINE}\n\n{BODY}") == [HEADLINE]


@pytest.mark.parametrize("label", ["The claim", "Our rating", "The big picture"])
def test_a_labelled_part_is_no_title(label: str) -> None:
    assert titles(f"{label}: Port Emry to close for nine weeks\n\n{BODY}") == []
    assert titles(f"{HEADLINE}\n\n{label}: Port Emry will close\n\n{BODY}") == [HEADLINE]


@pytest.mark.parametrize("line", ["Hello, dear readers everywhere!", "Follow the live blog for the latest now"])
def test_in_a_long_article_a_title_says_what_recurs(line: str) -> None:
    assert titles(f"{line}\n\n{BODY}") == [line]
    assert titles(f"{line}\n\n{LONG}") == []
    assert titles(f"{line}\n\n{HEADLINE}\n\n{LONG}") == [HEADLINE]


def test_below_a_menu_the_title_is_what_the_article_speaks_of() -> None:
    stories = ["Council votes to raise bus fares again", "Schools to open later in the winter", "Team wins the cup"]
    menu = "".join(f"  * {item}\n" for item in ("Home", "World", "Sport", *stories))
    lists = "\n\n".join(story for story in stories * 3)
    assert titles(f"{menu}\n{lists}\n\n{HEADLINE}\n\nAnn Poole\n\nMay 19, 2018\n\n{LONG}") == [HEADLINE]
    assert titles(f"{menu}\n{lists}\n\n{LONG}") == []


def test_front_matter() -> None:
    text = f"---\ntitle: 'Port closes'\nPublish-Date: 2018-05-19\nmood: calm\ndraft:\n---\n{BODY}"
    assert list(stated_by_front_matter(text, clean_blocks(split_blocks(text)))) == [
        Claim("title", "Port closes", "line 2: front matter", 0.95),
        Claim("published", "2018-05-19", "line 3: front matter", 0.95),
    ]
    assert not any(each.found_in.endswith("front matter") for each in claims(text))


@pytest.mark.parametrize("key", ["Headline", "publishedAt", "Site", "By", "Canonical-URL", "uri", "mood", "text"])
def test_front_matter_states_the_same_in_markdown_and_in_text(key: str) -> None:
    text = f"---\n{key}: Something\n---\n{BODY}"
    found = [each.field for each in stated_by_front_matter(text, clean_blocks(split_blocks(text)))]
    assert found == [each.field for each in front_matter(text)]
    assert bool(found) == (key not in ("mood", "text"))


@settings(deadline=None, max_examples=50)
@given(soup)
def test_any_text_is_safe(text: str) -> None:
    for each in claims(text):
        assert each.value
        assert 0 < each.confidence <= 1
