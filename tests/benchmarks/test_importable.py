"""Benchmarks are run by hand; that each can start is tested."""

from __future__ import annotations

import importlib
import pkgutil

import pytest

import tests.benchmarks


@pytest.mark.parametrize("name", [module.name for module in pkgutil.iter_modules(tests.benchmarks.__path__)])
def test_a_benchmark_finds_what_it_imports(name: str) -> None:
    importlib.import_module(f"tests.benchmarks.{name}")
