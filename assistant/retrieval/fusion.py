"""Reciprocal rank fusion (Cormack, Clarke and Büttcher, SIGIR 2009)."""

from __future__ import annotations

from collections.abc import Sequence

#: The paper's constant: how slowly a place in a ranking loses its worth.
_K = 60


def fuse(rankings: Sequence[Sequence[str]]) -> list[tuple[str, float]]:
    """Ids with the sum of 1 / (60 + rank) over the rankings that hold them, best first.

    Ranks count from 1. Ties keep the order of first appearance, so the result is deterministic.
    """
    totals: dict[str, float] = {}
    for ranking in rankings:
        for rank, item in enumerate(ranking, start=1):
            totals[item] = totals.get(item, 0.0) + 1.0 / (_K + rank)
    return sorted(totals.items(), key=lambda pair: -pair[1])
