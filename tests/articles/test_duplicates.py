from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.articles.duplicates import relations
from assistant.articles.sketches import Sketch, containment, jaccard, lookup_keys, relation, sketch
from tests.prose import SYLLABLES, story

_TEXTS = st.text(max_size=300) | st.lists(st.sampled_from(SYLLABLES), max_size=120).map(" ".join)


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


def test_the_shorter_of_two_copies_is_most_of_the_longer_one() -> None:
    short, long, other = sketch(story(1, 100)), sketch(f"{story(1, 100)} {story(2, 30)}"), sketch(story(3))
    round_up = sketch(f"{story(1, 100)} {story(2, 100)}")
    assert relations(short, {1: long, 2: round_up, 3: other}) == {1: "copy", 2: "inside"}
    assert relations(round_up, {1: short}) == {1: "holds"}
