"""Closed word classes of English that the making of follow-up questions goes by."""

from __future__ import annotations

import re


def word_set(words: str) -> frozenset[str]:
    """The words of a text, told apart by white space."""
    return frozenset(words.split())


def phrase_set(text: str) -> frozenset[str]:
    """The phrases of a list written as one text, with commas between them."""
    return frozenset(" ".join(phrase.split()) for phrase in text.split(","))


#: A word and its place; a possessive 's is left outside, the last full stop of "U.S." is inside.
WORD = re.compile(r"(?:[^\W\d_]\.){2,}|[^\W_]+(?:[-&.][^\W_]+|['’](?!s\b)[^\W_]+)*")

BE = word_set("is are was were be been being isn't aren't wasn't weren't")
AUXILIARIES = BE | word_set(
    """do does did has have had can could will would shall should may might must didn't doesn't don't won't can't
    couldn't hasn't haven't hadn't wouldn't"""
)
PREPOSITIONS = word_set(
    """of in on at by for from to with about into onto after before during since until under over against among between
    through without within near towards toward around across behind above below outside inside upon like as than per
    via throughout along despite regarding concerning besides beyond beside amid off up out down away"""
)
#: Prepositions that may also open a clause: "after she left".
CLAUSE_OPENERS = word_set("after before since until as than")
CONJUNCTIONS = word_set("and or but so if when where while because that than whether which who whose")
QUESTION_WORDS = word_set("who whom whose what when where which why how")
DETERMINERS = word_set("""the a an this that these those his her its their my our your some any each every no""")
ADVERBS = word_set(
    """not also still ever never first last only just once now then ago later earlier today currently originally
    usually often mostly mainly actually really again most best instead prior due early late officially finally
    together alone"""
)
FUNCTION_WORDS = AUXILIARIES | PREPOSITIONS | CONJUNCTIONS | QUESTION_WORDS | DETERMINERS | ADVERBS
#: Verbs, in the form that follows "did", which often stand right after a subject.
BASE_VERBS = word_set(
    """say state think want use love like buy make take get give find feel believe become begin start end leave go come
    move live die win lose play write sing record release publish produce create build found establish join serve
    work study teach learn receive earn sell pay cost need try help ask tell call name describe mention recommend
    suggest consider decide plan agree refuse claim argue propose support oppose attack invade defeat declare sign
    hold host lead follow fight meet marry attend visit travel return arrive open close change increase decrease
    grow fall rise replace add include contain cover cause allow prevent protect provide offer send bring carry keep
    put set show see hear know understand remember hope expect stand mean refer occur happen do have be enjoy prefer
    hate dislike complain notice wish look talk speak finish complete wear own drive eat drink cook clean wash break
    fix order watch read choose pick compare rate score perform appear debut star tour reach sail fly sink reign
    rule govern control form split merge develop design invent discover introduce announce launch adopt ban pass
    vote elect appoint resign retire graduate enter represent border share belong differ compete reject accept
    express apply depend rely stop continue remain stay last spend run walk turn wait lie flood destroy kill hit
    face solve treat"""
)


def is_plural(noun: str) -> bool:
    """Whether a noun looks like more than one."""
    word = noun.lower()
    return word in _PLURALS or (len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is", "ics")))


def looks_inflected(word: str) -> bool:
    """Whether a lower-case word looks like a verb with an ending: "started", "means", "includes"."""
    if word.endswith("ed") or word in _PAST:
        return True
    stem = word.removesuffix("s")
    return word.endswith("s") and (stem in BASE_VERBS or stem.removesuffix("e") in BASE_VERBS)


PARTICIPLES = word_set(
    """born built made known held won sold set led found sent able located given taken written sung shown seen done
    gone begun become broken torn sworn worn bought brought chosen spoken hit cut put kept left lost met paid read
    said spent taught told thought famous similar different important responsible native popular"""
)
_PLURALS = word_set("people men women children police parents mice feet teeth media")
_PAST = word_set(
    """became began left went came won lost wrote sang made took got gave found felt built taught sold paid said told
    led fought met fell rose brought kept sent held stood knew saw grew bought broke chose drew ran born"""
)
