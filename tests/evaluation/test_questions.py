"""A question set over a real index, with a reader that finds what it is told to: rows, figures, problems."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from assistant.errors import DatasetError, StoreMissingError
from assistant.evaluation.questions import evaluate_questions
from assistant.evaluation.results import AskedRow, Evaluation
from assistant.evaluation.run import RunOptions
from assistant.pipeline import Assistant
from assistant.settings import Settings
from tests.evaluation.asking import CHOIR, LIGHTHOUSE, assistant_over, cut_out, write

FILES = {"lighthouse.txt": LIGHTHOUSE, "choir.txt": CHOIR}
#: What the reader finds, surest first; "June 8-9" is read, but not sure enough to be given.
MARGINS = {"Ada Marsh": 4.0, "Tom Reyes": 3.0, "June 8-9": -1.0}


@pytest.fixture
def assistant(tmp_path: Path) -> Iterator[Assistant]:
    with assistant_over(write(tmp_path / "articles", FILES), MARGINS, passages_read=1) as opened:
        yield opened


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "questions.jsonl"


LED = "Who led the repairs of the lighthouse last winter?"
SANG = "Who conducted the choir of Dunmore in the old quarry on Sunday?"
ROOF = "The singers had asked for a roof for years, but when has the council money for one?"
LAMP = "When was the lamp lit again before a crowd of four hundred people?"


def asked(name: str, question: str, *answers: object) -> dict[str, Any]:
    return {"id": name, "question": question, "answers": list(answers)}


def gold(words: str, text: str = LIGHTHOUSE, file: str = "lighthouse.txt", /, **changes: Any) -> dict[str, Any]:
    start, end = cut_out(text, words)
    return {"file": file, "start": start, "end": end, "text": words, **changes}


def evaluated(
    assistant: Assistant,
    data: Path,
    *lines: object,
    options: RunOptions = RunOptions(),  # noqa: B008
) -> Evaluation[AskedRow]:
    written = [line if isinstance(line, str) else json.dumps(line, ensure_ascii=False) for line in lines]
    data.write_text("\n".join(written) + "\n", encoding="utf-8")
    return evaluate_questions(data, assistant=assistant, options=options)


def only(evaluation: Evaluation[AskedRow]) -> AskedRow:
    (row,) = evaluation.rows
    return row


def test_the_row_of_a_right_answer(assistant: Assistant, data: Path) -> None:
    row = only(evaluated(assistant, data, asked("q1", LED, gold("Ada Marsh"), gold("engineer Ada Marsh"))))
    assert (row.id, row.question, row.standalone_question, row.follow_up) == ("q1", LED, LED, False)
    assert (row.gold, row.answerable) == (("Ada Marsh", "engineer Ada Marsh"), True)
    assert (row.predicted, row.answered, row.right) == ("Ada Marsh", True, True)
    assert (row.em, row.f1, row.em_at_threshold, row.f1_at_threshold) == (100, 100, 100, 100)
    assert row.confidence == pytest.approx(0.88, abs=0.005)
    assert (row.rank, row.article_rank, row.cited_article, row.supported) == (1, 1, True, True)
    assert (row.quotes_exact, row.quotes) == (1, 1)
    assert (row.stage_lost, row.lost_because, row.quote, row.gold_excerpt) == (None, None, None, None)
    assert row.seconds == row.timings["total"] > 0
    assert set(row.timings) == {"interpret", "retrieve", "read", "answer", "total"}


def test_a_wrong_refusal_counts_nothing_at_the_threshold(assistant: Assistant, data: Path) -> None:
    row = only(evaluated(assistant, data, asked("q1", ROOF, gold("June 8-9", CHOIR, "choir.txt"))))
    assert (row.predicted, row.answered, row.right) == ("June 8-9", False, False)
    assert (row.em, row.f1, row.em_at_threshold, row.f1_at_threshold) == (100, 100, 0, 0)
    assert (row.cited_article, row.supported) == (None, None)
    assert row.stage_lost == "wrongly_refused"
    assert row.quote is not None
    assert row.quote.text[row.quote.start : row.quote.end] == "June 8-9"


def test_refusing_what_has_no_answer_is_right(assistant: Assistant, data: Path) -> None:
    run = evaluated(assistant, data, asked("right", LAMP), asked("wrong", LED))
    right, wrong = run.rows
    assert (right.right, right.em_at_threshold, right.f1_at_threshold, right.stage_lost) == (True, 100, 100, None)
    assert (wrong.right, wrong.em_at_threshold, wrong.f1_at_threshold) == (False, 0, 0)
    assert wrong.stage_lost == "wrongly_answered"
    for row in run.rows:
        assert (row.em, row.f1, row.answerable, row.gold) == (None, None, False, ())
        assert (row.rank, row.article_rank, row.cited_article, row.supported) == (None, None, None, None)


def test_an_answer_from_elsewhere_is_not_supported(assistant: Assistant, data: Path) -> None:
    row = only(evaluated(assistant, data, asked("q1", LED, gold("Tom Reyes", CHOIR, "choir.txt"))))
    assert (row.cited_article, row.supported, row.stage_lost) == (False, False, "not_retrieved")
    assert row.rank is not None and row.rank > 1


def test_the_right_article_may_be_cited_for_the_wrong_sentence(assistant: Assistant, data: Path) -> None:
    row = only(evaluated(assistant, data, asked("q1", LED, gold("eleven years"))))
    assert (row.cited_article, row.supported) == (True, False)


def test_a_wrong_answer_is_not_supported_by_the_gold_answer_beside_it(assistant: Assistant, data: Path) -> None:
    golds = {"beside": "last winter", "wider": "Ada Marsh led the repairs of the lighthouse", "within": "Marsh"}
    rows = evaluated(assistant, data, *(asked(name, LED, gold(words)) for name, words in golds.items())).rows
    assert all(gold in row.quote.text for row, gold in zip(rows, golds.values(), strict=True) if row.quote)
    assert {row.id: (row.f1, row.supported) for row in rows} == {
        "beside": (0, False),
        "wider": (pytest.approx(200 * 2 / 8), True),
        "within": (pytest.approx(200 / 3), True),
    }


def test_of_evidence_the_readers_span_is_predicted_not_the_sentence(assistant: Assistant, data: Path) -> None:
    row = only(
        evaluated(assistant, data, asked("q1", "Did Ada Marsh lead the repairs last winter?", gold("Ada Marsh")))
    )
    assert (row.predicted, row.em, row.answered, row.supported) == ("Ada Marsh", 100, True, True)


def test_of_a_list_all_parts_are_predicted(tmp_path: Path, data: Path) -> None:
    margins = {"half of the town": 3.0, "Tom Reyes": 3.5}
    with assistant_over(write(tmp_path / "articles", FILES), margins, passages_read=1) as assistant:
        question = "Who were the visitors of the choir of Dunmore in the old quarry?"
        row = only(evaluated(assistant, data, asked("q1", question, "Tom Reyes and half of the town", "Ada Marsh")))
    assert row.predicted == "Tom Reyes; half of the town"
    assert row.f1 == 100


@pytest.mark.parametrize("min_confidence", [0.0, 1.0])
def test_a_list_is_right_in_the_better_of_two_wordings(tmp_path: Path, data: Path, min_confidence: float) -> None:
    question = "Who were the visitors of the choir of Dunmore in the old quarry?"
    margins = {"half of the town": 3.0, "Tom Reyes": 3.5}
    golds = {"and": "Tom Reyes and half of the town", "bare": "Tom Reyes, half of the town"}
    articles = write(tmp_path / "articles", FILES)
    with assistant_over(articles, margins, passages_read=1, min_confidence=min_confidence) as assistant:
        rows = evaluated(assistant, data, *(asked(name, question, words) for name, words in golds.items())).rows
    assert [(row.em, row.f1) for row in rows] == [(100, 100), (100, 100)]
    assert [row.answered for row in rows] == [min_confidence == 0.0] * 2


def test_gold_may_be_a_text_alone(assistant: Assistant, data: Path) -> None:
    row = only(evaluated(assistant, data, asked("q1", LED, "the ADA MARSH")))
    assert (row.em, row.gold, row.rank, row.supported, row.cited_article) == (100, ("the ADA MARSH",), 1, True, True)


def test_gold_may_be_offsets_alone(assistant: Assistant, data: Path) -> None:
    row = only(evaluated(assistant, data, asked("q1", LED, gold("Ada Marsh", text=None))))
    assert (row.em, row.gold) == (100, ("Ada Marsh",))


def test_gold_may_be_a_file_alone(assistant: Assistant, data: Path) -> None:
    run = evaluated(
        assistant,
        data,
        asked("right", LED, {"file": "lighthouse.txt"}),
        asked("wrong", SANG, {"file": "lighthouse.txt"}),
        asked("missing", LED, {"file": "bridge.txt"}),
    )
    right, wrong, missing = run.rows
    for row in run.rows:
        assert (row.em, row.f1, row.em_at_threshold, row.f1_at_threshold, row.right) == (None,) * 5
        assert (row.gold, row.answerable, row.rank) == ((), True, None)
    assert (right.cited_article, right.article_rank, right.stage_lost) == (True, 1, None)
    assert (wrong.cited_article, wrong.supported, wrong.stage_lost) == (False, False, "not_retrieved")
    assert (missing.cited_article, missing.article_rank, missing.stage_lost) == (False, None, "not_ingested")
    assert not {"em", "f1", "recall@5", "mrr"} & run.figures.keys(), "there is no text to find"
    assert run.figures["article_recall@1"] == pytest.approx(1 / 3)
    assert run.figures["cited_article"] == pytest.approx(1 / 3)


def test_a_question_whose_file_is_not_indexed_is_lost_not_left_out(assistant: Assistant, data: Path) -> None:
    run = evaluated(assistant, data, asked("q1", LED, {"file": "bridge.txt", "start": 0, "end": 9}))
    row = only(run)
    assert (row.em, row.f1, row.right, row.stage_lost) == (0, 0, False, "not_ingested")
    assert run.figures["f1"] == 0
    assert run.figures["recall@20"] == 0


def test_where_the_reader_finds_nothing_there_is_nothing_predicted(assistant: Assistant, data: Path) -> None:
    row = only(evaluated(assistant, data, asked("q1", LAMP, gold("March 3"))))
    assert (row.predicted, row.confidence, row.answered, row.em, row.f1) == (None, 0, False, 0, 0)
    assert (row.stage_lost, row.quote) == ("out_scored", None)
    assert row.gold_excerpt is not None


def test_figures_of_a_run_made_by_hand(assistant: Assistant, data: Path) -> None:
    run = evaluated(
        assistant,
        data,
        {"id": "c", "turns": [asked("", LED, gold("engineer Ada Marsh")), asked("", SANG, "Tom Reyes")]},
        asked("refused", ROOF, gold("June 8-9", CHOIR, "choir.txt")),
        asked("rightly refused", LAMP),
        asked("wrongly answered", SANG),
    )
    assert [row.id for row in run.rows] == ["c.1", "c.2", "refused", "rightly refused", "wrongly answered"]
    assert [row.right for row in run.rows] == [True, True, False, True, False]
    expected = {
        "questions": 5,
        "answerable": 3,
        "unanswerable": 2,
        "em": 200 / 3,
        "f1": (80 + 100 + 100) / 3,
        "em_at_threshold": (0 + 100 + 0 + 100 + 0) / 5,
        "f1_at_threshold": (80 + 100 + 0 + 100 + 0) / 5,
        "answered": 3 / 5,
        "answered_right": 2 / 3,
        "refused_right": 1 / 2,
        "threshold": 0.5,
        "answered_right_first": 1 / 2,
        "answered_right_follow_ups": 1,
        "recall@1": 1,
        "mrr": 1,
        "article_recall@1": 1,
        "article_mrr": 1,
        "cited_article": 1,
        "supported": 1,
        "quotes": 4,
        "quotes_exact": 1,
    }
    assert {name: run.figures[name] for name in expected} == pytest.approx(expected)
    lost = {stage: count for stage, count in run.stages.items() if count}
    assert lost == {"wrong_boundaries": 1, "wrongly_refused": 1, "wrongly_answered": 1}
    assert run.complete
    assert run.curves.reliability and run.curves.risk_coverage


def test_each_conversation_starts_anew_and_keeps_its_turns(assistant: Assistant, data: Path) -> None:
    run = evaluated(
        assistant,
        data,
        {"id": "c", "turns": [asked("", LED, gold("Ada Marsh")), asked("", "When did she lead them?", "last winter")]},
        asked("alone", "When did she lead them?", "last winter"),
    )
    first, second, alone = run.rows
    assert [row.follow_up for row in run.rows] == [False, True, False]
    assert "Ada Marsh" in second.standalone_question
    assert alone.standalone_question == "When did she lead them?"
    assert first.standalone_question == LED


def test_singles_alone_have_no_figures_of_conversations(assistant: Assistant, data: Path) -> None:
    figures = evaluated(assistant, data, asked("q1", LED, gold("Ada Marsh"))).figures
    assert not [name for name in figures if name.startswith("answered_right_")]


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        (gold("Ada Marsh", text="Eda Marsh"), "not 'Eda Marsh'"),
        ({"file": "lighthouse.txt", "start": 9_000, "end": 9_009}, "beyond"),
        ({"file": "lighthouse.txt", "text": "Tom Reyes"}, "does not hold 'Tom Reyes'"),
        ({"file": "lighthouse.txt", "start": LIGHTHOUSE.index("\n"), "end": LIGHTHOUSE.index("\n") + 1}, "no words"),
    ],
)
def test_an_answer_that_is_not_in_its_file_is_a_problem(
    assistant: Assistant, data: Path, wrong: dict[str, Any], reason: str
) -> None:
    turns = [asked("", LED, gold("Ada Marsh"), wrong), asked("", "Was she led by the board?", "Ada Marsh")]
    run = evaluated(assistant, data, asked("q1", SANG, "Tom Reyes"), {"id": "c", "turns": turns})
    (problem,) = run.problems
    assert (problem.where, problem.id) == (f"{data}:2", "c.1")
    assert reason in problem.reason
    assert [row.id for row in run.rows] == ["q1", "c.2"], "the question is not scored, but later turns lean on it"
    assert "Ada Marsh" in run.rows[1].standalone_question
    assert not run.complete


def test_malformed_lines_and_rejected_questions_are_problems(assistant: Assistant, data: Path) -> None:
    run = evaluated(
        assistant,
        data,
        "{",
        asked("long", "Who? " * 500),
        asked("q1", LED, "Ada Marsh"),
        asked("q1", SANG, "Tom Reyes"),
    )
    assert [row.id for row in run.rows] == ["q1"]
    assert sorted((problem.where, problem.id) for problem in run.problems if problem.id) == [
        (f"{data}:2", "long"),
        (f"{data}:4", "q1"),
    ]
    assert [problem.where for problem in run.problems if not problem.id] == [f"{data}:1"]
    assert run.figures["questions"] == 1


def test_of_the_first_lines_only_their_own_problems_count(assistant: Assistant, data: Path) -> None:
    lines = ["{", asked("q1", LED, "Ada Marsh"), "[", asked("q2", SANG, gold("Ada Marsh", text="Eda Marsh"))]
    first = evaluated(assistant, data, *lines, options=RunOptions(limit=1))
    assert [problem.where for problem in first.problems] == [f"{data}:1"]
    assert len(evaluated(assistant, data, *lines).problems) == 3


def test_limit_and_sample_choose_whole_conversations(assistant: Assistant, data: Path) -> None:
    turns = [asked("", LED, "Ada Marsh"), asked("", SANG, "Tom Reyes")]
    lines = [{"id": f"c{number}", "turns": turns} for number in range(5)]
    first = evaluated(assistant, data, *lines, options=RunOptions(limit=2))
    assert [row.id for row in first.rows] == ["c0.1", "c0.2", "c1.1", "c1.2"]
    sampled = evaluated(assistant, data, *lines, options=RunOptions(limit=2, sample=3))
    assert len(sampled.rows) == 4
    assert (sampled.provenance.limit, sampled.provenance.sample) == (2, 3)


def test_an_interrupted_run_goes_on_with_its_problems(assistant: Assistant, data: Path, tmp_path: Path) -> None:
    journal = tmp_path / "journal"
    lines = [
        asked("bad", LED, gold("Ada Marsh", text="Eda Marsh")),
        asked("q1", LED, gold("Ada Marsh")),
        asked("long", "Who? " * 500),
        asked("q2", SANG, "Tom Reyes"),
    ]

    def stop(stage: str, done: int, total: int) -> None:
        if done == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        evaluated(assistant, data, *lines, options=RunOptions(journal=journal, progress=stop))
    assert journal.stat().st_size > 0
    resumed = evaluated(assistant, data, *lines, options=RunOptions(journal=journal))
    whole = evaluated(assistant, data, *lines)
    timeless = [[replace(row, seconds=0, timings={}) for row in run.rows] for run in (resumed, whole)]
    assert timeless[0] == timeless[1]
    assert resumed.problems == whole.problems
    assert [problem.id for problem in whole.problems] == ["bad", "long"]


@pytest.mark.parametrize("change", ["gone", "edited", "other encoding"])
def test_a_quote_whose_file_is_not_as_it_was_is_not_exact(assistant: Assistant, data: Path, change: str) -> None:
    path = next(Path(name) for name in assistant.files() if name.endswith("lighthouse.txt"))
    if change == "gone":
        path.unlink()
    elif change == "edited":
        path.write_text("Early: " + LIGHTHOUSE, encoding="utf-8")
    else:
        path.write_bytes(b"\xff" + LIGHTHOUSE.encode("utf-16-le"))
    run = evaluated(assistant, data, asked("q1", LED, gold("Ada Marsh")), asked("q2", SANG, "Tom Reyes"))
    assert [(row.quotes_exact, row.quotes) for row in run.rows] == [(0, 1), (1, 1)]
    assert run.figures["quotes_exact"] == 0.5


def test_provenance_settings_and_json(assistant: Assistant, data: Path) -> None:
    run = evaluated(assistant, data, asked("q1", LED, gold("eleven years")))
    assert (run.provenance.kind, run.provenance.data) == ("questions", "questions.jsonl")
    assert (run.provenance.reader, run.provenance.embedder) == ("phrases", "fake words 64")
    assert run.provenance.index == assistant.fingerprints().index
    assert run.settings["passages_read"] == 1
    stored = json.loads(json.dumps(run.to_dict()))
    assert stored["rows"][0]["stage_lost"] == run.rows[0].stage_lost == "not_retrieved"


def test_the_settings_open_the_index(tmp_path: Path, data: Path) -> None:
    data.write_text(json.dumps(asked("q1", LED, "Ada Marsh")) + "\n", encoding="utf-8")
    with pytest.raises(StoreMissingError, match="nowhere"):
        evaluate_questions(data, settings=Settings(store=tmp_path / "nowhere"))
    with pytest.raises(DatasetError, match="missing"):
        evaluate_questions(tmp_path / "none.jsonl", settings=Settings(store=tmp_path / "nowhere"))


def test_the_shipped_questions(seed_assistant: Assistant, seeds: Path) -> None:
    """With the bundled models: every quote exact, every miss explained."""
    run = evaluate_questions(seeds / "questions.jsonl", assistant=seed_assistant)
    assert run.complete
    assert run.figures["quotes_exact"] == 1
    assert run.figures["quotes"] > 50
    assert sum(run.stages.values()) == sum(row.em_at_threshold != 100 for row in run.rows) > 0
    for row in run.rows:
        assert (row.stage_lost is None) == (row.em_at_threshold == 100) == (row.lost_because is None), row.id
        if row.answerable and row.stage_lost:
            assert row.gold_excerpt is not None, row.id
    assert run.stages["not_ingested"] == run.stages["cleaned_away"] == 0, "gold answers stand in what is kept"
