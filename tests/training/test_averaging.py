"""Averaging readers: the mean of their weights, served like any reader; parts that do not fit are refused."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from assistant.errors import ModelError
from assistant.models.files import INT8_MODEL, WEIGHTS, sha256
from assistant.reading.opening import open_reader
from assistant.settings import load_settings
from assistant.training.averaging import average_readers
from assistant.training.network import SpanNetwork
from assistant.training.pretrained import find_base


@pytest.fixture
def readers(tiny_base: Path, tmp_path: Path) -> list[Path]:
    """Two readers of one base whose heads were drawn apart."""
    import torch

    folders = [tmp_path / "one", tmp_path / "other"]
    for seed, folder in enumerate(folders):
        SpanNetwork(find_base(str(tiny_base)), seed=seed, dropout=0.0, device=torch.device("cpu")).save(folder)
        (folder / "training.json").write_text(json.dumps({"config": {"seed": seed}}), encoding="utf-8")
        (folder / "training.jsonl").write_text(f'{{"loss": {seed}}}\n', encoding="utf-8")
    return folders


def test_weights_are_the_mean_and_the_parts_are_recorded(readers: list[Path], tmp_path: Path) -> None:
    out = tmp_path / "average"
    average_readers(readers, out)
    parts = [load_file(folder / WEIGHTS) for folder in readers]
    for name, tensor in load_file(out / WEIGHTS).items():
        mean = (parts[0][name].astype(np.float32) + parts[1][name].astype(np.float32)) / 2
        np.testing.assert_array_equal(tensor, mean.astype(np.float16))
    head = "qa_outputs.weight"
    assert not np.array_equal(parts[0][head], parts[1][head])  # so the mean is neither of them
    record = json.loads((out / "training.json").read_text(encoding="utf-8"))["average_of"]
    assert [part["config"]["seed"] for part in record] == [0, 1]
    assert [part["weights"] for part in record] == [sha256(folder / WEIGHTS) for folder in readers]
    assert (out / "training-2.jsonl").read_text(encoding="utf-8") == '{"loss": 1}\n'


def test_the_average_is_served_in_the_fast_form(readers: list[Path], tmp_path: Path) -> None:
    out = tmp_path / "average"
    average_readers(readers, out)
    assert (out / INT8_MODEL).is_file()
    spans = open_reader(load_settings(reader=str(out))).read("Who came?", ["Ann Lee came."])
    assert "Ann Lee came."[spans[0].start : spans[0].end] == spans[0].text


def test_readers_of_another_shape_are_refused(readers: list[Path], tmp_path: Path) -> None:
    tensors = load_file(readers[1] / WEIGHTS)
    save_file({**tensors, "qa_outputs.bias": np.zeros(3, np.float16)}, readers[1] / WEIGHTS)
    with pytest.raises(ModelError, match="another shape"):
        average_readers(readers, tmp_path / "average")
    assert not (tmp_path / "average").exists()


def test_readers_with_another_tokenizer_are_refused(readers: list[Path], tmp_path: Path) -> None:
    (readers[1] / "tokenizer.json").write_text("{}", encoding="utf-8")
    with pytest.raises(ModelError, match=r"tokenizer\.json differs"):
        average_readers(readers, tmp_path / "average")


def test_one_reader_or_its_own_folder_is_refused(readers: list[Path], tmp_path: Path) -> None:
    for folders, out in (readers[:1], tmp_path / "average"), (readers, readers[0]):
        with pytest.raises(ModelError, match="needs two readers"):
            average_readers(folders, out)


def test_a_folder_without_a_reader_is_named(readers: list[Path], tmp_path: Path) -> None:
    shutil.rmtree(readers[1])
    with pytest.raises(ModelError, match="other"):
        average_readers(readers, tmp_path / "average")


def test_damaged_weights_are_named(readers: list[Path], tmp_path: Path) -> None:
    (readers[1] / WEIGHTS).write_bytes(b"cut")
    with pytest.raises(ModelError, match=r"other.*cannot be read"):
        average_readers(readers, tmp_path / "average")
