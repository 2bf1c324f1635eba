"""What a sync plans to do costs no more when many files are named."""

from __future__ import annotations

from pathlib import Path, PurePath

import pytest

from assistant.articles.formats import FieldMap, Limits
from assistant.index.catalogue.writer import KnownFile
from assistant.index.plan import Reading, is_under, plan_sync
from assistant.index.sync import Synchroniser
from tests.fakes import WordEmbedder, count_tokens
from tests.index.syncing import SETTINGS, story, sync

READING = Reading(Limits(), FieldMap())


@pytest.fixture
def comparisons(monkeypatch: pytest.MonkeyPatch) -> list[None]:
    """Grows by one whenever two paths are compared."""
    made: list[None] = []
    compare = PurePath.__eq__

    def counted(one: PurePath, other: object) -> bool:
        made.append(None)
        return compare(one, other)

    monkeypatch.setattr(PurePath, "__eq__", counted)
    return made


def test_many_named_files_are_compared_with_many_known_ones_at_a_cost_that_adds_up(comparisons: list[None]) -> None:
    known = {f"/elsewhere/{number}.txt": KnownFile(f"digest {number}", 1, 1) for number in range(200)}
    known |= {f"/given/{number}.txt": KnownFile(f"digest of {number}", 1, 1) for number in range(0, 200, 2)}
    named = [f"/given/{number}.txt" for number in range(200)]
    plan = plan_sync([], named, known, known, lambda *_: None, READING)
    assert sorted(plan.removed) == sorted(named[::2])
    assert len(comparisons) < 5 * (len(known) + len(named))


def test_many_files_are_removed_by_name_at_a_cost_that_adds_up(
    folder: Path, store: Path, comparisons: list[None]
) -> None:
    kept = folder / "fishing.txt"
    for number in range(60):
        (folder / f"{number}.txt").write_text(story("chess"), encoding="utf-8")
    sync(folder, store)
    named = [path for path in folder.iterdir() if path != kept]
    synchroniser = Synchroniser(store, WordEmbedder(), count_tokens, SETTINGS)
    comparisons.clear()
    assert synchroniser.remove(named).removed == len(named) == 62
    assert len(comparisons) < 5 * len(named)


@pytest.mark.parametrize(
    ("path", "expected"),
    [("/a/b", True), ("/a/b/c/d.txt", True), ("/a", False), ("/a/bc", False), ("/x/a/b", False), ("/e.txt", True)],
)
def test_a_path_is_under_a_root_or_is_one(path: str, expected: bool) -> None:
    assert is_under(Path(path), {Path("/a/b"), Path("/e.txt")}) == expected
