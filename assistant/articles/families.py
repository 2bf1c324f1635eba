"""Articles that publish one story, grouped into families, one of them standing for all.

The longest article of a family represents it and names it, and every member relates to that one, not merely to some
other member: a chain of small changes, each like the one before, does not join two stories. A story joins the longer
text that holds it only where it is most of that text. A round-up of several stories therefore stays apart from them,
and they from each other, and each is indexed; the round-up merely is no support of its own beside a story it holds.
"""

from __future__ import annotations

import heapq
from bisect import bisect_left, insort
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

from assistant.articles.sketches import Sketch, lookup_keys, relation

#: The shorter of two copies has at least this share of the longer one's words: more than half, so that no text is
#: a copy of two stories that it holds side by side.
_MOST = 0.6
#: A key is followed to this many articles, the longest; so many of those that share the most keys are compared.
KEY_HOLDERS = 64
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


class Grouping:
    """The partition into families that follows from who is whose copy, kept up as articles come and go.

    Longest first (ties: smaller id first), an article joins the first representative it is a copy of, or else
    represents a family itself. So the partition does not depend on the order in which articles were added, and a
    change is followed only as far as it reaches. Articles without kin need not be added at all.
    """

    def __init__(self) -> None:
        self._rank: dict[str, tuple[int, str]] = {}
        self._copies: dict[str, set[str]] = {}
        self._holds: dict[str, set[str]] = {}
        self._inside: dict[str, set[str]] = {}
        self._family: dict[str, str] = {}
        self._members: dict[str, set[str]] = {}

    def __contains__(self, article: str) -> bool:
        return article in self._rank

    def __iter__(self) -> Iterator[str]:
        """The families, by the ids of their representatives."""
        return iter(self._members)

    def add(self, article: str, words: int, related: Kin) -> str:
        """The family of ``article`` once it is in; kin not (yet) added are left out.

        Args:
            article: its id; one already in is replaced.
            words: its length.
            related: what it is to others. It is enough that the later one of two names the other.
        """
        self.remove(article)
        self._rank[article] = (-words, article)
        for links, back, others in (
            (self._copies, self._copies, related.copies),
            (self._inside, self._holds, related.inside),
            (self._holds, self._inside, related.holds),
        ):
            links[article] = {other for other in others if other in self._rank and other != article}
            for other in links[article]:
                back[other].add(article)
        self._settle([article])
        return self._family[article]

    def remove(self, article: str) -> None:
        """Takes an article out; those it stood for find another representative. Nothing happens if it is not in."""
        if article not in self._rank:
            return
        rank = self._rank.pop(article)
        copies = self._copies.pop(article)
        for links, back in (
            (copies, self._copies),
            (self._inside.pop(article), self._holds),
            (self._holds.pop(article), self._inside),
        ):
            for other in links:
                back[other].discard(article)
        self._leave(article)
        self._settle([other for other in copies if self._rank[other] > rank])

    def family(self, article: str) -> str:
        """The id of the article that represents this one, itself perhaps.

        Raises:
            KeyError: the article is not in.
        """
        return self._family[article]

    def members(self, family: str) -> tuple[str, ...]:
        """All articles of a family, longest first: its representative leads.

        Raises:
            KeyError: no family has that representative.
        """
        return tuple(sorted(self._members[family], key=self._rank.__getitem__))

    def holders(self, article: str) -> frozenset[str]:
        """The longer texts of which this article is only a part.

        Raises:
            KeyError: the article is not in.
        """
        return frozenset(self._inside[article])

    def support(self, articles: Iterable[str]) -> frozenset[str]:
        """The families that independently support what all of ``articles`` say.

        A family is left out if one of its articles cited here holds a story that is cited here too.
        """
        cited = set(articles)
        return frozenset(
            family
            for family in {self._family[article] for article in cited}
            if not any(
                self._family[story] != family
                for article in self._members[family] & cited
                for story in self._holds[article] & cited
            )
        )

    def _settle(self, changed: Iterable[str]) -> None:
        """Finds the families of ``changed`` and of all whom that concerns, which are always shorter ones."""
        waiting = [self._rank[article] for article in changed]
        heapq.heapify(waiting)
        while waiting:
            rank = heapq.heappop(waiting)
            if waiting and waiting[0] == rank:
                continue
            article = rank[1]
            stands = self._family.get(article) == article
            self._join(article, self._first_representative(article))
            if stands != (self._family[article] == article):
                for other in self._copies[article]:
                    if self._rank[other] > rank:
                        heapq.heappush(waiting, self._rank[other])

    def _first_representative(self, article: str) -> str:
        longer = (
            self._rank[other]
            for other in self._copies[article]
            if self._rank[other] < self._rank[article] and self._family.get(other) == other
        )
        return min(longer, default=self._rank[article])[1]

    def _join(self, article: str, family: str) -> None:
        self._leave(article)
        self._family[article] = family
        self._members.setdefault(family, set()).add(article)

    def _leave(self, article: str) -> None:
        family = self._family.pop(article, None)
        if family is not None:
            self._members[family].discard(article)
            if not self._members[family]:
                del self._members[family]


class Families(Grouping):
    """A grouping in memory that finds an article's kin itself, in a time that does not grow with what is in it.

    Where more than ``KEY_HOLDERS`` articles share a key, or more than ``COMPARED`` compete, the longest are
    compared: with so many copies of one story the partition may depend on the order of adding.
    """

    def __init__(self) -> None:
        super().__init__()
        self._sketches: dict[str, Sketch] = {}
        self._holders: dict[int, list[tuple[int, str]]] = {}

    def add_sketch(self, article: str, sketch: Sketch) -> str:
        """The family of ``article`` once it is in; one already in is replaced."""
        self.remove(article)
        family = self.add(article, sketch.words, kin(sketch, self.candidates(sketch)))
        self._sketches[article] = sketch
        for key in lookup_keys(sketch):
            insort(self._holders.setdefault(key, []), (-sketch.words, article))
        return family

    def remove(self, article: str) -> None:
        """Takes an article out, and its keys with it."""
        if article in self._sketches:
            sketch = self._sketches.pop(article)
            for key in lookup_keys(sketch):
                holders = self._holders[key]
                del holders[bisect_left(holders, (-sketch.words, article))]
                if not holders:
                    del self._holders[key]
        super().remove(article)

    def candidates(self, sketch: Sketch) -> dict[str, Sketch]:
        """The articles to compare with, by id: those that share the most keys, at most ``COMPARED``."""
        shared: Counter[tuple[int, str]] = Counter()
        for key in lookup_keys(sketch):
            shared.update(islice(self._holders.get(key, ()), KEY_HOLDERS))
        best = heapq.nsmallest(COMPARED, shared, key=lambda rank: (-shared[rank], rank))
        return {article: self._sketches[article] for _, article in best}
