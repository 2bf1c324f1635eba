"""BERT encoders as ONNX graphs, written node by node (needs the ``onnx`` package: export only).

Graphs take *unpadded* token sequences of one length and no attention mask: every sequence is run by
itself (see ``onnx_session``), which wastes no work on padding and makes a sequence's result
independent of its neighbours. Without a mask onnxruntime can also use its fused attention kernel.

Two precisions:

* ``float32``: weights are declared, not stored; they are named as in the model's safetensors file
  and handed over at load.
* ``int8``: weights are stored, quantised per output channel (embeddings: per row). Activations are
  quantised per *token*, at run time: one outlier costs precision to its own token only, where
  onnxruntime's DynamicQuantizeMatMul would coarsen the whole tensor. Matrix weights use 7 of the 8
  bits: older x86 processors (no VNNI) add two products in 16 bits, which 8-bit weights overflow.

Shapes in comments: B sequences, L tokens, D hidden units, F feed-forward units.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

_MICROSOFT = "com.microsoft"
_OPSET = 21
_IR_VERSION = 10
#: Below this magnitude a token's activations are quantised as if they reached it (avoids division by zero).
_SMALLEST_ACTIVATION = 1e-6
#: Largest code of quantised embeddings and of quantised matrices.
_EMBEDDING_LEVELS = 127
_MATRIX_LEVELS = 63


@dataclass(frozen=True)
class BertShape:
    """What the graph must know besides the weights."""

    layers: int
    heads: int
    layer_norm_eps: float
    hidden: int

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> BertShape:
        """Reads a transformers ``config.json`` of a BERT with GELU and absolute positions."""
        if config["model_type"] != "bert" or config["hidden_act"] != "gelu":
            raise ValueError("only BERT encoders with the exact GELU are supported")
        return cls(
            config["num_hidden_layers"], config["num_attention_heads"], config["layer_norm_eps"], config["hidden_size"]
        )


class BertGraph:
    """Builds one graph; values are ONNX value names.

    Args:
        tensors: weights by their safetensors names.
        shape: sizes of the encoder.
        prefix: what the encoder's names start with ("bert." in a model with a head).
        int8: store quantised weights rather than declare float32 ones.
    """

    def __init__(self, tensors: Mapping[str, NDArray[Any]], shape: BertShape, prefix: str, *, int8: bool) -> None:
        self._tensors = {name: np.asarray(tensor) for name, tensor in tensors.items()}
        self._shape = shape
        self._prefix = prefix
        self._int8 = int8
        self._nodes: list[onnx.NodeProto] = []
        self._initializers: dict[str, onnx.TensorProto] = {}

    def reader(self) -> onnx.ModelProto:
        """``input_ids, token_type_ids (B, L) -> start_logits, end_logits (B, L)``."""
        segments = self._embedding("embeddings.token_type_embeddings.weight", "token_type_ids")
        hidden = self._encoder(segments)
        logits = self._op("MatMul", hidden, self._transposed("qa_outputs.weight"))  # (B, L, 2)
        logits = self._op("Add", logits, self._weight("qa_outputs.bias"))
        columns = self._split(logits, 2)
        for column, name in zip(columns, ("start_logits", "end_logits"), strict=True):
            self._op("Squeeze", column, self._constant("last_axis", np.array([-1])), result=name)
        axes = ["batch", "length"]
        return self._model({"input_ids": axes, "token_type_ids": axes}, {"start_logits": axes, "end_logits": axes})

    def embedder(self) -> onnx.ModelProto:
        """``input_ids (B, L) -> embedding (B, D)``: mean over tokens, scaled to length 1."""
        first = self._constant("first", np.array(0))
        segments = self._op("Gather", self._encoder_weight("embeddings.token_type_embeddings.weight"), first)
        hidden = self._encoder(segments)
        mean = self._op("ReduceMean", hidden, self._constant("token_axis", np.array([1])), keepdims=0)
        norm = self._op("ReduceL2", mean, self._constant("last_axis", np.array([-1])), keepdims=1)
        self._op("Div", mean, norm, result="embedding")
        return self._model({"input_ids": ["batch", "length"]}, {"embedding": ["batch", self._shape.hidden]})

    # --- the encoder -----------------------------------------------------------------------------

    def _encoder(self, segments: str) -> str:
        words = self._embedding("embeddings.word_embeddings.weight", "input_ids")
        length = self._op("Shape", "input_ids", start=1, end=2)
        positions = self._op(
            "Slice",
            self._encoder_weight("embeddings.position_embeddings.weight"),
            self._constant("zero", np.array([0])),
            length,
        )
        summed = self._op("Add", self._op("Add", words, segments), positions)
        hidden = self._layer_norm(summed, "embeddings.LayerNorm")
        for layer in range(self._shape.layers):
            hidden = self._layer(hidden, f"encoder.layer.{layer}.")
        return hidden

    def _layer(self, hidden: str, name: str) -> str:
        projections = [f"{name}attention.self.{part}" for part in ("query", "key", "value")]
        joined = self._linear(hidden, projections)  # (B, L, 3 D), without bias
        bias = self._op("Concat", *(self._encoder_weight(f"{part}.bias") for part in projections), axis=0)
        query, key, value = self._split(joined, 3)
        heads = self._shape.heads
        context = self._op("MultiHeadAttention", query, key, value, bias, domain=_MICROSOFT, num_heads=heads)
        hidden = self._residual(context, f"{name}attention.output", hidden)
        widened = self._linear(hidden, [f"{name}intermediate.dense"])  # (B, L, F)
        bias = self._encoder_weight(f"{name}intermediate.dense.bias")
        activated = self._op("BiasGelu", widened, bias, domain=_MICROSOFT)
        return self._residual(activated, f"{name}output", hidden)

    def _residual(self, value: str, name: str, skip: str) -> str:
        projected = self._linear(value, [f"{name}.dense"])
        biased = self._op("Add", projected, self._encoder_weight(f"{name}.dense.bias"))
        # Plain Add and LayerNormalization: measured four times faster than SkipLayerNormalization on CPU.
        return self._layer_norm(self._op("Add", biased, skip), f"{name}.LayerNorm")

    def _layer_norm(self, value: str, name: str) -> str:
        scale, bias = self._encoder_weight(f"{name}.weight"), self._encoder_weight(f"{name}.bias")
        return self._op("LayerNormalization", value, scale, bias, axis=-1, epsilon=self._shape.layer_norm_eps)

    # --- linear layers and embeddings in both precisions -----------------------------------------

    def _linear(self, value: str, names: list[str]) -> str:
        """The layers ``names`` applied to ``value`` side by side, without their biases."""
        weights = [f"{self._prefix}{name}.weight" for name in names]
        if self._int8:
            joined = np.concatenate([self._float(weight) for weight in weights])
            return self._quantised_matmul(value, names[0], joined)
        parts = [self._transposed(weight) for weight in weights]
        return self._op("MatMul", value, self._op("Concat", *parts, axis=1) if len(parts) > 1 else parts[0])

    def _quantised_matmul(self, value: str, name: str, weight: NDArray[np.float32]) -> str:
        """``value @ weight.T`` in int8; ``value`` (B, L, K), ``weight`` (N, K)."""
        codes, scales = _quantise_rows(weight, _MATRIX_LEVELS)
        last = self._constant("last_axis", np.array([-1]))
        largest = self._op("ReduceMax", self._op("Abs", value), last, keepdims=1)  # (B, L, 1)
        largest = self._op("Max", largest, self._constant("smallest", np.float32(_SMALLEST_ACTIVATION)))
        steps = self._op("Mul", largest, self._constant("per_step", np.float32(1 / 127)))
        one, middle = self._constant("one", np.float32(1)), self._constant("middle", np.uint8(128))
        # Unsigned activations around 128 times signed weights: what x86 processors multiply fastest.
        quantised = self._op("QuantizeLinear", self._op("Div", value, steps), one, middle)
        stored = self._constant(f"{name}.codes", codes.T), self._constant(f"{name}.scales", scales)
        product = self._op("MatMulIntegerToFloat", quantised, stored[0], one, stored[1], middle, domain=_MICROSOFT)
        return self._op("Mul", product, steps)

    def _embedding(self, name: str, ids: str) -> str:
        if not self._int8:
            return self._op("Gather", self._encoder_weight(name), ids)
        codes, scales = _quantise_rows(self._float(self._prefix + name), _EMBEDDING_LEVELS)
        rows = self._op("Gather", self._constant(f"{name}.codes", codes), ids)  # (B, L, D)
        steps = self._op("Gather", self._constant(f"{name}.scales", scales[:, None]), ids)  # (B, L, 1)
        return self._op("Mul", self._op("Cast", rows, to=TensorProto.FLOAT), steps)

    # --- values ----------------------------------------------------------------------------------

    def _encoder_weight(self, name: str) -> str:
        return self._weight(self._prefix + name)

    def _weight(self, name: str) -> str:
        """A tensor under its safetensors name: stored in int8 graphs, declared in float32 ones."""
        if self._int8:
            return self._constant(name, self._float(name))
        if name not in self._initializers:
            declared = TensorProto(name=name, data_type=TensorProto.FLOAT, dims=self._tensors[name].shape)
            declared.data_location = TensorProto.EXTERNAL
            declared.external_data.add(key="location", value="model.safetensors")
            self._initializers[name] = declared
        return name

    def _transposed(self, name: str) -> str:
        return self._op("Transpose", self._weight(name), perm=[1, 0])

    def _float(self, name: str) -> NDArray[np.float32]:
        return self._tensors[name].astype(np.float32)

    def _constant(self, name: str, value: NDArray[Any] | np.generic) -> str:
        if name not in self._initializers:
            self._initializers[name] = numpy_helper.from_array(np.array(value, order="C"), name)
        return name

    def _op(self, operator: str, *inputs: str, result: str = "", domain: str = "", **attributes: Any) -> str:
        """Appends a node with one result, whose name it returns."""
        name = f"{operator}_{len(self._nodes)}"
        result = result or name
        self._nodes.append(helper.make_node(operator, inputs, [result], name=name, domain=domain, **attributes))
        return result

    def _split(self, value: str, parts: int) -> list[str]:
        """The last axis cut into equal parts."""
        name = f"Split_{len(self._nodes)}"
        results = [f"{name}_{part}" for part in range(parts)]
        self._nodes.append(helper.make_node("Split", [value], results, name=name, axis=-1, num_outputs=parts))
        return results

    def _model(self, inputs: Mapping[str, list[Any]], outputs: Mapping[str, list[Any]]) -> onnx.ModelProto:
        graph = helper.make_graph(
            self._nodes,
            "bert",
            [helper.make_tensor_value_info(name, TensorProto.INT64, shape) for name, shape in inputs.items()],
            [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name, shape in outputs.items()],
            list(self._initializers.values()),
        )
        opsets = [helper.make_opsetid("", _OPSET), helper.make_opsetid(_MICROSOFT, 1)]
        return helper.make_model(graph, opset_imports=opsets, ir_version=_IR_VERSION, producer_name="assistant")


def _quantise_rows(weight: NDArray[np.float32], levels: int) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """Codes (N, K) in -levels..levels and one scale per row (N,): ``codes * scales[:, None] ~ weight``."""
    scales = np.abs(weight).max(axis=1) / np.float32(levels)
    scales[scales == 0] = 1
    codes = np.rint(weight / scales[:, None]).astype(np.int8)
    return codes, scales.astype(np.float32)
