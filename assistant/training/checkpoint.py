"""What an interrupted run resumes from: one safetensors file, replaced as a whole."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.errors import ModelError
from assistant.training.batches import Position

if TYPE_CHECKING:
    import torch

FILE = "checkpoint.safetensors"


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run has come.

    Attributes:
        place: where its next batch stands.
        batches, tokens: trained on so far.
        seconds: spent training so far.
    """

    place: Position = Position()  # noqa: RUF009 - immutable
    batches: int = 0
    tokens: int = 0
    seconds: float = 0.0


def write_checkpoint(folder: Path, tensors: Mapping[str, torch.Tensor], progress: Progress, run: str) -> None:
    """Replaces the folder's checkpoint; ``run`` says of which run it is. Dying midway leaves the old one.

    Raises:
        ModelError: when it cannot be written.
    """
    from safetensors import SafetensorError
    from safetensors.torch import save_file

    beside = folder / f"{FILE}.new"
    try:
        save_file(dict(tensors), beside, metadata={"progress": json.dumps(asdict(progress)), "run": run})
        os.replace(beside, folder / FILE)
    except (OSError, SafetensorError) as error:
        beside.unlink(missing_ok=True)
        raise ModelError(
            f"The checkpoint {folder / FILE} cannot be written: {error}.",
            "Free some space and run the same command again; it resumes from the last one.",
        ) from error


def read_checkpoint(folder: Path, run: str) -> tuple[dict[str, torch.Tensor], Progress] | None:
    """The folder's checkpoint, None when it has none.

    Raises:
        ModelError: when it is damaged or of another run.
    """
    from safetensors import SafetensorError, safe_open

    path = folder / FILE
    if not path.is_file():
        return None
    try:
        with safe_open(path, "pt") as stored:
            metadata = stored.metadata() or {}
            known = json.loads(metadata["progress"])
            tensors = {name: stored.get_tensor(name) for name in stored.keys()}  # noqa: SIM118 - not a mapping
            progress = Progress(Position(*known.pop("place")), **known)
    except (OSError, SafetensorError, KeyError, TypeError, ValueError) as error:
        raise ModelError(f"The checkpoint {path} cannot be read: {error}.", "Start over with --fresh.") from error
    if metadata.get("run") != run:
        raise ModelError(
            f"The checkpoint {path} is of a run with another configuration or other data.",
            "Give another folder, the same configuration and data, or --fresh to start over.",
        )
    return tensors, progress
