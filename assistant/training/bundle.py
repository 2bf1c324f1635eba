"""Everything a run needs in one folder, small enough to be carried to a machine with an accelerator."""

from __future__ import annotations

import shutil
from pathlib import Path

from assistant.errors import DatasetError, ModelError
from assistant.index.embedder import open_embedder
from assistant.models.files import TOKENIZER, WEIGHTS
from assistant.settings import load_settings
from assistant.training.config import load_config
from assistant.training.mining import mine, mined_file
from assistant.training.pretrained import CONFIG, TOKENIZER_CONFIG, PretrainedModel, find_base
from assistant.training.sources import find_files, load_files


def write_bundle(config_file: Path, data: Path, out: Path) -> int:
    """Writes ``data/`` (training files and what was mined for them), ``base/`` (fp16) and ``reader.toml``.

    Returns:
        Bytes written.

    Raises:
        DatasetError: when ``out`` holds something, or data is missing.
        ModelError: when the configuration names a teacher: its path would lead nowhere on another machine.
    """
    config = load_config(config_file)
    if config.teacher is not None:
        raise ModelError(
            f"{config_file} names the teacher {config.teacher.reader}, which is not carried along.",
            "Take [teacher] out of the configuration, or train on this machine.",
        )
    if out.exists() and any(out.iterdir()):
        raise DatasetError(f"{out} is not empty.", "Give a new folder.")
    files = find_files(data, config)
    (out / "data").mkdir(parents=True, exist_ok=True)
    for file in files.values():
        shutil.copyfile(file, out / "data" / file.name)
    if config.examples.retrieved:
        loaded = load_files(files)
        mine(loaded, [data, out / "data"], lambda: open_embedder(load_settings()))
        if (found := data / mined_file(loaded)).is_file():
            shutil.copyfile(found, out / "data" / found.name)
    shutil.copyfile(config_file, out / "reader.toml")
    _copy_base(find_base(config.base), out / "base")
    return sum(file.stat().st_size for file in out.rglob("*") if file.is_file())


def _copy_base(base: PretrainedModel, folder: Path) -> None:
    import numpy as np
    from safetensors.numpy import load_file, save_file

    folder.mkdir()
    tensors = {
        name: tensor.astype(np.float16) if tensor.dtype == np.float32 else tensor
        for name, tensor in load_file(base.weights).items()
    }
    save_file(tensors, folder / WEIGHTS)
    for name, file in ((CONFIG, base.config), (TOKENIZER, base.tokenizer), (TOKENIZER_CONFIG, base.tokenizer_config)):
        shutil.copyfile(file, folder / name)
