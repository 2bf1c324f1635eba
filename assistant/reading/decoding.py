"""The span search: from logits of windows to the best spans of a text.

A span is valid when it starts and ends with allowed tokens (see ``TextTokens``), is not longer than
allowed, lies inside one window's slice and crosses no blank line. Its *margin* is start logit plus
end logit minus the same sum at the window's null position; margins, unlike logits, can be compared
between windows (Devlin et al. 2019, section 4.3, https://arxiv.org/abs/1810.04805).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from assistant.reading.windows import TextTokens, Window

#: Start and end logits of a window, each (length of the window,).
Logits = tuple[NDArray[np.float32], NDArray[np.float32]]


class TokenSpan(NamedTuple):
    """Tokens ``first..last`` of a text, both included, with their scores."""

    first: int
    last: int
    span_score: float
    null_score: float


def best_spans(
    tokens: TextTokens, scored: Iterable[tuple[Window, Logits]], *, max_answer_tokens: int, limit: int
) -> list[TokenSpan]:
    """The ``limit`` best valid spans of one text that do not overlap, best margin first.

    Args:
        tokens: the text's n tokens.
        scored: its windows with their logits. A span in several windows counts with its best margin.
        max_answer_tokens: longest span.
        limit: spans returned at most.
    """
    spans, nulls = _span_scores(tokens, scored, max_answer_tokens)
    margins = spans - nulls
    chosen: list[TokenSpan] = []
    while margins.size and len(chosen) < limit:
        first, more = np.unravel_index(int(np.argmax(margins)), margins.shape)
        if margins[first, more] == -np.inf:
            break
        last = int(first + more)
        chosen.append(TokenSpan(int(first), last, float(spans[first, more]), float(nulls[first, more])))
        _forbid_overlap(margins, int(first), last)
    return chosen


def _span_scores(
    tokens: TextTokens, scored: Iterable[tuple[Window, Logits]], width: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Span and null scores (n, width): row = first token, column = how many tokens follow it.

    Spans that are not valid score minus infinity.
    """
    n = len(tokens.ids)
    spans, nulls = np.full((n, width), -np.inf), np.zeros((n, width))
    for window, (start_logits, end_logits) in scored:
        null = float(start_logits[window.null_at]) + float(end_logits[window.null_at])
        in_window = slice(window.slice_at, window.slice_at + window.tokens)
        in_text = slice(window.first_token, window.first_token + window.tokens)
        starts = np.where(tokens.can_start[in_text], start_logits[in_window].astype(np.float64), -np.inf)
        ends = np.where(tokens.can_end[in_text], end_logits[in_window].astype(np.float64), -np.inf)
        sums = starts[:, None] + _following(ends, width, -np.inf)
        same_block = tokens.block_at_start[in_text, None] == _following(tokens.block_at_end[in_text], width, -1)
        sums[~same_block] = -np.inf
        better = sums - null > spans[in_text] - nulls[in_text]
        spans[in_text] = np.where(better, sums, spans[in_text])
        nulls[in_text] = np.where(better, null, nulls[in_text])
    return spans, nulls


def _following(values: NDArray[Any], width: int, beyond: float) -> NDArray[Any]:
    """(n, width) of ``values[row + column]``, ``beyond`` past the end."""
    padded = np.concatenate([values, np.full(width - 1, beyond, values.dtype)])
    return np.lib.stride_tricks.sliding_window_view(padded, width)


def _forbid_overlap(margins: NDArray[np.float64], first: int, last: int) -> None:
    """Sets every span that shares a token with ``first..last`` to minus infinity."""
    width = margins.shape[1]
    rows = slice(max(0, first - width + 1), last + 1)
    reach = np.arange(rows.start, rows.stop)[:, None] + np.arange(width)
    margins[rows][reach >= first] = -np.inf
