"""What `assistant` exports, and what importing it costs."""

from __future__ import annotations

import inspect
import subprocess
import sys
from typing import Literal, get_origin

import assistant
import assistant.errors
import assistant.pipeline
import assistant.records

HEAVY = {
    "chromadb", "gradio", "numpy", "onnxruntime", "rich", "sentence_transformers", "tantivy", "tokenizers", "torch",
    "transformers", "typer", "jinja2", "pydantic",
}  # fmt: skip


def test_every_exported_name_is_there_and_documented() -> None:
    for name in assistant.__all__:
        value = getattr(assistant, name)
        assert get_origin(value) is Literal or inspect.getdoc(value), name
    assert set(assistant.__all__) <= set(dir(assistant))


def test_every_error_is_exported() -> None:
    errors = {name for name, value in vars(assistant.errors).items() if inspect.isclass(value)}
    assert errors <= set(assistant.__all__)
    for name in errors:
        assert issubclass(getattr(assistant, name), assistant.AssistantError)


def test_every_error_is_in_the_tree_at_the_top() -> None:
    errors = {name for name, value in vars(assistant.errors).items() if inspect.isclass(value)}
    assert all(name in (assistant.errors.__doc__ or "") for name in errors)


def test_every_record_and_every_function_of_the_pipeline_is_exported() -> None:
    assert set(assistant.records.__all__) <= set(assistant.__all__)
    functions = {
        name
        for name, value in vars(assistant.pipeline).items()
        if inspect.isfunction(value) and value.__module__ == "assistant.pipeline" and not name.startswith("_")
    }
    assert functions == {"sync", "preview", "removal", "remove", "backup", "compact"}
    assert functions <= set(assistant.__all__)


def test_importing_assistant_imports_nothing_heavy() -> None:
    script = "import sys, assistant; print(*{name.split('.')[0] for name in sys.modules})"
    loaded = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    assert not HEAVY & set(loaded.split())
