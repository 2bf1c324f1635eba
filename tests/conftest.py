"""What several folders of tests share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from assistant.pipeline import Assistant
from tests.quality.shipped import shipped_settings

# The same examples every time, and no clock: a busy machine is slow, not wrong.
settings.register_profile("deterministic", derandomize=True, deadline=None)
settings.load_profile("deterministic")

pytest_plugins = ["tests.training_fixtures", "tests.web"]

SEEDS = Path(__file__).parents[1] / "seeds"


@pytest.fixture(scope="session")
def seeds() -> Path:
    return SEEDS


@pytest.fixture(scope="session")
def seed_assistant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    """The shipped articles, indexed and answered with the bundled models."""
    with shipped_settings():
        built = Assistant.build(SEEDS, store=tmp_path_factory.mktemp("seeds") / "store")
    with built as assistant:
        yield assistant
