"""Two readers as one: a fast one chooses the texts that an accurate one reads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from assistant.reading.reader import Reader
from assistant.records import AnswerSpan

#: More make answers slower and hardly better (``python -m tools.bench_readers``).
READ_TWICE = 3


class CascadeReader:
    """A Reader whose spans are those of ``accurate`` over the texts in which ``fast`` finds the best spans.

    Args:
        fast: reads all texts.
        accurate: reads the best of them.
        texts: how many texts ``accurate`` reads at most.
    """

    def __init__(self, fast: Reader, accurate: Reader, texts: int = READ_TWICE) -> None:
        self._fast = fast
        self._accurate = accurate
        self._texts = texts

    @property
    def fingerprint(self) -> str:
        """Of both readers, and how many texts are read twice."""
        return f"{self._accurate.fingerprint} after {self._fast.fingerprint} over {self._texts}"

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """As the accurate reader counts them."""
        return self._accurate.count_tokens(texts)

    def read(
        self, question: str, texts: Sequence[str], *, max_spans: int = 20, max_answer_tokens: int = 30
    ) -> list[AnswerSpan]:
        """See Reader; texts that the accurate reader does not read have no spans."""
        chosen = list(range(len(texts)))
        if len(texts) > self._texts:
            # Every span, so that each text has its best one among them.
            found = self._fast.read(question, texts, max_spans=10**6, max_answer_tokens=max_answer_tokens)
            chosen = list(dict.fromkeys(span.index for span in found))[: self._texts]
        spans = self._accurate.read(
            question, [texts[index] for index in chosen], max_spans=max_spans, max_answer_tokens=max_answer_tokens
        )
        return [replace(span, index=chosen[span.index]) for span in spans]
