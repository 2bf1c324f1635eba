"""Questions as people type them: without a mark, in headline style, with typos."""

from __future__ import annotations

import random
import re
from collections.abc import Callable

from assistant.training.rewriting.words import word_set

_TYPO_WORD = re.compile(r"(?<![\w'’])[^\W\d_]{4,}(?![\w])")
_KEYS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_LEFT_OUT_OF_HEADLINES = word_set(
    "a an the did do does is are was were has have had been be being there its his her their some any"
)


def retyped(question: str, rng: random.Random) -> str:
    """The question as people type it: without its mark, in headline style, or with a typo or two, as `rng` chooses.

    A way that changes nothing gives place to the next; a question that none of them changes comes back as it is.
    The result always has words in it if the question has.
    """
    ways: list[Callable[[str, random.Random], str]] = [_without_mark, _headline, _mistyped]
    rng.shuffle(ways)
    for way in ways:
        changed = way(question, rng)
        if changed != question and changed.strip():
            return changed
    return question


def _without_mark(question: str, rng: random.Random) -> str:
    return question.rstrip().removesuffix("?").rstrip()


def _headline(question: str, rng: random.Random) -> str:
    """Without its mark and the words that headlines leave out; as it is when too little would be left."""
    words = _without_mark(question, rng).split()
    kept = [word for word in words if word.lower() not in _LEFT_OUT_OF_HEADLINES]
    return " ".join(kept) if 3 <= len(kept) < len(words) else question


def _mistyped(question: str, rng: random.Random) -> str:
    """With a typo in one word of four letters or more, now and then in two; the first letter stays right."""
    places = [match.span() for match in _TYPO_WORD.finditer(question)]
    chosen = rng.sample(places, min(len(places), 2 if rng.random() < 0.25 else 1))
    for start, end in sorted(chosen, reverse=True):
        question = question[:start] + _with_typo(question[start:end], rng) + question[end:]
    return question


def _with_typo(word: str, rng: random.Random) -> str:
    place = rng.randrange(1, len(word))
    letter = word[place]
    ways = [word[:place] + word[place + 1 :], word[:place] + letter + word[place:]]
    if place > 1 and word[place - 1] != letter:
        ways.append(word[: place - 1] + letter + word[place - 1] + word[place + 1 :])
    if neighbours := _neighbour_keys(letter):
        ways.append(word[:place] + rng.choice(neighbours) + word[place + 1 :])
    return rng.choice(ways)


def _neighbour_keys(letter: str) -> str:
    for row in _KEYS:
        place = row.find(letter)
        if place >= 0:
            return row[max(0, place - 1) : place] + row[place + 1 : place + 2]
    return ""
