"""README agrees with the code: its example runs, its commands, settings and places exist."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from typer.main import get_command

from assistant import Settings
from assistant.apps.cli import Exit, app, evaluation
from assistant.evaluation.figures import FIGURES
from assistant.evaluation.results import STAGES

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_python_example_runs(
    seeds: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (example,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    shutil.copytree(seeds, tmp_path / "articles", ignore=shutil.ignore_patterns("*.jsonl"))
    monkeypatch.chdir(tmp_path)
    exec(compile(example, "README.md", "exec"), {})  # noqa: S102
    printed = capsys.readouterr().out
    assert printed.startswith("Kenji Kanasugi ")
    assert "When will Kenji Kanasugi visit?" in printed


def test_every_command_is_in_readme() -> None:
    names = [command.name or command.callback.__name__ for command in app.registered_commands if command.callback]
    names += [f"eval {command.name}" for command in evaluation.registered_commands]
    assert len(names) >= 4
    for name in names:
        assert f"assistant {name}" in README, name


def test_every_exit_code_is_in_readme() -> None:
    (codes,) = re.findall(r"Exit codes: (.*?)\.\n", README, re.DOTALL)
    assert [int(code) for code in re.findall(r"\d+", codes)] == [code for code in Exit if code < 128]


def test_every_place_of_the_tree_exists() -> None:
    tree = README.split("## The tree")[1].split("## Figures")[0]
    folder = ROOT
    for line in re.findall(r"^    .*$", tree, re.MULTILINE):
        name = line.split()[0]
        inside = line.startswith("      ")
        assert ((ROOT / "assistant" if inside else folder) / name).exists(), name


def test_settings_named_in_readme_exist() -> None:
    for name in re.findall(r"ASSISTANT_([A-Z_]+)", README):
        assert name == "DATA" or name.lower() in Settings.model_fields


def test_the_evaluation_readme_names_every_figure_stage_and_option() -> None:
    text = (ROOT / "assistant" / "evaluation" / "README.md").read_text(encoding="utf-8")
    for figure in FIGURES:
        assert f"`{figure.name}`" in text and figure.meaning in text, figure.name
    for stage, meaning in STAGES.items():
        assert f"| `{stage}` | {meaning} |" in text, stage
    for command in get_command(evaluation).commands.values():  # type: ignore[attr-defined]
        assert f"assistant eval {command.name}" in text
        for option in (name for parameter in command.params for name in parameter.opts if name.startswith("--")):
            assert option in text or option in ("--config", "--help"), option


def test_every_benchmark_named_in_the_docs_exists() -> None:
    documents = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *ROOT.glob("assistant/models/*/README.md")]
    named = {name for path in documents for name in re.findall(r"tests\.benchmarks\.(\w+)", path.read_text("utf-8"))}
    assert {"bench_pipeline", "bench_reader", "bench_embedder", "fit_evidence"} <= named
    for name in named:
        assert (ROOT / "tests" / "benchmarks" / f"{name}.py").is_file(), name
