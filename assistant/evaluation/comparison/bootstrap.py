"""Statistics of resampled questions, many resamples at once, and the intervals that they give.

A resample is how often each question was drawn, (n,) counts; that of the questions themselves is all ones.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

Numbers = NDArray[np.float64]
#: Counts (resamples, n) to values (resamples,); NaN where a resample leaves the statistic undefined.
Statistic = Callable[[Numbers], Numbers]

_CONFIDENCE = 0.95
_RESAMPLES = 5_000
_CELLS_AT_ONCE = 1_000_000


def ratio(shares: ArrayLike, weights: ArrayLike) -> Statistic:
    """The sum of shares over the sum of weights, both (n,); a mean where all weights are 1."""
    columns = np.stack([np.asarray(shares, dtype=np.float64), np.asarray(weights, dtype=np.float64)], axis=1)

    def statistic(counts: Numbers) -> Numbers:
        total, weight = (counts @ columns).T
        return _quotient(total, weight)

    return statistic


def auroc(confidences: ArrayLike, answerable: ArrayLike) -> Statistic:
    """As ``measures.auroc``; both (n,)."""
    sure = np.asarray(confidences, dtype=np.float64)
    rising = np.argsort(sure)
    ordered, can = sure[rising], np.asarray(answerable, dtype=np.float64)[rising]
    first, past = (np.searchsorted(ordered, ordered, side) for side in ("left", "right"))

    def statistic(counts: Numbers) -> Numbers:
        drawn = counts[:, rising]
        unanswerable = np.pad(np.cumsum(drawn * (1 - can), axis=1), ((0, 0), (1, 0)))  # among the i least sure
        beaten = (unanswerable[:, first] + unanswerable[:, past]) / 2  # by each question, ties half
        answerable_drawn = drawn * can
        return _quotient((answerable_drawn * beaten).sum(axis=1), answerable_drawn.sum(axis=1) * unanswerable[:, -1])

    return statistic


def calibration_error(
    confidences: ArrayLike, right: ArrayLike, judged: ArrayLike | None = None, bins: int = 10
) -> Statistic:
    """As ``measures.expected_calibration_error``; all (n,). Only what is ``judged`` counts; default: everything."""
    sure, hits = np.asarray(confidences, dtype=np.float64), np.asarray(right, dtype=np.float64)
    counted = np.ones_like(sure) if judged is None else np.asarray(judged, dtype=np.float64)
    which = np.searchsorted(np.arange(1, bins) / bins, sure, side="right")
    gaps = np.zeros((len(sure), bins))
    gaps[np.arange(len(sure)), which] = (sure - hits) * counted

    def statistic(counts: Numbers) -> Numbers:
        return _quotient(np.abs(counts @ gaps).sum(axis=1), counts @ counted)

    return statistic


def intervals(statistics: Sequence[Statistic], questions: int, seed: int) -> list[tuple[float, float]]:
    """95 % percentile intervals (Efron and Tibshirani 1993, chapter 13), all over the same resamples.

    Resamples that leave a statistic undefined do not count for it.

    Args:
        statistics: one or more.
        questions: how many there are to draw from.
        seed: of the resampling; the same seed gives the same intervals.
    """
    generator = np.random.default_rng(seed)
    chances = np.full(questions, 1 / questions)
    at_once = max(1, _CELLS_AT_ONCE // questions)
    values = []
    for done in range(0, _RESAMPLES, at_once):
        resamples = min(at_once, _RESAMPLES - done)
        counts = generator.multinomial(questions, chances, size=resamples).astype(np.float64)
        values.append(np.stack([statistic(counts) for statistic in statistics]))
    outside = (1 - _CONFIDENCE) / 2
    low, high = np.nanquantile(np.concatenate(values, axis=1), [outside, 1 - outside], axis=1).tolist()
    return list(zip(low, high, strict=True))


def _quotient(total: Numbers, weight: Numbers) -> Numbers:
    """NaN where there is no weight."""
    return np.divide(total, weight, out=np.full_like(total, np.nan), where=weight > 0)
