"""From margins to probabilities, and where to stop answering, for a reader that is given its texts.

``confidence = logistic(slope * margin + intercept)`` (Platt 1999), fitted on held-out questions. It is how often the
best span is right *in the use it was fitted for*: ``read()`` over one or a few texts that a caller believes to be about
the question. It knows nothing of where the texts come from; passages that a retriever proposed, many of them beside the
point, are weighed by ``assistant.answering.evidence``, which falls back on this only for models it was not fitted for.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from assistant.errors import ModelError

FILE = "calibration.json"
_NEWTON_STEPS = 100


@dataclass(frozen=True, slots=True)
class Calibration:
    """What turns a reader's margins into decisions.

    The default is for readers nobody has calibrated: a margin of 0 (span and "no answer" score the
    same) is where the models' own training draws the line, so it is the threshold and means 50 %;
    the gentle slope keeps confidences from being extreme.
    """

    slope: float = 0.5
    intercept: float = 0.0
    no_answer_threshold: float = 0.0

    def confidence(self, margin: float) -> float:
        """Probability, 0..1, that a span with this margin answers the question."""
        return float(_logistic(np.float64(self.slope * margin + self.intercept)))

    @classmethod
    def of_folder(cls, folder: Path) -> Calibration:
        """What ``calibration.json`` in a model's folder says, or the default without one.

        Raises:
            ModelError: when the file is malformed.
        """
        path = folder / FILE
        if not path.is_file():
            return cls()
        try:
            stored = json.loads(path.read_text(encoding="utf-8"))
            return cls(*(float(stored[name]) for name in ("slope", "intercept", "no_answer_threshold")))
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ModelError(
                f"The calibration {path} is malformed: {error!r}.",
                'It needs the numbers "slope", "intercept" and "no_answer_threshold"; delete it for defaults.',
            ) from error


def fit_logistic(margins: NDArray[np.float64], right: NDArray[np.bool_]) -> tuple[float, float]:
    """Slope and intercept of the logistic regression of ``right`` (n,) on ``margins`` (n,).

    Plain Newton steps with a whiff of ridge on the slope, so that separable data stay finite.
    """
    design = np.stack([margins, np.ones_like(margins)], axis=1)  # (n, 2)
    ridge = np.diag([1e-3, 1e-9])
    weights = np.zeros(2)
    for _ in range(_NEWTON_STEPS):
        expected = _logistic(design @ weights)
        gradient = design.T @ (expected - right) + ridge @ weights
        hessian = (design * (expected * (1 - expected))[:, None]).T @ design + ridge
        step = np.linalg.solve(hessian, gradient)
        weights = weights - step
        if np.abs(step).max() < 1e-10:
            break
    return float(weights[0]), float(weights[1])


def _logistic(value: NDArray[np.float64] | np.float64) -> NDArray[np.float64]:
    # Written with tanh, which cannot overflow.
    return np.asarray(0.5 * (1 + np.tanh(0.5 * value)))
