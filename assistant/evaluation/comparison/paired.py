"""What two runs over the same questions can be compared in, ready to be resampled."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from assistant.evaluation.comparison.bootstrap import Numbers, Statistic, auroc, calibration_error, ratio
from assistant.evaluation.results import RIGHT_F1, AnswerRow, Kind, Row

#: Differences below it come from rounding.
NEGLIGIBLE = 1e-9

Pairs = Sequence[tuple[Row, Row]]
#: A row's share of a measure, and its weight: the measure is the sum of shares over the sum of weights. None: no part.
_Part = tuple[float, float] | None

_CUTOFFS = (1, 5, 20)


@dataclass(frozen=True, slots=True)
class Measured:
    """One measure in both runs.

    Attributes:
        name: as in ``Evaluation.figures``.
        new, old: what it comes to when questions are drawn.
        questions: how many have it in both runs.
        bearing: how many bear on it; where two kinds of questions are compared, how many of the rarer.
        same: whether no question differs.
    """

    name: str
    new: Statistic
    old: Statistic
    questions: int
    bearing: int
    same: bool

    def difference(self, counts: Numbers) -> Numbers:
        """New less old for each resample; see ``bootstrap.Statistic``."""
        return self.new(counts) - self.old(counts)


def measured(kind: Kind, pairs: Pairs) -> Iterator[Measured]:
    """Every measure of that kind that some question bears on in both runs.

    Args:
        kind: of both runs.
        pairs: each question's row in the new run and in the old.
    """
    for name, part in _parts(kind).items():
        yield from _ratio(name, part, pairs)
    answers = [(row, old) for row, old in pairs if isinstance(row, AnswerRow) and isinstance(old, AnswerRow)]
    # Of a set of spans only the surest has a confidence, and the scores are of the whole set.
    if answers and not any(row.multi_span or old.multi_span for row, old in answers):
        yield from _auroc(answers)
        yield from _calibration_error(answers)


def _parts(kind: Kind) -> Mapping[str, Callable[[Any], _Part]]:
    """What each row contributes to each measure that is a ratio of sums, by the measure's name."""
    if kind == "cleaning":
        return {
            "f1": lambda row: _alone(row.f1),
            "precision": lambda row: _alone(row.precision),
            "recall": lambda row: _alone(row.recall),
        }
    if kind == "conversation":
        return {
            "em": lambda row: _alone(row.em),
            "recall": lambda row: (row.added_common, row.added) if row.added else None,
            "precision": lambda row: (row.added_common, row.added_predicted),
            **_ranked(lambda row: (row.searched, row.rank)),
        }
    answers: dict[str, Callable[[Any], _Part]] = {
        "em": lambda row: _alone(row.em if row.answerable else None),
        "f1": lambda row: _alone(row.f1 if row.answerable else None),
        "em_at_threshold": lambda row: _alone(row.em_at_threshold),
        "f1_at_threshold": lambda row: _alone(row.f1_at_threshold),
        "answered_right": lambda row: _alone(row.right if row.answerable else None),
        "refused_right": lambda row: _alone(None if row.answerable else row.right),
    }
    if kind == "reading":
        return answers
    if kind == "open":  # every paragraph is an article of its own
        answers |= _ranked(lambda row: (row.answerable, row.article_rank))
    else:  # where only the article is known, no passage can be said to hold the answer
        answers |= _ranked(lambda row: (row.answerable and row.f1 is not None, row.rank))
    return {
        **answers,
        "cited_article": lambda row: _alone(row.cited_article),
        "supported": lambda row: _alone(row.supported),
    }


def _ranked(rank_of: Callable[[Any], tuple[bool, int | None]]) -> dict[str, Callable[[Any], _Part]]:
    """Measures of a rank; ``rank_of`` says whether the row has any, and which."""

    def among(cutoff: int) -> Callable[[Any], _Part]:
        def part(row: Any) -> _Part:
            searched, rank = rank_of(row)
            return _alone(rank is not None and rank <= cutoff) if searched else None

        return part

    def reciprocal(row: Any) -> _Part:
        searched, rank = rank_of(row)
        return _alone(1 / rank if rank else 0.0) if searched else None

    return {**{f"recall@{cutoff}": among(cutoff) for cutoff in _CUTOFFS}, "mrr": reciprocal}


def _alone(value: float | None) -> _Part:
    """A row's own value, all rows weighing the same."""
    return None if value is None else (float(value), 1.0)


def _ratio(name: str, part: Callable[[Any], _Part], pairs: Pairs) -> Iterator[Measured]:
    parts = [(*after, *before) if (after := part(row)) and (before := part(old)) else None for row, old in pairs]
    # Share and weight, new and old: (4, n); questions without a part weigh nothing.
    columns = np.array([values or (0.0, 0.0, 0.0, 0.0) for values in parts], dtype=np.float64).T
    bearing = int(np.count_nonzero(columns[1::2], axis=1).min())
    if bearing:
        yield Measured(
            name,
            new=ratio(columns[0], columns[1]),
            old=ratio(columns[2], columns[3]),
            questions=sum(values is not None for values in parts),
            bearing=bearing,
            same=_same(columns[:2], columns[2:]),
        )


def _auroc(pairs: Sequence[tuple[AnswerRow, AnswerRow]]) -> Iterator[Measured]:
    answerable = [row.answerable for row, _ in pairs]
    new, old = [row.confidence for row, _ in pairs], [old.confidence for _, old in pairs]
    rarer = min(sum(answerable), len(answerable) - sum(answerable))
    if rarer:
        yield Measured("auroc", auroc(new, answerable), auroc(old, answerable), len(pairs), rarer, _same(new, old))


def _calibration_error(pairs: Sequence[tuple[AnswerRow, AnswerRow]]) -> Iterator[Measured]:
    judged = [_judged(row) and _judged(old) for row, old in pairs]
    count = sum(judged)
    if not count:
        return
    sure = np.array([(row.confidence, old.confidence) for row, old in pairs]).T  # (2, n): new and old
    right = np.array([(_right(row), _right(old)) for row, old in pairs]).T
    yield Measured(
        "ece",
        new=calibration_error(sure[0], right[0], judged),
        old=calibration_error(sure[1], right[1], judged),
        questions=count,
        bearing=count,
        same=_same(sure[0, judged], sure[1, judged]) and bool((right[0] == right[1])[judged].all()),
    )


def _judged(row: AnswerRow) -> bool:
    """Whether it can be said that the surest answer is right."""
    return not row.answerable or row.f1 is not None


def _right(row: AnswerRow) -> bool:
    return row.answerable and row.f1 is not None and row.f1 >= RIGHT_F1


def _same(new: Any, old: Any) -> bool:
    return np.allclose(new, old, rtol=0, atol=NEGLIGIBLE)
