"""What finds answer spans in texts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np

from assistant.errors import ModelError
from assistant.models.tokenizer import TextTokenizer
from assistant.reading.decoding import Logits, TokenSpan, best_spans
from assistant.reading.trimming import trim_span
from assistant.reading.windows import TextTokens, Window, WindowMaker
from assistant.records import AnswerSpan

#: Spans kept of one text.
SPANS_PER_TEXT = 5


class Reader(Protocol):
    """Finds the spans of given texts that answer a question best."""

    @property
    def fingerprint(self) -> str:
        """Name, precision and hash of the weights."""

    def read(
        self, question: str, texts: Sequence[str], *, max_spans: int = 20, max_answer_tokens: int = 30
    ) -> list[AnswerSpan]:
        """The best spans over all texts, best margin first; no threshold is applied.

        Each has ``texts[index][start:end] == text``, is not empty, begins and ends at word edges
        and crosses no blank line. Spans of one text do not overlap, and are ``SPANS_PER_TEXT`` at
        most. A span's scores depend on the question and its own text only.

        Raises:
            QuestionError: when the question is empty or too long for the model.
        """

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text as the model counts them, special ones left out."""


class WindowScorer(Protocol):
    """Runs a model on windows."""

    def score(self, windows: Sequence[Window]) -> list[Logits]:
        """Start and end logits of each window, in order: float32 arrays of the window's length."""


class SpanReader:
    """A Reader over any scorer: makes windows, scores them, searches spans, calibrates.

    Args:
        scorer: runs the model.
        tokenizer: the model's.
        windows: makes the model's windows.
        fingerprint: see Reader.
    """

    def __init__(
        self,
        scorer: WindowScorer,
        tokenizer: TextTokenizer,
        windows: WindowMaker,
        fingerprint: str,
    ) -> None:
        self._scorer = scorer
        self._tokenizer = tokenizer
        self._windows = windows
        self.fingerprint = fingerprint

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """See Reader."""
        return self._tokenizer.count_tokens(texts)

    def read(
        self, question: str, texts: Sequence[str], *, max_spans: int = 20, max_answer_tokens: int = 30
    ) -> list[AnswerSpan]:
        """See Reader."""
        described, windows = self._windows.make(question, texts)
        logits = self._scorer.score(windows)
        if not all(np.isfinite(array).all() for pair in logits for array in pair):
            raise ModelError(
                f"The reader {self.fingerprint} computes scores that are not numbers.",
                "Its weights are damaged: install or train it again.",
            )
        by_text: dict[int, list[tuple[Window, Logits]]] = {}
        for window, pair in zip(windows, logits, strict=True):
            by_text.setdefault(window.text, []).append((window, pair))
        spans = [
            self._answer_span(texts[index], index, described[index], span)
            for index, scored in by_text.items()
            for span in best_spans(
                described[index], scored, max_answer_tokens=max_answer_tokens, limit=min(SPANS_PER_TEXT, max_spans)
            )
        ]
        return sorted(spans, key=lambda span: -span.margin)[:max_spans]

    def _answer_span(self, text: str, index: int, tokens: TextTokens, span: TokenSpan) -> AnswerSpan:
        start, end = trim_span(text, int(tokens.starts[span.first]), int(tokens.ends[span.last]))
        return AnswerSpan(
            text=text[start:end],
            index=index,
            start=start,
            end=end,
            span_score=span.span_score,
            null_score=span.null_score,
        )
