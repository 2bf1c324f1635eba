"""Spans lose stray marks at their edges, and nothing else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.reading.trimming import trim_span


@pytest.mark.parametrize(
    ("span", "answer"),
    [
        ("June 8-9)", "June 8-9"),
        ("(June 8-9", "June 8-9"),
        ("(June 8-9)", "(June 8-9)"),
        ("the first (of two)", "the first (of two)"),
        ("“open", "open"),
        ("open”", "open"),
        ("“open”", "“open”"),
        ('"Mr. Kim"', '"Mr. Kim"'),
        ("Kim,", "Kim"),
        ("– Kim", "Kim"),
        ("the summit is likely to be held.", "the summit is likely to be held"),
        ("U.S.", "U.S."),
        ("Feb.", "Feb."),
        ("5 p.m.", "5 p.m."),
        ("Japan\u2019s", "Japan\u2019s"),
        ("the workers\u2019", "the workers\u2019"),
        ("-5", "-5"),
        ("$5", "$5"),
        ("5%", "5%"),
        ("...", "..."),
    ],
)
def test_edges(span: str, answer: str) -> None:
    text = f"x {span} y"
    start, end = trim_span(text, 2, 2 + len(span))
    assert text[start:end] == answer


@given(st.text(), st.integers(0, 20), st.integers(1, 20))
def test_what_is_trimmed_lies_within_and_is_not_empty(text: str, start: int, length: int) -> None:
    end = min(len(text), start + length)
    if start >= end:
        return
    first, last = trim_span(text, start, end)
    assert start <= first < last <= end
    assert not any(character.isalnum() for character in text[start:first] + text[last:end])
    assert trim_span(text, first, last) == (first, last)
