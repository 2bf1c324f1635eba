"""Follow-up questions are completed from the turns before them; complete ones are left alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.answering.followups import interpret
from assistant.records import Answer, Citation, Turn


def turn(question: str, answer: str | None) -> Turn:
    refusal = None if answer else "not_in_articles"
    return Turn(question, question, Answer(question, question, answer, 0.9, 1, (), (), refusal, {}))  # type: ignore[arg-type]


HEAD = turn("Who will head the Japanese liaison team?", "Kenji Kanasugi")
SUMMIT = turn("Where will the summit be held?", "Singapore")
MEETING = turn("Where will Trump meet Kim?", "Singapore")
CANADA = turn("When will Abe and Trump meet in Canada?", "June 8-9")


@pytest.mark.parametrize(
    ("turns", "asked", "meant"),
    [
        ([], "When will he visit?", "When will he visit?"),
        ([HEAD], "When will he visit?", "When will Kenji Kanasugi visit?"),
        ([HEAD], "Which bureau does he run?", "Which bureau does Kenji Kanasugi run?"),
        ([HEAD], "What is his job?", "What is Kenji Kanasugi's job?"),
        ([HEAD], "Who leads South Korea?", "Who leads South Korea?"),
        ([HEAD, turn("Which bureau does Kanasugi run?", "Asian and Oceanian Affairs")],
         "Who accompanies him?", "Who accompanies Kanasugi?"),
        ([CANADA], "And in Japan?", "When will Abe and Trump meet in Japan?"),
        ([CANADA], "What about Japan?", "When will Abe and Trump meet in Japan?"),
        ([SUMMIT], "When?", "When will the summit be held?"),
        ([SUMMIT], "When is it?", "When is the summit?"),
        ([MEETING], "Who else will be there?", "Who else will be in Singapore?"),
        ([turn("What does Abe want to ask Trump?", None)],
         "Why does he want to ask him?", "Why does Abe want to ask Trump?"),
        ([HEAD], "Which of those talks failed?", "Which of those talks failed?"),
        ([HEAD], "When did Trump say he will meet Kim?", "When did Trump say he will meet Kim?"),
        ([HEAD], "Does he speak Korean?", "Does Kenji Kanasugi speak Korean?"),
        ([HEAD], "And where does he live?", "And where does Kenji Kanasugi live?"),
    ],
)  # fmt: skip
def test_interpreted(turns: list[Turn], asked: str, meant: str) -> None:
    assert interpret(asked, turns) == meant


@pytest.mark.parametrize(
    ("turns", "asked", "meant"),
    [
        # What is asked for, or is of another kind, is not what the pronoun means.
        ([SUMMIT], "On which days is it held?", "On which days is the summit held?"),
        ([SUMMIT], "What was the reason for it?", "What was the reason for the summit?"),
        ([SUMMIT], "Why did the president cancel it?", "Why did the president cancel the summit?"),
        ([SUMMIT], "Who was the first to propose it?", "Who was the first to propose the summit?"),
        ([SUMMIT], "When will it take place?", "When will the summit take place?"),
        ([SUMMIT], "What time is it held?", "What time is the summit held?"),
        ([SUMMIT], "Is it going to be held in June?", "Is the summit going to be held in June?"),
        ([HEAD], "Which Korean diplomat did he meet?", "Which Korean diplomat did Kenji Kanasugi meet?"),
        ([HEAD], "Did the letter mention his visit?", "Did the letter mention Kenji Kanasugi's visit?"),
        ([HEAD], "When did Trump meet him?", "When did Trump meet Kenji Kanasugi?"),
        ([HEAD], "Did the president meet him?", "Did the president meet Kenji Kanasugi?"),
        ([turn("When will Abe meet Trump?", "June 7")], "Where did Abe call him?", "Where did Abe call Trump?"),
        ([turn("Did North and South Korea sign?", None)], "What goal did they set?",
         "What goal did North and South Korea set?"),
        ([HEAD], "Did his plan fail?", "Did Kenji Kanasugi's plan fail?"),
        ([MEETING], "Who will be there with Moon?", "Who will be in Singapore with Moon?"),
        ([MEETING], "Who was there?", "Who was in Singapore?"),
        ([MEETING], "When did he fly from there?", "When did Trump fly from Singapore?"),
        ([MEETING], "Why did he go there?", "Why did Trump go to Singapore?"),
        ([HEAD], "What about him?", "What about Kenji Kanasugi?"),
        ([HEAD], "What about his wife?", "What about Kenji Kanasugi's wife?"),
        # A nationality in front of a noun is nobody.
        ([turn("Who will head the Japanese liaison team?", None)], "When will he visit?",
         "When will he visit (will head the Japanese liaison team)?"),
        # Ellipses of a name, a place, a time.
        ([turn("Who is Trump's envoy?", "Biegun")], "And Kim?", "Who is Kim's envoy?"),
        ([turn("How many tests did Kim order in 2017?", None)], "What about 2016?",
         "How many tests did Kim order in 2016?"),
        ([turn("Which treaty did Japan sign?", None)], "What about China?", "Which treaty did China sign?"),
        ([turn("How many were held in Japanese jails?", "5")], "And in Canada?",
         "How many were held in Japanese jails in Canada?"),
        ([turn("What happened in April?", None)], "And in May?", "What happened in May?"),
        ([turn("Who lives in Japan?", None)], "And in the US?", "Who lives in the US?"),
        ([turn("When will the second summit be held?", None)], "And the first one?",
         "When will the first summit be held?"),
        ([turn("Will Trump visit Japan?", None)], "When?", "When will Trump visit Japan?"),
        # Without words of its own, a question takes the last one's along.
        ([turn("Who met Kono in Germany?", "Pompeo")], "Why did it come to nothing?",
         "Why did it come to nothing (Pompeo met Kono in Germany)?"),
    ],
)  # fmt: skip
def test_what_a_follow_up_leaves_out_is_filled_in(turns: list[Turn], asked: str, meant: str) -> None:
    assert interpret(asked, turns) == meant


@pytest.mark.parametrize("last", [HEAD, SUMMIT, MEETING, CANADA], ids=["who", "what", "where", "when"])
@pytest.mark.parametrize(
    "asked",
    [
        # "it" that stands for nothing
        "Is it true that the talks failed?",
        "Is it likely that Kim will attend?",
        "Is it possible to fly to Pyongyang?",
        "Why is it that Japan wants talks?",
        "Was it Trump who cancelled the talks?",
        "When was it announced that Abe would visit Canada?",
        "How important is it to verify denuclearization?",
        "Who finds it difficult to negotiate?",
        "Who said it was wrong to cancel the talks?",
        "What time is it in Tokyo when the market opens in London?",
        "How long does it take to fly to Tokyo?",
        "How far is it from Tokyo to Pyongyang?",
        "Does it rain in Singapore in June?",
        "What does IT stand for?",
        # "there" that is no place
        "How many US troops are there in South Korea?",
        "How many US troops are there?",
        "Are there any plans for a second summit?",
        "Is there a peace treaty?",
        "Will there be sanctions?",
        "Who said there was no deal?",
        # what the pronoun stands for is in the question
        "How did the president defend his decision?",
        "Which minister said he would resign?",
        "Which countries share their intelligence with Japan?",
        "Which country shares its intelligence with Japan?",
        "What country hides its missiles?",
        "How many families lost their homes?",
        "Do voters trust their government?",
        "Did anyone lose their job?",
        "Why did the government change its policy?",
        "When did the North conduct its sixth nuclear test?",
        "Why did Trump say he fired Bolton?",
        "Did Kim and Trump keep their promises?",
        "In his speech, what did Moon say about Japan?",
        "Who stayed in Hanoi and what did Moon do there?",
        # no ellipsis, though it opens like one
        "So tell me about the abductees",
        "But Trump cancelled the summit, why?",
        "What about the abduction issue did Abe raise?",
        "How about that?",
        "And the venue?",
        "And after that?",
        "And you?",
        "What about sanctions?",
        "And in what Trump said?",
        "Then when did Moon visit Pyongyang?",
    ],
)  # fmt: skip
def test_a_complete_question_stays_as_asked(asked: str, last: Turn) -> None:
    assert interpret(asked, [last]) == asked


def test_a_nationality_is_not_replaced() -> None:
    assert interpret("What about Trump?", [HEAD]) == "What about Trump?"


def test_a_year_does_not_replace_a_name() -> None:
    assert interpret("What about 2019?", [MEETING]) == "What about 2019?"


def test_a_question_with_words_of_its_own_never_gets_the_last_one_appended() -> None:
    asked = "Why was it cancelled without notice?"
    assert interpret(asked, [turn("Who met Kono in Germany?", "Pompeo")]) == asked


def test_a_long_question_is_complete() -> None:
    asked = "When will he visit " + "and visit again " * 20 + "?"
    assert interpret(asked, [HEAD]) == asked


def test_white_space_of_a_question_that_stands_is_kept() -> None:
    assert interpret(" Is it  true that the talks failed? ", [HEAD]) == " Is it  true that the talks failed? "


@pytest.mark.parametrize("asked", ["", "   ", "?", "it", "and", "he he he", "And?", "what about", "\0", "那呢？"])
def test_odd_follow_ups_never_fail(asked: str) -> None:
    assert isinstance(interpret(asked, [HEAD, turn("", None), turn("Where?", " ")]), str)


@pytest.mark.parametrize("asked", ["And in winter?", "And with sanctions?", "Who with?", "Why?", "Why did it fail?"])
def test_conversations_do_not_grow_without_bound(asked: str) -> None:
    turns = [SUMMIT]
    for _ in range(60):
        standalone = interpret(asked, turns)
        assert len(standalone) <= 300
        turns.append(Turn(asked, standalone, SUMMIT.answer))


def test_an_endless_answer_is_not_put_in_place_of_a_pronoun() -> None:
    assert interpret("Who was there?", [turn("Where will Trump meet Kim?", "Singapore " * 40)]) == "Who was there?"


WORDS = ("it", "there", "he", "him", "their", "And", "What", "about", "in", "the", "who", "is", "to", "Japan", "?", ".")


@given(
    st.lists(st.sampled_from(WORDS)),
    st.text(max_size=20),
)
def test_interpreting_never_fails_and_is_bounded(words: list[str], noise: str) -> None:
    asked = " ".join([*words, noise])
    assert len(interpret(asked, [HEAD, SUMMIT])) <= max(300, len(asked))


def listing(question: str, *parts: str) -> Turn:
    answer = Answer(question, question, "; ".join(parts), 0.9, 1, (), (), None, {}, "list", parts)
    return Turn(question, question, answer)


BOARD = listing("Who are the members of the board?", "Ada Marsh", "Tom Reyes", "Jon Field")
TREATY = listing("Which countries signed the treaty?", "Norway", "Chad")


@pytest.mark.parametrize(
    ("last", "asked", "meant"),
    [
        (BOARD, "Where do they meet?", "Where do Ada Marsh, Tom Reyes and Jon Field meet?"),
        (listing("Who were arrested?", "Ada Marsh", "Tom Reyes", "Jon Field"),
         "When?", "When Ada Marsh, Tom Reyes and Jon Field were arrested?"),
        (TREATY, "When did they ratify?", "When did Norway and Chad ratify?"),
        (listing("Which towns did Ada Marsh and Tom Reyes visit?", "Ballin", "Dunmore"),
         "When did they leave?", "When did Ada Marsh and Tom Reyes leave?"),
        (BOARD, "When will he leave the board?", "When will he leave the board?"),
        (listing("Which singers did Ada Marsh invite?", "Tom Reyes", "Jon Field"),
         "When did she speak?", "When did Ada Marsh speak?"),
        (TREATY, "When was it written?", "When was the treaty written?"),
        (listing("In which towns are the mines?", "Ballin", "Dunmore"), "How many miners live there?",
         "How many miners live there?"),
    ],
)  # fmt: skip
def test_a_list_stands_only_for_groups(last: Turn, asked: str, meant: str) -> None:
    assert interpret(asked, [last]) == meant


def test_what_is_marked_in_evidence_is_never_taken_for_the_answer() -> None:
    asked = "Did Donald Trump meet Kim Jong Un in Singapore?"
    cited = Citation("a", "a.txt", "utf-8", None, None, None, "They met in Singapore.", 0, 22, "Singapore", 12, 21, 0.9)
    answer = Answer(asked, asked, cited.quote, 0.9, 1, (cited,), (), None, {}, "evidence")
    assert interpret("When will he return?", [Turn(asked, asked, answer)]) == "When will Donald Trump return?"


def test_the_sentence_that_is_evidence_never_gets_into_a_question() -> None:
    asked = "Did Ada Marsh lead the repairs?"
    sentence = "The chief engineer led the repairs, the board said."
    answer = Answer(asked, asked, sentence, 0.9, 1, (), (), None, {}, "evidence")
    assert interpret("When did she start?", [Turn(asked, asked, answer)]) == "When did Ada Marsh start?"
