"""How a name or noun stands in its question: the part it plays, and whether a pronoun could stand there too."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from assistant.reading.training.rewriting.words import (
    ADVERBS,
    AUXILIARIES,
    BASE_VERBS,
    BE,
    CLAUSE_OPENERS,
    CONJUNCTIONS,
    DETERMINERS,
    FUNCTION_WORDS,
    PARTICIPLES,
    PREPOSITIONS,
    QUESTION_WORDS,
    WORD,
    is_plural,
    looks_inflected,
    word_set,
)

Role = Literal["subject", "object", "possessive"]

#: A name that says where something is from, such as "Japanese".
ADJECTIVE = re.compile(
    r"(?:[a-z](?:ese|ish|ian|ean|ican|erman|tern|thern|bic)|French|Dutch|Greek|Swiss|Irish|Christian|Jewish)$"
)
#: A name that goes on, is one of several, or stands in quotation marks or brackets.
_TIED_BEFORE = re.compile(r"[\w\"“‘'(/$€£&+-]$|['’]s?\s+$|\w [A-Z]\w+ of (?:the )?$|^[A-Z]\w+ [A-Z]\w+ of $")
_TIED_AFTER = re.compile(r"[\w\"”'’)/%&+-]|,?\s*[\"“‘]|,\s*[A-Z]|\.\s*\w|\s+\d|\s+(?:and|or)\b")
_RELATIVE = word_set("that who which whose where")
_NARROWING = _RELATIVE | word_set("of named called between titled like with")
_NOT_BEFORE = DETERMINERS | word_set(
    """what which whose many much another other first last new old same and or between both either former late early
    most all"""
)
_OWNED_FIRST = word_set("first last most best")


@dataclass(frozen=True, slots=True)
class Standing:
    """How something stands in a question.

    Attributes:
        role: the part it plays.
        end: offset after it, a possessive ending included.
        plural: whether the question treats it as more than one; None when that cannot be told.
    """

    role: Role
    end: int
    plural: bool | None


@dataclass(frozen=True, slots=True)
class _Neighbours:
    """The words around it in small letters, "" or nothing where there are none.

    Attributes:
        before, before_that: the last word before it, and the one before that.
        after: the word right after it, with no mark between.
        then: the word after that.
        opens_name: whether ``after`` begins with a capital.
    """

    before: str
    before_that: str
    after: str
    then: str
    opens_name: bool


def standing(question: str, start: int, end: int, *, is_name: bool) -> Standing | None:
    """How ``question[start:end]`` stands, a determiner before it included; None where no pronoun could stand.

    Args:
        question: the whole question.
        start, end: offsets into it.
        is_name: whether it is a proper name or a year, rather than a noun.
    """
    text = question[start:end]
    ending = re.match(r"['’]s?(?!\w)" if text.endswith("s") else r"['’]s\b", question[end:])
    end += ending.end() if ending else 0
    before, after = question[:start], question[end:]
    words_before = WORD.findall(before)
    goes_on = len(words_before) > 1 and not words_before[-1].islower()
    if goes_on or _TIED_BEFORE.search(before) or _TIED_AFTER.match(after):
        return None
    around = _neighbours(words_before, after)
    if not _can_be_replaced(text, around, is_name):
        return None
    if is_name and ADJECTIVE.search(text) and around.after not in FUNCTION_WORDS | {""}:
        return None
    role = _owner(around) if ending else _role(text, around, is_name)
    return None if role is None else Standing(role, end, _number(text, role, around))


def _neighbours(words_before: list[str], after: str) -> _Neighbours:
    before = ["", "", *(word.lower() for word in words_before[-2:])]
    words_after = [*WORD.findall(after)[:2], "", ""]
    following = words_after[0] if after[:1].isspace() and WORD.match(after.lstrip()) else ""
    return _Neighbours(before[-1], before[-2], following.lower(), words_after[1].lower(), following[:1].isupper())


def _can_be_replaced(text: str, around: _Neighbours, is_name: bool) -> bool:
    """Whether nothing before or after it belongs to it: no adjective, no clause, no other name."""
    before, after = around.before, around.after
    if before in _NOT_BEFORE or (around.before_that in DETERMINERS and before not in FUNCTION_WORDS):
        return False
    if after in _RELATIVE or around.then in ("which", "whom") or around.opens_name:
        return False
    if before in ("be", "been", "being") or (not is_name and _narrowed(around)):
        return False
    if not before or text.split()[0].lower() in DETERMINERS or (is_name and after in AUXILIARIES):
        return True
    return before in FUNCTION_WORDS | BASE_VERBS or looks_inflected(before) or before.endswith("ing")


def _narrowed(around: _Neighbours) -> bool:
    """Whether what follows a noun tells which one is meant: "the term for", "the towns located in"."""
    after = around.after
    if after in _NARROWING or after.endswith("ing"):
        return True
    if after in PREPOSITIONS:
        return around.before in PREPOSITIONS | BE
    return looks_inflected(after) and (around.before in PREPOSITIONS - CLAUSE_OPENERS or around.then in PREPOSITIONS)


def _owner(around: _Neighbours) -> Role | None:
    """Possessive, unless "did Marshall's provide" shows that the ending belongs to a name."""
    helped = around.before in AUXILIARIES - BE and around.after in BASE_VERBS
    return None if helped or around.opens_name or around.after in FUNCTION_WORDS - _OWNED_FIRST else "possessive"


def _role(text: str, around: _Neighbours, is_name: bool) -> Role | None:
    """The part it plays by its neighbours; None where it only describes the next noun."""
    before, after = around.before, around.after
    object_like: Role = "object" if before and before not in AUXILIARIES | CONJUNCTIONS | QUESTION_WORDS else "subject"
    if before in ("has", "have", "had") and not after:
        return "object"
    if not after or after in FUNCTION_WORDS - AUXILIARIES or (object_like == "object" and after.endswith("ing")):
        return object_like
    inside = before in PREPOSITIONS - CLAUSE_OPENERS
    if after in AUXILIARIES or (looks_inflected(after) and not (inside and after.endswith("s"))):
        return "object" if inside else "subject"
    if after in BASE_VERBS and before not in AUXILIARIES | (PREPOSITIONS - {"of"}):
        return object_like
    if before in AUXILIARIES and _is_predicate(around, is_name):
        return "subject"
    return "possessive" if is_name and before in FUNCTION_WORDS | BASE_VERBS else None


def _is_predicate(around: _Neighbours, is_name: bool) -> bool:
    """Whether the word after a subject goes on with the verb, rather than being a noun the subject describes."""
    after, then = around.after, around.then
    if after in ADVERBS or after.endswith("ly"):
        return True
    ends = not then or then in FUNCTION_WORDS
    if around.before not in BE:
        is_verb = ends or (is_name and then not in BASE_VERBS)
        return after in BASE_VERBS or (is_verb and not is_plural(after))
    asks_about_it = around.before_that in ("why", "when", "where", "how") and ends
    return asks_about_it or after.endswith(("ed", "ing", "wn")) or after in PARTICIPLES


def _number(text: str, role: Role, around: _Neighbours) -> bool | None:
    """Whether the verb beside a subject, or else its own ending, says that it is more than one."""
    if role == "subject":
        helped = around.before in AUXILIARIES
        verb = around.before if helped else around.after
        if verb in ("is", "was", "does", "has") or (not helped and verb.endswith("s") and looks_inflected(verb)):
            return False
        if verb in ("are", "were", "do", "have"):
            return True
    noun = text.split()[-1]
    is_noun = noun[0].islower() or text.lower().startswith("the ")
    return True if is_noun and is_plural(noun) else None
