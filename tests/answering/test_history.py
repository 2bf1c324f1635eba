"""A follow-up question goes to the reader with what was said before it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.answering.history import with_history

WHO = ("Who heads the team?", "Kenji Kanasugi")


@pytest.mark.parametrize(
    ("turns", "given"),
    [
        ([], "When will he visit?"),
        ([WHO], "Who heads the team? Kenji Kanasugi. When will he visit?"),
        ([("When is the vote?", "May 3"), WHO], "Who heads the team? Kenji Kanasugi. When will he visit?"),
        ([("who heads the team", "the U.S.")], "who heads the team? the U.S. When will he visit?"),
        ([("Who heads the team?", "")], "Who heads the team? When will he visit?"),
        ([("", "")], "When will he visit?"),
        ([(" Who heads\nthe team? ", "Kenji \t Kanasugi")], "Who heads the team? Kenji Kanasugi. When will he visit?"),
    ],
)
def test_the_last_question_and_answer_stand_in_front(turns: list[tuple[str, str]], given: str) -> None:
    assert with_history(turns, "When will he visit?") == given


def test_a_long_history_is_cut_after_a_word_and_the_question_never() -> None:
    question = "when " * 200 + "?"
    whole = with_history([("why " * 100, "because " * 100)], question)
    history = whole.removesuffix(" ".join(question.split()))
    assert history != whole
    assert len(history) <= 330
    assert set(history.split()) == {"why", "why?", "because", "because."}


def test_a_single_long_word_is_cut() -> None:
    assert len(with_history([("x" * 5000, "y" * 5000)], "When?")) <= 330


@given(st.lists(st.tuples(st.text(), st.text())), st.text())
def test_the_question_always_ends_it_on_one_line(turns: list[tuple[str, str]], question: str) -> None:
    whole = with_history(turns, question)
    assert whole.endswith(" ".join(question.split()))
    assert whole == " ".join(whole.split())
