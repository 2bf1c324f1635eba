"""What went wrong, told in the data's own terms."""

from __future__ import annotations

from dataclasses import replace

from assistant.evaluation.misses import Miss, misses
from assistant.evaluation.results import AnswerRow, Evaluation
from tests.evaluation.made import asked, reading


def only_miss(evaluation: Evaluation[AnswerRow], row: AnswerRow) -> Miss:
    (miss,) = misses(replace(evaluation, rows=(row,)))
    return miss


def test_a_gold_without_text_is_an_article_or_a_location_that_is_not_indexed() -> None:
    row = replace(asked(1).rows[0], gold=())
    assert dict(only_miss(asked(1), replace(row, f1=None)).notes)["Gold"] == "an article alone, no text"
    assert dict(only_miss(asked(1), replace(row, f1=0.0)).notes)["Gold"] == "a location in a file that is not indexed"
    assert "Gold" not in dict(only_miss(asked(1), asked(1).rows[0]).notes)


def test_gold_answers_that_are_alternatives_stand_one_by_one() -> None:
    miss = only_miss(reading(1), replace(reading(1).rows[0], gold=("a fire", "floods", "a fire")))
    assert miss.gold == ("a fire", "floods")
    assert "Scored as a set" not in dict(miss.notes)


def test_a_set_of_spans_is_one_answer() -> None:
    row = replace(reading(2).rows[1], gold=("a fire", "floods"), multi_span=True, predicted_spans=("floods",))
    miss = only_miss(reading(2), row)
    assert (miss.gold, miss.predicted) == (("a fire | floods",), "floods")
    assert dict(miss.notes)["Scored as a set"] == "2 spans wanted, 1 span found"
    unanswerable = replace(row, gold=(), answerable=False, f1=None, em=None)
    assert only_miss(reading(2), unanswerable).gold == ()
