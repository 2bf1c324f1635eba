"""Every figure that an evaluation gives is described, and nothing else is."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.evaluation.cleaning import evaluate_cleaning
from assistant.evaluation.conversation import evaluate_conversation
from assistant.evaluation.figures import FIGURES, Unit, describe, grouped, shown
from assistant.evaluation.open_domain import evaluate_open
from assistant.evaluation.questions import evaluate_questions
from assistant.evaluation.reading import evaluate_reading
from assistant.evaluation.results import Kind
from assistant.pipeline import Assistant

TEAM, HARBOUR = "Ada Marsh leads the team.", "The harbour is in Kiel."
READ = (
    {"id": "r1", "question": "Who leads the team?", "context": TEAM, "answers": [{"text": "Ada Marsh", "start": 0}]},
    {"id": "r2", "question": "Where is the harbour?", "context": HARBOUR, "answers": [{"text": "Kiel", "start": 18}]},
    {"id": "r3", "question": "Who paid for the tower?", "context": TEAM, "answers": []},
)
KINDS: tuple[Kind, ...] = get_args(Kind)


@pytest.fixture(scope="module")
def produced(
    seeds: Path, seed_assistant: Assistant, tmp_path_factory: pytest.TempPathFactory
) -> Mapping[Kind, Mapping[str, float]]:
    """The figures of small runs of every kind, with questions of every sort."""
    folder = tmp_path_factory.mktemp("data")
    contexts = folder / "contexts.jsonl"
    contexts.write_text("\n".join(json.dumps({**item, "source": item["id"]}) for item in READ))
    lines = [json.loads(line) for line in (seeds / "questions.jsonl").read_text(encoding="utf-8").splitlines()]
    conversation = next(line for line in lines if "turns" in line)
    unanswerable = next(line for line in lines if line.get("answers") == [])
    questions = folder / "questions.jsonl"
    questions.write_text("\n".join(json.dumps(line) for line in (lines[0], unanswerable, conversation)))
    rewrites = folder / "rewrites.jsonl"
    complete = {"id": "w", "history": [], "question": "Who leads Japan?", "rewrite": "Who leads Japan?"}
    rewrites.write_text("\n".join(json.dumps(line) for line in (conversation, complete)))
    pages = folder / "pages"
    (pages / "html").mkdir(parents=True)
    (pages / "html" / "p.html").write_text(f"<html><body><nav>Home</nav><p>{TEAM} {HARBOUR}</p></body></html>")
    (pages / "ground-truth.json").write_text(json.dumps({"p": {"articleBody": f"{TEAM} {HARBOUR}"}}))
    return {
        "reading": evaluate_reading(contexts).figures,
        "open": evaluate_open(contexts).figures,
        "questions": evaluate_questions(questions, assistant=seed_assistant).figures,
        "conversation": evaluate_conversation(rewrites, assistant=seed_assistant).figures,
        "cleaning": evaluate_cleaning(pages).figures,
    }


def test_every_figure_of_every_evaluation_is_described(produced: Mapping[Kind, Mapping[str, float]]) -> None:
    unknown = [
        (kind, name) for kind, figures in produced.items() for name in figures if not describe(name, kind).meaning
    ]
    assert unknown == []


def test_every_description_is_of_a_figure_that_some_evaluation_gives(
    produced: Mapping[Kind, Mapping[str, float]],
) -> None:
    there = {
        (kind, re.sub(r"\[.*\]", "[source]", re.sub(r"@\d+", "@k", name)))
        for kind, figures in produced.items()
        for name in figures
    }
    for figure in FIGURES:
        if figure.kinds:
            assert {(kind, figure.name) for kind in figure.kinds} <= there
        else:
            assert any((kind, figure.name) in there for kind in KINDS), figure.name


@pytest.mark.parametrize("kind", KINDS)
def test_no_two_figures_of_an_evaluation_have_the_same_name_or_label(kind: Kind) -> None:
    entries = [figure for figure in FIGURES if not figure.kinds or kind in figure.kinds]
    assert len({figure.name for figure in entries}) == len(entries)
    assert len({figure.label for figure in entries}) == len(entries)


def test_the_same_name_means_what_it_means_there() -> None:
    assert describe("f1", "cleaning").meaning != describe("f1", "reading").meaning
    assert describe("recall@5", "open").label == "Right paragraph in the top 5"
    assert describe("recall@5_bare", "conversation").label == "Bare question: answer in the top 5"
    assert describe("f1[a]b\n{x}]", "reading").label == "F1, a]b\n{x}"


def test_a_figure_nobody_described_shows_its_name() -> None:
    assert describe("recall@five", "open").label == "recall@five"
    assert list(grouped({"speed": 1.0, "em": 50.0}, "reading")) == ["Surest answer, however unsure", "Others"]


def test_figures_stand_in_the_table_s_order_and_cutoffs_ascend() -> None:
    names = ("mrr", "recall@20", "f1", "recall@5", "em", "questions", "recall@100")
    ordered = [figure.name for entries in grouped(dict.fromkeys(names, 0.5), "open").values() for figure, _ in entries]
    assert ordered == ["em", "f1", "recall@5", "recall@20", "recall@100", "mrr", "questions"]


@pytest.mark.parametrize(
    ("value", "unit", "words"),
    [
        (83.2149, "percent", "83.21"),
        (0.81249, "share", "0.812"),
        (12345.0, "count", "12,345"),
        (41.66, "rate", "41.7 /s"),
        (0.02434, "seconds", "24.3 ms"),
        (1.5, "seconds", "1.50 s"),
        (float("nan"), "share", "–"),
    ],
)
def test_values_are_shown_with_their_unit(value: float, unit: Unit, words: str) -> None:
    assert shown(value, unit) == words


@given(st.dictionaries(st.text(max_size=12), st.floats(allow_nan=False), max_size=6), st.sampled_from(KINDS))
def test_whatever_the_names_every_figure_is_shown_once(figures: dict[str, float], kind: Kind) -> None:
    entries = [entry for group in grouped(figures, kind).values() for entry in group]
    assert {figure.name: value for figure, value in entries} == figures
    assert len(entries) == len(figures)
