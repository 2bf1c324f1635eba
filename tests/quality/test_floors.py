"""No figure falls below its floor. To see, raise or lower floors: ``python -m tests.quality.floors --help``."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from assistant.pipeline import Assistant
from tests.quality.floors import read_floors, require_same_data, shortfalls
from tests.quality.sets import SETS

FLOORS = read_floors()


@pytest.fixture
def seeds_indexed(request: pytest.FixtureRequest) -> Callable[[], Assistant]:
    """Indexed only for the sets that need it."""

    def opened() -> Assistant:
        assistant: Assistant = request.getfixturevalue("seed_assistant")
        return assistant

    return opened


@pytest.mark.parametrize("name", SETS)
def test_no_figure_is_below_its_floor(name: str, seeds_indexed: Callable[[], Assistant]) -> None:
    chosen = SETS[name]
    if chosen.folder() is None:
        pytest.skip(f"{name} needs ASSISTANT_DATA, the folder with public evaluation sets")
    require_same_data(name, FLOORS[name], chosen.digest())
    evaluation = chosen.evaluate(seeds_indexed)
    assert evaluation.complete, evaluation.problems[:5]
    below = shortfalls(name, FLOORS[name], evaluation.figures)
    assert not below, "\n".join(below)


@pytest.mark.parametrize("name", SETS)
def test_every_figure_of_a_set_has_its_floor(name: str) -> None:
    assert set(FLOORS[name].floors) == set(SETS[name].figures), f"python -m tests.quality.floors {name} --raise"
    assert FLOORS[name].command == SETS[name].command


def test_there_are_no_floors_of_unknown_sets() -> None:
    assert set(FLOORS) == set(SETS)
