"""Reading sets in the open, with the bundled models: contexts become articles, whatever is in them."""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path
from typing import Any

import pytest

from assistant.errors import DatasetError, NothingToIndexError
from assistant.evaluation.open_domain import evaluate_open
from assistant.evaluation.results import AskedRow, Evaluation
from assistant.evaluation.run import RunOptions
from assistant.settings import Settings

BRIDGE = (
    "The Karlin bridge was designed by the engineer Rosa Lindqvist and opened to traffic in 1931. It crosses the "
    "river Ostra near the town of Karlin, and it replaced a ferry that had sunk in a storm."
)
OWL = (
    "The marsh owl hunts voles and frogs at dusk over wet meadows. Its nest is a hollow in the grass, where the "
    "female lays between four and seven eggs in the month of April."
)
ORCHESTRA = (
    "The Velden orchestra was founded in 1968 by the cellist Mateo Brandt.\r\nIt plays thirty concerts a year, "
    "most of them in the old tram depot, which the city gave it for one crown."
)
#: Decodes as UTF-8, but so many control characters are no article.
BINARY = "The safe holds\x01\x02\x03\x04\x05\x06\x07 nine rubies\x01\x02\x03\x04\x05\x06\x07 of the queen."


def line(name: str, question: str, context: str, *answers: str, **more: Any) -> dict[str, Any]:
    golds = [{"text": text, "start": context.index(text)} for text in answers]
    return {"id": name, "question": question, "context": context, "answers": golds, **more}


LINES = [
    line("bridge", "Who designed the Karlin bridge?", BRIDGE, "Rosa Lindqvist", "the engineer Rosa Lindqvist"),
    line("opened", "When was the Karlin bridge opened to traffic?", BRIDGE, "1931"),
    line("owl", "What does the marsh owl hunt?", OWL, "voles", "frogs", multi_span=True),
    line("cellist", "Who founded the Velden orchestra?", ORCHESTRA, "Mateo Brandt"),
    line("depot", "Where does the Velden orchestra play most of its concerts?", ORCHESTRA, "the old tram depot"),
    line("safe", "How many rubies of the queen does the safe hold?", BINARY, "nine"),
    line("nobody", "Who won the chess championship of Peru in 1950?", OWL),
]


def written(path: Path, lines: list[dict[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(item) + "\n" for item in lines), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Evaluation[AskedRow]:
    folder = tmp_path_factory.mktemp("open")
    return evaluate_open(written(folder / "set.jsonl", LINES), settings=Settings(store=folder / "own"))


def test_every_question_is_asked_over_all_contexts(run: Evaluation[AskedRow]) -> None:
    assert [row.id for row in run.rows] == [item["id"] for item in LINES]
    rows = {row.id: row for row in run.rows}
    for name in ("bridge", "opened", "cellist"):
        assert rows[name].em == 100
        assert (rows[name].article_rank, rows[name].cited_article, rows[name].supported) == (1, True, True)
    assert rows["bridge"].gold == ("Rosa Lindqvist", "the engineer Rosa Lindqvist")
    assert rows["nobody"].answered is False
    assert not any(row.follow_up for row in run.rows)


def test_spans_of_a_set_are_alternatives(run: Evaluation[AskedRow]) -> None:
    row = next(row for row in run.rows if row.id == "owl")
    assert row.gold == ("voles", "frogs")
    assert row.rank == 1


def test_a_context_that_cannot_be_indexed_loses_its_questions_in_the_open(run: Evaluation[AskedRow]) -> None:
    row = next(row for row in run.rows if row.id == "safe")
    assert row.stage_lost == "not_ingested"
    assert "context-000004.txt is not in the index" in (row.lost_because or "")
    assert "binary" in (row.lost_because or "")
    assert (row.article_rank, row.rank, row.em_at_threshold) == (None, None, 0)
    assert run.stages["not_ingested"] == 1
    assert run.complete, "the data are sound; it is the assistant that cannot index them"


def test_figures(run: Evaluation[AskedRow]) -> None:
    assert (run.figures["questions"], run.figures["answerable"], run.figures["unanswerable"]) == (7, 6, 1)
    assert run.figures["recall@5"] == pytest.approx(5 / 6)
    assert run.figures["passage_recall@5"] == pytest.approx(5 / 6)
    assert {"recall@1", "recall@20", "mrr", "passage_mrr", "cited_article", "quotes"} <= run.figures.keys()
    assert run.figures["quotes_exact"] == 1
    assert 0 < run.figures["threshold"] < 1


def test_nothing_remains_and_the_own_store_is_left_alone(run: Evaluation[AskedRow]) -> None:
    own = Path(run.settings["store"])
    assert own.name == "own", "the run is recorded with the user's settings, so that it can be repeated"
    assert not own.exists()
    for row in run.rows:
        assert row.quote is None or not Path(row.quote.where).exists()


def test_all_contexts_are_indexed_whatever_the_limit(
    tmp_path: Path, run: Evaluation[AskedRow], monkeypatch: pytest.MonkeyPatch
) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    stages: set[str] = set()
    limited = evaluate_open(
        written(tmp_path / "set.jsonl", LINES),
        settings=Settings(store=tmp_path / "own"),
        options=RunOptions(limit=1, progress=lambda stage, done, total: stages.add(stage)),
    )
    assert [row.id for row in limited.rows] == ["bridge"]
    assert limited.provenance.index == run.provenance.index
    assert limited.provenance.data_digest == run.provenance.data_digest
    assert stages == {"read", "load", "embed", "score"}
    assert os.listdir(temporary) == []


def test_flaws_of_the_data_are_problems(tmp_path: Path) -> None:
    lines = [LINES[0], {**LINES[1], "answers": [{"text": "1931", "start": 3}]}, {**LINES[3], "id": "bridge"}]
    found = evaluate_open(written(tmp_path / "set.jsonl", lines), settings=Settings(store=tmp_path / "own"))
    assert [row.id for row in found.rows] == ["bridge"]
    assert [problem.where.rpartition(":")[2] for problem in found.problems] == ["2", "3"]
    assert not found.complete


def test_of_the_first_questions_only_their_own_problems_count(tmp_path: Path) -> None:
    lines = [LINES[0], {"id": "late"}, LINES[3]]
    found = evaluate_open(
        written(tmp_path / "set.jsonl", lines), settings=Settings(store=tmp_path / "own"), options=RunOptions(limit=1)
    )
    assert [row.id for row in found.rows] == ["bridge"]
    assert found.complete


def test_data_without_a_single_use_are_told(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="missing"):
        evaluate_open(tmp_path / "none.jsonl", settings=Settings(store=tmp_path / "own"))
    with pytest.raises(NothingToIndexError, match="binary"):
        evaluate_open(written(tmp_path / "set.jsonl", [LINES[5]]), settings=Settings(store=tmp_path / "own"))
