from __future__ import annotations

import gzip
import hashlib
import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from assistant.records import RawArticle

SEEDS = Path(__file__).parents[2] / "seeds"
SEED_FILES = sorted(SEEDS.glob("*.txt"))


def raw_article(text: str, path: str = "/articles/page.txt") -> RawArticle:
    """A raw article as if ``text`` had been read from ``path``."""
    return RawArticle(path, text, "utf-8", hashlib.sha256(text.encode()).hexdigest())


@pytest.fixture(params=SEED_FILES, ids=lambda path: path.name[:3])
def seed_file(request: pytest.FixtureRequest) -> Path:
    path: Path = request.param
    return path


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str, bytes], Path]:
    def write_file(name: str, data: bytes) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        return path

    return write_file


@pytest.fixture(scope="session")
def real_pages() -> list[str]:
    """Every twentieth page of the optional news data."""
    folder = os.environ.get("ASSISTANT_DATA")
    file = Path(folder or ".", "news", "realtimeqa-pages.jsonl.gz")
    if folder is None or not file.exists():
        pytest.skip("ASSISTANT_DATA does not hold news/realtimeqa-pages.jsonl.gz")
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        return [json.loads(line)["text"] for number, line in enumerate(lines) if number % 20 == 0]
