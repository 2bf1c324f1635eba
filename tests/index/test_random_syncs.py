"""Whatever happened to the folders and to earlier syncs, a sync leaves what an index made anew holds."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.index.random_syncs import World, small_scale


@pytest.fixture(autouse=True)
def small() -> Iterator[None]:
    with small_scale():
        yield


@pytest.mark.parametrize("seed", range(3))
def test_a_sync_leaves_what_an_index_made_anew_holds(tmp_path: Path, seed: int) -> None:
    world = World(tmp_path, seed)
    for _ in range(8):
        world.live_on()
        assert world.held() == world.held_anew(), world.done


@pytest.mark.parametrize("seed", range(10, 14))
def test_a_sync_that_is_cut_short_shows_readers_all_of_it_or_nothing(tmp_path: Path, seed: int) -> None:
    world = World(tmp_path, seed)
    world.live_on()
    for _ in range(5):
        before = world.commit(), world.held()
        world.change()
        world.sync(cut=True)
        assert world.commit() != before[0] or world.held() == before[1], world.done
