from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from assistant.articles.formats import Limits, Skipped, read_articles
from assistant.records import RawArticle

Read = Callable[..., tuple[list[RawArticle], list[Skipped]]]

_TEXT = (
    "the harbour bridge reopened on Monday after eleven months of repairs city council said engineers had found cracks "
    "in four main girders April last year they were replaced at cost of million pounds government paid half"
)
WORDS = _TEXT.split()
_LIMITS = Limits()


def sentence(seed: int, length: int = 25) -> str:
    draw = random.Random(seed)
    return " ".join(draw.choice(WORDS) for _ in range(length)).capitalize() + "."


def story(seed: int = 0, paragraphs: int = 4) -> list[str]:
    return [f"{sentence(seed * 100 + number)} {sentence(seed * 100 + number + 50)}" for number in range(paragraphs)]


def page(paragraphs: list[str], head: str = "", before: str = "") -> str:
    body = "".join(f"<p>{text}</p>" for text in paragraphs)
    return (
        f"<!DOCTYPE html><html lang='en-GB'><head><title>Bridge | The Daily</title>{head}</head><body>"
        f"<nav><a href='/'>Home</a> <a href='/sport'>Sport</a></nav><article><h1>Bridge reopens</h1>"
        f"{before}{body}</article>"
        "<footer>Copyright The Daily</footer></body></html>"
    )


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Writes bytes under a name and reads the file: articles, skipped."""

    def read_file(
        name: str, data: bytes, limits: Limits = _LIMITS, **options: object
    ) -> tuple[list[RawArticle], list[Skipped]]:
        path = tmp_path / name
        path.write_bytes(data)
        items = list(read_articles(path, limits, **options))  # type: ignore[arg-type]
        for item in items:
            if isinstance(item, Skipped):
                assert str(path) in item.location
                assert item.reason
                assert item.remedy
            else:
                assert item.path == str(path)
        return (
            [item for item in items if isinstance(item, RawArticle)],
            [item for item in items if isinstance(item, Skipped)],
        )

    return read_file


def claims(article: RawArticle, field: str) -> str | None:
    """The surest value of a field."""
    return next((each.value for each in article.claims if each.field == field), None)
