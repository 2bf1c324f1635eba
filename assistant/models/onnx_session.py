"""Runs ONNX models: one sequence a run, as many runs at a time as there are threads.

Measured on two cores, that beats padded batches with parallelism inside the operators (about 1.7
times for both precisions): nothing is computed for padding, and cores never wait for each other.
Idle threads sleep.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from assistant.errors import ModelError
from assistant.models.files import require

if TYPE_CHECKING:
    from onnxruntime import InferenceSession, OrtValue

Arrays = Mapping[str, NDArray[Any]]


class OnnxModel:
    """An ONNX file ready to run; safe to share between threads.

    Args:
        path: the ONNX file.
        weights: safetensors file with the graph's weights, when the graph only declares them; any
            floating type, cast to float32.
        threads: sequences run at the same time; 0: one per core.

    Attributes:
        inputs: names of what the model reads.

    Raises:
        ModelError: when a file is missing or cannot be loaded.
    """

    def __init__(self, path: Path, *, weights: Path | None = None, threads: int = 0) -> None:
        self._session = _open(path, weights)
        self.inputs = tuple(one.name for one in self._session.get_inputs())
        self._threads = threads or _cores()
        self._pool = ThreadPoolExecutor(self._threads, thread_name_prefix="onnx") if self._threads > 1 else None

    def run_each(self, inputs: Sequence[Arrays]) -> list[list[NDArray[np.float32]]]:
        """The model's outputs for each element of ``inputs``, in order.

        Each element is one run: arrays by input name, all with the same (batch, length).
        """
        if self._pool is None or len(inputs) < 2:
            return [self._run(arrays) for arrays in inputs]
        # Longest first, so that no core is left alone with a long sequence at the end.
        order = sorted(range(len(inputs)), key=lambda i: -next(iter(inputs[i].values())).size)
        results = self._pool.map(self._run, [inputs[i] for i in order])
        by_index = dict(zip(order, results, strict=True))
        return [by_index[i] for i in range(len(inputs))]

    def _run(self, arrays: Arrays) -> list[NDArray[np.float32]]:
        outputs: list[NDArray[np.float32]] = self._session.run(None, dict(arrays))
        return outputs


def _cores() -> int:
    """Cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _open(path: Path, weights: Path | None) -> InferenceSession:
    # Telemetry is on by default on Linux; it can only be refused before the first import.
    os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
    import onnxruntime

    require(path)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1  # the pool runs sequences side by side instead
    options.inter_op_num_threads = 1
    options.enable_mem_pattern = False  # a pattern is kept for every length that ever occurs
    options.log_severity_level = 3
    # The graphs are written with fused operators: what is left to do is folding constants.
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC
    try:
        if weights is not None:
            tensors = _declared(path, weights)
            options.add_external_initializers(list(tensors), list(tensors.values()))
        return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    except ModelError:
        raise
    except Exception as error:  # onnxruntime and safetensors raise many kinds
        raise ModelError(f"The model {path} cannot be loaded: {error}", "Install the package again.") from error


def _declared(graph: Path, weights: Path) -> dict[str, OrtValue]:
    """The tensors of ``weights`` that ``graph`` names, as float32."""
    from onnxruntime import OrtValue
    from safetensors import safe_open

    # Tensors the graph does not use (a pooler, say) would be refused; its bytes spell the names it uses.
    spelled = graph.read_bytes()
    with safe_open(require(weights), framework="numpy") as tensors:
        names = [name for name in tensors.keys() if name.encode() in spelled]  # noqa: SIM118
        return {name: OrtValue.ortvalue_from_numpy(tensors.get_tensor(name).astype(np.float32)) for name in names}
