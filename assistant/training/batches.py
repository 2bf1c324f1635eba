"""From examples to padded batches of windows, in an order that a run can be taken up in anywhere."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from assistant.errors import DatasetError, QuestionError
from assistant.reading.windows import TextTokens, Window, WindowMaker
from assistant.training.examples import Example, ExampleMaker

#: Batches are padded to multiples of this: libraries keep code and memory for every shape that occurs.
_LENGTHS = 16
#: Questions whose windows are sorted by length together.
_CHUNK = 1024


class LabelledWindow(NamedTuple):
    """A window with the positions at which its gold answers start and end; its null position where it has none."""

    window: Window
    starts: tuple[int, ...]
    ends: tuple[int, ...]


class Position(NamedTuple):
    """Where in a run a batch stands: its epoch, the chunk in the epoch, and its number in the chunk."""

    epoch: int = 0
    chunk: int = 0
    batch: int = 0


#: The windows over all texts of one question: what one answer is chosen from when serving.
Group = list[LabelledWindow]


@dataclass(frozen=True, slots=True)
class Batch:
    """b windows padded to n tokens.

    Attributes:
        after: where the run resumes after this batch.
        input_ids, token_type_ids: (b, n).
        mask: (b, n), whether a position is not padding.
        starts, ends: (b, n), whether a gold answer starts (ends) there.
        nulls: (b,), the position of "no answer".
        groups: (b, 2), the number of the window's group, and the window's number in it.
        slices: (b, 2), where the text begins in the window, and how many tokens it has.
        tokens: how many positions are not padding.
    """

    after: Position
    input_ids: NDArray[np.int64]
    token_type_ids: NDArray[np.int64]
    mask: NDArray[np.bool_]
    starts: NDArray[np.bool_]
    ends: NDArray[np.bool_]
    nulls: NDArray[np.int64]
    groups: NDArray[np.int64]
    slices: NDArray[np.int64]
    tokens: int


class Batcher:
    """Makes the endless stream of a run's batches.

    Args:
        maker: makes examples.
        windows: the model's.
        batch_tokens: positions of a batch at most, padding counted (one group when that is longer).
        seed: of the order of batches.
        pad_token: id that fills up short windows.
    """

    def __init__(
        self, maker: ExampleMaker, windows: WindowMaker, batch_tokens: int, seed: int, pad_token: int = 0
    ) -> None:
        self._maker = maker
        self._windows = windows
        self._batch_tokens = batch_tokens
        self._seed = seed
        self._pad_token = pad_token

    def stream(self, place: Position = Position()) -> Iterator[Batch]:  # noqa: B008 - a place is immutable
        """Every batch from ``place`` on.

        Raises:
            DatasetError: when there is nothing to train on.
        """
        epoch, chunk, batch = place
        while True:
            drawn, made = self._maker.draw(epoch), 0
            chunks = [drawn[at : at + _CHUNK] for at in range(0, len(drawn), _CHUNK)]
            for number in range(chunk, len(chunks)):
                asked = [one for question in chunks[number] for one in self._maker.examples(*question, epoch)]
                batches = self._batches(asked, random.Random(f"{self._seed} batches {epoch} {number}"))
                for at in range(batch, len(batches)):
                    after = Position(epoch, number, at + 1) if at + 1 < len(batches) else Position(epoch, number + 1)
                    made += 1
                    yield padded(batches[at], after, self._pad_token)
                batch = 0
            if not made and chunk == 0:
                raise DatasetError("An epoch has no examples.", "Look at examples.passes in the configuration.")
            epoch, chunk = epoch + 1, 0

    def _batches(self, asked: Sequence[Sequence[Example]], rng: random.Random) -> list[list[Group]]:
        groups = [group for examples in asked if (group := self._group(examples))]
        batches = by_length(groups, self._batch_tokens)
        rng.shuffle(batches)
        return batches

    def _group(self, examples: Sequence[Example]) -> Group:
        try:
            return [window for example in examples for window in labelled(example, self._windows)]
        except QuestionError:  # a changed question may be too long
            return []


def labelled(example: Example, maker: WindowMaker) -> list[LabelledWindow]:
    """The windows of an example as they are made when serving, each with its labels."""
    (tokens,), windows = maker.make(example.question, [example.text])
    spans = [_token_span(tokens, start, end) for start, end in example.golds]
    return [_labelled(window, spans) for window in windows]


def by_length(groups: Sequence[Group], batch_tokens: int) -> list[list[Group]]:
    """The groups in batches of windows of similar length, each at most ``batch_tokens`` when padded."""
    batches: list[list[Group]] = []
    windows = 0
    for group in sorted(groups, key=_longest):
        longest = -(-_longest(group) // _LENGTHS) * _LENGTHS  # so far, as they are sorted
        if not batches or (windows + len(group)) * longest > batch_tokens:
            batches.append([])
            windows = 0
        batches[-1].append(group)
        windows += len(group)
    return batches


def padded(groups: Sequence[Group], after: Position = Position(), pad_token: int = 0) -> Batch:  # noqa: B008 - immutable
    """The windows of the groups as one batch."""
    windows = [one for group in groups for one in group]
    lengths = [len(one.window.input_ids) for one in windows]
    shape = (len(windows), -(-max(lengths) // _LENGTHS) * _LENGTHS)
    ids, types = np.full(shape, pad_token, np.int64), np.zeros(shape, np.int64)
    mask, starts, ends = np.zeros(shape, bool), np.zeros(shape, bool), np.zeros(shape, bool)
    for row, (one, length) in enumerate(zip(windows, lengths, strict=True)):
        ids[row, :length] = one.window.input_ids
        types[row, :length] = one.window.token_type_ids
        mask[row, :length] = True
        starts[row, list(one.starts)] = True
        ends[row, list(one.ends)] = True
    nulls = np.array([one.window.null_at for one in windows], np.int64)
    numbers = [(number, at) for number, group in enumerate(groups) for at in range(len(group))]
    groups_of = np.array(numbers, np.int64)
    slices = np.array([(one.window.slice_at, one.window.tokens) for one in windows], np.int64)
    return Batch(after, ids, types, mask, starts, ends, nulls, groups_of, slices, sum(lengths))


def _longest(group: Group) -> int:
    return max(len(one.window.input_ids) for one in group)


def _token_span(tokens: TextTokens, start: int, end: int) -> tuple[int, int]:
    """First and last token that share a character with ``[start, end)``."""
    return int(np.searchsorted(tokens.ends, start, "right")), int(np.searchsorted(tokens.starts, end)) - 1


def _labelled(window: Window, spans: Sequence[tuple[int, int]]) -> LabelledWindow:
    shift = window.slice_at - window.first_token
    inside = [
        (first + shift, last + shift)
        for first, last in spans
        if window.first_token <= first <= last < window.first_token + window.tokens
    ]
    starts, ends = zip(*inside, strict=True) if inside else ((window.null_at,), (window.null_at,))
    return LabelledWindow(window, starts, ends)
