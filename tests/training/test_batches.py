"""Batches: labels point at the gold answers, nothing is lost, and the stream can be taken up anywhere."""

from __future__ import annotations

from itertools import islice, takewhile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.errors import DatasetError
from assistant.reading.windows import WindowMaker
from assistant.training.batches import Batch, Batcher, Position, by_length, labelled, padded
from assistant.training.examples import Example, ExampleMaker
from assistant.training.sources import find_files, load_files, training_sets
from tests.training_configs import config

words = st.text("abcdefgh é.,-'\n", min_size=1, max_size=600).filter(lambda text: text.strip())


@pytest.fixture(scope="module")
def batcher(small_data: Path, windows: WindowMaker) -> Batcher:
    chosen = config(small_data, cropped=0.5, joined=0.4, unanswerable=1.0, neighbours=0.5)
    sets = training_sets(load_files(find_files(small_data, chosen)), chosen.examples.held_out)
    return Batcher(ExampleMaker(sets, chosen.examples, 1), windows, batch_tokens=1000, seed=1)


@given(text=words, data=st.data())
def test_labels_cover_the_gold_answer_in_the_text(text: str, data: st.DataObject, windows: WindowMaker) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    gold = text[start:end].strip()
    if not gold:
        return
    start = text.index(gold, start)
    (tokens,), _ = windows.make("who?", [text])
    made = labelled(Example("who?", text, ((start, start + len(gold)),)), windows)
    # An answer is shorter than what windows share, so that one of them holds it whole.
    assert len(gold) > 25 or any(starts != (window.null_at,) for window, starts, _ in made)
    for window, starts, ends in made:
        for first, last in zip(starts, ends, strict=True):
            if first == window.null_at:
                continue
            at = window.first_token - window.slice_at
            assert tokens.starts[first + at] <= start
            assert tokens.ends[last + at] >= start + len(gold)
            assert gold in text[tokens.starts[first + at] : tokens.ends[last + at]]


def test_a_text_of_several_windows_is_labelled_in_those_that_hold_the_answer(windows: WindowMaker) -> None:
    text = "word " * 200 + "Ann Lee came. " + "more " * 200
    start = text.index("Ann Lee")
    made = labelled(Example("Who came?", text, ((start, start + 7),)), windows)
    null = [one.starts == (one.window.null_at,) for one in made]
    assert len(made) > 3
    assert 1 <= null.count(False) <= 2


def test_without_a_gold_answer_every_window_points_at_its_null_position(windows: WindowMaker) -> None:
    for window, starts, ends in labelled(Example("Who came?", "Nobody came. " * 60, ()), windows):
        assert starts == ends == (window.null_at,)


def test_batches_hold_every_group_whole_and_once_within_their_budget(windows: WindowMaker) -> None:
    examples = [Example("Who came?", "Ann came. " * length, ()) for length in (1, 40, 3, 17, 5, 200, 8)]
    groups = [labelled(example, windows) for example in examples]
    assert any(len(group) > 1 for group in groups)
    batches = by_length(groups, 150)
    assert sorted(id(group) for batch in batches for group in batch) == sorted(map(id, groups))
    for batch in batches:
        longest = max(len(one.window.input_ids) for group in batch for one in group)
        assert len(batch) == 1 or sum(map(len, batch)) * longest <= 150


def test_padding_changes_no_window(windows: WindowMaker) -> None:
    groups = [labelled(Example("Who came?", "Ann Lee came. " * count, ((0, 7),)), windows) for count in (30, 2)]
    made = [one for group in groups for one in group]
    batch = padded(groups, pad_token=7)
    for row, one in enumerate(made):
        length = len(one.window.input_ids)
        assert batch.mask[row].sum() == length
        assert np.array_equal(batch.input_ids[row, :length], one.window.input_ids)
        assert set(batch.input_ids[row, length:]) <= {7}
        assert tuple(np.flatnonzero(batch.starts[row])) == tuple(sorted(set(one.starts)))
        assert tuple(np.flatnonzero(batch.ends[row])) == tuple(sorted(set(one.ends)))
        assert batch.slices[row].tolist() == [one.window.slice_at, one.window.tokens]
    assert batch.tokens == sum(len(one.window.input_ids) for one in made)
    assert batch.groups.tolist() == [[0, at] for at in range(len(groups[0]))] + [[1, 0]]


def test_the_stream_goes_on_from_any_batch_as_if_it_had_not_been_cut(batcher: Batcher) -> None:
    whole = list(islice(batcher.stream(), 60))
    assert whole[-1].after.epoch >= 1, "the test has to cross the end of an epoch"
    for cut in (0, 1, 7, 30, 58):
        for expected, found in zip(whole[cut + 1 :], batcher.stream(whole[cut].after), strict=False):
            assert expected.after == found.after
            assert np.array_equal(expected.input_ids, found.input_ids)
            assert np.array_equal(expected.starts, found.starts)


def test_epochs_differ(batcher: Batcher) -> None:
    def epoch(number: int) -> list[Batch]:
        return list(takewhile(lambda batch: batch.after.epoch == number, batcher.stream(Position(number))))

    first, second = epoch(0), epoch(1)
    assert {batch.input_ids.tobytes() for batch in first} != {batch.input_ids.tobytes() for batch in second}


def test_without_questions_there_is_nothing_to_train_on(small_data: Path, windows: WindowMaker) -> None:
    chosen = config(small_data, passes={"people": 0.0})
    sets = training_sets(load_files(find_files(small_data, chosen)), chosen.examples.held_out)
    with pytest.raises(DatasetError, match="no examples"):
        next(Batcher(ExampleMaker(sets, chosen.examples, 1), windows, 1000, 1).stream())
