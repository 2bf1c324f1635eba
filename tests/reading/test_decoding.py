"""The span search against brute force."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.reading.decoding import Logits, TokenSpan, best_spans
from assistant.reading.windows import TextTokens, Window

# Few distinct values: ties and equal sums are what a search gets wrong.
LOGITS = st.integers(-4, 4).map(float)


@st.composite
def scored_texts(draw: st.DrawFn) -> tuple[TextTokens, list[tuple[Window, Logits]]]:
    """A text of up to 12 tokens under overlapping windows with arbitrary logits."""
    n = draw(st.integers(1, 12))
    flags = st.lists(st.booleans(), min_size=n, max_size=n)
    blocks = np.sort(draw(st.lists(st.integers(0, 2), min_size=n, max_size=n)))
    positions = np.arange(n)
    tokens = TextTokens(
        ids=positions,
        starts=positions * 2,
        ends=positions * 2 + 1,
        can_start=np.array(draw(flags)),
        can_end=np.array(draw(flags)),
        block_at_start=blocks,
        block_at_end=blocks,
    )
    size, step = draw(st.integers(1, n)), draw(st.integers(1, 4))
    firsts = range(0, n, min(step, size))
    return tokens, [_window(draw, first, min(size, n - first)) for first in firsts]


def _window(draw: st.DrawFn, first: int, length: int) -> tuple[Window, Logits]:
    before, after = draw(st.integers(1, 3)), draw(st.integers(0, 2))
    total = before + length + after
    window = Window(0, first, length, np.zeros(total, np.int64), np.zeros(total, np.int64), before, 0)
    logits = st.lists(LOGITS, min_size=total, max_size=total).map(lambda values: np.array(values, np.float32))
    return window, (draw(logits), draw(logits))


def _every_span(
    tokens: TextTokens, scored: list[tuple[Window, Logits]], max_answer_tokens: int
) -> dict[tuple[int, int], float]:
    """Best margin of every valid span, by the definition."""
    margins: dict[tuple[int, int], float] = {}
    for window, (starts, ends) in scored:
        null = float(starts[window.null_at] + ends[window.null_at])
        for i in range(window.tokens):
            for j in range(i, min(i + max_answer_tokens, window.tokens)):
                first, last = window.first_token + i, window.first_token + j
                if not (tokens.can_start[first] and tokens.can_end[last]):
                    continue
                if tokens.block_at_start[first] != tokens.block_at_end[last]:
                    continue
                margin = float(starts[window.slice_at + i] + ends[window.slice_at + j]) - null
                margins[first, last] = max(margin, margins.get((first, last), -np.inf))
    return margins


def _overlap(a: tuple[int, int], b: tuple[int, int]) -> bool:
    return a[0] <= b[1] and b[0] <= a[1]


def _greedy(margins: dict[tuple[int, int], float], limit: int) -> list[tuple[tuple[int, int], float]]:
    """Margins of the best spans, each the best of those that overlap no earlier one; ties: leftmost, shortest."""
    chosen: list[tuple[int, int]] = []
    for span in sorted(margins, key=lambda span: (-margins[span], span)):
        if len(chosen) < limit and not any(_overlap(span, other) for other in chosen):
            chosen.append(span)
    return [(span, margins[span]) for span in chosen]


@settings(max_examples=400, deadline=None)
@given(scored_texts(), st.integers(1, 6), st.integers(1, 5))
def test_finds_what_brute_force_finds(
    case: tuple[TextTokens, list[tuple[Window, Logits]]], max_answer_tokens: int, limit: int
) -> None:
    tokens, scored = case
    found = best_spans(tokens, scored, max_answer_tokens=max_answer_tokens, limit=limit)
    expected = _greedy(_every_span(tokens, scored, max_answer_tokens), limit)
    assert [((span.first, span.last), span.span_score - span.null_score) for span in found] == expected


def test_the_null_score_is_that_of_the_spans_own_window() -> None:
    tokens = TextTokens(*(np.arange(2) for _ in range(3)), *(np.ones(2, bool),) * 2, *(np.zeros(2, int),) * 2)
    sure = np.array([5, 6, 0], np.float32)  # null 10, best span 12: margin 2
    unsure = np.array([0, 4, 0], np.float32)  # null 0, best span 8: margin 8
    ids = np.zeros(3, np.int64)
    scored = [(Window(0, 0, 1, ids, ids, 1, 0), (sure, sure)), (Window(0, 1, 1, ids, ids, 1, 0), (unsure, unsure))]
    assert best_spans(tokens, scored, max_answer_tokens=3, limit=5) == [
        TokenSpan(1, 1, 8.0, 0.0),
        TokenSpan(0, 0, 12.0, 10.0),
    ]


def test_a_text_without_tokens_or_windows_has_no_span() -> None:
    tokens = TextTokens(*(np.zeros(0, np.int64),) * 3, *(np.zeros(0, bool),) * 2, *(np.zeros(0, np.int64),) * 2)
    assert best_spans(tokens, [], max_answer_tokens=30, limit=5) == []
