"""The reader as a torch network: an encoder with a span head, its loss, and its files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.errors import ModelError
from assistant.models.files import TOKENIZER, WEIGHTS
from assistant.models.torch_models import fast_half
from assistant.training.batches import Batch
from assistant.training.pretrained import CONFIG, TOKENIZER_CONFIG, PretrainedModel

if TYPE_CHECKING:
    import torch
    from numpy.typing import NDArray
    from transformers import PreTrainedModel

#: In place of a logit that must not count.
LOWEST = -1e4


class SpanNetwork:
    """An encoder with a head that scores every token as an answer's start and end.

    Args:
        base: where its encoder comes from; a head that the base lacks is drawn with ``seed``.
        seed: of that draw and of dropout.
        dropout: in the encoder, 0..1.
        device: where it runs.
        layers: how many of the encoder's layers are kept, from the lowest; None: all.
        pooled: share of the loss over all windows of a question together, 0..1.

    Attributes:
        module: transformers' question-answering model of the base's kind, with fp32 weights.
    """

    def __init__(
        self,
        base: PretrainedModel,
        *,
        seed: int,
        dropout: float,
        device: torch.device,
        layers: int | None = None,
        pooled: float = 0.0,
    ) -> None:
        """Raises ModelError when the base is no encoder that can be trained."""
        import torch
        from transformers import AutoConfig, AutoModelForQuestionAnswering

        settings = json.loads(base.config.read_text(encoding="utf-8"))
        self._settings = settings | {"num_hidden_layers": min(layers or 10**6, settings["num_hidden_layers"])}
        config = AutoConfig.for_model(
            **self._settings | {"hidden_dropout_prob": dropout, "attention_probs_dropout_prob": dropout}
        )
        # On CPUs the fused kernel's backward pass is slow; MPNet has none.
        eager = device.type == "cpu" or config.model_type == "mpnet"
        torch.manual_seed(seed)
        self.module = AutoModelForQuestionAnswering.from_config(  # type: ignore[no-untyped-call]
            config, attn_implementation="eager" if eager else "sdpa", dtype=torch.float32
        )
        _load(self.module, base.weights)
        self.module.to(device)
        self._device = device
        self._half = fast_half(device)
        self._token_types = getattr(config, "type_vocab_size", 0) > 1
        self._base = base
        self._pooled = pooled

    def freeze(self, layers: int) -> None:
        """Keep the embeddings of tokens and positions, and the lowest ``layers``, as they are."""
        encoder = self.module.base_model
        for part in (encoder.embeddings, *encoder.encoder.layer[:layers]):
            for parameter in part.parameters():
                parameter.requires_grad_(False)

    def trained(self) -> dict[str, torch.nn.Parameter]:
        """The parameters that move, by name."""
        return {name: parameter for name, parameter in self.module.named_parameters() if parameter.requires_grad}

    def loss(self, batch: Batch) -> torch.Tensor:
        """Mean of ``-log p(start) - log p(end)``, halved, in nats; see the function ``label_loss``."""
        return self.label_loss(self.logits(batch), batch)

    def logits(self, batch: Batch) -> tuple[torch.Tensor, torch.Tensor]:
        """Of starting and of ending at each position: two of (b, n), fp32; padding has next to no chance."""
        import torch

        inputs = {"input_ids": batch.input_ids, "attention_mask": batch.mask.astype("int64")}
        if self._token_types:
            inputs["token_type_ids"] = batch.token_type_ids
        with torch.autocast(self._device.type, dtype=torch.bfloat16, enabled=self._half):
            found = self.module(**{name: self.on_device(array) for name, array in inputs.items()})
        padding = ~self.on_device(batch.mask)
        starts, ends = (
            logits.float().masked_fill(padding, LOWEST) for logits in (found.start_logits, found.end_logits)
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
        self._settings["architectures"] = [type(self.module).__name__]
        (folder / CONFIG).write_text(json.dumps(self._settings, indent=2) + "\n", encoding="utf-8")
        for name, file in ((TOKENIZER, self._base.tokenizer), (TOKENIZER_CONFIG, self._base.tokenizer_config)):
            (folder / name).write_bytes(file.read_bytes())
        (folder / WEIGHTS).chmod(0o644)  # the library makes it private

    def label_loss(self, found: tuple[torch.Tensor, torch.Tensor], batch: Batch) -> torch.Tensor:
        """The loss of these logits against the batch's labels."""
        nulls, groups = self.on_device(batch.nulls), self.on_device(batch.groups)
        golds = self.on_device(batch.starts), self.on_device(batch.ends)
        starts, ends = (
            label_loss(logits, gold, nulls, groups, self._pooled) for logits, gold in zip(found, golds, strict=True)
        )
        return (starts + ends) / 2

    def on_device(self, array: NDArray[Any]) -> torch.Tensor:
        """The array where the network runs."""
        import torch

        return torch.from_numpy(array).to(self._device)


def label_loss(
    logits: torch.Tensor, gold: torch.Tensor, nulls: torch.Tensor, groups: torch.Tensor, pooled: float
) -> torch.Tensor:
    """``-log p(gold)``, nats: mean over windows by themselves and over the questions of a batch, weighed by ``pooled``.

    p sums over all gold positions (Clark and Gardner 2018, section 3). Over a question's texts together, what counts
    is by how much a position exceeds its own window's "no answer", since that is what is compared when serving; their
    common "no answer" is one choice of the same softmax (the shared norm of their section 4.4).

    Args:
        logits: (b, n).
        gold: (b, n), whether a position is right; "no answer" is where a window has no answer.
        nulls: (b,), the position of "no answer".
        groups: (b, 2), see ``Batch``.
        pooled: share of the loss over questions, 0..1.
    """
    import torch

    margins = logits - logits.gather(1, nulls[:, None])
    own = (margins.logsumexp(1) - margins.masked_fill(~gold, LOWEST).logsumexp(1)).mean()
    if not pooled:
        return own
    everything, spans = shared_norm(margins, nulls, groups)
    right = together(spans.masked_fill(~gold, LOWEST).logsumexp(1), groups)
    right = torch.where(right > LOWEST / 2, right, torch.zeros_like(right))  # no gold anywhere: "no answer"
    return (1 - pooled) * own + pooled * (everything - right).mean()


def shared_norm(margins: torch.Tensor, nulls: torch.Tensor, groups: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Log of the sum over each question's positions and its "no answer", (g,); margins (b, n) without the latter."""
    import torch

    at_null = torch.zeros_like(margins, dtype=torch.bool).scatter_(1, nulls[:, None], True)
    spans = margins.masked_fill(at_null, LOWEST)
    pooled = together(spans.logsumexp(1), groups)
    return torch.logaddexp(pooled, torch.zeros_like(pooled)), spans


def together(values: torch.Tensor, groups: torch.Tensor) -> torch.Tensor:
    """Log of the sum of exponentials of ``values`` (b,) over the windows of each question: (g,)."""
    apart = (int(groups[:, 0].max()) + 1, int(groups[:, 1].max()) + 1)
    spread = values.new_full(apart, LOWEST).index_put((groups[:, 0], groups[:, 1]), values)
    return spread.logsumexp(1)


def _load(module: PreTrainedModel, weights: Path) -> None:
    """Fills ``module`` from a reader's or a bare encoder's tensors, whose names lack the prefix; as fp32."""
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    try:
        tensors = load_file(weights)
        prefix = f"{module.base_model_prefix}."
        bare = not any(name.startswith(prefix) for name in tensors)
        named = {f"{prefix}{name}" if bare else name: tensor.float() for name, tensor in tensors.items()}
        missing, _ = module.load_state_dict(named, strict=False)
    except (OSError, SafetensorError, RuntimeError) as error:
        raise ModelError(
            f"The weights {weights} cannot be used: {error}.", "Give a BERT or MPNet encoder as base."
        ) from error
    if lacking := [name for name in missing if not name.startswith("qa_outputs")]:
        raise ModelError(
            f"The weights {weights} lack {', '.join(lacking[:3])}.", "Give a BERT or MPNet encoder as base."
        )
