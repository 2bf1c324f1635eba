"""Comparing how well two runs know what they know: AUROC and calibration error under resampling."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.evaluation import measures
from assistant.evaluation.comparison import bootstrap, compare
from assistant.evaluation.results import (
    Evaluation,
    ReadingRow,
)
from tests.evaluation.runs import evaluation, measured, read


def unsure(seed: int, questions: int = 60) -> list[ReadingRow]:
    """Two in three answerable, with coarse confidences, so that some are equally sure."""
    generator = random.Random(seed)
    return [
        read(
            f"q{n}",
            None if n % 3 == 0 else generator.choice([0.0, 40.0, 70.0, 100.0]),
            confidence=round(min(1.0, max(0.0, generator.gauss(0.3 if n % 3 == 0 else 0.6, 0.25))), 1),
        )
        for n in range(questions)
    ]


def judged(rows: Sequence[ReadingRow]) -> tuple[list[float], list[bool]]:
    return [row.confidence for row in rows], [row.f1 is not None and row.f1 >= 50 for row in rows]


def naive_auroc(rows: Sequence[ReadingRow]) -> float:
    can = [row.confidence for row in rows if row.answerable]
    cannot = [row.confidence for row in rows if not row.answerable]
    wins = sum((sure > unsure_) + (sure == unsure_) / 2 for sure in can for unsure_ in cannot)
    return wins / (len(can) * len(cannot))


def naive_ece(rows: Sequence[ReadingRow]) -> float:
    gap = 0.0
    for number in range(10):
        low, high = number / 10, (number + 1) / 10 if number < 9 else 2.0
        gap += abs(sum(sure - hit for sure, hit in zip(*judged(rows), strict=True) if low <= sure < high))
    return gap / len(rows)


@pytest.mark.parametrize(("measure", "naive"), [("auroc", naive_auroc), ("ece", naive_ece)])
def test_confidence_is_compared_over_resampled_questions(
    measure: str, naive: Callable[[Sequence[ReadingRow]], float]
) -> None:
    new, old = unsure(1), unsure(2)
    found = measured(compare(evaluation("reading", new), evaluation("reading", old)), measure)
    assert (found.new, found.old) == pytest.approx((naive(new), naive(old)))
    generator = random.Random(3)
    differences = []
    for _ in range(1_500):
        drawn = generator.choices(range(60), k=60)
        differences.append(naive([new[n] for n in drawn]) - naive([old[n] for n in drawn]))
    differences.sort()
    assert (found.low, found.high) == pytest.approx((differences[37], differences[1_462]), abs=0.02)


@given(st.integers(0, 10_000), st.integers(3, 40))
def test_fast_statistics_are_those_of_measures(seed: int, questions: int) -> None:
    rows = unsure(seed, questions)
    drawn = random.Random(seed).choices(range(questions), k=questions)
    counts = np.bincount(drawn, minlength=questions)[None, :].astype(float)
    sample = [rows[n] for n in drawn]
    sure, right = judged(rows)
    answerable = [row.answerable for row in rows]
    exact = measures.auroc([row.confidence for row in sample], [row.answerable for row in sample])
    fast = bootstrap.auroc(sure, answerable)(counts).item()
    assert math.isnan(fast) if exact is None else fast == pytest.approx(exact)
    error = bootstrap.calibration_error(sure, right)(counts).item()
    assert error == pytest.approx(measures.expected_calibration_error(*judged(sample)))


def calibrated(confidence: float) -> Evaluation[Any]:
    rows = [read(f"q{n}", 100.0 if n % 2 else 0.0, confidence=confidence) for n in range(200)]
    return evaluation("reading", rows)


def test_less_calibration_error_is_better() -> None:
    fallen = measured(compare(calibrated(0.5), calibrated(0.95)), "ece")
    assert (fallen.old, fallen.new) == pytest.approx((0.45, 0))
    assert fallen.high is not None and fallen.high < 0
    assert fallen.verdict == "better"
    assert fallen.sentence.startswith(
        "Calibration error (ECE) [ece] is significantly better: 0.000 against 0.450, -0.4"
    )
    assert measured(compare(calibrated(0.95), calibrated(0.5)), "ece").verdict == "worse"


def test_confidence_is_compared_where_it_is_defined() -> None:
    one_kind = compare(calibrated(0.5), calibrated(0.5))
    assert "auroc" not in {difference.measure for difference in one_kind.differences}
    rows = [*unsure(4), replace(read("file only", 0.0, confidence=0.4), em=None, f1=None)]
    found = compare(evaluation("reading", rows), evaluation("reading", rows))
    assert (measured(found, "auroc").questions, measured(found, "ece").questions) == (61, 60)
    assert measured(found, "ece").new == pytest.approx(naive_ece(rows[:-1]))


def test_answers_that_become_right_change_the_calibration_error_of_the_same_confidences() -> None:
    old = evaluation("reading", [read(f"q{n}", 0.0, confidence=0.9) for n in range(40)])
    new = evaluation("reading", [read(f"q{n}", 100.0, confidence=0.9) for n in range(40)])
    assert measured(compare(new, old), "ece").verdict == "better"


@pytest.mark.parametrize("sets_in_new", [True, False])
def test_sets_of_spans_have_no_confidence_to_compare(sets_in_new: bool) -> None:
    plain = unsure(5)
    sets = [replace(plain[0], multi_span=True), *plain[1:]]
    new, old = (sets, plain) if sets_in_new else (plain, sets)
    found = compare(evaluation("reading", new), evaluation("reading", old))
    assert {difference.measure for difference in found.differences}.isdisjoint({"auroc", "ece"})
    assert measured(found, "f1").verdict == "the same for every question"


@pytest.mark.parametrize(("unanswerable", "verdict"), [(19, "too few questions to tell"), (20, "better")])
def test_a_few_questions_of_one_kind_get_no_verdict(unanswerable: int, verdict: str) -> None:
    def run(sure: float) -> Evaluation[Any]:
        cannot = [read(f"no{n}", None, confidence=0.5) for n in range(unanswerable)]
        return evaluation("reading", [*cannot, *(read(f"q{n}", 100.0, confidence=sure) for n in range(100))])

    assert measured(compare(run(0.9), run(0.4)), "auroc").verdict == verdict


def test_resamples_that_leave_a_statistic_undefined_do_not_count() -> None:
    one_unanswerable = bootstrap.auroc([0.2, 0.9, 0.1], [False, True, True])
    assert np.isnan(one_unanswerable(np.array([[0.0, 2.0, 1.0]]))).all()
    [(low, high)] = bootstrap.intervals([one_unanswerable], 3, 0)
    assert (low, high) == (0, 1)
