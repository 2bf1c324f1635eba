"""What a conversation asks for: the question completed, and the passages where its topic was found."""

from __future__ import annotations

import pytest

from assistant.answering import conversation
from assistant.answering.conversation import Conversation
from assistant.records import Answer, Query, Trace

WHO = "Who will head the liaison team?"


def talk(*questions: str) -> list[tuple[str, str]]:
    """What each question was interpreted as, and what was looked for; every answer is "Ann Lee"."""
    asked: list[tuple[str, str]] = []

    def ask(query: Query, timings: dict[str, float]) -> Trace:
        asked.append((query.standalone, query.search_text))
        return Trace(
            Answer(query.asked, query.standalone, "Ann Lee", 0.9, 1, (), (), None, timings), (), (), query=query
        )

    talked = Conversation(ask)
    for question in questions:
        talked.ask(question)
    return asked


def test_a_follow_up_is_looked_for_with_what_was_said_before() -> None:
    first, second = talk(WHO, "When will she visit?")
    assert first == (WHO, WHO)
    assert second == ("When will Ann Lee visit?", f"{WHO} Ann Lee. When will Ann Lee visit?")


def test_only_the_last_exchange_is_put_in_front() -> None:
    *_, third = talk(WHO, "When will she visit?", "And in Seoul?")
    assert WHO not in third[1]
    assert "When will Ann Lee visit? Ann Lee." in third[1]


def test_a_question_that_stands_alone_is_looked_for_as_it_is() -> None:
    *_, second = talk(WHO, "Which ministry sends the liaison team to Singapore in June?")
    assert second[0] == second[1]


def test_a_long_follow_up_is_looked_for_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conversation, "_LONGEST_LOOKED_BACK", 20)
    *_, second = talk(WHO, "When will she visit?")
    assert second == ("When will Ann Lee visit?", "When will Ann Lee visit?")
