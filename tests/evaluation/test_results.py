"""Evaluations are written as JSON and read back, and say what they were made with."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from pydantic import TypeAdapter

import assistant
from assistant.errors import DatasetError
from assistant.evaluation.provenance import data_digest, provenance
from assistant.evaluation.results import (
    STAGES,
    AskedRow,
    CleaningRow,
    Curves,
    Evaluation,
    Excerpt,
    Kind,
    Problem,
    ReadingRow,
    ReliabilityBin,
    RewriteRow,
    RiskCoveragePoint,
    Row,
    Stage,
    load_evaluation,
)
from assistant.records import Fingerprints

ANSWER = {
    "id": "q1",
    "seconds": 0.5,
    "em": 0.0,
    "f1": 200 / 3,
    "question": "Who?",
    "gold": ("Ada Marsh", "Marsh"),
    "answerable": True,
    "predicted": "Ada “Marsh”",
    "confidence": 0.25,
    "answered": False,
    "em_at_threshold": 0.0,
    "f1_at_threshold": 0.0,
    "right": False,
    "stage_lost": "wrongly_refused",
    "lost_because": "0.25 is below 0.3",
    "quote": Excerpt("By Ada “Marsh”.", 3, 14, "a.txt"),
    "gold_excerpt": None,
}
ROWS: dict[Kind, Row] = {
    "reading": ReadingRow(**ANSWER, predicted_spans=("a", "b"), source="x"),
    "open": AskedRow(
        **ANSWER,
        standalone_question="Who?",
        follow_up=False,
        rank=None,
        article_rank=3,
        cited_article=None,
        supported=None,
        quotes_exact=0,
        quotes=0,
        timings={"read": 0.1},
    ),
    "conversation": RewriteRow(
        id="c",
        seconds=0.1,
        em=100.0,
        f1=None,
        question="When?",
        gold=("When was it?",),
        predicted="When was it?",
        added=2,
        added_predicted=2,
        added_common=2,
        history=("It was.",),
    ),
    "cleaning": CleaningRow(id="p", seconds=0.1, em=None, f1=50.0, precision=0.5, recall=0.5, kept=3, gold_words=4),
}


def evaluation(kind: Kind, tmp_path: Path, *problems: Problem) -> Evaluation[Row]:
    (tmp_path / "data.txt").write_text("data", encoding="utf-8")
    return Evaluation(
        figures={"f1": 12.5},
        settings={"reader": "bundled", "prompts": None},
        provenance=provenance(kind, tmp_path / "data.txt", limit=3, sample=1, reader="reader v0"),
        rows=(ROWS[kind],),
        problems=problems,
        stages={"not_retrieved": 1},
        curves=Curves((ReliabilityBin(0.0, 0.1, 2, 0.05, 0.5),), (RiskCoveragePoint(0.5, 0.1, 0.7),)),
    )


@pytest.mark.parametrize("kind", sorted(ROWS))
def test_what_is_written_is_read_back(kind: Kind, tmp_path: Path) -> None:
    written = evaluation(kind, tmp_path, Problem("data.txt:3", None, "no question"))
    path = tmp_path / "result.json"
    path.write_text(json.dumps(written.to_dict()), encoding="utf-8")
    assert load_evaluation(path) == written


def test_the_json_has_the_promised_parts(tmp_path: Path) -> None:
    stored = evaluation("reading", tmp_path).to_dict()
    assert {"complete", "figures", "settings", "provenance", "rows", "problems"} <= stored.keys()
    assert stored["complete"] is True
    assert stored["figures"] == {"f1": 12.5}
    row = stored["rows"][0]
    assert {"id", "question", "gold", "predicted", "em", "f1", "confidence", "stage_lost"} <= row.keys()
    assert row["gold"] == ["Ada Marsh", "Marsh"]
    assert not evaluation("reading", tmp_path, Problem("x", None, "y")).complete


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"figures": {}}', '{"provenance": {"kind": "other"}}', "\x00", "3"])
def test_a_file_that_is_no_evaluation_is_named(tmp_path: Path, text: str) -> None:
    path = tmp_path / "old.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DatasetError, match=r"old\.json is not an evaluation"):
        load_evaluation(path)
    with pytest.raises(DatasetError, match=r"none\.json"):
        load_evaluation(tmp_path / "none.json")


def test_every_stage_is_described() -> None:
    (schema,) = [TypeAdapter(Stage).json_schema()]
    assert list(STAGES) == schema["enum"]


def test_the_digest_of_a_folder_covers_names_and_contents(tmp_path: Path) -> None:
    folder = tmp_path / "pages"
    (folder / "html").mkdir(parents=True)
    (folder / "html" / "a.html").write_text("one", encoding="utf-8")
    first = data_digest(folder)
    assert first == data_digest(folder)
    (folder / "html" / "a.html").write_text("two", encoding="utf-8")
    second = data_digest(folder)
    (folder / "html" / "a.html").rename(folder / "html" / "b.html")
    assert len({first, second, data_digest(folder)}) == 3


def test_data_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="missing"):
        data_digest(tmp_path / "missing")


def test_provenance_names_models_index_code_and_machine(tmp_path: Path) -> None:
    data = tmp_path / "q.jsonl"
    data.write_text("{}", encoding="utf-8")
    with_index = provenance("questions", data, limit=None, sample=None, fingerprints=Fingerprints("r", "e", "i"))
    assert (with_index.reader, with_index.embedder, with_index.index) == ("r", "e", "i")
    alone = provenance("reading", data, limit=None, sample=None, reader="r")
    assert (alone.reader, alone.embedder, alone.index) == ("r", None, None)
    assert alone.data == "q.jsonl" and len(alone.data_digest) == len(alone.code) == 64
    assert alone.version == assistant.__version__
    assert set(alone.machine) == {"system", "processor", "cores", "python"} and all(alone.machine.values())
    assert "onnxruntime" in alone.libraries


def test_the_commit_is_the_checkouts(tmp_path: Path) -> None:
    data = tmp_path / "q.jsonl"
    data.write_text("{}", encoding="utf-8")
    root = Path(assistant.__file__).parents[1]
    told = provenance("reading", data, limit=None, sample=None).commit
    if not (root / ".git").exists():
        assert told is None
    else:
        head = subprocess.run(["git", "-C", str(root), "rev-parse", "HEAD"], capture_output=True, text=True, check=True)
        assert told is not None and told.removesuffix("+changes") == head.stdout.strip()
