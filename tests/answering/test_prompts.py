"""Sentence templates: complete, strict about variables, and confined to their folder."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import get_args

import pytest

import assistant
from assistant.answering.prompts import Prompts
from assistant.errors import PromptError
from assistant.records import RefusalReason

#: Every shipped template with the variables its callers give it.
VARIABLES: dict[str, dict[str, object]] = {
    "also_in": {"names": ["KYODO", "Japan Times"], "more": 3},
    "alternatives": {"count": 2, "kind": "span"},
    "appearance": {"title": None, "source": "Kyodo", "published": date(2018, 5, 9), "place": "a.html"},
    "chat_exposed": {"host": "0.0.0.0"},
    "chat_ready": {"url": "http://127.0.0.1:7860"},
    "citation": {"title": None, "source": "Kyodo", "published": date(2018, 5, 9)},
    "confidence": {"confidence": 0.914},
    "conversation_full": {"limit": 50},
    "date": {"published": None},
    "failure": {"problem": "The question is too long.", "remedy": "Shorten it."},
    "how_to_index": {"command": "assistant index FOLDER"},
    "index_state": {"articles": 1, "passages": 5637, "synced": "9 May 2018, 10:00 UTC"},
    "interpreted_question": {"question": "Who heads the team?"},
    "more_citations": {"count": 1, "kind": "span"},
    "more_places": {"count": 1200},
    "support": {"support": 2},
}


def folder_with(folder: Path, **templates: str) -> Prompts:
    for name, text in templates.items():
        (folder / f"{name}.txt").write_text(text, encoding="utf-8")
    return Prompts.open(folder)


def test_every_shipped_template_speaks_with_the_variables_its_callers_give() -> None:
    prompts = Prompts.open()
    names = {path.stem for path in prompts.folder.glob("*.txt")}
    assert set(VARIABLES) <= names
    for name in names:
        said = prompts.say(name, **VARIABLES.get(name, {}))
        assert said
        assert "{" not in said and "#" not in said


def test_every_shipped_template_is_said_somewhere() -> None:
    folder = Prompts.open().folder
    code = "".join(path.read_text(encoding="utf-8") for path in Path(assistant.__file__).parent.rglob("*.py"))
    included = "".join(path.read_text(encoding="utf-8") for path in folder.glob("*.txt"))
    refusals = {f"refusal_{reason}" for reason in get_args(RefusalReason)}
    for name in {path.stem for path in folder.glob("*.txt")} - refusals:
        assert re.search(rf"""["']{name}["']""", code) or f'include "{name}.txt"' in included, name


def test_sentences_read_well() -> None:
    prompts = Prompts.open()
    assert prompts.say("citation", **VARIABLES["citation"]) == "Untitled article · Kyodo · 9 May 2018"
    assert prompts.say("citation", title="T", source=None, published=None) == (
        "T · source not stated · date not stated"
    )
    assert prompts.say("citation", title="T", source=None, published=None, language="Japanese") == (
        "T · source not stated · date not stated · Japanese"
    )
    assert prompts.say("also_in", names=["A", "B"], more=3) == "Also in A, B and 3 more"
    assert prompts.say("also_in", names=["A", "B"], more=0) == "Also in A and B"
    assert prompts.say("also_in", names=["A"], more=1) == "Also in A and 1 more"
    assert prompts.say("also_in", names=["A"], more=0) == "Also in A"
    assert prompts.say("appearance", **VARIABLES["appearance"]) == "Untitled article · Kyodo · 9 May 2018 · a.html"
    assert prompts.say("more_places", count=1200) == "and 1,200 other places"
    assert prompts.say("alternatives", count=1, kind="list") == "1 other possible answer"
    assert prompts.say("alternatives", count=2, kind="evidence") == "2 other sentences about it"
    assert prompts.say("more_citations", count=2, kind="span") == "2 more places say so"
    assert prompts.say("more_citations", count=1, kind="list") == "1 more place says some of it"
    assert prompts.say("more_citations", count=1, kind="evidence") == "1 more place has the same sentence"
    assert prompts.say("support", support=1) == "in 1 article"
    assert prompts.say("support", support=2) == "in 2 articles"
    assert prompts.say("confidence", confidence=0.914) == "Quite sure: 91%"
    assert prompts.say("index_state", **VARIABLES["index_state"]) == (
        "1 article, 5,637 passages, last synced 9 May 2018, 10:00 UTC"
    )
    assert prompts.say("failure", problem="Broken.", remedy="") == "Broken."


def test_examples_are_questions() -> None:
    examples = Prompts.open().examples()
    assert len(examples) >= 3
    assert all(example.endswith("?") for example in examples)


def test_a_missing_variable_names_template_and_variable(tmp_path: Path) -> None:
    prompts = folder_with(tmp_path, hello="Hello {{ reader_name }}.")
    with pytest.raises(PromptError, match=r"hello\.txt.*reader_name"):
        prompts.say("hello")


def test_a_missing_template_names_the_file(tmp_path: Path) -> None:
    with pytest.raises(PromptError, match=r"absent\.txt is missing"):
        Prompts.open(tmp_path).say("absent")


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(PromptError, match="nowhere"):
        Prompts.open(tmp_path / "nowhere")


def test_a_malformed_template_names_the_line(tmp_path: Path) -> None:
    prompts = folder_with(tmp_path, bad="fine\n{% if %}\n")
    with pytest.raises(PromptError, match=r"bad\.txt:2"):
        prompts.say("bad")


def test_extra_variables_are_ignored_and_values_are_not_templates(tmp_path: Path) -> None:
    prompts = folder_with(tmp_path, say="{{ text }}")
    assert prompts.say("say", text="{{ 7 * 7 }} <b>", unused=1) == "{{ 7 * 7 }} <b>"


@pytest.mark.parametrize("name", ["../secret", "/etc/passwd", "a.b", "", "A"])
def test_names_cannot_leave_the_folder(tmp_path: Path, name: str) -> None:
    with pytest.raises(PromptError, match="not a template name"):
        Prompts.open(tmp_path).say(name)


def test_includes_cannot_leave_the_folder(tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("secret", encoding="utf-8")
    inner = tmp_path / "inner"
    inner.mkdir()
    prompts = folder_with(inner, thief='{% include "../secret.txt" %}')
    with pytest.raises(PromptError, match="missing"):
        prompts.say("thief")


def test_templates_run_in_a_sandbox(tmp_path: Path) -> None:
    prompts = folder_with(tmp_path, escape="{{ ''.__class__.__mro__ }}")
    with pytest.raises(PromptError, match=r"escape\.txt"):
        prompts.say("escape")
