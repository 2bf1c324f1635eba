"""Distant supervision: what holds the answer answers, what lacks it does not."""

from __future__ import annotations

import json
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from assistant.datasets.reading import load_reading
from assistant.training.distant import distant_lines

TEXTS = ["Nobody came.", "Pfizer said so, and pfizer meant it.", "Pfizers are many.", "It was Pfizer.", "Pfizer again."]


def test_the_best_passages_with_and_without_the_answer_are_kept() -> None:
    lines = list(distant_lines("q", "Which company?", ["Pfizer"], TEXTS))
    assert [line["context"] for line in lines] == [TEXTS[1], TEXTS[3], TEXTS[0], TEXTS[2]]
    assert [len(line["answers"]) for line in lines] == [2, 1, 0, 0]
    assert len({line["id"] for line in lines}) == 4


def test_a_question_without_a_passage_that_holds_its_answer_teaches_nothing() -> None:
    assert not list(distant_lines("q", "Which company?", ["Moderna"], TEXTS))
    assert not list(distant_lines("q", "Which company?", ["", " "], TEXTS))
    assert not list(distant_lines("q", "Which company?", ["Pfizer"], []))


def test_of_overlapping_answers_the_longest_is_marked() -> None:
    (line,) = distant_lines("q", "Which team?", ["Astros", "Houston Astros"], ["The Houston Astros won."])
    assert [answer["text"] for answer in line["answers"]] == ["Houston Astros"]


@given(
    st.lists(st.text("abAB .-", min_size=1, max_size=40), max_size=6),
    st.lists(st.text("abAB", min_size=1, max_size=3), max_size=3),
)
def test_every_answer_slices_its_passage(texts: list[str], answers: list[str]) -> None:
    folded = {answer.casefold() for answer in answers}
    for line in distant_lines("q", "Who?", answers, texts):
        for answer in line["answers"]:
            start = answer["start"]
            assert line["context"][start : start + len(answer["text"])] == answer["text"]
            assert answer["text"].casefold() in folded


def test_the_lines_are_a_training_file(tmp_path: Path) -> None:
    path = tmp_path / "distant.jsonl"
    lines = distant_lines("q", "Which company?", ["Pfizer"], TEXTS)
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    assert len(load_reading(path).items) == 4
