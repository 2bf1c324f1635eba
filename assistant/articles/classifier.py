"""How sure it is that a block is the article's: logistic regression over ``features``, fitted on labelled pages."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.articles.features import NAMES, Features

#: Where ``tools.fit_cleaning`` writes what it has fitted.
STORED = files("assistant.articles") / "classifier.json"


@dataclass(frozen=True, slots=True)
class BlockClassifier:
    """A linear model of block features.

    Attributes:
        weights: of the features, (f,).
        bias: log odds of a block whose features are all 0.
        typical: mean of each feature over the pages fitted on, (f,): against it reasons are told.
        threshold: blocks below this probability are dropped.
    """

    weights: Features
    bias: float
    typical: Features
    threshold: float

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> BlockClassifier:
        """Raises ValueError when it was fitted to other features than ``NAMES``."""
        if tuple(stored["features"]) != NAMES:
            raise ValueError("The classifier was fitted to other features.")
        weights, typical = (np.array(list(stored[key].values())) for key in ("weights", "typical"))
        return cls(weights, stored["bias"], typical, stored["threshold"])

    def probabilities(self, features: Features) -> NDArray[np.float64]:
        """Of belonging to the article, for each row of (n, f): (n,)."""
        odds: NDArray[np.float64] = np.clip(features @ self.weights + self.bias, -30, 30)
        return np.asarray(1 / (1 + np.exp(-odds)))

    def against(self, row: Features, most: int = 2) -> list[str]:
        """Names of the features that speak most against one block, (f,), compared with a typical one."""
        shares = (row - self.typical) * self.weights
        return [NAMES[at] for at in np.argsort(shares)[:most] if shares[at] < 0]


@cache
def bundled_classifier() -> BlockClassifier:
    """The one in the package."""
    return BlockClassifier.from_json(json.loads(STORED.read_text(encoding="utf-8")))
