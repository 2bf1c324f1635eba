"""Comparing two runs: what differs, whether it can be chance, and what must not be compared."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.errors import DatasetError
from assistant.evaluation.comparison import compare
from assistant.evaluation.figures import describe
from assistant.evaluation.measures import answer_figures, recall_and_mrr
from assistant.evaluation.results import (
    Evaluation,
    Kind,
    Problem,
    Row,
)
from tests.evaluation.runs import asked, evaluation, measured, page, read, reading, rewrite


def test_a_clear_gain_is_significantly_better_and_its_mirror_worse() -> None:
    old, new = reading([40.0, 0.0, 100.0, 60.0] * 20), reading([80.0, 30.0, 100.0, 100.0] * 20)
    gain, loss = measured(compare(new, old), "f1"), measured(compare(old, new), "f1")
    assert (gain.old, gain.new, gain.difference) == pytest.approx((50, 77.5, 27.5))
    assert gain.low is not None and gain.high is not None
    assert 0 < gain.low < 27.5 < gain.high
    assert (gain.verdict, loss.verdict) == ("better", "worse")
    assert (loss.low, loss.high) == pytest.approx((-gain.high, -gain.low))
    assert gain.sentence.startswith("F1 [f1] is significantly better: 77.50 against 50.00, +27.50 (95 % interval +")
    assert gain.sentence.endswith("80 compared).")
    assert loss.sentence.startswith("F1 [f1] is significantly worse: 50.00 against 77.50, -27.50 (95 % interval -")


def test_ups_and_downs_are_no_significant_difference() -> None:
    found = measured(compare(reading([60.0, 40.0] * 20), reading([40.0, 60.0] * 19 + [40.0, 50.0])), "f1")
    assert found.difference == pytest.approx(10 / 40)
    assert found.low is not None and found.high is not None
    assert found.low < 0 < found.high
    assert found.verdict == "no significant difference"
    assert found.sentence.startswith("F1 [f1] shows no significant difference: 50.00 against 49.75, +0.25 (")


def test_the_interval_is_that_of_resampled_questions() -> None:
    generator = random.Random(1)
    old = [generator.uniform(0, 90) for _ in range(60)]
    new = [f1 + generator.uniform(-8, 10) for f1 in old]
    found = measured(compare(reading(new), reading(old)), "f1")
    differences = [after - before for after, before in zip(new, old, strict=True)]
    means = sorted(sum(generator.choices(differences, k=60)) / 60 for _ in range(20_000))
    assert (found.low, found.high) == pytest.approx((means[500], means[19_500]), abs=0.15)


@pytest.mark.parametrize(("change", "verdict"), [(5.0, "better"), (-5.0, "worse")])
def test_a_difference_that_is_always_the_same_has_an_interval_without_width(change: float, verdict: str) -> None:
    found = measured(compare(reading([50.0 + change] * 24), reading([50.0] * 24)), "f1")
    assert (found.low, found.high, found.verdict) == (pytest.approx(change), pytest.approx(change), verdict)


def test_what_changed_nowhere_is_said_to_be_the_same() -> None:
    f1s = [100.0, 40.0, None, 80.0] * 20
    found = compare(reading(f1s), reading(f1s))
    assert {difference.verdict for difference in found.differences} == {"the same for every question"}
    assert {(difference.low, difference.high) for difference in found.differences} == {(0.0, 0.0)}
    assert measured(found, "f1").sentence == "F1 [f1] is the same for every question: 73.33 (60 compared)."
    few = measured(compare(reading([100.0, 50.0]), reading([100.0, 50.0])), "f1")
    assert few.sentence == "F1 [f1] is the same for every question: 75.00 (2 compared)."


def test_changes_that_cancel_out_are_not_called_the_same() -> None:
    found = measured(compare(reading([60.0, 40.0] * 20), reading([40.0, 60.0] * 20)), "f1")
    assert (found.difference, found.verdict) == (0, "no significant difference")


def test_rounding_is_no_difference() -> None:
    found = compare(reading([200 / 3] * 24), reading([66.66666666666666] * 24))
    assert measured(found, "f1").verdict == "the same for every question"
    # Too much to be the same, too little for a verdict.
    nearly = compare(reading([50.0000000015, 50.0] * 12), reading([50.0] * 24))
    assert measured(nearly, "f1").verdict == "no significant difference"
    pages, rounded = (evaluation("cleaning", [page("p", f1)]) for f1 in (70.0, 70.00000000000001))
    assert compare(pages, rounded).lost == compare(rounded, pages).gained == ()


def test_a_few_questions_get_no_verdict() -> None:
    found = measured(compare(reading([100.0] * 19), reading([0.0] * 19)), "f1")
    assert (found.low, found.high, found.verdict) == (None, None, "too few questions to tell")
    assert found.sentence.endswith("too few questions to tell whether that is chance (19 compared).")
    assert measured(compare(reading([100.0] * 20), reading([0.0] * 20)), "f1").verdict == "better"


def test_the_same_inputs_give_the_same_intervals() -> None:
    generator = random.Random(2)
    old, new = (reading([generator.uniform(0, 100) for _ in range(50)]) for _ in range(2))
    assert compare(new, old) == compare(new, old)
    assert measured(compare(new, old, seed=1), "f1").low != measured(compare(new, old), "f1").low


@given(st.lists(st.none() | st.sampled_from([0.0, 30.0, 60.0, 100.0]), min_size=1, max_size=30))
def test_nothing_changes_against_itself(f1s: list[float | None]) -> None:
    found = compare(reading(f1s), reading(f1s))
    assert all(difference.difference == 0 for difference in found.differences)
    assert all(difference.verdict == "the same for every question" for difference in found.differences)
    assert (found.gained, found.lost, found.only_new, found.only_old, found.warnings) == ((), (), (), (), ())
    assert found.shared == len(f1s)


def test_measures_are_the_figures_of_the_runs() -> None:
    rows = [
        read("a", 100.0, confidence=0.9),
        read("b", 40.0, confidence=0.3),
        read("c", 80.0, answered=False, confidence=0.2),
        read("d", None, confidence=0.6),
        read("e", None, answered=False, confidence=0.25),
    ]
    found = compare(evaluation("reading", rows), evaluation("reading", rows))
    figures = answer_figures(rows, 0.5)
    counted = {"em": 3, "f1": 3, "em_at_threshold": 5, "f1_at_threshold": 5, "answered_right": 3, "refused_right": 2}
    counted |= {"auroc": 5, "ece": 5}
    assert {difference.measure: difference.questions for difference in found.differences} == counted
    assert {name: measured(found, name).new for name in counted} == pytest.approx(
        {name: figures[name] for name in counted}
    )
    assert {difference.measure for difference in found.differences if difference.percent} == {
        "em",
        "f1",
        "em_at_threshold",
        "f1_at_threshold",
    }


@pytest.mark.parametrize("kind", ["reading", "open", "questions", "conversation", "cleaning"])
def test_every_measure_is_a_described_figure(kind: Kind) -> None:
    asked_rows = [replace(asked(f"q{n}", f1, 1, 1), cited_article=True, supported=True) for n, f1 in enumerate((90, 5))]
    rows: Mapping[Kind, Sequence[Row]] = {
        "reading": [read("a", 90.0), read("b", None)],
        "open": [*asked_rows, asked("none", None, None)],
        "questions": [*asked_rows, asked("none", None, None)],
        "conversation": [rewrite("a", 2, 2, 1, rank=1)],
        "cleaning": [page("a", 90.0)],
    }
    run = evaluation(kind, rows[kind])
    expected = {"reading": 8, "open": 14, "questions": 14, "conversation": 7, "cleaning": 3}
    differences = compare(run, run).differences
    assert len({difference.measure for difference in differences}) == len(differences) == expected[kind]
    for difference in differences:
        figure = describe(difference.measure, kind)
        assert figure.group != "Others", difference.measure
        assert (difference.label, difference.percent) == (figure.label, figure.unit == "percent")
        assert difference.sentence.startswith(f"{figure.label} [{difference.measure}] is the same")


@pytest.mark.parametrize(("kind", "ranks"), [("questions", [1, 7, None, 2]), ("open", [3, 1, 25, None])])
def test_retrieval_is_compared_as_the_figures_of_its_kind_count_it(kind: Kind, ranks: list[int | None]) -> None:
    rows = [
        *(asked(f"q{n}", 50.0, *pair) for n, pair in enumerate([(1, 3), (7, 1), (None, 25), (2, None)])),
        asked("unanswerable", None, None),
    ]
    found = compare(evaluation(kind, rows), evaluation(kind, rows))
    expected = recall_and_mrr(ranks)
    assert set(expected) == {"recall@1", "recall@5", "recall@20", "mrr"}
    assert {name: measured(found, name).new for name in expected} == pytest.approx(expected)
    assert measured(found, "mrr").questions == 4


def test_citations_are_compared_where_both_runs_answered() -> None:
    old = [replace(asked(f"q{n}", 90.0, 1), cited_article=True, supported=n < 2) for n in range(4)]
    new = [replace(row, supported=True) for row in old[:3]] + [replace(old[3], supported=None, cited_article=None)]
    found = compare(evaluation("questions", new), evaluation("questions", old))
    supported, cited = measured(found, "supported"), measured(found, "cited_article")
    assert (supported.questions, supported.old, supported.new) == (3, pytest.approx(2 / 3), 1)
    assert (cited.questions, cited.verdict) == (3, "the same for every question")


def test_where_only_the_article_is_known_no_passage_is_looked_for() -> None:
    rows = [asked("a", 50.0, 1), replace(asked("b", 50.0, None, 1), em=None, f1=None)]
    found = measured(compare(evaluation("questions", rows), evaluation("questions", rows)), "recall@5")
    assert (found.questions, found.new) == (1, 1)


def test_rewrites_are_compared_by_sums_of_words() -> None:
    new = [rewrite("a", 4, 2, 2, em=100, rank=2), rewrite("b", 1, 3, 1), rewrite("c", 0, 5, 0)]
    old = [rewrite("a", 4, 4, 1, rank=9), rewrite("b", 1, 0, 0), rewrite("c", 0, 0, 0, em=100)]
    found = compare(evaluation("conversation", new), evaluation("conversation", old))
    values = {difference.measure: (difference.new, difference.old) for difference in found.differences}
    assert values["recall"] == pytest.approx((3 / 5, 1 / 5))
    # The five words that "c" did not need count too.
    assert values["precision"] == pytest.approx((3 / 10, 1 / 4))
    assert (measured(found, "recall").questions, measured(found, "precision").questions) == (2, 3)
    assert values["recall@5"] == (1, 0)
    assert values["mrr"] == pytest.approx((1 / 2, 1 / 9))
    assert values["em"] == pytest.approx((100 / 3, 100 / 3))
    assert (found.gained, found.lost) == (("a",), ("c",))


def test_rewrites_that_add_nothing_and_runs_without_an_index_leave_measures_out() -> None:
    silent = evaluation("conversation", [rewrite(f"r{n}", 2, 0, 0) for n in range(24)])
    assert [difference.measure for difference in compare(silent, silent).differences] == ["em", "recall"]


def test_a_sum_that_few_questions_carry_gets_no_verdict() -> None:
    silent = [rewrite(f"r{n}", 2, 0, 0) for n in range(40)]
    old = [rewrite(f"r{n}", 2, 2, 0) for n in range(19)] + silent[19:]
    new = [rewrite(f"r{n}", 2, 2, 2) for n in range(19)] + silent[19:]
    found = compare(evaluation("conversation", new), evaluation("conversation", old))
    assert (measured(found, "precision").difference, measured(found, "precision").low) == (1, None)
    assert measured(found, "precision").verdict == "too few questions to tell"
    assert measured(found, "recall").verdict == "better"


def needless(words: int) -> Evaluation[Any]:
    """Every second question needs two words and gets them; the others need none and get so many."""
    rows = [rewrite(f"r{n}", 2, 2, 2) if n % 2 else rewrite(f"r{n}", 0, words, 0) for n in range(60)]
    return evaluation("conversation", rows)


def test_needless_words_make_precision_worse() -> None:
    found = measured(compare(needless(2), needless(0)), "precision")
    assert (found.old, found.new, found.verdict) == (1, 0.5, "worse")
    assert measured(compare(needless(2), needless(0)), "recall").verdict == "the same for every question"


def test_pages_are_gained_and_lost_by_f1() -> None:
    new = evaluation("cleaning", [page("a", 90.0), page("b", 80.0), page("c", 70.0)])
    old = evaluation("cleaning", [page("a", 91.0), page("b", 80.0), page("c", 60.0)])
    found = compare(new, old)
    assert (found.gained, found.lost) == (("c",), ("a",))
    assert [difference.measure for difference in found.differences] == ["f1", "precision", "recall"]
    assert measured(found, "recall").new == pytest.approx(0.4)


def test_gained_and_lost_are_by_what_is_right_at_the_threshold() -> None:
    new = [
        read("a", 60.0),
        read("b", 20.0),
        read("c", 90.0),
        read("d", None, answered=False),
        read("e", 70.0, right=None),
    ]
    old = [read("a", 40.0), read("b", 55.0), read("c", 80.0), read("d", None), read("e", 10.0)]
    found = compare(evaluation("reading", new), evaluation("reading", old))
    assert (found.gained, found.lost) == (("a", "d"), ("b",))


def test_only_shared_questions_are_compared_and_the_others_named() -> None:
    new = evaluation("reading", [read("a", 100.0), read("b", 100.0), read("c", 0.0)], data_digest="e", data="new.json")
    old = evaluation("reading", [read("b", 0.0), read("a", 100.0), read("z", 0.0)])
    found = compare(new, old)
    assert (found.shared, found.only_new, found.only_old) == (2, ("c",), ("z",))
    assert (measured(found, "f1").new, measured(found, "f1").old) == (100, 50)
    assert found.warnings == (
        "The data differ: 'new.json' now, 'set.jsonl' before; their bytes differ.",
        "Only questions with the same words and gold answers in both runs are compared: 2."
        " Only in the new run: 1; only in the old one: 1.",
    )


@pytest.mark.parametrize("change", [{"question": "another?"}, {"gold": ("other",)}, {"answerable": False}])
def test_one_id_with_another_question_or_gold_is_not_compared(change: dict[str, Any]) -> None:
    new = evaluation("reading", [read("a", 100.0), read("b", 100.0)])
    old = evaluation("reading", [read("a", 100.0), read("b", 0.0, **change)])
    found = compare(new, old)
    assert (found.shared, found.only_new, found.only_old, found.gained) == (1, ("b",), ("b",), ())


def test_follow_ups_of_another_history_and_pages_of_another_body_are_not_compared() -> None:
    new = [rewrite("a", 2, 2, 1), replace(rewrite("b", 2, 2, 1), history=("Who?", "Ada"))]
    old = [rewrite("a", 2, 2, 1), rewrite("b", 2, 2, 1)]
    assert compare(evaluation("conversation", new), evaluation("conversation", old)).only_new == ("b",)
    pages = [page("a", 50.0), page("b", 50.0)]
    longer = [page("a", 50.0), replace(page("b", 50.0), gold_words=99)]
    assert compare(evaluation("cleaning", longer), evaluation("cleaning", pages)).only_old == ("b",)


def test_forced_em_and_f1_are_of_answerable_questions_alone() -> None:
    rows = [read("a", 100.0), replace(read("b", None), em=0.0, f1=0.0)]
    found = compare(evaluation("reading", rows), evaluation("reading", rows))
    assert (measured(found, "em").new, measured(found, "f1").new) == (100, 100)


def test_other_models_settings_and_partial_runs_are_named() -> None:
    new = reading([10.0], reader="reader-b", settings={"min_confidence": 0.3, "candidates": 50})
    old = reading([10.0], embedder="embedder-a", problems=(Problem("set.jsonl:2", None, "It is broken."),))
    assert compare(new, old).warnings == (
        "The old run is partial: 1 question could not be scored.",
        "Different reader: reader-b now, reader-a before.",
        "Different embedder: none now, embedder-a before.",
        "Different setting candidates: 50 now, None before.",
        "Different setting min_confidence: 0.3 now, 0.5 before.",
    )


def test_what_cannot_be_compared_is_an_error() -> None:
    with pytest.raises(DatasetError, match=r"evaluates cleaning, the old one reading.*same command"):
        compare(evaluation("cleaning", [page("a", 50.0)]), reading([50.0]))
    with pytest.raises(DatasetError, match="no question in common"):
        compare(reading([50.0]), evaluation("reading", [read("other", 50.0)]))
    with pytest.raises(DatasetError, match="no question in common"):
        compare(reading([]), reading([]))
    twice = evaluation("reading", [read("a", 50.0), read("a", 60.0)])
    with pytest.raises(DatasetError, match="old run has 2 rows with the id 'a'"):
        compare(reading([50.0]), twice)
