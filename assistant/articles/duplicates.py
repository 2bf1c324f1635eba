"""Articles that publish one story: what one text is to another, and the duplicate clusters that follow.

The longest article of a cluster represents it, and every member relates to that one, not merely to some other member: a
chain of small changes, each like the one before, does not join two stories. A story joins the longer text that holds it
only where it is most of that text. A round-up of several stories therefore stays apart from them, and they from each
other; it merely is no support of its own beside a story it holds.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, TypeAlias

from assistant.articles.sketches import Sketch, relation

#: What an article is to another: a copy that may share its cluster, only a part of it, or more than it.
Relation: TypeAlias = Literal["copy", "inside", "holds"]

#: The shorter of two copies has at least this share of the longer one's words: more than half, so that no text is
#: a copy of two stories that it holds side by side.
_MOST = 0.6
#: A key is followed to this many articles, the longest; so many of those that share the most keys are compared.
KEY_HOLDERS = 64
#: With more copies of one story than these the clusters may depend on the order of adding.
COMPARED = 64


def relations(article: Sketch, candidates: Mapping[int, Sketch]) -> dict[int, Relation]:
    """What an article is to each of ``candidates`` (those found under its keys, by number); unrelated ones left out."""
    found: dict[int, Relation] = {}
    for number, other in candidates.items():
        if relation(article, other) is None:
            continue
        shorter, longer = sorted((article.words, other.words))
        if shorter >= _MOST * longer:
            found[number] = "copy"
        else:
            found[number] = "inside" if article.words < other.words else "holds"
    return found
