"""From features to confidences: never less sure for better evidence, and only for the models they were fitted for."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.answering.evidence import ANSWER_FEATURES, FOLDER, SPAN_FEATURES, Evidence, Logistic, span_features
from assistant.answering.merging import merge
from assistant.errors import ModelError
from assistant.records import AnswerSpan, Citation, Passage, RetrievedPassage

STORED = json.loads((FOLDER / "fast.json").read_text(encoding="utf-8"))
#: Where every feature counts.
EVIDENCE = Evidence(
    Logistic({"margin": 0.3, "against_null": 0.1, "similarity": 2.0, "retrieval_score": 40.0}, -2.0),
    Logistic({"log_odds": 0.8, "agreement": 1.5, "lead": 2.0}, 0.3),
    no_answer_threshold=0.4,
)
EITHER = st.sampled_from([EVIDENCE, Evidence.fitted_for(STORED["readers"][0], STORED["embedders"][0])])
LOGITS, SHARES = st.floats(-80, 80), st.floats(0, 1)


def a_span(span_score: float = 4.0, null_score: float = 1.0) -> AnswerSpan:
    return AnswerSpan("Ada", 0, 0, 3, span_score, null_score)


def a_passage(similarity: float = 0.5, retrieval_score: float = 0.02) -> RetrievedPassage:
    passage = Passage("a:0-3", "a", 0, 0, 3, "Ada")
    return RetrievedPassage(passage, retrieval_score, similarity, 1, None, None, None, None)


def cited(text: str, confidence: float, article: str = "a", start: int = 0) -> Citation:
    end = start + len(text)
    return Citation(
        article, f"/{article}.txt", "utf-8", None, None, None, text, start, end, text, start, end, confidence
    )


@given(EITHER, LOGITS, LOGITS, LOGITS, st.floats(-1, 1), st.floats(-1, 1), st.floats(0, 0.04), st.floats(0, 0.04))
def test_more_for_a_span_never_makes_it_less_sure(
    evidence: Evidence, low: float, high: float, null: float, far: float, near: float, behind: float, ahead: float
) -> None:
    worse = evidence.of_span(a_span(min(low, high), null), a_passage(min(far, near), min(behind, ahead)))
    better = evidence.of_span(a_span(max(low, high), null), a_passage(max(far, near), max(behind, ahead)))
    assert 0 <= worse <= better <= 1


@given(EITHER, LOGITS, LOGITS, LOGITS)
def test_more_for_no_answer_never_makes_a_span_surer(
    evidence: Evidence, score: float, null: float, other: float
) -> None:
    kept = [evidence.of_span(a_span(score, level), a_passage()) for level in sorted((null, other))]
    assert kept[0] >= kept[1]


@given(EITHER, SHARES, SHARES, SHARES, SHARES, st.lists(SHARES, max_size=5), SHARES)
def test_more_for_an_answer_never_makes_it_less_sure(
    evidence: Evidence, one: float, two: float, rival: float, stronger: float, agreeing: list[float], another: float
) -> None:
    worse = evidence.of_answer(min(one, two), agreeing, max(rival, stronger))
    better = evidence.of_answer(max(one, two), [*agreeing, another], min(rival, stronger))
    assert 0 <= worse <= better <= 1


@given(EITHER, st.lists(st.tuples(st.sampled_from("abcd"), st.sampled_from(["Ada", "Bo", "Cy"]), SHARES), max_size=8))
def test_merged_answers_are_ordered_and_another_article_that_agrees_never_hurts(
    evidence: Evidence, found: list[tuple[str, str, float]]
) -> None:
    citations = [cited(text, sure, article, 10 * place) for place, (article, text, sure) in enumerate(found)]
    answers = merge(citations, evidence)
    assert [answer.confidence for answer in answers] == sorted((a.confidence for a in answers), reverse=True)
    if answers:
        best = answers[0]
        agreeing = cited(best.text, best.citations[0].confidence, "new")
        again = merge([*citations, agreeing], evidence)
        (same,) = [answer for answer in again if answer.text == best.text]
        assert same.confidence >= best.confidence
        assert same.support == best.support + 1


def test_every_feature_counts() -> None:
    base = EVIDENCE.of_span(a_span(), a_passage())
    better = [
        EVIDENCE.of_span(a_span(5.0, 1.0), a_passage()),
        EVIDENCE.of_span(a_span(3.0, 0.0), a_passage()),
        EVIDENCE.of_span(a_span(), a_passage(similarity=0.6)),
        EVIDENCE.of_span(a_span(), a_passage(retrieval_score=0.03)),
    ]
    assert all(confidence > base for confidence in better)
    answer = EVIDENCE.of_answer(0.5, [0.2], 0.4)
    assert EVIDENCE.of_answer(0.6, [0.2], 0.4) > answer
    assert EVIDENCE.of_answer(0.5, [0.2, 0.1], 0.4) > answer
    assert EVIDENCE.of_answer(0.5, [0.2], 0.3) > answer


def test_an_article_that_repeats_itself_agrees_once() -> None:
    others = [cited("Ada", 0.4, "b"), cited("Ada", 0.3, "b", start=50)]
    (once,), (twice,) = merge([cited("Ada", 0.5), *others[:1]], EVIDENCE), merge([cited("Ada", 0.5), *others], EVIDENCE)
    assert once.confidence == twice.confidence == EVIDENCE.of_answer(0.5, [0.4], 0.0)
    assert (once.support, twice.support, len(twice.citations)) == (2, 2, 3)
    (alone,) = merge([cited("Ada", 0.5), cited("Ada", 0.45, start=50)], EVIDENCE)
    assert alone.confidence == EVIDENCE.of_answer(0.5, [], 0.0), "an article does not agree with itself"


def test_an_answer_is_less_sure_beside_a_different_one_but_not_beside_a_shorter_form_of_itself() -> None:
    answer = cited("Kenji Kanasugi", 0.6)
    (alone,) = merge([answer], EVIDENCE)
    beside_short, *_ = merge([answer, cited("Kanasugi", 0.5, "b")], EVIDENCE)
    beside_other, *_ = merge([answer, cited("Masaaki Kanai", 0.5, "b")], EVIDENCE)
    assert alone.confidence == beside_short.confidence > beside_other.confidence


def test_several_articles_can_outweigh_one_that_is_surer() -> None:
    twelve = [cited("12", 0.45, article) for article in "bcd"]
    first, second = merge([cited("15", 0.5, "a"), *twelve], EVIDENCE)
    assert (first.text, first.support, second.text) == ("12", 3, "15")


def test_other_models_are_judged_by_the_margin_alone() -> None:
    evidence = Evidence.fitted_for("another reader", "another embedder")
    assert evidence == Evidence.fitted_for(STORED["readers"][0], "another embedder") == Evidence.of_margins()
    near, far = a_passage(similarity=0.9, retrieval_score=0.03), a_passage(similarity=0.1, retrieval_score=0.01)
    assert evidence.of_span(a_span(5.0, 1.0), near) == evidence.of_span(a_span(4.0, 0.0), far)
    at_threshold = evidence.of_span(a_span(1.0, 1.0), far)
    assert at_threshold == pytest.approx(evidence.no_answer_threshold), "as likely as no answer"
    assert evidence.of_answer(at_threshold, [0.9], 0.9) == pytest.approx(at_threshold), "other passages do not count"


def test_extremes_stay_probabilities() -> None:
    for score in (-1e9, 1e9):
        span = EVIDENCE.of_span(a_span(score), a_passage())
        assert span in (0.0, 1.0)
        assert 0 <= EVIDENCE.of_answer(span, [], 1.0) <= 1


def test_the_shipped_weights_say_where_they_come_from_and_what_they_do() -> None:
    assert {"version", "readers", "embedders", "data", "command", "date"} <= set(STORED)
    assert set(STORED["span"]["weights"]) == set(SPAN_FEATURES) == set(span_features(a_span(), a_passage()))
    assert set(STORED["answer"]["weights"]) == set(ANSWER_FEATURES)
    for reader in STORED["readers"]:
        for embedder in STORED["embedders"]:
            evidence = Evidence.fitted_for(reader, embedder)
            assert evidence.no_answer_threshold == STORED["no_answer_threshold"]
            assert evidence.span.weights["margin"] > 0 and evidence.answer.weights["log_odds"] > 0


def changed(**changes: Any) -> dict[str, Any]:
    return {**STORED, **changes}


@pytest.mark.parametrize(
    ("stored", "problem"),
    [
        ({"reader": 1}, "version None"),
        ({key: value for key, value in STORED.items() if key != "version"}, "version None"),
        (changed(version=1), "version 1, and version 2"),
        (changed(version=3), "version 3"),
        ([], "list"),
        (changed(span=STORED["answer"]), "margin"),
        (changed(answer={"weights": {"log_odds": 1.0, "agreement": -0.1, "lead": 0.0}, "intercept": 0.0}), "negative"),
        (changed(answer={"weights": {**STORED["answer"]["weights"], "lead": float("nan")}, "intercept": 0}), "finite"),
        (changed(span={**STORED["span"], "intercept": float("inf")}), "finite"),
        (changed(span=None), "NoneType"),
        (changed(no_answer_threshold=14.3), "from 0 to 1"),
        (changed(no_answer_threshold="high"), "high"),
        ({key: value for key, value in STORED.items() if key != "embedders"}, "embedders"),
    ],
)
def test_weights_that_cannot_be_used_are_told(stored: object, problem: str, tmp_path: Path) -> None:
    file = tmp_path / "evidence.json"
    file.write_text(json.dumps(stored))
    with pytest.raises(ModelError, match=rf"(?s)evidence\.json.*{problem}"):
        Evidence.fitted_for(STORED["readers"][0], STORED["embedders"][0], tmp_path)


@pytest.mark.parametrize("content", ["", "{", "\udcff"])
def test_files_that_are_no_json_are_told(content: str, tmp_path: Path) -> None:
    file = tmp_path / "evidence.json"
    file.write_bytes(content.encode("utf-8", "surrogateescape"))
    with pytest.raises(ModelError, match=r"evidence\.json"):
        Evidence.fitted_for("r", "e", tmp_path)


def test_the_null_score_of_a_span_counts_against_it() -> None:
    span = a_span(4.0, 1.0)
    assert span_features(span, a_passage())["against_null"] == -1.0
    assert span_features(replace(span, null_score=-2.0), a_passage())["against_null"] == 2.0
