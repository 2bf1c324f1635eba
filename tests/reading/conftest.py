"""Tokenizers and tiny models of several families, made on the spot."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers

from assistant.models.files import FAST_READER, TOKENIZER
from assistant.models.tokenizer import TextTokenizer
from assistant.reading.decoding import Logits
from assistant.reading.windows import Window

SEEDS = Path(__file__).parents[2] / "seeds"


class HashScorer:
    """A WindowScorer whose logits depend on token ids alone: deterministic, model-free, bumpy."""

    def score(self, windows: Sequence[Window]) -> list[Logits]:
        return [(self._logits(window.input_ids, 7), self._logits(window.input_ids, 11)) for window in windows]

    @staticmethod
    def _logits(ids: np.ndarray, salt: int) -> np.ndarray:
        return ((ids * 2_654_435_761 * salt) % 1009 / 100).astype(np.float32)


def roberta_tokenizer() -> Tokenizer:
    """Byte-level pieces, two separators between question and passage, no token types."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    special = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(vocab_size=900, special_tokens=special, initial_alphabet=alphabet)
    tokenizer.train_from_iterator([path.read_text("utf-8") for path in sorted(SEEDS.glob("*.txt"))], trainer)
    tokenizer.post_processor = processors.RobertaProcessing(("</s>", 2), ("<s>", 0), trim_offsets=True)
    return tokenizer


def unsplit_tokenizer() -> Tokenizer:
    """Pieces of whole texts, with no notion of words (as some SentencePiece conversions are)."""
    tokenizer = Tokenizer(models.BPE(unk_token="<unk>"))  # noqa: S106
    trainer = trainers.BpeTrainer(vocab_size=300, special_tokens=["<s>", "</s>", "<unk>"], max_token_length=3)
    tokenizer.train_from_iterator(["Who came to the house? Ann came. the cat sat on the mat"], trainer)
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", pair="<s> $A </s> $B </s>", special_tokens=[("<s>", 0), ("</s>", 1)]
    )
    return tokenizer


@pytest.fixture(scope="session")
def bert() -> Tokenizer:
    tokenizer = Tokenizer.from_file(str(FAST_READER / TOKENIZER))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return tokenizer


@pytest.fixture(scope="session")
def roberta() -> Tokenizer:
    return roberta_tokenizer()


@pytest.fixture(scope="session", params=["bert", "roberta"])
def family(request: pytest.FixtureRequest) -> Tokenizer:
    return request.getfixturevalue(request.param)


@pytest.fixture(scope="session")
def family_texts(family: Tokenizer) -> TextTokenizer:
    return TextTokenizer(family)
