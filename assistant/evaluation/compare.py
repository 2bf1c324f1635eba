"""Two runs over the same questions: what differs, and whether that can be chance."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

import numpy as np
from numpy.typing import NDArray

from assistant.errors import DatasetError
from assistant.evaluation.results import AnswerRow, CleaningRow, Evaluation, Kind, RewriteRow, Row

Verdict = Literal["better", "worse", "no significant difference", "too few questions to tell"]
R = TypeVar("R", bound=Row)

#: A row's share of a measure, and its weight: the measure is the sum of shares over the sum of weights. None: no part.
_Part = tuple[float, float] | None

_CONFIDENCE = 0.95
_RESAMPLES = 5_000
_CELLS_AT_ONCE = 1_000_000
#: With fewer questions the bootstrap's intervals are too narrow: of equal systems, 1 in 10 would look different.
_FEWEST = 20
#: Differences below it come from rounding.
_NEGLIGIBLE = 1e-9


@dataclass(frozen=True, slots=True)
class Difference:
    """One measure in both runs, over the questions that have it in both.

    Attributes:
        measure: as in ``Evaluation.figures``; "right" is the share of outcomes at the threshold that are right.
        percent: whether it is 0..100; otherwise 0..1.
        questions: how many are compared.
        old, new, difference: ``difference`` is ``new - old``; more is better.
        low, high: 95 % interval of the difference; None when there are too few questions for one.
        verdict: significant, "better" or "worse", where the interval leaves out 0.
    """

    measure: str
    percent: bool
    questions: int
    old: float
    new: float
    difference: float
    low: float | None
    high: float | None
    verdict: Verdict

    @property
    def sentence(self) -> str:
        """All of it in words."""
        digits = 2 if self.percent else 3
        values = f"{self.new:.{digits}f} against {self.old:.{digits}f}, {self.difference:+.{digits}f}"
        if self.low is None or self.high is None:
            return f"{self.measure}: {values}; {self.questions} questions are too few to tell whether that is chance."
        found = (
            "shows no significant difference"
            if self.verdict == "no significant difference"
            else f"is significantly {self.verdict}"
        )
        interval = f"95 % interval {self.low:+.{digits}f} to {self.high:+.{digits}f}, {self.questions} questions"
        return f"{self.measure} {found}: {values} ({interval})."


@dataclass(frozen=True, slots=True)
class Comparison:
    """What a new run changed.

    Attributes:
        kind: of both evaluations.
        shared: questions (or files) in both, with the same words and gold.
        differences: one a measure.
        gained, lost: ids, in the new run's order, that came out better or worse: right or not; for rewrites, the
            same as the human's or not; for files, by F1.
        only_new, only_old: ids in one run alone, or in both with other words or gold; they are not compared.
        warnings: what makes the two runs less comparable, in sentences.
    """

    kind: Kind
    shared: int
    differences: tuple[Difference, ...]
    gained: tuple[str, ...]
    lost: tuple[str, ...]
    only_new: tuple[str, ...]
    only_old: tuple[str, ...]
    warnings: tuple[str, ...]


def compare(new: Evaluation[Any], old: Evaluation[Any], *, seed: int = 0) -> Comparison:
    """Pair the questions of two runs by id and measure what changed.

    Intervals are of the paired percentile bootstrap (Efron and Tibshirani 1993, chapter 13).

    Args:
        new, old: evaluations of one kind.
        seed: of the resampling; the same seed gives the same intervals.

    Raises:
        DatasetError: when the kinds differ, ids are not unique, or there is no question in both.
    """
    if new.provenance.kind != old.provenance.kind:
        raise DatasetError(
            f"The new run evaluates {new.provenance.kind}, the old one {old.provenance.kind}.",
            "Compare two runs of the same command.",
        )
    new_rows, old_rows = _by_question(new.rows, "new"), _by_question(old.rows, "old")
    pairs = [(row, old_rows[key]) for key, row in new_rows.items() if key in old_rows]
    if not pairs:
        raise DatasetError("The two runs have no question in common.", "Compare runs over the same data.")
    only_new = tuple(row.id for key, row in new_rows.items() if key not in old_rows)
    only_old = tuple(row.id for key, row in old_rows.items() if key not in new_rows)
    changes = [(row.id, _change(row, before)) for row, before in pairs]
    found = (_difference(name, part, pairs, seed) for name, part in _measures(new.provenance.kind).items())
    return Comparison(
        kind=new.provenance.kind,
        shared=len(pairs),
        differences=tuple(difference for difference in found if difference is not None),
        gained=tuple(name for name, change in changes if change > _NEGLIGIBLE),
        lost=tuple(name for name, change in changes if change < -_NEGLIGIBLE),
        only_new=only_new,
        only_old=only_old,
        warnings=tuple(_warnings(new, old, len(pairs), len(only_new), len(only_old))),
    )


def _by_question(rows: Sequence[R], run: str) -> dict[Hashable, R]:
    """Rows by what makes them comparable: an id alone may name another question in other data."""
    id_, count = Counter(row.id for row in rows).most_common(1)[0] if rows else ("", 0)
    if count > 1:
        raise DatasetError(f"The {run} run has {count} rows with the id {id_!r}.", "Evaluate again with unique ids.")
    return {_key(row): row for row in rows}


def _key(row: Row) -> Hashable:
    if isinstance(row, AnswerRow):
        return row.id, row.question, row.gold, row.answerable
    if isinstance(row, RewriteRow):
        return row.id, row.question, row.gold, row.history
    return row.id, row.gold_words if isinstance(row, CleaningRow) else None


def _change(row: Row, before: Row) -> float:
    """Positive when the question came out better; 0 where that cannot be said."""
    after, earlier = _outcome(row), _outcome(before)
    return 0.0 if after is None or earlier is None else after - earlier


def _outcome(row: Row) -> float | None:
    if isinstance(row, AnswerRow):
        return row.right
    return row.f1 if isinstance(row, CleaningRow) else row.em


def _measures(kind: Kind) -> Mapping[str, Callable[[Any], _Part]]:
    """What each row contributes to each measure, by the measure's name."""
    if kind == "cleaning":
        return {
            "precision": lambda row: _alone(row.precision),
            "recall": lambda row: _alone(row.recall),
            "f1": lambda row: _alone(row.f1),
        }
    if kind == "conversation":
        return {
            "em": lambda row: _alone(row.em),
            "recall": lambda row: (row.added_common, row.added) if row.added else None,
            "precision": lambda row: (row.added_common, row.added_predicted) if row.added else None,
            **_ranked(lambda row: (row.searched, row.rank)),
        }
    answers: dict[str, Callable[[Any], _Part]] = {
        "em": lambda row: _alone(row.em if row.answerable else None),
        "f1": lambda row: _alone(row.f1 if row.answerable else None),
        "em_at_threshold": lambda row: _alone(row.em_at_threshold),
        "f1_at_threshold": lambda row: _alone(row.f1_at_threshold),
        "right": lambda row: _alone(row.right),
    }
    if kind == "open":  # every paragraph is an article of its own
        answers |= _ranked(lambda row: (row.answerable, row.article_rank))
    if kind == "questions":  # where only the article is known, no passage can be said to hold the answer
        answers |= _ranked(lambda row: (row.answerable and row.f1 is not None, row.rank))
    return answers


def _ranked(rank_of: Callable[[Any], tuple[bool, int | None]]) -> dict[str, Callable[[Any], _Part]]:
    """Measures of a rank; ``rank_of`` says whether the row has any, and which."""

    def among_five(row: Any) -> _Part:
        searched, rank = rank_of(row)
        return _alone(rank is not None and rank <= 5) if searched else None

    def reciprocal(row: Any) -> _Part:
        searched, rank = rank_of(row)
        return _alone(1 / rank if rank else 0.0) if searched else None

    return {"recall@5": among_five, "mrr": reciprocal}


def _alone(value: float | None) -> _Part:
    """A row's own value, all rows weighing the same."""
    return None if value is None else (float(value), 1.0)


def _difference(
    name: str, part: Callable[[Any], _Part], pairs: Iterable[tuple[Row, Row]], seed: int
) -> Difference | None:
    """Of one measure; None where no question has it in both runs."""
    parts = [(*after, *before) for row, old in pairs if (after := part(row)) and (before := part(old))]
    columns = np.array(parts, dtype=np.float64).reshape(-1, 4).T  # share and weight, new and old: (4, n)
    shares, weights = columns[::2].sum(axis=1), columns[1::2].sum(axis=1)
    if not weights.all():
        return None
    new, old = (shares / weights).tolist()
    low, high = _interval(columns, seed) if len(parts) >= _FEWEST else (None, None)
    return Difference(
        measure=name,
        percent=name.startswith(("em", "f1")),
        questions=len(parts),
        old=old,
        new=new,
        difference=new - old,
        low=low,
        high=high,
        verdict=_verdict(low, high),
    )


def _interval(columns: NDArray[np.float64], seed: int) -> tuple[float, float]:
    """Of the difference, by resampling questions, each with both its outcomes; ``columns``: (4, n)."""
    from scipy.stats import bootstrap

    interval = bootstrap(
        tuple(columns),
        _resampled_difference,
        paired=True,
        vectorized=True,
        method="percentile",
        confidence_level=_CONFIDENCE,
        n_resamples=_RESAMPLES,
        batch=max(1, _CELLS_AT_ONCE // columns.shape[1]),
        rng=seed,
    ).confidence_interval
    return float(interval.low), float(interval.high)


def _resampled_difference(
    new: NDArray[np.float64],
    new_weight: NDArray[np.float64],
    old: NDArray[np.float64],
    old_weight: NDArray[np.float64],
    axis: int,
) -> NDArray[np.float64]:
    return _ratio(new, new_weight, axis) - _ratio(old, old_weight, axis)


def _ratio(share: NDArray[np.float64], weight: NDArray[np.float64], axis: int) -> NDArray[np.float64]:
    # A resample may by chance hold no weight; its share is then 0 too.
    ratio: NDArray[np.float64] = share.sum(axis=axis) / np.maximum(weight.sum(axis=axis), 1)
    return ratio


def _verdict(low: float | None, high: float | None) -> Verdict:
    if low is None or high is None:
        return "too few questions to tell"
    if low > _NEGLIGIBLE:
        return "better"
    return "worse" if high < -_NEGLIGIBLE else "no significant difference"


def _warnings(new: Evaluation[Any], old: Evaluation[Any], shared: int, only_new: int, only_old: int) -> Iterator[str]:
    if new.provenance.data_digest != old.provenance.data_digest:
        yield f"The data differ: {new.provenance.data!r} now, {old.provenance.data!r} before, not the same bytes."
    if only_new or only_old:
        yield (
            f"Compared are the {shared} questions that both runs have with the same words and gold answers;"
            f" alone in the new run: {only_new}, in the old one: {only_old}."
        )
    for run, evaluation in (("new", new), ("old", old)):
        if not evaluation.complete:
            yield f"The {run} run is partial: {len(evaluation.problems)} of its questions could not be scored."
    for model in ("reader", "embedder", "index"):
        now, before = getattr(new.provenance, model), getattr(old.provenance, model)
        if now != before:
            yield f"Another {model}: {now or 'none'} now, {before or 'none'} before."
    for name in sorted({*new.settings, *old.settings}):
        now, before = new.settings.get(name), old.settings.get(name)
        if now != before:
            yield f"Another setting {name}: {now!r} now, {before!r} before."
