"""The configuration file: what it says, and what is said about its mistakes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from assistant.errors import SettingsError
from assistant.models.files import FAST_READER
from assistant.training.config import DEFAULT, load_config

SMALL = """
[examples]
held_out = 3
[examples.passes]
people = 1.0
[optimiser]
tokens = 1000
"""


def test_the_bundled_configuration_is_valid_and_names_its_data() -> None:
    config = load_config()
    assert config.examples.passes["squad"] > 0
    assert config.optimiser.tokens > 1_000_000


def test_what_is_left_out_has_defaults(tmp_path: Path) -> None:
    path = tmp_path / "small.toml"
    path.write_text(SMALL, encoding="utf-8")
    config = load_config(path)
    assert (config.base, config.examples.retyped, config.optimiser.averaging) == ("bundled-embedder", 0.0, 0.0)


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (("held_out = 3", "held_aut = 3"), "examples.held_aut"),
        (("held_out = 3", "cropped = 1.5"), "examples.cropped"),
        (("tokens = 1000", "tokens = 0"), "optimiser.tokens"),
        (("tokens = 1000", ""), "optimiser.tokens"),
        (("people = 1.0", "people = -1.0"), "examples.passes.people"),
        (("people = 1.0", "people = oops"), "TOML"),
    ],
)
def test_a_mistake_is_named_with_the_file(tmp_path: Path, change: tuple[str, str], named: str) -> None:
    path = tmp_path / "wrong.toml"
    path.write_text(SMALL.replace(*change), encoding="utf-8")
    with pytest.raises(SettingsError, match=named) as raised:
        load_config(path)
    assert "wrong.toml" in str(raised.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"nowhere\.toml"):
        load_config(tmp_path / "nowhere.toml")


@pytest.mark.parametrize("recipe", ["first", "second", "third"])
def test_the_bundled_readers_recipes_are_what_its_record_says(recipe: str) -> None:
    told = load_config(DEFAULT.parent / "recipes" / f"{recipe}.toml").model_dump()
    record = json.loads((FAST_READER / "training.json").read_text(encoding="utf-8"))
    runs = [*record["average_of"], *record["teacher_of_the_second"]["average_of"]]
    configs = [run["config"] for run in runs if "config" in run]
    assert any(_agree(told, config) for config in configs)


def _agree(told: dict[str, Any], recorded: dict[str, Any]) -> bool:
    """Whether all that both know is the same; an older record lacks keys, and has one that is gone (history)."""
    return all(
        _agree(told[key], value) if isinstance(value, dict) else told[key] == value
        for key, value in recorded.items()
        if key in told
    )
