"""Any sentence-transformers model as an Embedder (torch; on a GPU when there is one)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from assistant.errors import ModelError
from assistant.models.torch_models import prepare_torch, weights_sha256

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

_BATCH = 32


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

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """See Embedder."""
        if not texts:
            return np.empty((0, self.dimension), np.float32)
        # The library sorts by length and puts the vectors back in order.
        vectors = self._model.encode(
            list(texts), batch_size=_BATCH, normalize_embeddings=True, convert_to_numpy=True, show_progress_bar=False
        )
        return np.asarray(vectors, np.float32)


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
