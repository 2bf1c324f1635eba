"""What the tests of the index share: a catalogue, a folder of articles and a place for a store."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.index.catalogue.writer import CatalogueWriter
from tests.index.syncing import story


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "catalogue.sqlite"


@pytest.fixture
def writer(place: Path) -> Iterator[CatalogueWriter]:
    opened = CatalogueWriter(place)
    yield opened
    opened.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "articles"
    place.mkdir()
    for subject in ("fishing", "railways", "poetry"):
        (place / f"{subject}.txt").write_text(story(subject), encoding="utf-8")
    return place


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return tmp_path / "store"
