"""Question sets: how they are read, what is measured, and what is wrong with a malformed one."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest

from assistant.errors import AssistantError, DatasetError, QuestionError
from assistant.evaluation.questions import GoldAnswer, GoldQuestion, Share, evaluate, load_questions, token_f1
from assistant.pipeline import Assistant
from assistant.records import Alternative, Answer, Citation

TEXT = "Port news. The harbour wall is led by Ada Marsh. A vote is due."
QUOTE = "The harbour wall is led by Ada Marsh."


def gold(text: str = "Ada Marsh", **changes: Any) -> dict[str, Any]:
    start = TEXT.index(text)
    return {"file": "page.txt", "start": start, "end": start + len(text), "text": text, **changes}


def citation(path: Path, **changes: Any) -> Citation:
    found = Citation(
        article_id="0" * 16,
        path=str(path),
        encoding="utf-8",
        title=None,
        source=None,
        published=None,
        quote=QUOTE,
        raw_start=TEXT.index(QUOTE),
        raw_end=TEXT.index(QUOTE) + len(QUOTE),
        answer_text="Ada Marsh",
        answer_start=TEXT.index("Ada Marsh"),
        answer_end=TEXT.index("Ada Marsh") + len("Ada Marsh"),
        confidence=0.9,
    )
    return replace(found, **changes)


def answered(text: str | None, *citations: Citation, alternatives: tuple[Alternative, ...] = ()) -> Answer:
    refusal = "not_in_articles" if text is None else None
    return Answer("?", "?", text, 0.9, len(citations), citations, alternatives, refusal, {"total": 0.5})  # type: ignore[arg-type]


class Script:
    """An assistant that gives each question its prepared answer, and notes which turn it was of its conversation."""

    def __init__(self, answers: dict[str, Answer]) -> None:
        self.answers = answers
        self.asked: list[tuple[int, str]] = []

    def conversation(self) -> ScriptedConversation:
        return ScriptedConversation(self)


class ScriptedConversation:
    def __init__(self, script: Script) -> None:
        self.script, self.turn = script, 0

    def ask(self, question: str) -> Answer:
        self.turn += 1
        self.script.asked.append((self.turn, question))
        if question not in self.script.answers:
            raise QuestionError("The question is too long.", "Ask a shorter question.")
        return replace(self.script.answers[question], question=question, standalone_question=f"{question} (alone)")


def scripted(answers: dict[str, Answer]) -> Assistant:
    return cast(Assistant, Script(answers))


def written(folder: Path, *lines: object) -> Path:
    path = folder / "questions.jsonl"
    texts = [line if isinstance(line, str) else json.dumps(line, ensure_ascii=False) for line in lines]
    path.write_text("\n".join(texts) + "\n", encoding="utf-8")
    return path


def asking(question_id: str, *golds: str) -> GoldQuestion:
    return GoldQuestion(question_id, question_id, tuple(GoldAnswer("page.txt", 0, 1, text) for text in golds))


@pytest.mark.parametrize(
    ("predicted", "right", "f1"),
    [
        ("Ada Marsh", "Ada Marsh", 1.0),
        ("the ADA Marsh!", "Ada Marsh", 1.0),
        ("Marsh", "Ada Marsh", 2 / 3),
        ("chief engineer Ada Marsh", "Ada Marsh", 2 / 3),
        ("the lighthouse", "Ada Marsh", 0.0),
        ("very very old", "very old", 0.8),
        ("the", "a", 1.0),
    ],
)
def test_token_f1(predicted: str, right: str, f1: float) -> None:
    assert token_f1(predicted, right) == pytest.approx(f1)
    assert token_f1(right, predicted) == pytest.approx(f1)


def test_figures_of_a_run_made_by_hand() -> None:
    answers = {
        "exact": answered("ada marsh"),
        "close": answered("Marsh"),
        "wrong": answered("Port"),
        "refused": answered(None),
        "rightly refused": answered(None),
        "wrongly answered": answered("Port"),
    }
    turns = [
        [asking("exact", "Chief", "Ada Marsh"), asking("close", "Ada Marsh"), asking("rightly refused")],
        [asking("wrong", "Ada Marsh")],
        [asking("refused", "Ada Marsh"), asking("wrongly answered")],
    ]
    run = evaluate(scripted(answers), turns)
    assert run.figures() == {
        "answered right": Share(2, 4),
        "  that stand alone": Share(1, 3),
        "  follow-ups": Share(1, 1),
        "exact match": Share(1, 4),
        "refused right": Share(1, 2),
        "exact quotes": Share(0, 0),
    }
    rows = {row.id: row for row in run.rows}
    assert [row.right for row in run.rows] == [True, True, True, False, False, False]
    assert (rows["close"].f1, rows["close"].exact) == (pytest.approx(2 / 3), False)
    assert (rows["refused"].predicted, rows["refused"].f1) == (None, 0.0)
    assert rows["wrongly answered"].gold == ()
    assert rows["exact"].standalone_question == "exact (alone)"
    as_json = run.to_dict()
    assert as_json["figures"]["refused right"] == 0.5
    assert "exact quotes" not in as_json["figures"], "no share of nothing"
    assert as_json["rows"][1]["right"] is True


def test_each_conversation_starts_anew_and_keeps_its_turns() -> None:
    script = Script(dict.fromkeys(("one", "two", "three"), answered(None)))
    evaluate(cast(Assistant, script), [[asking("one"), asking("two")], [asking("three")]])
    assert script.asked == [(1, "one"), (2, "two"), (1, "three")]


def test_quotes_of_the_answer_and_of_its_alternatives_are_compared_with_the_file(tmp_path: Path) -> None:
    path = tmp_path / "page.txt"
    path.write_text(TEXT, encoding="utf-8")
    right = citation(path)
    shifted, other_answer = replace(right, raw_start=right.raw_start + 1), replace(right, answer_text="Ada Marsh.")
    other = Alternative("Ada Marsh", 0.1, 1, (right, shifted))
    run = evaluate(
        scripted({"said": answered("Ada", right, other_answer, alternatives=(other,)), "refused": answered(None)}),
        [[asking("said", "Ada")], [asking("refused")]],
    )
    assert run.figures()["exact quotes"] == Share(2, 4)


@pytest.mark.parametrize("change", ["gone", "re-encoded", "folder", "codec"])
def test_a_quote_whose_file_cannot_be_read_as_it_was_is_not_exact(tmp_path: Path, change: str) -> None:
    path = tmp_path / "page.txt"
    found = citation(path)
    if change == "re-encoded":
        path.write_bytes(f"“{TEXT}”".encode("cp1252"))
    elif change == "folder":
        path.mkdir()
    elif change == "codec":
        path.write_text(TEXT, encoding="utf-8")
        found = replace(found, encoding="no-such-codec")
    run = evaluate(scripted({"said": answered("Ada", found)}), [[asking("said", "Ada")]])
    assert run.figures()["exact quotes"] == Share(0, 1)


def test_questions_and_conversations_are_read(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        {"id": "a", "question": "Who?", "answers": [gold()]},
        "",
        {"id": "b", "turns": [{"question": "When?", "answers": []}, {"question": "And she?", "answers": [gold()]}]},
    )
    [[single], [first, second]] = load_questions(path)
    assert (single.id, single.question) == ("a.1", "Who?")
    assert single.answers == (GoldAnswer("page.txt", TEXT.index("Ada"), TEXT.index("Ada") + 9, "Ada Marsh"),)
    assert (first.id, first.answers, second.id) == ("b.1", (), "b.2")


def test_only_line_feeds_end_a_line(tmp_path: Path) -> None:
    path = written(tmp_path, {"id": "a", "question": "Who\u2028led\x85it?", "answers": []})
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert load_questions(path)[0][0].question == "Who\u2028led\x85it?"


@pytest.mark.parametrize(
    "line",
    [
        "{",
        "[]",
        "3",
        {"question": "Who?", "answers": []},
        {"id": "a", "question": "Who?"},
        {"id": "a", "question": "Who?", "answers": None},
        {"id": "a", "question": "Who?", "answers": "no"},
        {"id": "a", "question": "Who?", "answers": {}},
        {"id": "a", "question": "", "answers": []},
        {"id": "a", "question": " ?! ", "answers": []},
        {"id": "a", "question": None, "answers": []},
        {"id": "a", "question": 7, "answers": []},
        {"id": "a", "turns": []},
        {"id": "a", "turns": {}},
        {"id": "a", "turns": ["Who?"]},
        {"id": "a", "turns": [{"question": "Who?", "answers": []}, {"question": "", "answers": []}]},
        {"id": "a", "question": "Who?", "answers": ["Ada Marsh"]},
        {"id": "a", "question": "Who?", "answers": [gold(start="38")]},
        {"id": "a", "question": "Who?", "answers": [gold(start=38.5)]},
        {"id": "a", "question": "Who?", "answers": [gold(start=True)]},
        {"id": "a", "question": "Who?", "answers": [gold(end=None)]},
        {"id": "a", "question": "Who?", "answers": [gold(start=-1)]},
        {"id": "a", "question": "Who?", "answers": [gold(start=60, end=50)]},
        {"id": "a", "question": "Who?", "answers": [{**gold(), "text": None}]},
        {"id": "a", "question": "Who?", "answers": [{**gold(), "text": ""}]},
        {"id": "a", "question": "Who?", "answers": [{**gold(), "text": ["Ada"]}]},
        {"id": "a", "question": "Who?", "answers": [gold(file=3)]},
        {"id": "a", "question": "Who?", "answers": [{"file": "page.txt", "start": 0, "end": 1}]},
    ],
)
def test_a_malformed_line_is_named(tmp_path: Path, line: object) -> None:
    path = written(tmp_path, {"id": "ok", "question": "Who?", "answers": []}, line)
    with pytest.raises(DatasetError, match=r"questions\.jsonl:2") as caught:
        load_questions(path)
    assert caught.value.remedy


def test_a_file_that_is_missing_empty_or_no_text_is_named(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match=r"none\.jsonl cannot be read"):
        load_questions(tmp_path / "none.jsonl")
    with pytest.raises(DatasetError, match="is empty"):
        load_questions(written(tmp_path, "", " "))
    (tmp_path / "latin.jsonl").write_bytes(b'{"id": "caf\xe9"}\n')
    with pytest.raises(DatasetError, match=r"latin\.jsonl cannot be read"):
        load_questions(tmp_path / "latin.jsonl")


def test_a_question_that_the_assistant_rejects_is_named() -> None:
    with pytest.raises(AssistantError, match=r"q7\.2.*too long") as caught:
        evaluate(scripted({"fine": answered(None)}), [[asking("fine"), asking("q7.2")]])
    assert isinstance(caught.value, DatasetError)
