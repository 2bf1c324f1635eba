"""The average of readers that were trained apart from the same base: often better than any of them.

Wortsman et al. 2022, "Model soups" (a uniform soup).
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.errors import ModelError
from assistant.models.files import TOKENIZER, WEIGHTS, require, sha256
from assistant.training.pretrained import CONFIG, TOKENIZER_CONFIG
from assistant.training.run import LOG, RECORD

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_REMEDY = "Give folders that `assistant train reader` wrote from the same base."


def average_readers(folders: Sequence[Path], out: Path) -> None:
    """Writes a reader whose weights are the mean of those in ``folders``, with its ONNX files and its parts' records.

    Args:
        folders: two or more, of the same shape and tokenizer.
        out: a folder that is not among them.

    Raises:
        ModelError: when a folder holds no reader, or one that does not fit the others.
    """
    from safetensors.numpy import save_file

    from assistant.models.export import export_reader

    if len(folders) < 2 or out.resolve() in [folder.resolve() for folder in folders]:
        raise ModelError("An average needs two readers and a folder of its own.", _REMEDY)
    for folder in folders[1:]:
        for name in (CONFIG, TOKENIZER):
            if require(folder / name, _REMEDY).read_bytes() != require(folders[0] / name, _REMEDY).read_bytes():
                raise ModelError(f"{folder / name} differs from that of {folders[0]}.", _REMEDY)
    mean = _mean(folders)
    out.mkdir(parents=True, exist_ok=True)
    save_file(mean, out / WEIGHTS, metadata={"format": "pt"})
    for name in (CONFIG, TOKENIZER, TOKENIZER_CONFIG):
        shutil.copyfile(folders[0] / name, out / name)
    for number, folder in enumerate(folders, start=1):
        if (folder / LOG).is_file():
            shutil.copyfile(folder / LOG, out / f"{Path(LOG).stem}-{number}{Path(LOG).suffix}")
    record = {"average_of": [_part(folder) for folder in folders]}
    (out / RECORD).write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")
    export_reader(out)


def _mean(folders: Sequence[Path]) -> dict[str, NDArray[np.float16]]:
    import numpy as np

    total: dict[str, NDArray[np.float32]] = {}
    for folder in folders:
        tensors = _tensors(folder / WEIGHTS)
        if total and {name: one.shape for name, one in tensors.items()} != {n: one.shape for n, one in total.items()}:
            raise ModelError(f"The weights {folder / WEIGHTS} have another shape than the others.", _REMEDY)
        for name, tensor in tensors.items():
            total[name] = total.get(name, np.float32(0)) + tensor.astype(np.float32)
    return {name: (one / len(folders)).astype(np.float16) for name, one in total.items()}


def _tensors(file: Path) -> Mapping[str, NDArray[np.float16]]:
    from safetensors import SafetensorError
    from safetensors.numpy import load_file

    try:
        tensors: Mapping[str, NDArray[np.float16]] = load_file(require(file, _REMEDY))
    except (OSError, SafetensorError) as error:
        raise ModelError(f"The weights {file} cannot be read: {error}.", _REMEDY) from error
    return tensors


def _part(folder: Path) -> dict[str, object]:
    known = folder / RECORD
    recorded: dict[str, object] = json.loads(known.read_text(encoding="utf-8")) if known.is_file() else {}
    return {"weights": sha256(folder / WEIGHTS), **recorded}
