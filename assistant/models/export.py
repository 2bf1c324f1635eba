"""Makes the bundled models' ONNX files again from their safetensors: ``python -m assistant.models.export``.

With a folder, only those of the reader in it. The same weights give the same bytes. Needs the ``train`` extra
(``onnx``).
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import onnx
from safetensors.numpy import load_file

from assistant.models.encoder_graph import EncoderGraph, EncoderShape
from assistant.models.files import (
    EMBEDDER_FOLDER,
    FAST_READER,
    GRAPH,
    INT8_MODEL,
    WEIGHTS,
    embedder_weights,
    require,
    sha256,
)

#: Bytes of weights in one file: below what hosts of repositories take.
_LARGEST_FILE = 64_000_000
#: Smaller tensors stay in the graph.
_SPLIT_FROM = 65_536
#: Tensors start at multiples of this, so that they can be used where they lie in a mapped file.
_ALIGNED = 4096


def export_reader(folder: Path = FAST_READER) -> None:
    """Writes ``graph.onnx`` and ``model.int8.onnx`` next to a reader's ``model.safetensors``."""
    tensors = load_file(require(folder / WEIGHTS))
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    shape, prefix = EncoderShape.from_config(config), f"{config['model_type']}."
    for name, int8 in ((GRAPH, False), (INT8_MODEL, True)):
        _write(EncoderGraph(tensors, shape, prefix, int8=int8).reader(), folder / name)


def export_embedder(folder: Path = EMBEDDER_FOLDER) -> None:
    """Writes the same two files for the bundled embedder, whose weights are in an installed package."""
    weights = embedder_weights()
    tensors = load_file(weights)
    shape = EncoderShape.from_config(json.loads((weights.parent / "config.json").read_text(encoding="utf-8")))
    for name, int8 in ((GRAPH, False), (INT8_MODEL, True)):
        _write(EncoderGraph(tensors, shape, "", int8=int8).embedder(), folder / name)


def _write(model: onnx.ModelProto, path: Path) -> None:
    """Writes a graph; weights beyond ``_LARGEST_FILE`` go into numbered files beside it."""
    for old in path.parent.glob(f"{path.name}.*"):
        old.unlink()
    large = [tensor for tensor in model.graph.initializer if len(tensor.raw_data) >= _SPLIT_FROM]
    if sum(len(tensor.raw_data) for tensor in large) > _LARGEST_FILE:
        data, number = bytearray(), 0
        for tensor in large:
            if len(data) + len(tensor.raw_data) > _LARGEST_FILE:
                path.with_name(f"{path.name}.{number}").write_bytes(data)
                data, number = bytearray(), number + 1
            place = {"location": f"{path.name}.{number}", "offset": len(data), "length": len(tensor.raw_data)}
            data += tensor.raw_data
            data += bytes(-len(data) % _ALIGNED)
            tensor.ClearField("raw_data")
            tensor.data_location = onnx.TensorProto.EXTERNAL
            for key, value in place.items():
                tensor.external_data.add(key=key, value=str(value))
        path.with_name(f"{path.name}.{number}").write_bytes(data)
        # So that the graph's bytes tell which weights it has.
        digests = ",".join(sha256(part) for part in sorted(path.parent.glob(f"{path.name}.*")))
        model.metadata_props.add(key="weights", value=digests)
    path.write_bytes(model.SerializeToString(deterministic=True))


if __name__ == "__main__":
    if len(sys.argv) > 1:
        export_reader(Path(sys.argv[1]))
    else:
        export_reader()
        export_embedder()
