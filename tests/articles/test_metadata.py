from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.articles import clean_article
from assistant.articles.blocks import split_blocks
from assistant.articles.cleaning import clean_blocks
from assistant.articles.metadata import find_metadata
from assistant.records import Claim, Metadata

from .conftest import SEEDS, raw_article
from .strategies import soup

PARAGRAPH = "The harbour of Port Emry will be closed to cargo ships for nine weeks, its director said on Thursday."
BODY = f"{PARAGRAPH}\n\nEngineers found cracks in two of the four cranes after a storm in late March, he said.\n"
HEADLINE = "Port Emry to close for nine weeks"
URL = "https://www.emry.example.com/sport/2018/05/19/port/index.html"
DAY = date(2018, 5, 19)


def metadata(text: str, *claims: Claim, path: str = "/articles/page.txt") -> Metadata:
    return clean_article(replace(raw_article(text, path), claims=claims)).metadata


def claims(field: str, value: str, confidence: float = 0.9) -> Claim:
    return Claim(field, value, f"meta {field}", confidence)


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
    assert (found.title, found.published, found.source, found.byline) == (HEADLINE, DAY, "AP", "Ann Poole and Jo Lund")
    assert found.published_at == datetime(2018, 5, 19, 20, 46, tzinfo=timezone(timedelta(hours=9)))
    assert found.found_in == {
        "title": "line 1: headline before the first paragraph",
        "byline": "line 3: byline before the first paragraph",
        "published": "line 4: date before the first paragraph",
        "source": "line 6: dateline of the first paragraph",
        "language": "words of the text",
    }
    assert found.confidence.keys() == found.found_in.keys()
    assert all(0 < confidence <= 1 for confidence in found.confidence.values())


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


def test_what_markup_states_comes_first() -> None:
    found = metadata(
        f"{HEADLINE}\n\nBy Ann Poole\n\nMay 19, 2018\n\nEMRY (AP) — {BODY}",
        claims("title", "  Port closes \n for nine weeks "),
        claims("published", "2018-05-19T08:46:00+09:00"),
        claims("source", "Emry Times"),
        claims("byline", "A. Poole"),
        claims("section", "Economy"),
        claims("language", "en-GB"),
        claims("url", URL),
    )
    assert (found.title, found.source, found.byline) == ("Port closes for nine weeks", "Emry Times", "A. Poole")
    assert (found.section, found.language, found.url) == ("Economy", "en", URL)
    assert found.published == DAY
    assert found.published_at == datetime(2018, 5, 18, 23, 46, tzinfo=UTC)
    assert set(found.found_in.values()) == {f"meta {field}" for field in found.found_in}
    assert found.confidence["published"] == 0.95, "text and address agree"


def test_surer_lines_are_preferred_to_doubtful_markup() -> None:
    assert metadata(f"{HEADLINE}\n\n{BODY}", claims("title", "Microsoft Word - a.doc", 0.3)).title == HEADLINE
    assert metadata(f"{HEADLINE}\n\n{BODY}", claims("title", "Port closes", 0.5)).title == "Port closes"


def test_unusable_statements_are_passed_over() -> None:
    found = metadata(
        BODY,
        claims("title", "x" * 501),
        claims("title", " "),
        claims("published", "03/04/2020"),
        claims("published", "2099-01-01"),
        claims("published", "2 hours ago"),
        claims("language", "xx"),
        claims("url", "/2018/05/19/port/"),
        claims("url", "javascript:alert(1)"),
    )
    assert found == Metadata(language="en", found_in=found.found_in, confidence=found.confidence)


@pytest.mark.parametrize("path", ["/articles/page.txt", URL])
def test_the_address_is_the_last_witness(path: str) -> None:
    found = metadata(f"{HEADLINE}\n\n{BODY}", *([] if path == URL else [claims("url", URL)]), path=path)
    assert (found.url, found.published, found.published_at) == (URL, DAY, None)
    assert (found.section, found.source) == ("sport", "emry.example.com")
    assert found.found_in["published"] == "address: folders of the path"
    assert found.confidence["source"] < found.confidence["section"] < found.confidence["published"]
    assert metadata(f"{BODY}\n© REUTERS", claims("url", URL)).source == "REUTERS"


def test_a_file_path_is_no_address() -> None:
    found = metadata(BODY, path="/news/sport/2018/05/19/port.txt")
    assert (found.url, found.published, found.section, found.source) == (None, None, None, None)


def test_contradiction_lowers_and_agreement_raises() -> None:
    alone = metadata(BODY, claims("published", "2018-05-19"))
    agreed = metadata(BODY, claims("published", "2018-05-20"), claims("url", URL))
    contradicted = metadata(BODY, claims("published", "2020-05-19"), claims("url", URL))
    assert contradicted.published == date(2020, 5, 19)
    assert contradicted.confidence["published"] < alone.confidence["published"] < agreed.confidence["published"]


def test_front_matter_is_no_second_witness_of_what_is_stated() -> None:
    text = f"---\ndate: 2018-05-19\nlang: en\nsection: Ports\nlink: {URL}\n---\n{BODY}"
    found = metadata(text)
    assert (found.published, found.section, found.language, found.url) == (DAY, "Ports", "en", URL)
    alone = metadata(
        f"---\ndate: 2018-05-19\n---\n{BODY}", Claim("published", "2018-05-19", "front matter 'date'", 0.95)
    )
    assert alone.confidence["published"] == 0.95


@pytest.mark.parametrize(
    "text",
    [
        f"Monday, 23 Nov 2026 10:15 GMT\n\n{HEADLINE}\n\n{BODY}",
        f"Monday, 23 Nov 2026\n\n{HEADLINE}\n\n{BODY}",
        f"10:15 GMT Monday, 23 Nov 2026\n\n{HEADLINE}\n\n{BODY}",
        f"News that Emry reads every morning\n\nMonday, 23 Nov 2026 10:15 GMT\n\n{HEADLINE}\n\n{BODY}",
        f"Monday, 23 Nov 2026 10:15 GMT\n\n{BODY}",
        f"{HEADLINE}\n\nSaved on 23 Nov 2026\n\n{BODY}",
        f"{HEADLINE}\n\nRetrieved: 2026-11-23T10:15:00Z\n\n{BODY}",
        f"{HEADLINE}\n\n{BODY}\nDate accessed: 23 Nov 2026",
        f"{HEADLINE}\n\n{BODY}\n© 2026 Emry Times",
        f"{HEADLINE}\n\n{BODY}\n© 2026-11-23 Emry Times",
        f"{HEADLINE}\n\n© 23 Nov 2026\n\n{BODY}",
        f"{HEADLINE}\n\nNovember 31, 2026\n\n{BODY}",
        f"{HEADLINE}\n\nPublished January 1, 2199\n\n{BODY}",
        f"{HEADLINE}\n\nPublished January 1, 2099\n\n{BODY}",
        f"---\ncrawled: 2026-11-23\nsaved: 2026-11-23\naccessed: 2026-11-23\n---\n{BODY}",
        f"EMRY, May 19 (Kyodo) — {BODY}\n© 2018 Kyodo",
    ],
)
def test_clocks_crawls_copyright_and_impossible_days_are_not_publication(text: str) -> None:
    found = metadata(text)
    assert (found.published, found.published_at) == (None, None)
    assert "published" not in found.found_in


def test_the_last_day_that_is_believed_can_be_given() -> None:
    raw = raw_article(f"{HEADLINE}\n\nPublished May 19, 2018\n\n{BODY}")
    decisions = clean_blocks(split_blocks(raw.text))
    assert find_metadata(raw, decisions, latest=DAY).published == DAY
    assert find_metadata(raw, decisions, latest=date(2018, 5, 18)).published is None


def test_a_dateline_names_the_agency_and_confirms_the_day() -> None:
    text = f"EMRY, May 19 (Kyodo) — {BODY}"
    assert (metadata(text).source, metadata(text).published) == ("Kyodo", None)
    alone, confirmed = (
        metadata(BODY, claims("published", "2018-05-19")),
        metadata(text, claims("published", "2018-05-19")),
    )
    assert confirmed.confidence["published"] > alone.confidence["published"]
    completed = metadata(text, claims("url", "https://emry.example.com/2018/05/port"))
    assert completed.published == DAY
    assert completed.found_in["published"] == "dateline, with the year of the address"


@pytest.mark.parametrize(
    ("language", "text", "day"),
    [
        (
            "de",
            "Der Hafen von Emry bleibt neun Wochen lang geschlossen, sagte der Direktor.",
            "19. Mai 2018, 14:05 Uhr",
        ),
        ("ar", "قال مدير ميناء إمري يوم الخميس إن الميناء سيظل مغلقا أمام سفن الشحن لمدة تسعة أسابيع.", "١٩ مايو ٢٠١٨"),
        ("he", "נמל אמרי ייסגר לאוניות משא למשך תשעה שבועות, אמר מנהל הנמל ביום חמישי.", "19 במאי 2018"),
        ("ja", "エムリー港は九週間にわたり貨物船の入港を停止すると、港長が木曜日に述べた。", "2018年5月19日"),
    ],
)
def test_articles_in_other_languages_are_kept_and_marked(language: str, text: str, day: str) -> None:
    article = clean_article(replace(raw_article(f"{text}\n\n{text}"), claims=(claims("published", day),)))
    assert (article.metadata.language, article.metadata.published) == (language, DAY)
    assert text in article.text


FOREIGN = {
    "ja": (
        "エムリー港が九週間閉鎖",
        "エムリー港は九週間にわたり貨物船の入港を停止すると、港長が木曜日に述べた。",
        "スポーツ",
    ),
    "zh": (
        "埃姆里港将关闭九个星期",
        "埃姆里港将关闭九个星期，货船不得进港，港口负责人星期四在记者会上这样说明。",
        "最新消息",
    ),
    "ar": (
        "إغلاق ميناء إمري تسعة أسابيع",
        "قال مدير ميناء إمري يوم الخميس إن الميناء سيظل مغلقا لمدة تسعة أسابيع.",
        "آخر الأخبار",
    ),
    "ru": (
        "Порт Эмри закроют на девять недель",
        "Порт Эмри закроют для грузовых судов на девять недель, сообщил в четверг директор порта.",
        "Анна Иванова",
    ),
    "hi": (
        "एमरी बंदरगाह नौ सप्ताह बंद रहेगा",
        "एमरी बंदरगाह मालवाहक जहाजों के लिए नौ सप्ताह तक बंद रहेगा, निदेशक ने गुरुवार को कहा।",
        "ताज़ा खबरें",
    ),
    "de": (
        "Hafen von Emry für neun Wochen zu",
        "Der Hafen von Emry bleibt neun Wochen lang geschlossen, sagte der Direktor.",
        "Mehr zum Thema",
    ),
}


@pytest.mark.parametrize("language", FOREIGN)
def test_a_short_line_above_the_paragraphs_is_the_title_in_any_script(language: str) -> None:
    title, text, label = FOREIGN[language]
    assert metadata(f"{title}\n\n{text}\n\n{text}\n").title == title
    assert metadata(f"{title}\n\n2018-05-19 14:05\n\n{text}\n").title == title
    assert metadata(f"2018-05-19\n{title}\n{text}\n").title == title
    for head in ("", f"{label}\n\n", "2018-05-19 14:05\n\n", f"{label}\n\n{title}\n\n", f"{title}.\n\n", f"{text}\n\n"):
        assert metadata(f"{head}{text}\n\n{text}\n").title is None, head


def test_the_first_line_of_a_wrapped_text_is_no_title_in_any_script() -> None:
    text = "エムリー港は九週間にわたり貨物船の入港を停止すると港長が木曜日に述べた上で、"
    text += "修理の費用は市と県が半分ずつ出すと説明した。"
    assert metadata("\n".join(text[i : i + 31] for i in range(0, len(text), 31))).title is None


@pytest.mark.parametrize("text", ["", " ", "\ufeff", "\u200f", "---\n---"])
def test_nothing_is_known_of_nothing(text: str) -> None:
    raw = raw_article(text)
    assert find_metadata(raw, clean_blocks(split_blocks(text))) == Metadata()


FIELDS = st.sampled_from(["title", "published", "source", "byline", "section", "language", "url", "unheard of"])


@settings(deadline=None, max_examples=50)
@given(
    soup,
    st.lists(st.builds(claims, FIELDS, st.one_of(st.text(max_size=40), st.just(URL)), st.floats(0, 1)), max_size=6),
)
def test_whatever_a_file_states(text: str, said: list[Claim]) -> None:
    found = metadata(text, *said)
    known = {
        name
        for name in Metadata.__slots__
        if name not in ("found_in", "confidence") and getattr(found, name) is not None
    }
    assert found.found_in.keys() == found.confidence.keys() == known - {"published_at"}
    assert found.published is not None or found.published_at is None


def body_metadata(text: str, *claims: Claim) -> Metadata:
    return clean_article(replace(raw_article(text, "/articles/page.html"), claims=claims, extracted_body=True)).metadata


def test_the_body_of_a_page_may_have_no_headline() -> None:
    assert body_metadata(BODY).title is None
    assert body_metadata(f"Immunology\n\n{BODY}").title is None
    assert body_metadata(f"{PARAGRAPH}\n\nWhat the director said\n\n{BODY}").title is None
    assert body_metadata(BODY, claims("title", "Port closes")).title == "Port closes"


@pytest.mark.parametrize("clock", ["Today is Friday 28 April 2023", "It is now 16:48, 3 May", "Today is Sunday"])
def test_a_clock_in_words_is_no_headline(clock: str) -> None:
    assert metadata(f"{clock}\n\nHome\n\n{BODY}").title is None
    assert metadata(f"{clock}\n\nHome\n\n{HEADLINE}\n\n{BODY}").title == HEADLINE
    assert metadata(f"Today is Sunday for bakers\n\n{BODY}").title == "Today is Sunday for bakers"


def test_the_lines_of_the_body_of_a_page_are_read_as_those_of_a_text() -> None:
    text = f"{HEADLINE}\n\nBy Ann Poole\n\nMay 19, 2018\n\n{BODY}\n© 2018 Emry Press. All rights reserved.\n"
    found = body_metadata(text)
    assert (found.title, found.byline, found.published, found.source) == (HEADLINE, "Ann Poole", DAY, "Emry Press")
    assert found == metadata(text)
    assert body_metadata(f"{PARAGRAPH}\n\nBy Ann Poole\n\n{BODY}").byline == "Ann Poole"
