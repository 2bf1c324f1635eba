"""Articles that move."""

from __future__ import annotations

from pathlib import Path

from tests.index.syncing import story, sync, titles


def test_a_file_that_takes_over_the_name_of_one_that_moved_loses_neither(folder: Path, store: Path) -> None:
    sync(folder, store)
    (folder / "poetry.txt").rename(folder / "poetry.1.txt")  # as logs are rotated
    (folder / "poetry.txt").write_text(story("music"), encoding="utf-8")
    assert sync(folder, store).articles == 4
    assert titles(store) == {"fishing", "railways", "poetry", "music"}
    assert sync(folder, store).unchanged == 4
