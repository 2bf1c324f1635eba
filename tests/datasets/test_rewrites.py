"""Follow-up questions with history and a human rewrite."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

import pytest

from assistant.datasets.questions import Gold
from assistant.datasets.rewrites import RewriteItem, load_rewrites
from assistant.errors import DatasetError

LINE = {"id": "a", "history": ["Who runs it?", "Ada"], "question": "Since when?", "rewrite": "Since when does Ada?"}


def turn(question: str, rewrite: str | None, *answers: Any) -> dict[str, Any]:
    return {"question": question, "rewrite": rewrite, "answers": [*answers]}


def saved(folder: Path, *rows: Any) -> Path:
    path = folder / "rewrites.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def test_lines_with_their_history(tmp_path: Path) -> None:
    path = saved(tmp_path, LINE, {**LINE, "id": 2, "history": ["Who?", ""], "answers": ["1990", {"file": "port.txt"}]})
    first, second = load_rewrites(path).items
    assert first == RewriteItem(
        "a", ("Who runs it?", "Ada"), "Since when?", "Since when does Ada?", golds=(), where=f"{path}:1"
    )
    assert (second.id, second.history) == ("2", ("Who?", ""))
    assert second.golds == (Gold(None, None, None, "1990"), Gold("port.txt", None, None, None))


def test_a_conversation_grows_its_own_history(tmp_path: Path) -> None:
    path = saved(
        tmp_path,
        {
            "id": "c",
            "turns": [
                turn("Who runs it?", "Who runs it?", {"file": "port.txt"}, "Ada", "Ada Marsh"),
                turn("Why?", None),
                turn("When?", "When did Ada?", {"file": "port.txt"}),
                turn("Where is she?", "Where is she?"),
            ],
        },
    )
    loaded = load_rewrites(path)
    assert [(item.id, item.question, item.rewrite, item.history) for item in loaded.items] == [
        ("c.3", "When?", "When did Ada?", ("Who runs it?", "Ada", "Why?", "")),
        ("c.4", "Where is she?", "Where is she?", ("Who runs it?", "Ada", "Why?", "", "When?", "")),
    ]
    assert loaded.items[0].golds == (Gold("port.txt", None, None, None),)
    assert {item.where for item in loaded.items} == {f"{path}:1"}
    assert loaded.problems == ()


def test_a_first_turn_counts_where_its_rewrite_differs(tmp_path: Path) -> None:
    path = saved(tmp_path, {"id": "c", "turns": [turn("Who?", "Who runs the port?")]})
    assert [(item.id, item.history) for item in load_rewrites(path).items] == [("c.1", ())]


def test_questions_that_stand_alone_are_passed_over(tmp_path: Path) -> None:
    loaded = load_rewrites(saved(tmp_path, {"id": "q", "question": "Who?", "answers": []}, LINE))
    assert ([item.id for item in loaded.items], loaded.problems) == (["a"], ())


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"history": None}, "'history' is not a list"),
        ({"history": "Who?"}, "'history' is not a list"),
        ({"history": ["Who?", 3]}, "An entry of 'history' is not a text"),
        ({"history": ["\ud800"]}, r"An entry of 'history' holds \\ud800, half of a surrogate pair"),
        ({"rewrite": None}, "'rewrite' is not a text"),
        ({"rewrite": " "}, "'rewrite' is blank"),
        ({"question": "?"}, "'question' has no words"),
        ({"answers": [{}]}, "Answer 1: It has neither"),
        ({"answers": "Ada"}, "'answers' is not a list"),
        ({"id": "fine"}, "The id 'fine' was used before"),
        ({"turns": [turn("Who?", "Who is it?"), turn("", None)]}, r"Turn b\.2: 'question' is blank"),
    ],
)
def test_a_line_that_cannot_be_scored_is_a_problem(tmp_path: Path, changes: dict[str, Any], reason: str) -> None:
    row = {**LINE, "id": "b", **changes}
    path = saved(tmp_path, {**LINE, "id": "fine"}, row)
    loaded = load_rewrites(path)
    assert [item.id for item in loaded.items] == ["fine"]
    [problem] = loaded.problems
    assert (problem.where, problem.id) == (f"{path}:2", row["id"])
    assert re.match(reason, problem.reason), problem.reason


@pytest.mark.parametrize("field", ["id", "history", "question", "rewrite"])
def test_a_missing_field_is_named(tmp_path: Path, field: str) -> None:
    path = saved(tmp_path, {**LINE, "id": "fine"}, {name: value for name, value in LINE.items() if name != field})
    [problem] = load_rewrites(path).problems
    assert problem.reason.startswith(f"'{field}' is missing")


def test_a_file_without_rewrites_is_an_error_that_shows_the_form(tmp_path: Path) -> None:
    for row in ({"id": "q", "question": "Who?", "answers": []}, {"id": "c", "turns": [turn("Who?", None)]}):
        with pytest.raises(DatasetError, match="Nothing in") as caught:
            load_rewrites(saved(tmp_path, row))
        assert "rewrite" in caught.value.remedy


def test_where_no_line_has_a_rewrite_the_first_ones_are_named_with_the_reason(tmp_path: Path) -> None:
    alone = {"id": "q", "question": "Who?", "answers": []}
    path = saved(tmp_path, alone, {"id": "c", "turns": [turn("Who?", "Who?"), turn("When?", None)]}, alone, alone)
    with pytest.raises(DatasetError) as caught:
        load_rewrites(path)
    assert f"{path}:1: It has neither 'history' nor 'rewrite'" in caught.value.problem
    assert f"{path}:2: No turn has a 'rewrite'" in caught.value.problem
    assert "And 1 problems more" in caught.value.problem


def test_the_shipped_conversations_load(seeds: Path) -> None:
    loaded = load_rewrites(seeds / "questions.jsonl")
    assert loaded.problems == ()
    assert all(len(item.history) % 2 == 0 and item.golds is not None for item in loaded.items)
    assert len(loaded.items) > 20


def test_the_public_sets_load_without_a_problem() -> None:
    folder = os.environ.get("ASSISTANT_DATA")
    if folder is None or not (Path(folder) / "conversation").is_dir():
        pytest.skip("ASSISTANT_DATA does not hold conversation")
    for path in sorted((Path(folder) / "conversation").glob("*.jsonl.gz")):
        assert load_rewrites(path).problems == (), path.name
