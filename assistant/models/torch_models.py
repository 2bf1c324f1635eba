"""What the torch-based embedder and reader share."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch


def prepare_torch(threads: int) -> torch.device:
    """Where to run: the GPU when there is one. Silences loading bars; sets CPU threads unless 0."""
    import torch
    from transformers.utils.logging import disable_progress_bar

    disable_progress_bar()  # type: ignore[no-untyped-call]
    if threads:
        torch.set_num_threads(threads)
    if torch.cuda.is_available():
        return torch.device("cuda")
    return torch.device("mps" if torch.backends.mps.is_available() else "cpu")


def fast_half(device: torch.device) -> bool:
    """Whether the device multiplies bf16 faster than fp32; CPUs that emulate it are many times slower."""
    import torch

    if device.type != "cpu":
        return True
    able = torch.cpu.get_capabilities()
    return bool(able.get("avx512_bf16") or able.get("amx_bf16") or able.get("bf16"))


def weights_sha256(module: torch.nn.Module) -> str:
    """Hexadecimal SHA-256 over all parameters, so that a changed model has another fingerprint."""
    import torch

    digest = hashlib.sha256()
    for name, tensor in sorted(module.state_dict().items()):
        digest.update(name.encode())
        digest.update(tensor.detach().cpu().contiguous().view(-1).view(torch.uint8).numpy().data)
    return digest.hexdigest()
