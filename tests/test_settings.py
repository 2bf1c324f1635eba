"""Settings: precedence, and errors that name key, place and remedy."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant import Settings, SettingsError, load_settings


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "assistant.toml"
    path.write_text('store = "from-file"\npassages_read = 5\n', encoding="utf-8")
    return path


def test_later_sources_win(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert load_settings().store == Path("vectorstore")
    assert load_settings(config).store == Path("from-file")
    monkeypatch.setenv("ASSISTANT_STORE", "from-environment")
    assert load_settings(config).store == Path("from-environment")
    chosen = load_settings(config, store="from-call", reader=None)
    assert (chosen.store, chosen.passages_read, chosen.reader) == (Path("from-call"), 5, "fast")


def test_the_data_folder_is_not_a_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASSISTANT_DATA", "/somewhere")
    assert load_settings() == Settings()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("stoer = 'x'", r"'stoer' from .*assistant\.toml: unknown setting; known: .*store"),
        ("passages_read = 0", r"'passages_read' from .*assistant\.toml: .*greater than or equal to 1.*got 0"),
        ("min_confidence = 2", r"'min_confidence'"),
        ("passages_read = 'many'", r"'passages_read'.*integer"),
        ("store = ", r"assistant\.toml is not valid TOML: .*Correct"),
    ],
)
def test_mistakes_in_the_file_are_told(config: Path, text: str, says: str) -> None:
    config.write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError, match=says):
        load_settings(config)


def test_mistakes_elsewhere_are_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"Cannot read the settings file .*--config"):
        load_settings(tmp_path / "missing.toml")
    with pytest.raises(SettingsError, match="'reeder' from the call: unknown"):
        load_settings(reeder="x")
    monkeypatch.setenv("ASSISTANT_PASSAGES_READ", "0")
    with pytest.raises(SettingsError, match="environment variable ASSISTANT_PASSAGES_READ"):
        load_settings()
    monkeypatch.delenv("ASSISTANT_PASSAGES_READ")
    monkeypatch.setenv("ASSISTANT_REEDER", "x")
    with pytest.raises(SettingsError, match=r"ASSISTANT_REEDER is not a setting.*ASSISTANT_READER"):
        load_settings()


def test_settings_cannot_be_changed() -> None:
    with pytest.raises(ValueError, match="frozen"):
        Settings().reader = "other"  # type: ignore[misc]


def test_fields_of_records_come_from_anywhere(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config.write_text('[fields]\ntext = ["story", "data.main"]\ntitle = "head"\n', encoding="utf-8")
    assert load_settings(config).fields == {"text": ("story", "data.main"), "title": ("head",)}
    monkeypatch.setenv("ASSISTANT_FIELDS", '{"text": "main"}')
    assert load_settings(config).fields == Settings().fields == {"text": ("main",)}
    assert load_settings(config, fields={"url": ["href"]}).fields == {"url": ("href",)}


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ('{"prose": "story"}', r"'fields' from environment .*'text', 'title'.*got 'prose'"),
        ('{"text": 5}', r"'fields' from environment .*got 5"),
        ("text=story", r"should be JSON like"),
    ],
)
def test_mistakes_in_fields_are_told(monkeypatch: pytest.MonkeyPatch, value: str, says: str) -> None:
    monkeypatch.setenv("ASSISTANT_FIELDS", value)
    with pytest.raises(SettingsError, match=says):
        load_settings()
