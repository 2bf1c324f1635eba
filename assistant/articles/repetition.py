"""What recurs across the different stories of one source, and so is the site's."""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise

from assistant.articles.blocks import Block
from assistant.articles.clutter import Look, has_trait_of_clutter

#: From so many words on, a block is a passage of prose.
PASSING_WORDS = 12
#: A paragraph or line must repeat in this many stories, and this share of them, to count as boilerplate.
_PROSE_REPEATS = 6
_PROSE_REPEAT_SHARE = 0.005
_LINE_REPEATS = 3
_LINE_REPEAT_SHARE = 0.01
_SAME_STORY_SHARE = 0.4


def block_fingerprint(block: Block) -> str:
    """A short hash of the block's words, prefixed "p" for a passage of prose and "l" for a short line."""
    words = re.findall(r"\w+", block.text.casefold())
    digest = hashlib.blake2b(" ".join(words).encode(), digest_size=8).hexdigest()
    return ("p" if len(words) >= PASSING_WORDS else "l") + digest


def repeated_fingerprints(fingerprints_by_article: Sequence[Sequence[str]]) -> frozenset[str]:
    """Fingerprints that recur across different stories of one source, so are the site's, not a story's.

    Copies and versions of one story (sharing much of their prose, pairwise) count as one, so that a
    story told often never takes its own paragraphs for boilerplate.
    """
    unique = [frozenset(fingerprints) for fingerprints in fingerprints_by_article]
    holders: dict[str, list[int]] = defaultdict(list)
    for article, fingerprints in enumerate(unique):
        for fingerprint in fingerprints:
            holders[fingerprint].append(article)
    story = _stories(unique, holders)
    stories = len(set(story))
    needed = {
        "p": max(_PROSE_REPEATS, _PROSE_REPEAT_SHARE * stories),
        "l": max(_LINE_REPEATS, _LINE_REPEAT_SHARE * stories),
    }
    return frozenset(
        fingerprint
        for fingerprint, articles in holders.items()
        if len({story[article] for article in articles}) >= needed[fingerprint[0]]
    )


def drop_repeated(
    blocks: Sequence[Block],
    looks: Sequence[Look],
    reasons: list[str | None],
    repeated: frozenset[str],
    body: tuple[int, int] | None,
) -> None:
    """Drops what recurs across the source, unless that would take most of this article's words."""
    if not repeated:
        return
    kept = [index for index, reason in enumerate(reasons) if reason is None]
    recurring = [
        index
        for index in kept
        if block_fingerprint(blocks[index]) in repeated and not _is_inner_heading(blocks, looks, index, body)
    ]
    if 2 * sum(looks[i].words for i in recurring) <= sum(looks[i].words for i in kept):
        for index in recurring:
            reasons[index] = "repeats across the source"


def _is_inner_heading(blocks: Sequence[Block], looks: Sequence[Look], index: int, body: tuple[int, int] | None) -> bool:
    """A short line at or inside the body may head a section in many stories (a state, a day, "Results")."""
    inside = body is not None and body[0] - 1 <= index < body[1]
    return inside and looks[index].words <= 5 and not has_trait_of_clutter(blocks[index])


def _stories(articles: Sequence[frozenset[str]], holders: dict[str, list[int]]) -> list[int]:
    """For each article the number of its story: near copies, found through shared prose, are joined."""
    parent = list(range(len(articles)))

    def root(article: int) -> int:
        while parent[article] != article:
            parent[article] = parent[parent[article]]
            article = parent[article]
        return article

    prose = [{item for item in fingerprints if item[0] == "p"} for fingerprints in articles]
    for fingerprint, sharing in holders.items():
        if fingerprint[0] != "p":
            continue
        # Comparing neighbours in the list is enough: copies of a story are linked through each paragraph.
        for one, other in pairwise(sharing):
            if root(one) == root(other):
                continue
            if len(prose[one] & prose[other]) > _SAME_STORY_SHARE * min(len(prose[one]), len(prose[other])):
                parent[root(one)] = root(other)
    return [root(article) for article in range(len(articles))]
