"""How sure an answer is, given what the reader, the retriever and the other passages say for it.

Two logistic models, one after the other, for one reader and one embedder, fitted on held-out questions over
retrieved passages (``python -m tools.fit_evidence``):

- of a *span*: its margin, how little its window speaks for "no answer", the similarity and the retrieval score of
  its passage. This orders the citations.
- of an *answer*, which is all the citations of one meaning: its surest citation, how many other articles agree, and
  how far it leads over the surest answer that says something else.

No weight is negative, and every feature is turned so that more of it speaks for the answer: better evidence never
makes an answer less sure.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.errors import ModelError
from assistant.records import AnswerSpan, RetrievedPassage

#: The weights for the bundled models, a file for each reader.
FOLDER = Path(__file__).with_name("evidence_weights")
VERSION = 2

#: Of a span: logits; minus the null score, logits; cosine; sum of reciprocal ranks.
SPAN_FEATURES = ("margin", "against_null", "similarity", "retrieval_score")
#: Of an answer: log-odds of its surest citation; sum of the confidences of other articles; difference of confidences.
ANSWER_FEATURES = ("log_odds", "agreement", "lead")

#: Confidences are kept this far from 0 and 1 before they become log-odds, which are infinite there.
_SMALLEST = 1e-9


@dataclass(frozen=True, slots=True)
class Logistic:
    """``logistic(intercept + sum of weight * feature)``; weights by feature, none negative."""

    weights: Mapping[str, float]
    intercept: float

    def probability(self, features: Mapping[str, float]) -> float:
        """Of these features, 0..1; those without a weight do not count."""
        value = self.intercept + sum(weight * features[name] for name, weight in self.weights.items())
        return 0.5 * (1 + math.tanh(0.5 * value))  # the logistic function, without overflow


@dataclass(frozen=True, slots=True)
class Evidence:
    """Turns what speaks for a span, and for an answer, into confidences.

    Attributes:
        span: of ``SPAN_FEATURES``.
        answer: of ``ANSWER_FEATURES``.
        no_answer_threshold: a confidence of an answer, 0..1: below it, nothing is better than the answer.
    """

    span: Logistic
    answer: Logistic
    no_answer_threshold: float

    def of_span(self, span: AnswerSpan, passage: RetrievedPassage) -> float:
        """Probability, 0..1, that this span answers the question, seen by itself."""
        return self.span.probability(span_features(span, passage))

    def of_answer(self, surest: float, agreeing: Iterable[float], rival: float) -> float:
        """Probability, 0..1, that an answer is right, seen beside the others.

        Args:
            surest: confidence of its surest citation.
            agreeing: for each *other* article that gives the same answer, the confidence of its surest citation.
            rival: confidence of the surest citation of another answer; 0 when there is none.
        """
        return self.answer.probability(answer_features(surest, agreeing, rival))

    @classmethod
    def of_margins(cls) -> Evidence:
        """For models nobody has fitted: the margin alone decides, the mean of its start's and its end's log-odds."""
        return cls(Logistic({"margin": 0.5}, 0.0), Logistic({"log_odds": 1.0}, 0.0), 0.5)

    @classmethod
    def fitted_for(cls, reader: str, embedder: str, folder: Path = FOLDER) -> Evidence:
        """The weights fitted for these fingerprints; for others, ``of_margins``.

        Raises ModelError when a file is malformed or of another version.
        """
        for path in sorted(folder.glob("*.json")):
            if (fitted := cls._fitted(path, reader, embedder)) is not None:
                return fitted
        return cls.of_margins()

    @classmethod
    def _fitted(cls, path: Path, reader: str, embedder: str) -> Evidence | None:
        try:
            stored = json.loads(path.read_text(encoding="utf-8"))
            if stored.get("version") != VERSION:
                raise ValueError(f"it is of version {stored.get('version')!r}, and version {VERSION} is needed")
            if reader not in stored["readers"] or embedder not in stored["embedders"]:
                return None
            span, answer = _logistic(stored["span"], SPAN_FEATURES), _logistic(stored["answer"], ANSWER_FEATURES)
            return cls(span, answer, _share(stored["no_answer_threshold"]))
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise ModelError(
                f"The weights of evidence {path} cannot be used: {error!r}.", "Install the package again."
            ) from error


def span_features(span: AnswerSpan, passage: RetrievedPassage) -> dict[str, float]:
    """What speaks for a span, by the names of ``SPAN_FEATURES``."""
    return {
        "margin": span.margin,
        "against_null": -span.null_score,
        "similarity": passage.similarity,
        "retrieval_score": passage.retrieval_score,
    }


def answer_features(surest: float, agreeing: Iterable[float], rival: float) -> dict[str, float]:
    """What speaks for an answer, by the names of ``ANSWER_FEATURES``; see ``Evidence.of_answer``."""
    odds = min(max(surest, _SMALLEST), 1 - _SMALLEST)
    return {"log_odds": math.log(odds / (1 - odds)), "agreement": sum(agreeing), "lead": surest - rival}


def _logistic(stored: Mapping[str, Any], features: tuple[str, ...]) -> Logistic:
    weights = {name: float(stored["weights"][name]) for name in features}
    intercept = float(stored["intercept"])
    if not math.isfinite(intercept) or not all(0 <= weight < math.inf for weight in weights.values()):
        raise ValueError(f"weights must be finite and none negative: {weights}, {intercept}")
    return Logistic(weights, intercept)


def _share(stored: Any) -> float:
    value = float(stored)
    if not 0 <= value <= 1:
        raise ValueError(f"no_answer_threshold is {value}, not from 0 to 1")
    return value
