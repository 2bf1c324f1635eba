"""Names in plain text and what they seem to name, found by capitals, word lists and the words around them.

English only, and no more than a guess: it serves to put a name in another's place in made questions.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from functools import lru_cache

from assistant.training.rewriting.name_lists import GIVEN_NAMES, HEAD_KINDS, KIND_OF_LISTED, OPENERS, TITLES
from assistant.training.rewriting.words import word_set

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
_AUXILIARIES = word_set("did do does has have had can could would will should may might must")
_FORMS_OF_BE = word_set("is are was were")
_VERB = re.compile(r"(?:did|does|do|has|have|had|can|could|would|will|may|\w{2,}ed|began|wrote|became|made)")
_FUNCTION_WORDS = word_set(
    "and or but in on at of to for from with as by that who which when where while after before than"
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
        if len(name) < 2 or not name[0].isupper() or name in TITLES:
            continue
        if not opens or " " in name or _is_known(name):
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
        found.setdefault(text[start:end], set()).update(filter(None, [_kind_at(text, start, end)]))
    persons = {word for name, kinds in found.items() if "person" in kinds for word in name.split() if len(word) > 2}
    for name, kinds in found.items():
        if name in persons:
            kinds.add("person")
    return {name: _definite(kinds) for name, kinds in found.items()}


def _definite(kinds: set[str]) -> frozenset[str]:
    return frozenset(kind for kind in kinds if not is_guess({kind})) or frozenset(kinds)


def is_guess(kinds: Collection[str]) -> bool:
    """Whether nothing definite is among the kinds, only how a name stands in its sentence."""
    return all(kind.startswith("as ") for kind in kinds)


def _kind_at(text: str, start: int, end: int) -> str:
    """What the name at a place of a text seems to name, or "as ..." for how it stands there, or nothing."""
    name = text[start:end]
    if name in KIND_OF_LISTED:
        return KIND_OF_LISTED[name]
    words = name.split(" ")
    head = words[0] if len(words) > 2 and words[1] == "of" else words[-1]
    if head in HEAD_KINDS:
        return HEAD_KINDS[head] if len(words) > 1 else f"as {HEAD_KINDS[head]}"
    if KIND_OF_LISTED.get(head) == "peoples":
        return "peoples"
    found = _WORD_BEFORE.search(text[max(0, start - 20) : start])
    before = found[1] if found else ""
    match = _WORD_AFTER.match(text[end : end + 20])
    after = "" if match is None else match[1] or "'s"
    if words[0].rstrip(".") in TITLES or words[0] in GIVEN_NAMES or before in TITLES | _ROLES:
        return "person"
    if after in _PERSON_CUES_AFTER:
        return "person"
    slot = _slot(before.lower(), after)
    return f"as {slot}, {_shape(name)}" if slot else ""


def _shape(name: str) -> str:
    """Whether a name looks like an acronym, like one word or several, and like a plural."""
    if re.search(r"[A-Z]{2}|\d|\w[A-Z]", name):
        return "acronym"
    plural = len(name) > 4 and name.endswith("s") and not name.endswith(("ss", "us", "is"))
    return ("words" if " " in name else "word") + (" in plural" if plural else "")


def _slot(before: str, after: str) -> str:
    """How a name of unknown kind stands in its sentence, where that tells something of it; else empty."""
    article = "the " if before == "the" else ""
    if after == "'s":
        return f"{article}owner"
    if before in _AUXILIARIES or _VERB.fullmatch(after):
        return f"{article}doer"
    if before in _FORMS_OF_BE or after in _FORMS_OF_BE:
        return f"{article}subject"
    if after.islower() and after not in _FUNCTION_WORDS:
        return ""
    return "place" if before in _PLACE_CUES else "agent" if before == "by" else ""
