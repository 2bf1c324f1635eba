"""Prose in any script, told by length, letters and the end of a sentence."""

from __future__ import annotations

import unicodedata

from assistant.articles import vocabulary as vocab

_FEWEST_COLUMNS = 60
_LETTERS = 0.8


def columns(text: str) -> int:
    """How wide ``text`` is, in Latin letters: a Chinese character or a kana is as wide as two."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


def is_prose(text: str) -> bool:
    """Whether a block reads as a paragraph, in whatever language: long, mostly letters, a sentence at its end."""
    if columns(text) < _FEWEST_COLUMNS or not vocab.SENTENCE_END.search(text[-20:]):
        return False
    # Category M: vowel signs, which are no letters to Python.
    letters = sum(character.isspace() or unicodedata.category(character)[0] in "LM" for character in text)
    return letters >= _LETTERS * len(text)
