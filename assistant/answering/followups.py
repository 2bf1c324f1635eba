"""Make a follow-up question complete from the turns before it, by rules.

Three forms are understood: a bare question word ("When?"), an ellipsis ("And in Canada?", "What about
Japan?"), and a pronoun ("When will he visit?"). Anything else stands as it was asked.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from assistant.records import Turn

_KIND = {
    **dict.fromkeys(("he", "she", "him", "her", "his", "hers"), "person"),
    **dict.fromkeys(("they", "them", "their", "theirs", "these", "those"), "group"),
    **dict.fromkeys(("it", "its", "this", "that"), "thing"),
    "there": "place",
}
_POSSESSIVE = {"his", "her", "hers", "its", "their", "theirs"}
_DETERMINERS = {"this", "that", "these", "those"}
_PRONOUN = re.compile(rf"\b({'|'.join(_KIND)})\b", re.IGNORECASE)
_QUESTION_WORDS = r"who|whom|whose|what|when|where|which|why|how(?: many| much| long| old| far| often)?"
_BARE = re.compile(rf"^(?:and |but |so )?({_QUESTION_WORDS})(?: (with|for|to|from|by))?\W*$", re.IGNORECASE)
_CONJUNCTION = re.compile(r"^(?:and|but|so|or|then)\b[\s,]*", re.IGNORECASE)
_ELLIPSIS = re.compile(rf"{_CONJUNCTION.pattern}(.+)$", re.IGNORECASE)
_WHAT_ABOUT = re.compile(r"^(?:and |but )?(?:what|how) about\s+(.+?)\W*$", re.IGNORECASE)
_OPENING = re.compile(rf"^(?:(?:in|on|at|from|to|with|for|by|of) )?(?:{_QUESTION_WORDS})\b\s*", re.IGNORECASE)
_AUXILIARY = re.compile(
    r"^(?:is|are|was|were|will|would|did|do|does|has|have|had|can|could|should|may|might)\b\s*", re.IGNORECASE
)
_PREPOSITION = re.compile(r"^(in|on|at|from|to|with|for|by|after|before|during|of)\s+", re.IGNORECASE)
#: A run of capitalised words, with the small words that names hold: "Ministry of Foreign Affairs".
_NAME = re.compile(
    r"(?:[A-Z][\w.'’-]*|\d{4})(?:\s+(?:of|for|the|de|al|and)\s+[A-Z][\w.'’-]*|\s+[A-Z][\w.'’-]*)*", re.UNICODE
)
_NOUN_PHRASE = re.compile(
    r"\b(?:the|an?) ((?:[\w'’-]+ ){0,3}?[\w'’-]+)"
    r"(?= (?:in|on|at|of|to|for|by|be|with|held|will|would|takes?|took|happen|start)\b|\W*$)"
)
_TITLE = re.compile(r"^(?:mr|mrs|ms|dr|president|prime minister|minister|leader)\b\.?\s*", re.IGNORECASE)


def interpret(question: str, turns: Sequence[Turn]) -> str:
    """The standalone question: ``question`` with what it leaves out taken from ``turns``."""
    asked = " ".join(question.split())
    if not turns or not asked:
        return question
    last = turns[-1]
    for form in (_bare_question_word, _what_about, _and_something):
        completed = form(asked, last)
        if completed is not None:
            return completed
    return _resolve_pronouns(asked, turns) if _PRONOUN.search(asked) else question


def _bare_question_word(asked: str, last: Turn) -> str | None:
    """After "Who will visit Singapore?", "When?" asks when the answer to that will visit Singapore."""
    bare = _BARE.match(asked)
    if bare is None:
        return None
    word, preposition = bare.group(1), f" {bare.group(2)}" if bare.group(2) else ""
    return f"{word[:1].upper()}{word[1:].lower()} {_statement(last)}{preposition}?"


def _what_about(asked: str, last: Turn) -> str | None:
    """Repeat the last question, for "What about Canada?" with Canada in place of what is like it."""
    about = _WHAT_ABOUT.match(asked)
    return None if about is None else _with_replacement(last.standalone_question, about.group(1))


def _and_something(asked: str, last: Turn) -> str | None:
    """Likewise for "And in Canada?"; "And when will he leave?" is a question of its own."""
    rest = _ELLIPSIS.match(asked)
    if rest is None or _OPENING.match(rest.group(1)) or _AUXILIARY.match(rest.group(1)):
        return None
    return _with_replacement(last.standalone_question, rest.group(1).rstrip("?!. "))


def _with_replacement(earlier: str, phrase: str) -> str:
    stem = earlier.rstrip("?!. ")
    preposition = _PREPOSITION.match(phrase)
    if preposition is not None:
        same = re.compile(rf"\b{preposition.group(1)}\s+(?:the\s+)?{_NAME.pattern}", re.IGNORECASE)
        found = [match for match in same.finditer(stem) if match.group(0)[len(preposition.group(0))].isupper()]
        if found:
            return f"{stem[: found[-1].start()]}{phrase}{stem[found[-1].end() :]}?"
        return f"{stem} {phrase}?"
    names = _names(stem)
    if names:
        start = stem.rindex(names[-1])
        return f"{stem[:start]}{phrase}{stem[start + len(names[-1]) :]}?"
    return f"{stem} {phrase}?"


def _resolve_pronouns(asked: str, turns: Sequence[Turn]) -> str:
    used: dict[str, str] = {}
    unresolved = False

    def replace(match: re.Match[str]) -> str:
        nonlocal unresolved
        word, kind = match.group(1), _KIND[match.group(1).lower()]
        before_word = bool(re.match(r"\s+\w", asked[match.end() :]))
        if word.lower() in _DETERMINERS and (before_word or kind == "thing"):  # "those talks", "after that": no name
            return word
        if word.lower() not in ("him", "there") and _names(asked[: match.start()]):  # "When did Trump say he will …"
            return word
        # "he … him" are two people; "he … his" is one
        role = f"{kind} object" if word.lower() == "him" else kind
        if role not in used:
            antecedent = _antecedent(kind, turns, set(used.values()))
            if antecedent is None:
                unresolved = True
                return word
            used[role] = antecedent
        possessive = word.lower() in _POSSESSIVE and (word.lower() != "her" or before_word)
        return ("in " if kind == "place" else "") + used[role] + ("'s" if possessive else "")

    resolved = _PRONOUN.sub(replace, asked)
    if used or not unresolved:
        return resolved
    # Nothing can be put in its place: give the last question's subject matter along.
    return f"{asked.rstrip('?!. ')} ({_statement(turns[-1])})?"


def _antecedent(kind: str, turns: Sequence[Turn], taken: set[str]) -> str | None:
    """What a pronoun of this kind stands for, from the latest turn backwards; never one of ``taken``."""
    for turn in reversed(turns):
        for candidate in _ANTECEDENTS[kind](turn.standalone_question, turn.answer.text):
            if candidate not in taken:
                return candidate
    return None


def _people(asked: str, answer: str | None) -> list[str]:
    answered = [_person(answer)] if answer and _is_person(_person(answer)) and not _asks_for_place(asked) else []
    names = [name for name in _names(asked) if not _follows_place_word(asked, name)]
    return answered + names


def _places(asked: str, answer: str | None) -> list[str]:
    answered = [answer] if answer and _asks_for_place(asked) else []
    return answered + [name for name in reversed(_names(asked)) if _follows_place_word(asked, name)]


def _groups(asked: str, answer: str | None) -> list[str]:
    answered = [answer] if answer and re.match(r"(?:to |with |by )?whom?\b", asked, re.IGNORECASE) else []
    names = [name for name in _names(asked) if not _follows_place_word(asked, name)]
    return answered + ([" and ".join(names)] if len(names) == 2 else names)


def _things(asked: str, answer: str | None) -> list[str]:
    """What "which forum …" was answered with, else the question's last "the …" phrase."""
    answered = [answer] if answer and re.match(r"(?:what|which) (?!is|was|did)\w+", asked, re.I) else []
    return answered + [f"the {phrase}" for phrase in reversed(_NOUN_PHRASE.findall(asked))]


_ANTECEDENTS: dict[str, Callable[[str, str | None], list[str]]] = {
    "person": _people,
    "place": _places,
    "group": _groups,
    "thing": _things,
}


def _asks_for_place(question: str) -> bool:
    return bool(re.match(r"where\b|in (?:which|what)\b", question, re.IGNORECASE))


def _follows_place_word(text: str, name: str) -> bool:
    return bool(re.search(rf"\b(?:in|at|to|from)\s+(?:the\s+)?{re.escape(name)}", text))


def _is_person(text: str) -> bool:
    """One to four capitalised words; the "and" or "of" of an office or a place rules a person out."""
    return bool(_NAME.fullmatch(text)) and len(text.split()) <= 4 and not re.search(r"\b(?:of|for|the|and)\b|\d", text)


def _person(answer: str) -> str:
    """The name in an answer such as "Kenji Kanasugi, director general of …"."""
    return _TITLE.sub("", answer.split(",")[0].strip())


def _names(text: str) -> list[str]:
    """Capitalised runs, without the sentence's first word when that is a question word."""
    body = _AUXILIARY.sub("", _OPENING.sub("", _CONJUNCTION.sub("", text)))
    found = (match.group(0).strip() for match in _NAME.finditer(body))
    return [re.sub(r"['’]s?$", "", name) for name in found]


def _statement(turn: Turn) -> str:
    """A question without its question word; the answer stands in for a subject that was asked for."""
    stem = turn.standalone_question.rstrip("?!. ")
    rest = _OPENING.sub("", stem)
    if turn.answer.text and re.match(r"who\b", stem, re.IGNORECASE):
        return f"{_person(turn.answer.text)} {rest}"
    return rest
