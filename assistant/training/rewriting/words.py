"""Word lists written as one text."""

from __future__ import annotations


def word_set(words: str) -> frozenset[str]:
    """The words of a text, told apart by white space."""
    return frozenset(words.split())


def phrase_set(text: str) -> frozenset[str]:
    """The phrases of a list written as one text, with commas between them."""
    return frozenset(" ".join(phrase.split()) for phrase in text.split(","))
