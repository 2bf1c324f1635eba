"""Figures of many questions: by hand, and against naive re-computations written for these tests alone."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.evaluation.measures import (
    answer_curves,
    answer_figures,
    auroc,
    best_threshold,
    expected_calibration_error,
    recall_and_mrr,
    reliability,
    risk_coverage,
    stage_counts,
)
from assistant.evaluation.results import STAGES, AnswerRow, Curves
from assistant.evaluation.scores import exact_match, token_f1

THRESHOLD = 0.5
CONFIDENCES = st.sampled_from([0.0, 0.1, 0.3, 0.5, 0.7, 0.9, 1.0]) | st.floats(0, 1)
OUTCOMES = st.lists(st.tuples(CONFIDENCES, st.booleans()), min_size=1, max_size=40)
PERCENT = st.sampled_from([0.0, 25.0, 50.0, 80.0, 100.0]) | st.floats(0, 100)


def row(
    golds: Sequence[str] | None, predicted: str | None, confidence: float, name: str = "q", **changes: Any
) -> AnswerRow:
    """A question scored as an evaluation would; golds None: unanswerable, empty: its gold is no text."""
    scored = [None if not golds else 0.0 if predicted is None else f(predicted, golds) for f in (exact_match, token_f1)]
    answered = predicted is not None and confidence >= THRESHOLD
    if golds is None:
        decided = [0.0 if answered else 100.0] * 2
    else:
        decided = [score if answered or score is None else 0.0 for score in scored]
    values = {
        "id": name,
        "seconds": 1.0,
        "question": "?",
        "gold": tuple(golds or ()),
        "answerable": golds is not None,
        "predicted": predicted,
        "confidence": confidence,
        "answered": answered,
        "em": scored[0],
        "f1": scored[1],
        "em_at_threshold": decided[0],
        "f1_at_threshold": decided[1],
        "right": None if decided[1] is None else decided[1] >= 50,
    }
    return AnswerRow(**{**values, **changes})


@st.composite
def rows(draw: st.DrawFn) -> list[AnswerRow]:
    texts = st.sampled_from(["Rome", "the Rome", "Rome, Italy", "north of Rome", "Paris", "the"])
    golds = st.none() | st.lists(texts, max_size=3)
    made = draw(st.lists(st.tuples(golds, st.none() | texts, CONFIDENCES, st.floats(0.01, 9)), max_size=12))
    return [
        row(golds, predicted, confidence if predicted is not None else 0.0, seconds=seconds)
        for golds, predicted, confidence, seconds in made
    ]


#: Figures that ask how likely an answer of some confidence is right.
OF_CONFIDENCE = ("ece", "aurc", "best_threshold", "em_at_best_threshold", "f1_at_best_threshold")
SPEED = ("questions_per_second", "seconds_p50", "seconds_p95")

BY_HAND = [
    row(["Eiffel Tower"], "the Eiffel Tower.", 0.9, seconds=1),
    row(["Tower", "the tower of Eiffel"], "Eiffel Tower", 0.8, seconds=2),
    row(["1999"], "in 1999, perhaps", 0.6, seconds=3),
    row(["Paris"], "London", 0.7, seconds=4),
    row(["Rome"], "Rome", 0.3, seconds=5),
    row(None, "Madrid", 0.55, seconds=6),
    row(None, "Bonn", 0.1, seconds=7),
    row(None, None, 0.0, seconds=8),
]


def test_every_figure_by_hand() -> None:
    assert answer_figures(BY_HAND, THRESHOLD) == pytest.approx(
        {
            "questions": 8,
            "answerable": 5,
            "unanswerable": 3,
            "em": (100 + 0 + 0 + 0 + 100) / 5,
            "f1": (100 + 80 + 50 + 0 + 100) / 5,
            "em_at_threshold": (100 + 0 + 0 + 0 + 0 + 0 + 100 + 100) / 8,
            "f1_at_threshold": (100 + 80 + 50 + 0 + 0 + 0 + 100 + 100) / 8,
            "em_answerable_at_threshold": 100 / 5,
            "f1_answerable_at_threshold": (100 + 80 + 50) / 5,
            "answered": 5 / 8,
            "answered_right": 3 / 5,
            "refused_right": 2 / 3,
            "auroc": 14 / 15,
            "ece": (0.1 + 0.2 + 0.4 + 0.7 + 0.7 + 0.55 + 0.1 + 0.0) / 8,
            "aurc": (0 / 1 + 0 / 2 + 1 / 3 + 1 / 4 + 2 / 5 + 2 / 6 + 3 / 7 + 4 / 8) / 8,
            "threshold": 0.5,
            "best_threshold": 0.6,
            "em_at_best_threshold": (100 + 300) / 8,
            "f1_at_best_threshold": (100 + 80 + 0 + 50 + 300) / 8,
            "questions_per_second": 8 / 36,
            "seconds_p50": 4.5,
            "seconds_p95": 7.65,
        }
    )


def test_figures_without_meaning_are_left_out() -> None:
    assert answer_figures([], 0.5) == {"questions": 0, "answerable": 0, "unanswerable": 0, "threshold": 0.5}
    only_answerable = answer_figures(BY_HAND[:5], 0.5)
    assert not {"auroc", "refused_right"} & set(only_answerable)
    only_unanswerable = answer_figures(BY_HAND[5:], 0.5)
    assert not {"auroc", "em", "f1", "f1_answerable_at_threshold", "answered_right"} & set(only_unanswerable)
    assert not {*OF_CONFIDENCE} & set(only_unanswerable), "no answer can be right there"
    assert answer_curves(BY_HAND[5:]) == Curves()
    assert only_unanswerable["f1_at_threshold"] == pytest.approx(200 / 3)


def test_a_question_whose_gold_is_no_text_counts_where_it_can() -> None:
    without_text = row([], "Oslo", 0.95, right=None)
    figures, before = answer_figures([*BY_HAND, without_text], 0.5), answer_figures(BY_HAND, 0.5)
    changed = {name for name in figures if figures[name] != pytest.approx(before[name])}
    assert changed == {"questions", "answerable", "answered", "auroc", *SPEED}


def test_of_sets_of_spans_no_confidence_says_how_likely_the_whole_is_right() -> None:
    one_is_a_set = [*BY_HAND[:-1], replace(BY_HAND[-1], multi_span=True)]
    figures, before = answer_figures(one_is_a_set, 0.5), answer_figures(BY_HAND, 0.5)
    assert figures == {name: value for name, value in before.items() if name not in OF_CONFIDENCE}
    assert answer_curves(one_is_a_set) == Curves()


def mean_again(values: Sequence[float | None]) -> float | None:
    total, count = 0.0, 0
    for value in values:
        if value is not None:
            total, count = total + value, count + 1
    return total / count if count else None


def percentile_again(values: Sequence[float], percent: float) -> float:
    ordered = sorted(values)
    place = percent / 100 * (len(ordered) - 1)
    below = math.floor(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (place - below) * (ordered[above] - ordered[below])


@given(rows())
def test_figures_agree_with_the_recomputation(made: list[AnswerRow]) -> None:
    figures = answer_figures(made, THRESHOLD)
    can, cannot = [r for r in made if r.answerable], [r for r in made if not r.answerable]
    expected = {
        "em": mean_again([r.em for r in can]),
        "f1": mean_again([r.f1 for r in can]),
        "em_at_threshold": mean_again([r.em_at_threshold for r in made]),
        "f1_at_threshold": mean_again([r.f1_at_threshold for r in made]),
        "em_answerable_at_threshold": mean_again([r.em_at_threshold for r in can]),
        "f1_answerable_at_threshold": mean_again([r.f1_at_threshold for r in can]),
        "answered": mean_again([1 if r.answered else 0 for r in made]),
        "answered_right": mean_again([r.right for r in can]),
        "refused_right": mean_again([0 if r.answered else 1 for r in cannot]),
        "questions_per_second": len(made) / sum(r.seconds for r in made) if made else None,
        "seconds_p50": percentile_again([r.seconds for r in made], 50) if made else None,
        "seconds_p95": percentile_again([r.seconds for r in made], 95) if made else None,
    }
    for name, value in expected.items():
        assert figures.get(name) == (None if value is None else pytest.approx(value, abs=1e-6)), name
    judged = [r for r in made if not r.answerable or r.f1 is not None]
    right = [r.answerable and r.f1 >= 50 for r in judged]  # type: ignore[operator]
    confidences = [r.confidence for r in judged]
    for name in OF_CONFIDENCE:
        assert (name in figures) == any(r.answerable for r in judged), name
    if "ece" in figures:
        assert figures["ece"] == pytest.approx(calibration_error_again(confidences, right))
        assert figures["aurc"] == pytest.approx(risk_coverage(confidences, right)[1])
        # Whatever the threshold: where nothing was found, nothing is answered.
        found = max(
            sum(
                (r.f1 if r.answerable else 0.0)
                if r.predicted is not None and r.confidence >= at
                else 100.0 * (not r.answerable)
                for r in judged
            )
            for at in [*confidences, 2.0]
        )
        assert figures["f1_at_best_threshold"] == pytest.approx(found / len(judged), abs=1e-6)


def calibration_error_again(confidences: Sequence[float], right: Sequence[bool], bins: int = 10) -> float:
    error = 0.0
    for b in range(bins):
        inside = [
            (sure, hit)
            for sure, hit in zip(confidences, right, strict=True)
            if b / bins <= sure < (b + 1) / bins or (sure == 1 and b == bins - 1)
        ]
        if inside:
            sure = sum(pair[0] for pair in inside) / len(inside)
            hits = sum(pair[1] for pair in inside) / len(inside)
            error += abs(sure - hits) * len(inside) / len(confidences)
    return error


def test_calibration_error_by_hand() -> None:
    confidences, right = [0.05, 0.05, 0.95, 0.95], [False, False, True, False]
    assert expected_calibration_error(confidences, right) == pytest.approx(0.5 * 0.05 + 0.5 * 0.45)
    assert expected_calibration_error([1.0], [True]) == 0


@given(OUTCOMES, st.integers(1, 20))
def test_calibration_error_agrees_with_the_recomputation(outcomes: list[tuple[float, bool]], bins: int) -> None:
    confidences, right = [list(column) for column in zip(*outcomes, strict=True)]
    found = expected_calibration_error(confidences, right, bins)
    assert found == pytest.approx(calibration_error_again(confidences, right, bins), abs=1e-9)


@given(OUTCOMES)
def test_reliability_bins_hold_every_answer_once(outcomes: list[tuple[float, bool]]) -> None:
    confidences, right = [list(column) for column in zip(*outcomes, strict=True)]
    bins = reliability(confidences, right)
    assert [b.low for b in bins] == sorted({b.low for b in bins})
    assert sum(b.count * b.accuracy for b in bins) == pytest.approx(sum(right))
    for b in bins:
        inside = [c for c in confidences if b.low <= c < b.high or b.high == c == 1]
        assert b.count == len(inside) > 0
        assert b.confidence == pytest.approx(sum(inside) / len(inside))


def test_a_confidence_on_an_edge_belongs_to_the_bin_above() -> None:
    edges = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9]
    assert [b.low for b in reliability(edges, [True] * 9)] == edges


@pytest.mark.parametrize("measure", [reliability, expected_calibration_error, risk_coverage])
@pytest.mark.parametrize(("confidences", "right"), [([], []), ([0.5], [True, False]), ([[0.5]], [[True]])])
def test_outcomes_that_do_not_match_are_refused(measure: Any, confidences: Any, right: Any) -> None:
    with pytest.raises(ValueError, match="shape"):
        measure(confidences, right)


def test_risk_coverage_by_hand() -> None:
    points, area = risk_coverage([0.9, 0.5, 0.5, 0.1], [True, False, True, True])
    assert [(p.coverage, p.threshold) for p in points] == [(0.25, 0.9), (0.75, 0.5), (1.0, 0.1)]
    assert [p.risk for p in points] == pytest.approx([0, 1 / 3, 1 / 4])
    assert area == pytest.approx((0 + 0.5 / 2 + 1 / 3 + 1 / 4) / 4)


@given(st.lists(st.tuples(st.sampled_from([0.2, 0.5, 0.7, 0.9]), st.booleans()), min_size=1, max_size=6))
def test_the_area_is_that_of_all_orders_of_the_equally_sure(outcomes: list[tuple[float, bool]]) -> None:
    areas = []
    for order in itertools.permutations(outcomes):
        risks, wrong = [], 0
        for answered, (_, right) in enumerate(sorted(order, key=lambda outcome: -outcome[0]), start=1):
            wrong += not right
            risks.append(wrong / answered)
        areas.append(sum(risks) / len(risks))
    confidences, right = zip(*outcomes, strict=True)
    assert risk_coverage(confidences, right)[1] == pytest.approx(sum(areas) / len(areas))


@given(OUTCOMES)
def test_points_say_what_their_threshold_does_and_order_counts_for_nothing(outcomes: list[tuple[float, bool]]) -> None:
    points, area = risk_coverage(*zip(*outcomes, strict=True))
    for p in points:
        answered = [right for sure, right in outcomes if sure >= p.threshold]
        assert p.coverage == pytest.approx(len(answered) / len(outcomes))
        assert p.risk == pytest.approx(answered.count(False) / len(answered))
    assert [p.threshold for p in points] == sorted({sure for sure, _ in outcomes}, reverse=True)
    assert risk_coverage(*zip(*reversed(outcomes), strict=True)) == (points, pytest.approx(area))


def test_many_points_are_thinned_but_not_their_area() -> None:
    confidences = [place / 1000 for place in range(1000)]
    right = [place % 3 > 0 for place in range(1000)]
    points, area = risk_coverage(confidences, right)
    assert len(points) == 200
    assert (points[0].threshold, points[-1].threshold, points[-1].coverage) == (0.999, 0.0, 1.0)
    wrong = list(itertools.accumulate(not hit for hit in reversed(right)))
    assert area == pytest.approx(sum(count / n for n, count in enumerate(wrong, start=1)) / 1000)


@given(OUTCOMES)
def test_auroc_agrees_with_counting_pairs(outcomes: list[tuple[float, bool]]) -> None:
    positive, negative = ([sure for sure, can in outcomes if can is kind] for kind in (True, False))
    found = auroc(*zip(*outcomes, strict=True))
    if not positive or not negative:
        assert found is None
        return
    wins = sum(1.0 if high > low else 0.5 if high == low else 0.0 for high in positive for low in negative)
    assert found == pytest.approx(wins / (len(positive) * len(negative)))


def test_the_best_threshold_by_hand() -> None:
    found = best_threshold([0.9, 0.8, 0.4, 0.2], [100, 0, 0, 100], [100, 60, 0, 100], [True, True, False, True])
    assert found == (0.8, pytest.approx((100 + 0 + 100 + 0) / 4), pytest.approx((100 + 60 + 100 + 0) / 4))
    assert best_threshold([], [], [], []) is None


def test_equally_sure_questions_are_answered_together() -> None:
    # One by one, in this order, the official script would answer the first and refuse the second.
    assert best_threshold([0.5, 0.5], [80, 0], [80, 0], [True, False]) == (pytest.approx(0.5), 50, 50)
    assert best_threshold([0.5, 0.5], [80, 0], [80, 0], [True, False]).threshold > 0.5  # type: ignore[union-attr]


def test_where_nothing_was_found_any_threshold_refuses() -> None:
    figures = answer_figures([row(["Rome"], "Rome", 0.0), row(None, None, 0.0)], THRESHOLD)
    assert (figures["best_threshold"], figures["f1_at_best_threshold"], figures["em_at_best_threshold"]) == (
        0,
        100,
        100,
    )


def test_with_nothing_to_answer_the_best_threshold_refuses_the_surest() -> None:
    found = best_threshold([1.0, 0.4], [0, 0], [0, 0], [False, False])
    assert found is not None
    assert 1.0 < found.threshold < 1.001
    assert (found.em, found.f1) == (100, 100)


@given(st.lists(st.tuples(CONFIDENCES, PERCENT, PERCENT, st.booleans()), min_size=1, max_size=15))
def test_no_threshold_beats_the_best(questions: list[tuple[float, float, float, bool]]) -> None:
    def at(threshold: float) -> tuple[float, float]:
        em = f1 = 0.0
        for confidence, em_answered, f1_answered, can in questions:
            refused = 0.0 if can else 100.0
            em += em_answered if confidence >= threshold else refused
            f1 += f1_answered if confidence >= threshold else refused
        return em / len(questions), f1 / len(questions)

    found = best_threshold(*zip(*questions, strict=True))
    assert found is not None
    assert at(found.threshold) == pytest.approx((found.em, found.f1), abs=1e-9)
    thresholds = [2.0, *(question[0] for question in questions)]
    assert found.f1 == pytest.approx(max(at(threshold)[1] for threshold in thresholds), abs=1e-9)


def test_recall_and_mrr_by_hand() -> None:
    assert recall_and_mrr([1, 4, None, 30]) == pytest.approx(
        {"recall@1": 1 / 4, "recall@5": 2 / 4, "recall@20": 2 / 4, "mrr": (1 + 1 / 4 + 0 + 1 / 30) / 4}
    )
    assert recall_and_mrr([2], cutoffs=(2,)) == {"recall@2": 1, "mrr": 0.5}
    assert recall_and_mrr([None, None])["mrr"] == 0
    assert recall_and_mrr([]) == {}


@given(st.lists(st.none() | st.integers(1, 60), min_size=1, max_size=12))
def test_recall_and_mrr_agree_with_the_recomputation(ranks: list[int | None]) -> None:
    expected = {"mrr": 0.0, "recall@1": 0.0, "recall@5": 0.0, "recall@20": 0.0}
    for rank in ranks:
        if rank is not None:
            expected["mrr"] += 1 / rank / len(ranks)
            for k in (1, 5, 20):
                expected[f"recall@{k}"] += (rank <= k) / len(ranks)
    assert recall_and_mrr(ranks) == pytest.approx(expected)


def test_curves_are_of_forced_answers() -> None:
    curves = answer_curves(BY_HAND)
    assert [(b.low, b.accuracy) for b in curves.reliability][-4:] == [(0.6, 1), (0.7, 0), (0.8, 1), (0.9, 1)]
    assert curves.risk_coverage[-1].risk == pytest.approx(4 / 8)
    assert answer_curves([]) == answer_curves([row([], "Oslo", 0.9)]) == Curves()


def test_stages_are_counted_in_the_pipelines_order() -> None:
    lost = ["out_scored", None, "not_ingested", "out_scored"]
    counts = stage_counts([row(["x"], "y", 0.9, stage_lost=stage) for stage in lost])
    assert list(counts) == list(STAGES)
    assert {stage: count for stage, count in counts.items() if count} == {"not_ingested": 1, "out_scored": 2}
