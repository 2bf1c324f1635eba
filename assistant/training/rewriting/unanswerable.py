"""Questions changed in one thing so that their context no longer answers them.

Rewrites are made while training, from questions that have answers; they are never part of an evaluation.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Sequence
from difflib import SequenceMatcher
from functools import lru_cache

from assistant.training.rewriting.changes import (
    WORD,
    Case,
    Change,
    holds,
    negations,
    numbers,
    offices,
    opposites,
    other_names,
    related,
)
from assistant.training.rewriting.words import word_set

_MOST_ALIKE = 0.6
# How often each way is tried first, in relation to the others.
_WAYS: tuple[tuple[Callable[[Case], Iterator[Change]], float], ...] = (
    (other_names, 8.0),
    (opposites, 3.0),
    (related, 2.0),
    (numbers, 4.0),
    (offices, 4.0),
    (negations, 0.5),
)


def made_unanswerable(
    question: str, context: str, golds: Sequence[str], neighbours: Sequence[str], rng: random.Random
) -> str | None:
    """The question changed in one thing so that `context` no longer answers it; None when no safe change is found.

    The ways are those of SQuAD 2.0 (Rajpurkar et al. 2018, table 1): another name or number of the same kind, an
    opposite, a thing that excludes it, a negation put in or taken out. `neighbours` are other paragraphs of the
    article, where other names are looked for. What is put in is no gold answer, and is not in the context, save for
    names and numbers that stand there apart from the answer and from most of what the question asks for.
    """
    case = Case(question, context, neighbours, rng)
    # Weighted sampling without replacement: Efraimidis and Spirakis 2006.
    for _, way in sorted(((rng.random() ** (1 / weight), way) for way, weight in _WAYS), key=_first, reverse=True):
        changes = list(way(case))
        rng.shuffle(changes)
        for change in changes:
            if _is_safe(change, case, golds):
                return _applied(change, question)
    return None


def _first(pair: tuple[float, object]) -> float:
    return pair[0]


def _is_safe(change: Change, case: Case, golds: Sequence[str]) -> bool:
    """Whether what is put in is new to question and context, or stands apart in the context; and is in no gold."""
    if change.negates:
        return True
    if change.phrase:
        return not any(holds(text, change.text) for text in (case.context, case.question, *golds))
    new = _stems(change.text)
    if not new or new & _stems(case.question) or any(new & _stems(gold) for gold in golds):
        return False
    if _alike(change.text, case.question[change.start : change.end]):
        return False
    if change.text[0].isupper() or change.text[0].isdigit():
        return not holds(case.context, change.text) or _stands_apart(change, case, golds)
    return not new & _stems(case.context)


def _alike(new: str, old: str) -> bool:
    """Whether two names look like spellings of one: Kongo and Congo, Beyincé and Beyoncé."""
    return new[0].isupper() and SequenceMatcher(None, new, old).ratio() > _MOST_ALIKE


def _stands_apart(change: Change, case: Case, golds: Sequence[str]) -> bool:
    """Whether the sentences with the new words have next to nothing else of the question, and no gold answer."""
    rest = _stems(case.question[: change.start] + " " + case.question[change.end :])
    if len(rest & _stems(case.context)) < 2:
        return False
    near = [sentence for sentence in _sentences(case.context) if holds(sentence, change.text)]
    shared = frozenset[str]().union(*(rest & _stems(sentence) for sentence in near))
    return len(shared) <= len(rest) // 4 and not any(gold in sentence for gold in golds for sentence in near)


def _applied(change: Change, question: str) -> str:
    new = change.text
    if question[change.start].isupper():
        new = new[0].upper() + new[1:]
    return _with_right_article(question[: change.start], new) + new + question[change.end :]


def _with_right_article(before: str, new: str) -> str:
    """`before` with "a" or "an" at its end as the new word wants it."""
    match = re.search(r"\b([Aa])n? $", before)
    if match is None:
        return before
    vowel = new[0].lower() in "aeiou" and not new.lower().startswith(
        ("eu", "unif", "uniq", "unit", "univ", "use", "usu")
    )
    return before[: match.start()] + match[1] + ("n " if vowel else " ")


_FUNCTION_WORDS = word_set(
    """
    a an the of in on at by for from to with and or but as is are was were be been being do does did has have had what
    who whom whose when where which why how that this these those it its he she they his her their him them there many
    much year name kind type not than can could would will into
    """
)


@lru_cache(maxsize=200_000)
def _stems(text: str) -> frozenset[str]:
    """The content words of a text, without endings, so that "released" is found in "release"."""
    words = (match[0].lower() for match in WORD.finditer(text))
    return frozenset(_stem(word) for word in words if word not in _FUNCTION_WORDS)


def _stem(word: str) -> str:
    for ending in ("'s", "’s", "ings", "ing", "ies", "ied", "est", "ers", "ed", "es", "er", "ly", "s", "e", "y"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)]
    return word


@lru_cache(maxsize=50_000)
def _sentences(text: str) -> tuple[str, ...]:
    return tuple(re.split(r"(?<=[.!?])\s+(?=[\"“(A-Z0-9])", text))
