"""Stand-ins with the real parts' shapes and rules, quick and deterministic."""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from assistant.reading.calibration import Calibration
from assistant.records import AnswerSpan

DIMENSION = 64


class WordEmbedder:
    """Vectors from hashed words: texts that share words are near each other."""

    fingerprint = "fake words 64"
    dimension = DIMENSION

    def __init__(self, fingerprint: str = fingerprint) -> None:
        self.fingerprint = fingerprint
        self.embedded: list[str] = []

    def embed(self, texts: Sequence[str], progress: Callable[[int], None] | None = None) -> NDArray[np.float32]:
        vectors = np.zeros((len(texts), DIMENSION), dtype=np.float32)
        for row, text in enumerate(texts):
            vectors[row, 0] = 0.01
            for word in re.findall(r"\w+", text.lower()):
                vectors[row, zlib.crc32(word.encode()) % DIMENSION] += 1
        self.embedded += texts
        if progress is not None:
            progress(len(texts))
        return vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)


class CapitalReader:
    """Answers with runs of capitalised words of the text that shares most words with the question.

    The margin is the number of shared words less two; "no answer" scores 0.
    """

    fingerprint = "fake capitals"
    no_answer_threshold = 0.0
    calibration = Calibration(slope=1.0)

    def read(
        self, question: str, texts: Sequence[str], *, max_spans: int = 20, max_answer_tokens: int = 30
    ) -> list[AnswerSpan]:
        asked = set(re.findall(r"\w+", question.lower()))
        spans = []
        for index, text in enumerate(texts):
            shared = len(asked & set(re.findall(r"\w+", text.lower()))) - 2.0
            for place, match in enumerate(re.finditer(r"[A-Z]\w+(?: [A-Z]\w+)*", text)):
                if match.group(0).lower() in asked:
                    continue
                margin = shared - 0.1 * place
                confidence = float(1 / (1 + np.exp(-margin)))
                spans.append(AnswerSpan(match.group(0), index, match.start(), match.end(), margin, 0.0, confidence))
        return sorted(spans, key=lambda span: -span.margin)[:max_spans]

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return count_tokens(texts)


def count_tokens(texts: Sequence[str]) -> list[int]:
    """Words and punctuation marks."""
    return [len(re.findall(r"\w+|[^\w\s]", text)) for text in texts]
