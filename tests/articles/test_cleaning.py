"""What is kept and what is dropped, on the seeds and on made-up pages with other wording."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from assistant.articles import clean_article, explain_cleaning, load_article
from assistant.articles.blocks import split_blocks
from assistant.articles.cleaning import BlockDecision, clean_blocks

from .conftest import SEEDS, raw_article

#: Lines (from 1) of each seed that are its article: headline and body. Everything else is clutter.
SEED_BODIES = {
    "000": [5, *range(10, 26, 2)],
    "001": list(range(4, 26, 2)),
    "002": list(range(4, 22, 2)),
    "003": [6, 8, 10, 14, 16],
    "004": [1, 2, *range(5, 15)],
}


def decide(text: str) -> list[BlockDecision]:
    return clean_blocks(split_blocks(text))


def kept(text: str) -> list[str]:
    return [decision.block.text for decision in decide(text) if decision.kept]


def test_seeds_keep_their_article_and_nothing_else(seed_file: Path) -> None:
    raw = load_article(seed_file, 1_000_000)
    lines = raw.text.split("\n")
    expected = [lines[number - 1].strip() for number in SEED_BODIES[seed_file.name[:3]]]
    assert kept(raw.text) == expected


@pytest.mark.parametrize(
    ("seed", "line", "reason"),
    [
        ("000", "Newsletter Signup Register / Login", "login or registration"),
        ("000", "politics", "short line"),
        ("000", "A combination photo", "photo credit"),
        ("000", "0 Comments", "comment widget"),
        ("000", "TOKYO", "dateline only"),
        ("000", "©2018", "copyright line"),
        ("000", "A convenient,", "after the end"),
        ("000", "Use your Facebook", "call to action"),
        ("001", "By subscribing", "call to action"),
        ("001", "In a time of both", "call to action"),
        ("003", "16:48 GMT", "page clock"),
        ("003", "READ MORE", "link to another story"),
        ("003", "talks, meeting", "tag list"),
        ("003", "Nobel Peace", "link list"),
        ("004", "![]()", "markup"),
        ("004", "Japanese Prime Minister Shinzo Abe and", "photo credit"),
    ],
)
def test_each_dropped_block_says_why(seed: str, line: str, reason: str) -> None:
    file = next(SEEDS.glob(f"{seed}*.txt"))
    decision = next(d for d in decide(file.read_text(encoding="utf-8")) if d.block.text.startswith(line))
    assert not decision.kept
    assert reason in (decision.reason or "")


BODY = [
    "The harbour of Port Emry will be closed to cargo ships for nine weeks, its director said on Thursday.",
    "Engineers found cracks in two of the four cranes after a storm in late March, and the insurer asked for a review.",
    "“We had no choice,” said Lena Okafor, who has run the port since 2011. “Nobody wants an accident.”",
    "It is the third closure in a decade.",
    "Fishing boats may still come and go. Ferries will use the northern quay, where the customs office has been moved.",
]
HEAD_CLUTTER = [
    "Skip to main content",
    "Menu",
    "Log in",
    "World",
    "Sport",
    "Weather",
    "9:12 EST Friday, April 4, 2014",
    "Share",
]
TAIL_CLUTTER = [
    "Follow @emrytimes on Twitter, or sign up for our morning newsletter to get stories like this in your inbox.",
    "Support independent journalism like ours: become a member today.",
    "© 2014 Emry Times Media Ltd. All rights reserved.",
    "Most Read",
    "Ten Ways To Cook A Lobster",
    "Mayor Denies Everything Again",
    "Get 15% off garden chairs now!",
    "Post a comment",
    "Privacy policy",
]


def test_a_page_with_other_words_is_cleaned_as_well() -> None:
    middle = [
        "RELATED: Storm Sinks Two Yachts Off The Cape",
        "The cranes of Port Emry on Tuesday. Photograph: Jo Lund/Reuters",
        "Advertisement",
    ]
    lines = [*HEAD_CLUTTER, "Port Emry to close for nine weeks after crane damage", "By Ann Poole", BODY[0], middle[0]]
    lines += [BODY[1], middle[1], BODY[2], middle[2], BODY[3], BODY[4], *TAIL_CLUTTER]
    assert kept("\n\n".join(lines)) == ["Port Emry to close for nine weeks after crane damage", *BODY]


@pytest.mark.parametrize(
    "line",
    [
        "What happens next",  # heading
        "Q: Will the ferries be late?",
        "- Ferries: every 40 minutes",
        "3. Port Emry, 1,204 ships",
        "Group F: Croatia 0, Belgium 0",
        "Emry 2-1 Dunmore",
        "Lena Okafor:",
        "Netflix subscribers rose to 230 million",
        "He said he had deleted his Twitter account and would not return to it.",
        "The company will email customers whose accounts were affected, and it asked them to change their passwords.",
        "“Sign up today,” the advert told young men in the summer of 1914.",
        "Anyone who saw the ship is asked to contact the coast guard at desk@coast.example.",
        "Copyright law was rewritten last year.",
        "Register of ships",
        "Alabama",
        "Home sweet home",
    ],
)
def test_article_lines_inside_the_body_survive(line: str) -> None:
    assert kept("\n\n".join([*BODY[:3], line, *BODY[3:]])) == [*BODY[:3], line, *BODY[3:]]


@pytest.mark.parametrize(
    "line",
    [
        "Read more: Why harbours close",
        "More:Storm of the century in pictures",
        "Photo: Jo Lund / AFP",
        "The northern quay at dusk. Jo Lund/AFP/Getty Images",
        "Click here to subscribe to our weekly newsletter.",
        "Sign up now for alerts, delivered to your inbox every day",
        "Jo Lund is a reporter at the Emry Times. Follow her on Twitter @jolund.",
        "Contributing: Ann Poole, Jo Lund",
        "Sponsored content",
        "* * *",
        "![](/img/17.png)",
    ],
)
def test_clutter_inside_the_body_goes(line: str) -> None:
    assert kept("\n\n".join([*BODY[:3], line, *BODY[3:]])) == BODY


def test_a_dash_and_a_name_after_a_quotation_is_part_of_it() -> None:
    lines = [BODY[0], "“The sea gives and the sea takes.”", "— Lena Okafor", *BODY[1:]]
    assert kept("\n".join(lines)) == lines
    assert "— Ann Poole" not in kept("\n".join([*BODY[:2], "— Ann Poole", *BODY[2:]]))


@pytest.mark.parametrize(
    "text",
    [
        "Meeting moved to Tuesday\nRoom 4",
        "Kim\n\nTrump",
        "Emry 2, Dunmore 1\nCape 0, Port 0",
        "Share",
        "© 2014",
        "***",
        "1",
    ],
)
def test_a_short_text_is_kept(text: str) -> None:
    assert kept(text)


def test_a_note_of_two_lines_is_kept_whole() -> None:
    assert kept("Meeting moved to Tuesday\nRoom 4") == ["Meeting moved to Tuesday", "Room 4"]


def test_markdown() -> None:
    text = "---\ntitle: X\ndate: 2014-04-04\n---\n# Port to close\n\n" + "\n\n".join(
        [BODY[0], "## The cranes", *BODY[1:3], "---", BODY[4]]
    )
    decisions = decide(text)
    assert [d.block.text for d in decisions if d.kept] == [
        "Port to close",
        BODY[0],
        "The cranes",
        *BODY[1:3],
        BODY[4],
    ]
    assert [d.reason for d in decisions[:4]] == ["front matter"] * 4


def test_hard_wrapped_paragraphs_are_one_block() -> None:
    paragraph = (
        "The harbour of Port Emry will be closed to cargo ships for nine\nweeks, its director said on Thursday, after"
        " engineers had found\ncracks in two of the four cranes and the insurer had asked for\na review."
    )
    text = f"Port to close\n\n{paragraph}\n\n{paragraph}\n"
    assert [block.text for block in split_blocks(text)] == ["Port to close", paragraph, paragraph]
    assert [block.text for block in split_blocks("\n".join(BODY))] == BODY


@pytest.mark.parametrize(
    "line", ["Share this article on Facebook", "Share", "Email this story to a friend", "Print this page", "Tweet this"]
)
def test_share_lines_go(line: str) -> None:
    body = "The council met on Tuesday, and the mayor told reporters that nothing had been decided yet.\n\n" * 3
    kept = [d.block.text for d in clean_blocks(split_blocks(f"{body}{line}\n")) if d.kept]
    assert line not in kept
    assert len(kept) == 3


# Bodies that the markup of a page has told.


def kept_of_body(text: str) -> list[str]:
    return clean_article(replace(raw_article(text), extracted_body=True)).text.split("\n\n")


def test_a_body_keeps_what_the_rules_and_the_classifier_take_from_a_page() -> None:
    doubtful = ["Immunology", "EMRY, Norland", "© 2019 Emry Press. All rights reserved.", "See more photos:", "UP NEXT"]
    text = "\n\n".join([doubtful[0], *BODY, *doubtful[1:], "Harbour Bridge Opens Again"])
    assert kept_of_body(text) == text.split("\n\n")
    assert not {*doubtful} <= {*kept(text)}


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("???", "no words"),
        ("* * *", "link or markup only"),
        ("By Ann Poole", "byline"),
        ("Click here to subscribe to our newsletter", "call to action"),
        ("Log in", "login or registration"),
        ("Share", "share or comment widget"),
        ("Advertisement", "advertising label"),
    ],
)
def test_a_body_loses_what_is_never_of_an_article(line: str, reason: str) -> None:
    raw = replace(raw_article("\n\n".join([*BODY, line])), extracted_body=True)
    decisions = explain_cleaning(raw)
    assert [decision.block.text for decision in decisions if decision.kept] == BODY
    assert decisions[-1].reason == reason


@pytest.mark.parametrize("text", ["Share", "* * *", "By Ann Poole\n\nLog in"])
def test_a_body_is_never_emptied(text: str) -> None:
    assert kept_of_body(text) == text.split("\n\n")
