"""One frozen ``Settings``: defaults, then a TOML file, then ``ASSISTANT_*`` variables, then code.

Unknown keys are errors, so that a misspelt setting never goes unnoticed.
"""

from __future__ import annotations

import json
import os
import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, ValidationError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from assistant.errors import SettingsError

#: Variables that share the prefix but are not settings (the optional folder of evaluation data).
_NOT_SETTINGS = frozenset({"ASSISTANT_DATA"})
_PREFIX = "ASSISTANT_"


#: What the fields of a record of an article are told apart by.
FieldName = Literal["text", "title", "published", "source", "author", "url", "section", "language"]


def _with_lists(value: Any) -> Any:
    """A map of fields in which a single name counts as a list of one; from the environment it comes as JSON."""
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError as error:
            raise ValueError('it should be JSON like {"text": ["story"]}') from error
    if not isinstance(value, dict):
        return value
    return {field: [names] if isinstance(names, str) else names for field, names in value.items()}


class Settings(BaseSettings):
    """Everything a user can choose. Immutable once made.

    ``embedder``: "bundled" (all-MiniLM-L6-v2; the same as "bundled-int8"), "bundled-fp32", or a
    sentence-transformers model (local folder or hub name).
    ``reader``: "accurate" or "fast", a folder that ``assistant train reader`` wrote, or any question-answering model
    (local folder or hub name), which runs through transformers.
    """

    model_config = SettingsConfigDict(env_prefix=_PREFIX, frozen=True, extra="forbid")

    store: Path = Field(Path("vectorstore"), description="directory of the index")
    prompts: Path | None = Field(None, description="directory of sentence templates; default: the shipped ones")
    embedder: str = Field("bundled", min_length=1, description="which embedder")
    reader: str = Field("fast", min_length=1, description="which reader")

    passage_tokens: int = Field(160, ge=32, le=384, description="longest passage, in reader tokens")
    max_file_bytes: int = Field(10_000_000, ge=1, description="articles, pages and records that are larger are skipped")
    fields: Annotated[dict[FieldName, tuple[str, ...]], NoDecode, BeforeValidator(_with_lists)] = Field(
        {},
        description="names of what holds the text, the title and so on in records; default: the usual ones",
    )
    fetch_private: bool = Field(False, description="whether addresses inside this computer or its network are fetched")
    workers: int = Field(1, ge=1, le=64, description="processes that parse files while indexing")

    candidates: int = Field(50, ge=1, le=1000, description="passages taken from each ranking before fusion")
    passages_read: int = Field(8, ge=1, le=200, description="passages given to the reader")

    max_answer_tokens: int = Field(30, ge=1, le=200, description="longest answer span, in reader tokens")
    min_confidence: float | None = Field(
        None, ge=0, le=1, description="answer when at least this sure; default: the threshold the models come with"
    )
    max_alternatives: int = Field(3, ge=0, le=20, description="other answers shown")
    max_question_characters: int = Field(1000, ge=10, le=10_000, description="longer questions are refused")

    threads: int = Field(0, ge=0, le=256, description="CPU threads for the models; 0: all cores")


def load_settings(config: str | Path | None = None, **overrides: Any) -> Settings:
    """Settings from ``config`` (TOML), the environment and ``overrides``, later ones winning.

    Overrides that are None are ignored. Raises SettingsError naming the key, where it came from and
    what it may be.
    """
    values: dict[str, Any] = _from_toml(Path(config)) if config is not None else {}
    environment = _from_environment()
    overrides = {key: value for key, value in overrides.items() if value is not None}
    merged = {**values, **environment, **overrides}
    try:
        return Settings(**merged)
    except ValidationError as error:
        raise SettingsError(_explain(error, values, environment, config)) from error


def _from_toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsError(f"Cannot read the settings file {path}: {error.strerror}.", "Check --config.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"The settings file {path} is not valid TOML: {error}.", "Correct that line.") from error


def _from_environment() -> dict[str, Any]:
    known = {f"{_PREFIX}{name.upper()}": name for name in Settings.model_fields}
    found: dict[str, Any] = {}
    for variable, value in os.environ.items():
        if not variable.upper().startswith(_PREFIX) or variable in _NOT_SETTINGS:
            continue
        if variable.upper() not in known:
            raise SettingsError(
                f"The environment variable {variable} is not a setting.",
                f"Unset it, or use one of: {', '.join(sorted(known))}.",
            )
        found[known[variable.upper()]] = value
    return found


def _explain(error: ValidationError, toml: dict[str, Any], environment: dict[str, Any], config: object) -> str:
    problems = []
    for item in error.errors():
        key = str(item["loc"][0]) if item["loc"] else "?"
        if key in environment:
            where = f"environment variable {_PREFIX}{key.upper()}"
        else:
            where = str(config) if key in toml else "the call"
        if item["type"] == "extra_forbidden":
            reason = f"unknown setting; known: {', '.join(sorted(Settings.model_fields))}"
        else:
            reason = f"{item['msg']} (got {item['input']!r})"
        problems.append(f"Setting '{key}' from {where}: {reason}.")
    return " ".join(problems)
