"""Questions that only say what differs from the one before: "And in Canada?", "What about Ann Lee?", "Where?"."""

from __future__ import annotations

import re

from assistant.reading.training.rewriting.words import (
    AUXILIARIES,
    BASE_VERBS,
    CONJUNCTIONS,
    DETERMINERS,
    FUNCTION_WORDS,
    PREPOSITIONS,
    QUESTION_WORDS,
    WORD,
    looks_inflected,
)

_LEAST_SHARED = 0.6  # of the later question's words
_LONGEST = 4  # words that may differ


def ellipses(earlier_question: str, question: str) -> list[str]:
    """The short forms of ``question`` right after one that differs from it in a single phrase; else none."""
    earlier, words = list(WORD.finditer(earlier_question)), list(WORD.finditer(question))
    said, asked = ([word.group().lower() for word in each] for each in (earlier, words))
    first = _alike(said, asked)
    last = len(asked) - _alike(said[first:][::-1], asked[first:][::-1])
    differ, differed = asked[first:last], said[first : len(said) - (len(asked) - last)]
    shared = len(asked) - len(differ)
    if not (0 < len(differ) <= _LONGEST and 0 < len(differed) <= _LONGEST):
        return []
    if shared < 3 or shared < _LEAST_SHARED * len(asked):
        return []
    if first == 0:
        single = len(differ) == len(differed) == 1 and differ[0] in QUESTION_WORDS and differed[0] in QUESTION_WORDS
        return [f"{differ[0].capitalize()}?", f"And {differ[0]}?"] if single else []
    if not _is_noun_phrase(words, first, last):
        return []
    owner = re.match(r"['’]s?(?!\w)", question[words[last - 1].end() :])
    end = words[last - 1].end() + (owner.end() if owner else 0)
    begin = first - 1 if asked[first - 1] in DETERMINERS else first
    phrase = question[words[begin].start() : end]
    if begin > 0 and asked[begin - 1] in PREPOSITIONS - {"of"}:
        return [f"And {asked[begin - 1]} {phrase}?", f"What about {phrase}?"]
    return [f"And {phrase}?", f"What about {phrase}?"]


def _alike(these: list[str], those: list[str]) -> int:
    """How many of their first words are the same."""
    count = 0
    for this, that in zip(these, those, strict=False):
        if this != that:
            break
        count += 1
    return count


def _is_noun_phrase(words: list[re.Match[str]], first: int, last: int) -> bool:
    """Whether the words in ``[first, last)`` look like a whole phrase that names something."""
    inside = [word.group() for word in words[first:last]]
    before, before_that = words[first - 1].group().lower(), words[first - 2].group().lower() if first > 1 else ""
    after = words[last].group().lower() if last < len(words) else ""
    if (
        any(word in FUNCTION_WORDS - DETERMINERS - PREPOSITIONS for word in inside)
        or inside[-1] in FUNCTION_WORDS | BASE_VERBS
    ):
        return False
    if inside[0].islower() and (inside[0] in BASE_VERBS or looks_inflected(inside[0]) or before in AUXILIARIES):
        return False
    begins = before in PREPOSITIONS | DETERMINERS or (before in AUXILIARIES | BASE_VERBS and not inside[0].islower())
    after_help = before in AUXILIARIES or (before in DETERMINERS and before_that in AUXILIARIES)
    ends = not after or after in FUNCTION_WORDS - CONJUNCTIONS or (after_help and after in BASE_VERBS)
    return begins and ends
