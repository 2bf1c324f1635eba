"""How sure an answer is, given what the reader and the retriever each say for it.

``confidence = logistic(margin_weight * margin + similarity_weight * similarity + intercept)``: both
weights are positive, so more of either never makes an answer less sure. Fitted on held-out questions
over retrieved passages, for one reader and one embedder.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from pathlib import Path

from assistant.errors import ModelError
from assistant.reading.calibration import Calibration
from assistant.records import AnswerSpan, RetrievedPassage

#: The weights for the bundled models.
FILE = Path(__file__).with_name("evidence.json")


@dataclass(frozen=True, slots=True)
class Evidence:
    """Weighs a span's margin (logits) and its passage's similarity to the question (cosine).

    ``no_answer_threshold`` is a confidence, 0..1: below it, nothing is better than the answer.
    """

    margin_weight: float
    similarity_weight: float
    intercept: float
    no_answer_threshold: float

    def confidence(self, span: AnswerSpan, passage: RetrievedPassage) -> float:
        """Probability, 0..1, that the span answers the question."""
        return self.of(span.margin, passage.similarity)

    def of(self, margin: float, similarity: float) -> float:
        """Probability for a margin and a similarity."""
        value = self.margin_weight * margin + self.similarity_weight * similarity + self.intercept
        return 0.5 * (1 + math.tanh(0.5 * value))  # the logistic function, without overflow

    @classmethod
    def fitted_for(cls, reader: str, embedder: str, calibration: Calibration, path: Path = FILE) -> Evidence:
        """The weights fitted for these fingerprints; for others, the reader's own calibration alone.

        Raises ModelError when the file is malformed.
        """
        try:
            stored = json.loads(path.read_text(encoding="utf-8"))
            if reader in stored["readers"] and embedder in stored["embedders"]:
                names = ("margin_weight", "similarity_weight", "intercept", "no_answer_threshold")
                return cls(*(float(stored[name]) for name in names))
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ModelError(
                f"The weights of evidence {path} cannot be used: {error!r}.", "Install the package again."
            ) from error
        threshold = calibration.confidence(calibration.no_answer_threshold)
        return cls(calibration.slope, 0.0, calibration.intercept, threshold)
