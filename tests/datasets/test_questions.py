"""Questions over an index: single ones, conversations, and every way to give a gold answer."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from assistant.datasets.questions import AskedConversation, AskedQuestion, Gold, load_questions
from assistant.errors import DatasetError


def asked(name: str = "a", *answers: Any, **changes: Any) -> dict[str, Any]:
    return {"id": name, "question": "Who runs the port?", "answers": [*answers], **changes}


def talk(name: str, *turns: Any) -> dict[str, Any]:
    return {"id": name, "turns": [*turns]}


def saved(folder: Path, *rows: Any) -> Path:
    path = folder / "questions.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def test_a_single_question_is_a_conversation_of_one_turn(tmp_path: Path) -> None:
    path = saved(tmp_path, asked("q001", "Ada Marsh"), asked("q002"))
    first, second = load_questions(path).items
    turn = AskedQuestion(
        "q001", "Who runs the port?", (Gold(None, None, None, "Ada Marsh"),), rewrite=None, where=f"{path}:1"
    )
    assert first == AskedConversation("q001", (turn,), f"{path}:1")
    assert second.turns[0].golds == ()


def test_turns_are_numbered(tmp_path: Path) -> None:
    turns = [asked(), asked(question="And when?", rewrite="When was it built?"), asked(rewrite=None)]
    path = saved(tmp_path, asked("q1"), talk("c01", *turns))
    conversation = load_questions(path).items[1]
    assert [(turn.id, turn.question, turn.rewrite, turn.where) for turn in conversation.turns] == [
        ("c01.1", "Who runs the port?", None, f"{path}:2"),
        ("c01.2", "And when?", "When was it built?", f"{path}:2"),
        ("c01.3", "Who runs the port?", None, f"{path}:2"),
    ]
    assert (conversation.id, conversation.where) == ("c01", f"{path}:2")


@pytest.mark.parametrize(
    ("answer", "gold"),
    [
        ("Ada Marsh", Gold(None, None, None, "Ada Marsh")),
        ({"text": "Ada Marsh"}, Gold(None, None, None, "Ada Marsh")),
        ({"file": "port.txt"}, Gold("port.txt", None, None, None)),
        ({"file": "port.txt", "text": "Ada"}, Gold("port.txt", None, None, "Ada")),
        ({"file": "news/port.txt", "start": 0, "end": 3}, Gold("news/port.txt", 0, 3, None)),
        ({"file": "port.txt", "start": 7, "end": 10, "text": "Łód"}, Gold("port.txt", 7, 10, "Łód")),
        ({"file": None, "start": None, "end": None, "text": "Ada"}, Gold(None, None, None, "Ada")),
    ],
)
def test_whatever_is_known_of_an_answer_will_do(tmp_path: Path, answer: object, gold: Gold) -> None:
    [conversation] = load_questions(saved(tmp_path, asked("a", answer))).items
    assert conversation.turns[0].golds == (gold,)


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ("", "'text' is blank"),
        ("!!!", "'text' has no words"),
        ({"text": "—"}, "'text' has no words"),
        ({"file": "port.txt", "start": 0, "end": 1, "text": "$"}, "'text' has no words"),
        (7, "It is not a JSON object"),
        (None, "It is not a JSON object"),
        (["Ada"], "It is not a JSON object"),
        ({}, "It has neither text nor file"),
        ({"text": None}, "It has neither text nor file"),
        ({"text": ["Ada"]}, "'text' is not a text"),
        ({"file": 3}, "'file' is not a text"),
        ({"file": " "}, "'file' is blank"),
        ({"start": 0, "end": 3}, "It has offsets but no file"),
        ({"text": "Ada", "start": 0, "end": 3}, "It has offsets but no file"),
        ({"file": "port.txt", "start": 0}, "'end' is missing"),
        ({"file": "port.txt", "start": 0, "text": "Ada"}, "'end' is missing"),
        ({"file": "port.txt", "end": 3}, "'start' is missing"),
        ({"file": "port.txt", "start": "0", "end": 3}, "'start' is not a whole number"),
        ({"file": "port.txt", "start": 0, "end": 3.0}, "'end' is not a whole number"),
        ({"file": "port.txt", "start": True, "end": 3}, "'start' is not a whole number"),
        ({"file": "port.txt", "start": -3, "end": 3}, "'start' is not a whole number"),
        ({"file": "port.txt", "start": 3, "end": 3}, "It ends at 3, not after"),
        ({"file": "port.txt", "start": 4, "end": 3}, "It ends at 3, not after"),
        ({"file": "port.txt", "start": 0, "end": 4, "text": "Ada"}, "'Ada' is not as long as 0 to 4"),
    ],
)
def test_an_answer_that_makes_no_sense_is_a_problem(tmp_path: Path, answer: object, reason: str) -> None:
    path = saved(tmp_path, asked("fine"), asked("a", "Ada", answer))
    loaded = load_questions(path)
    assert [item.id for item in loaded.items] == ["fine"]
    [problem] = loaded.problems
    assert (problem.where, problem.id) == (f"{path}:2", "a")
    assert problem.reason.startswith(f"Answer 2: {reason}"), problem.reason


@pytest.mark.parametrize(
    ("row", "name", "reason"),
    [
        ({"question": "Who?", "answers": []}, None, "'id' is missing"),
        ({"id": "a", "answers": []}, "a", "'question' is missing"),
        ({"id": "a", "question": "Who?"}, "a", "'answers' is missing"),
        (asked(question=" ?! "), "a", "'question' has no words"),
        (asked(question=""), "a", "'question' is blank"),
        (asked(answers=None), "a", "'answers' is not a list"),
        (asked(answers="Ada"), "a", "'answers' is not a list"),
        (asked(rewrite=""), "a", "'rewrite' is blank"),
        (asked(rewrite=5), "a", "'rewrite' is not a text"),
        (talk("a"), "a", "'turns' is empty"),
        ({"id": "a", "turns": {}}, "a", "'turns' is not a list"),
        ({"turns": [asked()]}, None, "'id' is missing"),
        (talk("a", "Who?"), "a", r"Turn a\.1: It is not a JSON object"),
        (talk("a", asked(), asked("x", {}), asked()), "a", r"Turn a\.2: Answer 1: It has neither"),
        (talk("fine", asked()), "fine", r"The id 'fine' was used before, at .*:1"),
    ],
)
def test_a_line_that_cannot_be_asked_is_a_problem_as_a_whole(
    tmp_path: Path, row: object, name: str | None, reason: str
) -> None:
    path = saved(tmp_path, asked("fine"), row, asked("fine too"))
    loaded = load_questions(path)
    assert [item.id for item in loaded.items] == ["fine", "fine too"]
    [problem] = loaded.problems
    assert (problem.where, problem.id) == (f"{path}:2", name)
    assert re.match(reason, problem.reason), problem.reason


def test_a_question_may_not_take_the_id_of_a_turn(tmp_path: Path) -> None:
    loaded = load_questions(saved(tmp_path, talk("c1", asked(), asked()), asked("c1.2"), asked("c1.3")))
    assert [item.id for item in loaded.items] == ["c1", "c1.3"]
    assert [problem.id for problem in loaded.problems] == ["c1.2"]


def test_the_id_of_a_broken_line_is_free_for_the_next(tmp_path: Path) -> None:
    loaded = load_questions(saved(tmp_path, asked("a", {}), asked("a", "Ada")))
    assert [item.turns[0].golds[0].text for item in loaded.items] == ["Ada"]
    assert len(loaded.problems) == 1


def test_nothing_to_ask_is_an_error_that_shows_the_form(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match=r"questions\.jsonl:1: 'question' is missing") as caught:
        load_questions(saved(tmp_path, {"id": "a", "answers": []}))
    assert "turns" in caught.value.remedy


def test_the_shipped_questions_load_and_their_golds_stand_where_they_say(seeds: Path) -> None:
    loaded = load_questions(seeds / "questions.jsonl")
    assert loaded.problems == ()
    golds = [gold for item in loaded.items for turn in item.turns for gold in turn.golds]
    for gold in golds:
        assert gold.file is not None
        assert (seeds / gold.file).read_bytes().decode("utf-8")[gold.start : gold.end] == gold.text
    assert len(golds) > 100
