"""The learning rate over a run: up, level, down to zero."""

from __future__ import annotations

from assistant.training.config import Optimiser


def rate(done: float, optimiser: Optimiser) -> float:
    """The learning rate after the share ``done`` (0..1) of a run's tokens.

    Linear warm-up, level, then linear to zero (the trapezoid of Zhai et al. 2022, section 3.5): a level stretch can
    be made longer without starting over.
    """
    if done < optimiser.warmup:
        return optimiser.peak_rate * done / optimiser.warmup
    left = 1 - done
    return optimiser.peak_rate * (min(1.0, max(0.0, left) / optimiser.decay) if optimiser.decay else 1.0)
