"""Two runs over the same questions: what differs, and whether that can be chance."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

import numpy as np

from assistant.errors import DatasetError
from assistant.evaluation.comparison.bootstrap import intervals
from assistant.evaluation.comparison.paired import NEGLIGIBLE, Pairs, measured
from assistant.evaluation.figures import counted, describe
from assistant.evaluation.results import AnswerRow, CleaningRow, Evaluation, Kind, RewriteRow, Row

Verdict = Literal[
    "better", "worse", "no significant difference", "the same for every question", "too few questions to tell"
]
R = TypeVar("R", bound=Row)

#: Measures that are errors.
LOWER_IS_BETTER = frozenset({"ece"})

#: With fewer questions the bootstrap's intervals are too narrow: of equal systems, 1 in 10 would look different.
_FEWEST = 20


@dataclass(frozen=True, slots=True)
class Difference:
    """One measure in both runs, over the questions that have it in both.

    Attributes:
        measure: as in ``Evaluation.figures``.
        percent: whether it is 0..100; otherwise 0..1.
        questions: how many are compared.
        old, new, difference: ``difference`` is ``new - old``; more is better, but for ``LOWER_IS_BETTER``.
        low, high: 95 % interval of the difference; None when too few questions bear on it.
        verdict: significant, "better" or "worse", where the interval leaves out 0.
        label: the measure in words.
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
    label: str = ""

    @property
    def sentence(self) -> str:
        """All of it in words."""
        digits = 2 if self.percent else 3
        name = f"{self.label} [{self.measure}]" if self.label else self.measure
        if self.verdict == "the same for every question":
            return f"{name} is the same for every question: {self.new:.{digits}f} ({self.questions} compared)."
        values = f"{self.new:.{digits}f} against {self.old:.{digits}f}, {self.difference:+.{digits}f}"
        if self.low is None or self.high is None:
            return f"{name}: {values}; too few questions to tell whether that is chance ({self.questions} compared)."
        found = (
            "shows no significant difference"
            if self.verdict == "no significant difference"
            else f"is significantly {self.verdict}"
        )
        interval = f"95 % interval {self.low:+.{digits}f} to {self.high:+.{digits}f}, {self.questions} compared"
        return f"{name} {found}: {values} ({interval})."


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

    Intervals are of the percentile bootstrap over questions, each drawn with both its outcomes. Those of the
    calibration error, which a small sample exaggerates, err towards no difference.

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
    return Comparison(
        kind=new.provenance.kind,
        shared=len(pairs),
        differences=tuple(_differences(new.provenance.kind, pairs, seed)),
        gained=tuple(name for name, change in changes if change > NEGLIGIBLE),
        lost=tuple(name for name, change in changes if change < -NEGLIGIBLE),
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


def _differences(kind: Kind, pairs: Pairs, seed: int) -> Iterator[Difference]:
    """Of every measure that both runs have."""
    measures = list(measured(kind, pairs))
    enough = [item for item in measures if item.bearing >= _FEWEST]
    found = intervals([item.difference for item in enough], len(pairs), seed) if enough else []
    ends = dict(zip((item.name for item in enough), found, strict=True))
    each_once = np.ones((1, len(pairs)))
    for item in measures:
        figure = describe(item.name, kind)
        old, new = item.old(each_once).item(), item.new(each_once).item()
        low, high = ends.get(item.name, (None, None))
        yield Difference(
            measure=item.name,
            percent=figure.unit == "percent",
            questions=item.questions,
            old=old,
            new=new,
            difference=new - old,
            low=low,
            high=high,
            verdict="the same for every question" if item.same else _verdict(item.name, low, high),
            label=figure.label,
        )


def _verdict(measure: str, low: float | None, high: float | None) -> Verdict:
    if low is None or high is None:
        return "too few questions to tell"
    if low <= NEGLIGIBLE and high >= -NEGLIGIBLE:
        return "no significant difference"
    return "better" if (low > 0) != (measure in LOWER_IS_BETTER) else "worse"


def _warnings(new: Evaluation[Any], old: Evaluation[Any], shared: int, only_new: int, only_old: int) -> Iterator[str]:
    if new.provenance.data_digest != old.provenance.data_digest:
        yield f"The data differ: {new.provenance.data!r} now, {old.provenance.data!r} before; their bytes differ."
    if only_new or only_old:
        yield (
            f"Only questions with the same words and gold answers in both runs are compared: {shared}."
            f" Only in the new run: {only_new}; only in the old one: {only_old}."
        )
    for run, evaluation in (("new", new), ("old", old)):
        if not evaluation.complete:
            yield f"The {run} run is partial: {counted(len(evaluation.problems), 'question')} could not be scored."
    for model in ("reader", "embedder", "index"):
        now, before = getattr(new.provenance, model), getattr(old.provenance, model)
        if now != before:
            yield f"Different {model}: {now or 'none'} now, {before or 'none'} before."
    for name in sorted({*new.settings, *old.settings}):
        now, before = new.settings.get(name), old.settings.get(name)
        if now != before:
            yield f"Different setting {name}: {now!r} now, {before!r} before."
