"""A clean article -> passages: contiguous runs of whole sentences, sized in the reader's tokens."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from assistant.articles.sentences import sentence_spans
from assistant.records import Article, Passage

#: Part of an index's manifest: a change here means that stored passages are out of date.
SPLITTER_VERSION = 1

TokenCounter = Callable[[Sequence[str]], list[int]]
#: Cost of ending a passage inside a block, and after a heading, against the squared unused share of a passage.
_INSIDE_BLOCK_COST = 0.15
_AFTER_HEADING_COST = 0.6
_HEADING_WORDS = 14


@dataclass(frozen=True, slots=True)
class _Piece:
    """A sentence, or a part of one that is too long, with what it would cost to end a passage after it."""

    start: int
    end: int
    tokens: int
    ending_cost: float


def split_passages(article: Article, count_tokens: TokenCounter, max_tokens: int) -> list[Passage]:
    """Passages of ``article``, in order, not overlapping; every non-space character is in one.

    Of all ways to group the sentences, the one that fills the passages most evenly is taken, with a
    preference for ending them where a block ends. A sentence longer than ``max_tokens`` is cut at spaces.

    Args:
        article: a cleaned article.
        count_tokens: tokens of each text of a list. Called once for all sentences, and again only for
            the parts of sentences that are too long. A text must not count more than its parts together.
        max_tokens: the longest passage, as ``count_tokens`` counts; at least 1.

    Returns:
        Passages with ``article.text[passage.start:passage.end] == passage.text``; none longer than
        ``max_tokens``, but for a single character that counts more.
    """
    pieces = _pieces(article.text, count_tokens, max_tokens)
    passages = []
    for ordinal, (first, last) in enumerate(_group(pieces, max_tokens)):
        start, end = pieces[first].start, pieces[last].end
        passages.append(
            Passage(
                id=f"{article.id}:{start}-{end}",
                article_id=article.id,
                ordinal=ordinal,
                start=start,
                end=end,
                text=article.text[start:end],
            )
        )
    return passages


def _pieces(text: str, count_tokens: TokenCounter, max_tokens: int) -> list[_Piece]:
    spans = sentence_spans(text)
    if not spans:
        return []
    counts = count_tokens([text[start:end] for start, end in spans])
    counted = [(start, end, tokens) for (start, end), tokens in zip(spans, counts, strict=True)]
    while any(tokens > max_tokens and end - start > 1 for start, end, tokens in counted):
        counted = _halve_long(text, counted, count_tokens, max_tokens)
    nexts = [start for start, _, _ in counted[1:]] + [len(text)]
    return [
        _Piece(start, end, tokens, _ending_cost(text, start, end, following))
        for (start, end, tokens), following in zip(counted, nexts, strict=True)
    ]


def _halve_long(
    text: str, counted: list[tuple[int, int, int]], count_tokens: TokenCounter, max_tokens: int
) -> list[tuple[int, int, int]]:
    """Each span that is too long becomes two, all of them counted in one call."""
    halves = {
        (start, end): _halves(text, start, end)
        for start, end, tokens in counted
        if tokens > max_tokens and end - start > 1
    }
    parts = [part for pair in halves.values() for part in pair]
    tokens_of = dict(zip(parts, count_tokens([text[start:end] for start, end in parts]), strict=True))
    result: list[tuple[int, int, int]] = []
    for start, end, tokens in counted:
        if (start, end) in halves:
            result.extend((*part, tokens_of[part]) for part in halves[start, end])
        else:
            result.append((start, end, tokens))
    return result


def _halves(text: str, start: int, end: int) -> tuple[tuple[int, int], tuple[int, int]]:
    """The span cut at the white space nearest to its middle, or in the middle if it has none."""
    middle = (start + end) // 2
    before = next((i for i in range(middle, start, -1) if text[i].isspace()), None)
    reach = middle - before if before is not None else end - middle
    after = next((i for i in range(middle, min(middle + reach, end)) if text[i].isspace()), None)
    cut = after if after is not None else before
    if cut is None:
        return (start, middle), (middle, end)
    left = text[start:cut].rstrip()
    right = text[cut:end].lstrip()
    return (start, start + len(left)), (end - len(right), end)


def _ending_cost(text: str, start: int, end: int, following: int) -> float:
    if "\n\n" not in text[end:following]:
        return _INSIDE_BLOCK_COST if following < len(text) else 0.0
    is_heading = len(text[start:end].split()) <= _HEADING_WORDS and not re.search(r"[.!?…][\"'”’)]*$", text[start:end])
    return _AFTER_HEADING_COST if is_heading else 0.0


def _group(pieces: Sequence[_Piece], max_tokens: int) -> list[tuple[int, int]]:
    """First and last piece of each passage: the cheapest partition, by dynamic programming."""
    best = [0.0] + [float("inf")] * len(pieces)
    begins = [0] * (len(pieces) + 1)
    for stop in range(1, len(pieces) + 1):
        tokens = 0
        for begin in range(stop - 1, -1, -1):
            tokens += pieces[begin].tokens
            if tokens > max_tokens and begin < stop - 1:
                break
            unused = max(0.0, 1 - tokens / max_tokens)
            cost = best[begin] + unused * unused + pieces[stop - 1].ending_cost
            if cost < best[stop]:
                best[stop], begins[stop] = cost, begin
    groups = []
    stop = len(pieces)
    while stop > 0:
        groups.append((begins[stop], stop - 1))
        stop = begins[stop]
    return groups[::-1]
