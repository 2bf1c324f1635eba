"""BERT and MPNet encoders as ONNX graphs, written node by node (needs the ``onnx`` package: export only).

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
class Family:
    """How encoders of one kind name their tensors, and in what they differ.

    Attributes:
        name: transformers' ``model_type``.
        projections: query, key and value of a layer's attention.
        attended: the layer behind it; ``attended_norm``: its normalisation.
        token_types: whether question and passage are told apart by an embedding.
        first_position: the position that the first token has.
        position_bias: of the table of attention by distance that all layers share; None: there is none.
    """

    name: str
    projections: tuple[str, str, str]
    attended: str
    attended_norm: str
    token_types: bool
    first_position: int
    position_bias: str | None


_FAMILIES = {
    "bert": Family(
        "bert",
        ("attention.self.query", "attention.self.key", "attention.self.value"),
        "attention.output.dense",
        "attention.output.LayerNorm",
        token_types=True,
        first_position=0,
        position_bias=None,
    ),
    "mpnet": Family(
        "mpnet",
        ("attention.attn.q", "attention.attn.k", "attention.attn.v"),
        "attention.attn.o",
        "attention.LayerNorm",
        token_types=False,
        first_position=2,
        position_bias="encoder.relative_attention_bias.weight",
    ),
}


@dataclass(frozen=True)
class EncoderShape:
    """What the graph must know besides the weights.

    Attributes:
        longest: tokens of the longest sequence.
    """

    family: Family
    layers: int
    heads: int
    layer_norm_eps: float
    hidden: int
    longest: int

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> EncoderShape:
        """Reads a transformers ``config.json`` of a BERT or MPNet with GELU and absolute positions."""
        if config["model_type"] not in _FAMILIES or config["hidden_act"] != "gelu":
            raise ValueError("only BERT and MPNet encoders with the exact GELU are supported")
        family = _FAMILIES[config["model_type"]]
        return cls(
            family,
            config["num_hidden_layers"],
            config["num_attention_heads"],
            config["layer_norm_eps"],
            config["hidden_size"],
            config["max_position_embeddings"] - family.first_position,
        )


class EncoderGraph:
    """Builds one graph; values are ONNX value names.

    Args:
        tensors: weights by their safetensors names.
        shape: sizes of the encoder.
        prefix: what the encoder's names start with ("bert." in a model with a head).
        int8: store quantised weights rather than declare float32 ones.
    """

    def __init__(self, tensors: Mapping[str, NDArray[Any]], shape: EncoderShape, prefix: str, *, int8: bool) -> None:
        self._tensors = {name: np.asarray(tensor) for name, tensor in tensors.items()}
        self._shape = shape
        self._prefix = prefix
        self._int8 = int8
        self._nodes: list[onnx.NodeProto] = []
        self._initializers: dict[str, onnx.TensorProto] = {}

    def reader(self) -> onnx.ModelProto:
        """``input_ids (B, L) -> start_logits, end_logits (B, L)``; with ``token_type_ids`` where the family has any."""
        alignment = None
        axes = ["batch", "length"]
        inputs = {"input_ids": axes}
        if self._shape.family.token_types:
            alignment = self._embedding("embeddings.token_type_embeddings.weight", "token_type_ids")
            inputs["token_type_ids"] = axes
        hidden = self._encoder(alignment)
        logits = self._op("MatMul", hidden, self._transposed("qa_outputs.weight"))  # (B, L, 2)
        logits = self._op("Add", logits, self._weight("qa_outputs.bias"))
        columns = self._split(logits, 2)
        for column, name in zip(columns, ("start_logits", "end_logits"), strict=True):
            self._op("Squeeze", column, self._constant("last_axis", np.array([-1])), result=name)
        return self._model(inputs, {"start_logits": axes, "end_logits": axes})

    def embedder(self) -> onnx.ModelProto:
        """``input_ids (B, L) -> embedding (B, D)``: mean over tokens, scaled to length 1."""
        alignment = None
        if self._shape.family.token_types:
            first = self._constant("first", np.array(0))
            alignment = self._op("Gather", self._encoder_weight("embeddings.token_type_embeddings.weight"), first)
        hidden = self._encoder(alignment)
        mean = self._op("ReduceMean", hidden, self._constant("token_axis", np.array([1])), keepdims=0)
        norm = self._op("ReduceL2", mean, self._constant("last_axis", np.array([-1])), keepdims=1)
        self._op("Div", mean, norm, result="embedding")
        return self._model({"input_ids": ["batch", "length"]}, {"embedding": ["batch", self._shape.hidden]})

    # --- the encoder -----------------------------------------------------------------------------

    def _encoder(self, alignment: str | None) -> str:
        summed = self._embedding("embeddings.word_embeddings.weight", "input_ids")
        length = self._op("Shape", "input_ids", start=1, end=2)  # (1,)
        table = self._encoder_weight("embeddings.position_embeddings.weight")
        first, last = self._constant("zero", np.array([0])), length
        if self._shape.family.first_position:
            first = self._constant("first_position", np.array([self._shape.family.first_position]))
            last = self._op("Add", first, length)
        positions = self._op("Slice", table, first, last)
        if alignment is not None:
            summed = self._op("Add", summed, alignment)
        hidden = self._layer_norm(self._op("Add", summed, positions), "embeddings.LayerNorm")
        bias = self._position_bias(length)
        for layer in range(self._shape.layers):
            hidden = self._layer(hidden, f"encoder.layer.{layer}.", bias)
        return hidden

    def _position_bias(self, length: str) -> str | None:
        """What each head adds for each pair of positions, by their distance: (1, heads, L, L)."""
        name = self._shape.family.position_bias
        if name is None:
            return None
        table = self._encoder_weight(name)  # (buckets, heads)
        buckets = _distance_buckets(self._shape.longest, self._tensors[self._prefix + name].shape[0])
        by_distance = self._op("Transpose", self._op("Gather", table, self._constant("buckets", buckets)), perm=[1, 0])
        zero, one = self._constant("zero_scalar", np.array(0)), self._constant("one_scalar", np.array(1))
        places = self._op("Range", zero, self._op("Squeeze", length), one)
        across = self._op("Unsqueeze", places, self._constant("axis_0", np.array([0])))
        down = self._op("Unsqueeze", places, self._constant("axis_1", np.array([1])))
        middle = self._constant("distance_0", np.array(self._shape.longest - 1))
        distances = self._op("Add", self._op("Sub", across, down), middle)
        bias = self._op("Gather", by_distance, distances, axis=1)  # (heads, L, L)
        return self._op("Unsqueeze", bias, self._constant("axis_0", np.array([0])))

    def _layer(self, hidden: str, name: str, position_bias: str | None) -> str:
        family = self._shape.family
        projections = [f"{name}{part}" for part in family.projections]
        joined = self._linear(hidden, projections)  # (B, L, 3 D), without bias
        bias = self._op("Concat", *(self._encoder_weight(f"{part}.bias") for part in projections), axis=0)
        inputs = [*self._split(joined, 3), bias]
        if position_bias is not None:
            inputs += ["", position_bias]  # no padding mask
        context = self._op("MultiHeadAttention", *inputs, domain=_MICROSOFT, num_heads=self._shape.heads)
        hidden = self._residual(context, f"{name}{family.attended}", f"{name}{family.attended_norm}", hidden)
        widened = self._linear(hidden, [f"{name}intermediate.dense"])  # (B, L, F)
        bias = self._encoder_weight(f"{name}intermediate.dense.bias")
        activated = self._op("BiasGelu", widened, bias, domain=_MICROSOFT)
        return self._residual(activated, f"{name}output.dense", f"{name}output.LayerNorm", hidden)

    def _residual(self, value: str, name: str, norm: str, skip: str) -> str:
        projected = self._linear(value, [name])
        biased = self._op("Add", projected, self._encoder_weight(f"{name}.bias"))
        # Plain Add and LayerNormalization: measured four times faster than SkipLayerNormalization on CPU.
        return self._layer_norm(self._op("Add", biased, skip), norm)

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
            self._shape.family.name,
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


def _distance_buckets(longest: int, count: int) -> NDArray[np.int64]:
    """The bucket of each distance ``-(longest - 1) .. longest - 1``, (2 * longest - 1,); half of them for each side.

    Near distances have one each; further ones share them by their logarithm, up to 128 (Raffel et al. 2020, 2.1).
    """
    distances = -np.arange(1 - longest, longest)
    half, exact = count // 2, count // 4
    sizes = np.abs(distances)
    steps = np.log(np.maximum(sizes, 1).astype(np.float32) / exact) / np.log(128 / exact) * (half - exact)
    shared = np.minimum(exact + steps.astype(np.int64), half - 1)
    return np.where(distances < 0, half, 0) + np.where(sizes < exact, sizes, shared)
