"""How a setting chooses a reader."""

from __future__ import annotations

from pathlib import Path

from assistant.models.files import ACCURATE_READER, FAST_READER, INT8_MODEL
from assistant.reading.cascade import CascadeReader
from assistant.reading.reader import Reader
from assistant.settings import Settings


def open_reader(settings: Settings) -> Reader:
    """The reader that ``settings.reader`` names.

    "accurate" and "fast" are the bundled ones (the first chooses with the second what it reads), on onnxruntime; so is
    a folder that ``assistant train reader`` wrote. Anything else is a question-answering model for transformers: a
    local folder or a hub name.

    Raises:
        ModelError: when it cannot be loaded.
    """
    from assistant.reading.onnx_scorer import open_onnx_reader

    if settings.reader == "fast":
        return open_onnx_reader(FAST_READER, threads=settings.threads)
    if settings.reader == "accurate":
        fast, accurate = (open_onnx_reader(one, threads=settings.threads) for one in (FAST_READER, ACCURATE_READER))
        return CascadeReader(fast, accurate)
    if (Path(settings.reader) / INT8_MODEL).is_file():
        return open_onnx_reader(Path(settings.reader), threads=settings.threads)
    from assistant.reading.torch_scorer import open_torch_reader

    return open_torch_reader(settings.reader, threads=settings.threads)
