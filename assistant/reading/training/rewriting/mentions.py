"""What a later question shares with the one before it, and how it stands in its sentence."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from assistant.reading.training.rewriting.standing import Role, standing
from assistant.reading.training.rewriting.words import (
    AUXILIARIES,
    BASE_VERBS,
    FUNCTION_WORDS,
    WORD,
    is_plural,
    looks_inflected,
    word_set,
)

_CAPITALISED = r"(?:(?:[A-Z]\.){2,}|(?:St|Mr|Mrs|Ms|Dr)\.|[a-z]?[A-Z][\w&-]*(?:['’](?!s\b)\w+)*)"
#: A run of capitalised words, with the small words that names hold.
_NAME = re.compile(
    rf"\b(?:(?:de|von|van|al|bin|ibn|el)[ -])?{_CAPITALISED}"
    rf"(?:\s+(?:(?:of|for|the|an?|de|al|von|van|del|la)\s+){{0,2}}(?:{_CAPITALISED}|\d+\b))*"
)
_YEAR = re.compile(r"(?<![\w$€£,.-])(?:1\d{3}|20\d{2})(?![\w,-]|\.\d)")
_DESCRIBES = re.compile(r"(?:est|ous|ive|ful|able|ible|ical|ish|less|tant|onal)$")
_CALENDAR = word_set(
    """january february march april may june july august september october november december monday tuesday wednesday
    thursday friday saturday sunday i god according"""
)
_POINTING = word_set("the this these those his her its their my our your")
_VAGUE = word_set("time same only way following kind type name number amount rest end beginning use")
_LONGEST_ANSWER = 8  # words of an answer that a later question may repeat


@dataclass(frozen=True, slots=True)
class Mention:
    """A part of the later question that names what the earlier one, or its answer, names too.

    Attributes:
        start, end: offsets into the later question, a determiner and a possessive ending included.
        text: what is named, without the possessive ending.
        role: its part in the sentence.
        is_answer: whether the earlier answer names it.
        is_name: whether it is a proper name.
        is_year: whether it is a year.
        plural: whether the question treats it as more than one; None when that cannot be told.
    """

    start: int
    end: int
    text: str
    role: Role
    is_answer: bool
    is_name: bool
    is_year: bool
    plural: bool | None


@dataclass(frozen=True, slots=True)
class _Found:
    start: int
    end: int
    is_answer: bool
    is_name: bool
    is_year: bool = False


def shared_mentions(earlier: tuple[str, str], question: str, context: str) -> list[Mention]:
    """What ``question`` shares with an earlier (question, answer) and a pronoun could stand for, in its order.

    Anything named twice, or standing where a pronoun cannot ("the Paris office"), is left out.
    """
    said = _Said(*earlier)
    found = [*_answers(said, question), *_names(said, question, context), *_years(said, question)]
    found += [*_noun_phrases(said, question), *_bare_plurals(said, question)]
    mentions: list[Mention] = []
    for place in found:
        mention = _as_mention(question, place)
        if mention and all(mention.end <= other.start or other.end <= mention.start for other in mentions):
            mentions.append(mention)
    return sorted((m for m in mentions if _named_once(question, m)), key=lambda mention: mention.start)


class _Said:
    """The words of the earlier question and its answer."""

    def __init__(self, question: str, answer: str) -> None:
        self.text = f"{question} {answer}"
        self.words = f" {_plain(question)} . {_plain(answer)} "
        self.answer = _without_determiner(_plain(answer))

    def has(self, words: str) -> bool:
        """Whether the exchange says these words, in this order."""
        return bool(words) and f" {words} " in self.words

    def goes_on(self, name: str) -> bool:
        """Whether every mention of the name is the beginning of a longer name."""
        places = list(re.finditer(rf"(?<!\w){re.escape(name)}(?!\w)", self.text))
        return bool(places) and all(re.match(r"[\s-][A-Z]", self.text[place.end() :]) for place in places)


def _plain(text: str) -> str:
    return " ".join(WORD.findall(text)).lower()


def _without_determiner(words: str) -> str:
    first, _, rest = words.partition(" ")
    return rest if first in _POINTING or first in ("a", "an") else words


def _answers(said: _Said, question: str) -> Iterator[_Found]:
    length = len(said.answer.split())
    if not 0 < length <= _LONGEST_ANSWER or said.answer.isdigit() or not re.search(r"[^\W\d_]{2}", said.answer):
        return
    if said.answer in FUNCTION_WORDS | _CALENDAR or said.answer in BASE_VERBS:
        return
    words = list(WORD.finditer(question))
    for first in range(len(words) - length + 1):
        start, end = words[first].start(), words[first + length - 1].end()
        is_name = question[start].isupper()
        if _plain(question[start:end]) == said.answer and (is_name or not said.words.startswith(" how ")):
            yield _with_determiner(question, _Found(start, end, True, is_name))


def _names(said: _Said, question: str, context: str) -> Iterator[_Found]:
    for match in _NAME.finditer(question):
        start, end = match.span()
        opening = WORD.match(question, start)
        if opening and start == 0 and not _is_name_word(opening.group(), context):
            following = _NAME.search(question, opening.end())
            if following is None or following.end() > end:
                continue
            start = following.start()
        name = question[start:end]
        plain = _plain(name)
        if plain in _CALENDAR or said.goes_on(name) or not (said.has(plain) or _is_surname_of(said.answer, plain)):
            continue
        in_answer = f" {plain} " in f" {said.answer} " or _is_surname_of(said.answer, plain)
        end += _further(said, plain, question[end:])
        yield _with_determiner(question, _Found(start, end, in_answer, True))


def _further(said: _Said, plain: str, after: str) -> int:
    """Characters of the nouns after a name that were said with it before: " building" of "the Levinsky building"."""
    length = 0
    while following := re.match(r"\s+([a-z]+)\b", after[length:]):
        word = following.group(1)
        plain = f"{plain} {word}"
        if word in FUNCTION_WORDS | BASE_VERBS or looks_inflected(word) or not said.has(plain):
            break
        length += following.end()
    return length


def _is_name_word(word: str, context: str) -> bool:
    """Whether a question's first word is a name: the context never writes it small."""
    lowered = word.lower()
    return lowered not in FUNCTION_WORDS and lowered not in BASE_VERBS and f" {lowered}" not in context


def _is_surname_of(answer: str, plain: str) -> bool:
    return bool(answer) and not answer.isdigit() and " " in plain and plain.endswith(f" {answer}")


def _years(said: _Said, question: str) -> Iterator[_Found]:
    for match in _YEAR.finditer(question):
        if said.has(match.group()):
            yield _Found(match.start(), match.end(), match.group() in said.answer, False, True)


def _noun_phrases(said: _Said, question: str) -> Iterator[_Found]:
    """Phrases with "the" in small letters whose noun was spoken of before."""
    words = list(WORD.finditer(question))
    for at, word in enumerate(words[:-1]):
        if word.group().lower() not in _POINTING:
            continue
        helped = at > 0 and words[at - 1].group().lower() in AUXILIARIES
        last = _phrase_end(question, words, at + 1, helped)
        for end in range(last, at, -1):
            phrase = _plain(question[words[at + 1].start() : words[end].end()])
            if (
                words[end].group().islower()
                and not _DESCRIBES.search(phrase)
                and phrase not in _VAGUE
                and said.has(phrase)
            ):
                yield _Found(word.start(), words[end].end(), f" {phrase} " in f" {said.answer} ", False)
                break


def _phrase_end(question: str, words: list[re.Match[str]], first: int, helped: bool) -> int:
    """Index of the last word that may belong to the phrase from ``first``; after "did", a verb must follow it."""
    last = first - 1
    for index in range(first, min(first + 4, len(words))):
        word = words[index].group()
        apart = index > first and question[words[index - 1].end() : words[index].start()].strip()
        if (
            apart
            or word.lower() in FUNCTION_WORDS
            or (index > first and (looks_inflected(word) or word.endswith("ing") or (word in BASE_VERBS and helped)))
        ):
            break
        last = index
    return last


def _bare_plurals(said: _Said, question: str) -> Iterator[_Found]:
    """Plural nouns by themselves as subjects: "What do bees eat?"."""
    for before, word in zip(WORD.finditer(question), list(WORD.finditer(question))[1:], strict=False):
        noun = word.group()
        opens_subject = before.group().lower() in ("do", "did", "are", "were", "have")
        if opens_subject and noun.islower() and noun not in FUNCTION_WORDS and is_plural(noun) and said.has(noun):
            yield _Found(word.start(), word.end(), f" {noun} " in f" {said.answer} ", False)


def _with_determiner(question: str, found: _Found) -> _Found:
    before = re.search(r"\b(?:the|this|these|those)\s+$", question[: found.start], re.IGNORECASE)
    return found if before is None else _Found(before.start(), found.end, found.is_answer, found.is_name, found.is_year)


def _as_mention(question: str, found: _Found) -> Mention | None:
    """The mention with its role, or None where no pronoun can stand."""
    stands = standing(question, found.start, found.end, is_name=found.is_name or found.is_year)
    if stands is None or (found.is_year and stands.role == "possessive"):
        return None
    text = question[found.start : found.end]
    return Mention(
        found.start, stands.end, text, stands.role, found.is_answer, found.is_name, found.is_year, stands.plural
    )


def _named_once(question: str, mention: Mention) -> bool:
    last = WORD.findall(mention.text)[-1].lower()
    return [word.lower() for word in WORD.findall(question)].count(last) == 1
