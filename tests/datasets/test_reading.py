"""Questions with their context: SQuAD's JSON and JSON lines."""

from __future__ import annotations

import gzip
import json
import os
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assistant.datasets.reading import GoldSpan, ReadingQuestion, load_reading
from assistant.errors import DatasetError
from assistant.evaluation.run import RunOptions

CONTEXT = "Ada Marsh runs the port. The port of “Łódź” is 😀 small."


def uniform(name: str = "a", *golds: str, **changes: Any) -> dict[str, Any]:
    answers = [{"text": gold, "start": CONTEXT.index(gold)} for gold in golds]
    return {"id": name, "question": "Who runs it?", "context": CONTEXT, "answers": answers, **changes}


def asked(name: str, *golds: str, **changes: Any) -> dict[str, Any]:
    answers = [{"answer_start": CONTEXT.index(gold), "text": gold} for gold in golds]
    return {"answers": answers, "question": "Who runs it?", "id": name, **changes}


def squad(*questions: Any, context: Any = CONTEXT) -> dict[str, Any]:
    return {"version": "v2.0", "data": [{"title": "Port", "paragraphs": [{"context": context, "qas": [*questions]}]}]}


def saved(folder: Path, *rows: Any, indent: int | None = None, packed: bool = False) -> Path:
    content = "\n".join(row if isinstance(row, str) else json.dumps(row, indent=indent) for row in rows).encode()
    path = folder / "dev.json"
    path.write_bytes(gzip.compress(content) if packed else content)
    return path


def location_of(path: Path, name: str, occurrence: int = 0) -> str:
    """Where the file has that id."""
    key = f'"id": {json.dumps(name)}'
    numbers = [number for number, line in enumerate(path.read_text().split("\n"), start=1) if key in line]
    return f"{path}:{numbers[occurrence]}"


@pytest.mark.parametrize("packed", [False, True])
def test_json_lines(tmp_path: Path, packed: bool) -> None:
    path = saved(tmp_path, uniform("a", "Ada Marsh", "small", title="x", source="news"), uniform("b"), packed=packed)
    loaded = load_reading(path)
    golds = (GoldSpan("Ada Marsh", 0), GoldSpan("small", CONTEXT.index("small")))
    assert loaded.items == (
        ReadingQuestion("a", "Who runs it?", CONTEXT, golds, False, "news", "x", f"{path}:1"),
        ReadingQuestion("b", "Who runs it?", CONTEXT, (), False, "", "", f"{path}:2"),
    )
    assert loaded.problems == ()


def test_one_line_alone_is_not_taken_for_squad(tmp_path: Path) -> None:
    assert [item.id for item in load_reading(saved(tmp_path, uniform("a", data=[]))).items] == ["a"]


@pytest.mark.parametrize(
    ("changes", "multi_span"),
    [
        ({}, False),
        ({"source": "ester-Causal"}, True),
        ({"source": "ester-Indicative Conditional"}, True),
        ({"source": "ester-Sub-event"}, True),
        ({"source": "ester"}, False),
        ({"source": "ester-"}, False),
        ({"source": "ester-weekly"}, False),
        ({"source": "esterhazy.net"}, False),
        ({"source": "ester-Causal\n"}, False),
        ({"source": "western-Causal"}, False),
        ({"multi_span": True}, True),
        ({"multi_span": False}, False),
        ({"multi_span": None, "source": None}, False),
    ],
)
def test_sets_whose_answer_is_many_spans(tmp_path: Path, changes: dict[str, Any], multi_span: bool) -> None:
    [item] = load_reading(saved(tmp_path, uniform("a", "Ada", **changes))).items
    assert item.multi_span is multi_span


@pytest.mark.parametrize("indent", [None, 1])
@pytest.mark.parametrize("packed", [False, True])
def test_squad_json(tmp_path: Path, indent: int | None, packed: bool) -> None:
    document = squad(
        asked("old", "Ada", "Ada Marsh"),
        asked("yes", "Łódź", is_impossible=False),
        asked("no", is_impossible=True, plausible_answers=[{"text": "x", "answer_start": 1}]),
        {"id": "none listed", "question": "Why?", "is_impossible": True},
    )
    loaded = load_reading(saved(tmp_path, document, indent=indent, packed=packed))
    assert [(item.id, [gold.text for gold in item.golds]) for item in loaded.items] == [
        ("old", ["Ada", "Ada Marsh"]),
        ("yes", ["Łódź"]),
        ("no", []),
        ("none listed", []),
    ]
    assert {item.context for item in loaded.items} == {CONTEXT}
    assert loaded.problems == ()
    assert {item.title for item in loaded.items} == {"Port"}


def test_questions_of_squad_are_named_with_their_line(tmp_path: Path) -> None:
    document = squad(
        asked("a", "Ada"), asked("b", question='"id": "c"'), asked("a"), asked("ü"), asked("c", question=" "), asked("")
    )
    path = saved(tmp_path, document, indent=2)
    loaded = load_reading(path)
    assert [(item.id, item.where) for item in loaded.items] == [
        (name, location_of(path, name)) for name in ("a", "b", "ü")
    ]
    twice, blank, nameless = loaded.problems
    assert (twice.id, twice.where) == ("a", location_of(path, "a", 1))
    assert location_of(path, "a") in twice.reason
    assert (blank.id, blank.where) == ("c", location_of(path, "c"))
    assert (nameless.id, nameless.where) == (None, f"{path}, article 1, paragraph 1, question 6")


def test_what_is_broken_in_squad_json_costs_no_more_than_itself(tmp_path: Path) -> None:
    document = squad(asked("fine", "Ada"), "no question")
    document["data"] += [
        "no article",
        {"title": "no paragraphs"},
        {"paragraphs": [[], {"context": CONTEXT, "qas": {}}, {"qas": [asked("x", "Ada"), asked("y")]}]},
        *squad(asked("z"), context=7)["data"],
        *squad(asked("also fine"))["data"],
    ]
    path = saved(tmp_path, document, indent=1)
    loaded = load_reading(path)
    assert [item.id for item in loaded.items] == ["fine", "also fine"]
    found = {problem.id or problem.where.removeprefix(f"{path}, "): problem.reason for problem in loaded.problems}
    assert {name: reason.split(":")[0] for name, reason in found.items()} == {
        "article 1, paragraph 1, question 2": "The question is not a JSON object",
        "article 2": "The article is not a JSON object",
        "article 3": "'paragraphs' is missing",
        "article 4, paragraph 1": "The paragraph is not a JSON object",
        "article 4, paragraph 2": "'qas' is not a list",
        "x": "'context' is missing",
        "y": "'context' is missing",
        "z": "'context' is not a text",
    }


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (uniform(context=None), "'context' is not a text"),
        (uniform(context=" \n"), "'context' is blank"),
        (uniform(question="?!"), "'question' has no words"),
        (uniform(question=3), "'question' is not a text"),
        (uniform(answers=None), "'answers' is not a list"),
        (uniform(answers={"text": ["Ada"], "start": [0]}), "'answers' is not a list"),
        (uniform(answers=["Ada"]), "Answer 1: It is not a JSON object"),
        (uniform(answers=[{"text": "Ada", "answer_start": 0}]), "Answer 1: 'start' is missing"),
        (uniform(answers=[{"start": 0}]), "Answer 1: 'text' is missing"),
        (uniform(answers=[{"text": "", "start": 0}]), "Answer 1: 'text' is blank"),
        (uniform("a", "."), r"Its answer '\.' has no words"),
        (uniform("a", ".", "“"), r"Its answer '\.' has no words"),
        (uniform(answers=[{"text": "Ada", "start": True}]), "Answer 1: 'start' is not a whole number"),
        (uniform(answers=[{"text": "Ada", "start": 0.0}]), "Answer 1: 'start' is not a whole number"),
        (uniform(answers=[{"text": "small.", "start": -6}]), "Answer 1: 'start' is not a whole number"),
        (
            uniform(answers=[{"text": "Ada", "start": 0}, {"text": "Marsh", "start": 5}]),
            "Answer 2: 'Marsh' is not at 5 of the context; it starts at 4",
        ),
        (uniform(answers=[{"text": "Bo", "start": 10**40}]), "Answer 1: 'Bo' is not at .*; it is nowhere in it"),
        (uniform(answers=[{"text": "Ada", "start": 0}], is_impossible=True), "'is_impossible' is true, yet"),
        (uniform(is_impossible=False), "'is_impossible' is false, yet"),
        (uniform(is_impossible="no"), "'is_impossible' is neither true nor false"),
        (uniform(multi_span=1), "'multi_span' is neither true nor false"),
        (uniform(source=[]), "'source' is not a text"),
    ],
)
def test_a_question_that_cannot_be_scored_is_a_problem(tmp_path: Path, row: dict[str, Any], reason: str) -> None:
    path = saved(tmp_path, uniform("fine", "Ada"), row)
    loaded = load_reading(path)
    assert [item.id for item in loaded.items] == ["fine"]
    [problem] = loaded.problems
    assert (problem.where, problem.id) == (f"{path}:2", "a")
    assert re.match(reason, problem.reason), problem.reason


def test_a_question_whose_other_gold_answer_is_right_is_a_problem_all_the_same(tmp_path: Path) -> None:
    row = uniform("a", "Ada")
    row["answers"].append({"text": "Ada", "start": 1})
    with pytest.raises(DatasetError, match=r"dev\.json:1: Answer 2"):
        load_reading(saved(tmp_path, row))


def test_beside_other_gold_answers_one_without_words_is_left_out(tmp_path: Path) -> None:
    """SQuAD has a few of them, and its script leaves them out."""
    loaded = load_reading(saved(tmp_path, uniform("a", ".", "Ada", "“")))
    assert [gold.text for gold in loaded.items[0].golds] == ["Ada"]
    assert loaded.problems == ()


def test_of_the_first_questions_of_squad_only_the_problems_before_them_count(tmp_path: Path) -> None:
    """Also where all of them stand on one line."""
    document = squad(asked("early", question=""), asked("a", "Ada"), asked("between", question=""), asked("b"))
    loaded = load_reading(saved(tmp_path, document))
    found = [[problem.id for problem in loaded.chosen(RunOptions(limit=limit)).problems] for limit in (1, 2)]
    assert found == [["early"], ["early", "between"]]


@pytest.mark.parametrize(
    ("content", "named"),
    [
        ('{"data": []}', "Nothing in"),
        ('{"data": {}}', "'data' is not a list"),
        ('{\n"data": [\n{"paragraphs": [', "not JSON"),
        ("[1]", "not a JSON object"),
        ("[" * 100_000, "not JSON"),
    ],
)
def test_a_file_without_questions_is_an_error_that_names_both_forms(tmp_path: Path, content: str, named: str) -> None:
    with pytest.raises(DatasetError, match=named) as caught:
        load_reading(saved(tmp_path, content))
    assert "SQuAD" in caught.value.remedy
    assert "JSON object a line" in caught.value.remedy


@given(context=st.text(min_size=1, max_size=30).filter(str.strip), data=st.data())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_both_forms_give_the_same_spans_and_every_span_slices_its_context(
    tmp_path: Path, context: str, data: st.DataObject
) -> None:
    start = data.draw(st.integers(0, len(context) - 1))
    end = data.draw(st.integers(start + 1, len(context)))
    text = context[start:end]
    question = {"id": "a", "question": "Who?"}
    line = {**question, "context": context, "answers": [{"text": text, "start": start}]}
    document = squad({**question, "answers": [{"text": text, "answer_start": start}]}, context=context)
    if not any(map(str.isalnum, text)):
        with pytest.raises(DatasetError, match="has no words" if text.strip() else "blank"):
            load_reading(saved(tmp_path, line))
        return
    [from_line], [from_squad] = (load_reading(saved(tmp_path, content)).items for content in (line, document))
    assert from_line.golds == from_squad.golds == (GoldSpan(text, start),)
    assert from_line.context[start : start + len(text)] == text


def test_the_public_sets_load_without_a_problem() -> None:
    folder = os.environ.get("ASSISTANT_DATA")
    if folder is None or not (Path(folder) / "reader" / "dev").is_dir():
        pytest.skip("ASSISTANT_DATA does not hold reader/dev")
    for path in sorted((Path(folder) / "reader" / "dev").glob("*.jsonl.gz")):
        loaded = load_reading(path)
        assert loaded.problems == (), path.name
        assert all(item.multi_span is path.name.startswith("ester") for item in loaded.items)
