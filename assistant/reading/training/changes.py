"""Ways to change one thing of a question: a name, a number, a word for its opposite or its kin, a negation.

Each way yields candidates; what makes one safe is judged where they are chosen.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from assistant.reading.training.kin_words import KINDS, OPPOSITES, word_set
from assistant.reading.training.name_lists import LISTED
from assistant.reading.training.names import kind_at, name_places, names_in

WORD = re.compile(r"\w+(?:['’-]\w+)*")
_NUMBER = re.compile(r"(?<![\w.,$£€-])(\d{1,3}(?:,\d{3})+|\d+)(s|th|%)?(?![\w-])(?![.,:/]\d)")
_LAST_YEAR = 2029
_NEIGHBOURS_READ = 3
_NAMES_TRIED = 3


@dataclass(frozen=True)
class Change:
    """`question[start:end]` becomes `text`; nothing is put in when `text` is empty or only negates."""

    start: int
    end: int
    text: str
    negates: bool = False


@dataclass(frozen=True)
class Case:
    """A question, the context that answers it, and other paragraphs of the same article."""

    question: str
    context: str
    neighbours: Sequence[str]
    rng: random.Random

    def words(self) -> list[tuple[int, int, str]]:
        """Start, end and lower-case form of each word of the question that is not within a name."""
        names = name_places(self.question)
        return [
            (match.start(), match.end(), match[0].lower())
            for match in WORD.finditer(self.question)
            if not any(start <= match.start() < end for start, end in names)
        ]


def holds(text: str, words: str) -> bool:
    """Whether the words stand in the text as whole words, in any case."""
    if words.lower() not in text.lower():
        return False
    return re.search(rf"(?<!\w){re.escape(words)}(?!\w)", text, re.IGNORECASE) is not None


def other_names(case: Case) -> Iterator[Change]:
    """Names of the question that the context shares, each with others of its kind."""
    in_context = names_in(case.context)
    for start, end in name_places(case.question):
        name = case.question[start:end]
        kind = kind_at(case.question, start, end)
        kinds = in_context.get(name, frozenset()) | {kind}
        if not holds(case.context, name) or (_WH_BEFORE.search(case.question[:start]) and kind.startswith("as ")):
            continue
        for text in [case.context, *_some(case.neighbours, _NEIGHBOURS_READ, case.rng)]:
            others = [other for other, found in names_in(text).items() if found & kinds and _differ(other, name)]
            for other in _some(others, _NAMES_TRIED, case.rng):
                yield Change(start, end, other)
        if not _THE_BEFORE.search(case.question[:start]) or kind in ("people", "peoples"):
            for other in _some(LISTED.get(kind, ()), 2, case.rng):
                yield Change(start, end, other)


_WH_BEFORE = re.compile(r"\b(?:what|which|whose|how many)\s*$", re.IGNORECASE)
_THE_BEFORE = re.compile(r"\bthe\s*$", re.IGNORECASE)


def _differ(other: str, name: str) -> bool:
    """Whether two names can be of different things: no word in common, and neither is the other's initials."""
    words, names = set(other.lower().split()), set(name.lower().split())
    if words & names - {"of", "the"} or abs(len(words) - len(names)) > 1:
        return False
    return _initials(other) != name.replace(".", "") and _initials(name) != other.replace(".", "")


def _initials(name: str) -> str:
    return "".join(word[0] for word in name.split() if word[0].isupper())


def opposites(case: Case) -> Iterator[Change]:
    """Words of the question, each with its opposites."""
    return _from_table(case, OPPOSITES)


def kin(case: Case) -> Iterator[Change]:
    """Words of the question, each with others of its kind."""
    return _from_table(case, KINDS)


# A word that follows one of these means something else than in the lists, or has no opposite there.
_UNCHANGED_AFTER = word_set("how very so too as used at to no not never what's being right")
_UNCHANGED_PAIRS = frozenset(
    pair.strip()
    for pair in [
        "\n    first name",
        " last name",
        " first names",
        " last names",
        " first lady",
        " first aid",
        " first hand",
        " high school",
        " high schools",
        "\n    best known",
        " most of",
        " most people",
        " most common",
        " last for",
        " old testament",
        " new testament",
        " new year",
        " close to",
        "\n    similar to",
        " able to",
        " likely to",
        " hard drive",
        " hard disk",
        " hot dog",
        " take part",
        " took part",
        " leave for",
        " left over",
        "\n    left for",
        " left in",
        " left on",
        " order to",
        " open source",
        " front of",
        " back to",
        " good at",
        " better than",
        " second to",
        " early on",
        "\n    prior to",
        " public school",
        " private school",
        " rose to",
        " fell to",
        " war on",
        " upper class",
        " lower class",
        " live on",
        " live in",
        "\n    man made",
        " human beings",
        " first person",
        " third person",
        " fall of",
        " rise of",
        " little more",
        " even more",
        " no more",
        " any more",
        "\n    long before",
        " ever before",
        " years before",
        " soon after",
        " shortly after",
        " named after",
        " named before",
        " after all",
        "\n    look after",
        " looked after",
        " search after",
        " bought out",
        " leave out",
        " general public",
        " most popular",
        " the most\n    ",
    ]
)
# The one who writes is called so in questions about reviews and posts, whether the text says so or not.
_UNCHANGED = word_set("author writer reviewer person user")


def _from_table(case: Case, table: Mapping[str, tuple[str, ...]]) -> Iterator[Change]:
    words = case.words()
    for index, (start, end, word) in enumerate(words):
        before = words[index - 1][2] if index else ""
        after = words[index + 1][2] if index + 1 < len(words) else ""
        if word in _UNCHANGED or before in _UNCHANGED_AFTER:
            continue
        if {f"{before} {word}", f"{word} {after}"} & _UNCHANGED_PAIRS:
            continue
        for other in table.get(word, ()):
            yield Change(start, end, other)


def numbers(case: Case) -> Iterator[Change]:
    """Years, decades, centuries and other numbers that the context shares, each with near ones."""
    for match in _NUMBER.finditer(case.question):
        digits, ending = match[1], match[2] or ""
        if not holds(case.context, match[0]) or len(digits) > 12:
            continue
        value = int(digits.replace(",", ""))
        is_year = len(digits) == 4 and 1000 <= value <= _LAST_YEAR
        step, reach = (10, 4) if is_year and ending == "s" else (1, 12)
        for _ in range(_NAMES_TRIED):
            other = value + step * case.rng.choice((-1, 1)) * case.rng.randint(1, reach)
            if other > 3 and not (is_year and other > _LAST_YEAR) and not (ending == "th" and other % 10 in (1, 2, 3)):
                yield Change(match.start(), match.end(), (f"{other:,}" if "," in digits else str(other)) + ending)


_NEGATED = {"can": "can't"} | {word: f"{word}n't" for word in ("did", "does", "do", "could", "would", "should")}
_AFFIRMED = {negated: word for word, negated in _NEGATED.items()}
_BEFORE_PARTICIPLE = word_set("is are was were has have had been")
_PARTICIPLE = re.compile(r"\w+(?:ed|own|awn|ung|ght|ven|ten|ken|sen|den|lt)")
_HAS_NEGATION = re.compile(r"\b(?:not|never|no|none|nothing|without|besides|except|other than|only)\b|n['’]t\b")


def negations(case: Case) -> Iterator[Change]:
    """A negation after who, what or which ("What did he" -> "What didn't he"), or one taken out after why."""
    words = case.words()
    for index, (start, end, word) in enumerate(words):
        before = words[index - 1][2] if index else ""
        after = words[index + 1][2] if index + 1 < len(words) else ""
        if before == "why" and word in _AFFIRMED:
            yield Change(start, end, _AFFIRMED[word], negates=True)
        if before not in ("who", "what", "which") or _HAS_NEGATION.search(case.question.lower()):
            continue
        if word in _BEFORE_PARTICIPLE and _PARTICIPLE.fullmatch(after):
            yield Change(start, end, f"{word} {case.rng.choice(('never', 'not'))}", negates=True)
        elif word in _NEGATED:
            yield Change(start, end, _NEGATED[word], negates=True)


def _some(items: Sequence[str], count: int, rng: random.Random) -> list[str]:
    return rng.sample(items, min(count, len(items)))
