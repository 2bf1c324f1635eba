"""README agrees with the code: its example runs, its commands, settings and places exist."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from assistant import Settings, sync
from assistant.apps.cli import Exit, app, evaluation
from assistant.articles.fetching.base import FetchSettings
from assistant.articles.formats import SUFFIXES, FieldMap, Limits
from assistant.evaluation.figures import FIGURES
from assistant.evaluation.results import STAGES
from assistant.index.catalogue.schema import TABLES
from assistant.records import Metadata

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
    commands = get_command(app).commands  # type: ignore[attr-defined]
    names = [name for name, command in commands.items() if not hasattr(command, "commands")]
    names += [f"{group} {name}" for group in ("eval", "train") for name in commands[group].commands]
    assert {"index", "articles", "remove", "clean", "ask", "chat", "eval cleaning", "train reader"} <= {*names}
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


@pytest.mark.parametrize("path", ["README.md", "assistant/articles/README.md", "vectorstore/README.md"])
def test_settings_named_in_readmes_exist(path: str) -> None:
    for name in re.findall(r"ASSISTANT_([A-Z_]+)", (ROOT / path).read_text(encoding="utf-8")):
        assert name == "DATA" or name.lower() in Settings.model_fields


def test_every_option_named_in_readme_exists() -> None:
    def options(command: Any) -> Iterator[str]:
        for parameter in command.params:
            yield from (*parameter.opts, *parameter.secondary_opts)
        for inner in getattr(command, "commands", {}).values():
            yield from options(inner)

    there = {*options(get_command(app))}
    assert set(re.findall(r"(?<![\w-])--[a-z][a-z-]*", README)) <= there


def test_the_articles_readme_has_every_format_field_limit_and_piece_of_metadata() -> None:
    text = (ROOT / "assistant" / "articles" / "README.md").read_text(encoding="utf-8")
    table = text.split("| format |")[1].split("\n\n")[0]
    assert sorted(re.findall(r"`(\.\w+)`", table)) == sorted(SUFFIXES)
    for field in fields(FieldMap):
        assert f"| {field.name} | {', '.join(f'`{key}`' for key in getattr(FieldMap(), field.name))} |" in text
    for limit in fields(Limits):
        assert f"| `{limit.name}` | {getattr(Limits(), limit.name):,} |" in text
    for known in fields(Metadata):
        assert f"`{known.name}`" in text
    (entries,) = re.findall(r"first (\d+) entries", text)
    assert int(entries) == FetchSettings().max_entries


def test_the_store_readme_names_every_file_and_table(seeds: Path, tmp_path: Path) -> None:
    text = (ROOT / "vectorstore" / "README.md").read_text(encoding="utf-8")
    sync(sorted(seeds.glob("*.txt"))[:1], store=tmp_path / "store")
    for path in [*(tmp_path / "store").iterdir(), *(tmp_path / "store" / "bases").glob("*/*")]:
        if not path.name.startswith("catalogue.sqlite-"):  # SQLite's own, while the file is open
            assert re.search(rf"^ *{re.escape(path.name)}(/\d*)?", text, re.MULTILINE), path.name
    for table in re.findall(r"CREATE TABLE (\w+)", TABLES):
        assert f"`{table}`" in text, table


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


def test_every_tool_named_in_the_docs_exists() -> None:
    documents = [
        path
        for folder in ("assistant", "tests", "tools", "vectorstore")
        for path in ROOT.glob(f"{folder}/**/README.md")
    ]
    documents += ROOT.glob("*.md")
    said = r"tools[./](\w+)|`((?:bench|kill|fit)_\w+)`"
    found = (match for path in documents for match in re.finditer(said, path.read_text("utf-8")))
    named = {match[1] or match[2] for match in found if match[1] not in ("README", "cleaning_labels")}
    assert {"bench_pipeline", "bench_reader", "bench_embedder", "fit_evidence", "bench_sync", "kill_sync"} <= named
    for name in named:
        assert (ROOT / "tools" / f"{name}.py").is_file(), name
