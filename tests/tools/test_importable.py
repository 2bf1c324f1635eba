"""Tools are run by hand; each can at least be imported."""

from __future__ import annotations

import importlib
import pkgutil

import pytest

import tools


@pytest.mark.parametrize("name", [module.name for module in pkgutil.iter_modules(tools.__path__)])
def test_a_tool_finds_what_it_imports(name: str) -> None:
    importlib.import_module(f"tools.{name}")
