"""Names of the fields of records, given on the command line or in the settings file."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from .test_cli import run


@pytest.fixture
def records(tmp_path: Path) -> Path:
    path = tmp_path / "records.jsonl"
    record = {"head": "Bridge reopens", "prose": "The bridge in Oxwell was opened to traffic again on Monday."}
    path.write_text(json.dumps(record), encoding="utf-8")
    return path


def test_fields_are_named_by_options_or_settings(records: Path, tmp_path: Path) -> None:
    unnamed = run("clean", records)
    assert unnamed.returncode == 4
    assert "its fields are 'head', 'prose'" in unnamed.stderr
    assert "--field text=NAME" in unnamed.stderr
    named = run("clean", records, "--json", "--field", "text=story", "--field", "text=prose", "--field", "title=head")
    assert named.returncode == 0, named.stderr
    assert json.loads(named.stdout)["metadata"]["title"] == "Bridge reopens"
    config = tmp_path / "assistant.toml"
    config.write_text('[fields]\ntext = "prose"\ntitle = ["head"]\n', encoding="utf-8")
    assert run("clean", records, "--json", "--config", config).stdout == named.stdout


@pytest.mark.parametrize(
    ("option", "code", "says"),
    [("text", 2, "is not FIELD=NAME"), ("text=", 2, "is not FIELD=NAME"), ("prose=text", 3, "'fields' from the call")],
)
def test_mistakes_are_told(records: Path, option: str, code: int, says: str) -> None:
    finished = run("index", records, "--field", option)
    assert says in " ".join(finished.stderr.split()), finished.stderr
    assert "Traceback" not in finished.stderr
    assert finished.returncode == code
