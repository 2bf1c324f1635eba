from __future__ import annotations

import random
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.articles.families import Families, Grouping, Kin
from assistant.articles.sketches import Sketch, containment, jaccard, lookup_keys, relation, sketch, stands_in

_SYLLABLES = [a + b for a in "bdfgklmnprstvz" for b in ("a", "e", "i", "o", "u", "an", "er", "il")]
_TEXTS = st.text(max_size=300) | st.lists(st.sampled_from(_SYLLABLES), max_size=120).map(" ".join)


def story(seed: int, words: int = 200) -> str:
    """Made prose without stock phrases, in paragraphs of 40 words."""
    rng = random.Random(seed)
    made = ["".join(rng.choices(_SYLLABLES, k=3)) for _ in range(words)]
    return "\n\n".join(" ".join(made[start : start + 40]) for start in range(0, words, 40))


def partition(texts: dict[str, str], order: list[str]) -> set[tuple[str, ...]]:
    families = Families()
    for article in order:
        families.add_sketch(article, sketch(texts[article]))
    return {families.members(family) for family in families}


@given(_TEXTS)
@settings(max_examples=50)
def test_a_sketch_survives_being_stored(text: str) -> None:
    assert Sketch.from_bytes(sketch(text).to_bytes()) == sketch(text)


@pytest.mark.parametrize("damage", [lambda data: data[:20], lambda data: b"\xff" + data[1:], lambda data: data[:-3]])
def test_a_damaged_or_foreign_sketch_is_refused(damage: object) -> None:
    with pytest.raises(ValueError, match="sketch the text again"):
        Sketch.from_bytes(damage(sketch(story(1)).to_bytes()))  # type: ignore[operator]


def test_a_sketch_is_the_same_in_another_process() -> None:
    code = "from assistant.articles.sketches import sketch; print(sketch('One two three four five.').to_bytes().hex())"
    other = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert other.stdout.strip() == sketch("One two three four five.").to_bytes().hex()


@given(st.lists(st.sampled_from(["The", "mayor’s", '"Yes"', "said", "12", "dead"]), min_size=1, max_size=60))
@settings(max_examples=50)
def test_case_quotes_and_white_space_do_not_matter(words: list[str]) -> None:
    other = "\n".join(words).upper().replace("’", "'").replace('"', "“") + " !"
    assert relation(sketch(" ".join(words)), sketch(other)) == "same"


@given(_TEXTS, _TEXTS)
@settings(max_examples=50)
def test_what_one_is_to_the_other_has_its_converse(one: str, other: str) -> None:
    converse = {"contained": "contains", "contains": "contained"}
    for a, b in ((one, other), (one, f"{one} {other}")):
        found, back = relation(sketch(a), sketch(b)), relation(sketch(b), sketch(a))
        assert back == (converse.get(found, found) if found else None)


def test_texts_without_words_are_nobodys_copy() -> None:
    assert relation(sketch(""), sketch("…")) is None
    assert lookup_keys(sketch("")) == []
    assert jaccard(sketch(""), sketch("")) == containment(sketch(""), sketch(story(1))) == 0.0


def test_lone_surrogates_are_no_error() -> None:
    assert sketch("a \ud800b c").words > 0


def test_a_brief_of_sixty_words_is_found_in_a_long_story() -> None:
    brief = story(1, 60)
    longer = f"{story(2, 600)}\n\n{brief}\n\n{story(3, 600)}"
    assert relation(sketch(brief), sketch(longer)) == "contained"
    assert set(lookup_keys(sketch(brief))) & set(lookup_keys(sketch(longer)))


def test_an_edited_copy_is_near() -> None:
    words = story(1, 400).split(" ")
    words[::25] = ["changed"] * len(words[::25])
    assert relation(sketch(story(1, 400)), sketch(" ".join(words))) == "near"


def test_a_shared_background_paragraph_makes_no_copy() -> None:
    background = story(9, 40)
    assert relation(sketch(f"{story(1)} {background}"), sketch(f"{story(2)} {background}")) is None


def test_a_round_up_joins_no_stories_and_adds_no_support_to_them() -> None:
    texts = {"one": story(1), "copy": f"PARIS (Agency) {story(1)}", "two": story(2)}
    texts["roundup"] = f"{story(1)}\n\n{story(2)}"
    for order in (["one", "copy", "two", "roundup"], ["roundup", "two", "copy", "one"]):
        assert partition(texts, order) == {("copy", "one"), ("two",), ("roundup",)}
    families = Families()
    for article, text in texts.items():
        families.add_sketch(article, sketch(text))
    assert families.holders("two") == {"roundup"}
    assert families.support(texts) == {"copy", "two"}
    assert families.support(["roundup"]) == {"roundup"}
    assert families.support(["one", "copy"]) == {"copy"}


def test_a_story_that_is_most_of_a_longer_one_joins_it() -> None:
    texts = {"wire": story(1, 240), "paper": f"{story(1, 240)}\n\n{story(2, 80)}"}
    assert partition(texts, ["wire", "paper"]) == {("paper", "wire")}


def test_a_chain_of_changes_does_not_join_its_ends() -> None:
    parts = [story(seed, 100) for seed in range(8)]
    texts = {str(start): "\n".join(parts[start : start + 5]) for start in range(4)}
    assert relation(sketch(texts["0"]), sketch(texts["1"])) == "near"
    assert relation(sketch(texts["0"]), sketch(texts["3"])) is None
    assert all(len(members) < 4 for members in partition(texts, list(texts)))


def test_when_the_representative_goes_the_next_longest_takes_over() -> None:
    families = Families()
    for article, words in (("a", 200), ("b", 220), ("c", 240)):
        families.add_sketch(article, sketch(story(1, words)))
    assert families.members("c") == ("c", "b", "a")
    families.remove("c")
    families.remove("c")
    assert families.family("a") == "b"
    assert "c" not in families


def test_added_again_with_another_text_an_article_leaves_its_family() -> None:
    families = Families()
    for article, seed in (("a", 1), ("b", 1), ("b", 2)):
        families.add_sketch(article, sketch(story(seed)))
    assert set(families) == {"a", "b"}


def test_a_story_with_very_many_copies_is_one_family() -> None:
    families = Families()
    for number in range(150):
        families.add_sketch(f"{number:03}", sketch(f"{story(1, 80)} {story(number + 10, 4)}"))
    assert len(set(families)) == 1


@given(st.permutations(range(9)), st.randoms(use_true_random=False))
@settings(max_examples=25, deadline=None)
def test_the_order_of_adding_does_not_change_the_partition(order: list[int], rng: random.Random) -> None:
    parts = [story(seed, 60) for seed in range(12)]
    texts = {str(number): "\n".join(parts[number // 2 : number // 2 + 2 + number % 4]) for number in range(9)}
    assert partition(texts, [str(number) for number in order]) == partition(texts, sorted(texts))


@given(st.sets(st.tuples(st.integers(0, 8), st.integers(0, 8))), st.permutations(range(9)), st.sets(st.integers(0, 8)))
@settings(max_examples=100, deadline=None)
def test_a_grouping_kept_up_equals_one_made_at_once(
    edges: set[tuple[int, int]], order: list[int], gone: set[int]
) -> None:
    def related(number: int) -> Kin:
        return Kin(frozenset(str(a + b - number) for a, b in edges if number in (a, b)))

    kept = Grouping()
    for number in order:
        kept.add(str(number), 10 + number % 4, related(number))
    for number in gone:
        kept.remove(str(number))
    fresh = Grouping()
    for number in sorted(set(range(9)) - gone):
        fresh.add(str(number), 10 + number % 4, related(number))
    assert {kept.members(family) for family in kept} == {fresh.members(family) for family in fresh}


def test_a_text_stands_in_another_only_word_for_word() -> None:
    told = "The mayor said on Monday that 12 people had died in the flood near the old bridge."
    assert stands_in(f"Flood kills 12\nBy Jo Doe\n{told}", f"{story(1)}\n{told.upper()}\n{story(2)}")
    assert not stands_in(told, told.replace("12", "15"))
    assert not stands_in(told + " More.", told)
