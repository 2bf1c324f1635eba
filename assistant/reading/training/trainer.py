"""The training loop: batches in, weights out; cut anywhere, it goes on from its last checkpoint."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.reading.training.batches import Batch, Batcher
from assistant.reading.training.checkpoint import Progress, read_checkpoint, write_checkpoint
from assistant.reading.training.config import Optimiser
from assistant.reading.training.network import SpanNetwork
from assistant.reading.training.schedule import rate

if TYPE_CHECKING:
    import torch

#: Batches over which the logged loss and speed are averaged.
_LOGGED_EVERY = 50
#: Seconds between checkpoints.
_KEPT_EVERY = 240.0


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
        seconds_left: estimated.
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
        folder: where the checkpoint is kept.
        run: says which run this is; a checkpoint of another is refused.
    """

    def __init__(
        self,
        network: SpanNetwork,
        batcher: Batcher,
        held_out: list[Batch],
        optimiser: Optimiser,
        folder: Path,
        run: str,
    ) -> None:
        self._network = network
        self._batcher = batcher
        self._held_out = held_out
        self._settings = optimiser
        self._folder = folder
        self._run = run
        self._parameters = network.trained()
        self._adam = _adam(self._parameters, optimiser)
        self._average = {name: one.detach().clone() for name, one in self._parameters.items()}
        self.progress = self._restored()

    def train(self, report: Callable[[Report], None], *, until: Callable[[], bool] = lambda: False) -> bool:
        """Trains to the end of the run, or to the first batch after which ``until`` says so; True at the end.

        Either way a checkpoint is written; an exception leaves the last one, since weights may be half changed.
        """
        self._network.module.train()
        for _ in self._steps(report):
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

    def _steps(self, report: Callable[[Report], None]) -> Iterator[None]:
        losses: list[float] = []
        reported, kept = self.progress, time.monotonic()
        if self._done >= 1:
            return
        for batch in self._batcher.stream(self.progress.place):
            started = time.perf_counter()
            losses.append(self._step(batch))
            before = self.progress
            self.progress = Progress(
                batch.after,
                before.batches + 1,
                before.tokens + batch.tokens,
                before.seconds + time.perf_counter() - started,
            )
            if len(losses) == _LOGGED_EVERY or self._done >= 1:
                report(self._report(losses, reported, measure=False))
                losses, reported = [], self.progress
            if time.monotonic() - kept > _KEPT_EVERY:
                self._keep()
                report(self._report(losses, reported, measure=True))
                losses, reported, kept = [], self.progress, time.monotonic()
            yield
            if self._done >= 1:
                return

    def _step(self, batch: Batch) -> float:
        import torch

        now = rate(self._done, self._settings)
        for group in self._adam.param_groups:
            group["lr"] = now
        loss = self._network.loss(batch)
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

    def _report(self, losses: list[float], since: Progress, *, measure: bool) -> Report:
        now = self.progress
        tokens, seconds = now.tokens - since.tokens, now.seconds - since.seconds
        speed = tokens / seconds if seconds else 0.0
        return Report(
            now.batches,
            now.tokens,
            self._done,
            sum(losses) / len(losses) if losses else 0.0,
            self._measured() if measure else None,
            rate(self._done, self._settings),
            speed,
            (self._settings.tokens - now.tokens) / speed if speed else 0.0,
        )

    def _measured(self) -> float:
        import torch

        self._network.module.eval()  # type: ignore[no-untyped-call]
        with torch.no_grad():
            losses = [float(self._network.loss(batch)) * len(batch.input_ids) for batch in self._held_out]
        self._network.module.train()
        return sum(losses) / max(1, sum(len(batch.input_ids) for batch in self._held_out))

    def _keep(self) -> None:
        tensors: dict[str, torch.Tensor] = {}
        for name, parameter in self._parameters.items():
            tensors[f"weight/{name}"] = parameter.detach()
            tensors[f"average/{name}"] = self._average[name]
            for key in ("exp_avg", "exp_avg_sq"):
                if key in self._adam.state[parameter]:
                    tensors[f"{key}/{name}"] = self._adam.state[parameter][key]
        write_checkpoint(self._folder, tensors, self.progress, self._run)

    def _restored(self) -> Progress:
        import torch

        kept = read_checkpoint(self._folder, self._run)
        if kept is None:
            return Progress()
        tensors, progress = kept
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
