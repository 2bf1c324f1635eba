"""Fits the bundled reader's ``calibration.json``: margins to confidences, and the no-answer threshold.

    ASSISTANT_DATA=... python -m tests.benchmarks.fit_calibration [--write]

Each sampled question is read over its own context and the four contexts of its set that the embedder
finds most similar to the question, as retrieval would hand them over. Its best span is right when it
is in the question's own context with a token F1 of at least 0.5 against a gold answer. The threshold
is where the share of right best spans it lets through exceeds the share of wrong ones most, averaged
over the sets (Youden's J): unlike a count of right minus wrong answers, that does not depend on how
many of the sets' questions happen to be answerable or easy.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from assistant.datasets.reading import ReadingQuestion
from assistant.evaluation.measures import expected_calibration_error
from assistant.index.embedder import Embedder, open_embedder
from assistant.models.files import READER_FOLDER
from assistant.reading.calibration import FILE, Calibration, fit_logistic
from assistant.reading.reader import Reader, open_reader
from assistant.settings import Settings
from tests.benchmarks.dev_sets import dev_set, gold_texts, is_right, sample

SETS = ("newsqa-a", "squad2")
OTHER_CONTEXTS = 4

#: Margin of each question's best span (n,), and whether that span is right (n,).
Measured = tuple[NDArray[np.float64], NDArray[np.bool_]]


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--questions", type=int, default=600, help="sampled from each set")
    arguments.add_argument("--reader", default="bundled")
    arguments.add_argument("--write", action="store_true", help="store the result beside the reader")
    chosen = arguments.parse_args()
    reader, embedder = open_reader(Settings(reader=chosen.reader)), open_embedder(Settings())
    measured = {name: _measure(reader, embedder, name, chosen.questions) for name in SETS}
    fitted = fit(measured)
    report(fitted, measured)
    if chosen.write:
        _write(fitted, reader.fingerprint, chosen.questions)


def fit(measured: Mapping[str, Measured]) -> Calibration:
    """The calibration for what was measured on each set."""
    slope, intercept = fit_logistic(*_pooled(measured))
    return Calibration(round(slope, 4), round(intercept, 4), round(best_threshold(measured), 1))


def report(fitted: Calibration, measured: Mapping[str, Measured]) -> None:
    margins, right = _pooled(measured)
    for label, calibration in (("default", Calibration()), ("fitted", fitted)):
        error = expected_calibration_error(_confidences(calibration, margins), right)
        print(f"calibration error, {label}: {error:.3f}")
    print(f"calibration error, fitted on one half and measured on the other: {_held_out_error(margins, right):.3f}")
    for name, (set_margins, set_right) in measured.items():
        answered = set_margins >= fitted.no_answer_threshold
        print(
            f"{name}: {len(answered)} questions, best span right {set_right.mean():.1%}; at the threshold answers "
            f"{answered[set_right].mean():.1%} of these and {answered[~set_right].mean():.1%} of the others"
        )
    print(fitted)


def best_threshold(measured: Mapping[str, Measured]) -> float:
    """The margin with the largest mean Youden's J over the sets; candidates are tenths of a logit."""
    candidates = np.arange(-10, 30, 0.1)

    def informedness(threshold: float) -> float:
        shares = [
            (margins[right] >= threshold).mean() - (margins[~right] >= threshold).mean()
            for margins, right in measured.values()
        ]
        return float(np.mean(shares))

    return float(max(candidates, key=informedness))


def _pooled(measured: Mapping[str, Measured]) -> Measured:
    margins, right = zip(*measured.values(), strict=True)
    return np.concatenate(margins), np.concatenate(right)


def _measure(reader: Reader, embedder: Embedder, name: str, count: int) -> Measured:
    """Margin of each sampled question's best span (n,), and whether it is right (n,)."""
    everything = dev_set(name)
    questions = sample(everything, count)
    contexts = list(dict.fromkeys(question.context for question in everything))
    cosines = embedder.embed([question.question for question in questions]) @ embedder.embed(contexts).T
    margins, right = [], []
    for question, row in zip(questions, cosines, strict=True):
        nearest = [contexts[i] for i in np.argsort(-row)[: OTHER_CONTEXTS + 1]]
        others = [context for context in nearest if context != question.context][:OTHER_CONTEXTS]
        best = reader.read(question.question, [question.context, *others], max_spans=1)[0]
        margins.append(best.margin)
        right.append(_is_right(best.index, best.text, question))
    return np.array(margins), np.array(right)


def _is_right(index: int, text: str, question: ReadingQuestion) -> bool:
    return index == 0 and is_right(text, gold_texts(question))


def _held_out_error(margins: NDArray[np.float64], right: NDArray[np.bool_]) -> float:
    half = np.arange(len(margins)) % 2 == 0
    slope, intercept = fit_logistic(margins[half], right[half])
    return expected_calibration_error(_confidences(Calibration(slope, intercept), margins[~half]), right[~half])


def _confidences(calibration: Calibration, margins: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.array([calibration.confidence(margin) for margin in margins])


def _write(fitted: Calibration, fingerprint: str, count: int) -> None:
    stored = {
        "slope": fitted.slope,
        "intercept": fitted.intercept,
        "no_answer_threshold": fitted.no_answer_threshold,
        "reader": fingerprint,
        "data": f"{count} questions each of the dev sets {' and '.join(SETS)}, over 5 contexts",
        "command": "python -m tests.benchmarks.fit_calibration --write",
        "date": datetime.now(UTC).date().isoformat(),
    }
    (READER_FOLDER / FILE).write_text(json.dumps(stored, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
