"""A small real index with a reader that finds what it is told to: every stage but reading is the real one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from assistant.index.opened import Index
from assistant.index.sync import Synchroniser, manifest
from assistant.pipeline import Assistant
from assistant.records import AnswerSpan
from assistant.settings import Settings
from tests.fakes import WordEmbedder, count_tokens

LIGHTHOUSE = """Builders Restore the Lighthouse at Port Ellery

The chief engineer Ada Marsh led the repairs of the lighthouse last winter, the harbour board said on Monday. \
She had waited eleven years for the money, which came from the county in the end.

The lamp was lit again on March 3 before a crowd of four hundred people. \
Nobody in the town had expected so many to come on such a cold night.

Follow us on Twitter and Facebook

Copyright 2019 Harbour Press. All rights reserved.
"""

CHOIR = """Choir of Dunmore Sings in the Old Quarry

Tom Reyes conducted the choir of Dunmore in the old quarry on Sunday, and half of the town came to listen. \
The singers had asked for a roof for years, but the council has no money for one before June 8-9.
"""


class PhraseReader:
    """Finds given phrases wherever they stand, each with its margin in logits; 0 is the no-answer threshold."""

    fingerprint = "phrases"

    def __init__(self, margins: Mapping[str, float]) -> None:
        self.margins = margins

    def read(
        self, question: str, texts: Sequence[str], *, max_spans: int = 20, max_answer_tokens: int = 30
    ) -> list[AnswerSpan]:
        spans = [
            AnswerSpan(
                text=phrase,
                index=index,
                start=text.index(phrase),
                end=text.index(phrase) + len(phrase),
                span_score=margin,
                null_score=0.0,
            )
            for index, text in enumerate(texts)
            for phrase, margin in self.margins.items()
            if phrase in text
        ]
        return sorted(spans, key=lambda span: -span.margin)[:max_spans]

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return count_tokens(texts)


def write(folder: Path, files: Mapping[str, str]) -> Path:
    """``folder`` with these files, paths relative to it."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode("utf-8"))
    return folder


def assistant_over(folder: Path, margins: Mapping[str, float], **settings: Any) -> Assistant:
    """Over a new index of ``folder``, which stands beside it; close it after use."""
    chosen = Settings(store=folder.parent / "store", **{"passage_tokens": 40, **settings})
    embedder = WordEmbedder()
    Synchroniser(chosen.store, embedder, count_tokens, chosen).run([folder])
    return Assistant(Index(chosen.store, manifest(embedder, chosen)), embedder, PhraseReader(margins), chosen)


def cut_out(text: str, words: str) -> tuple[int, int]:
    """Offsets of ``words``, which ``text`` holds."""
    start = text.index(words)
    return start, start + len(words)
