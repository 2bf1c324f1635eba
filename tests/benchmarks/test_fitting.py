"""What the scripts that fit confidences compute: weights, halves, operating points."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from assistant.answering.evidence import ANSWER_FEATURES, SPAN_FEATURES, Evidence, Logistic
from assistant.answering.merging import merge
from tests.benchmarks.fit_calibration import Measured, best_threshold, fit
from tests.benchmarks.fit_evidence import (
    ERROR_RATE,
    ERROR_RATES,
    Judged,
    answers_of,
    ece_of_noise,
    fit_answers,
    fit_spans,
    judge,
    operating_points,
)
from tests.benchmarks.fit_gathering import Gathered, in_other_half, load, save
from tests.benchmarks.fit_weights import fit_monotone, fit_order, fit_supported, probabilities

SPAN = Logistic({"margin": 0.4, "against_null": 0.1, "similarity": 3.0, "retrieval_score": 20.0}, -3.0)
ANSWER = Logistic({"log_odds": 0.9, "agreement": 1.2, "lead": 2.0}, 0.2)


def made_gathered(questions: int = 60, spans: int = 8) -> Gathered:
    """Questions with spans of five wordings in four articles; the surer of the right wording are right."""
    generator = np.random.default_rng(1)
    count = questions * spans
    features = np.stack(
        [
            generator.normal(2, 4, count),
            generator.normal(0, 2, count),
            generator.random(count),
            generator.random(count) / 30,
        ],
        axis=1,
    )
    text = generator.choice(["Ada", "Bo", "Cy", "Ada Marsh", "the 12"], count)
    chances = probabilities(SPAN, SPAN_FEATURES, features)
    start = 100 * np.arange(count)
    return Gathered(
        answerable=generator.random(questions) < 0.7,
        held_out=np.arange(questions) % 2 == 0,
        question=np.repeat(np.arange(questions), spans),
        article=generator.integers(0, 4, count),
        start=start,
        end=start + 5,
        text=text,
        features=features,
        right=(generator.random(count) < chances) & (text == "Ada"),
    )


def drawn(weights: list[float], intercept: float, count: int = 8_000) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Features of very different sizes, and outcomes that a logistic model draws from them."""
    generator = np.random.default_rng(0)
    features = generator.normal(0, 1, (count, len(weights))) * np.array([5.0, 0.1, 1.0])[: len(weights)] + 3
    chances = 1 / (1 + np.exp(-(features @ np.array(weights) + intercept)))
    return features, generator.random(count) < chances


def test_fit_recovers_the_model_that_made_the_data() -> None:
    model = fit_monotone("abc", *drawn([0.5, 8.0, 1.0], -29.0))
    assert [model.weights[name] for name in "abc"] == pytest.approx([0.5, 8.0, 1.0], rel=0.1)
    assert model.intercept == pytest.approx(-29.0, rel=0.1)


def test_what_speaks_against_an_answer_gets_no_weight_rather_than_a_negative_one() -> None:
    model = fit_monotone("abc", *drawn([0.5, -8.0, 1.0], 20.0))
    assert model.weights["b"] == 0
    assert model.weights["a"] == pytest.approx(0.5, rel=0.2)


def test_separable_and_constant_features_stay_finite() -> None:
    features = np.array([[-2.0, 7.0], [-1.0, 7.0], [1.0, 7.0], [2.0, 7.0]])
    model = fit_monotone("ab", features, features[:, 0] > 0)
    assert np.isfinite([*model.weights.values(), model.intercept]).all()
    assert model.weights["a"] > 1


@pytest.mark.parametrize("right", [True, False])
def test_nothing_can_be_fitted_to_one_outcome(right: bool) -> None:
    with pytest.raises(ValueError, match="both right and wrong"):
        fit_monotone("a", np.array([[1.0], [2.0]]), np.array([right, right]))
    with pytest.raises(ValueError, match="both right and wrong"):
        fit_order([np.array([[1.0], [2.0]])], [np.array([right, right])])


def test_weights_that_add_nothing_are_left_out_and_others_kept() -> None:
    features, right = drawn([0.5, 0.0, 1.0], -4.5, count=2_000)
    model = fit_supported("abc", features, right)
    assert model.weights["b"] == 0
    assert model.weights["a"] > 0.3 and model.weights["c"] > 0.7
    only = fit_supported("abc", features[:, :1].repeat(3, axis=1), right)
    assert sum(weight > 0 for weight in only.weights.values()) == 1, "of three copies one is enough"


def test_the_order_learnt_is_the_one_that_made_the_data() -> None:
    generator = np.random.default_rng(3)
    groups = [generator.normal(0, 1, (6, 3)) * [4.0, 0.2, 1.0] for _ in range(800)]
    weighed = [group @ np.array([0.5, 10.0, 0.0]) + generator.gumbel(size=6) for group in groups]
    weights = fit_order(groups, [values == values.max() for values in weighed])
    assert weights[:2] == pytest.approx([0.5, 10.0], rel=0.2)
    assert 0 <= weights[2] < 0.15


def test_fitting_weighs_answers_exactly_as_serving_does() -> None:
    gathered = made_gathered()
    evidence = Evidence(SPAN, ANSWER, 0.5)
    judged = judge(gathered, SPAN, ANSWER)
    for place, rows in enumerate(gathered.spans(held_out=True)):
        features = [dict(zip(SPAN_FEATURES, gathered.features[row], strict=True)) for row in rows]
        citations = [gathered.citation(row, SPAN.probability(item)) for row, item in zip(rows, features, strict=True)]
        served = merge(citations, evidence)
        found = np.array([item.features for item in answers_of(gathered, rows, SPAN)])
        fitted = sorted(probabilities(ANSWER, ANSWER_FEATURES, found), reverse=True)
        assert fitted == pytest.approx([answer.confidence for answer in served])
        assert judged.confidences[place] == pytest.approx(served[0].confidence, abs=1e-4)


def test_fitted_confidences_do_not_look_at_the_other_half() -> None:
    gathered = made_gathered(questions=200)
    rows = gathered.held_out[gathered.question]
    changed = Gathered(
        **{name: getattr(gathered, name) for name in Gathered.__slots__ if name != "right"},
        right=np.where(rows, ~gathered.right, gathered.right),
    )
    span = fit_spans([gathered])
    assert span == fit_spans([changed])
    assert fit_answers([gathered], span) == fit_answers([changed], span)
    assert all(span.weights[name] > 0 for name in ("margin", "similarity"))


def test_what_was_gathered_comes_back_from_its_file(tmp_path: Path) -> None:
    gathered = made_gathered()
    save(gathered, tmp_path / "new" / "a.npz")
    again = load(tmp_path / "new" / "a.npz")
    for name in Gathered.__slots__:
        assert np.array_equal(getattr(again, name), getattr(gathered, name)), name


def test_halves_are_of_contexts_and_about_equal() -> None:
    halves = [in_other_half(f"context {number}") for number in range(2000)]
    assert halves == [in_other_half(f"context {number}") for number in range(2000)]
    assert 0.45 < np.mean(halves) < 0.55


def test_operating_points_by_hand() -> None:
    sure = np.linspace(0.99, 0.0, 100)
    right = np.arange(100) < 40
    points = operating_points(Judged(sure, right, right))
    by_rate = {point["error_rate"]: point for point in points}
    assert by_rate[0.2] == {"error_rate": 0.2, "confidence": pytest.approx(0.5), "answered": 0.5}
    assert by_rate[0.5]["answered"] == 0.8
    hopeless = operating_points(Judged(sure, np.zeros(100, dtype=bool), right))
    assert all(point["confidence"] is None and point["answered"] == 0 for point in hopeless)


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=120))
def test_at_an_operating_point_no_more_answers_are_wrong_than_stated(rows: list[tuple[float, bool]]) -> None:
    sure, right = np.array([row[0] for row in rows]), np.array([row[1] for row in rows])
    points = operating_points(Judged(sure, right, right))
    assert [point["error_rate"] for point in points] == sorted({*ERROR_RATES, ERROR_RATE})
    answered = [point["answered"] for point in points]
    assert answered == sorted(answered), "whoever bears more errors gets more answers"
    for point in points:
        if point["confidence"] is not None:
            given_right = right[sure >= point["confidence"]]
            assert len(given_right) >= 20
            assert (~given_right).mean() <= point["error_rate"]
            assert point["answered"] == pytest.approx(len(given_right) / len(rows), abs=1e-3)


def test_noise_alone_gives_few_questions_an_error_and_many_hardly_any() -> None:
    few, many = (ece_of_noise(np.random.default_rng(0).random(count)) for count in (60, 6_000))
    assert few > 0.05 > 0.02 > many


def test_the_readers_own_calibration_is_fitted_on_one_half_and_thresholds_are_between_right_and_wrong() -> None:
    generator = np.random.default_rng(5)
    margins = generator.normal(4, 5, 4000)
    right = generator.random(4000) < 1 / (1 + np.exp(-(0.5 * margins - 2)))
    held_out = np.arange(4000) % 2 == 1
    fitted = fit({"one": Measured(margins, np.where(held_out, ~right, right), held_out)})
    assert fitted.slope == pytest.approx(0.5, rel=0.15)
    assert fitted.intercept == pytest.approx(-2, rel=0.15)
    apart = Measured(np.array([-3.0, 1.0, 5.0, 9.0]), np.array([False, False, True, True]), np.zeros(4, dtype=bool))
    assert 1 < best_threshold({"apart": apart}) <= 5
