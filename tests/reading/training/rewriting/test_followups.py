"""Follow-up questions are made from questions about one context."""

from __future__ import annotations

import random
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.datasets.reading import GoldSpan, ReadingQuestion
from assistant.reading.training.rewriting.followups import follow_up, pairs

CHOPIN = (
    "Frédéric Chopin was born in Warsaw. He left Poland in 1830, and his works were published by Schlesinger. "
    "Mary Wodzińska refused him; she stayed in Poland."
)


def every_way(earlier: tuple[str, str], question: str, context: str = "") -> set[str | None]:
    return {follow_up(earlier, question, context, random.Random(seed)) for seed in range(40)}


@pytest.mark.parametrize(
    ("earlier", "question", "context", "expected"),
    [
        (
            ("Where was Frédéric Chopin born?", "Warsaw"),
            "When did Chopin leave Poland?",
            CHOPIN,
            "When did he leave Poland?",
        ),
        (("Who refused Chopin?", "Mary Wodzińska"), "Where did Mary Wodzińska stay?", CHOPIN, "Where did she stay?"),
        (("When did Chopin leave?", "1830"), "Who published Chopin's works?", CHOPIN, "Who published his works?"),
        (("Who led Chopin?", "Karl"), "What was written about Chopin?", CHOPIN, "What was written about him?"),
        (("When was the dam built?", "1930"), "How high is the dam?", "", "How high is it?"),
        (("What do bees eat?", "nectar"), "Where do bees live?", "", "Where do they live?"),
        (("Who bought the pans?", "Ann"), "How heavy are the pans?", "", "How heavy are they?"),
        (("What did the author buy?", "a fan"), "Why was the author angry?", "", "Why were they angry?"),
        (("Where is the fair?", "Lyon"), "What is the population of Lyon?", "", "What is its population?"),
        (("Where is the fair?", "Lyon"), "Which river flows to Lyon?", "", "Which river flows there?"),
        (("When was it built?", "1930"), "Who was mayor in 1930?", "", "Who was mayor in that year?"),
    ],
)
def test_what_both_name_becomes_the_fitting_pronoun(
    earlier: tuple[str, str], question: str, context: str, expected: str
) -> None:
    assert expected in every_way(earlier, question, context)


def test_a_category_or_nothing_may_stand_for_it_too() -> None:
    earlier = ("Which company bought Acme?", "Bolt")
    assert every_way(earlier, "Who founded Bolt?") == {"Who founded it?", "Who founded the company?"}
    in_lyon = every_way(("Where was the fair held?", "Lyon"), "How many visitors came to the fair in Lyon?")
    assert {"How many visitors came to the fair there?", "How many visitors came to the fair?"} <= in_lyon


@pytest.mark.parametrize(
    ("earlier", "question"),
    [
        (("Who leads Norway?", "Ann"), "When did Chile win?"),  # nothing shared
        (("Where is Paris?", "France"), "How old is a Paris office?"),  # describes another noun
        (("Where is York?", "England"), "Where is New York City?"),  # part of another name
        (("Where is New York City?", "USA"), "How big is New York?"),  # the beginning of another name
        (("Who met Ann?", "Bob"), "When did Ann and Bob marry?"),  # one of two
        (("Who wrote 'Emma'?", "Austen"), "When was 'Emma' written?"),  # in quotation marks
        (("", ""), "When?"),
        (("When?", "1990"), ""),
    ],
)
def test_no_follow_up_where_nothing_can_be_replaced(earlier: tuple[str, str], question: str) -> None:
    assert every_way(earlier, question) == {None}


def test_a_question_that_differs_in_one_phrase_may_say_only_that() -> None:
    hot = ("How hot is it in Canada?", "20 degrees")
    assert {"And in Japan?", "What about Japan?"} <= every_way(hot, "How hot is it in Japan?")
    born = ("When was Ann Lee born?", "1990")
    assert {"And where?", "Where?", "Where was she born?"} <= every_way(
        born, "Where was Ann Lee born?", "Ann Lee is 30. She"
    )
    led = ("Who led the Dutch team?", "Bob")
    assert not {"And won?", "What about won?"} & every_way(led, "Who won the Dutch team?")
    closed = ("When did the Fair for Girls start?", "1990")
    assert not any(
        way and way.startswith("What about") for way in every_way(closed, "When did the Fair for Boys close?")
    )


@pytest.mark.parametrize(
    ("question", "context", "expected"),
    [
        ("When did Okoro sell his house?", "", "When did he sell his house?"),  # the question's own pronoun
        ("When did Okoro die?", "", "When did they die?"),  # a life, nothing else known
        ("Was Okoro born in 1990?", "", "Were they born in 1990?"),  # with the verb in agreement
        ("When did Okoro leave?", "Okoro came. She stayed until May.", "When did she leave?"),  # the context's pronoun
        ("When was Okoro founded?", "Okoro came. She stayed until May.", "When was it founded?"),  # nobody is founded
        ("How far is Okoro?", "Okoro is far.", "How far is it?"),
        ("When do the Okoro Tigers play?", "", "When do they play?"),  # the verb says it is many
    ],
)
def test_the_pronoun_follows_from_the_words_and_the_context(question: str, context: str, expected: str) -> None:
    assert every_way(("Who saw Okoro Tigers near Okoro?", ""), question, context) == {expected}


def test_the_same_seed_says_it_the_same_way() -> None:
    earlier, question = ("Which company bought Acme?", "Bolt"), "Who founded Bolt in Chile?"
    for seed in range(10):
        first, second = (follow_up(earlier, question, "", random.Random(seed)) for _ in range(2))
        assert first == second


WORDS = st.sampled_from(
    [
        "Who",
        "when",
        "did",
        "was",
        "the",
        "Ann",
        "Ann's",
        "of",
        "in",
        "Paris",
        "1990",
        "dam",
        "dams",
        "leave",
        "?",
        ",",
        "U.S.",
    ]
)
SENTENCES = st.lists(WORDS, max_size=12).map(" ".join) | st.text(max_size=80)


@given(SENTENCES, SENTENCES, SENTENCES, SENTENCES, st.integers(0, 5))
def test_any_text_gives_a_changed_question_or_none(
    question: str, answer: str, later: str, context: str, seed: int
) -> None:
    followed = follow_up((question, answer), later, context, random.Random(seed))
    assert followed is None or (followed.strip() and followed != later)
    again = follow_up((question, answer), later, context, random.Random(seed + 1))
    assert (again is None) == (followed is None)


def asked(name: str, question: str, context: str, *golds: str, multi_span: bool = False) -> ReadingQuestion:
    spans = tuple(GoldSpan(gold, context.index(gold)) for gold in golds)
    return ReadingQuestion(
        id=name, question=question, context=context, golds=spans, multi_span=multi_span, source="", title="", where=""
    )


def made_pairs(questions: Sequence[ReadingQuestion], seed: int = 0) -> list[tuple[str, str]]:
    return [(earlier.id, later.id) for earlier, later in pairs(questions, random.Random(seed))]


def test_pairs_share_their_context_and_something_to_replace() -> None:
    dam = "The dam was built in 1930 by Ann Lee and is 30 m high."
    when, high = (
        asked("when", "When was the dam built?", dam, "1930"),
        asked("high", "How high is the dam?", dam, "30 m"),
    )
    elsewhere = asked("else", "How old is the dam?", "The dam is 90 years old.", "90 years")
    alone = asked("alone", "Which material was used?", dam)
    found = list(pairs([when, elsewhere, high, alone], random.Random(0)))
    assert {(earlier.id, later.id) for earlier, later in found} == {("high", "when"), ("when", "high")}
    for earlier, later in found:
        assert follow_up((earlier.question, earlier.golds[0].text), later.question, dam, random.Random(1)) is not None


def test_the_history_never_gives_the_answer_away() -> None:
    context = "The dam was built in 1930 by Ann Lee."
    when = asked("when", "When did Ann Lee build the dam?", context, "1930")
    who = asked("who", "Who built the dam?", context, "Ann Lee")
    twin = asked("twin", "Who built the dam ?", context, "Ann Lee")
    assert made_pairs([who, twin]) == []
    assert made_pairs([when, who]) == [("who", "when")]


def test_questions_without_an_answer_can_be_earlier_and_later() -> None:
    context = "The dam was built in 1930."
    cost, end = asked("cost", "What did the dam cost?", context), asked("end", "When was the dam torn down?", context)
    assert sorted(made_pairs([cost, end])) == [("cost", "end"), ("end", "cost")]


def test_pairs_follow_from_the_seed_alone() -> None:
    context = "The dam was built."
    several = [asked(str(n), f"Why did the dam break for {n} days?", context) for n in range(6)]
    assert made_pairs(several, 3) == made_pairs(several, 3)
    assert len({tuple(made_pairs(several, seed)) for seed in range(10)}) > 1
