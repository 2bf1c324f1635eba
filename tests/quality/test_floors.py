"""No figure falls below its floor. To see, raise or lower floors: ``python -m tests.quality.floors --help``."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from assistant.pipeline import Assistant
from tests.quality.floors import Floors, read_floors, require_same_data, shortfalls
from tests.quality.sets import SETS


@pytest.fixture(scope="module")
def floors() -> Floors:
    """Fails when ``floors.json`` was edited by hand."""
    return read_floors()


@pytest.fixture
def seeds_indexed(request: pytest.FixtureRequest) -> Callable[[], Assistant]:
    """Indexed only for the sets that need it."""

    def opened() -> Assistant:
        assistant: Assistant = request.getfixturevalue("seed_assistant")
        return assistant

    return opened


@pytest.mark.parametrize("name", SETS)
def test_no_figure_is_below_its_floor(name: str, floors: Floors, seeds_indexed: Callable[[], Assistant]) -> None:
    chosen = SETS[name]
    if chosen.folder() is None:
        pytest.skip(f"{name} needs ASSISTANT_DATA, the folder with public evaluation sets")
    pinned = floors.sets[name]
    require_same_data(name, pinned, chosen.digest())
    evaluation = chosen.evaluate(seeds_indexed)
    assert evaluation.complete, evaluation.problems[:5]
    below = shortfalls(name, pinned, evaluation.figures)
    assert not below, "\n".join(below)


@pytest.mark.parametrize("name", SETS)
def test_every_figure_of_a_set_has_its_floor(name: str, floors: Floors) -> None:
    pinned = floors.sets[name]
    assert set(pinned.floors) == set(SETS[name].figures), f"python -m tests.quality.floors {name} --raise"
    assert pinned.command == SETS[name].command


def test_there_are_no_floors_of_unknown_sets(floors: Floors) -> None:
    assert set(floors.sets) == set(SETS)
