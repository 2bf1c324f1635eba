"""The encoder that training starts from, by name."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from assistant.models.files import READER_FOLDER, TOKENIZER, WEIGHTS, embedder_weights, require

#: The encoder of the bundled embedder (all-MiniLM-L6-v2), in the shape of a reader.
BUNDLED_EMBEDDER = "bundled-embedder"
CONFIG = "config.json"
TOKENIZER_CONFIG = "tokenizer_config.json"


@dataclass(frozen=True, slots=True)
class Base:
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


def find_base(name: str) -> Base:
    """The files of ``bundled-embedder`` or of a folder.

    Raises:
        ModelError: naming the file that is missing.
    """
    bundled = name == BUNDLED_EMBEDDER
    folder = READER_FOLDER if bundled else Path(name)
    remedy = f"The configuration's base has to be {BUNDLED_EMBEDDER!r} or a folder with a BERT model's files."
    return Base(
        embedder_weights() if bundled else require(folder / WEIGHTS, remedy),
        require(folder / CONFIG, remedy),
        require(folder / TOKENIZER, remedy),
        require(folder / TOKENIZER_CONFIG, remedy),
    )
