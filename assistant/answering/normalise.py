"""When two answers say the same: the SQuAD rules (case, English articles, punctuation, spaces)."""

from __future__ import annotations

import re
import unicodedata

_ARTICLES = re.compile(r"\b(a|an|the)\b")


def normalise_answer(text: str) -> str:
    """``text`` lower-cased, without punctuation, English articles and superfluous spaces.

    Punctuation is any Unicode punctuation or symbol but currency and percent signs, so that curly and
    straight quotes compare equal while "$5" and "5%" stay different answers from "5".
    """
    kept = "".join(character for character in text.casefold() if not _is_punctuation(character))
    return " ".join(_ARTICLES.sub(" ", kept).split())


def _is_punctuation(character: str) -> bool:
    category = unicodedata.category(character)
    if category.startswith("P"):
        return character != "%"
    return category in ("Sk", "Sm", "So", "Cc", "Cf") and not character.isspace()
