"""The bundled reader on onnxruntime and tokenizers, without torch."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from assistant.models.files import GRAPH, INT8_MODEL, TOKENIZER, WEIGHTS, sha256
from assistant.models.onnx_session import OnnxModel
from assistant.models.tokenizer import TextTokenizer
from assistant.reading.decoding import Logits
from assistant.reading.reader import SpanReader
from assistant.reading.windows import Window, WindowMaker


class OnnxScorer:
    """A WindowScorer over an exported reader: every window is its own run (see ``OnnxModel``)."""

    def __init__(self, model: OnnxModel) -> None:
        self._model = model

    def score(self, windows: Sequence[Window]) -> list[Logits]:
        """See WindowScorer."""
        inputs = [{name: getattr(window, name)[None] for name in self._model.inputs} for window in windows]
        return [(start[0], end[0]) for start, end in self._model.run_each(inputs)]


def open_onnx_reader(folder: Path, *, int8: bool = True, threads: int = 0) -> SpanReader:
    """A reader over the ONNX files that ``assistant.models.export`` wrote into ``folder``.

    Raises:
        ModelError: when a file is missing or cannot be loaded.
    """
    path, weights = (folder / INT8_MODEL, None) if int8 else (folder / GRAPH, folder / WEIGHTS)
    model = OnnxModel(path, weights=weights, threads=threads)
    tokenizer = TextTokenizer.from_file(folder / TOKENIZER)
    precision = "int8" if int8 else "fp32"
    fingerprint = f"{folder.name}/onnx-{precision}/{sha256(weights or path)[:16]}"
    return SpanReader(OnnxScorer(model), tokenizer, WindowMaker(tokenizer), fingerprint)
