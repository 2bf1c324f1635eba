"""The reader as a torch network: an encoder with a span head, its loss, and its files."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.errors import ModelError
from assistant.models.files import READER_FOLDER, TOKENIZER, WEIGHTS, embedder_weights, require
from assistant.reading.training.batches import Batch

if TYPE_CHECKING:
    import torch

_CONFIG = "config.json"


class SpanNetwork:
    """A BERT encoder with a head that scores every token as an answer's start and end.

    Attributes:
        module: ``BertForQuestionAnswering`` with fp32 weights, on its device.
    """

    def __init__(self, base: str, *, seed: int, dropout: float, device: torch.device) -> None:
        """Loads the encoder ``base`` names (see TrainingConfig); a head that it lacks is drawn with ``seed``."""
        import torch
        from transformers import BertConfig, BertForQuestionAnswering

        weights, config = _base_files(base)
        settings = json.loads(require(config).read_text(encoding="utf-8"))
        settings.update(hidden_dropout_prob=dropout, attention_probs_dropout_prob=dropout)
        # On a CPU plain attention trains a third faster than the fused kernel (bench in the model card).
        implementation = "eager" if device.type == "cpu" else "sdpa"
        torch.manual_seed(seed)
        bert = BertConfig(**settings, attn_implementation=implementation)
        self.module = BertForQuestionAnswering(bert)
        missing, _ = self.module.load_state_dict(_named(weights), strict=False)
        if lacking := [name for name in missing if not name.startswith("qa_outputs")]:
            raise ModelError(f"The base {base!r} lacks {', '.join(lacking[:3])}.", "Give a BERT encoder.")
        self.module.to(device)
        self._device = device

    def freeze_embeddings(self) -> None:
        """Keep the embeddings of tokens and positions as they are."""
        for parameter in self.module.bert.embeddings.parameters():
            parameter.requires_grad_(False)

    def trained(self) -> dict[str, torch.nn.Parameter]:
        """The parameters that move, by name."""
        return {name: parameter for name, parameter in self.module.named_parameters() if parameter.requires_grad}

    def loss(self, batch: Batch) -> torch.Tensor:
        """Mean over windows of ``-log p(start) - log p(end)``, halved, in nats.

        p(start) sums over all gold starts of the window (Clark and Gardner 2018, section 3), p(end) likewise.
        """
        import torch

        with torch.autocast(self._device.type, dtype=torch.bfloat16):
            found = self.module(
                input_ids=self._on_device(batch.input_ids),
                token_type_ids=self._on_device(batch.token_type_ids),
                attention_mask=self._on_device(batch.mask).long(),
            )
        mask = self._on_device(batch.mask)
        losses = [
            _marginal_loss(logits.float(), mask, self._on_device(gold))
            for logits, gold in ((found.start_logits, batch.starts), (found.end_logits, batch.ends))
        ]
        return (losses[0] + losses[1]) / 2

    def save(self, folder: Path) -> None:
        """Writes a folder that serving, ``assistant.models.export`` and transformers can open: fp16 weights."""
        import torch
        from safetensors.torch import save_file

        folder.mkdir(parents=True, exist_ok=True)
        tensors = {
            name: tensor.detach().to("cpu", torch.float16).contiguous()
            for name, tensor in self.module.state_dict().items()
        }
        save_file(tensors, folder / WEIGHTS, metadata={"format": "pt"})
        for name in (_CONFIG, TOKENIZER, "tokenizer_config.json"):
            (folder / name).write_bytes((READER_FOLDER / name).read_bytes())

    def _on_device(self, array: Any) -> torch.Tensor:
        import torch

        return torch.from_numpy(array).to(self._device)


def _marginal_loss(logits: torch.Tensor, mask: torch.Tensor, gold: torch.Tensor) -> torch.Tensor:
    lowest = -1e4
    everything = logits.masked_fill(~mask, lowest).logsumexp(1)
    return (everything - logits.masked_fill(~gold, lowest).logsumexp(1)).mean()


def _base_files(base: str) -> tuple[Path, Path]:
    """Weights and configuration."""
    if base == "bundled-embedder":
        return embedder_weights(), READER_FOLDER / _CONFIG
    return require(Path(base) / WEIGHTS, "Check the setting 'base'."), require(Path(base) / _CONFIG)


def _named(weights: Path) -> Mapping[str, torch.Tensor]:
    """The tensors under the names of BertForQuestionAnswering, as fp32; an encoder's own lack its "bert."."""
    from safetensors.torch import load_file

    tensors = load_file(weights)
    bare = not any(name.startswith("bert.") for name in tensors)
    return {f"bert.{name}" if bare else name: tensor.float() for name, tensor in tensors.items()}
