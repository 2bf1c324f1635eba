"""Any sentence-transformers model as an Embedder (torch; on a GPU when there is one)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from assistant.errors import ModelError
from assistant.index.embedder import Progress
from assistant.models.torch_models import prepare_torch, weights_sha256

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

_BATCH = 32
_CHUNK = 1024  # texts sorted by length and reported at a time


class SentenceTransformersEmbedder:
    """An Embedder over a local folder or a hub name; code that comes with a model is never run.

    Args:
        model: folder or hub name.
        threads: CPU threads of torch; 0: torch's own choice.

    Raises:
        ModelError: when the model cannot be loaded.
    """

    def __init__(self, model: str, *, threads: int = 0) -> None:
        self._model = _load(model, str(prepare_torch(threads)))
        dimension = self._model.get_embedding_dimension()
        if dimension is None:
            raise ModelError(f"The embedder {model} does not tell its dimension.", "Use another model.")
        self.dimension = int(dimension)
        self.fingerprint = f"{Path(model).name}/sentence-transformers/{weights_sha256(self._model)[:16]}"

    def embed(self, texts: Sequence[str], progress: Progress | None = None) -> NDArray[np.float32]:
        """See Embedder."""
        vectors = np.empty((len(texts), self.dimension), np.float32)
        for start in range(0, len(texts), _CHUNK):
            chunk = list(texts[start : start + _CHUNK])
            # The library sorts by length and puts the vectors back in order.
            vectors[start : start + len(chunk)] = self._model.encode(
                chunk, batch_size=_BATCH, normalize_embeddings=True, convert_to_numpy=True, show_progress_bar=False
            )
            if progress is not None:
                progress(len(chunk))
        return vectors


def _load(model: str, device: str) -> SentenceTransformer:
    from sentence_transformers import SentenceTransformer

    try:
        return SentenceTransformer(
            model, device=device, trust_remote_code=False, model_kwargs={"use_safetensors": True}
        )
    except Exception as error:  # hub, file and configuration problems raise many kinds
        raise ModelError(
            f"The embedder {model!r} cannot be loaded: {error}",
            'Give a folder with a sentence-transformers model, a hub name that can be reached, or "bundled".',
        ) from error
