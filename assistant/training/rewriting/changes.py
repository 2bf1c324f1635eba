"""Ways to change one thing of a question: a name, a number, a word for its opposite or a related one, a negation.

Each way yields candidates; what makes one safe is judged where they are chosen.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from assistant.training.rewriting.name_lists import LISTED
from assistant.training.rewriting.names import is_guess, name_places, names_in
from assistant.training.rewriting.offices import OFFICE, others_of
from assistant.training.rewriting.related_words import BASE_VERBS, KINDS, OPPOSITES
from assistant.training.rewriting.words import phrase_set, word_set

WORD = re.compile(r"\w+(?:['’-]\w+)*")
_NUMBER = re.compile(r"(?<![\w.,:$£€/-])([0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,12})(s|th|%)?(?![\w-])(?![.,:/]\d)")
_LAST_YEAR = 2029
_NEIGHBOURS_READ = 3
_NAMES_TRIED = 3
_NEGATED_SHARE = 0.3


@dataclass(frozen=True)
class Change:
    """`question[start:end]` becomes `text`, which names something else or only negates what was there.

    Where it is a `phrase`, it is new when it does not stand in the context as a whole, whatever its words do.
    """

    start: int
    end: int
    text: str
    negates: bool = False
    phrase: bool = False


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
    text, words = text.lower(), words.lower()
    place = text.find(words)
    while place >= 0:
        end = place + len(words)
        if not text[place - 1 : place].isalnum() and not text[end : end + 1].isalnum():
            return True
        place = text.find(words, place + 1)
    return False


def other_names(case: Case) -> Iterator[Change]:
    """Names of the question that the context shares, each with others of its kind."""
    for start, end in name_places(case.question):
        name = case.question[start:end]
        kinds = _kinds_of(name, case)
        if not holds(case.context, name) or _is_fixed(case.question, start, end, kinds):
            continue
        for text in [case.context, *_some(case.neighbours, _NEIGHBOURS_READ, case.rng)]:
            others = [other for other, found in names_in(text).items() if found & kinds and _differ(other, name)]
            for other in _some(others, _NAMES_TRIED, case.rng):
                yield Change(start, end, other)
        for kind in sorted(kinds):
            for other in _some(LISTED.get(kind, ()), 2, case.rng):
                yield Change(start, end, other)


def _kinds_of(name: str, case: Case) -> frozenset[str]:
    """What a name of the question can name: as the context tells, or else as it stands in the question."""
    in_context = names_in(case.context).get(name, frozenset())
    in_question = names_in(case.question)[name]
    return in_context if in_context and not is_guess(in_context) else in_question


_WH_BEFORE = re.compile(r"\b(?:what|which|whose|how many)\s*$", re.IGNORECASE)
_THE_BEFORE = re.compile(r"\bthe\s*$", re.IGNORECASE)
_VERB_COMES = re.compile(r"\b(?:do|does|did|can|could|will|would|should|has|have|had)\s+the\s*$", re.IGNORECASE)
_NOUN_AFTER = re.compile(r" (?!(?:to|in|of|out|and|on|for|from|did|do|have|had|was|were|is|are|call|use|\w+ed)\b)[a-z]")
_BOUND_AFTER = re.compile(r" ?\d|['’](?!s\b)| (?:the )?[A-Z]")


def _is_fixed(question: str, start: int, end: int, kinds: frozenset[str]) -> bool:
    """Whether another name would not fit in this place: "the French", "which Spanish", "Season 3", "Jones' house"."""
    if _BOUND_AFTER.match(question, end):
        return True
    if kinds & {"people", "state", "city", "country", "month"} and _THE_BEFORE.search(question[:start]):
        return _NOUN_AFTER.match(question, end) is None or _VERB_COMES.search(question[:start]) is not None
    return _WH_BEFORE.search(question[:start]) is not None and "people" not in kinds


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
    for change in _from_table(case, OPPOSITES):
        ends_something = case.question[change.start : change.end].lower() in _OF_SPANS
        if not (ends_something and _SPAN_OF_TIME.search(case.context)):
            yield change


# "From 1990 to 1995" answers both when it began and when it ended.
_OF_SPANS = word_set(
    "begin began beginning start started end ended ending finish finished first last before after born"
)
_SPAN_OF_TIME = re.compile(r"\d\)?\s*(?:[–-]|to|until|till|and)\s*(?:\w+ )?\d")


def related(case: Case) -> Iterator[Change]:
    """Words of the question, each with others of its kind."""
    return _from_table(case, KINDS)


# A word that follows one of these means something else than in the lists, or has no opposite there.
_UNCHANGED_AFTER = word_set("how very so too as used at to no not never what's being right years year months")
_UNCHANGED_PAIRS = phrase_set(
    """
    first name, last name, first names, last names, first lady, first aid, first hand, high school, high schools,
    best known, most of, most people, most common, last for, old testament, new testament, new year, close to,
    similar to, able to, likely to, hard drive, hard disk, hot dog, take part, took part, leave for, left over,
    left for, left in, left on, order to, open source, front of, back to, good at, better than, second to, early on,
    prior to, public school, private school, rose to, fell to, war on, upper class, lower class, live on, live in,
    man made, human beings, first person, third person, fall of, rise of, little more, even more, no more, any more,
    long before, ever before, years before, soon after, shortly after, named after, named before, after all,
    look after, looked after, search after, bought out, leave out, general public, most popular, the most,
    an end, the end, the start, a start, a close, the close, official of, official in, live feed, built on, sent home,
    sent to, released to, released from, sign up, signed up, signed off, birth control, heart failure,
    record producer, new to, look for,
    next to, rugby union, studio album, early modern, the public, the dead, open to, opened to, born with
    """
)
# The one who writes is called so in questions about reviews and posts, whether the text says so or not.
_UNCHANGED = word_set("author authors writer reviewer person user")


def _from_table(case: Case, table: Mapping[str, tuple[str, ...]]) -> Iterator[Change]:
    words = case.words()
    asked = {word for _, _, word in words}
    for start, end, word in words:
        if word not in table or word in _UNCHANGED or asked.intersection(table[word]):
            continue
        before, after = _word_before(case.question, start), _word_after(case.question, end)
        if before in _UNCHANGED_AFTER:
            continue
        if {f"{before} {word}", f"{word} {after}"} & _UNCHANGED_PAIRS or (word in _NOT_AT_END and not after):
            continue
        if word == "most" and not _GRADABLE.fullmatch(after):
            continue
        if word in BASE_VERBS and (before in _DETERMINERS or not _BEFORE_VERB.search(case.question[:start])):
            continue
        for other in table[word]:
            yield Change(start, end, other)


# At the end of a question these are verbs or nouns: "How long did it last?", "Who won the final?"
_NOT_AT_END = word_set("last final end")
# What follows "most" where "least" can stand.
_GRADABLE = re.compile(r"\w+(?:ed|ing|ive|al|ful|ous|ant|ent|ar|ic|ble|ly|ult|prone)")
_DETERMINERS = word_set("a an the this that its his her their my your our each every no")
_BEFORE_VERB = re.compile(
    r"\b(?:do|does|did|can|could|will|would|should|may|might|must)(?:n['’]t)?\b|\bto $", re.IGNORECASE
)


def _word_before(question: str, start: int) -> str:
    found = re.search(r"([\w'’-]+) +$", question[:start])
    return found[1].lower() if found else ""


def _word_after(question: str, end: int) -> str:
    found = re.match(r" +([\w'’-]+)", question[end:])
    return found[1].lower() if found else ""


def offices(case: Case) -> Iterator[Change]:
    """Offices of the question that the context shares, each with others that somebody else would hold."""
    for match in OFFICE.finditer(case.question):
        if not holds(case.context, match[0]):
            continue
        for other in _some(others_of(match[0].lower()), _NAMES_TRIED, case.rng):
            yield Change(match.start(), match.end(), other, phrase=True)


def numbers(case: Case) -> Iterator[Change]:
    """Years, decades, centuries and other numbers that the context shares, each with others like it."""
    for match in _NUMBER.finditer(case.question):
        digits, ending = match[1], match[2] or ""
        before, after = case.question[: match.start()], case.question[match.end() :]
        if _BOUND_BEFORE.search(before) or _RANGE_AFTER.match(after) or not holds(case.context, match[0]):
            continue
        for _ in range(_NAMES_TRIED):
            other = _other_number(int(digits.replace(",", "")), ending, case.rng)
            if other > 3 and not (ending == "th" and other % 10 in (1, 2, 3)):
                yield Change(match.start(), match.end(), (f"{other:,}" if "," in digits else str(other)) + ending)


# "Over 50,000" and "about 50,000" hold of much else, and one end of a range says little.
_BOUND_BEFORE = re.compile(
    r"\b(?:over|under|than|least|most|above|below|exceeding|about|around|past|(?:\d+|from \w+) (?:to|and|until))\s*$",
    re.IGNORECASE,
)
_RANGE_AFTER = re.compile(r"\s*(?:to|and|until|or|[–-])\s*\d")


def _other_number(value: int, ending: str, rng: random.Random) -> int:
    """A year or a small number nearby, a decade or two away, or a clearly smaller or larger number."""
    if 1000 <= value <= _LAST_YEAR:
        step = 10 if ending == "s" else 1
        return min(value + step * rng.choice((-1, 1)) * rng.randint(1, 4 if ending == "s" else 12), _LAST_YEAR)
    if value < 30:
        return value + rng.choice((-1, 1)) * rng.randint(1, 9)
    return value * rng.choice((2, 3, 4)) if rng.random() < 0.5 else value // rng.choice((2, 3))


_NEGATED = {"can": "can't"} | {word: f"{word}n't" for word in ("did", "does", "do", "could", "would", "should")}
_AFFIRMED = {negated: word for word, negated in _NEGATED.items()}
_BEFORE_PARTICIPLE = word_set("is are was were has have had been")
_PARTICIPLE = re.compile(r"\w+(?:ed|own|awn|ung|ght|ven|ten|ken|sen|den|lt)")
_HAS_NEGATION = re.compile(r"\b(?:not|never|no|none|nothing|without|besides|except|other than|only)\b|n['’]t\b")


def negations(case: Case) -> Iterator[Change]:
    """A negation after who, what or which ("What did he" -> "What didn't he"), or one taken out after why.

    Most questions get none, lest a negation alone should come to mean that there is no answer.
    """
    if case.rng.random() > _NEGATED_SHARE:
        return
    for start, end, word in case.words():
        before, after = _word_before(case.question, start), _word_after(case.question, end)
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
