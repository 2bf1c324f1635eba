"""Any extractive reader that transformers can load (torch; on a GPU when there is one)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from assistant.errors import ModelError
from assistant.models.tokenizer import TextTokenizer
from assistant.models.torch_models import prepare_torch, weights_sha256
from assistant.reading.decoding import Logits
from assistant.reading.reader import SpanReader
from assistant.reading.windows import MAX_LENGTH, Window, WindowMaker

if TYPE_CHECKING:
    import torch

#: Tokens of a batch, padding included.
_BATCH_TOKENS = {"cpu": 4096, "cuda": 65_536, "mps": 16_384}
_REMEDY = 'Give a folder or hub name of a question-answering model in safetensors, or "fast".'


class TorchScorer:
    """A WindowScorer over a transformers model; windows of similar length share a padded batch.

    Args:
        model: an ``AutoModelForQuestionAnswering``, already on its device and in evaluation mode.
        pad_token: id that fills up short windows.
        token_types: whether the model reads ``token_type_ids``.
    """

    def __init__(self, model: torch.nn.Module, *, pad_token: int, token_types: bool) -> None:
        self._model = model
        self._device = next(model.parameters()).device
        self._pad_token = pad_token
        self._token_types = token_types

    def score(self, windows: Sequence[Window]) -> list[Logits]:
        """See WindowScorer."""
        import torch

        logits: dict[int, Logits] = {}
        for batch in self._batches(windows):
            with torch.inference_mode():
                output = self._model(**self._padded([windows[i] for i in batch]))
            starts = output.start_logits.float().cpu().numpy()
            ends = output.end_logits.float().cpu().numpy()
            for i, start, end in zip(batch, starts, ends, strict=True):
                length = len(windows[i].input_ids)
                logits[i] = start[:length], end[:length]
        return [logits[i] for i in range(len(windows))]

    def _batches(self, windows: Sequence[Window]) -> Iterator[list[int]]:
        """Indices of windows, longest first, cut so that a padded batch stays within its tokens."""
        order = sorted(range(len(windows)), key=lambda i: -len(windows[i].input_ids))
        while order:
            size = max(1, _BATCH_TOKENS[self._device.type] // len(windows[order[0]].input_ids))
            yield order[:size]
            order = order[size:]

    def _padded(self, windows: Sequence[Window]) -> dict[str, torch.Tensor]:
        import torch

        shape = len(windows), max(len(window.input_ids) for window in windows)
        arrays = {"input_ids": np.full(shape, self._pad_token), "attention_mask": np.zeros(shape, np.int64)}
        if self._token_types:
            arrays["token_type_ids"] = np.zeros(shape, np.int64)
        for row, window in enumerate(windows):
            length = len(window.input_ids)
            arrays["input_ids"][row, :length] = window.input_ids
            arrays["attention_mask"][row, :length] = 1
            if self._token_types:
                arrays["token_type_ids"][row, :length] = window.token_type_ids
        return {name: torch.from_numpy(array).to(self._device) for name, array in arrays.items()}


def open_torch_reader(model: str, *, threads: int = 0) -> SpanReader:
    """A reader over a local folder or hub name.

    Weights are read from safetensors only, and code that comes with a model is never run.

    Raises:
        ModelError: when it cannot be loaded, has no trained question-answering head, or no fast tokenizer.
    """
    device = prepare_torch(threads)
    network, tokenizer = _load(model)
    network = network.to(device).eval()
    texts = TextTokenizer(tokenizer.backend_tokenizer)
    scorer = TorchScorer(
        network,
        pad_token=tokenizer.pad_token_id or 0,
        token_types="token_type_ids" in tokenizer.model_input_names,
    )
    windows = WindowMaker(texts, max_length=_longest_window(network, tokenizer), null_token=tokenizer.cls_token_id)
    fingerprint = f"{Path(model).name}/torch-fp32/{weights_sha256(network)[:16]}"
    return SpanReader(scorer, texts, windows, fingerprint)


def _load(source: str) -> tuple[Any, Any]:
    import torch
    from transformers import AutoModelForQuestionAnswering, AutoTokenizer

    try:
        tokenizer = AutoTokenizer.from_pretrained(source, trust_remote_code=False)
        network, info = AutoModelForQuestionAnswering.from_pretrained(
            source, trust_remote_code=False, use_safetensors=True, dtype=torch.float32, output_loading_info=True
        )
    except Exception as error:  # hub, file and configuration problems raise many kinds
        raise ModelError(f"The reader {source!r} cannot be loaded: {error}", _REMEDY) from error
    if missing := sorted(info["missing_keys"]):
        raise ModelError(
            f"The model {source!r} is not a trained reader: it has no weights for {', '.join(missing[:4])}.", _REMEDY
        )
    if not tokenizer.is_fast:
        raise ModelError(f"The reader {source!r} has no fast tokenizer (tokenizer.json), which offsets need.", _REMEDY)
    return network, tokenizer


def _longest_window(network: Any, tokenizer: Any) -> int:
    positions = getattr(network.config, "max_position_embeddings", None) or MAX_LENGTH * 2
    # Models of the RoBERTa kind count positions from the padding id on.
    usable = positions - (tokenizer.pad_token_id or 0) - 1
    return min(MAX_LENGTH, int(tokenizer.model_max_length), usable)
