"""Follow-up questions, made from questions about one context, for a reader that is given their history.

"When did Beyoncé leave the group?" after "Who managed Beyoncé?" becomes "When did she leave the group?".
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence

from assistant.datasets.reading import ReadingQuestion
from assistant.reading.training.rewriting.ellipsis import ellipses
from assistant.reading.training.rewriting.mentions import Mention, shared_mentions
from assistant.reading.training.rewriting.pronouns import Kind, category_of, kind_of, pronoun, with_agreement
from assistant.reading.training.rewriting.words import (
    AUXILIARIES,
    BASE_VERBS,
    FUNCTION_WORDS,
    PREPOSITIONS,
    WORD,
)

_ABSTRACT = re.compile(r"(?:ism|ity|ics|ology|Act|Treaty|Award|Awards|Bible|Games?)$")
#: After these, a phrase with "of" cannot be left out.
_INCOMPLETE = "part|parts|one|kind|kinds|type|types|member|members|some|most|all|any|each|because|instead"
_UNOWNED = frozenset(_INCOMPLETE.split("|"))
#: Before a "to" that leads nowhere: "prior to".
_NO_MOTION = re.compile(
    r"\b(?:prior|due|according|next|compared|similar|related|opposed|addition|close|important|equal)\s*$", re.IGNORECASE
)
_ENDS_IN_QUESTION_WORD = re.compile(r"\b(?:who|what|where|when|which|why|how)\s*$", re.IGNORECASE)


def follow_up(earlier: tuple[str, str], question: str, context: str, rng: random.Random) -> str | None:
    """``question`` as it would be asked right after ``earlier``: what both name becomes a pronoun or is left out.

    Args:
        earlier: the question before and its answer, "" when it has none.
        question: a question that stands alone.
        context: the text both are about; its pronouns tell which fits.
        rng: chooses among the ways to say it; whether there is one does not depend on it.

    Returns:
        The follow-up, or None when the two share nothing that can be replaced.
    """
    ways = 2 * ellipses(earlier[0], question)
    for mention in shared_mentions(earlier, question, context):
        ways += _ways(earlier, mention, question, context)
    ways = [way for way in ways if way != " ".join(question.split())]
    return rng.choice(ways) if ways else None


def pairs(
    questions: Sequence[ReadingQuestion], rng: random.Random
) -> Iterator[tuple[ReadingQuestion, ReadingQuestion]]:
    """For each question that can follow another about the same context, the two, (earlier, later).

    ``rng`` chooses the earlier one. An earlier question or answer never holds a gold answer of the later one, which
    would then be read off the history.
    """
    by_context: dict[str, list[ReadingQuestion]] = {}
    for question in questions:
        by_context.setdefault(question.context, []).append(question)
    for together in by_context.values():
        for later in together:
            for earlier in rng.sample(together, len(together)):
                if _gives_away(earlier, later):
                    continue
                if follow_up((earlier.question, answer_of(earlier)), later.question, later.context, rng) is not None:
                    yield earlier, later
                    break


def answer_of(question: ReadingQuestion) -> str:
    """The answer as it was said: the first gold one, or all parts of several; "" when there is none."""
    golds = question.golds if question.multi_span else question.golds[:1]
    return ", ".join(gold.text for gold in golds)


def _gives_away(earlier: ReadingQuestion, later: ReadingQuestion) -> bool:
    said = _plain(f"{earlier.question} {answer_of(earlier)}")
    return _plain(earlier.question) == _plain(later.question) or any(_plain(gold.text) in said for gold in later.golds)


def _plain(text: str) -> str:
    return f" {' '.join(WORD.findall(text)).lower()} "


def _ways(earlier: tuple[str, str], mention: Mention, question: str, context: str) -> list[str]:
    """The follow-ups that leave one mention unnamed; those that fit best more than once."""
    before, after = question[: mention.start], question[mention.end :]
    kind = kind_of(mention, earlier[0], question, context)
    ways = _adverbial(mention, kind, before, after) or _pronominal(mention, kind, before, after)
    ways = 2 * [way for way in ways if _says_something(way)]
    category = category_of(mention, kind, earlier[0])
    if category:
        ways.append(_sentence(before, f"the {category}" + ("'s" if mention.role == "possessive" else ""), after))
    return ways + _left_out(mention, kind, before, after)


def _pronominal(mention: Mention, kind: Kind, before: str, after: str) -> list[str]:
    if kind == "time":
        return []
    owned = re.search(r"\bthe ((?:[\w'’-]+ )?[\w'’-]+) of $", before)
    plain_end = re.match(rf"\s*(?:[?,.]|$)|\s+(?:{'|'.join(AUXILIARIES | PREPOSITIONS | BASE_VERBS)})\b", after)
    if owned and plain_end and mention.role == "object" and owned.group(1).split()[-1] not in _UNOWNED:
        return [_sentence(before[: owned.start()], f"{pronoun(kind, 'possessive')} {owned.group(1)}", after)]
    if kind == "they" and mention.role == "subject":
        agreeing = with_agreement(before, after)
        if agreeing is None:
            return []
        before, after = agreeing
    return [_sentence(before, pronoun(kind, mention.role), after)]


def _adverbial(mention: Mention, kind: Kind, before: str, after: str) -> list[str]:
    """Adverbs in place of a phrase: "there" for "in Paris", "that year" for "in 1990"."""
    preposition = re.search(
        r"\b(in|at|to|from|on|during|since|until|by|after|before|within|inside)\s+$", before, re.IGNORECASE
    )
    if preposition is None or mention.role != "object":
        return []
    word, rest = preposition.group(1).lower(), before[: preposition.start()]
    if _ENDS_IN_QUESTION_WORD.search(rest) or re.search(r"\bthere\b", before) or _NO_MOTION.search(rest):
        return []
    at_a_place = kind == "it" and mention.is_name and word in ("in", "at") and not _ABSTRACT.search(mention.text)
    if at_a_place or (kind == "place" and word in ("in", "at", "to", "within", "inside")):
        return [_sentence(rest, "there", after)] if rest.strip() else [_sentence("", "", after)]
    if kind == "place" and word == "from":
        return [_sentence(rest, "from there", after)]
    if kind != "time" or re.match(r"\s+(?:to|and|or|until|through)\b", after):
        return []
    if word in ("in", "during", "on", "at"):
        then = ["that year", "in that year"] if mention.is_year else ["then", "at that time"]
        return [
            _sentence(rest, phrase, after)
            for phrase in (then if rest.strip() else ["in that year" if mention.is_year else "at that time"])
        ]
    return [_sentence(rest, f"{word} {'that' if word in ('after', 'before') else 'then'}", after)]


def _left_out(mention: Mention, kind: Kind, before: str, after: str) -> list[str]:
    """The question without a phrase of its beginning or its end that the history makes plain."""
    if mention.role != "object":
        return []
    opening = re.fullmatch(r"\s*(?:in|at|on|during|for|according to)\s+", before, re.IGNORECASE)
    if opening and re.match(r"\s*,", after):
        return [_sentence("", "", after.lstrip(" ,"))]
    closing = re.search(
        rf"(?<!\b(?:to))\b(?!(?:{_INCOMPLETE})\b)([\w'’-]+) (?:in|at|during|on)\s+$", before, re.IGNORECASE
    )
    if not closing or after.strip(" ?.") or closing.group(1).lower() in FUNCTION_WORDS:
        return []
    shortened = _sentence(before[: closing.end(1)], "", after)
    return [shortened] if _says_something(shortened) and len(shortened.split()) > 3 else []


def _says_something(question: str) -> bool:
    """Whether a word is left that is neither a function word nor a pronoun."""
    pronouns = ("he", "him", "she", "they", "them", "it", "there", "then")
    return any(word.lower() not in FUNCTION_WORDS and word.lower() not in pronouns for word in WORD.findall(question))


def _sentence(before: str, phrase: str, after: str) -> str:
    """The parts put together, one space between words, with a capital where the question had to begin anew."""
    joined = " ".join(f"{before} {phrase} {after}".split())
    tidy = re.sub(r"\s+([?,.!;:])", r"\1", joined).lstrip(" ,")
    return tidy if before.strip() else tidy[:1].upper() + tidy[1:]
