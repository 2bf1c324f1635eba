"""An evaluation in the terminal: figures in words, what was lost, and nothing that steers the terminal."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import Any

import pytest

from assistant.apps.evaluation_view import show_evaluation
from assistant.evaluation.comparison import Comparison, Difference
from assistant.evaluation.results import STAGES, Curves, Kind
from tests.evaluation.made import HOSTILE, cleaned, every_kind, problem, reading, rewrites

KINDS: tuple[Kind, ...] = ("reading", "open", "questions", "conversation", "cleaning")


def comparison(text: Any = str) -> Comparison:
    return Comparison(
        kind="reading",
        shared=18,
        differences=(Difference("f1", True, 16, 50.0, 62.5, 12.5, 1.25, 24.0, "better"),),
        gained=tuple(text(f"q{place}") for place in range(12)),
        lost=(text("q77"),),
        only_new=(),
        only_old=(),
        warnings=(text("The data differs."),),
    )


def test_figures_are_named_in_words_with_their_unit_and_their_name_in_the_json(
    capsys: pytest.CaptureFixture[str],
) -> None:
    show_evaluation(replace(reading(), figures={"em": 81.25, "auroc": 0.7654, "questions": 1234}), verbose=False)
    said = capsys.readouterr()
    lines = [" ".join(line.split()) for line in said.out.splitlines()]
    assert lines[0] == "reading: questions.jsonl, 18 questions"
    for line in (
        "Surest answer, however unsure",
        "Exact match 81.25 % em",
        "AUROC 0.765 auroc",
        "Questions 1,234 questions",
    ):
        assert line in lines
    assert "PARTIAL" not in said.out
    assert said.err == ""


def test_on_a_narrow_line_labels_keep_their_indent_and_names_are_whole(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    show_evaluation(reading(), verbose=False)
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= 60
    place = next(place for place, line in enumerate(lines) if "em_answerable_at_threshold" in line)
    assert lines[place].startswith("  Exact match there, ")
    assert lines[place + 1].rstrip() == "  answerable"
    words = {word for line in lines for word in line.split()}
    assert set(reading().figures) <= words
    assert all(line.startswith("  ") for line in lines if line.split()[:1] == ["threshold"])


@pytest.mark.parametrize("columns", ["40", "80", "200"])
def test_figures_are_never_cut(
    columns: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    figures = {"questions_per_second": 1234567.8, "questions": 12345678}
    show_evaluation(replace(reading(), figures=figures), verbose=False)
    out = capsys.readouterr().out
    assert "1,234,567.8 /s" in out and "12,345,678" in out
    assert "…" not in out


@pytest.mark.parametrize(("encoding", "block"), [("ascii", "#"), ("latin-1", "#"), ("cp437", "█"), ("utf-8", "█")])
def test_bars_are_drawn_with_what_the_output_can_write(
    encoding: str, block: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = io.BytesIO()
    monkeypatch.setattr("sys.stdout", io.TextIOWrapper(written, encoding=encoding, write_through=True))
    show_evaluation(reading(), verbose=False)
    said = written.getvalue().decode(encoding)
    assert block * 24 in said
    assert {"█", "#"} & set(said) == {block}
    assert "\x1b" not in said


def test_every_stage_is_counted_in_the_pipeline_s_order(capsys: pytest.CaptureFixture[str]) -> None:
    show_evaluation(reading(20), verbose=False)
    lines = [line.replace("█", "").split() for line in capsys.readouterr().out.splitlines()]
    counts = [(" ".join(line[:-1]), line[-1]) for line in lines[lines.index(["What", "came", "out"]) + 1 :]]
    stages = [(stage.replace("_", " "), "3" if stage in ("not_ingested", "cleaned_away") else "2") for stage in STAGES]
    assert counts == [("exactly right", "2"), *stages]


def test_a_partial_run_says_so_first_and_names_what_is_wrong_on_standard_error(
    capsys: pytest.CaptureFixture[str],
) -> None:
    show_evaluation(replace(reading(), problems=(problem(),) * 25), verbose=False)
    said = capsys.readouterr()
    first = said.out.splitlines()[0]
    assert first == "PARTIAL: 25 items of the data could not be scored; the figures below are of the rest."
    errors = said.err.splitlines()
    assert errors[0] == "Not scored: questions.jsonl:3 (q99): The answer 'x' is not in its context. Correct it."
    assert len(errors) == 21
    assert errors[-1] == "… and 5 more (--json lists them all)."


def test_limit_and_seed_are_said(capsys: pytest.CaptureFixture[str]) -> None:
    show_evaluation(replace(reading(), provenance=replace(reading().provenance, limit=18, sample=7)), verbose=False)
    assert capsys.readouterr().out.startswith("reading: questions.jsonl, 18 questions (--limit 18 --sample 7)\n")


def test_misses_are_listed_when_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    show_evaluation(reading(9), verbose=False)
    brief = capsys.readouterr().out
    show_evaluation(reading(9), verbose=True)
    listed = capsys.readouterr().out
    assert "Who leads" not in brief
    assert listed.startswith(brief.rstrip())
    assert listed.count("Who leads") == 8
    facts = "  answered: Bea Holt 4 (0.40)\n  gold: Ada Marsh 4 | Marsh 4\n"
    assert f"q4  out scored: another was surer\n  Who leads delegation 4?\n{facts}" in listed
    assert "  answered: Bea Holt 7 (0.70)\n  gold: (a refusal)\n" in listed
    assert "q0  not ingested: another was surer\n  Who leads delegation 0?\n  gold: Ada Marsh 0" in listed


def test_misses_of_rewrites_and_files_are_listed_in_their_own_words(capsys: pytest.CaptureFixture[str]) -> None:
    show_evaluation(rewrites(), verbose=True)
    listed = capsys.readouterr().out
    facts = "  interpreted: And where is Marsh?\n  gold: And where is Ada Marsh?\n"
    assert f"c2.2  words missing\n  And where?\n{facts}" in listed
    assert "  Words missing: ada\n" in listed
    show_evaluation(cleaned(), verbose=True)
    listed = capsys.readouterr().out
    assert listed.index("dropped: body dropped of bad.txt") < listed.index("kept: clutter kept of good.txt")
    assert "whole.txt" not in listed


def test_a_comparison_is_told_in_sentences(capsys: pytest.CaptureFixture[str]) -> None:
    show_evaluation(reading(), verbose=False, comparison=comparison())
    said = capsys.readouterr().out
    assert "Compared with the earlier run (18 questions in both)" in said
    assert "Note: The data differs." in said
    assert comparison().differences[0].sentence in said
    assert "Better: 12 (q0, q1, q2, q3, q4, q5, q6, q7, q8, q9 and 2 more)" in said
    assert "Worse: 1 (q77)" in said
    assert "alone" not in said


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_in_the_data_steers_the_terminal_or_forges_a_line(
    kind: Kind, capsys: pytest.CaptureFixture[str]
) -> None:
    def hostile(text: str) -> str:
        return f"{text}{HOSTILE}\nPARTIAL: forged\r\n"

    evaluation = replace(every_kind(hostile)[kind], problems=(problem(hostile),))
    show_evaluation(evaluation, verbose=True, comparison=replace(comparison(hostile), kind=kind))
    said = capsys.readouterr()
    for text in (said.out, said.err):
        assert not set("\x1b\x07\x00\x9b\u202e\ud800\r") & set(text)
        assert "[red]" in text
        assert [line for line in text.splitlines() if line.startswith("PARTIAL: forged")] == []


@pytest.mark.parametrize("kind", KINDS)
def test_an_evaluation_without_rows_is_shown(kind: Kind, capsys: pytest.CaptureFixture[str]) -> None:
    nothing = replace(every_kind()[kind], rows=(), figures={}, stages={}, curves=Curves(), problems=(problem(),))
    show_evaluation(nothing, verbose=True)
    assert "PARTIAL: 1 item of" in capsys.readouterr().out
