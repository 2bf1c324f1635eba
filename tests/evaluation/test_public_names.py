"""The same from Python: every evaluation by its public name, with paths as text or as paths."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import assistant.evaluation as public
from assistant.pipeline import Assistant

CONTEXT = "The harbour wall in Wexton is led by Ada Marsh. It was built in 1911."
READING = {
    "id": "q1",
    "question": "Who leads the harbour wall?",
    "context": CONTEXT,
    "answers": [{"text": "Ada Marsh", "start": CONTEXT.index("Ada Marsh")}],
}


def test_every_public_name_is_there() -> None:
    for name in public.__all__:
        assert getattr(public, name).__doc__, name


@pytest.mark.parametrize("kind", [str, Path])
def test_evaluations_reports_and_comparisons_in_a_few_lines(
    kind: type[str] | type[Path], seeds: Path, seed_assistant: Assistant, tmp_path: Path
) -> None:
    reading = tmp_path / "reading.jsonl"
    reading.write_text(json.dumps(READING) + "\n", encoding="utf-8")
    few = public.RunOptions(limit=2)
    runs = [
        public.evaluate_reading(kind(reading)),
        public.evaluate_open(kind(reading)),
        public.evaluate_questions(kind(seeds / "questions.jsonl"), assistant=seed_assistant, options=few),
        public.evaluate_conversation(kind(seeds / "questions.jsonl"), options=few),
        public.evaluate_cleaning(kind(seeds / "bodies.jsonl"), options=few),
    ]
    assert [run.provenance.kind for run in runs] == ["reading", "open", "questions", "conversation", "cleaning"]
    for run in runs:
        assert run.complete and run.rows and run.figures
        stored = tmp_path / f"{run.provenance.kind}.json"
        stored.write_text(json.dumps(run.to_dict()), encoding="utf-8")
        old = public.load_evaluation(kind(stored))
        assert old == run
        page = public.write_report(run, kind(tmp_path / run.provenance.kind), public.compare(run, old))
        assert page.is_file()
