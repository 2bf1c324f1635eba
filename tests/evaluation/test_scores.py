"""Scores of single answers: the SQuAD rules by hand, and against a re-computation written for these tests alone."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.evaluation.scores import (
    added_words,
    bag_scores,
    exact_match,
    nearest_wording,
    normalise_answer,
    set_exact_match,
    set_f1,
    token_f1,
)

WORDS = ["a", "an", "the", "The", "cat", "Cat,", "mat", "U.S.", "$5", "—", "theatre", "don't", "ÉTÉ", "5-4", "..."]
TEXTS = st.lists(st.sampled_from(WORDS), max_size=6).map(" ".join) | st.text(max_size=12)
SPANS = st.lists(TEXTS, max_size=4)
BAGS = st.lists(st.sampled_from("abcd"), max_size=8)


def words_again(text: str) -> list[str]:
    """The SQuAD normalisation, one character and one word at a time."""
    without = ""
    for character in text.lower():
        if character not in r"""!"#$%&'()*+,-./:;<=>?@[\]^_`{|}~""":
            without += character
    words, word = [], ""
    for character in without + " ":
        if character.isalnum() or character == "_":
            word += character
            continue
        words += [" " if word in ("a", "an", "the") else word, character]
        word = ""
    return "".join(words).split()


def f1_again(found: Sequence[str], gold: Sequence[str]) -> float:
    """F1 by crossing off one gold word for each word found."""
    if len(found) == 0 or len(gold) == 0:
        return 100.0 if list(found) == list(gold) else 0.0
    left, hits = list(gold), 0
    for word in found:
        if word in left:
            left.remove(word)
            hits += 1
    if hits == 0:
        return 0.0
    precision, recall = hits / len(found), hits / len(gold)
    return 100 * 2 * precision * recall / (precision + recall)


def golds_again(golds: Sequence[str]) -> list[list[str]]:
    return [words_again(gold) for gold in golds if words_again(gold)] or [[]]


def set_f1_again(predicted: Sequence[str], golds: Sequence[str]) -> float:
    """The best of all pairings, tried one by one."""
    found = [list(span) for span in {tuple(words_again(text)) for text in predicted} if span]
    wanted = [list(span) for span in {tuple(words_again(text)) for text in golds} if span]
    if not found and not wanted:
        return 100.0
    short, long = sorted((found, wanted), key=len)
    best = max(
        sum(f1_again(span, partner) for span, partner in zip(short, partners, strict=True))
        for partners in itertools.permutations(long, len(short))
    )
    return best / len(long)


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("The  Cat", "cat"),
        ("a theatre, an anthem", "theatre anthem"),
        ("U.S.", "us"),
        ("twenty-one", "twentyone"),
        ("“quoted”", "“quoted”"),  # only ASCII punctuation goes, as in the official script
        ("the", ""),
        ("Straße", "straße"),  # lower-cased, not folded
        ("$1,500.50", "150050"),
        ("l'été\u00a0 THE\tfin", "lété fin"),
        ("", ""),
    ],
)
def test_normalising_follows_the_official_script(text: str, normal: str) -> None:
    assert normalise_answer(text) == normal


@pytest.mark.parametrize(
    ("predicted", "golds", "em", "f1"),
    [
        ("the Eiffel Tower.", ["Eiffel Tower"], 100, 100),
        ("Eiffel Tower", ["Tower", "the tower of Eiffel"], 0, 80),
        ("in 1999", ["1999"], 0, 200 / 3),
        ("Denver Broncos", ["Denver Broncos", "Broncos"], 100, 100),
        ("to to to", ["to"], 0, 50),
        ("Paris", ["London"], 0, 0),
        ("London of", ["of London"], 0, 100),
        ("", [], 100, 100),
        ("the", [], 100, 100),
        ("Paris", [], 0, 0),
        ("", ["Paris"], 0, 0),
        ("an", ["a"], 100, 100),
        ("the", ["a", "Paris"], 0, 0),  # golds that say nothing are left out when another says something
    ],
)
def test_em_and_f1_by_hand(predicted: str, golds: list[str], em: float, f1: float) -> None:
    assert exact_match(predicted, golds) == em
    assert token_f1(predicted, golds) == pytest.approx(f1)


@given(TEXTS, SPANS)
def test_em_and_f1_agree_with_the_recomputation(predicted: str, golds: list[str]) -> None:
    words, wanted = words_again(predicted), golds_again(golds)
    assert exact_match(predicted, golds) == 100 * any(words == gold for gold in wanted)
    assert token_f1(predicted, golds) == pytest.approx(max(f1_again(words, gold) for gold in wanted))


@pytest.mark.parametrize(
    ("predicted", "golds", "em", "f1"),
    [
        (["the storm", "Flood"], ["flood.", "storm"], 100, 100),
        (["storm", "the storm"], ["storm"], 100, 100),  # said twice is said once
        (["storm"], ["storm", "flood"], 0, 50),
        (["storm", "flood", "fire"], ["storm"], 0, 100 / 3),
        (["heavy rain", "rain"], ["rain", "heavy rain fell"], 0, (100 + 80) / 2),
        (["z w", "x y z"], ["w", "y z w"], 0, 200 / 3),  # pairing the closest two first would give 40
        ([], ["storm"], 0, 0),
        (["storm"], [], 0, 0),
        ([], [], 100, 100),
        (["the"], [], 100, 100),
    ],
)
def test_sets_of_spans_by_hand(predicted: list[str], golds: list[str], em: float, f1: float) -> None:
    assert set_exact_match(predicted, golds) == em
    assert set_f1(predicted, golds) == pytest.approx(f1)


@given(SPANS, SPANS)
def test_sets_of_spans_agree_with_the_recomputation(predicted: list[str], golds: list[str]) -> None:
    assert set_f1(predicted, golds) == pytest.approx(set_f1_again(predicted, golds))
    found, wanted = ({tuple(words_again(text)) for text in texts} - {()} for texts in (predicted, golds))
    assert set_exact_match(predicted, golds) == 100 * (found == wanted)


@given(SPANS, SPANS)
def test_an_equal_set_has_full_f1_and_order_counts_for_nothing(predicted: list[str], golds: list[str]) -> None:
    assert set_f1(predicted, predicted[::-1]) == pytest.approx(100)
    assert set_f1(predicted, golds) == pytest.approx(set_f1(golds[::-1], predicted[::-1]))


def test_added_words_are_counted_with_repetition() -> None:
    assert added_words("Did the mayor say why the mayor left Rome?", "Did he say why, mayor?") == Counter(
        {"mayor": 1, "left": 1, "rome": 1}
    )
    assert added_words("Why?", "why") == Counter()


@pytest.mark.parametrize(
    ("found", "gold", "scores"),
    [
        ("abc", "ab", (2 / 3, 1, 80)),
        ("aa", "a", (0.5, 1, 200 / 3)),
        ("xy", "ab", (0, 0, 0)),
        ("", "ab", (0, 0, 0)),
        ("ab", "", (0, 0, 0)),
        ("", "", (1, 1, 100)),
    ],
)
def test_bags_of_words_by_hand(found: str, gold: str, scores: tuple[float, float, float]) -> None:
    assert bag_scores(list(found), list(gold)) == pytest.approx(scores)


@given(BAGS, BAGS)
def test_f1_of_bags_agrees_with_the_recomputation_and_is_symmetric(found: list[str], gold: list[str]) -> None:
    precision, recall, f1 = bag_scores(found, gold)
    assert f1 == pytest.approx(f1_again(found, gold))
    assert bag_scores(gold, found) == pytest.approx((recall, precision, f1))


@pytest.mark.parametrize(
    ("answer", "gold", "same"),
    [
        ("Kanasugi", "Kenji Kanasugi", True),
        ("Mr. Kanasugi", "Kanasugi", True),
        ("June 12", "June 8-9", False),
        ("the summit", "North Korea's attitude at the summit", False),
        ("Friday in Rome", "Rome on Friday", False),
        ("8, June", "June 8", True),
        ("Ming dynasty", "Song dynasty", False),
    ],
)
def test_another_wording_holds_all_words_of_one_of_both(answer: str, gold: str, same: bool) -> None:
    assert nearest_wording(answer, ["something else", gold]) == (gold if same else None)
