"""Examples: gold spans stay gold in every form, negatives hold no answer, every draw is repeatable."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.datasets.reading import GoldSpan, ReadingQuestion
from assistant.errors import DatasetError
from assistant.training.config import Examples
from assistant.training.examples import Example, ExampleMaker, TrainingSet
from assistant.training.sources import find_files, load_files, training_sets
from tests.training_configs import PEOPLE, PLACES, config

EVERYTHING = {
    "cropped": 0.5,
    "joined": 0.4,
    "retyped": 0.3,
    "unanswerable": 1.0,
    "neighbours": 1.0,
    "retrieved": 1.0,
}


def maker(small_data: Path, **recipe: float) -> ExampleMaker:
    chosen = config(small_data, **recipe)
    sets = training_sets(load_files(find_files(small_data, chosen)), chosen.examples.held_out)
    return ExampleMaker(sets, chosen.examples, seed=1)


def flat(made: ExampleMaker, number: int, index: int, epoch: int = 0) -> list[Example]:
    return [example for asked in made.examples(number, index, epoch) for example in asked]


def test_the_plain_recipe_asks_every_question_once_as_it_is(small_data: Path) -> None:
    made = maker(small_data)
    drawn = made.draw(0)
    assert len(drawn) == len(set(drawn)) > 100
    for number, index in drawn:
        (example,) = flat(made, number, index)
        assert example.text.startswith("In 19")
        assert all(example.text[start:end].strip() for start, end in example.golds)


def test_a_share_of_a_pass_asks_that_share_and_other_questions_each_epoch(small_data: Path) -> None:
    made = maker(small_data, passes={"people": 0.5, "refusals": 2.0})
    first, second = made.draw(0), made.draw(1)
    people = [one for one in first if one[0] == 0]
    refusals = [one for one in first if one[0] == 1]
    assert len(people) == len(set(people))
    assert len(refusals) == 2 * len(set(refusals))
    assert set(people) != {one for one in second if one[0] == 0}


def test_draws_and_examples_are_the_same_for_the_same_seed_and_epoch(small_data: Path) -> None:
    one, other = maker(small_data, **EVERYTHING), maker(small_data, **EVERYTHING)
    assert one.draw(3) == other.draw(3)
    for number, index in one.draw(3)[:60]:
        assert list(one.examples(number, index, 3)) == list(other.examples(number, index, 3))


def test_every_form_keeps_gold_spans_gold(small_data: Path) -> None:
    made = maker(small_data, **EVERYTHING)
    for number, index in made.draw(0):
        first, *_ = flat(made, number, index)
        if number == 0:
            assert first.golds
        for start, end in first.golds:
            assert first.text[start:end] in PEOPLE + PLACES


def test_what_is_asked_once_more_has_no_answer(small_data: Path) -> None:
    made = maker(small_data, **EVERYTHING)
    more = [example for number, index in made.draw(0) for example in flat(made, number, index)[1:]]
    assert len(more) > 60
    assert all(not example.golds for example in more)


def test_a_neighbouring_paragraph_never_holds_the_answer(small_data: Path) -> None:
    made = maker(small_data, neighbours=1.0)
    asked = [(flat(made, *drawn), drawn) for drawn in made.draw(0) if drawn[0] == 0]
    found = 0
    for (own, *neighbours), _ in asked:
        (start, end), *_ = own.golds
        for neighbour in neighbours:
            found += 1
            assert own.text[start:end] not in neighbour.text
            assert neighbour.text != own.text
    assert found > 30


def test_texts_that_stand_together_are_asked_one_question(small_data: Path) -> None:
    made = maker(small_data, **EVERYTHING)
    asked = [together for drawn in made.draw(0) for together in made.examples(*drawn, 0)]
    assert any(len(together) > 1 for together in asked)
    for together in asked:
        assert len({example.question for example in together}) == 1
        assert not any(example.golds for example in together[1:])


def test_whole_contexts_are_held_out(small_data: Path) -> None:
    made = maker(small_data, passes={"people": 1.0}, held_out=5)
    aside = {example.text for example in made.held_out()}
    assert len(aside) >= 3
    assert not aside & {example.text for drawn in made.draw(0) for example in flat(made, *drawn)}


def test_a_title_that_very_many_paragraphs_share_is_no_article() -> None:
    def asked(number: int) -> ReadingQuestion:
        context = f"Paragraph {number} names X{number}."
        gold = GoldSpan(f"X{number}", context.index("X"))
        return ReadingQuestion(str(number), "Who?", context, (gold,), False, "forum", "Comments", "f:1")

    questions = tuple(asked(number) for number in range(300))
    one = TrainingSet("forum", questions, (), ((),) * 300)
    made = ExampleMaker([one], Examples(passes={"forum": 1.0}, neighbours=1.0), 1)
    assert all(len(flat(made, *drawn)) == 1 for drawn in made.draw(0))


@given(st.text(min_size=1, max_size=1500), st.integers(0, 1500), st.integers(1, 1500), st.integers(0, 50))
def test_cropping_any_text_keeps_its_gold_span(context: str, start: int, length: int, seed: int) -> None:
    start %= len(context)
    text = context[start : start + length]
    asked = ReadingQuestion("a", "Who came?", context, (GoldSpan(text, start),), False, "", "", "f:1")
    one = TrainingSet("made", (asked,), (), ((),))
    made = ExampleMaker([one], Examples(passes={"made": 1.0}, cropped=1.0), seed)
    (example,) = flat(made, 0, 0)
    ((first, last),) = example.golds
    assert example.text[first:last] == text
    assert example.text in context


def test_a_changed_question_is_never_asked_over_another_paragraph_too(small_data: Path) -> None:
    made = maker(small_data, unanswerable=1.0, joined=1.0, passes={"people": 1.0})
    asked = [flat(made, *drawn) for drawn in made.draw(0)]
    assert any("\n\n" in own.text for own, *_ in asked)
    assert all("\n\n" not in changed.text for _, *more in asked for changed in more)


def test_a_question_without_an_answer_is_asked_over_its_own_text_alone(small_data: Path) -> None:
    made = maker(small_data, **EVERYTHING, passes={"refusals": 1.0})
    for drawn in made.draw(0):
        (example,) = flat(made, *drawn)
        assert "\n\n" not in example.text


def test_two_files_of_one_name_are_refused(small_data: Path, tmp_path: Path) -> None:
    for ending in (".jsonl", ".json"):
        (tmp_path / f"people{ending}").write_text("{}", encoding="utf-8")
    with pytest.raises(DatasetError, match="Keep one"):
        find_files(tmp_path, config(small_data, passes={"people": 1.0}))


def test_what_is_skipped_in_a_file_is_logged(
    small_data: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    lines = (small_data / "people.jsonl").read_text(encoding="utf-8").splitlines()
    (tmp_path / "people.jsonl").write_text("\n".join([*lines[:4], "{broken"]), encoding="utf-8")
    files = find_files(tmp_path, config(small_data, passes={"people": 1.0}))
    kept = load_files(files, lambda question: question.startswith("Who"))["people"]
    assert len(kept) == 2
    assert "people.jsonl:5" in caplog.text
    assert "too long for a window, skipped: 2" in caplog.text


def test_missing_files_are_named(small_data: Path) -> None:
    with pytest.raises(DatasetError, match="nothing-here"):
        find_files(small_data, config(small_data, passes={"nothing-here": 1.0}))
