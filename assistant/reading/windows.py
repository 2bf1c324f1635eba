"""Question and texts to the token windows a reader scores.

A text longer than one window is cut into several that overlap by ``STRIDE`` tokens. Everything the
span search must know about a token is worked out on the whole text, so that a window's edge never
passes for a word's edge.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from tokenizers import Encoding

from assistant.errors import QuestionError
from assistant.models.tokenizer import TextTokenizer

#: Longest window in tokens, special ones included, for models that can take it.
MAX_LENGTH = 384
#: Tokens that consecutive windows of one text share.
STRIDE = 96

_BLANK_LINE = re.compile(r"\n\s*\n")


@dataclass(frozen=True, slots=True)
class TextTokens:
    """The n tokens of one text; arrays have length n.

    Attributes:
        ids: token ids.
        starts, ends: code-point offsets into the text, outer whitespace left out.
        can_start, can_end: whether a span may begin (end) with the token: it stands at a word's
            edge and is not just whitespace.
        block_at_start, block_at_end: how many blank lines lie before the token's first (last)
            character; a span may not cross one.
    """

    ids: NDArray[np.int64]
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]
    can_start: NDArray[np.bool_]
    can_end: NDArray[np.bool_]
    block_at_start: NDArray[np.int64]
    block_at_end: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Window:
    """What a reader scores at once: special tokens, the question, a slice of one text.

    Attributes:
        text: which text the slice is from.
        first_token: the slice's first token, counted in the text.
        tokens: length of the slice.
        input_ids, token_type_ids: (length,) of the whole window, without padding.
        slice_at: where in the window the slice begins.
        null_at: where in the window "no answer" is scored.
    """

    text: int
    first_token: int
    tokens: int
    input_ids: NDArray[np.int64]
    token_type_ids: NDArray[np.int64]
    slice_at: int
    null_at: int


class WindowMaker:
    """Makes windows with one model's tokenizer; safe to share between threads.

    Args:
        tokenizer: the model's.
        max_length: longest window in tokens.
        null_token: id of the token whose position means "no answer" ([CLS]); None: the first one.
    """

    def __init__(
        self, tokenizer: TextTokenizer, *, max_length: int = MAX_LENGTH, null_token: int | None = None
    ) -> None:
        self._tokenizer = tokenizer
        self._max_length = max_length
        self._null_token = null_token
        (probe,) = tokenizer.encode(["two words"])
        self._splits_words = len(set(probe.word_ids)) > 1

    def make(self, question: str, texts: Sequence[str]) -> tuple[list[TextTokens], list[Window]]:
        """Tokens of each text, and the windows over all of them; an empty text has no window.

        Raises:
            QuestionError: when the question has no tokens or fills more than half a window.
        """
        asked = self._encode_question(question)
        described: list[TextTokens] = []
        windows: list[Window] = []
        for index, (text, encoding) in enumerate(zip(texts, self._tokenizer.encode(texts), strict=True)):
            described.append(_describe(text, encoding, _word_numbers(text, encoding, self._splits_words)))
            if len(encoding):
                windows.extend(self._windows(asked, index, encoding))
        return described, windows

    def _encode_question(self, question: str) -> Encoding:
        (encoding,) = self._tokenizer.encode([question])
        if not len(encoding):
            raise QuestionError("The question is empty.", "Ask something in words.")
        if len(encoding) > self._max_length // 2:
            raise QuestionError(
                f"The question has {len(encoding)} tokens; the reader takes at most {self._max_length // 2}.",
                "Shorten it.",
            )
        return encoding

    def _windows(self, asked: Encoding, index: int, encoding: Encoding) -> list[Window]:
        room = self._max_length - len(asked) - self._tokenizer.pair_overhead
        step = room - min(STRIDE, room // 2)
        text_ids = np.array(encoding.ids, np.int64)
        # The first slice shows what the model wants around it; the others go into the same frame.
        encoding.truncate(room)
        frame = self._tokenizer.join(asked, encoding)
        ids, types = np.array(frame.ids, np.int64), np.array(frame.type_ids, np.int64)
        slice_at = frame.sequence_ids.index(1)
        after = slice_at + len(encoding)
        null_at = 0 if self._null_token is None else int(np.argmax(ids == self._null_token))
        windows = []
        for first in range(0, max(1, len(text_ids) - (room - step)), step):
            part = text_ids[first : first + room]
            windows.append(
                Window(
                    text=index,
                    first_token=first,
                    tokens=len(part),
                    input_ids=np.concatenate([ids[:slice_at], part, ids[after:]]),
                    token_type_ids=np.concatenate(
                        [types[:slice_at], np.full(len(part), types[slice_at]), types[after:]]
                    ),
                    slice_at=slice_at,
                    null_at=null_at if null_at < slice_at else null_at + len(part) - (after - slice_at),
                )
            )
        return windows


def _describe(text: str, encoding: Encoding, words: NDArray[np.int64]) -> TextTokens:
    offsets = [_trimmed(text, start, end) for start, end in encoding.offsets]
    starts, ends = np.array(offsets, np.int64).reshape(-1, 2).T
    visible = np.flatnonzero(ends > starts)
    can_start, can_end = np.zeros(len(words), bool), np.zeros(len(words), bool)
    changes = np.diff(words[visible]) != 0
    can_start[visible] = np.concatenate([[True], changes])[: len(visible)]
    can_end[visible] = np.concatenate([changes, [True]])[: len(visible)]
    breaks = np.array([match.start() for match in _BLANK_LINE.finditer(text)], np.int64)
    return TextTokens(
        ids=np.array(encoding.ids, np.int64),
        starts=starts,
        ends=ends,
        can_start=can_start,
        can_end=can_end,
        block_at_start=np.searchsorted(breaks, starts),
        block_at_end=np.searchsorted(breaks, ends),
    )


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """The slice without outer whitespace (byte-level tokens may carry some)."""
    while start < end and text[start].isspace():
        start += 1
    while start < end and text[end - 1].isspace():
        end -= 1
    return start, end


def _word_numbers(text: str, encoding: Encoding, splits_words: bool) -> NDArray[np.int64]:
    """For each token (n,) the word it belongs to, words being numbered in order."""
    if splits_words:
        return np.array([-1 if word is None else word for word in encoding.word_ids], np.int64)
    # A tokenizer that does not split words first: tokens that follow whitespace begin one.
    spaces = np.cumsum([char.isspace() for char in text] + [False])
    return np.array([spaces[_trimmed(text, start, end)[0]] for start, end in encoding.offsets], np.int64)
