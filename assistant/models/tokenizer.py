"""A fast tokenizer that keeps no mutable state, so that threads can share it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from tokenizers import Encoding, Tokenizer

from assistant.errors import ModelError
from assistant.models.files import require

#: Halves of surrogate pairs: Python strings may hold them, the library refuses them.
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


class TextTokenizer:
    """Wraps ``tokenizers.Tokenizer``; whatever truncation or padding its file asks for is undone.

    Offsets of encodings count code points of the text as given.
    """

    def __init__(self, tokenizer: Tokenizer) -> None:
        # A copy: the settings of the caller's tokenizer stay as they are.
        self._tokenizer = Tokenizer.from_str(tokenizer.to_str())
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()

    @classmethod
    def from_file(cls, path: Path) -> TextTokenizer:
        """The tokenizer in a ``tokenizer.json``; ModelError when it is missing or malformed."""
        require(path)
        try:
            tokenizer = Tokenizer.from_file(str(path))
        except Exception as error:  # the library raises bare Exception
            raise ModelError(f"The tokenizer {path} cannot be read: {error}.", "Replace the file.") from error
        self = cls.__new__(cls)
        self._tokenizer = tokenizer
        tokenizer.no_truncation()
        tokenizer.no_padding()
        return self

    def encode(self, texts: Sequence[str], *, special: bool = False) -> list[Encoding]:
        """One encoding per text, in order, never truncated; ``special`` adds [CLS], [SEP] and the like."""
        return self._tokenizer.encode_batch(_encodable(texts), add_special_tokens=special)

    def join(self, question: Encoding, passage: Encoding) -> Encoding:
        """The pair with the model's special tokens around and between."""
        return self._tokenizer.post_process(question, passage, add_special_tokens=True)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text, special ones not counted."""
        return [
            len(encoding) for encoding in self._tokenizer.encode_batch_fast(_encodable(texts), add_special_tokens=False)
        ]

    def vocabulary(self) -> dict[str, int]:
        """The id of every piece."""
        return self._tokenizer.get_vocab(with_added_tokens=True)

    @property
    def pair_overhead(self) -> int:
        """Special tokens added around and between a pair."""
        return int(self._tokenizer.num_special_tokens_to_add(True))


def _encodable(texts: Sequence[str]) -> list[str]:
    """The texts with one code point in place of each lone surrogate, so that offsets stay true."""
    return [_LONE_SURROGATE.sub("\ufffd", text) for text in texts]
