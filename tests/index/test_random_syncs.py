"""Whatever happened to the folders and to earlier syncs, a sync leaves what an index made anew holds."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

import pytest

from assistant.index.catalogue.publication import Publication
from assistant.index.catalogue.writer import CatalogueWriter
from tests.index.random_syncs import World, small_scale, unspoken


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


@pytest.mark.parametrize("seed", [1, 61])
def test_every_story_can_be_found_in_every_generation_between(tmp_path: Path, seed: int) -> None:
    published = CatalogueWriter.publishing

    @contextmanager
    def looked_at(writer: CatalogueWriter) -> Iterator[Publication]:
        with published(writer) as publication:
            yield publication
        if (world.store / "CURRENT").exists():
            assert not unspoken(world.store), world.done

    world = World(tmp_path, seed)
    with patch.object(CatalogueWriter, "publishing", looked_at):
        for _ in range(8):
            for _ in range(3):
                world.change()
            world.sync()
