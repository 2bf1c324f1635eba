"""``assistant eval`` as a script sees it: what is printed, what is written, exit codes, broken data, interruptions."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from assistant.pipeline import Assistant

CONTEXT = "The harbour wall in Wexton is led by Ada Marsh. It was built in 1911 by convicts. A vote is due on Friday."
QUESTIONS = {
    "q1": ("Who leads the harbour wall?", "Ada Marsh"),
    "q2": ("When was the harbour wall built?", "1911"),
    "q3": ("Who built the harbour wall?", "convicts"),
    "q4": ("Who painted the ceiling of the chapel?", None),
}


def evaluate(*arguments: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(_command(*arguments), capture_output=True, text=True, env={**os.environ, **environment})


def _command(*arguments: str | Path) -> list[str]:
    return [sys.executable, "-m", "assistant.apps.cli", "eval", *map(str, arguments)]


def line(name: str) -> dict[str, Any]:
    question, answer = QUESTIONS[name]
    answers = [{"text": answer, "start": CONTEXT.index(answer)}] if answer else []
    return {"id": name, "question": question, "context": CONTEXT, "answers": answers}


def written(path: Path, *lines: object) -> Path:
    path.write_text("\n".join(item if isinstance(item, str) else json.dumps(item) for item in lines) + "\n")
    return path


@pytest.fixture(scope="module")
def store(seed_assistant: Assistant) -> Path:
    return seed_assistant.settings.store


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return written(tmp_path / "data.jsonl", *map(line, QUESTIONS))


def test_reading_prints_a_table_and_writes_json_and_report(data: Path, tmp_path: Path) -> None:
    finished = evaluate("reading", data, "--json", tmp_path / "out.json", "--report", tmp_path / "report")
    assert finished.returncode == 0, finished.stderr
    assert "Exact match" in finished.stdout and "data.jsonl, 4 questions" in finished.stdout
    result = json.loads((tmp_path / "out.json").read_text())
    assert result["complete"] is True
    assert {"em", "f1", "em_at_threshold", "f1_at_threshold", "auroc", "ece", "questions_per_second"} <= result[
        "figures"
    ].keys()
    assert [row["id"] for row in result["rows"]] == list(QUESTIONS)
    assert result["rows"][0]["predicted"] == "Ada Marsh"
    assert "<html" in (tmp_path / "report" / "index.html").read_text()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["data.jsonl", "out.json", "report"]


def test_json_on_the_terminal_is_nothing_but_json(data: Path) -> None:
    finished = evaluate("reading", data, "--json", "-")
    assert json.loads(finished.stdout)["figures"]["questions"] == 4


def test_the_same_run_gives_the_same_figures(data: Path) -> None:
    first, second = (json.loads(evaluate("reading", data, "--json", "-").stdout) for _ in range(2))
    for result in (first, second):
        for name in ("questions_per_second", "seconds_p50", "seconds_p95"):
            result["figures"].pop(name)
        for row in result["rows"]:
            row.pop("seconds")
        result["provenance"].pop("date")
    assert first == second


def test_a_limit_takes_the_first_and_a_sample_is_seeded(data: Path) -> None:
    def ids(*options: str) -> list[str]:
        rows = json.loads(evaluate("reading", data, "--json", "-", *options).stdout)["rows"]
        return [row["id"] for row in rows]

    assert ids("--limit", "2") == ["q1", "q2"]
    drawn = ids("--limit", "2", "--sample", "3")
    assert len(drawn) == 2 and drawn == ids("--limit", "2", "--sample", "3")


def test_open_asks_over_all_contexts(data: Path, tmp_path: Path) -> None:
    finished = evaluate("open", data, "--json", tmp_path / "out.json", ASSISTANT_STORE=str(tmp_path / "unused"))
    assert finished.returncode == 0, finished.stderr
    figures = json.loads((tmp_path / "out.json").read_text())["figures"]
    assert {"recall@1", "recall@5", "recall@20", "mrr", "cited_article", "refused_right", "em", "f1"} <= figures.keys()
    assert figures["recall@1"] == 1.0
    assert not (tmp_path / "unused").exists(), "the user's own index is left alone"


def test_questions_are_asked_over_the_users_index(store: Path, tmp_path: Path) -> None:
    gold = {"file": "000_2a07ebe1bec97343.txt", "start": 717, "end": 731, "text": "Kenji Kanasugi"}
    asked = {"id": "1", "question": "Who will head the Japanese liaison team?", "answers": [gold]}
    finished = evaluate("questions", written(tmp_path / "q.jsonl", asked), "--store", store, "--json", "-")
    result = json.loads(finished.stdout)
    assert result["figures"]["em"] == result["figures"]["em_at_threshold"] == 100.0
    assert result["figures"]["quotes_exact"] == result["figures"]["supported"] == 1.0
    assert result["rows"][0]["stage_lost"] is None
    assert result["provenance"]["index"] and result["provenance"]["embedder"]


def test_conversation_retrieves_only_with_a_store(store: Path, seeds: Path) -> None:
    alone = json.loads(evaluate("conversation", seeds / "questions.jsonl", "--json", "-").stdout)["figures"]
    assert {"precision", "recall", "em"} <= alone.keys() and "recall@5" not in alone
    over = evaluate("conversation", seeds / "questions.jsonl", "--store", store, "--json", "-")
    assert {"recall@5", "recall@5_rewrite", "recall@5_bare"} <= json.loads(over.stdout)["figures"].keys()


def test_cleaning_is_measured(seeds: Path) -> None:
    figures = json.loads(evaluate("cleaning", seeds / "bodies.jsonl", "--json", "-").stdout)["figures"]
    assert {"precision", "recall", "f1"} <= figures.keys()


def test_broken_lines_are_named_and_counted_and_the_rest_is_scored(data: Path, tmp_path: Path) -> None:
    wrong_place = {**line("q2"), "id": "q5", "answers": [{"text": "1911", "start": 3}]}
    broken = written(tmp_path / "broken.jsonl", line("q1"), "{", line("q1"), wrong_place, {"id": "q6"}, line("q2"))
    finished = evaluate("reading", broken, "--json", tmp_path / "out.json")
    assert finished.returncode == 4
    assert "PARTIAL" in finished.stdout.splitlines()[0]
    for number in (2, 3, 4, 5):
        assert f"broken.jsonl:{number}" in finished.stderr
    result = json.loads((tmp_path / "out.json").read_text())
    assert result["complete"] is False
    assert [row["id"] for row in result["rows"]] == ["q1", "q2"]
    assert len(result["problems"]) == 4


def test_a_question_that_is_too_long_is_named_and_the_rest_is_scored(data: Path, tmp_path: Path) -> None:
    endless = {**line("q2"), "id": "q5", "question": "why " * 3000}
    finished = evaluate("reading", written(tmp_path / "long.jsonl", endless, line("q1")), "--json", "-")
    result = json.loads(finished.stdout)
    assert finished.returncode == 4
    assert [row["id"] for row in result["rows"]] == ["q1"]
    assert result["problems"][0]["where"].endswith("long.jsonl:1") and result["problems"][0]["id"] == "q5"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["reading", "{tmp}/none.jsonl"], r"none\.jsonl"),
        (["reading", "{tmp}/empty.jsonl"], r"empty\.jsonl.*empty"),
        (["reading", "{tmp}/rubbish.jsonl"], r"rubbish\.jsonl:1"),
        (["questions", "{tmp}/rubbish.jsonl", "--store", "{store}"], r"rubbish\.jsonl:1"),
        (["questions", "{data}", "--store", "{tmp}/none"], "There is no index in .*none"),
        (["conversation", "{tmp}/empty.jsonl"], r"empty\.jsonl.*empty"),
        (["cleaning", "{tmp}"], "ground-truth"),
        (["open", "{tmp}/none.jsonl"], r"none\.jsonl"),
        (["reading", "{data}", "--sample", "1"], "--limit"),
        (["reading", "{data}", "--json", "{tmp}/no/such/out.json"], "no/such"),
        (["reading", "{data}", "--report", "{data}/report"], "report"),
        (["reading", "{data}", "--compare", "{data}"], "is not an evaluation"),
        (["reading", "{data}", "--json", "{data}"], "would replace it"),
        (["reading", "{data}", "--json", "{tmp}"], "not a regular file"),
        (["reading", "{data}", "--json", "{tmp}/rubbish.jsonl"], "is no evaluation; it is not replaced"),
        (["cleaning", "{tmp}", "--report", "{tmp}/report"], "lies in the data"),
        (["reading", "{data}", "--json", "{tmp}/journal.json"], r"journal\.json\.partial is not the journal"),
        (["reading", "{data}", "--report", "{tmp}/site"], r"index\.html"),
    ],
)
def test_errors_are_explained_without_a_traceback(
    store: Path, data: Path, tmp_path: Path, arguments: list[str], says: str
) -> None:
    (tmp_path / "empty.jsonl").write_text("\n")
    (tmp_path / "rubbish.jsonl").write_text("rubbish\n")
    (tmp_path / "journal.json.partial").write_text("mine\n")
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "index.html").write_text("<h1>mine</h1>")
    finished = evaluate(*(item.format(tmp=tmp_path, store=store, data=data) for item in arguments))
    assert finished.returncode == 3
    assert finished.stdout == ""
    assert finished.stderr.startswith("Error: ")
    assert re.search(says, finished.stderr), finished.stderr
    assert (tmp_path / "journal.json.partial").read_text() == "mine\n"
    assert (tmp_path / "site" / "index.html").read_text() == "<h1>mine</h1>"


def test_an_old_run_that_cannot_be_compared_costs_nothing(data: Path, seeds: Path, tmp_path: Path) -> None:
    other_kind, other_questions, out = tmp_path / "kind.json", tmp_path / "questions.json", tmp_path / "out.json"
    assert evaluate("cleaning", seeds / "bodies.jsonl", "--json", other_kind).returncode == 0
    early = evaluate("reading", data, "--json", out, "--compare", other_kind)
    assert early.returncode == 3 and "eval cleaning" in early.stderr
    assert not out.exists()
    renamed = written(tmp_path / "renamed.jsonl", *({**line(name), "id": f"other {name}"} for name in QUESTIONS))
    assert evaluate("reading", renamed, "--json", other_questions).returncode == 0
    late = evaluate("reading", data, "--json", out, "--report", tmp_path / "report", "--compare", other_questions)
    assert late.returncode == 3 and "Error: " in late.stderr
    assert "Exact match" in late.stdout, "the figures are shown all the same"
    assert json.loads(out.read_text())["complete"] and (tmp_path / "report" / "index.html").exists()


@pytest.mark.skipif(sys.platform != "linux", reason="file names are bytes on Linux only")
def test_a_name_that_is_no_text_is_written_in_numbers(data: Path, tmp_path: Path) -> None:
    odd = tmp_path / os.fsdecode(b"s\xff.jsonl")
    odd.write_bytes(data.read_bytes() + b"{\n")
    finished = evaluate("reading", odd, "--json", tmp_path / "out.json", "--report", tmp_path / "report")
    assert finished.returncode == 4, finished.stderr
    result = json.loads((tmp_path / "out.json").read_text())
    assert result["provenance"]["data"] == "s\\xff.jsonl"
    assert "s\\xff.jsonl:5" in result["problems"][0]["where"]


def test_compare_says_what_changed(data: Path, tmp_path: Path) -> None:
    assert evaluate("reading", data, "--json", tmp_path / "old.json").returncode == 0
    lenient = evaluate("reading", data, "--compare", tmp_path / "old.json", ASSISTANT_MIN_CONFIDENCE="0")
    assert lenient.returncode == 0, lenient.stderr
    assert "min_confidence" in lenient.stdout
    assert "q4" in lenient.stdout, "the unanswerable question is answered now"


def _heed_interrupts() -> None:
    """A shell that starts the tests in the background makes what they start deaf to interrupts."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def test_an_interrupted_run_says_so_and_is_resumed(tmp_path: Path) -> None:
    many = [{**line("q1"), "id": f"q{number}"} for number in range(3000)]
    data, out = written(tmp_path / "many.jsonl", *many), tmp_path / "out.json"
    journal = tmp_path / "out.json.partial"
    running = subprocess.Popen(
        _command("reading", data, "--json", out),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=_heed_interrupts,
    )
    while running.poll() is None and _lines(journal) < 20:
        time.sleep(0.02)
    running.send_signal(signal.SIGINT)
    printed, said = running.communicate()
    assert running.returncode == 130
    assert printed == "", "no figure of a run that is not whole"
    assert "resumes" in said and "Traceback" not in said
    assert not out.exists()
    done = _lines(journal) - 1

    # The rest would take a while, so it is written into the journal: only the last item is still to be scored.
    header, *kept = journal.read_bytes().splitlines()
    rest = [_renumbered(json.loads(kept[0]), number) for number in range(done, 2999)]
    journal.write_bytes(b"".join(item + b"\n" for item in [header, *kept, *rest]))
    finished = evaluate("reading", data, "--json", out)
    assert finished.returncode == 0, finished.stderr
    assert "Resuming after 2999 of 3000" in finished.stderr
    assert [row["id"] for row in json.loads(out.read_text())["rows"]] == [f"q{number}" for number in range(3000)]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["many.jsonl", "out.json"]


def _renumbered(item: dict[str, Any], number: int) -> bytes:
    """A journal's item as that of another of the same questions."""
    where = item["item"][0].rpartition(":")[0]
    (row,) = item["scored"]["rows"]
    scored = {**item["scored"], "rows": [{**row, "id": f"q{number}"}]}
    return json.dumps({"item": [f"{where}:{number + 1}", f"q{number}"], "scored": scored}).encode()


def _lines(path: Path) -> int:
    return path.read_bytes().count(b"\n") if path.exists() else 0
