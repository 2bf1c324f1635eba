"""Mining: passages that look right and lack the answer, found once and kept."""

from __future__ import annotations

from pathlib import Path

from assistant.index.embedder import Embedder
from assistant.training.mining import contexts_of, mine
from assistant.training.sources import find_files, load_files, training_sets
from tests.fakes import WordEmbedder
from tests.training_configs import config


def never() -> Embedder:
    raise AssertionError("the embedder is not needed")


def test_what_is_mined_is_another_context_without_a_gold_answer(small_data: Path, tmp_path: Path) -> None:
    loaded = load_files(find_files(small_data, config(small_data)))
    contexts = contexts_of(loaded)
    mined = mine(loaded, [tmp_path], WordEmbedder)
    found = 0
    for name, questions in loaded.items():
        for question, numbers in zip(questions, mined[name], strict=True):
            for number in numbers[numbers >= 0]:
                found += 1
                assert contexts[number] != question.context
                assert not any(gold.text.casefold() in contexts[number].casefold() for gold in question.golds)
    assert found > 40


def test_what_was_mined_is_not_mined_again(small_data: Path, tmp_path: Path) -> None:
    loaded = load_files(find_files(small_data, config(small_data)))
    first = mine(loaded, [tmp_path], WordEmbedder)
    again = mine(loaded, [tmp_path, tmp_path / "nowhere"], never)
    assert all((first[name] == again[name]).all() for name in loaded)


def test_other_questions_are_mined_anew(small_data: Path, tmp_path: Path) -> None:
    loaded = load_files(find_files(small_data, config(small_data)))
    mine(loaded, [tmp_path], WordEmbedder)
    fewer = {name: questions[:-1] for name, questions in loaded.items()}
    assert len(mine(fewer, [tmp_path], WordEmbedder)["people"]) == len(fewer["people"])


def test_a_training_set_asks_over_what_was_mined_but_never_over_what_is_held_out(
    small_data: Path, tmp_path: Path
) -> None:
    loaded = load_files(find_files(small_data, config(small_data)))
    sets = training_sets(loaded, 5, mine(loaded, [tmp_path], WordEmbedder))
    aside = {question.context for one in sets for question in one.held_out}
    for one in sets:
        assert len(one.questions) == len(one.retrieved)
        assert not aside & {text for texts in one.retrieved for text in texts}
    assert any(any(one.retrieved) for one in sets)


def test_passages_that_answer_the_same_words_elsewhere_are_not_mined(small_data: Path, tmp_path: Path) -> None:
    loaded = load_files(find_files(small_data, config(small_data)))
    contexts = contexts_of(loaded)
    mined = mine(loaded, [tmp_path], WordEmbedder)
    asked = "Who led the team that built the school?"
    golds = {gold.text for one in loaded["people"] if one.question == asked for gold in one.golds}
    assert len(golds) > 3
    for one, numbers in zip(loaded["people"], mined["people"], strict=True):
        if one.question == asked:
            assert not any(gold in contexts[number] for number in numbers[numbers >= 0] for gold in golds)
    assert (mined["refusals"] == -1).all(), "without an answer nobody knows what lacks it"
