"""Which language an article is in."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from assistant.articles import vocabulary as vocab

#: Those told apart. With all that the model knows, short texts are too often taken for rare ones.
_TOLD_APART = frozenset(
    """ar bg bn ca cs da de el en es et fa fi fr he hi hr hu id it ja ko lt lv ms nl no pl pt ro ru sk sl sr sv sw ta th
    tl tr uk ur vi zh""".split()  # noqa: SIM905 - a list of quoted codes would be unreadable
)
_ISO_639_1 = frozenset(
    """aa ab ae af ak am an ar as av ay az ba be bg bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz ee el en eo
    es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik io is it iu ja jv ka kg
    ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne ng nl nn
    no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn so sq sr ss st su sv sw ta
    te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu""".split()  # noqa: SIM905
)
#: Older and longer ways to state a language.
_SAID = {"iw": "he", "in": "id", "ji": "yi", "eng": "en", "english": "en"}
#: So close that a stated one stands.
_KIN = (frozenset({"no", "nb", "nn", "da"}), frozenset({"hr", "sr", "bs"}), frozenset({"id", "ms"}))
_CHARACTERS_READ = 5000
_FEWEST_LETTERS = 20
_FEWEST_WORDS = 50
#: Of 564 English news pages, 97% have so large a share of function words, and "the" among them. Irish comes close by
#: its "a", "an" and "is", but has no "the".
_ENGLISH_SHARE = 0.25
_THE_SHARE = 0.02
#: Below it, the text says nothing.
_WEAK = 0.5
#: A stated language is overruled only by this probability over this many letters.
_STRONG = 0.99
_STRONG_LETTERS = 100
_SURE_OF_BOTH, _SUREST_OF_TEXT, _SURE_OF_STATED = 0.99, 0.95, 0.6


def detect_language(text: str, claims: str | None = None) -> tuple[str, float] | None:
    """The language of a text, and how sure that is.

    Plain English is recognised by its function words; only other texts need the model, which takes 0.6 s and 130 MB to
    load, once. Below 20 letters, only what is stated counts. A stated language wins unless the text plainly
    contradicts it, which it cannot where that language is not among those told apart, or close to the one found.

    Args:
        text: the article; its first 5,000 characters are read.
        stated: what a page or record says, as a code or tag ("en", "en-GB", "en_US").

    Returns:
        ISO 639-1 code, lower case, and 0..1; None when nothing can be said. Never raises.
    """
    text = text[:_CHARACTERS_READ]
    said = stated_code(claims) if claims is not None else None
    if _is_plainly_english(text):
        return "en", _SURE_OF_BOTH if said == "en" else _SUREST_OF_TEXT
    letters = sum(map(str.isalpha, text))
    if letters < _FEWEST_LETTERS:
        return None if said is None else (said, _SURE_OF_STATED)
    found, probability = _model().classify(text)
    if said == found:
        return found, _SURE_OF_BOTH
    if said is None:
        return (found, min(round(probability, 2), _SUREST_OF_TEXT)) if probability >= _WEAK else None
    open_to_doubt = said in _TOLD_APART and not any({said, found} <= kin for kin in _KIN)
    if open_to_doubt and probability >= _STRONG and letters >= _STRONG_LETTERS:
        return found, _SUREST_OF_TEXT
    return said, _SURE_OF_STATED


def stated_code(claims: str) -> str | None:
    """The ISO 639-1 code in a stated language ("en_US" -> "en"); None when there is none."""
    first = re.split(r"[^a-z]", claims.strip().lower(), maxsplit=1)[0]
    code = _SAID.get(first, first)
    return code if code in _ISO_639_1 else None


def _is_plainly_english(text: str) -> bool:
    words = [word.lower() for word in vocab.WORD.findall(text)]
    known = sum(word in vocab.FUNCTION_WORDS for word in words)
    enough = known >= _ENGLISH_SHARE * len(words) and words.count("the") >= _THE_SHARE * len(words)
    return enough and len(words) >= _FEWEST_WORDS


@cache
def _model() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier  # slow to import

    model = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    model.set_languages(sorted(_TOLD_APART))
    return model
