"""Fits the bundled reader's ``calibration.json``: margins to confidences, and the no-answer threshold, for ``read()``.

    ASSISTANT_DATA=... python -m tests.benchmarks.fit_calibration [--write]

``read()`` is used in two ways: over the one text a question is about, and over a few texts of which one is. Each
sampled question is read in both: over its own context alone, and with the four contexts of its set that the embedder
finds most similar to the question. Its best span is right when it is in the question's own context with a token F1 of
at least 0.5 against a gold answer. Every set and way counts alike. Weights are fitted on the questions of one half of
the contexts and measured on the other. The threshold is where the share of right best spans it lets through exceeds the
share of wrong ones most, averaged over sets and ways (Youden's J): unlike a count of right minus wrong answers, that
does not depend on how many of the sets' questions happen to be answerable or easy.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from assistant.datasets.reading import ReadingQuestion
from assistant.evaluation.measures import expected_calibration_error
from assistant.index.embedder import Embedder, open_embedder
from assistant.models.files import READER_FOLDER
from assistant.reading.calibration import FILE, Calibration, fit_logistic
from assistant.reading.reader import SPANS_PER_TEXT, Reader, open_reader
from assistant.settings import Settings
from tests.benchmarks.dev_sets import dev_set, gold_texts, is_right, sample
from tests.benchmarks.fit_gathering import in_other_half

SETS = ("newsqa-a", "squad1", "squad2")
OTHER_CONTEXTS = 4


class Measured(NamedTuple):
    """Of each question's best span, (n,) each: its margin, whether it is right, whether it is kept for measuring."""

    margins: NDArray[np.float64]
    right: NDArray[np.bool_]
    held_out: NDArray[np.bool_]


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--questions", type=int, default=600, help="sampled from each set")
    arguments.add_argument("--reader", default="bundled")
    arguments.add_argument("--write", action="store_true", help="store the result beside the reader")
    chosen = arguments.parse_args()
    reader, embedder = open_reader(Settings(reader=chosen.reader)), open_embedder(Settings())
    measured = {use: best for name in SETS for use, best in _measure(reader, embedder, name, chosen.questions).items()}
    fitted = fit(measured)
    report(fitted, reader.calibration, measured)
    if chosen.write:
        _write(fitted, reader.fingerprint, chosen.questions)


def fit(measured: Mapping[str, Measured]) -> Calibration:
    """The calibration for one half of what was measured in each use."""
    halves = {use: _half(best, held_out=False) for use, best in measured.items()}
    slope, intercept = fit_logistic(
        np.concatenate([half.margins for half in halves.values()]),
        np.concatenate([half.right for half in halves.values()]),
    )
    return Calibration(round(slope, 4), round(intercept, 4), round(best_threshold(halves), 1))


def report(fitted: Calibration, before: Calibration, measured: Mapping[str, Measured]) -> None:
    """Prints how both calibrations do in each use, on the half that nothing was fitted to."""
    for label, calibration in (("before", before), ("fitted", fitted)):
        print(label, calibration)
        for use, best in measured.items():
            margins, right, _ = _half(best, held_out=True)
            sure = np.array([calibration.confidence(margin) for margin in margins])
            given = margins >= calibration.no_answer_threshold
            print(
                f"  {use}: {len(right)} questions, best span right {right.mean():.1%}, sure {sure.mean():.1%}, "
                f"calibration error {expected_calibration_error(sure, right):.3f}; at the threshold gives "
                f"{given[right].mean():.1%} of the right ones and {given[~right].mean():.1%} of the others"
            )


def best_threshold(measured: Mapping[str, Measured]) -> float:
    """The margin with the largest mean Youden's J over the uses; candidates are tenths of a logit."""
    candidates = np.arange(-10, 30, 0.1)

    def informedness(threshold: float) -> float:
        shares = [
            (best.margins[best.right] >= threshold).mean() - (best.margins[~best.right] >= threshold).mean()
            for best in measured.values()
        ]
        return float(np.mean(shares))

    return float(max(candidates, key=informedness))


def _half(best: Measured, *, held_out: bool) -> Measured:
    rows = best.held_out == held_out
    return Measured(best.margins[rows], best.right[rows], best.held_out[rows])


def _measure(reader: Reader, embedder: Embedder, name: str, count: int) -> dict[str, Measured]:
    """The best spans of a set's sampled questions over their own context, and over that and others."""
    everything = dev_set(name)
    questions = sample(everything, count)
    contexts = list(dict.fromkeys(question.context for question in everything))
    cosines = embedder.embed([question.question for question in questions]) @ embedder.embed(contexts).T
    alone, among = [], []
    for question, row in zip(questions, cosines, strict=True):
        nearest = [contexts[i] for i in np.argsort(-row)[: OTHER_CONTEXTS + 1]]
        others = [context for context in nearest if context != question.context][:OTHER_CONTEXTS]
        texts = [question.context, *others]
        spans = reader.read(question.question, texts, max_spans=SPANS_PER_TEXT * len(texts))
        # A span's scores depend on its own text only, so that one reading serves both ways.
        own = [span for span in spans if span.index == 0]
        for found, best in ((alone, own[0]), (among, spans[0])):
            found.append((best.margin, _is_right(best.index, best.text, question), in_other_half(question.context)))
    return {
        f"{name}, {way}": Measured(*(np.array(column) for column in zip(*found, strict=True)))
        for way, found in (("own context", alone), (f"{1 + OTHER_CONTEXTS} contexts", among))
    }


def _is_right(index: int, text: str, question: ReadingQuestion) -> bool:
    return index == 0 and is_right(text, gold_texts(question))


def _write(fitted: Calibration, fingerprint: str, count: int) -> None:
    stored = {
        "slope": fitted.slope,
        "intercept": fitted.intercept,
        "no_answer_threshold": fitted.no_answer_threshold,
        "reader": fingerprint,
        "data": f"{count} questions each of the dev sets {', '.join(SETS)}, over 1 context and over "
        f"{1 + OTHER_CONTEXTS}; fitted on one half of the contexts, measured on the other",
        "command": f"python -m tests.benchmarks.fit_calibration --questions {count} --write",
        "date": datetime.now(UTC).date().isoformat(),
    }
    (READER_FOLDER / FILE).write_text(json.dumps(stored, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
