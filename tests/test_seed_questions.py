"""The shipped question set holds what it promises, and its gold answers stand in the raw seed articles."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

SEEDS = Path(__file__).resolve().parents[1] / "seeds"

# First and last words of what each page reports; the rest of the page is clutter.
BODIES = {
    "000_2a07ebe1bec97343.txt": ("Japan to send senior diplomat", "plans to accompany him, the sources said."),
    "001_aa8f5c0e71b2d4cf.txt": ("Prime Minister Shinzo Abe said", "to the South Korean capital afterward."),
    "002_f77bdb1930f0fe90.txt": ("Japanese and North Korean officials", "between 1910 and 1945."),
    "003_a638fa8de483c75b.txt": ("Japanese authorities are weighing", "that they had died."),
    "004_aa4fdd9593ef0074.txt": ("Japanese and US leaders will meet", "denuclearization of the Korean Peninsula./."),
}
CLUTTER_INSIDE_BODIES = ("0 Comments", "READ MORE", "Photo: AP")


def raw_text(name: str) -> str:
    return (SEEDS / name).read_bytes().decode("utf-8")


LINES: list[dict[str, Any]] = [json.loads(line) for line in raw_text("questions.jsonl").splitlines()]
SINGLES = [line for line in LINES if "turns" not in line]
CONVERSATIONS = [line for line in LINES if "turns" in line]
ASKED = SINGLES + [turn for line in CONVERSATIONS for turn in line["turns"]]
GOLDS = [gold for asked in ASKED for gold in asked["answers"]]


def test_ids_are_unique() -> None:
    assert len({line["id"] for line in LINES}) == len(LINES)


def test_lines_have_exactly_the_documented_fields() -> None:
    assert all(line.keys() == {"id", "question", "answers"} for line in SINGLES)
    assert all(line.keys() == {"id", "turns"} for line in CONVERSATIONS)
    turns = [turn for line in CONVERSATIONS for turn in line["turns"]]
    assert all(turn.keys() == {"question", "rewrite", "answers"} for turn in turns)
    assert all(gold.keys() == {"file", "start", "end", "text"} for gold in GOLDS)


def test_every_kind_of_question_is_there_in_number() -> None:
    assert len(LINES) >= 64
    assert sum(line["answers"] != [] for line in SINGLES) >= 42
    assert sum(line["answers"] == [] for line in SINGLES) >= 18
    assert len(CONVERSATIONS) >= 10
    assert all(2 <= len(line["turns"]) <= 4 for line in CONVERSATIONS)


def test_no_question_is_blank_or_asked_twice() -> None:
    questions = [line["question"] for line in SINGLES]
    assert len(set(questions)) == len(questions)
    assert all(asked["question"].strip() for asked in ASKED)


def test_unanswerable_questions_have_an_empty_list() -> None:
    assert all(isinstance(asked["answers"], list) for asked in ASKED)
    assert any(turn["answers"] == [] for line in CONVERSATIONS for turn in line["turns"])


def test_first_turns_stand_alone_and_follow_ups_are_rewritten() -> None:
    for line in CONVERSATIONS:
        first, *follow_ups = line["turns"]
        assert first["rewrite"] == first["question"], line["id"]
        assert all(turn["rewrite"] != turn["question"] for turn in follow_ups), line["id"]


@pytest.mark.parametrize("name", sorted(BODIES))
def test_gold_answers_slice_the_raw_file(name: str) -> None:
    raw = raw_text(name)
    golds = [gold for gold in GOLDS if gold["file"] == name]
    assert golds
    for gold in golds:
        assert 0 <= gold["start"] < gold["end"] <= len(raw)
        assert raw[gold["start"] : gold["end"]] == gold["text"], gold


@pytest.mark.parametrize("name", sorted(BODIES))
def test_gold_answers_stand_outside_clutter(name: str) -> None:
    raw = raw_text(name)
    first, last = BODIES[name]
    body_start, body_end = raw.index(first), raw.index(last) + len(last)
    for gold in (gold for gold in GOLDS if gold["file"] == name):
        assert body_start <= gold["start"] < gold["end"] <= body_end, gold
        line_start = raw.rfind("\n", 0, gold["start"]) + 1
        line = raw[line_start:].split("\n", 1)[0]
        assert not any(mark in line for mark in CLUTTER_INSIDE_BODIES), gold


def test_gold_answers_refer_to_shipped_files_and_are_trimmed() -> None:
    assert {gold["file"] for gold in GOLDS} == set(BODIES)
    for gold in GOLDS:
        assert gold["text"] and gold["text"] == gold["text"].strip(), gold
