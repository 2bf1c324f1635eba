"""The gold bodies of the seeds: from their first word to their last, without the clutter between."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.test_seed_questions import BODIES, CLUTTER_INSIDE_BODIES, GOLDS, SEEDS, raw_text

LINES: list[dict[str, Any]] = [json.loads(line) for line in raw_text("bodies.jsonl").splitlines()]


def test_every_seed_has_its_gold_body_once() -> None:
    assert [line["file"] for line in LINES] == sorted(BODIES) == sorted(path.name for path in SEEDS.glob("*.txt"))
    assert all(line.keys() == {"id", "file", "spans"} for line in LINES)


@pytest.mark.parametrize("line", LINES, ids=lambda line: str(line["id"]))
def test_spans_are_whole_lines_from_the_first_word_to_the_last(line: dict[str, Any]) -> None:
    raw = raw_text(line["file"])
    parts = [raw[span["start"] : span["end"]] for span in line["spans"]]
    first, last = BODIES[line["file"]]
    assert parts[0].startswith(first)
    assert parts[-1].endswith(last)
    for span in line["spans"]:
        assert raw[: span["start"]].rpartition("\n")[2].strip() == ""
        assert raw[span["end"] :].partition("\n")[0].strip() == ""


@pytest.mark.parametrize("line", LINES, ids=lambda line: str(line["id"]))
def test_only_clutter_lies_between_the_spans(line: dict[str, Any]) -> None:
    raw = raw_text(line["file"])
    ends = [span["end"] for span in line["spans"]]
    gaps = [raw[end : span["start"]].strip() for end, span in zip(ends, line["spans"][1:], strict=False)]
    assert all(sum(mark in gap for mark in CLUTTER_INSIDE_BODIES) == 1 for gap in gaps)
    body = "".join(raw[span["start"] : span["end"]] for span in line["spans"])
    assert not any(mark in body for mark in CLUTTER_INSIDE_BODIES)
    first, last = BODIES[line["file"]]
    between = raw[raw.index(first) : raw.index(last) + len(last)]
    assert sum(between.count(mark) for mark in CLUTTER_INSIDE_BODIES) == len(gaps)


def test_gold_answers_stand_in_gold_bodies() -> None:
    spans = {line["file"]: line["spans"] for line in LINES}
    for gold in GOLDS:
        assert any(span["start"] <= gold["start"] < gold["end"] <= span["end"] for span in spans[gold["file"]]), gold
