"""Builds configurations for tests, and what the small data is made of."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from assistant.training.config import Examples, Optimiser, Teacher, TrainingConfig

PEOPLE = ("Ann Lee", "Boris Hale", "Carla Dunn", "Dev Roy", "Elsa Brandt", "Finn Moore")
PLACES = ("Oslo", "Lima", "Cairo", "Hanoi", "Quito", "Perth")

EXAMPLES = frozenset(Examples.model_fields)


def config(base: Path, *, teacher: str | None = None, **changes: Any) -> TrainingConfig:
    """A configuration over the small data; ``changes`` are keys of its examples and optimiser."""
    examples = {"passes": {"people": 1.0, "refusals": 1.0}, "held_out": 4}
    optimiser = {"tokens": 20_000, "batch_tokens": 1000, "peak_rate": 3e-3, "train_embeddings": True}
    for key, value in changes.items():
        (examples if key in EXAMPLES else optimiser)[key] = value
    return TrainingConfig(
        seed=1,
        base=str(base),
        max_length=96,
        examples=Examples(**examples),
        optimiser=Optimiser(**optimiser),
        teacher=Teacher(reader=teacher, share=0.8) if teacher else None,
    )
