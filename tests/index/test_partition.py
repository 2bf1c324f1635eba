"""Families sync by sync: as if all had come at once, and at the cost of those that a sync touches."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.index.catalogue.kinship import Kinship, Membership
from assistant.index.catalogue.publication import Publication
from assistant.index.catalogue.schema import TABLES
from tests.prose import story


class Published:
    """The families of a catalogue, which is nothing but texts here.

    Attributes:
        texts: of the articles that are there, by id.
    """

    def __init__(self) -> None:
        self.texts: dict[str, str] = {}
        self.database = sqlite3.connect(":memory:", isolation_level=None)
        self.database.executescript(TABLES)
        self._generations = count(1)

    def sync(self, fresh: Mapping[str, str], gone: Sequence[str] = (), cut_short: bool = False) -> None:
        """One that is cut short publishes every other membership, and what has gone is still there."""
        self.texts |= fresh
        kinship = Kinship(self.database)
        for article_id, text in fresh.items():
            kinship.add(article_id, text)
        changed = kinship.settle(gone, self.texts.__getitem__).changed
        publication = Publication(self.database, next(self._generations))
        if cut_short:
            publication.put_memberships(dict(list(changed.items())[::2]))
        else:
            publication.put_memberships(changed)
            kinship.forget(gone)
            for article_id in gone:
                del self.texts[article_id]

    def memberships(self) -> dict[str, Membership]:
        rows = self.database.execute("SELECT article_id, family, silent FROM families WHERE removed IS NULL")
        return {article_id: Membership(family, bool(silent)) for article_id, family, silent in rows}

    def families(self) -> set[frozenset[str]]:
        known = self.memberships()
        family = {one: known[one].family if one in known else one for one in self.texts}
        return {frozenset(one for one in family if family[one] == head) for head in family.values()}


def published(texts: Mapping[str, str]) -> Published:
    made = Published()
    made.sync(texts)
    return made


def families(texts: Mapping[str, str]) -> set[frozenset[str]]:
    return published(texts).families()


def test_a_round_up_joins_no_stories() -> None:
    texts = {"one": story(1), "copy": f"PARIS (Agency) {story(1)}", "two": story(2)}
    texts["roundup"] = f"{story(1)}\n\n{story(2)}"
    for order in (["one", "copy", "two", "roundup"], ["roundup", "two", "copy", "one"]):
        made = published({name: texts[name] for name in order})
        assert made.families() == {frozenset({"copy", "one"}), frozenset({"two"}), frozenset({"roundup"})}
        assert made.memberships()["one"].family == "copy"


def test_a_story_that_is_most_of_a_longer_one_joins_it() -> None:
    made = published({"wire": story(1, 240), "paper": f"{story(1, 240)}\n\n{story(2, 80)}"})
    assert made.memberships() == {"wire": Membership("paper", silent=True), "paper": Membership("paper", silent=False)}


def test_a_chain_of_changes_does_not_join_its_ends() -> None:
    parts = [story(seed, 100) for seed in range(8)]
    texts = {str(start): "\n".join(parts[start : start + 5]) for start in range(4)}
    assert families({name: texts[name] for name in "01"}) == {frozenset("01")}
    assert families({name: texts[name] for name in "03"}) == {frozenset("0"), frozenset("3")}
    assert all(len(members) < 4 for members in families(texts))


def test_when_the_representative_goes_the_next_longest_takes_over() -> None:
    made = published({name: story(1, words) for name, words in (("a", 200), ("b", 220), ("c", 240))})
    assert {one.family for one in made.memberships().values()} == {"c"}
    made.sync({}, gone=["c"])
    assert made.memberships() == {"a": Membership("b", silent=True), "b": Membership("b", silent=False)}
    made.sync({}, gone=["a"])
    assert made.memberships() == {}


@pytest.mark.parametrize("other", ["long", "short"])
def test_with_another_text_an_article_leaves_its_family(other: str) -> None:
    made = published({"long": story(1, 240), "short": story(1)})
    made.sync({other: story(2, 280)})
    assert made.memberships() == {}


def test_with_another_text_the_longest_speaks_for_another_story() -> None:
    made = published({"long": story(1, 240), "short": story(1), "other": story(2)})
    made.sync({"long": story(2, 240)})
    assert made.memberships() == {"long": Membership("long", silent=False), "other": Membership("long", silent=True)}


@pytest.mark.parametrize("corrected", ["long", "short"])
def test_a_copy_is_silent_only_as_long_as_its_lines_stand_in_the_longer_text(corrected: str) -> None:
    texts = {"long": story(1, 240), "short": story(1)}
    made = published(texts)
    assert made.memberships()["short"] == Membership("long", silent=True)
    made.sync({corrected: texts[corrected].replace(story(1, 9), f"{story(1, 8)} not")})
    assert made.memberships()["short"] == Membership("long", silent=False)


def test_a_story_with_very_many_copies_is_one_family() -> None:
    texts = {f"{number:03}": f"{story(1, 80)} {story(number + 10, 4)}" for number in range(150)}
    assert families(texts) == {frozenset(texts)}


def a_text(number: int, version: int) -> str:
    """Of overlapping parts, so that some are copies, some hold others; later versions have a word corrected."""
    parts = [story(seed, 60) for seed in range(number // 2, number // 2 + 2 + version % 4)]
    return "\n".join(parts).replace(story(number // 2, 1), "corrected", version // 4)


#: What a sync does with some of nine articles (another text, or None: it goes), and whether it is cut short.
_STEP = st.tuples(st.dictionaries(st.integers(0, 8), st.none() | st.integers(0, 7), max_size=6), st.booleans())


@given(st.lists(_STEP, min_size=1, max_size=6))
@settings(max_examples=60)
def test_sync_by_sync_families_are_those_of_all_at_once(steps: list[tuple[dict[int, int | None], bool]]) -> None:
    stepwise = Published()
    for changes, cut_short in [*steps, ({}, False)]:
        fresh = {str(one): a_text(one, version) for one, version in changes.items() if version is not None}
        gone = [str(one) for one, version in changes.items() if version is None and str(one) in stepwise.texts]
        stepwise.sync(fresh, gone, cut_short)
    assert stepwise.memberships() == published(dict(sorted(stepwise.texts.items()))).memberships()


@given(st.permutations(range(9)))
@settings(max_examples=25)
def test_the_order_of_coming_does_not_change_families(order: list[int]) -> None:
    texts = {str(number): a_text(number, number % 4) for number in range(9)}
    one_by_one = Published()
    for number in order:
        one_by_one.sync({str(number): texts[str(number)]})
    assert one_by_one.memberships() == published(texts).memberships()


def steps_of_sync(made: Published, fresh: Mapping[str, str], gone: Sequence[str] = ()) -> int:
    """How many instructions SQLite runs for it."""
    steps = count()
    made.database.set_progress_handler(lambda: next(steps) and None, 1)
    made.sync(fresh, gone)
    made.database.set_progress_handler(None, 1)
    return next(steps)


#: Of the first family of three, its longest being "0 3".
_CHANGES = {
    "a longer copy": ({"0 4": story(0, 240)}, []),
    "a shorter copy": ({"0 0": story(0, 160)}, []),
    "another text": ({"0 2": story(0, 230)}, []),
    "the longest goes": ({}, ["0 3"]),
}


@pytest.mark.parametrize("change", _CHANGES)
def test_families_that_a_sync_does_not_touch_are_neither_read_nor_changed(change: str) -> None:
    def steps_and_changed(others: int) -> tuple[int, set[object]]:
        texts = {f"{one} {copy}": story(one, 200 + copy) for one in range(1 + others) for copy in (1, 2, 3)}
        made = published(texts)
        before = set(made.database.execute("SELECT * FROM families"))
        steps = steps_of_sync(made, *_CHANGES[change])
        after = set(made.database.execute("SELECT * FROM families"))
        return steps, {article_id for article_id, *_ in before ^ after}

    few, changed = steps_and_changed(2)
    many, also_changed = steps_and_changed(60)
    assert many < few + 58, "not one of SQLite's instructions for each family more"
    assert changed == also_changed
    assert changed and all(article_id.startswith("0 ") for article_id in changed)


def test_one_more_copy_of_a_story_costs_the_same_however_many_there_are() -> None:
    def steps(copies: int) -> int:
        texts = {f"{number:03}": f"{story(1, 80)} {story(number + 10, 4)}" for number in range(copies)}
        made = published({"longest": story(1, 100), **texts})
        taken = steps_of_sync(made, {"late": f"{story(1, 80)} {story(7, 6)}"})
        assert made.memberships()["late"].family == "longest"
        return taken

    assert steps(160) < steps(80) + 80
