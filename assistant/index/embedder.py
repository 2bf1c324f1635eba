"""What turns texts into vectors, and how a setting chooses one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from assistant.settings import Settings


class Embedder(Protocol):
    """Texts to vectors of length 1, so that a dot product is a cosine."""

    @property
    def fingerprint(self) -> str:
        """Name, precision and hash of the weights: vectors of equal fingerprints may be compared."""

    @property
    def dimension(self) -> int:
        """Components of a vector."""

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Vectors (len(texts), dimension) in the texts' order; (0, dimension) for no texts.

        Texts longer than the model reads are embedded by their beginning.

        Args:
            texts: any strings, empty ones included.
        """


def open_embedder(settings: Settings) -> Embedder:
    """The embedder that ``settings.embedder`` names.

    "bundled" (or "bundled-int8") and "bundled-fp32" are all-MiniLM-L6-v2 on onnxruntime; anything
    else is a sentence-transformers model: a local folder or a hub name.

    Raises:
        ModelError: when it cannot be loaded.
    """
    if settings.embedder in ("bundled", "bundled-int8", "bundled-fp32"):
        from assistant.index.onnx_embedder import OnnxEmbedder

        return OnnxEmbedder(int8=settings.embedder != "bundled-fp32", threads=settings.threads)
    from assistant.index.sentence_transformers_embedder import SentenceTransformersEmbedder

    return SentenceTransformersEmbedder(settings.embedder, threads=settings.threads)
