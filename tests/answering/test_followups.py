"""Follow-up questions are completed from the turns before them."""

from __future__ import annotations

import pytest

from assistant.answering.followups import interpret
from assistant.records import Answer, Turn


def turn(question: str, answer: str | None) -> Turn:
    refusal = None if answer else "not_in_articles"
    return Turn(question, question, Answer(question, question, answer, 0.9, 1, (), (), refusal, {}))  # type: ignore[arg-type]


HEAD = turn("Who will head the Japanese liaison team?", "Kenji Kanasugi")


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
        ([turn("When will Abe and Trump meet in Canada?", "June 8-9")],
         "And in Japan?", "When will Abe and Trump meet in Japan?"),
        ([turn("When will Abe and Trump meet in Canada?", "June 8-9")],
         "What about Japan?", "When will Abe and Trump meet in Japan?"),
        ([turn("Where will the summit be held?", "Singapore")], "When?", "When will the summit be held?"),
        ([turn("Where will the summit be held?", "Singapore")], "When is it?", "When is the summit?"),
        ([turn("Where will Trump meet Kim?", "Singapore")],
         "Who else will be there?", "Who else will be in Singapore?"),
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


@pytest.mark.parametrize("asked", ["", "   ", "?", "it", "and", "he he he", "And?", "what about", "\0", "那呢？"])
def test_odd_follow_ups_never_fail(asked: str) -> None:
    assert isinstance(interpret(asked, [HEAD, turn("", None)]), str)
