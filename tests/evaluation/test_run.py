"""Which items are scored, and how an interrupted run is resumed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from filelock import FileLock
from hypothesis import given
from hypothesis import strategies as st

from assistant.errors import DatasetError, QuestionError
from assistant.evaluation.journal import Scored, lock_of
from assistant.evaluation.provenance import provenance
from assistant.evaluation.results import CleaningRow, Provenance
from assistant.evaluation.run import RunOptions, discard_journal, score_all

ITEMS = ["a", "b", "c", "d", "e"]


@pytest.fixture
def origin(tmp_path: Path) -> Provenance:
    data = tmp_path / "data.txt"
    data.write_text("data", encoding="utf-8")
    return provenance("cleaning", data, limit=None, sample=None)


def row(item: str) -> CleaningRow:
    return CleaningRow(id=item, seconds=0.25, em=None, f1=100 / 3, precision=1 / 3, recall=0.1, kept=1, gold_words=2)


class Scorer:
    """Scores items, is interrupted at one, rejects another."""

    def __init__(self, interrupted_at: str | None = None, rejects: str | None = None) -> None:
        self.interrupted_at, self.rejects = interrupted_at, rejects
        self.seen: list[str] = []

    def __call__(self, item: str) -> list[CleaningRow]:
        if item == self.interrupted_at:
            raise KeyboardInterrupt
        self.seen.append(item)
        if item == self.rejects:
            raise QuestionError("The question is too long.", "Ask a shorter question.")
        return [row(item)]


def run(
    scorer: Scorer, origin: Provenance, journal: Path | None, settings: str = "same", fresh: bool = False
) -> Scored[CleaningRow]:
    return score_all(
        ITEMS,
        scorer,
        lambda item: (f"data.txt:{ITEMS.index(item) + 1}", item),
        CleaningRow,
        origin,
        {"reader": settings},
        RunOptions(journal=journal, fresh=fresh),
    )


@given(st.integers(1, 20), st.integers(0, 5), st.integers(0, 15))
def test_a_sample_is_of_that_size_repeatable_and_in_order(limit: int, seed: int, size: int) -> None:
    items = list(range(size))
    chosen = RunOptions(limit=limit, sample=seed).choose(items)
    assert chosen == sorted(set(chosen)) and set(chosen) <= set(items)
    assert len(chosen) == min(limit, size)
    assert chosen == RunOptions(limit=limit, sample=seed).choose(items)


def test_another_seed_is_another_sample() -> None:
    samples = {tuple(RunOptions(limit=5, sample=seed).choose(range(1000))) for seed in range(10)}
    assert len(samples) == 10


def test_a_limit_alone_takes_the_first() -> None:
    assert RunOptions(limit=2).choose(ITEMS) == ["a", "b"]
    assert RunOptions().choose(ITEMS) == ITEMS


@pytest.mark.parametrize("options", [RunOptions(limit=0), RunOptions(limit=-3), RunOptions(sample=1)])
def test_a_sample_without_size_is_explained(options: RunOptions) -> None:
    with pytest.raises(DatasetError) as caught:
        options.choose(ITEMS)
    assert caught.value.remedy


def test_what_the_assistant_rejects_is_a_problem_and_the_rest_is_scored(origin: Provenance) -> None:
    scored = run(Scorer(rejects="c"), origin, None)
    assert [item.id for item in scored.rows] == ["a", "b", "d", "e"]
    (problem,) = scored.problems
    assert (problem.where, problem.id) == ("data.txt:3", "c")
    assert "too long" in problem.reason and "shorter" in problem.reason


def test_an_interrupted_run_is_resumed(origin: Provenance, tmp_path: Path) -> None:
    whole = run(Scorer(rejects="b"), origin, None)
    journal = tmp_path / "journal"
    with pytest.raises(KeyboardInterrupt):
        run(Scorer(interrupted_at="d", rejects="b"), origin, journal)
    second = Scorer(rejects="b")
    assert run(second, origin, journal) == whole
    assert second.seen == ["d", "e"]
    third = Scorer()
    assert run(third, origin, journal) == whole
    assert third.seen == []
    discard_journal(RunOptions(journal=journal))
    assert sorted(tmp_path.iterdir()) == [tmp_path / "data.txt"]


@pytest.mark.parametrize("cut", [1, 5, 40])
def test_a_torn_last_line_is_scored_again(origin: Provenance, tmp_path: Path, cut: int) -> None:
    journal = tmp_path / "journal"
    whole = run(Scorer(), origin, journal)
    journal.write_bytes(journal.read_bytes()[:-cut])
    again = Scorer()
    assert run(again, origin, journal) == whole
    assert again.seen == ["e"]
    assert run(Scorer(interrupted_at="a"), origin, journal) == whole


def test_the_journal_of_another_run_is_neither_taken_up_nor_overwritten(origin: Provenance, tmp_path: Path) -> None:
    journal = tmp_path / "journal"
    run(Scorer(), origin, journal)
    kept = journal.read_bytes()
    for other, settings, differs in (
        (replace(origin, data_digest="0"), "same", "data_digest"),
        (replace(origin, limit=3), "same", "limit"),
        (replace(origin, reader="another"), "same", "reader"),
        (replace(origin, code="changed"), "same", "code"),
        (origin, "other", "settings"),
    ):
        again = Scorer()
        with pytest.raises(DatasetError, match=rf"5 items .* differs in: {differs}\.") as caught:
            run(again, other, journal, settings=settings)
        assert "--fresh" in caught.value.remedy
        assert again.seen == []
        assert journal.read_bytes() == kept
    same_but_later = Scorer()
    run(same_but_later, replace(origin, date="2030-01-01", commit=None), journal)
    assert same_but_later.seen == []


def test_a_fresh_run_starts_over(origin: Provenance, tmp_path: Path) -> None:
    journal = tmp_path / "journal"
    whole = run(Scorer(), origin, journal)
    again = Scorer()
    assert run(again, replace(origin, limit=3), journal, fresh=True).rows == whole.rows
    assert again.seen == ITEMS
    taken_up = Scorer()
    run(taken_up, replace(origin, limit=3), journal)
    assert taken_up.seen == []


@pytest.mark.parametrize("fresh", [True, False])
@pytest.mark.parametrize("content", [b"\xff\x00 something else\n{}\n", b"mine", b"{}\n", b'{"journal": 3}\n', b"\n"])
def test_a_file_that_is_no_journal_is_not_overwritten(
    origin: Provenance, tmp_path: Path, content: bytes, fresh: bool
) -> None:
    journal = tmp_path / "journal"
    journal.write_bytes(content)
    with pytest.raises(DatasetError, match="is not the journal"):
        run(Scorer(), origin, journal, fresh=fresh)
    assert journal.read_bytes() == content


@pytest.mark.parametrize(
    "damage", [b"\x00" * 20, b"{}", b"[]", b'{"item": ["data.txt:3", "c"], "scored": {"rows": 3}}']
)
def test_from_a_damaged_line_on_items_are_scored_again(origin: Provenance, tmp_path: Path, damage: bytes) -> None:
    journal = tmp_path / "journal"
    whole = run(Scorer(), origin, journal)
    lines = journal.read_bytes().split(b"\n")
    lines[3] = damage
    journal.write_bytes(b"\n".join(lines))
    again = Scorer()
    assert run(again, origin, journal) == whole
    assert again.seen == ["c", "d", "e"]
    healed = Scorer()
    assert run(healed, origin, journal) == whole
    assert healed.seen == []


def test_lines_of_other_items_are_not_taken_up(origin: Provenance, tmp_path: Path) -> None:
    journal = tmp_path / "journal"
    whole = run(Scorer(), origin, journal)
    header, first, *others = journal.read_bytes().splitlines(keepends=True)
    journal.write_bytes(b"".join([header, first, first, *others]))
    again = Scorer()
    assert run(again, origin, journal) == whole
    assert again.seen == ["b", "c", "d", "e"]


def test_a_journal_cut_while_it_was_begun_is_begun_again(origin: Provenance, tmp_path: Path) -> None:
    journal = tmp_path / "journal"
    whole = run(Scorer(), origin, journal)
    journal.write_bytes(journal.read_bytes()[:30])
    assert run(Scorer(), origin, journal) == whole


def test_a_journal_in_use_is_left_alone(origin: Provenance, tmp_path: Path) -> None:
    journal = tmp_path / "journal"
    with FileLock(lock_of(journal)), pytest.raises(DatasetError, match="Another run"):
        run(Scorer(), origin, journal)
    assert not journal.exists()


def test_any_text_is_kept(origin: Provenance, tmp_path: Path) -> None:
    journal = tmp_path / "journal"
    texts = ["a\u2028b", "“\x00”", "\n", "😀"]

    def scored(item: str) -> list[CleaningRow]:
        return [replace(row(item), lost=item)]

    def again() -> Scored[CleaningRow]:
        return score_all(texts, scored, lambda item: ("d", item), CleaningRow, origin, {}, RunOptions(journal=journal))

    assert again() == again()


def test_a_journal_that_cannot_be_written_is_named(origin: Provenance, tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="cannot be kept in"):
        run(Scorer(), origin, tmp_path / "data.txt" / "journal")
    with pytest.raises(DatasetError, match="is not the journal"):
        run(Scorer(), origin, tmp_path)


def test_a_full_disk_is_explained_and_what_was_kept_is_taken_up(origin: Provenance, tmp_path: Path) -> None:
    resource = pytest.importorskip("resource")
    journal = tmp_path / "journal"
    whole = run(Scorer(), origin, journal)
    full = journal.read_bytes()
    journal.unlink()
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (len(full) - 100, limits[1]))
    try:
        with pytest.raises(DatasetError, match="cannot be kept in"):
            run(Scorer(), origin, journal)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    again = Scorer()
    assert run(again, origin, journal) == whole
    assert again.seen == ["e"]


def test_progress_ends_at_the_number_of_items(origin: Provenance) -> None:
    seen: list[tuple[str, int, int]] = []
    score_all(
        ITEMS,
        Scorer(),
        lambda item: ("", item),
        CleaningRow,
        origin,
        {},
        RunOptions(progress=lambda *told: seen.append(told)),
    )
    assert seen[0] == ("score", 0, 5) and seen[-1] == ("score", 5, 5)
