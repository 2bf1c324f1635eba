"""The bundled embedder: all-MiniLM-L6-v2 on onnxruntime and tokenizers, without torch."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from assistant.models.files import (
    EMBEDDER_FOLDER,
    EMBEDDER_SHA256,
    GRAPH,
    INT8_MODEL,
    TOKENIZER,
    embedder_package,
    embedder_weights,
    sha256,
)
from assistant.models.onnx_session import OnnxModel
from assistant.models.tokenizer import TextTokenizer

_DIMENSION = 384
_MAX_TOKENS = 256  # the model's own limit, special tokens included
_CHUNK = 256  # texts tokenised at a time


class OnnxEmbedder:
    """An Embedder; safe to share between threads.

    Args:
        int8: the quantised form rather than the full-precision one.
        threads: texts embedded at the same time; 0: one per core.

    Raises:
        ModelError: when a file is missing or the full-precision weights are not the published ones.
    """

    dimension = _DIMENSION

    def __init__(self, *, int8: bool = True, threads: int = 0) -> None:
        if int8:
            path = EMBEDDER_FOLDER / INT8_MODEL
            self._model = OnnxModel(path, threads=threads)
            self.fingerprint = f"all-MiniLM-L6-v2/int8/{sha256(path)[:16]}"
        else:
            self._model = OnnxModel(EMBEDDER_FOLDER / GRAPH, weights=embedder_weights(), threads=threads)
            self.fingerprint = f"all-MiniLM-L6-v2/fp32/{EMBEDDER_SHA256[:16]}"
        self._tokenizer = TextTokenizer.from_file(embedder_package() / TOKENIZER)

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """See Embedder."""
        vectors = np.empty((len(texts), _DIMENSION), np.float32)
        for start in range(0, len(texts), _CHUNK):
            chunk = texts[start : start + _CHUNK]
            inputs = [{"input_ids": ids} for ids in self._token_ids(chunk)]
            for offset, (vector,) in enumerate(self._model.run_each(inputs)):
                vectors[start + offset] = vector[0]
        return vectors

    def _token_ids(self, texts: Sequence[str]) -> list[NDArray[np.int64]]:
        """Each text's tokens (1, length), special ones included, cut to the model's limit."""
        cut = []
        for encoding in self._tokenizer.encode(texts, special=True):
            ids = encoding.ids
            if len(ids) > _MAX_TOKENS:
                ids = [*ids[: _MAX_TOKENS - 1], ids[-1]]  # the closing [SEP] stays
            cut.append(np.array([ids], np.int64))
        return cut
