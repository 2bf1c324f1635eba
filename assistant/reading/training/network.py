"""The reader as a torch network: an encoder with a span head, its loss, and its files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.errors import ModelError
from assistant.models.files import TOKENIZER, WEIGHTS, sha256
from assistant.reading.training.base import CONFIG, TOKENIZER_CONFIG, Base
from assistant.reading.training.batches import Batch

if TYPE_CHECKING:
    import torch


#: In place of a logit that must not count.
_LOWEST = -1e4


class SpanNetwork:
    """A BERT encoder with a head that scores every token as an answer's start and end.

    Args:
        base: where its encoder comes from; a head that the base lacks is drawn with ``seed``.
        seed: of that draw and of dropout.
        dropout: in the encoder, 0..1.
        device: where it runs.

    Attributes:
        module: ``BertForQuestionAnswering`` with fp32 weights.
    """

    def __init__(self, base: Base, *, seed: int, dropout: float, device: torch.device) -> None:
        """Raises ModelError when the base is no BERT encoder."""
        import torch
        from transformers import BertConfig, BertForQuestionAnswering

        settings = json.loads(base.config.read_text(encoding="utf-8"))
        settings.update(hidden_dropout_prob=dropout, attention_probs_dropout_prob=dropout)
        # On CPUs the fused kernel's backward pass is slow.
        settings["attn_implementation"] = "eager" if device.type == "cpu" else "sdpa"
        torch.manual_seed(seed)
        self.module = BertForQuestionAnswering(BertConfig(**settings))
        _load(self.module, base.weights)
        self.module.to(device)  # type: ignore[arg-type]
        self._device = device
        self._base = base

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
        return self._label_loss(self.log_probabilities(batch), batch)

    def log_probabilities(self, batch: Batch) -> tuple[torch.Tensor, torch.Tensor]:
        """Of starting and of ending at each position: two of (b, n), fp32; padding has next to none."""
        import torch

        with torch.autocast(self._device.type, dtype=torch.bfloat16):
            found = self.module(
                input_ids=self._on_device(batch.input_ids),
                token_type_ids=self._on_device(batch.token_type_ids),
                attention_mask=self._on_device(batch.mask).long(),
            )
        padding = ~self._on_device(batch.mask)
        starts, ends = (
            logits.float().masked_fill(padding, _LOWEST).log_softmax(1)
            for logits in (found.start_logits, found.end_logits)
        )
        return starts, ends

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
        for name, file in (
            (CONFIG, self._base.config),
            (TOKENIZER, self._base.tokenizer),
            (TOKENIZER_CONFIG, self._base.tokenizer_config),
        ):
            (folder / name).write_bytes(file.read_bytes())
        (folder / WEIGHTS).chmod(0o644)  # the library makes it private

    def _label_loss(self, found: tuple[torch.Tensor, torch.Tensor], batch: Batch) -> torch.Tensor:
        golds = self._on_device(batch.starts), self._on_device(batch.ends)
        return (_marginal_loss(found[0], golds[0]) + _marginal_loss(found[1], golds[1])) / 2

    def _on_device(self, array: Any) -> torch.Tensor:
        import torch

        return torch.from_numpy(array).to(self._device)


class TaughtNetwork(SpanNetwork):
    """A network that learns from a teacher's distributions as well as from the labels.

    Args:
        teacher: a finished reader's files.
        share: of the loss that comes from it, 0..1.
    """

    def __init__(
        self, base: Base, *, teacher: Base, share: float, seed: int, dropout: float, device: torch.device
    ) -> None:
        """Raises ModelError when the teacher has another tokenizer: its distributions would be over other tokens."""
        if sha256(teacher.tokenizer) != sha256(base.tokenizer):
            raise ModelError(
                f"The teacher {teacher.weights.parent} has another tokenizer than the base.",
                "Give a reader that was trained from the same base.",
            )
        self._teacher = SpanNetwork(teacher, seed=0, dropout=0.0, device=device)
        self._teacher.module.eval()  # type: ignore[no-untyped-call]
        self._share = share
        super().__init__(base, seed=seed, dropout=dropout, device=device)

    def loss(self, batch: Batch) -> torch.Tensor:
        """The labels' loss and the cross entropy to the teacher, weighed by its share; the labels' alone in eval."""
        import torch

        if not self.module.training:
            return super().loss(batch)
        with torch.no_grad():
            taught = self._teacher.log_probabilities(batch)
        found = self.log_probabilities(batch)
        starts, ends = (-(his.exp() * own).sum(1).mean() for own, his in zip(found, taught, strict=True))
        return (1 - self._share) * self._label_loss(found, batch) + self._share * (starts + ends) / 2


def _marginal_loss(log_probabilities: torch.Tensor, gold: torch.Tensor) -> torch.Tensor:
    return -log_probabilities.masked_fill(~gold, _LOWEST).logsumexp(1).mean()


def _load(module: torch.nn.Module, weights: Path) -> None:
    """Fills ``module`` from a reader's or a bare encoder's tensors, whose names lack the "bert."; as fp32."""
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    try:
        tensors = load_file(weights)
        bare = not any(name.startswith("bert.") for name in tensors)
        named = {f"bert.{name}" if bare else name: tensor.float() for name, tensor in tensors.items()}
        missing, _ = module.load_state_dict(named, strict=False)
    except (OSError, SafetensorError, RuntimeError) as error:
        raise ModelError(f"The weights {weights} cannot be used: {error}.", "Give a BERT encoder as base.") from error
    if lacking := [name for name in missing if not name.startswith("qa_outputs")]:
        raise ModelError(f"The weights {weights} lack {', '.join(lacking[:3])}.", "Give a BERT encoder as base.")
