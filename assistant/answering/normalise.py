"""When two answers say the same."""

from __future__ import annotations

import re
import unicodedata

_ARTICLES = re.compile(r"\b(a|an|the)\b")
_DASHES = re.compile("[\u2010-\u2015\u2212]")
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}\b)")
#: What belongs to a figure: "1.5", "12:30", "1/2", "8-9", "-5".
_IN_FIGURE = re.compile(r"(?<=\d)[.,:/-](?=\d)|(?<![\w)])[-+.](?=[\d$€£])")


def meaning(text: str) -> str:
    """A key that is equal for answers of one meaning: without case, articles, punctuation and odd spaces.

    Punctuation inside figures counts ("1.5" is not "15"), and so do currency and percent signs; commas
    between thousands do not. Never empty for a text that is not blank.
    """
    plain = _THOUSANDS.sub("", _DASHES.sub("-", " ".join(text.casefold().split())))
    figures = {match.start() for match in _IN_FIGURE.finditer(plain)}
    kept = "".join(
        " " if character == "-" and place not in figures else character
        for place, character in enumerate(plain)
        if place in figures or character == "-" or not _is_punctuation(character)
    )
    return " ".join(_ARTICLES.sub(" ", kept).split()) or plain


def _is_punctuation(character: str) -> bool:
    category = unicodedata.category(character)
    if category.startswith("P"):
        return character != "%"
    return category in ("Sk", "Sm", "So", "Cc", "Cf") and not character.isspace()
