"""Makes the bundled models' ONNX files again from their safetensors: ``python -m assistant.models.export``.

With a folder, only those of the reader in it. The same weights give the same bytes. Needs the ``train`` extra
(``onnx``).
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from safetensors.numpy import load_file

from assistant.models.bert_graph import BertGraph, BertShape
from assistant.models.files import (
    EMBEDDER_FOLDER,
    GRAPH,
    INT8_MODEL,
    READER_FOLDER,
    WEIGHTS,
    embedder_weights,
    require,
)


def export_reader(folder: Path = READER_FOLDER) -> None:
    """Writes ``graph.onnx`` and ``model.int8.onnx`` next to a BERT reader's ``model.safetensors``."""
    tensors = load_file(require(folder / WEIGHTS))
    shape = BertShape.from_config(json.loads((folder / "config.json").read_text(encoding="utf-8")))
    for name, int8 in ((GRAPH, False), (INT8_MODEL, True)):
        model = BertGraph(tensors, shape, "bert.", int8=int8).reader()
        (folder / name).write_bytes(model.SerializeToString(deterministic=True))


def export_embedder(folder: Path = EMBEDDER_FOLDER) -> None:
    """Writes the same two files for the bundled embedder, whose weights are in an installed package."""
    weights = embedder_weights()
    tensors = load_file(weights)
    shape = BertShape.from_config(json.loads((weights.parent / "config.json").read_text(encoding="utf-8")))
    for name, int8 in ((GRAPH, False), (INT8_MODEL, True)):
        model = BertGraph(tensors, shape, "", int8=int8).embedder()
        (folder / name).write_bytes(model.SerializeToString(deterministic=True))


if __name__ == "__main__":
    if len(sys.argv) > 1:
        export_reader(Path(sys.argv[1]))
    else:
        export_reader()
        export_embedder()
