"""Duplicate clusters of a catalogue: as if all articles had come at once, whatever came, went and in which order."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assistant.index.catalogue.reader import Catalogue
from assistant.index.catalogue.writer import CatalogueWriter
from assistant.records import RawArticle
from tests.index.catalogues import put
from tests.prose import story


class Texts:
    """A catalogue of texts, each in a file of its own, by name."""

    def __init__(self, place: Path) -> None:
        self._place = place
        self._writer = CatalogueWriter(place)
        self._versions = 0

    def sync(self, changes: Mapping[str, str | None]) -> None:
        for name, text in changes.items():
            if text is None:
                self._writer.remove_files([name])
            else:
                self._versions += 1
                identity = f"{name.encode().hex():0<12}{self._versions:04}{'0' * 48}"
                put(self._writer, RawArticle(name, text, "utf-8", identity))
        self._writer.commit()

    def clusters(self) -> dict[str, str]:
        """The name of each text's representative."""
        with closing(Catalogue.open(self._place)) as catalogue:
            names = {one: catalogue.raw_article(one).path for one in catalogue.article_ids()}
            return {name: names[catalogue.clusters.representative(one)] for one, name in names.items()}

    def groups(self) -> set[frozenset[str]]:
        found = self.clusters()
        return {frozenset(name for name in found if found[name] == head) for head in found.values()}

    def close(self) -> None:
        self._writer.close()


def groups(place: Path, texts: Mapping[str, str]) -> set[frozenset[str]]:
    with closing(Texts(place)) as made:
        made.sync(texts)
        return made.groups()


def test_a_round_up_joins_no_stories(tmp_path: Path) -> None:
    texts = {"one": story(1), "copy": f"PARIS (Agency) {story(1)}", "two": story(2)}
    texts["roundup"] = f"{story(1)}\n\n{story(2)}"
    for number, order in enumerate((["one", "copy", "two", "roundup"], ["roundup", "two", "copy", "one"])):
        found = groups(tmp_path / str(number), {name: texts[name] for name in order})
        assert found == {frozenset({"copy", "one"}), frozenset({"two"}), frozenset({"roundup"})}


def test_a_round_up_holds_the_stories_that_it_retells(tmp_path: Path) -> None:
    with closing(Texts(tmp_path / "c")) as made:
        made.sync({"one": story(1), "two": story(2), "roundup": f"{story(1)}\n\n{story(2)}"})
        with closing(Catalogue.open(tmp_path / "c")) as catalogue:
            by_name = {catalogue.raw_article(one).path: one for one in catalogue.article_ids()}
            assert catalogue.article(by_name["roundup"]).contained == {by_name["one"], by_name["two"]}
            assert catalogue.article(by_name["one"]).contained == frozenset()


def test_a_story_that_is_most_of_a_longer_one_joins_it(tmp_path: Path) -> None:
    with closing(Texts(tmp_path / "c")) as made:
        made.sync({"wire": story(1, 240), "paper": f"{story(1, 240)}\n\n{story(2, 80)}"})
        assert made.clusters() == {"wire": "paper", "paper": "paper"}


def test_a_chain_of_changes_does_not_join_its_ends(tmp_path: Path) -> None:
    parts = [story(seed, 100) for seed in range(8)]
    texts = {str(start): "\n".join(parts[start : start + 5]) for start in range(4)}
    assert groups(tmp_path / "a", {name: texts[name] for name in "01"}) == {frozenset("01")}
    assert groups(tmp_path / "b", {name: texts[name] for name in "03"}) == {frozenset("0"), frozenset("3")}
    assert all(len(members) < 4 for members in groups(tmp_path / "c", texts))


def test_when_the_representative_goes_the_next_longest_takes_over(tmp_path: Path) -> None:
    with closing(Texts(tmp_path / "c")) as made:
        made.sync({name: story(1, words) for name, words in (("a", 200), ("b", 220), ("c", 240))})
        assert set(made.clusters().values()) == {"c"}
        made.sync({"c": None})
        assert made.clusters() == {"a": "b", "b": "b"}


@pytest.mark.parametrize("other", ["long", "short"])
def test_with_another_text_an_article_leaves_its_cluster(tmp_path: Path, other: str) -> None:
    with closing(Texts(tmp_path / "c")) as made:
        made.sync({"long": story(1, 240), "short": story(1)})
        assert len(made.groups()) == 1
        made.sync({other: story(2, 280)})
        assert len(made.groups()) == 2


def test_the_other_sources_of_a_story_are_those_of_its_cluster(tmp_path: Path) -> None:
    with closing(Texts(tmp_path / "c")) as made:
        made.sync({"a": story(1, 200), "b": story(1, 220), "c": story(2)})
        with closing(Catalogue.open(tmp_path / "c")) as catalogue:
            by_name = {catalogue.raw_article(one).path: one for one in catalogue.article_ids()}
            assert [each.location for each in catalogue.article(by_name["a"]).also_in] == ["b"]
            assert catalogue.article(by_name["c"]).other_source_count == 0


def test_a_story_with_very_many_copies_is_one_cluster(tmp_path: Path) -> None:
    texts = {f"{number:03}": f"{story(1, 80)} {story(number + 10, 4)}" for number in range(150)}
    assert groups(tmp_path / "c", texts) == {frozenset(texts)}


def a_text(number: int, version: int) -> str:
    """Of overlapping parts, so that some are copies, some hold others; later versions have a word corrected."""
    parts = [story(seed, 60) for seed in range(number // 2, number // 2 + 2 + version % 4)]
    return "\n".join(parts).replace(story(number // 2, 1), "corrected", version // 4)


#: What a sync does with some of nine articles: another text, or None: it goes.
_STEP = st.dictionaries(st.integers(0, 8), st.none() | st.integers(0, 7), max_size=6)


@given(st.lists(_STEP, min_size=1, max_size=6))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_sync_by_sync_clusters_are_those_of_all_at_once(
    tmp_path_factory: pytest.TempPathFactory, steps: list[dict[int, int | None]]
) -> None:
    place, texts = tmp_path_factory.mktemp("clusters"), dict[str, str]()
    with closing(Texts(place / "stepwise")) as stepwise:
        for changes in steps:
            named = {str(one): None if version is None else a_text(one, version) for one, version in changes.items()}
            stepwise.sync(named)
            texts = {name: text for name, text in (texts | named).items() if text is not None}
        assert stepwise.groups() == groups(place / "at once", dict(sorted(texts.items())))


@given(st.permutations(range(9)))
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_order_of_coming_does_not_change_clusters(
    tmp_path_factory: pytest.TempPathFactory, order: list[int]
) -> None:
    place = tmp_path_factory.mktemp("clusters")
    texts = {str(number): a_text(number, number % 4) for number in range(9)}
    assert groups(place / "a", {str(number): texts[str(number)] for number in order}) == groups(place / "b", texts)
