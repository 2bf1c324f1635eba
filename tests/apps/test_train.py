"""``assistant train``: a reader from files by the command line, cut and gone on with, and carried elsewhere."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from assistant.datasets.reading import load_reading
from assistant.pipeline import Assistant

CONFIG = """
seed = 1
base = "{base}"
max_length = 96
[examples]
held_out = 4
unanswerable = 0.5
[examples.passes]
people = 1.0
[optimiser]
tokens = {tokens}
batch_tokens = 1000
peak_rate = 3e-3
"""


def command(*arguments: str | Path) -> list[str]:
    return [sys.executable, "-m", "assistant.apps.cli", "train", *map(str, arguments)]


def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command(*arguments), capture_output=True, text=True, env={**os.environ})


@pytest.fixture
def short(tiny_base: Path, tmp_path: Path) -> Path:
    path = tmp_path / "short.toml"
    path.write_text(CONFIG.format(base=tiny_base, tokens=6_000), encoding="utf-8")
    return path


def test_train_tells_how_it_goes_and_leaves_a_reader(small_data: Path, short: Path, tmp_path: Path) -> None:
    done = run("reader", small_data, tmp_path / "run", "--config", short, "--threads", "1")
    assert done.returncode == 0, done.stderr
    assert "loss" in done.stdout
    assert "tokens/s" in done.stdout
    assert f"ASSISTANT_READER={tmp_path / 'run'}" in done.stdout
    assert (tmp_path / "run" / "model.safetensors").is_file()


def test_a_terminated_run_keeps_a_checkpoint_and_says_how_to_go_on(
    tiny_base: Path, small_data: Path, tmp_path: Path
) -> None:
    endless, folder = tmp_path / "endless.toml", tmp_path / "run"
    endless.write_text(CONFIG.format(base=tiny_base, tokens=10**9), encoding="utf-8")
    process = subprocess.Popen(
        command("reader", small_data, folder, "--config", endless, "--threads", "1"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    while process.poll() is None and not (folder / "training.jsonl").is_file():
        time.sleep(0.05)
    process.send_signal(signal.SIGTERM)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "resumes from the checkpoint" in errors
    assert (folder / "checkpoint.safetensors").is_file()


def test_a_bundle_holds_all_that_training_needs(small_data: Path, short: Path, tmp_path: Path) -> None:
    bundle = tmp_path / "bundle"
    made = run("bundle", small_data, bundle, "--config", short)
    assert made.returncode == 0, made.stderr
    assert "MB in" in made.stdout
    arguments = ("--config", bundle / "reader.toml", "--base", bundle / "base", "--threads", "1")
    done = run("reader", bundle / "data", tmp_path / "run", *arguments)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "run" / "model.safetensors").is_file()


def test_a_bundle_is_never_written_over_something(small_data: Path, short: Path, tmp_path: Path) -> None:
    (tmp_path / "kept").mkdir()
    (tmp_path / "kept" / "letter.txt").write_text("dear", encoding="utf-8")
    refused = run("bundle", small_data, tmp_path / "kept", "--config", short)
    assert refused.returncode == 3
    assert "is not empty" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_a_bundle_does_not_promise_a_teacher_that_stays_behind(small_data: Path, short: Path, tmp_path: Path) -> None:
    taught = tmp_path / "taught.toml"
    taught.write_text(f'{short.read_text(encoding="utf-8")}\n[teacher]\nreader = "elsewhere"\n', encoding="utf-8")
    refused = run("bundle", small_data, tmp_path / "bundle", "--config", taught)
    assert refused.returncode != 0
    assert "names the teacher elsewhere" in refused.stderr
    assert not (tmp_path / "bundle").exists()


def test_mistakes_are_explained(small_data: Path, short: Path, tmp_path: Path) -> None:
    absent = run("reader", tmp_path, tmp_path / "run", "--config", short)
    assert absent.returncode == 3
    assert "does not hold people" in absent.stderr
    wrong = tmp_path / "wrong.toml"
    wrong.write_text("seeed = 1", encoding="utf-8")
    refused = run("reader", small_data, tmp_path / "run", "--config", wrong)
    assert refused.returncode == 3
    assert "seeed" in refused.stderr
    assert "Traceback" not in absent.stderr + refused.stderr


def test_questions_with_known_answers_become_a_training_file(seed_assistant: Assistant, tmp_path: Path) -> None:
    asked, out = tmp_path / "asked.jsonl", tmp_path / "distant.jsonl"
    lines = (
        {"id": "a", "question": "Who will head the Japanese liaison team?", "answers": ["Kenji Kanasugi"]},
        {"id": "b", "question": "Who painted the ceiling?", "answers": ["Michelangelo"]},
    )
    asked.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    done = run("distant", asked, out, "--store", seed_assistant.settings.store)
    assert done.returncode == 0, done.stderr
    made = load_reading(out).items
    assert {one.question for one in made} == {lines[0]["question"]}
    assert {gold.text for one in made for gold in one.golds} == {"Kenji Kanasugi"}
    assert any(not one.golds for one in made)
