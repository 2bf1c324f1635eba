"""Follow-up questions against human rewrites: words that were added, and what the index then finds."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from assistant import Assistant
from assistant.errors import DatasetError
from assistant.evaluation.conversation import evaluate_conversation
from assistant.evaluation.results import Evaluation, RewriteRow, load_evaluation
from assistant.evaluation.run import RunOptions
from assistant.settings import Settings

HISTORY = ["Who will head the Japanese team?", "Kenji Kanasugi"]
FILE = "000_2a07ebe1bec97343.txt"


def line(name: str, question: str, rewrite: str, history: Sequence[str] = HISTORY, **more: Any) -> dict[str, Any]:
    return {"id": name, "history": list(history), "question": question, "rewrite": rewrite, **more}


#: A pronoun that is resolved as a human would; one whose rewrite says more; one that stands alone.
RESOLVED = line("resolved", "When will he visit Singapore?", "When will Kenji Kanasugi visit Singapore?")
SAYS_MORE = line("more", "When will he visit it?", "When will Kenji Kanasugi visit the city of Singapore?")
ALONE = line("alone", "Who is the president of France?", "Who is the president of France?")


def evaluated(tmp_path: Path, *lines: Mapping[str, Any], **more: Any) -> Evaluation[RewriteRow]:
    path = tmp_path / "rewrites.jsonl"
    path.write_text("".join(json.dumps(item) + "\n" for item in lines), encoding="utf-8")
    return evaluate_conversation(path, **more)


def only_row(tmp_path: Path, item: Mapping[str, Any]) -> RewriteRow:
    (row,) = evaluated(tmp_path, item).rows
    return row


def test_a_question_made_complete_as_a_human_does(tmp_path: Path) -> None:
    row = only_row(tmp_path, RESOLVED)
    assert row.predicted == "When will Kenji Kanasugi visit Singapore?"
    assert (row.id, row.question, row.gold) == ("resolved", RESOLVED["question"], (RESOLVED["rewrite"],))
    assert (row.added, row.added_predicted, row.added_common) == (2, 2, 2)
    assert (row.em, row.f1, row.history) == (100, 100, tuple(HISTORY))
    assert not row.searched and row.rank is None


def test_words_that_the_human_added_and_the_rules_did_not(tmp_path: Path) -> None:
    row = only_row(tmp_path, {**SAYS_MORE, "question": "When will he visit?"})
    assert row.predicted == "When will Kenji Kanasugi visit?"
    assert (row.added, row.added_predicted, row.added_common) == (5, 2, 2)
    assert row.em == 0
    assert row.f1 == pytest.approx(100 * 2 * 2 / (5 + 2))


def test_a_question_that_needs_no_words_has_no_f1(tmp_path: Path) -> None:
    row = only_row(tmp_path, ALONE)
    assert (row.added, row.em, row.f1) == (0, 100, None)


def test_earlier_questions_are_interpreted_in_their_turn(tmp_path: Path) -> None:
    history = [*HISTORY, "Which bureau does he run?", "the Asian bureau"]
    row = only_row(tmp_path, line("chain", "Why?", "Why does Kenji Kanasugi run the Asian bureau?", history))
    assert "Kenji Kanasugi" in row.predicted


def test_history_may_break_off_after_a_question_or_hold_no_answer(tmp_path: Path) -> None:
    open_end = only_row(
        tmp_path, line("open", "And in Canada?", "Who protested in Canada?", ["Who protested in Peru?"])
    )
    unknown = only_row(
        tmp_path, line("open", "And in Canada?", "Who protested in Canada?", ["Who protested in Peru?", ""])
    )
    assert open_end.predicted == unknown.predicted == "Who protested in Canada?"


def test_without_history_a_question_stands_as_it_is(tmp_path: Path) -> None:
    assert only_row(tmp_path, {**RESOLVED, "history": []}).predicted == RESOLVED["question"]


def test_figures_count_added_words_of_all_questions_together(tmp_path: Path) -> None:
    lonely = line("lonely", "When will he leave?", "When will Moon leave?", history=[])
    evaluation = evaluated(tmp_path, RESOLVED, {**SAYS_MORE, "question": "When will he visit?"}, ALONE, lonely)
    figures = evaluation.figures
    # Added by humans: 2 + 5 + 1 words; by the rules: 2 + 2 + 0, all of them right.
    assert figures["recall"] == pytest.approx(4 / 8)
    assert figures["precision"] == pytest.approx(4 / 4)
    assert figures["added_f1"] == pytest.approx(100 * 2 * 4 / (8 + 4))
    assert figures["em"] == pytest.approx(100 * 2 / 4)
    assert (figures["unchanged_right"], figures["questions"]) == (1, 4)
    assert figures["questions_per_second"] > 0
    assert not any(name.startswith(("recall@", "mrr")) for name in figures)


def test_words_added_where_none_were_needed_count_as_wrong(tmp_path: Path) -> None:
    needless = line("needless", "When will he leave?", "When will he leave?")
    evaluation = evaluated(tmp_path, needless, ALONE, RESOLVED)
    figures = evaluation.figures
    assert [row.added_predicted for row in evaluation.rows] == [2, 0, 2]
    assert (figures["unchanged_right"], figures["recall"], figures["precision"]) == (0.5, 1, 2 / 4)
    assert figures["added_f1"] == pytest.approx(100 * 2 * 1 * 0.5 / (1 + 0.5))
    assert figures["em"] == pytest.approx(100 * 2 / 3)
    alone = evaluated(tmp_path, needless).figures
    assert alone["precision"] == 0
    assert not {"recall", "added_f1"} & alone.keys()


def test_what_is_undefined_is_left_out(tmp_path: Path) -> None:
    assert evaluated(tmp_path, ALONE).figures.keys() == {"questions", "em", "unchanged_right", "questions_per_second"}
    lonely = evaluated(tmp_path, line("lonely", "When will he leave?", "When will Moon leave?", history=[])).figures
    assert (lonely["recall"], lonely["added_f1"]) == (0, 0)
    assert "precision" not in lonely and "unchanged_right" not in lonely


def rank_of(query: str, text: str, assistant: Assistant) -> int:
    found = assistant.retrieve(query, 50)
    return next(
        rank
        for rank, item in enumerate(found, start=1)
        if text in item.passage.text and assistant.article(item.passage.article_id).path.endswith(FILE)
    )


def test_rewrites_against_the_index(tmp_path: Path, seed_assistant: Assistant) -> None:
    bare, rewrite = "Which bureau is it that he runs?", "Which bureau does Kenji Kanasugi run in Tokyo?"
    golds = [{"file": FILE, "start": 776, "end": 802, "text": "Asian and Oceanian Affairs"}]
    item = line("bureau", bare, rewrite, answers=golds)
    evaluation = evaluated(tmp_path, item, ALONE, assistant=seed_assistant)
    searched, not_searched = evaluation.rows
    ranks = [rank_of(query, golds[0]["text"], seed_assistant) for query in (searched.predicted, rewrite, bare)]
    assert searched.searched and not not_searched.searched
    assert [searched.rank, searched.rank_of_rewrite, searched.rank_of_bare] == ranks
    for suffix, rank in zip(("", "_rewrite", "_bare"), ranks, strict=True):
        assert evaluation.figures[f"mrr{suffix}"] == pytest.approx(1 / rank)
        for cutoff in (1, 5, 20):
            assert evaluation.figures[f"recall@{cutoff}{suffix}"] == (rank <= cutoff)
    assert evaluation.provenance.index == seed_assistant.fingerprints().index


def test_an_answer_that_the_index_does_not_hold_is_not_found_by_any_form(
    tmp_path: Path, seed_assistant: Assistant
) -> None:
    golds = [{"text": "the Zanzibar leopard"}]
    evaluation = evaluated(tmp_path, {**RESOLVED, "answers": golds}, assistant=seed_assistant)
    (row,) = evaluation.rows
    assert row.searched and (row.rank, row.rank_of_rewrite, row.rank_of_bare) == (None, None, None)
    assert evaluation.figures["recall@20"] == evaluation.figures["mrr_rewrite"] == 0


def test_gold_answers_without_an_index_are_not_looked_up(tmp_path: Path) -> None:
    evaluation = evaluated(tmp_path, {**RESOLVED, "answers": [{"file": FILE, "start": 0, "end": 10**9}]})
    assert evaluation.complete and not evaluation.rows[0].searched


def test_what_cannot_be_scored_is_named_and_the_rest_goes_on(tmp_path: Path, seed_assistant: Assistant) -> None:
    misplaced = {**RESOLVED, "id": "misplaced", "answers": [{"file": FILE, "start": 0, "end": 4, "text": "Kiwi"}]}
    long = {**RESOLVED, "id": "long", "rewrite": "When? " * 400, "answers": [{"text": "Kanasugi"}]}
    blank = {**RESOLVED, "id": "blank", "question": " "}
    evaluation = evaluated(tmp_path, misplaced, long, blank, RESOLVED, assistant=seed_assistant)
    assert [row.id for row in evaluation.rows] == ["resolved"]
    assert not evaluation.complete
    assert {problem.id: problem.where.rsplit(":", 1)[1] for problem in evaluation.problems} == {
        "misplaced": "1",
        "long": "2",
        "blank": "3",
    }
    assert evaluation.figures["questions"] == 1


def test_the_seeds_own_conversations(seeds: Path, seed_assistant: Assistant) -> None:
    evaluation = evaluate_conversation(seeds / "questions.jsonl", assistant=seed_assistant)
    assert evaluation.complete
    assert evaluation.figures["questions"] == len(evaluation.rows) >= 20
    assert evaluation.figures["recall@5"] >= evaluation.figures["recall@5_bare"]


def test_of_the_first_rewrites_only_their_own_problems_count(tmp_path: Path) -> None:
    options = RunOptions(limit=1)
    assert evaluated(tmp_path, RESOLVED, {"id": "late"}, ALONE, options=options).complete
    assert not evaluated(tmp_path, {"id": "early"}, RESOLVED, ALONE, options=options).complete


def test_a_limit_and_a_run_that_goes_on(tmp_path: Path) -> None:
    options = RunOptions(limit=2, journal=tmp_path / "journal")
    first = evaluated(tmp_path, RESOLVED, SAYS_MORE, ALONE, options=options)
    again = evaluated(tmp_path, RESOLVED, SAYS_MORE, ALONE, options=options)
    assert [row.id for row in first.rows] == ["resolved", "more"]
    assert again.rows == first.rows  # the seconds too: nothing was done twice
    assert again.provenance.limit == 2


def test_settings_and_result_survive_their_json(tmp_path: Path) -> None:
    evaluation = evaluated(tmp_path, RESOLVED, settings=Settings(candidates=7))
    assert (evaluation.settings["candidates"], evaluation.provenance.kind) == (7, "conversation")
    path = tmp_path / "result.json"
    path.write_text(json.dumps(evaluation.to_dict()), encoding="utf-8")
    assert load_evaluation(path) == evaluation


def test_a_set_without_rewrites_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match=r"rewrites\.jsonl"):
        evaluated(tmp_path, {"id": "q1", "question": "Who?", "answers": []})
