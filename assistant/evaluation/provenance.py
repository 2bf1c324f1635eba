"""What makes a run repeatable: commit, digests, fingerprints, machine."""

from __future__ import annotations

import hashlib
import os
import platform
import subprocess
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from importlib import metadata
from pathlib import Path

import assistant
from assistant.datasets.lines import path_text
from assistant.errors import DatasetError
from assistant.evaluation.results import Kind, Provenance
from assistant.models.files import sha256
from assistant.records import Fingerprints

_PACKAGE = Path(assistant.__file__).parent
_LIBRARIES = ("chromadb", "numpy", "onnxruntime", "tantivy", "tokenizers", "torch", "transformers")


def provenance(
    kind: Kind,
    data: Path,
    *,
    limit: int | None,
    sample: int | None,
    fingerprints: Fingerprints | None = None,
    reader: str | None = None,
) -> Provenance:
    """Of a run now; ``reader`` alone when there is no index."""
    return Provenance(
        kind=kind,
        date=datetime.now(UTC).isoformat(timespec="seconds"),
        version=assistant.__version__,
        commit=_commit(),
        code=_digest(sorted(_PACKAGE.rglob("*.py")), _PACKAGE),
        data=path_text(Path(data.resolve().name)),
        data_digest=data_digest(data),
        limit=limit,
        sample=sample,
        reader=fingerprints.reader if fingerprints else reader,
        embedder=fingerprints.embedder if fingerprints else None,
        index=fingerprints.index if fingerprints else None,
        machine=_machine(),
        libraries={name: metadata.version(name) for name in _LIBRARIES},
    )


def data_digest(path: Path) -> str:
    """SHA-256, hexadecimal: of a file's bytes, or over names and bytes of all files in a folder.

    Raises DatasetError when something cannot be read.
    """
    try:
        if path.is_dir():
            return _digest(sorted(item for item in path.rglob("*") if item.is_file()), path)
        return sha256(path)
    except OSError as error:
        raise DatasetError(f"The data {path} cannot be read: {error.strerror}.", "Check the path.") from error


def _digest(files: Iterable[Path], root: Path) -> str:
    digest = hashlib.sha256()
    for path in files:
        digest.update(os.fsencode(path.relative_to(root).as_posix()) + f"\n{sha256(path)}\n".encode())
    return digest.hexdigest()


@lru_cache(maxsize=1)
def _commit() -> str | None:
    """Of the checkout this package stands in; None when installed elsewhere or git is not there."""
    root = _PACKAGE.parent
    if not (root / ".git").exists():
        return None
    try:
        commit, changes = (
            subprocess.run(["git", "-C", str(root), *command], capture_output=True, text=True, check=True).stdout
            for command in (["rev-parse", "HEAD"], ["status", "--porcelain"])
        )
    except (OSError, subprocess.CalledProcessError):
        return None
    return commit.strip() + ("+changes" if changes.strip() else "")


def _machine() -> Mapping[str, str]:
    return {
        "system": f"{platform.system()} {platform.machine()}",
        "processor": _processor(),
        "cores": str(os.cpu_count() or 0),
        "python": platform.python_version(),
    }


def _processor() -> str:
    try:
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    except OSError:
        pass
    return platform.processor() or "unknown"
