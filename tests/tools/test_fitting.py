"""What the scripts that fit confidences compute: weights, halves, operating points."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from assistant.answering.evidence import ANSWER_FEATURES, FOLDER, SPAN_FEATURES, Evidence, Logistic
from assistant.answering.merging import merge
from assistant.settings import Settings
from tools.fit_evidence import (
    Weights,
    answers_of,
    command,
    cross_judged,
    fit_and_measure,
    judge,
    measured_sets,
    parser,
)
from tools.fit_evidence import fit as fit_evidence
from tools.fit_figures import Judged, ece_of_noise, operating_points, refusing, table
from tools.fit_gathering import ASKED_WITH, Gathered, file_name, fold_of, in_other_half, load, save
from tools.fit_weights import fit_monotone, fit_order, fit_supported, probabilities

SPAN = Logistic({"margin": 0.4, "against_null": 0.1, "similarity": 3.0, "retrieval_score": 20.0}, -3.0)
ANSWER = Logistic({"log_odds": 0.9, "agreement": 1.2, "lead": 2.0}, 0.2)
RATES = (0.5, 0.05, 0.2)
README = Path(__file__).parents[2] / "tools" / "README.md"


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
        fold=np.arange(questions) // 2 % 2,
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
    judged = judge(gathered, Weights(SPAN, ANSWER))
    for place, rows in enumerate(gathered.spans()):
        features = [dict(zip(SPAN_FEATURES, gathered.features[row], strict=True)) for row in rows]
        citations = [gathered.citation(row, SPAN.probability(item)) for row, item in zip(rows, features, strict=True)]
        served = merge(citations, evidence)
        found = np.array([item.features for item in answers_of(gathered, rows, SPAN)])
        fitted = sorted(probabilities(ANSWER, ANSWER_FEATURES, found), reverse=True)
        assert fitted == pytest.approx([answer.confidence for answer in served])
        assert judged.confidences[place] == pytest.approx(served[0].confidence, abs=1e-4)


def test_a_part_holds_its_questions_with_their_spans() -> None:
    gathered = made_gathered()
    part = gathered.part(gathered.held_out)
    assert part.held_out.all() and len(part.answerable) == 30
    assert part.answerable.tolist() == gathered.answerable[gathered.held_out].tolist()
    whole = [rows for number, rows in enumerate(gathered.spans()) if gathered.held_out[number]]
    assert len(part.spans()) == len(whole)
    for ours, theirs in zip(part.spans(), whole, strict=True):
        for name in ("article", "start", "end", "text", "features", "right"):
            assert np.array_equal(getattr(part, name)[ours], getattr(gathered, name)[theirs]), name
    none = gathered.part(np.zeros(60, dtype=bool))
    assert none.spans() == [] and len(none.answerable) == 0


def test_questions_without_spans_keep_their_number_within_a_part() -> None:
    gathered = made_gathered(questions=4, spans=1)
    without = gathered.part(np.array([True, True, False, True]))
    of_spans = ("question", "article", "start", "end", "text", "features", "right")
    fewer = replace(gathered, **{name: getattr(gathered, name)[[0, 1, 3]] for name in of_spans})
    part = fewer.part(np.array([True, False, True, True]))
    assert without.question.tolist() == [0, 1, 2]
    assert part.question.tolist() == [0, 2], "the second of the part has no span"


def test_thresholds_are_chosen_by_weights_that_have_not_seen_the_question() -> None:
    gathered = made_gathered(questions=200)
    judged = cross_judged([gathered])
    assert len(judged.right) == 200
    first = gathered.part(gathered.fold == 0)
    mine = judge(first, fit_evidence([gathered.part(gathered.fold == 1)]))
    assert judged.confidences[:100].tolist() == mine.confidences.tolist()
    swapped = replace(gathered, right=np.where(gathered.fold[gathered.question] == 0, ~gathered.right, gathered.right))
    assert cross_judged([swapped]).confidences[:100].tolist() == mine.confidences.tolist()
    assert cross_judged([swapped]).confidences[100:].tolist() != judged.confidences[100:].tolist()


def test_both_sets_are_judged_whole() -> None:
    one, other = made_gathered(questions=100), made_gathered(questions=80)
    assert len(cross_judged([one, other]).confidences) == 180


def easy() -> Gathered:
    """Questions whose surer spans are right, in whatever words."""
    gathered = made_gathered(questions=120)
    chances = probabilities(SPAN, SPAN_FEATURES, gathered.features)
    return replace(gathered, right=chances > 0.7)


def test_nothing_is_fitted_or_chosen_on_the_held_out_half() -> None:
    gathered = easy()
    held_out = gathered.held_out[gathered.question]
    changed = replace(gathered, right=np.where(held_out, ~gathered.right, gathered.right))
    (before, _), (after, _) = (fit_and_measure({"newsqa-a": one, "squad1": one}) for one in (gathered, changed))
    for name in ("span", "answer", "no_answer_threshold"):
        assert before[name] == after[name], name
    points, others = before["operating_points"], after["operating_points"]
    assert [point["confidence"] for point in points] == [point["confidence"] for point in others]
    assert [point["held_out_error_rate"] for point in points] != [point["held_out_error_rate"] for point in others]


def test_what_is_only_measured_changes_nothing_else() -> None:
    gathered = easy()
    fitted_on = {"newsqa-a": gathered, "squad1": gathered}
    other = replace(gathered, features=gathered.features + 100.0, right=~gathered.right)
    alone, _ = fit_and_measure(fitted_on)
    beside, judged = fit_and_measure({**fitted_on, "squad2": other})
    assert set(beside["held_out"]) == set(judged) == {*fitted_on, "squad2"}
    del beside["held_out"]["squad2"]
    assert beside == alone


def test_what_decided_gets_weight() -> None:
    span = fit_evidence([made_gathered(questions=200)]).span
    assert all(span.weights[name] > 0 for name in ("margin", "similarity"))


@pytest.mark.parametrize(
    ("typed", "sets"),
    [
        ("--questions 300 --write", ["newsqa-a", "squad1"]),
        ("--questions 40 --eval-seeds", ["newsqa-a", "squad1", "seeds"]),
        ("--questions 900 --others --eval-seeds --write", ["newsqa-a", "squad1", "squad2", "seeds"]),
    ],
)
def test_the_recorded_command_asks_for_the_same_again(typed: str, sets: list[str]) -> None:
    chosen = parser().parse_args([*typed.split(), "--cache", "somewhere"])
    recorded = command(chosen, Settings())
    assert recorded == f"python -m tools.fit_evidence {typed}"
    assert measured_sets(parser().parse_args(recorded.split()[3:])) == measured_sets(chosen) == sets
    assert command(chosen, Settings(passages_read=20, threads=1)) == f"ASSISTANT_PASSAGES_READ=20 {recorded}"


def test_cached_files_are_of_their_data_models_and_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASSISTANT_DATA", str(tmp_path))
    data = tmp_path / "reader" / "dev" / "a.jsonl.gz"
    data.parent.mkdir(parents=True)
    data.write_bytes(b"one")
    changes: dict[str, Any] = {
        "reader": "other",
        "embedder": "other",
        "passage_tokens": 100,
        "candidates": 20,
        "passages_read": 3,
        "max_answer_tokens": 9,
        "min_confidence": 0.5,
    }
    assert set(changes) == set(ASKED_WITH)
    names = [file_name("a", 5, Settings(**{setting: value}), "models") for setting, value in changes.items()]
    names += [file_name("a", 5, Settings(), models) for models in ("models", "others")]
    assert file_name("a", 5, Settings(threads=3, max_alternatives=1), "models") == names[-2]
    data.write_bytes(b"two")
    names += [file_name("a", 5, Settings(), "models"), file_name("a", 6, Settings(), "models")]
    assert len(set(names)) == len(names)
    assert file_name("seeds", 5, Settings(), "models") != file_name("seeds", 5, Settings(), "others")


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
    folds = np.array([fold_of(f"context {number}") for number in range(2000)])
    for half in (True, False):
        assert 0.4 < folds[np.array(halves) == half].mean() < 0.6, "each half has both folds"


def test_operating_points_by_hand() -> None:
    sure = np.linspace(0.99, 0.0, 100)
    right = np.arange(100) < 40
    others = np.array([0.9, 0.8, 0.7, 0.6, 0.1]), np.array([True, False, False, True, True])
    points = operating_points(RATES, Judged(sure, right, right), Judged(*others, others[1]))
    by_rate = {point["error_rate"]: point for point in points}
    assert by_rate[0.2] == {
        "error_rate": 0.2,
        "confidence": pytest.approx(0.5),
        "held_out_error_rate": 0.5,
        "held_out_answered": 0.8,
    }
    assert by_rate[0.5]["confidence"] == pytest.approx(0.2)
    hopeless = operating_points(RATES, Judged(sure, np.zeros(100, dtype=bool), right), Judged(*others, others[1]))
    assert all(point["confidence"] is None and point["held_out_error_rate"] is None for point in hopeless)
    assert all(point["held_out_answered"] == 0 for point in hopeless)


def test_a_threshold_above_all_that_is_measured_answers_nothing_and_has_no_error() -> None:
    sure, right = np.linspace(0.99, 0.5, 50), np.ones(50, dtype=bool)
    low = Judged(np.full(10, 0.1), right[:10], right[:10])
    for point in operating_points(RATES, Judged(sure, right, right), low):
        assert point["confidence"] == 0.5
        assert point["held_out_error_rate"] is None and point["held_out_answered"] == 0


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=120))
def test_thresholds_keep_to_their_error_rate_where_they_were_chosen(rows: list[tuple[float, bool]]) -> None:
    sure, right = np.array([row[0] for row in rows]), np.array([row[1] for row in rows])
    judged = Judged(sure, right, right)
    points = operating_points(RATES, judged, judged)
    assert [point["error_rate"] for point in points] == sorted(RATES)
    answered = [point["held_out_answered"] for point in points]
    assert answered == sorted(answered), "whoever bears more errors gets more answers"
    for point in points:
        if point["confidence"] is not None:
            given_right = right[sure >= point["confidence"]]
            assert len(given_right) >= 20
            assert (~given_right).mean() <= point["error_rate"]
            assert point["held_out_error_rate"] == pytest.approx((~given_right).mean(), abs=1e-3)
            assert point["held_out_answered"] == pytest.approx(len(given_right) / len(rows), abs=1e-3)


def test_the_readme_shows_the_stored_operating_points() -> None:
    stored = json.loads((FOLDER / f"{Settings().reader}.json").read_text(encoding="utf-8"))
    shown = README.read_text(encoding="utf-8")
    default = {"error_rate": 1.0, "confidence": stored["no_answer_threshold"], **stored["at_threshold"]}
    (row,) = table([default])
    assert row.replace("| 100 % |", "| none (the default) |") in shown
    rows = table(stored["operating_points"])
    assert len(rows) > 1
    assert "\n".join(rows) in shown


@given(
    st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=80).filter(
        lambda rows: any(can for _, can in rows)
    ),
    st.floats(0, 0.9),
)
def test_the_default_threshold_refuses_few_questions_that_the_index_answers(
    rows: list[tuple[float, bool]], share: float
) -> None:
    sure, can = np.array([row[0] for row in rows]), np.array([row[1] for row in rows])
    threshold = refusing(share, Judged(sure, can, can))
    assert (sure[can] < threshold).mean() <= share
    assert (sure[can] < threshold + 2e-4).mean() > share - 1 / can.sum()


def test_noise_alone_gives_few_questions_an_error_and_many_hardly_any() -> None:
    few, many = (ece_of_noise(np.random.default_rng(0).random(count)) for count in (60, 6_000))
    assert few > 0.05 > 0.02 > many
