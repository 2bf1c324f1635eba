"""Reading question sets with a reader that answers by script: scores, decisions at the threshold, and stages."""

from __future__ import annotations

import gzip
import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assistant.errors import DatasetError, QuestionError
from assistant.evaluation.reading import evaluate_reading
from assistant.evaluation.results import Evaluation, ReadingRow, load_evaluation
from assistant.evaluation.run import RunOptions
from assistant.reading.parts import parts
from assistant.records import AnswerSpan
from assistant.settings import Settings

CONTEXT = "The plan was dropped. Ann Lee met the envoys in Oslo on Monday. Bob stayed in the old town.\n\nNothing else."
#: Answers are given from here on.
THRESHOLD = 0.5


class ScriptedReader:
    """Finds the texts that its script has for a question, as sure as it says; THRESHOLD is the shipped threshold."""

    fingerprint = "scripted"

    def __init__(self, script: Mapping[str, Sequence[tuple[str, float]]]) -> None:
        self.script = script
        self.asked: list[str] = []

    def read(
        self, question: str, texts: Sequence[str], *, max_spans: int = 20, max_answer_tokens: int = 30
    ) -> list[AnswerSpan]:
        self.asked.append(question)
        if len(question) > 100:
            raise QuestionError("The question is too long.", "Ask a shorter one.")
        return [
            AnswerSpan(text, 0, texts[0].index(text), texts[0].index(text) + len(text), _logit(confidence), 0.0)
            for text, confidence in self.script.get(question, ())
        ]

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return [len(text.split()) for text in texts]


def _logit(confidence: float) -> float:
    """The margin that stands for this confidence, kept finite."""
    inside = min(max(confidence, 1e-9), 1 - 1e-9)
    return 2 * math.log(inside / (1 - inside))


def line(name: str, *golds: str, question: str | None = None, **more: Any) -> dict[str, Any]:
    answers = [{"text": gold, "start": CONTEXT.index(gold)} for gold in golds]
    return {"id": name, "question": question or f"{name}?", "context": CONTEXT, "answers": answers, **more}


def evaluated(
    tmp_path: Path, lines: Sequence[Mapping[str, Any]], script: Mapping[str, Sequence[tuple[str, float]]], **more: Any
) -> Evaluation[ReadingRow]:
    path = tmp_path / "data.jsonl"
    path.write_text("".join(json.dumps(item) + "\n" for item in lines), encoding="utf-8")
    more = {"settings": Settings(), "reader": ScriptedReader(script), **more}
    return evaluate_reading(path, **more)


def only_row(tmp_path: Path, item: Mapping[str, Any], *spans: tuple[str, float], **more: Any) -> ReadingRow:
    (row,) = evaluated(tmp_path, [item], {item["question"]: spans}, **more).rows
    return row


def test_the_surest_span_is_the_answer(tmp_path: Path) -> None:
    row = only_row(tmp_path, line("who", "Ann Lee", "Bob"), ("Ann Lee", 0.9), ("Bob", 0.2))
    assert (row.id, row.gold, row.predicted, row.confidence) == ("who", ("Ann Lee", "Bob"), "Ann Lee", 0.9)
    assert (row.em, row.f1, row.em_at_threshold, row.f1_at_threshold) == (100, 100, 100, 100)
    assert row.answerable and row.answered and row.right
    assert (row.stage_lost, row.lost_because, row.quote, row.gold_excerpt) == (None, None, None, None)


def test_articles_and_punctuation_do_not_count_and_the_best_gold_does(tmp_path: Path) -> None:
    row = only_row(tmp_path, line("what", "Monday", "old town"), ("the old town.", 0.9))
    assert (row.em, row.f1, row.stage_lost) == (100, 100, None)


@pytest.mark.parametrize(("confidence", "answered"), [(0.5, True), (0.49, False)])
def test_an_answer_is_given_from_the_threshold_on(tmp_path: Path, confidence: float, answered: bool) -> None:
    row = only_row(tmp_path, line("who", "Ann Lee"), ("Ann Lee", confidence))
    assert row.answered is row.right is answered
    assert row.em_at_threshold == row.f1_at_threshold == (100 if answered else 0)
    assert (row.em, row.f1) == (100, 100)


def test_the_setting_stands_before_the_readers_own_threshold(tmp_path: Path) -> None:
    evaluation = evaluated(
        tmp_path, [line("who", "Ann Lee")], {"who?": [("Ann Lee", 0.3)]}, settings=Settings(min_confidence=0.25)
    )
    assert evaluation.figures["threshold"] == 0.25
    assert evaluation.rows[0].answered


def test_without_gold_a_refusal_is_right(tmp_path: Path) -> None:
    row = only_row(tmp_path, line("none"), ("Bob", 0.2))
    assert (row.em, row.f1, row.em_at_threshold, row.f1_at_threshold) == (None, None, 100, 100)
    assert not row.answerable and row.right and row.stage_lost is None


def test_without_gold_an_answer_is_lost_as_wrongly_answered(tmp_path: Path) -> None:
    row = only_row(tmp_path, line("none"), ("Bob", 0.7))
    assert (row.em_at_threshold, row.f1_at_threshold, row.right) == (0, 0, False)
    assert row.stage_lost == "wrongly_answered"
    assert row.lost_because == "'Bob' at 0.70; answers are given from 0.50"
    assert row.gold_excerpt is None


def test_nothing_found_at_all(tmp_path: Path) -> None:
    row = only_row(tmp_path, line("who", "the"))
    assert (row.predicted, row.confidence, row.em, row.f1, row.answered) == (None, 0, 0, 0, False)
    assert (row.stage_lost, row.lost_because) == ("out_scored", "no span was found")
    assert only_row(tmp_path, line("none")).right


def test_a_right_span_that_is_not_sure_enough_is_wrongly_refused(tmp_path: Path) -> None:
    row = only_row(tmp_path, line("where", "Oslo"), ("in Oslo", 0.4))
    assert (row.stage_lost, row.right) == ("wrongly_refused", False)
    assert row.lost_because == "'in Oslo' at 0.40; answers are given from 0.50"


def test_a_refused_span_with_few_of_the_right_words_would_have_been_no_right_answer(tmp_path: Path) -> None:
    row = only_row(tmp_path, line("where", "Oslo"), ("in Oslo on Monday", 0.4))
    assert (row.f1, row.stage_lost, row.right) == (40, "wrong_boundaries", False)
    assert row.lost_because == (
        "'in Oslo on Monday' for 'Oslo'; refused too, 'in Oslo on Monday' at 0.40; answers are given from 0.50"
    )


def test_the_right_place_with_other_words_is_a_matter_of_boundaries(tmp_path: Path) -> None:
    row = only_row(tmp_path, line("where", "Bob", "Oslo"), ("met the envoys in Oslo on Monday", 0.8))
    assert (row.stage_lost, row.right) == ("wrong_boundaries", False)
    assert row.lost_because == "'met the envoys in Oslo on Monday' for 'Oslo'"


def test_of_several_golds_at_the_place_the_closest_in_words_is_named(tmp_path: Path) -> None:
    row = only_row(tmp_path, line("where", CONTEXT.partition(" Bob")[0], "Oslo", "Bob"), ("in Oslo", 0.8))
    assert row.lost_because == "'in Oslo' for 'Oslo'"


def test_half_the_words_are_right_yet_not_exact(tmp_path: Path) -> None:
    row = only_row(tmp_path, line("who", "Ann Lee"), ("Ann", 0.8))
    assert (row.em, row.right, row.stage_lost) == (0, True, "wrong_boundaries")
    assert row.f1 == pytest.approx(200 / 3)


@pytest.mark.parametrize("confidence", [0.8, 0.3])
def test_half_the_words_from_another_place_are_another_answer(tmp_path: Path, confidence: float) -> None:
    context = "The Ming dynasty built the wall. The Song dynasty built the ship."
    golds = [{"text": "Song dynasty", "start": context.index("Song")}]
    item = {**line("ship"), "context": context, "answers": golds}
    row = only_row(tmp_path, item, ("Ming dynasty", confidence), ("the ship", 0.1))
    assert (row.f1, row.stage_lost) == (50, "out_scored")
    assert row.lost_because == f"'Ming dynasty' at {confidence:.2f}; the gold answer was not among the spans"
    again = {**item, "context": f"{context} Said the Song dynasty."}
    same_words = only_row(tmp_path, again, ("Song", 0.8), ("dynasty.", 0.1))
    assert same_words.stage_lost == "wrong_boundaries"


@pytest.mark.parametrize("confidence", [0.8, 0.3])
def test_another_place_out_scores_the_gold_answer_given_or_not(tmp_path: Path, confidence: float) -> None:
    row = only_row(tmp_path, line("who", "Ann Lee"), ("Bob", confidence), ("Oslo", 0.2), ("Lee", 0.12))
    assert row.stage_lost == "out_scored"
    assert row.lost_because == f"'Bob' at {confidence:.2f}; the gold answer's best span, 'Lee', at 0.12"


def test_a_gold_answer_that_no_span_came_near(tmp_path: Path) -> None:
    row = only_row(tmp_path, line("who", "Ann Lee"), ("Bob", 0.8), ("Oslo", 0.2))
    assert row.lost_because == "'Bob' at 0.80; the gold answer was not among the spans"


def test_a_miss_shows_the_cited_sentence_and_the_text_around_the_gold(tmp_path: Path) -> None:
    row = only_row(tmp_path, line("who", "Ann Lee"), ("Bob", 0.8))
    assert row.quote is not None and row.gold_excerpt is not None
    assert row.quote.text == "Bob stayed in the old town."
    assert row.quote.text[row.quote.start : row.quote.end] == "Bob"
    assert (
        row.gold_excerpt.text
        == "The plan was dropped. Ann Lee met the envoys in Oslo on Monday. Bob stayed in the old town."
    )
    assert row.gold_excerpt.text[row.gold_excerpt.start : row.gold_excerpt.end] == "Ann Lee"
    assert row.gold_excerpt.where == row.quote.where == "data.jsonl:1"


@pytest.mark.parametrize("gold", ["Monday. Bob", "town.\n\nNothing", " else. "])
def test_a_gold_answer_across_or_beside_sentences_is_marked_whole(tmp_path: Path, gold: str) -> None:
    context = f"{CONTEXT} Quite. "
    item = {**line("odd"), "context": context, "answers": [{"text": gold, "start": context.rindex(gold)}]}
    excerpt = only_row(tmp_path, item, ("Bob", 0.1)).gold_excerpt
    assert excerpt is not None
    assert excerpt.text[excerpt.start : excerpt.end] == gold


def test_excerpts_of_endless_sentences_are_cut(tmp_path: Path) -> None:
    context = "so " * 1000 + "Bob then Ann" + " so" * 1000
    item = {**line("long"), "context": context, "answers": [{"text": "Ann", "start": context.index("Ann")}]}
    row = only_row(tmp_path, item, ("Bob", 0.9))
    for excerpt, marked in ((row.quote, "Bob"), (row.gold_excerpt, "Ann")):
        assert excerpt is not None and len(excerpt.text) < 1100
        assert excerpt.text[excerpt.start : excerpt.end] == marked


@st.composite
def read_contexts(draw: st.DrawFn) -> tuple[str, tuple[int, int], list[tuple[int, int, float]]]:
    """A context, the offsets of its gold answer and the reader's spans, none of them blank."""
    context = draw(st.text("ab .\nÉ😀", min_size=1, max_size=40)) + "x"
    offsets = st.tuples(st.integers(0, len(context)), st.integers(0, len(context))).map(sorted)
    visible = offsets.filter(lambda span: context[span[0] : span[1]].strip()).map(tuple)
    worded = visible.filter(lambda span: any(map(str.isalnum, context[span[0] : span[1]])))
    spans = draw(st.lists(st.tuples(visible, st.floats(0, 1)), max_size=3))
    return context, draw(worded), sorted(((*span, sure) for span, sure in spans), key=lambda span: -span[2])


class OffsetReader(ScriptedReader):
    """Finds the spans at the offsets that its script has for a context."""

    def __init__(self, offsets: Mapping[str, Sequence[tuple[int, int, float]]]) -> None:
        super().__init__({})
        self.offsets = offsets

    def read(
        self, question: str, texts: Sequence[str], *, max_spans: int = 20, max_answer_tokens: int = 30
    ) -> list[AnswerSpan]:
        found = self.offsets[texts[0]]
        return [AnswerSpan(texts[0][start:end], 0, start, end, _logit(sure), 0.0) for start, end, sure in found]


@given(read_contexts())
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_was_read_a_stage_is_named_exactly_when_the_outcome_is_not_exact(
    tmp_path: Path, drawn: tuple[str, tuple[int, int], list[tuple[int, int, float]]]
) -> None:
    context, (start, end), spans = drawn
    gold = context[start:end]
    item = {**line("any"), "context": context, "answers": [{"text": gold, "start": start}]}
    (row,) = evaluated(tmp_path, [item], {}, reader=OffsetReader({context: spans})).rows
    assert row.answered == bool(spans and spans[0][2] >= THRESHOLD)
    assert (row.stage_lost is None) == (row.answered and row.em == 100) == (row.em_at_threshold == 100)
    assert (row.lost_because is None) == (row.gold_excerpt is None) == (row.stage_lost is None)
    marked = {"quote": row.quote, "gold": row.gold_excerpt}
    texts = {name: excerpt.text[excerpt.start : excerpt.end] for name, excerpt in marked.items() if excerpt}
    assert texts.get("quote", row.predicted) == row.predicted
    assert texts.get("gold", gold) == gold


#: Bob and Ann Lee are near enough to be parts of one answer, Oslo is not.
SPANS = [("Bob", 0.9), ("Ann Lee", 0.85), ("Oslo", 0.3)]


def test_sets_of_spans_are_scored_as_sets(tmp_path: Path) -> None:
    item = line("all", "Ann Lee", "Bob", multi_span=True)
    both = only_row(tmp_path, item, *SPANS)
    assert (both.predicted, both.predicted_spans) == ("Bob", ("Ann Lee", "Bob"))
    assert (both.em, both.f1, both.stage_lost) == (100, 100, None)
    one = only_row(tmp_path, item, ("Bob", 0.9), ("Ann Lee", 0.4))
    assert (one.predicted_spans, one.em, one.f1, one.right) == (("Bob",), 0, 50, True)
    assert (one.stage_lost, one.lost_because) == ("wrong_boundaries", "'Bob' for 'Ann Lee', 'Bob'")


def test_of_a_set_exactly_the_parts_of_a_list_answer_are_predicted(tmp_path: Path) -> None:
    item = line("all", "Ann Lee", "Bob", multi_span=True)
    row = only_row(tmp_path, item, *SPANS)
    spans = ScriptedReader({"all?": SPANS}).read("all?", [CONTEXT])
    assert row.predicted_spans == tuple(span.text for span in parts(spans, [CONTEXT]))


@pytest.mark.parametrize(("least", "answered"), [(0.95, False), (0.85, True), (None, True), (0.2, True)])
def test_the_surest_span_decides_whether_a_set_is_given_and_the_set_stays_as_it_is(
    tmp_path: Path, least: float | None, answered: bool
) -> None:
    item = line("all", "Ann Lee", "Bob", source="ester-Causal")
    row = only_row(tmp_path, item, *SPANS, settings=Settings(min_confidence=least))
    assert row.multi_span
    assert (row.predicted_spans, row.em, row.f1) == (("Ann Lee", "Bob"), 100, 100)
    assert (row.answered, row.f1_at_threshold) == (answered, 100.0 * answered)
    assert row.stage_lost == (None if answered else "wrongly_refused")


def test_the_gold_answer_that_is_shown_for_a_set_is_the_one_near_the_surest_span(tmp_path: Path) -> None:
    row = only_row(tmp_path, line("all", "Ann Lee", "Bob", "envoys", multi_span=True), *SPANS)
    assert row.gold_excerpt is not None
    shown = row.gold_excerpt
    assert shown.text[shown.start : shown.end] == "Bob"


def test_no_confidence_is_that_of_a_whole_set(tmp_path: Path) -> None:
    lines = [line("all", "Ann Lee", "Bob", multi_span=True), line("none", multi_span=True)]
    evaluation = evaluated(tmp_path, lines, {"all?": SPANS, "none?": [("Bob", 0.1)]})
    assert evaluation.figures["f1_at_threshold"] == evaluation.figures["auroc"] * 100 == 100
    assert not {"ece", "aurc", "best_threshold", "f1_at_best_threshold"} & evaluation.figures.keys()
    assert not evaluation.curves.reliability and not evaluation.curves.risk_coverage


def test_answering_from_the_best_threshold_on_scores_what_was_foretold(tmp_path: Path) -> None:
    lines = [line("a", "Bob"), line("b", "Ann Lee"), line("c"), line("d", "Oslo"), line("e", "Monday")]
    script = {
        "a?": [("Bob", 0.35)],
        "b?": [("Ann", 0.3), ("Bob", 0.29)],
        "c?": [("Oslo", 0.32)],
        "d?": [("Bob", 0.2), ("Oslo", 0.1)],
    }
    first = evaluated(tmp_path, lines, script)
    best = first.figures["best_threshold"]
    assert best < THRESHOLD and first.figures["f1_at_best_threshold"] > first.figures["f1_at_threshold"]
    again = evaluated(tmp_path, lines, script, settings=Settings(min_confidence=best))
    for score in ("em", "f1"):
        assert again.figures[f"{score}_at_threshold"] == pytest.approx(first.figures[f"{score}_at_best_threshold"])
        assert again.figures[score] == first.figures[score]


def test_other_sets_have_one_answer_however_sure_the_next_span_is(tmp_path: Path) -> None:
    row = only_row(tmp_path, line("who", "Bob"), ("Ann Lee", 0.9), ("Bob", 0.8))
    assert (row.predicted_spans, row.f1, row.stage_lost) == ((), 0, "out_scored")
    assert not row.multi_span


def test_figures_and_stages_of_a_whole_set(tmp_path: Path) -> None:
    lines = [line("exact", "Ann Lee"), line("half", "Ann Lee"), line("missed", "Ann Lee"), line("none"), line("wrong")]
    script = {
        "exact?": [("Ann Lee", 0.9)],
        "half?": [("Ann", 0.8)],
        "missed?": [("Oslo", 0.7)],
        "none?": [("Bob", 0.1)],
        "wrong?": [("Bob", 0.75)],
    }
    evaluation = evaluated(tmp_path, lines, script)
    figures = evaluation.figures
    assert figures["em"] == pytest.approx(100 / 3)
    assert figures["f1"] == pytest.approx((100 + 200 / 3) / 3)
    assert figures["em_at_threshold"] == pytest.approx(200 / 5)
    assert figures["f1_at_threshold"] == pytest.approx((100 + 200 / 3 + 100) / 5)
    assert (figures["answered"], figures["refused_right"], figures["threshold"]) == (0.8, 0.5, 0.5)
    assert figures["auroc"] == pytest.approx(5 / 6)
    assert {stage: count for stage, count in evaluation.stages.items() if count} == {
        "out_scored": 1,
        "wrong_boundaries": 1,
        "wrongly_answered": 1,
    }
    assert evaluation.complete and evaluation.curves.risk_coverage and evaluation.curves.reliability
    assert (evaluation.provenance.kind, evaluation.provenance.reader) == ("reading", "scripted")
    assert evaluation.settings["max_answer_tokens"] == 30


def test_several_sources_have_figures_of_their_own_and_one_has_none(tmp_path: Path) -> None:
    lines = [line("a", "Bob", source="wiki"), line("b", "Bob", source="news"), line("c", "Bob", source="news")]
    script = {"a?": [("Bob", 0.9)], "b?": [("Ann Lee", 0.9)], "c?": [("Bob", 0.1)]}
    figures = evaluated(tmp_path, [*lines, line("d", source="talk")], script).figures
    assert {name: value for name, value in figures.items() if "[" in name} == {
        "em[wiki]": 100,
        "f1[wiki]": 100,
        "em[news]": 50,
        "f1[news]": 50,
    }
    assert not any("[" in name for name in evaluated(tmp_path, lines[1:], script).figures)


def test_what_cannot_be_scored_is_named_and_the_rest_goes_on(tmp_path: Path) -> None:
    misplaced = {**line("misplaced"), "answers": [{"text": "Ann", "start": 0}]}
    lines = [line("good", "Bob"), misplaced, line("long", "Bob", question="Who? " * 50)]
    evaluation = evaluated(tmp_path, lines, {"good?": [("Bob", 0.9)]})
    assert [row.id for row in evaluation.rows] == ["good"]
    assert not evaluation.complete
    assert {problem.id: problem.where.rsplit(":", 1)[1] for problem in evaluation.problems} == {
        "misplaced": "2",
        "long": "3",
    }
    assert evaluation.figures["questions"] == 1


def test_the_form_of_squad_gzipped(tmp_path: Path) -> None:
    asked = [
        {"id": "1", "question": "Who?", "answers": [{"text": "Bob", "answer_start": CONTEXT.index("Bob")}]},
        {"id": "2", "question": "Why?", "answers": [], "is_impossible": True},
    ]
    path = tmp_path / "dev.json.gz"
    document = {"version": "v2.0", "data": [{"title": "t", "paragraphs": [{"context": CONTEXT, "qas": asked}]}]}
    path.write_bytes(gzip.compress(json.dumps(document).encode()))
    reader = ScriptedReader({"Who?": [("Bob", 0.9)], "Why?": [("Oslo", 0.1)]})
    evaluation = evaluate_reading(path, settings=Settings(), reader=reader)
    assert [row.right for row in evaluation.rows] == [True, True]


def test_a_limit_a_sample_and_progress(tmp_path: Path) -> None:
    lines = [line(f"q{number}", "Bob") for number in range(9)]
    told: list[tuple[str, int, int]] = []
    options = RunOptions(limit=2, progress=lambda *state: told.append(state))
    assert [row.id for row in evaluated(tmp_path, lines, {}, options=options).rows] == ["q0", "q1"]
    assert told[-1] == ("score", 2, 2)
    sampled = [evaluated(tmp_path, lines, {}, options=RunOptions(limit=3, sample=7)) for _ in range(2)]
    assert sampled[0].figures.keys() == sampled[1].figures.keys()
    assert [row.id for row in sampled[0].rows] == [row.id for row in sampled[1].rows]
    assert len(sampled[0].rows) == 3
    assert (sampled[0].provenance.limit, sampled[0].provenance.sample) == (3, 7)


def test_of_the_first_questions_only_their_own_problems_count(tmp_path: Path) -> None:
    lines = [{"id": "early"}, line("a", "Bob"), {"id": "between"}, line("b", "Bob"), {"id": "late"}, line("c", "Bob")]

    def problems(**options: int) -> list[str | None]:
        return [problem.id for problem in evaluated(tmp_path, lines, {}, options=RunOptions(**options)).problems]

    assert problems(limit=1) == ["early"]
    assert problems(limit=2) == ["early", "between"]
    assert problems(limit=2, sample=1) == problems() == ["early", "between", "late"]


def test_a_run_goes_on_where_it_was_cut(tmp_path: Path) -> None:
    lines = [line(f"q{number}", "Bob", "Ann Lee") for number in range(4)]
    script = {f"q{number}?": [("Oslo", 0.4), ("Bob", 0.3)] for number in range(4)}
    options = RunOptions(journal=tmp_path / "journal")
    whole = evaluated(tmp_path, lines, script, options=options)
    kept = (tmp_path / "journal").read_bytes().splitlines(keepends=True)
    (tmp_path / "journal").write_bytes(b"".join(kept[:3]) + kept[3][:10])
    reader = ScriptedReader(script)
    again = evaluated(tmp_path, lines, script, options=options, reader=reader)
    assert reader.asked == ["q2?", "q3?"]
    assert again.rows[:2] == whole.rows[:2]
    assert [row.lost_because for row in again.rows] == [row.lost_because for row in whole.rows]


def test_the_result_survives_its_json(tmp_path: Path) -> None:
    evaluation = evaluated(tmp_path, [line("who", "Ann Lee", source="wiki")], {"who?": [("Bob", 0.8)]})
    path = tmp_path / "result.json"
    path.write_text(json.dumps(evaluation.to_dict()), encoding="utf-8")
    assert load_evaluation(path) == evaluation


def test_a_set_with_nothing_usable_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "empty.jsonl").write_text("", encoding="utf-8")
    with pytest.raises(DatasetError, match=r"empty\.jsonl"):
        evaluate_reading(tmp_path / "empty.jsonl", settings=Settings(), reader=ScriptedReader({}))


def test_the_bundled_reader_reads_a_seed_article(tmp_path: Path, seeds: Path) -> None:
    context = (seeds / "000_2a07ebe1bec97343.txt").read_bytes().decode("utf-8")[312:2000]
    gold = {"text": "Kanasugi", "start": context.index("Kanasugi")}
    asked = [("who", "Who will head the team that Japan sends to Singapore?", [gold]), ("cost", "What is a kiwi?", [])]
    lines = [{"id": name, "question": text, "context": context, "answers": golds} for name, text, golds in asked]
    evaluation = evaluated(tmp_path, lines, {}, reader=None)
    assert evaluation.rows[0].right and evaluation.rows[1].right
    assert evaluation.rows[0].confidence > evaluation.rows[1].confidence
