"""Articles that publish one story, grouped into families, one of them standing for all.

The longest article of a family represents it and names it, and every member relates to that one, not merely to some
other member: a chain of small changes, each like the one before, does not join two stories. A story joins the longer
text that holds it only where it is most of that text. A round-up of several stories therefore stays apart from them,
and they from each other, and each is indexed; the round-up merely is no support of its own beside a story it holds.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from assistant.articles.sketches import Sketch, relation

#: An article as families order it, longest first: (-words, id).
Rank: TypeAlias = tuple[int, str]

#: The shorter of two copies has at least this share of the longer one's words: more than half, so that no text is
#: a copy of two stories that it holds side by side.
_MOST = 0.6
#: A key is followed to this many articles, the longest; so many of those that share the most keys are compared.
KEY_HOLDERS = 64
#: With more copies of one story than these the partition may depend on the order of adding.
COMPARED = 64


@dataclass(frozen=True, slots=True)
class Kin:
    """What one article is to others, by their ids.

    Attributes:
        copies: those that may share a family with it.
        inside: longer texts of which it is only a part.
        holds: shorter ones that are only a part of it.
    """

    copies: frozenset[str] = frozenset()
    inside: frozenset[str] = frozenset()
    holds: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.copies or self.inside or self.holds)


def kin(article: Sketch, candidates: Mapping[str, Sketch]) -> Kin:
    """What an article is to each of ``candidates`` (those found under its keys, by id)."""
    copies: set[str] = set()
    inside: set[str] = set()
    holds: set[str] = set()
    for identity, other in candidates.items():
        found = relation(article, other)
        if found is None:
            continue
        shorter, longer = sorted((article.words, other.words))
        if shorter >= _MOST * longer:
            copies.add(identity)
        else:
            (inside if article.words < other.words else holds).add(identity)
    return Kin(frozenset(copies), frozenset(inside), frozenset(holds))


def settle(
    changed: Iterable[Rank], copies: Callable[[str], Iterable[Rank]], before: Callable[[str], str | None]
) -> dict[str, str]:
    """Families anew where something changed, followed only as far as it reaches, which is to shorter articles.

    Longest first (ties: smaller id first), an article joins the first representative it is a copy of, or else
    represents a family itself. So the partition does not depend on the order in which articles came.

    Args:
        changed: the articles that are new or whose copies are others than before.
        copies: an article's copies by its id; those that have gone left out.
        before: the id of the article that represented an article's family so far; None if it is new or was alone.

    Returns:
        For each article that was worked out anew, the id of the article that represents it, itself perhaps.
    """
    touched, family = set(changed), dict[str, str]()
    waiting, met = list(touched), set(touched)
    heapq.heapify(waiting)

    def stands(article: str) -> bool:
        return (family.get(article) or before(article) or article) == article

    while waiting:
        rank = heapq.heappop(waiting)
        article = rank[1]
        others = sorted(copies(article))
        family[article] = next((other[1] for other in others if other < rank and stands(other[1])), article)
        led, leads = before(article) == article, family[article] == article
        if led != leads or (leads and rank in touched):
            for other in others:
                if other > rank and other not in met:
                    met.add(other)
                    heapq.heappush(waiting, other)
    return family
