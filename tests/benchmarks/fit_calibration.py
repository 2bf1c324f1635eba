"""Fits the bundled reader's ``calibration.json``: margins to confidences, and the no-answer threshold.

    ASSISTANT_DATA=... python -m tests.benchmarks.fit_calibration [--write]

Each sampled question is read over its own context and the four contexts of its set that the embedder
finds most similar to the question, as retrieval would hand them over. Its best span is right when it
is in the question's own context with a token F1 of at least 0.5 against a gold answer. The threshold
is where right answers minus wrong answers, over all questions, are most.
"""

from __future__ import annotations

import argparse
import json
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from assistant.index.embedder import Embedder, open_embedder
from assistant.models.files import READER_FOLDER
from assistant.reading.calibration import FILE, Calibration, expected_calibration_error, fit_logistic
from assistant.reading.reader import Reader, open_reader
from assistant.settings import Settings
from tests.benchmarks.reader_data import ReaderQuestion, load_questions, sample, token_f1

SETS = ("newsqa-a", "squad2")
OTHER_CONTEXTS = 4


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--questions", type=int, default=600, help="sampled from each set")
    arguments.add_argument("--reader", default="bundled")
    arguments.add_argument("--write", action="store_true", help="store the result beside the reader")
    chosen = arguments.parse_args()
    reader, embedder = open_reader(Settings(reader=chosen.reader)), open_embedder(Settings())
    measured = [_measure(reader, embedder, name, chosen.questions) for name in SETS]
    margins, right = (np.concatenate(columns) for columns in zip(*measured, strict=True))

    slope, intercept = fit_logistic(margins, right)
    threshold = best_threshold(margins, right)
    fitted = Calibration(round(slope, 4), round(intercept, 4), round(threshold, 2))
    for label, calibration in (("default", Calibration()), ("fitted", fitted)):
        error = expected_calibration_error(_confidences(calibration, margins), right)
        print(f"calibration error, {label}: {error:.3f}")
    print(f"calibration error, fitted on one half and measured on the other: {_held_out_error(margins, right):.3f}")
    for name, (set_margins, set_right) in zip(SETS, measured, strict=True):
        answered = set_margins >= fitted.no_answer_threshold
        print(
            f"{name}: {len(answered)} questions, best span right {set_right.mean():.1%}; at the threshold answers "
            f"{answered.mean():.1%}, of these right {set_right[answered].mean():.1%}"
        )
    print(fitted)
    if chosen.write:
        _write(fitted, reader.fingerprint, chosen.questions)


def best_threshold(margins: NDArray[np.float64], right: NDArray[np.bool_]) -> float:
    """The margin from which on answering gains most: right answers minus wrong ones."""
    order = np.argsort(-margins)
    gains = np.cumsum(np.where(right[order], 1, -1))
    return float(margins[order][int(np.argmax(gains))])


def _measure(
    reader: Reader, embedder: Embedder, name: str, count: int
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Margin of each sampled question's best span (n,), and whether it is right (n,)."""
    everything = load_questions(name)
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


def _is_right(index: int, text: str, question: ReaderQuestion) -> bool:
    return index == 0 and token_f1(text, question.golds) >= 0.5


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
