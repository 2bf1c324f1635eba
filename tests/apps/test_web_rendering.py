"""Records as HTML: what is marked, what is said, and that everything foreign shows as text."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.answering.prompts import Prompts
from assistant.apps import web_rendering as rendering
from assistant.apps.web_sessions import Exchange
from assistant.records import Alternative, Answer, Metadata, OtherSource
from tests.apps.chat_fakes import (
    COUNCIL,
    HARBOUR,
    HARMFUL,
    HOSTILE,
    FakeAssistant,
    FakeConversation,
    answer,
    article,
    cite,
)

PROMPTS = Prompts.open()

#: The tags and attributes that the rendering itself writes; anything else came out of a text.
OWN_TAGS = re.findall(
    r"\w+", "section div h1 h2 p span mark figure blockquote figcaption button bdi details summary aside header ul li"
)
OWN_ATTRIBUTES = re.findall(
    r"[\w-]+",
    "class dir role type title style data-citation data-example data-key data-close id tabindex "
    "aria-label aria-labelledby aria-hidden",
)


class Page(HTMLParser):
    """Reads HTML as a browser would: its text, its tags and attributes, and the marked texts."""

    def __init__(self, markup: str) -> None:
        super().__init__(convert_charrefs=True)
        self.text, self.tags, self.attributes = "", set(), set()
        self.marked: list[str] = []
        self._open: list[str] = []
        self.feed(markup)
        self.close()
        assert not self._open, f"not closed: {self._open}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes.update(name for name, _ in attrs)
        self._open.append(tag)
        if tag == "mark":
            self.marked.append("")

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data
        if "mark" in self._open:
            self.marked[-1] += data


def conversation(*answers: Answer) -> str:
    return rendering.render_conversation([Exchange(each.question, each) for each in answers], None, PROMPTS)


def shown(text: str) -> str:
    return text.replace("\x00", "\ufffd").replace("\u202e", "\ufffd")


def test_an_answer_is_shown_with_its_sentence_source_confidence_and_support() -> None:
    page = Page(conversation(FakeConversation().ask("Who is the chief engineer?")))
    for words in ("Ada Marsh", "Harbour wall to be rebuilt after storms", "The Coast Courier · 9 March 2024"):
        assert words in page.text
    assert "Quite sure: 91%" in page.text
    assert "in 2 articles" in page.text
    assert "Untitled article (2.txt)" in page.text and "Kyodo · date not stated" in page.text
    assert page.marked[0] == "Ada Marsh"
    assert "I took this to mean" not in page.text


def test_the_other_places_of_a_story_stand_behind_a_line_that_names_some() -> None:
    found = FakeConversation().ask("Who is the chief engineer?")
    markup = conversation(found)
    page = Page(markup)
    assert "Also in KYODO, Japan Times and 3 more" in page.text
    assert "Harbour wall · KYODO · 9 March 2024 · kyodo.html" in page.text
    assert "Untitled article · Japan Times · date not stated · https://times.example/wall" in page.text
    assert "and 3 other places" in page.text
    assert markup.count('data-key="0.0.0-places"') == 1
    assert "<a" not in markup, "an address from a page is no link"
    alone = replace(found, citations=(found.citations[1],))
    assert "Also in" not in Page(conversation(alone)).text


def test_another_language_than_english_is_told_beside_source_and_date() -> None:
    quote = "The council heard Ada Marsh, the chief engineer, on Tuesday."
    for code, said in (("ja", "Kyodo · date not stated · Japanese"), ("en", "Kyodo · date not stated"), (None, "")):
        source = replace(COUNCIL, metadata=replace(COUNCIL.metadata, language=code))
        cited = cite(source, quote, "Ada Marsh", 0.9)
        card = Page(conversation(answer("Who?", "Ada Marsh", (cited,))))
        panel = Page(rendering.render_article(source, [cited], PROMPTS))
        for page in (card, panel):
            assert said in page.text
            assert ("Japanese" in page.text) == (code == "ja") and "English" not in page.text


def test_evidence_is_a_marked_sentence_under_words_that_say_what_it_is() -> None:
    markup = conversation(FakeConversation().ask("Was the wall damaged?"))
    page = Page(markup)
    assert PROMPTS.say("evidence") in page.text
    assert "answer-text" not in markup, "a sentence is never set as the answer"
    assert page.marked[0] == "damaged by three storms"
    assert page.text.count("The wall has been damaged by three storms since January.") == 1
    assert "1 other sentence about it" in page.text and "other possible" not in page.text
    assert page.text.count("No date was given for a vote.") == 1


def test_a_list_shows_the_sentences_of_its_parts_once_each_with_every_part_marked() -> None:
    page = Page(conversation(FakeConversation().ask("Which officials were heard?")))
    assert "Ada Marsh; the chief engineer" in page.text
    assert page.marked == ["Ada Marsh", "the chief engineer", "Ada Marsh"]
    assert page.text.count("The council heard") == 1
    assert "1 more place says some of it" in page.text


def test_parts_in_two_sentences_are_both_shown_at_once_and_open_their_own_citation() -> None:
    sentences = ("The council heard Ada Marsh, the chief engineer, on Tuesday.", "No date was given for a vote.")
    citations = tuple(cite(COUNCIL, quote, quote.split()[1], 0.5) for quote in sentences)
    markup = conversation(answer("Which?", "council; date", citations, kind="list", parts=("council", "date")))
    assert markup.count("<details") == 0
    assert re.findall(r'data-citation="([^"]+)"', markup) == ["0.0.0", "0.0.1"]


def test_a_figure_opens_a_citation_of_its_own_sentence() -> None:
    asked = FakeConversation().ask("Which officials were heard?")
    places = [int(place) for place in re.findall(r'data-citation="0\.0\.(\d+)"', conversation(asked))]
    assert [asked.citations[place].article_id for place in places] == [COUNCIL.id, HARBOUR.id]


def test_the_interpreted_question_is_shown_when_it_differs() -> None:
    talk = FakeConversation()
    answers = [talk.ask("Who is the chief engineer?"), talk.ask("What did she repair?")]
    assert "I took this to mean: What did Ada Marsh repair before?" in Page(conversation(*answers)).text


def test_a_refusal_is_calm_and_offers_what_was_nearest() -> None:
    refused = FakeConversation().ask("What is the capital of France?")
    markup = conversation(refused)
    assert 'class="refusal"' in markup and 'class="answer"' not in markup
    assert "The articles do not seem to say." in markup
    assert "The nearest I found" in markup
    assert "The nearest I found" not in conversation(replace(refused, alternatives=()))


@pytest.mark.parametrize("reason", ["no_passages", "not_in_articles", "low_confidence"])
def test_every_refusal_has_words(reason: str) -> None:
    refused = answer("Why?", None, refusal=reason)  # type: ignore[arg-type]
    assert PROMPTS.say(f"refusal_{reason}") in Page(conversation(refused)).text


def test_a_question_being_answered_shows_at_once() -> None:
    markup = rendering.render_conversation([], "Who is <b>it</b>?", PROMPTS)
    assert "Who is <b>it</b>?" in Page(markup).text
    assert PROMPTS.say("thinking") in markup


def test_the_article_is_marked_at_the_quote_and_at_the_answer() -> None:
    quote = "The authority has named Ada Marsh as chief engineer of the project."
    markup = rendering.render_article(HARBOUR, [cite(HARBOUR, quote, "Ada Marsh", 0.9)], PROMPTS)
    page = Page(markup)
    assert page.marked == ["Ada Marsh"]
    assert '<span class="quote">The authority has named </span><mark' in markup
    assert '<span class="quote"> as chief engineer of the project.</span>' in markup
    assert markup.count('<p dir="auto">') == HARBOUR.text.count("\n\n") + 1
    assert "Jon Field" in page.text and "Menu · Log in" not in page.text


def test_the_article_is_marked_at_every_part_that_its_sentence_gives() -> None:
    quote = "The council heard Ada Marsh, the chief engineer, on Tuesday."
    parts = [cite(COUNCIL, quote, words, 0.9) for words in ("the chief engineer", "Ada Marsh")]
    page = Page(rendering.render_article(COUNCIL, parts, PROMPTS))
    assert page.marked == ["Ada Marsh", "the chief engineer"]


def test_the_place_in_a_file_of_many_articles_is_shown() -> None:
    untitled = replace(HARBOUR, path="/home/ann/dump.jsonl", fragment="17", metadata=Metadata(None))
    cited = replace(
        cite(untitled, "The authority has named Ada Marsh", "Ada Marsh", 0.9), path=untitled.path, fragment="17"
    )
    panel = rendering.render_article(untitled, [cited], PROMPTS)
    assert '<p class="meta place" dir="auto">dump.jsonl!17</p>' in panel
    exchange = Exchange("Who?", answer("Who?", "Ada Marsh", (cited,)))
    chat = rendering.render_conversation([exchange], None, PROMPTS)
    for shown in (panel, chat):
        assert PROMPTS.say("untitled", file="dump.jsonl!17") in shown
        assert "/home" not in shown


def test_a_citation_that_cleaning_dropped_opens_the_article_unmarked() -> None:
    page = Page(rendering.render_article(COUNCIL, [cite(COUNCIL, "Menu · Log in", "Menu", 0.9)], PROMPTS))
    assert page.marked == []
    assert "The council heard Ada Marsh" in page.text


def test_a_headline_that_is_the_first_paragraph_is_shown_once_and_marked() -> None:
    source = article(9, ["Harbour wall falls", "It fell."], Metadata("Harbour wall falls"))
    markup = rendering.render_article(source, [cite(source, "Harbour wall falls", "wall", 0.9)], PROMPTS)
    page = Page(markup)
    assert page.text.count("Harbour wall falls") == 1 and page.marked == ["wall"]
    assert markup.count('<p dir="auto">') == 1


def test_a_span_over_a_line_break_is_marked_on_both_sides() -> None:
    source = article(9, ["one two\nthree four"], Metadata())
    page = Page(rendering.render_article(source, [cite(source, "one two\nthree four", "two\nthree", 0.9)], PROMPTS))
    assert page.marked == ["two\nthree"]


def test_hostile_text_shows_as_text_everywhere() -> None:
    found = FakeConversation().ask("What is the password?")
    others = (Alternative(HOSTILE, 0.1, 1, found.citations),)
    answered = replace(found, question=HOSTILE, standalone_question=HOSTILE + "?", alternatives=others)
    evidence = replace(answered, kind="evidence", text=found.citations[0].quote)
    copy = OtherSource(HOSTILE, f"/news/{HOSTILE}", HOSTILE, HOSTILE, None, HOSTILE)
    copied = replace(found.citations[0], also_in=(copy,), other_source_count=3, language=HOSTILE)
    for markup in (
        conversation(answered),
        conversation(replace(answered, citations=(copied,))),
        conversation(evidence),
        conversation(replace(answered, kind="list", parts=(HOSTILE, HOSTILE), citations=found.citations * 2)),
        conversation(replace(answered, citations=found.citations * 2)),
        conversation(replace(answered, text=None, citations=(), refusal="low_confidence")),
        rendering.render_conversation([Exchange(HOSTILE, None, HOSTILE)], HOSTILE, PROMPTS),
        rendering.render_article(HARMFUL, found.citations[:1], PROMPTS),
        rendering.render_article_failure(HOSTILE, PROMPTS),
        rendering.render_notice(HOSTILE),
        rendering.render_welcome(PROMPTS, [HOSTILE]),
        rendering.render_state(replace(FakeAssistant().state, synced_at=HOSTILE), PROMPTS),
    ):
        page = Page(markup)
        assert shown(HOSTILE) in page.text
        assert page.tags <= set(OWN_TAGS)
        assert page.attributes <= set(OWN_ATTRIBUTES)


@given(st.text(alphabet=st.characters() | st.sampled_from("<>&\"'`${}\x00\u202e\ud800")))
def test_any_text_is_its_own_text_in_html(text: str) -> None:
    page = Page(f'<p title="{rendering.as_text(text)}">{rendering.as_text(text)}</p>')
    assert page.tags == {"p"} and page.attributes == {"title"}
    assert len(page.text) == len(text)
    assert all(now in (was, "\ufffd") for was, now in zip(text, page.text, strict=True))
    page.text.encode("utf-8")


def test_the_state_is_told_in_words() -> None:
    line = rendering.render_state(FakeAssistant().state, PROMPTS)
    assert line == "3 articles, 42 passages, last synced 10 March 2024, 08:05 UTC"


def test_an_unknown_date_is_said_to_be_unknown_and_a_known_one_is_written_out() -> None:
    assert PROMPTS.say("date", published=date(2018, 6, 1)) == "1 June 2018"
    assert PROMPTS.say("date", published=None) == "date not stated"
