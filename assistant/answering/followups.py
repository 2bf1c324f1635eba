"""Make a follow-up question complete from the turns before it, by rules.

Three forms are understood: a bare question word ("When?"), an ellipsis ("And in Canada?", "What about
Japan?"), and a pronoun ("When will he visit?"). Anything else stands as it was asked, and so does
whatever is in doubt: a question left alone finds its passages more often than one made wrong.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from assistant.records import Turn

_LONGEST = 300  # characters of an interpretation, and of a question that may need one
_KIND = {
    **dict.fromkeys(("he", "she", "him", "her", "his", "hers"), "person"),
    **dict.fromkeys(("they", "them", "their", "theirs", "these", "those"), "group"),
    **dict.fromkeys(("it", "its", "this", "that"), "thing"),
    "there": "place",
}
_POSSESSIVE = {"his", "her", "hers", "its", "their", "theirs"}
_DETERMINERS = {"this", "that", "these", "those"}
_AUX = "is|are|was|were|be|been|will|would|did|do|does|has|have|had|can|could|should|may|might|must"
_PREP = "in|on|at|from|to|with|for|by|after|before|during|of|about|against|since|until|under|near|without"
_QUESTION_WORDS = r"who|whom|whose|what|when|where|which|why|how(?: many| much| long| old| far| often)?"
_CONJ = r"(?:(?:and|but|so|or|then)\b[\s,]*)?"
_ORDINAL = "first|second|third|fourth|fifth|last|next|previous|latest"
_FUNCTION = (  # words that neither name a thing nor say much of their own
    rf"{_AUX}|{_PREP}|{_QUESTION_WORDS}|and|but|so|or|then|{_ORDINAL}|{'|'.join(_KIND)}|the|an?|if|not|no|any|else|many|much"
    "|i|you|we|me|us|as|nothing|anything|now|come|came|go|happen|happened|only|same|end|time|moment|past|future|day|year"
)
# "IT" is an abbreviation: a pronoun is in lower case but for its first letter.
_PRONOUN = re.compile(rf"\b(?:{'|'.join([*_KIND, *map(str.capitalize, _KIND)])})\b")
_BARE = re.compile(rf"^(?:and |but |so )?({_QUESTION_WORDS})(?: (with|for|to|from|by))?\W*$", re.IGNORECASE)
_ELLIPSIS = re.compile(rf"^{_CONJ}(?:(?:what|how) about\b\s*)?", re.IGNORECASE)
_OPENING = re.compile(rf"^(?:(?:{_PREP}) )?(?:{_QUESTION_WORDS})\b\s*", re.IGNORECASE)
_BEFORE_NAMES = re.compile(rf"^{_CONJ}(?:{_OPENING.pattern[1:]})?(?:(?:{_AUX})\b\s*)?", re.IGNORECASE)
_WORD = r"[A-Z][\w.-]*(?:['’](?!s\b)\w+)*"
#: A run of capitalised words, with the small words that names hold: "Ministry of Foreign Affairs".
_NAME = re.compile(rf"(?:{_WORD}|\d{{4}}\b)(?:\s+(?:(?:of|for|the|de|al|and)\s+)?{_WORD})*")
_NATIONALITY = re.compile(r"(?:ese|ish|ench|ean|ian|ican|erman|sraeli)$")
#: What follows a name that is a part of the sentence by itself, unlike "Japanese" in "Japanese team".
_AFTER_NAME = re.compile(rf"['’]s\b|\s*(?:$|[,;]|(?:{_AUX}|{_PREP}|and|or|that)\b)")
_CLAUSE = re.compile(rf"\b(?:{_AUX}|{_QUESTION_WORDS}|{'|'.join(_KIND)}|i|you|we|me|us)\b|\b[a-z]+ed\b|[,;:]")
_NOUN_PHRASE = re.compile(
    r"\b(?:the|an?) ((?:[\w'’-]+ ){0,3}?[\w'’-]+)"
    r"(?= (?:in|on|at|of|to|for|by|be|with|held|will|would|takes?|took|happen|start)\b|\W*$)"
)
_PERSON = re.compile(
    r"\b(?:president|premier|minister|leader|king|queen|prince|princess|secretary|ambassador|envoy|diplomat|official"
    r"|officer|general|chief|head|director|governor|mayor|senator|lawmaker|judge|lawyer|reporter|journalist|expert"
    r"|analyst|soldier|[a-z]*(?:man|woman|person)|father|mother|son|daughter|brother|sister|wife|husband|boy|girl|child"
    r"|victim|abductee|defector|suspect|representative|candidate|player|coach|author|doctor|any(?:one|body)"
    r"|every(?:one|body)|some(?:one|body)|nobody)(s?)\b"
)
_PLURAL = re.compile(  # or many by meaning; "who says" and "he meets" hold verbs
    r"(?<![Ww]ho )(?<![Ww]hat )(?<!he )(?<!it )\b(?!does\b)(?:[a-z]{2,}[^\Wsui]s|people|police|government|family|team"
    r"|men|women|children|(?:any|every|some|no)(?:one|body))\b"
)
#: "The plan", "which country", "what country hides": not "what caused", "the first to", "the reason for" it.
_THING = re.compile(
    rf"\b(?:the|an?|this|that|each|every|which|what(?=\s[\w-]+\s(?!(?:{_FUNCTION})\b)\w))\s+(?:(?:{_ORDINAL})\s+)*"
    rf"(?![\w-]+ (?:{_PREP}) $)((?:(?!(?:{_FUNCTION})\b)[\w'’-]+\W+){{1,4}})",
    re.IGNORECASE,
)
#: "On which days is" it: what is asked for is not what the subject after it stands for.
_ASKED_FOR = re.compile(
    rf"^{_CONJ}(?:(?:{_PREP}) )?(?:which|what|how|whose)(?: (?!(?:{_AUX}|of)\b)[\w-]+)* (?:{_AUX}) $", re.I
)
_INTRODUCTION = re.compile(rf"^(?:{_PREP}|despite)\b[^,]*,", re.IGNORECASE)
_PLACE_INSIDE = re.compile(r"\b(?:in|at|to|from)\s+(?:(?:the|an?)\s+\w|[A-Z])")
_JUDGED = (
    "important|hard|difficult|easy|necessary|safe|legal|illegal|dangerous|good|bad|better|best|wise|late|early|crucial"
    "|vital|essential|useful|worth|fair|right|wrong|common|normal|reasonable|clear|enough"
)
#: "It" and "there" that stand for nothing; every alternative ends where the pronoun does.
_EXPLETIVE = re.compile(
    r"\bit(?= (?:take[sn]?|took)\b(?! (?:place|part|effect|over|off)\b))"
    r"|\bwhat (?:time|day|date|year) (?:is|was|will) it(?= (?:in|on|at|now|be|today|when)\b|\W*$)"
    r"|\bhow \w+ (?:is|was|will|would|has) it(?= (?:be |been )?(?:to|that|for|from|until|since)\b)"
    r"|\bit(?= (?:be |is |was )?(?:\w+ly |so |too |not )?(?:true|likely|unlikely|possible|impossible|certain|rain\w*"
    rf"|snow\w*|hot|cold|warm|sunny|windy|humid|(?:{_JUDGED}) (?:to|for|that|if|whether))\b)"
    r"|\b(?:is|was|be|been) it(?= (?:[\w'’-]+ ){0,4}(?:that|whether|who) \w)"
    r"|\bit(?=(?: is| was|['’]s| (?:will|would) be) (?:[\w'’-]+ ){1,4}(?:that|whether|who) \w)"
    r"|\bit(?= (?:seem|appear|look|mean|matter|cost|make sense)s? (?:that|to|if|whether|when|as|like)\b)"
    rf"|\bthere(?= (?:{_AUX})\b|['’]s\b)|\b(?!be(?:en)? )(?:{_AUX}) there(?!\W*$)"
    r"|^how (?:many|much)\b.* are there(?=\W*$)",
    re.IGNORECASE,
)
_WHO = re.compile(r"(?:to |with |by )?whom?\b", re.IGNORECASE)
_TITLE = re.compile(r"^(?:mr|mrs|ms|dr|president|prime minister|minister|leader)\b\.?\s*", re.IGNORECASE)


def interpret(question: str, turns: Sequence[Turn]) -> str:
    """The standalone question: ``question`` with what it leaves out taken from ``turns``.

    It is at most 300 characters long, or ``question`` itself.
    """
    asked = " ".join(question.split())
    if not turns or not asked or len(asked) > _LONGEST:
        return question
    completed = _bare_question_word(asked, turns[-1]) or _ellipsis(asked, turns[-1]) or _resolve_pronouns(asked, turns)
    return question if completed == asked or len(completed) > _LONGEST else completed


def _bare_question_word(asked: str, last: Turn) -> str | None:
    """After "Who will visit Singapore?", "When?" asks when the answer to that will visit Singapore."""
    bare = _BARE.match(asked)
    if bare is None:
        return None
    word, preposition = bare.group(1), f" {bare.group(2)}" if bare.group(2) else ""
    return f"{word[:1].upper()}{word[1:].lower()} {_statement(last)}{preposition}?"


def _ellipsis(asked: str, last: Turn) -> str | None:
    """Repeat the last question, for "What about Canada?" with Canada in place of what is like it."""
    phrase, earlier = _stem(_ELLIPSIS.sub("", asked)), _stem(last.standalone_question)
    if not phrase or phrase == _stem(asked) or len(phrase.split()) > 5 or _CLAUSE.search(phrase):
        return None
    ordinal = re.fullmatch(rf"(?:the )?({_ORDINAL})(?: ones?)?", phrase, re.IGNORECASE)
    if ordinal is not None:
        repeated, count = re.subn(rf"\bthe (?:{_ORDINAL})\b(?= \w)", f"the {ordinal.group(1)}", earlier, count=1)
        return f"{repeated}?" if count else None
    if re.match(rf"(?:{_PREP}) \w", phrase, re.IGNORECASE):
        return _with_prepositional_phrase(earlier, phrase)
    name = re.fullmatch(rf"((?:the )?{_NAME.pattern})(?:['’]s)?", phrase)
    return _with_name(earlier, name.group(1)) if name else None


def _with_prepositional_phrase(earlier: str, phrase: str) -> str:
    """In place of the last name after the same preposition, or else at the end."""
    same = re.compile(rf"\b(?i:{phrase.split()[0]})\s+(?:the\s+)?{_NAME.pattern}")
    found = [match for match in same.finditer(earlier) if _AFTER_NAME.match(earlier, match.end())]
    start, end = found[-1].span() if found else (len(earlier), len(earlier))
    return f"{earlier[:start].rstrip()} {phrase}{earlier[end:]}?"


def _with_name(earlier: str, name: str) -> str | None:
    """In place of the last name that is a subject or an object."""
    for match in reversed(list(_name_matches(earlier))):
        if match.group().isdigit() != name.isdigit():  # a year stands for a year only
            continue
        subject = re.search(rf"\b(?:{_AUX}) $", earlier[: match.start()][-8:], re.IGNORECASE)
        if _AFTER_NAME.match(earlier, match.end()) or (subject and not _NATIONALITY.search(match.group())):
            return f"{earlier[: match.start()]}{name}{earlier[match.end() :]}?"
    return None


def _resolve_pronouns(asked: str, turns: Sequence[Turn]) -> str:
    used: dict[str, str] = {}
    unresolved = False

    def replace(match: re.Match[str]) -> str:
        nonlocal unresolved
        word = match.group().lower()
        kind = _KIND[word]
        if not _refers_back(asked, match):
            return match.group()
        # "he … him" are two people; "he … his" is one
        role = f"{kind} object" if _is_another_person(asked, match) else kind
        if role not in used:
            antecedent = _antecedent(kind, turns, {*used.values(), *re.findall(r"[\w-]+", asked)})
            if antecedent is None:
                unresolved = True
                return match.group()
            used[role] = antecedent
        possessive = word in _POSSESSIVE and role == kind
        preposition = _place_preposition(asked[: match.start()]) if kind == "place" else ""
        return preposition + used[role] + ("'s" if possessive else "")

    resolved = _PRONOUN.sub(replace, asked)
    words = [word for word in re.findall(r"[\w'’-]+", asked) if not re.fullmatch(_FUNCTION, word, re.IGNORECASE)]
    if used or not unresolved or len(words) > 1:
        return resolved
    # Nothing can be put in its place, and little else is said: give the last question's subject matter along.
    return f"{_stem(asked)} ({_statement(turns[-1])})?"


def _place_preposition(before: str) -> str:
    """What "there" says beyond the place's name: "to" after "go", "in" elsewhere, nothing after "from"."""
    if re.search(r"\b(?:in|from|near|to|around) $", before):
        return ""
    return "to " if re.search(r"\b(?:go|goes|going|gone|went|travel|fly) $", before) else "in "


def _refers_back(asked: str, match: re.Match[str]) -> bool:
    """Whether the pronoun stands for something outside the question."""
    word, before = match.group().lower(), asked[: match.start()]
    if word in _DETERMINERS:  # "those talks", "after that": no name
        return _KIND[word] == "group" and not re.match(r"\s+\w", asked[match.end() :])
    if any(expletive.end() == match.end() for expletive in _EXPLETIVE.finditer(asked)):
        return False
    if word == "there":
        return not _PLACE_INSIDE.search(before)
    if _is_another_person(asked, match):
        return True
    introduction = _INTRODUCTION.match(asked)
    if introduction and match.end() < introduction.end() and word in _POSSESSIVE:  # "In his speech, what did Trump …"
        before = asked[introduction.end() :]
    return not _holds_antecedent(_ASKED_FOR.sub("", before), _KIND[word])


def _is_another_person(asked: str, match: re.Match[str]) -> bool:
    """Whether it is "him", or the "her" that owns nothing: never the subject of its sentence."""
    owned = re.match(rf"\s+(?!(?:{_FUNCTION})\b)\w", asked[match.end() :])
    return match.group().lower() == "him" or (match.group().lower() == "her" and not owned)


def _holds_antecedent(text: str, kind: str) -> bool:
    """Whether a pronoun of this kind can stand for something that this part of its own question names."""
    if any(_name_matches(text)):
        return True
    if kind == "person":
        return any(not person.group(1) for person in _PERSON.finditer(text))
    if kind == "group":
        return bool(_PLURAL.search(text))
    things = (match.group(1) for match in _THING.finditer(text))
    return any(not _PERSON.search(thing) and not re.match(r"[a-z]+[^\Wsui]s\b", thing) for thing in things)


def _antecedent(kind: str, turns: Sequence[Turn], taken: set[str]) -> str | None:
    """What a pronoun of this kind stands for, from the latest turn backwards; never one of ``taken``."""
    for turn in reversed(turns):
        for candidate in _candidates(kind, turn):
            if candidate not in taken and candidate.split(" ")[-1] not in taken:
                return candidate
    return None


def _candidates(kind: str, turn: Turn) -> list[str]:
    """What a pronoun of this kind can stand for in one turn, likeliest first; a list only for a group."""
    asked, answer = turn.standalone_question, turn.answer.short_text
    if not turn.answer.parts or answer is None:
        return _ANTECEDENTS[kind](asked, answer)
    others = _ANTECEDENTS[kind](asked, None)
    names_a_group = bool(others) and " and " in others[0] and not _WHO.match(asked)
    return [answer, *others] if kind == "group" and not names_a_group else others


def _people(asked: str, answer: str | None) -> list[str]:
    answered = [_person(answer)] if answer and _is_person(_person(answer)) and not _asks_for_place(asked) else []
    return answered + [name for name in _names(asked) if not _follows_place_word(asked, name)]


def _places(asked: str, answer: str | None) -> list[str]:
    answered = [answer] if answer and _asks_for_place(asked) else []
    return answered + [name for name in reversed(_names(asked)) if _follows_place_word(asked, name)]


def _groups(asked: str, answer: str | None) -> list[str]:
    answered = [answer] if answer and _WHO.match(asked) else []
    names = _people(asked, None)
    return answered + ([" and ".join(names)] if len(names) == 2 else names)


def _things(asked: str, answer: str | None) -> list[str]:
    """What "which forum …" was answered with, else the question's last "the …" phrase."""
    answered = [answer] if answer and re.match(r"(?:what|which) (?!is|was|did)\w+", asked, re.I) else []
    phrases = [phrase for phrase in reversed(_NOUN_PHRASE.findall(asked)) if not _PERSON.search(phrase)]
    return answered + [f"the {phrase}" for phrase in phrases]


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
    """Its names, without nationalities that only describe the noun after them."""
    matches = _name_matches(text)
    return [m.group() for m in matches if not _NATIONALITY.search(m.group()) or _AFTER_NAME.match(text, m.end())]


def _name_matches(text: str) -> Iterator[re.Match[str]]:
    """Capitalised runs, without the sentence's first words when these only open a question."""
    opening = _BEFORE_NAMES.match(text)
    return _NAME.finditer(text, opening.end() if opening else 0)


def _stem(question: str) -> str:
    """A question without the marks at its end; the full stop of "U.S." is part of the word."""
    return re.sub(r"(?:[?!\s]|(?<![A-Z])\.)+$", "", question)


def _statement(turn: Turn) -> str:
    """A question without its question word; the answer stands in for a subject that was asked for."""
    stem = _stem(turn.standalone_question)
    rest = _OPENING.sub("", stem)
    answer = turn.answer.short_text
    if answer and re.match(r"who\b", stem, re.IGNORECASE):
        return f"{answer if turn.answer.parts else _person(answer)} {rest}"
    return rest[:1].lower() + rest[1:] if re.match(rf"(?:{_AUX})\b", rest, re.IGNORECASE) else rest
