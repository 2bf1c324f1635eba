"""Questions as people type them."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from assistant.training.rewriting.retyping import retyped

QUESTION = "When did the team in Lisbon announce the first results?"


def all_retyped(question: str) -> set[str]:
    return {retyped(question, random.Random(seed)) for seed in range(60)}


class TestRetyped:
    def test_each_way_occurs(self) -> None:
        found = all_retyped(QUESTION)
        assert QUESTION.removesuffix("?") in found
        assert "When team in Lisbon announce first results" in found
        assert any(text.endswith("?") and len(text.split()) == len(QUESTION.split()) for text in found)

    def test_a_typo_touches_at_most_two_words_and_no_first_letter(self) -> None:
        for text in all_retyped(QUESTION):
            if text.endswith("?"):
                pairs = list(zip(QUESTION.split(), text.split(), strict=True))
                assert 1 <= sum(old != new for old, new in pairs) <= 2
                assert all(old[0] == new[0] for old, new in pairs)

    def test_words_with_digits_and_short_words_get_no_typo(self) -> None:
        assert all_retyped("B52s or A4paper?") == {"B52s or A4paper"}

    def test_what_cannot_be_changed_comes_back(self) -> None:
        for question in ("", "?", "Who", "42", " "):
            assert all_retyped(question) == {question}

    def test_negation_is_kept_in_headlines(self) -> None:
        assert "Why minister not sign treaty" in all_retyped("Why did the minister not sign the treaty?")

    @given(question=st.text(), seed=st.integers())
    def test_any_text_keeps_its_words(self, question: str, seed: int) -> None:
        text = retyped(question, random.Random(seed))
        assert bool(text.strip()) == bool(question.strip())
        assert text == retyped(question, random.Random(seed))
