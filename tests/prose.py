"""Made prose without stock phrases."""

from __future__ import annotations

import random

SYLLABLES = [a + b for a in "bdfgklmnprstvz" for b in ("a", "e", "i", "o", "u", "an", "er", "il")]


def story(seed: int, words: int = 200) -> str:
    """The same text for a seed every time, in paragraphs of 40 words; a shorter one is the beginning of a longer."""
    rng = random.Random(seed)
    made = ["".join(rng.choices(SYLLABLES, k=3)) for _ in range(words)]
    return "\n\n".join(" ".join(made[start : start + 40]) for start in range(0, words, 40))
