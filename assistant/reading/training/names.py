"""Names in plain text and what they seem to name, found by capitals, word lists and the words around them.

English only, and no more than a guess: it serves to put a name in another's place in made questions.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from assistant.reading.training.kin_words import word_set
from assistant.reading.training.name_lists import GIVEN_NAMES, HEAD_KINDS, KIND_OF_LISTED, OPENERS, TITLES

_PART = r"(?:(?:St|Mt|Mr|Mrs|Ms|Dr|[A-Z])\. ?(?=[A-Z])|[A-Z][\w’'&-]*\w|[A-Z]\b)"
_INNER = r"(?:of the|of|de|von|van|der|la|du|al)"
_NAME = re.compile(rf"(?<![\w'’.-]){_PART}(?:(?: {_INNER})? ?{_PART})*")
_POSSESSIVE = re.compile(r"['’]s?$")
_PLACE_CUES = word_set("in at near around outside")
_ROLES = word_set(
    """
    actor actress singer rapper president king queen emperor judge director producer writer author composer general
    minister premier senator governor prince artist poet philosopher scientist historian wife husband son daughter
    brother sister mother father professor coach
    """
)
_PERSON_CUES_AFTER = word_set(
    """
    said wrote says told thought believed argued married died born stated claimed met asked sang himself herself who
    felt spoke
    """
)
_OPENS_SENTENCE = re.compile(r"""(?:^|[.!?:;"“”]["”)]?\s+|\n\s*|["“(])$""")
_WORD_BEFORE = re.compile(r"(\w+)[ ’'\"“]*$")
_WORD_AFTER = re.compile(r"['’]s\b| (\w+)")


@lru_cache(maxsize=50_000)
def name_places(text: str) -> tuple[tuple[int, int], ...]:
    """Start and end (code points, half-open) of each name of a text, without openers and possessives.

    A capitalised single word that opens a sentence counts only when it is a known name or written all in capitals.
    """
    places = []
    for match in _NAME.finditer(text):
        start, end = match.span()
        opens = start == 0 or _OPENS_SENTENCE.search(text[max(0, start - 6) : start]) is not None
        words = match[0].split(" ")
        while words and words[0] in OPENERS:
            start += len(words.pop(0)) + 1
            opens = False
        name = _POSSESSIVE.sub("", text[start:end])
        if len(name) > 1 and name[0].isupper() and not (opens and " " not in name and not _is_known(name)):
            places.append((start, start + len(name)))
    return tuple(places)


def _is_known(name: str) -> bool:
    return name in KIND_OF_LISTED or name in GIVEN_NAMES or name.isupper()


@lru_cache(maxsize=50_000)
def names_in(text: str) -> Mapping[str, frozenset[str]]:
    """The names of a text, in order of appearance, each with the kinds that it can be of.

    A kind is definite ("person", "city", "war") or, where no place tells, one or more ways the name stands in its
    sentence ("in", "the", "'s").
    """
    found: dict[str, set[str]] = {}
    for start, end in name_places(text):
        found.setdefault(text[start:end], set()).add(kind_at(text, start, end))
    persons = {word for name, kinds in found.items() if "person" in kinds for word in name.split() if len(word) > 2}
    for name, kinds in found.items():
        if name in persons:
            kinds.add("person")
    return {name: _definite(kinds) for name, kinds in found.items()}


def _definite(kinds: set[str]) -> frozenset[str]:
    return frozenset(kind for kind in kinds if not kind.startswith("as ")) or frozenset(kinds)


def kind_at(text: str, start: int, end: int) -> str:
    """What the name at a place of a text seems to name, or "as ..." for how it stands there."""
    name = text[start:end]
    words = name.split(" ")
    found = _WORD_BEFORE.search(text[max(0, start - 20) : start])
    before = found[1] if found else ""
    if name in KIND_OF_LISTED:
        return KIND_OF_LISTED[name]
    head = words[0] if len(words) > 2 and words[1] == "of" else words[-1]
    if head in HEAD_KINDS:
        return HEAD_KINDS[head] if len(words) > 1 else f"as {HEAD_KINDS[head]}"
    if KIND_OF_LISTED.get(head) == "peoples":
        return "peoples"
    after = _WORD_AFTER.match(text[end : end + 20])
    if words[0].rstrip(".") in TITLES - {"St", "Saint"} or words[0] in GIVEN_NAMES or before in TITLES | _ROLES:
        return "person"
    if after and after[1] in _PERSON_CUES_AFTER:
        return "person"
    if name.isupper() and len(words) == 1:
        return "acronym"
    return f"as {_slot(before.lower(), after)} {'many' if len(words) > 1 else 'one'}"


def _slot(before: str, after: re.Match[str] | None) -> str:
    """How a name of unknown kind stands in its sentence."""
    place = "in" if before in _PLACE_CUES else "the" if before == "the" else "by" if before == "by" else "-"
    if after is None:
        return place
    return f"{place} 's" if after[1] is None else f"{place} +" if after[1].islower() and len(after[1]) > 3 else place
