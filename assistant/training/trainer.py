"""The training loop: batches in, weights out; interrupted anywhere, it resumes from its last checkpoint."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.errors import ModelError
from assistant.training.batches import Batch, Batcher
from assistant.training.checkpoint import Progress, read_checkpoint, write_checkpoint
from assistant.training.config import Optimiser
from assistant.training.network import SpanNetwork
from assistant.training.schedule import rate

if TYPE_CHECKING:
    import torch

#: Batches over which the logged loss and speed are averaged.
_LOGGED_EVERY = 50
#: Seconds between checkpoints.
KEPT_EVERY = 600.0
#: What a checkpoint holds of each parameter.
_KEPT = ("weight", "average", "exp_avg", "exp_avg_sq")


class _Mark:
    """Where a run was at one time; a report covers what came since."""

    def __init__(self, progress: Progress) -> None:
        self.progress = progress
        self.at = time.monotonic()


@dataclass(frozen=True, slots=True)
class Report:
    """How a run is doing, over the batches since the last report.

    Attributes:
        batches, tokens: trained on so far.
        done: share of the run, 0..1.
        loss: mean training loss, nats.
        held_out: loss over the questions that are not trained on; None when it was not measured now.
        rate: learning rate.
        tokens_per_second: speed.
        seconds_left: estimated; making batches, checkpoints and measuring are part of the speed.
    """

    batches: int
    tokens: int
    done: float
    loss: float
    held_out: float | None
    rate: float
    tokens_per_second: float
    seconds_left: float


class Trainer:
    """Trains a network in place.

    Args:
        network: what is trained.
        batcher: makes the run's batches.
        held_out: batches that only measure.
        optimiser: how weights move.
        seed: of dropout.
        folder: where the checkpoint is kept.
        run: says which run this is; a checkpoint of another is refused.
    """

    def __init__(
        self,
        network: SpanNetwork,
        batcher: Batcher,
        held_out: list[Batch],
        optimiser: Optimiser,
        seed: int,
        folder: Path,
        run: str,
    ) -> None:
        self._network = network
        self._batcher = batcher
        self._held_out = held_out
        self._settings = optimiser
        self._seed = seed
        self._folder = folder
        self._run = run
        self._parameters = network.trained()
        self._adam = _adam(self._parameters, optimiser)
        self._average = {name: one.detach().clone() for name, one in self._parameters.items()}
        self.progress = self._restored()

    def train(self, report: Callable[[Report], None], *, until: Callable[[], bool] = lambda: False) -> bool:
        """Trains to the end of the run, or to the first batch after which ``until`` says so; True at the end.

        Either way a checkpoint is written; an exception leaves the last one, since weights may be half changed.

        Raises:
            ModelError: when the loss is no number any more.
        """
        self._network.module.train()
        since, losses, kept = _Mark(self.progress), [], time.monotonic()
        for loss in self._steps():
            losses.append(loss)
            keeping = time.monotonic() - kept > KEPT_EVERY
            if len(losses) == _LOGGED_EVERY or keeping or self._done >= 1:
                report(self._report(losses, since, self.measured() if keeping else None))
                since, losses = _Mark(self.progress), []
            if keeping:
                self._keep()
                kept = time.monotonic()
            if until():
                break
        self._keep()
        return self._done >= 1

    def adopt_average(self) -> None:
        """Puts the running average of the weights in place of the last ones, if one was kept."""
        import torch

        if self._settings.averaging:
            with torch.no_grad():
                for name, parameter in self._parameters.items():
                    parameter.copy_(self._average[name])

    @property
    def _done(self) -> float:
        return self.progress.tokens / self._settings.tokens

    def _steps(self) -> Iterator[float]:
        """Trains on batch after batch to the end of the run; the loss of each."""
        if self._done >= 1:
            return
        started = time.monotonic()
        for batch in self._batcher.stream(self.progress.place):
            loss = self._step(batch)
            before, now = self.progress, time.monotonic()
            self.progress = Progress(
                batch.after, before.batches + 1, before.tokens + batch.tokens, before.seconds + now - started
            )
            started = now
            yield loss
            if self._done >= 1:
                return

    def _step(self, batch: Batch) -> float:
        import torch

        middle = (self.progress.tokens + batch.tokens / 2) / self._settings.tokens
        for group in self._adam.param_groups:
            group["lr"] = rate(min(1.0, middle), self._settings)
        torch.manual_seed(self._seed + self.progress.batches)  # dropout is the same after a cut
        loss = self._network.loss(batch)
        if not torch.isfinite(loss):
            raise ModelError(
                f"The loss is {float(loss.detach())} after {self.progress.batches} batches.",
                f"The last checkpoint in {self._folder} is sound; train with a lower peak_rate.",
            )
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(self._parameters.values(), self._settings.clip)
        self._adam.step()
        self._adam.zero_grad(set_to_none=True)
        self._update_average()
        return float(loss.detach())

    def _update_average(self) -> None:
        import torch

        # Early on the average follows closely, so that it forgets the start.
        decay = min(self._settings.averaging, (1 + self.progress.batches) / (10 + self.progress.batches))
        if self._settings.averaging:
            with torch.no_grad():
                for name, parameter in self._parameters.items():
                    self._average[name].lerp_(parameter, 1 - decay)

    def _report(self, losses: list[float], since: _Mark, held_out: float | None) -> Report:
        now = self.progress
        speed = (now.tokens - since.progress.tokens) / max(1e-9, time.monotonic() - since.at)
        return Report(
            now.batches,
            now.tokens,
            self._done,
            sum(losses) / len(losses),
            held_out,
            rate(min(1.0, self._done), self._settings),
            speed,
            max(0, self._settings.tokens - now.tokens) / max(1e-9, speed),
        )

    def measured(self) -> float:
        """Mean loss over the windows that are held out, nats; 0 without any."""
        import torch

        self._network.module.eval()
        with torch.no_grad():
            losses = [float(self._network.loss(batch)) * len(batch.input_ids) for batch in self._held_out]
        self._network.module.train()
        return sum(losses) / max(1, sum(len(batch.input_ids) for batch in self._held_out))

    def _keep(self) -> None:
        import torch

        tensors: dict[str, torch.Tensor] = {}
        for name, parameter in self._parameters.items():
            tensors[f"weight/{name}"] = parameter.detach()
            tensors[f"average/{name}"] = self._average[name]
            for key in ("exp_avg", "exp_avg_sq"):
                value = self._adam.state[parameter].get(key)  # there is none before the first batch
                tensors[f"{key}/{name}"] = torch.zeros_like(parameter) if value is None else value
        write_checkpoint(self._folder, tensors, self.progress, self._run)

    def _restored(self) -> Progress:
        import torch

        kept = read_checkpoint(self._folder, self._run)
        if kept is None:
            return Progress()
        tensors, progress = kept
        if missing := {f"{part}/{name}" for name in self._parameters for part in _KEPT} - tensors.keys():
            raise ModelError(f"The checkpoint lacks {', '.join(sorted(missing)[:3])}.", "Start over with --fresh.")
        with torch.no_grad():
            for name, parameter in self._parameters.items():
                parameter.copy_(tensors[f"weight/{name}"])
                self._average[name].copy_(tensors[f"average/{name}"])
                self._adam.state[parameter] = {
                    "step": torch.tensor(float(progress.batches), device=parameter.device),
                    "exp_avg": tensors[f"exp_avg/{name}"].to(parameter.device),
                    "exp_avg_sq": tensors[f"exp_avg_sq/{name}"].to(parameter.device),
                }
        return progress


def _adam(parameters: dict[str, torch.nn.Parameter], settings: Optimiser) -> torch.optim.AdamW:
    import torch

    groups = [
        {"params": [one for one in parameters.values() if one.ndim > 1], "weight_decay": settings.weight_decay},
        {"params": [one for one in parameters.values() if one.ndim <= 1], "weight_decay": 0.0},
    ]
    return torch.optim.AdamW(groups, lr=settings.peak_rate, betas=(0.9, 0.98), eps=1e-6, fused=True)
