"""Comparing two runs: what differs, whether it can be chance, and what must not be compared."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.errors import DatasetError
from assistant.evaluation.compare import Comparison, Difference, compare
from assistant.evaluation.measures import answer_figures, recall_and_mrr
from assistant.evaluation.results import (
    AskedRow,
    CleaningRow,
    Evaluation,
    Kind,
    Problem,
    Provenance,
    ReadingRow,
    RewriteRow,
    Row,
)


def evaluation(kind: Kind, rows: Sequence[Row], **changes: Any) -> Evaluation[Any]:
    provenance = Provenance(
        kind=kind,
        date="2026-01-01T00:00:00+00:00",
        version="1",
        commit=None,
        code="c",
        data="set.jsonl",
        data_digest="d",
        limit=None,
        sample=None,
        reader="reader-a",
        embedder=None,
        index=None,
        machine={},
        libraries={},
    )
    settings = changes.pop("settings", {"min_confidence": 0.5})
    problems = changes.pop("problems", ())
    return Evaluation({}, settings, replace(provenance, **changes), tuple(rows), problems)


def read(name: str, f1: float | None, *, answered: bool = True, **changes: Any) -> ReadingRow:
    """An answerable question with that F1; None: an unanswerable one."""
    answerable = f1 is not None
    decided = (f1 if answered else 0.0) if answerable else 100.0 * (not answered)
    values: dict[str, Any] = {
        "id": name,
        "seconds": 1.0,
        "em": None if f1 is None else 100.0 * (f1 == 100),
        "f1": f1,
        "question": f"{name}?",
        "gold": ("gold",) if answerable else (),
        "answerable": answerable,
        "predicted": "text",
        "confidence": 0.7,
        "answered": answered,
        "em_at_threshold": 100.0 * (decided == 100),
        "f1_at_threshold": decided,
        "right": decided >= 50,
    }
    return ReadingRow(**{**values, **changes})


def asked(name: str, f1: float | None, rank: int | None, article_rank: int | None = None) -> AskedRow:
    base = read(name, f1)
    values = {field: getattr(base, field) for field in AskedRow.__dataclass_fields__ if hasattr(base, field)}
    return AskedRow(
        **values,
        standalone_question=base.question,
        follow_up=False,
        rank=rank,
        article_rank=article_rank,
        cited_article=None,
        supported=None,
        quotes_exact=0,
        quotes=0,
    )


def rewrite(
    name: str, added: int, predicted: int, common: int, *, em: float = 0.0, rank: int | None = None
) -> RewriteRow:
    return RewriteRow(
        id=name,
        seconds=1.0,
        em=em,
        f1=None,
        question="why?",
        gold=("why so?",),
        predicted="why so?",
        added=added,
        added_predicted=predicted,
        added_common=common,
        searched=rank is not None,
        rank=rank,
    )


def page(name: str, f1: float) -> CleaningRow:
    return CleaningRow(id=name, seconds=1.0, em=None, f1=f1, precision=f1 / 100, recall=f1 / 200, kept=10, gold_words=9)


def reading(f1s: Sequence[float | None], **changes: Any) -> Evaluation[Any]:
    return evaluation("reading", [read(f"q{place}", f1) for place, f1 in enumerate(f1s)], **changes)


def measured(comparison: Comparison, name: str) -> Difference:
    return next(difference for difference in comparison.differences if difference.measure == name)


def test_a_clear_gain_is_significantly_better_and_its_mirror_worse() -> None:
    old, new = reading([40.0, 0.0, 100.0, 60.0] * 20), reading([80.0, 30.0, 100.0, 100.0] * 20)
    gain, loss = measured(compare(new, old), "f1"), measured(compare(old, new), "f1")
    assert (gain.old, gain.new, gain.difference) == pytest.approx((50, 77.5, 27.5))
    assert gain.low is not None and gain.high is not None
    assert 0 < gain.low < 27.5 < gain.high
    assert (gain.verdict, loss.verdict) == ("better", "worse")
    assert (loss.low, loss.high) == pytest.approx((-gain.high, -gain.low))
    assert gain.sentence.startswith("f1 is significantly better: 77.50 against 50.00, +27.50 (95 % interval +")
    assert gain.sentence.endswith("80 questions).")
    assert loss.sentence.startswith("f1 is significantly worse: 50.00 against 77.50, -27.50 (95 % interval -")


def test_ups_and_downs_are_no_significant_difference() -> None:
    found = measured(compare(reading([60.0, 40.0] * 20), reading([40.0, 60.0] * 19 + [40.0, 50.0])), "f1")
    assert found.difference == pytest.approx(10 / 40)
    assert found.low is not None and found.high is not None
    assert found.low < 0 < found.high
    assert found.verdict == "no significant difference"
    assert found.sentence.startswith("f1 shows no significant difference: 50.00 against 49.75, +0.25 (")


def test_the_interval_is_that_of_resampled_questions() -> None:
    generator = random.Random(1)
    old = [generator.uniform(0, 90) for _ in range(60)]
    new = [f1 + generator.uniform(-8, 10) for f1 in old]
    found = measured(compare(reading(new), reading(old)), "f1")
    differences = [after - before for after, before in zip(new, old, strict=True)]
    means = sorted(sum(generator.choices(differences, k=60)) / 60 for _ in range(20_000))
    assert (found.low, found.high) == pytest.approx((means[500], means[19_500]), abs=0.15)


@pytest.mark.parametrize(("change", "verdict"), [(0.0, "no significant difference"), (5.0, "better"), (-5.0, "worse")])
def test_a_difference_that_is_always_the_same_has_an_interval_without_width(change: float, verdict: str) -> None:
    found = measured(compare(reading([50.0 + change] * 24), reading([50.0] * 24)), "f1")
    assert (found.low, found.high, found.verdict) == (pytest.approx(change), pytest.approx(change), verdict)


def test_rounding_is_no_difference() -> None:
    found = compare(reading([200 / 3] * 24), reading([66.66666666666666] * 24))
    assert measured(found, "f1").verdict == "no significant difference"
    pages, rounded = (evaluation("cleaning", [page("p", f1)]) for f1 in (70.0, 70.00000000000001))
    assert compare(pages, rounded).lost == compare(rounded, pages).gained == ()


def test_a_few_questions_get_no_verdict() -> None:
    found = measured(compare(reading([100.0] * 19), reading([0.0] * 19)), "f1")
    assert (found.low, found.high, found.verdict) == (None, None, "too few questions to tell")
    assert "19 questions are too few to tell" in found.sentence
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
    assert all(
        difference.verdict in ("no significant difference", "too few questions to tell")
        for difference in found.differences
    )
    assert (found.gained, found.lost, found.only_new, found.only_old, found.warnings) == ((), (), (), (), ())
    assert found.shared == len(f1s)


def test_measures_are_the_figures_of_the_runs() -> None:
    rows = [
        read("a", 100.0),
        read("b", 40.0),
        read("c", 80.0, answered=False),
        read("d", None),
        read("e", None, answered=False),
    ]
    found = compare(evaluation("reading", rows), evaluation("reading", rows))
    figures = answer_figures(rows, 0.5)
    names = ["em", "f1", "em_at_threshold", "f1_at_threshold"]
    assert [difference.measure for difference in found.differences] == [*names, "right"]
    assert {name: measured(found, name).new for name in names} == pytest.approx({name: figures[name] for name in names})
    assert measured(found, "right").new == pytest.approx(2 / 5)
    assert measured(found, "right").questions == 5
    assert measured(found, "em").questions == 3
    assert [difference.percent for difference in found.differences] == [True] * 4 + [False]


@pytest.mark.parametrize(("kind", "ranks"), [("questions", [1, 7, None, 2]), ("open", [3, 1, 5, None])])
def test_retrieval_is_compared_as_the_figures_of_its_kind_count_it(kind: Kind, ranks: list[int | None]) -> None:
    rows = [
        *(asked(f"q{n}", 50.0, *pair) for n, pair in enumerate([(1, 3), (7, 1), (None, 5), (2, None)])),
        asked("unanswerable", None, None),
    ]
    found = compare(evaluation(kind, rows), evaluation(kind, rows))
    expected = recall_and_mrr(ranks)
    assert {name: measured(found, name).new for name in ("recall@5", "mrr")} == pytest.approx(
        {name: expected[name] for name in ("recall@5", "mrr")}
    )
    assert measured(found, "mrr").questions == 4


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
    assert values["precision"] == pytest.approx((3 / 5, 1 / 4))
    assert measured(found, "recall").questions == measured(found, "precision").questions == 2
    assert values["recall@5"] == (1, 0)
    assert values["mrr"] == pytest.approx((1 / 2, 1 / 9))
    assert values["em"] == pytest.approx((100 / 3, 100 / 3))
    assert (found.gained, found.lost) == (("a",), ("c",))


def test_rewrites_that_add_nothing_and_runs_without_an_index_leave_measures_out() -> None:
    silent = evaluation("conversation", [rewrite(f"r{n}", 2, 0, 0) for n in range(24)])
    assert [difference.measure for difference in compare(silent, silent).differences] == ["em", "recall"]


def test_a_sum_that_few_questions_carry_still_has_an_interval() -> None:
    rows = [rewrite("r0", 2, 2, 1), *(rewrite(f"r{n}", 2, 0, 0) for n in range(1, 24))]
    found = measured(compare(evaluation("conversation", rows), evaluation("conversation", rows)), "precision")
    assert (found.low, found.high) == (0, 0)


def test_pages_are_gained_and_lost_by_f1() -> None:
    new = evaluation("cleaning", [page("a", 90.0), page("b", 80.0), page("c", 70.0)])
    old = evaluation("cleaning", [page("a", 91.0), page("b", 80.0), page("c", 60.0)])
    found = compare(new, old)
    assert (found.gained, found.lost) == (("c",), ("a",))
    assert [difference.measure for difference in found.differences] == ["precision", "recall", "f1"]
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
        "The data differ: 'new.json' now, 'set.jsonl' before, not the same bytes.",
        "Compared are the 2 questions that both runs have with the same words and gold answers;"
        " alone in the new run: 1, in the old one: 1.",
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
        "The old run is partial: 1 of its questions could not be scored.",
        "Another reader: reader-b now, reader-a before.",
        "Another embedder: none now, embedder-a before.",
        "Another setting candidates: 50 now, None before.",
        "Another setting min_confidence: 0.3 now, 0.5 before.",
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
