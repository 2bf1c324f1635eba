"""The encoder that training starts from, by name."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from assistant.errors import ModelError
from assistant.models.files import FAST_READER, TOKENIZER, WEIGHTS, embedder_weights, require
from assistant.models.tokenizer import TextTokenizer

#: The encoder of the bundled embedder (all-MiniLM-L6-v2), in the shape of a reader.
BUNDLED_EMBEDDER = "bundled-embedder"
CONFIG = "config.json"
TOKENIZER_CONFIG = "tokenizer_config.json"


@dataclass(frozen=True, slots=True)
class PretrainedModel:
    """The files a run starts from.

    Attributes:
        weights: safetensors of a BERT encoder, with or without a span head.
        config: what shape the network has, as transformers writes it.
        tokenizer: its ``tokenizer.json``.
        tokenizer_config: beside it.
    """

    weights: Path
    config: Path
    tokenizer: Path
    tokenizer_config: Path


def find_base(name: str) -> PretrainedModel:
    """The files of ``bundled-embedder`` or of a folder.

    Raises:
        ModelError: naming the file that is missing.
    """
    bundled = name == BUNDLED_EMBEDDER
    folder = FAST_READER if bundled else Path(name)
    remedy = f"The base (or teacher) has to be {BUNDLED_EMBEDDER!r} or a folder with a BERT or MPNet model's files."
    return PretrainedModel(
        embedder_weights() if bundled else require(folder / WEIGHTS, remedy),
        require(folder / CONFIG, remedy),
        require(folder / TOKENIZER, remedy),
        require(folder / TOKENIZER_CONFIG, remedy),
    )


def pad_token_of(base: PretrainedModel) -> int:
    """The id that the base's network skips."""
    return int(json.loads(base.config.read_text(encoding="utf-8")).get("pad_token_id") or 0)


def check_servable(base: PretrainedModel, max_length: int) -> None:
    """Makes sure before hours of training that what comes out can be exported and served.

    Raises:
        ModelError: saying what stands in the way.
    """
    try:
        from assistant.models.encoder_graph import EncoderShape
    except ModuleNotFoundError as error:
        raise ModelError(
            f"Training needs the package {error.name}.", "Install the extra: pip install 'assistant[train]'."
        ) from error
    try:
        settings = json.loads(base.config.read_text(encoding="utf-8"))
        positions = EncoderShape.from_config(settings).longest
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelError(
            f"{base.config} is not of a BERT or MPNet encoder: {error!r}.", "Give another base."
        ) from error
    pieces = TextTokenizer.from_file(base.tokenizer).vocabulary()
    if max(pieces.values()) >= settings.get("vocab_size", 0):
        raise ModelError(
            f"The tokenizer {base.tokenizer} does not fit {base.config}: it has token {max(pieces.values())}, and the"
            f" network knows {settings.get('vocab_size', 0)}.",
            "Give a folder whose tokenizer was made for its model.",
        )
    if max_length > positions:
        raise ModelError(
            f"The configuration's max_length is {max_length}; the base reads {positions} tokens.", "Lower it."
        )
