"""What the classifier of blocks knows of each: its look, its neighbours', its place on the page."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from assistant.articles import vocabulary as vocab
from assistant.articles.blocks import Block
from assistant.articles.clutter import FOOTERS, BlockTraits, has_trait_of_clutter, is_donation_appeal

Features = NDArray[np.float64]

_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_SENTENCE_ENDS = re.compile(r"[.!?][\"”’)]*(?:\s|$)")
_OWN = (
    "words", "characters", "ends like a sentence", "prose", "title case", "headline", "heading", "sign of clutter",
    "footer", "function words", "capitalised words", "digits", "capitals", "commas", "word length", "address",
    "list mark", "lower-case start", "bar", "trait of clutter", "plea", "quotation", "colon at the end",
    "question mark at the end", "sentences", "you", "we", "imperative", "year", "other scripts",
)  # fmt: skip
_OF_NEIGHBOURS = ("prose", "words", "kept by rules", "ends like a sentence", "sign of clutter")
_NEIGHBOURS = {1: "one before", -1: "one after", 2: "two before", -2: "two after"}
#: Blocks on either side whose words are summed.
_REACHES = (4, 12)
_AROUND = ("prose around", "share of prose around", "prose before", "prose after")
_PLACE = (
    "gap before", "gap after", "inside the body", "distance before the body",
    "distance after the body", "place", "page's length", "page's prose", "prose to the longest", "prose so far",
)  # fmt: skip
#: One for each column of ``block_features``.
NAMES = (
    *_OWN,
    "kept by rules",
    *(f"{name}, {where}" for where in _NEIGHBOURS.values() for name in _OF_NEIGHBOURS),
    *(f"{name} ({reach})" for reach in _REACHES for name in _AROUND),
    *_PLACE,
)
_SENTENCE, _SIGN = _OWN.index("ends like a sentence"), _OWN.index("sign of clutter")
_NEIGHBOUR_PROSE_AT_MOST = 4.0


def block_features(
    blocks: Sequence[Block], traits: Sequence[BlockTraits], kept: Sequence[bool], body: tuple[int, int] | None
) -> Features:
    """(n, len(NAMES)) for the n blocks of a page.

    Args:
        blocks, looks: a page's blocks and what each looks like.
        kept: whether the rules keep each.
        body: first and last block of the run with the most prose.
    """
    own = np.array([_own(block, look) for block, look in zip(blocks, traits, strict=True)])
    words = np.array([look.words for look in traits], float)
    prose = np.array([look.words if look.prose else 0 for look in traits], float)
    by_rules = np.array(kept, float)
    columns = [by_rules, *_neighbours(own, words, prose, by_rules), *_around(words, prose)]
    columns += _place(blocks, prose, body)
    return np.column_stack([own, *columns])


def _own(block: Block, look: BlockTraits) -> list[float]:
    text = block.text
    words, length = vocab.WORD.findall(text), len(text)
    count = max(1, len(words))
    return [
        math.log1p(len(words)),
        math.log1p(length),
        look.sentence,
        look.prose,
        look.titled,
        look.headline,
        block.kind == "heading",
        look.reason is not None,
        look.reason in FOOTERS,
        sum(word.lower() in vocab.FUNCTION_WORDS for word in words) / count,
        sum(word[0].isupper() for word in words) / count,
        sum(map(str.isdigit, text)) / length,
        sum(map(str.isupper, text)) / length,
        (text.count(",") + text.count(";")) / count,
        length / count,
        "http" in text or "www." in text,
        text[0] in "*-•+|",
        text[0].islower(),
        "|" in text,
        has_trait_of_clutter(block),
        is_donation_appeal(block),
        any(mark in text for mark in '"“”'),
        text[-1] == ":",
        text[-1] == "?",
        len(_SENTENCE_ENDS.findall(text)),
        bool(vocab.YOU.search(text)),
        bool(vocab.WE.search(text)),
        bool(vocab.IMPERATIVE.match(text)),
        bool(_YEAR.search(text)),
        1 - len(text.encode("ascii", "ignore")) / length,
    ]


def _neighbours(own: Features, words: Features, prose: Features, kept: Features) -> list[Features]:
    of_each = (
        np.minimum(np.log1p(prose), _NEIGHBOUR_PROSE_AT_MOST),
        np.log1p(words),
        kept,
        own[:, _SENTENCE],
        own[:, _SIGN],
    )
    return [_shifted(values, by) for by in _NEIGHBOURS for values in of_each]


def _around(words: Features, prose: Features) -> list[Features]:
    columns: list[Features] = []
    for reach in _REACHES:
        before, after = _sum_before(prose, reach), _sum_before(prose[::-1], reach)[::-1]
        everything = _sum_before(words, reach) + words + _sum_before(words[::-1], reach)[::-1]
        near = before + prose + after
        columns += [np.log1p(near), near / np.maximum(1, everything), np.log1p(before), np.log1p(after)]
    return columns


def _place(blocks: Sequence[Block], prose: Features, body: tuple[int, int] | None) -> list[Features]:
    count = len(blocks)
    at = np.arange(count, dtype=float)
    ends = [0, *(block.end for block in blocks)]
    gaps = np.array([math.log1p(block.start - end) for end, block in zip(ends, blocks, strict=False)])
    first, last = body if body is not None else (0, count - 1)
    total = prose.sum()
    return [
        gaps,
        _shifted(gaps, -1),
        ((at >= first) & (at <= last)).astype(float),
        np.log1p(np.maximum(0, first - at)),
        np.log1p(np.maximum(0, at - last)),
        at / max(1, count - 1),
        np.full(count, math.log(count)),
        np.full(count, math.log1p(total)),
        prose / max(1.0, prose.max()),
        np.cumsum(prose) / max(1.0, total),
    ]


def _shifted(values: Features, by: int) -> Features:
    """``values`` moved ``by`` places towards the end, zeros coming in."""
    moved = np.zeros_like(values)
    if by > 0:
        moved[by:] = values[:-by]
    else:
        moved[:by] = values[-by:]
    return moved


def _sum_before(values: Features, reach: int) -> Features:
    """The sum of up to ``reach`` values before each."""
    total: Features = np.concatenate([[0.0], np.cumsum(values)])
    at = np.arange(len(values))
    return total[at] - total[np.maximum(0, at - reach)]
