"""Any sentence-transformers model as an Embedder (torch; on a GPU when there is one)."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from assistant.errors import ModelError
from assistant.index.embedder import Progress

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
        self._model = _load(model)
        if threads:
            import torch

            torch.set_num_threads(threads)
        dimension = self._model.get_embedding_dimension()
        if dimension is None:
            raise ModelError(f"The embedder {model} does not tell its dimension.", "Use another model.")
        self.dimension = int(dimension)
        self.fingerprint = f"{Path(model).name}/sentence-transformers/{_weights_hash(self._model)[:16]}"

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


def _load(model: str) -> SentenceTransformer:
    from sentence_transformers import SentenceTransformer
    from transformers.utils.logging import disable_progress_bar

    disable_progress_bar()  # type: ignore[no-untyped-call]
    try:
        return SentenceTransformer(model, trust_remote_code=False, model_kwargs={"use_safetensors": True})
    except Exception as error:  # hub, file and configuration problems raise many kinds
        raise ModelError(
            f"The embedder {model!r} cannot be loaded: {error}",
            'Give a folder with a sentence-transformers model, a hub name that can be reached, or "bundled".',
        ) from error


def _weights_hash(model: SentenceTransformer) -> str:
    """SHA-256 over all parameters, so that a changed model has another fingerprint."""
    import torch

    digest = hashlib.sha256()
    for name, tensor in sorted(model.state_dict().items()):
        digest.update(name.encode())
        digest.update(tensor.detach().cpu().contiguous().view(-1).view(torch.uint8).numpy().tobytes())
    return digest.hexdigest()
