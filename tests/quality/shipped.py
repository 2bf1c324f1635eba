"""The settings that the project ships with, whatever a person's own are."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def shipped_settings() -> Iterator[None]:
    """Meanwhile no ``ASSISTANT_*`` variable chooses another reader, threshold or index; the data folder stays."""
    own = {name: os.environ.pop(name) for name in list(os.environ) if _is_setting(name)}
    try:
        yield
    finally:
        os.environ.update(own)


def _is_setting(name: str) -> bool:
    return name.upper().startswith("ASSISTANT_") and name != "ASSISTANT_DATA"
