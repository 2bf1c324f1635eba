"""What kind of answer a question asks for, by rules over its words.

- **evidence**: questions that no few words of an article answer. Yes/no questions ("Did the talks fail?") and those
  after reason or manner ("Why …?", "How did …?"); the answer is a sentence to judge by. Not questions that offer a
  choice ("Is it Rome or Paris?") or ask how much ("How long …?").
- **list**: questions for several things ("Which countries …?", "What are the three …?", "Name the …").
- **span**: everything else, and whatever is in doubt.

The question word decides, wherever its clause begins: "According to Kono, did …?", "Can you tell me who …?". Marks and
capitals are not needed.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.answering.kind_words import (
    ABOUT_THE_NOUN,
    DETERMINERS,
    EVENTS,
    IRREGULAR_PLURALS,
    MEASURES,
    NO_PLURALS,
    NOUNS_THAT_DESCRIBE,
    NUMBERS,
    PRONOUNS,
    VERBS,
    VERBS_OF_ONE,
)
from assistant.records import AnswerKind

_AUXILIARY = re.compile(
    r"(?:am|is|are|was|were|do|does|did|has|have|had|can|could|will|would|shall|should|may|might|must|ca|wo|ai)"
    r"(?:n['’]?t)?|cannot",
    re.IGNORECASE,
)
_QUESTION_WORD = re.compile(r"(?:who|whom|whose|what|which|when|where|why|how)(?:['’](?:s|re|d|ll))?", re.IGNORECASE)
_WORD = re.compile(r"[\w.&-]*\w(?:['’]\w+)?['’]?")
#: What stands before the question proper: "So …", "Can you tell me …", "Do you know …", "I wonder …".
_OPENING = re.compile(
    r"\A(?:(?:and|but|so|then|also|please|ok|well|now|hi|hello)\b[\s,]*"
    r"|(?:(?:can|could|would|will)\s+you\s+|please\s+)?(?:tell|show|explain)\s+(?:to\s+)?(?:me|us)\b\s*(?:about\b\s*)?"
    r"|(?:can|could|would|will)\s+you\s+(?:please\s+)?(?:(?:say|explain|describe)\b\s*|(?=(?:list|name|give)\b))"
    r"|explain\s+(?=why\b|how\b)"
    r"|(?:do|does|did)\s+(?:you|we|they|anyone|anybody)\s+(?:know|say|remember)\s+(?=wh|how\b|if\b)"
    r"|is\s+it\s+known\s+(?=wh|how\b|if\b)"
    r"|i(?:['’]d|\s+would)?\s+(?:like|want|need)\s+to\s+know\b\s*|i\s+(?:wonder|am\s+wondering)\b\s*)+",
    re.IGNORECASE,
)
_CLAUSE_END = re.compile(r"[,;:](?:\s+|(?=wh))|\s[-–—]+\s")
#: A preposition before its question word: "In which", "To whom".
_PREPOSITION = (
    "in|on|at|to|from|for|by|of|with|about|under|over|during|between|among|against|after|before|into|through|within"
    "|without|upon|across|aboard|near|behind|beyond|since|until|till|than|as|like|towards?|via|per"
)
_PREPOSITIONS = frozenset(_PREPOSITION.replace("s?", "").split("|")) | {"towards"}
_ASKED_LATE = re.compile(rf"\b(?:(?:{_PREPOSITION})\s+(?:what|which|whom|whose)\b|(?:who|whom|what|when|where)$)", re.I)

#: Openings that ask; "Had the talks failed, who …" and its like only set a condition.
_ASKS_ALREADY = re.compile(rf"(?!(?:had|were|should)\b)(?:{_AUXILIARY.pattern}|what|which|who|how|why)\b", re.I)

#: "How was X called" asks for a name.
_NAMING = re.compile(r"\b(?:called|named|spelled|spelt|pronounced|abbreviated|known|titled)$", re.IGNORECASE)
_IN_A_WORD = re.compile(r"\bin (?:one|a|a single) word\b", re.IGNORECASE)
_CHOICE = re.compile(r"\bor\b(?!\s+(?:not|so|more|less|any|anyone|anything|anywhere)\b)", re.IGNORECASE)
#: "… or deaths" of any, "kill or injure anyone", "within days or weeks", "Has the minister or his deputy …".
_NO_CHOICE = re.compile(
    r"\b(?:any|anyone|anybody|anything|ever|either|within)\b.*\bor\b|\bor\b.*\b(?:any|anyone|anybody|anything)\b"
    r"|^(?:has|have|had)\b.*\bor (?:his|her|its|their)\b",
    re.IGNORECASE,
)
#: After a statement that is to be confirmed.
_TAG = re.compile(rf",\s*(?:right|correct|yes|no|(?:{_AUXILIARY.pattern})\s+(?:it|he|she|they|we|you))$", re.IGNORECASE)

_SINGULAR_END = re.compile(r"(?:ss|us|is|ics|['’]s|s['’]|\d)$")
_PERSON_END = re.compile(r"(?:men|women|children|people)$")
_DESCRIBING = re.compile(  # adjectives by their look, and common ones
    r"(?:[a-z]+(?:an|ese|ish|al|ic|ive|ous|ern|ary|able|ible|ful|less|ing|ed|er|est|ent|ant|ile)|other|different|major"
    r"|main|key|big|large|new|old|first|last|top|main|many|more|most|such|certain|specific|similar|rare|local|wild|good"
    r"|bad|great|small|high|low|young|early|late|common|modern|ancient|foreign|famous|possible|north|south|east|west)",
    re.IGNORECASE,
)
_LISTED = re.compile(r"(?:list|enumerate)\b", re.IGNORECASE)
_NAMES = re.compile(r"(?:all )?(?:the )?names of\b", re.IGNORECASE)
_NAMED = re.compile(r"(?:name|give|mention)\b", re.IGNORECASE)
_PARENTHESES = re.compile(r"\([^)]*\)")


def kind_of(question: str) -> AnswerKind:
    """The kind of answer that a standalone question asks for; see the module."""
    asked = _OPENING.sub("", " ".join(_PARENTHESES.sub(" ", question).split()), count=1).strip(" ?!.\"'“”‘’")
    clause = _asking_clause(asked)
    words = _WORD.findall(clause)
    if not words:
        return "span"
    if (_TAG.search(asked) or _asks_for_judgement(clause, words)) and not _IN_A_WORD.search(asked):
        return "evidence"
    return "list" if _asks_for_several(clause, words) else "span"


def _asking_clause(asked: str) -> str:
    """From the question word, or else the auxiliary, that opens a clause; the whole question when none does."""
    starts = [0, *(match.end() for match in _CLAUSE_END.finditer(asked))]
    if re.match(r"if\b", asked, re.IGNORECASE):
        starts += [match.start() for match in re.finditer(rf"(?<= ){_QUESTION_WORD.pattern}\b", asked, re.IGNORECASE)]
    for opening in (rf"(?:(?:{_PREPOSITION})\s+)?{_QUESTION_WORD.pattern}\b", rf"(?:{_AUXILIARY.pattern})\b"):
        for start in starts:
            if re.match(opening, asked[start:], re.IGNORECASE) and not (start and _is_relative(asked, start)):
                return asked[start:]
    return asked


def _is_relative(asked: str, start: int) -> bool:
    """Whether the clause at ``start`` only describes something ("Kim, who …"): the question is before or after it."""
    if not re.match(r"(?:who|whose|which|where|when)\b", asked[start:], re.IGNORECASE):
        return False
    return "," in asked[start:] or bool(_ASKS_ALREADY.match(asked))


def _asks_for_judgement(clause: str, words: Sequence[str]) -> bool:
    """Yes/no, why or how."""
    first = words[0].lower()
    if first in ("why", "whether", "if"):
        return True
    if words[-1].lower() == "why":
        return words[-2:-1] not in (["and"], ["or"])
    if first.startswith("how"):
        return _asks_how(clause, words)
    return _asks_yes_or_no(clause, words)


def _asks_how(clause: str, words: Sequence[str]) -> bool:
    """Whether "how" asks for a manner: not for a measure ("how long", "how probable was") or a name."""
    if _NAMING.search(clause) or len(words) == 1:
        return len(words) == 1
    second = words[1].lower()
    if second in MEASURES or second in ("about",):
        return False
    if _AUXILIARY.fullmatch(second) or second in ("come", "to", "else", "exactly") or second in DETERMINERS:
        return True
    before_auxiliary = len(words) > 2 and _AUXILIARY.fullmatch(words[2]) is not None
    is_measure = before_auxiliary and words[1].islower() and not _is_plural(second) and second not in PRONOUNS
    return not is_measure


def _asks_yes_or_no(clause: str, words: Sequence[str]) -> bool:
    """Whether an auxiliary and its subject open the clause, without a choice and without a question word to come."""
    if not _AUXILIARY.fullmatch(words[0]) or len(words) < 2 or _ASKED_LATE.search(clause):
        return False
    if re.match(r"(?:may|will)\b", clause, re.IGNORECASE) and _is_a_name(words):
        return False
    if words[0] == "IS" and not clause.isupper():  # the group of that name
        return False
    return not _CHOICE.search(clause) or bool(_NO_CHOICE.search(clause))


def _is_a_name(words: Sequence[str]) -> bool:
    """Whether "Will" or "May" is no auxiliary: "May 8", "Will Smith's", "will of"."""
    return words[1][0].isdigit() or words[1].lower() in _PREPOSITIONS or words[1].endswith(("'s", "’s"))


def _asks_for_several(clause: str, words: Sequence[str]) -> bool:
    lowered = [word.lower() for word in words]
    if _NAMES.match(clause):
        return True
    if _LISTED.match(clause):
        return len(words) > 1 and (lowered[1] in DETERMINERS or _is_several(lowered[1:]))
    if _NAMED.match(clause):
        return _is_several(lowered[1:])
    if lowered[0] in _PREPOSITIONS and len(words) > 1:
        words, lowered = words[1:], lowered[1:]
    if lowered[0] in ("which", "what") and len(words) > 1:
        if _AUXILIARY.fullmatch(lowered[1]):
            return lowered[1] in ("are", "were") and _is_several_things(words[2:])
        return _is_several_of_a_kind(words[1:], after_which=lowered[0] == "which")
    if lowered[0] == "what're":
        return _is_several_things(words[1:])
    return lowered[0] == "who" and lowered[1:2] in (["are"], ["were"]) and _is_several_people(words[2:])


def _is_several_of_a_kind(words: Sequence[str], *, after_which: bool) -> bool:
    """After "which" or "what": a number above one, a plural noun, or "of the …" with a plural verb."""
    lowered = [word.lower() for word in words]
    if words[0] in NUMBERS:  # not the "Five" of a name
        return True
    if lowered[0] == "of":
        verb = next((word for word in lowered[1:] if _AUXILIARY.fullmatch(word)), "")
        return verb in ("are", "were", "have") and "one" not in lowered
    end = _noun_phrase_end(lowered)
    if end is not None:
        owned = any(re.search(r"['’]s?$", word) for word in lowered[:end])  # "What religion's schools": one religion
        return end > 0 and not owned and _is_plural(lowered[end - 1]) and words[end - 1] not in EVENTS
    noun = 0
    while noun < len(words) - 1 and _describes(words[noun]) and not _is_plural(lowered[noun]):
        noun += 1
    following = lowered[noun + 1 :]
    if not _is_plural(lowered[noun]) or lowered[noun] in VERBS_OF_ONE:
        return False
    if noun > 0 and words[noun - 1][0].isupper() and words[noun][0].isupper():  # "Hank Williams"
        return False
    # "What stands in …" has a verb there, "Which cities in …" has not.
    return _goes_on_after_noun(following) or (after_which and following[0] in _PREPOSITIONS)


def _describes(word: str) -> bool:
    """Whether a word looks like an adjective or is a name: "large", "Canadian", "U.S", not "politician"."""
    if word[0].isupper() or word in NOUNS_THAT_DESCRIBE:
        return True
    return bool(_DESCRIBING.fullmatch(word)) and not word.endswith("ian")


def _noun_phrase_end(lowered: Sequence[str]) -> int | None:
    """Where the auxiliary stands that ends a noun phrase of at most four words; None when its end is not clear."""
    for place, word in enumerate(lowered[:5]):
        if _AUXILIARY.fullmatch(word):
            return place
        if word in _PREPOSITIONS | DETERMINERS | {"that", "who", "and"} or word.endswith("ed"):
            return None
    return None


def _goes_on_after_noun(lowered: Sequence[str]) -> bool:
    """Whether these words can follow a plural noun; not when it was a verb ("protects the …") or describes another."""
    if not lowered or lowered[0] in VERBS | {"of", "that", "who"} or lowered[0].endswith("ed"):
        return True
    opens_clause = lowered[0] in DETERMINERS | _PREPOSITIONS | {"if", "when", "while", "where", "because"}
    return not opens_clause and lowered[1:2] != [] and lowered[1] in DETERMINERS


def _is_several_things(words: Sequence[str]) -> bool:
    """After "What are": a noun phrase in the plural that is asked for, not one that something is asked about."""
    lowered = [word.lower() for word in words]
    if not lowered or lowered[-1] in _PREPOSITIONS | ABOUT_THE_NOUN:
        return False
    if lowered[-1].endswith("ing") and lowered[-2:-1] and lowered[-2] not in _PREPOSITIONS:
        return False
    if lowered[0] in NUMBERS or lowered[0] in ("examples", "other"):
        return True
    if lowered[0] in DETERMINERS:
        return _is_several(lowered[1:])
    owner = next((place for place, word in enumerate(words[:3]) if word.endswith(("'s", "’s", "s'", "s’"))), None)
    return owner is not None and not _PREPOSITIONS & set(lowered[:owner]) and _is_several(lowered[owner + 1 :])


def _is_several_people(words: Sequence[str]) -> bool:
    """After "Who are": the members of something; not a people or group by its name ("the Normans")."""
    lowered = [word.lower() for word in words]
    if not words or lowered[0] in ("they", "we", "you", "those", "these"):
        return False
    if lowered[0].endswith("ed") or lowered[0] in _PREPOSITIONS:  # "Who were arrested?", "Who are behind it?"
        return lowered[-1] not in _PREPOSITIONS or len(words) == 1
    if lowered[0] in NUMBERS or lowered[0] in DETERMINERS:
        named = all(word[0].isupper() for word in words[1:])
        return len(words) > 1 and not named and _is_several(lowered[1:])
    return words[0].endswith(("'s", "’s", "s'", "s’")) and _is_several(lowered[1:])


def _is_several(lowered: Sequence[str]) -> bool:
    """Whether a noun phrase, its determiner taken off, is in the plural by its number or its noun."""
    while lowered and lowered[0] in DETERMINERS | {"of", "me", "us", "names", "examples"}:
        if lowered[0] in ("names", "examples", "all"):
            return True
        lowered = lowered[1:]
    if not lowered:
        return False
    if lowered[0] in NUMBERS:
        return True
    for place, word in enumerate(lowered):
        following = lowered[place + 1] if place + 1 < len(lowered) else ""
        if word in _PREPOSITIONS | ABOUT_THE_NOUN | {"that", "who", "which", "and"}:
            return False
        if _is_plural(word) and (not following or _ends_phrase(following)):
            return True
    return False


def _ends_phrase(word: str) -> bool:
    if word in ABOUT_THE_NOUN:
        return False
    return word in _PREPOSITIONS | DETERMINERS | {"that", "who", "which", "and"} or word.endswith("ed")


def _is_plural(word: str) -> bool:
    """Whether a word in small letters looks like a noun in the plural."""
    if word in IRREGULAR_PLURALS or _PERSON_END.search(word):
        return True
    return word.endswith("s") and len(word) > 3 and word not in NO_PLURALS and not _SINGULAR_END.search(word)
