"""Fits ``assistant/answering/evidence.json``: how margin and similarity together give a confidence.

    ASSISTANT_DATA=... python -m tests.benchmarks.fit_evidence [--write]

The contexts of each dev set become the articles of an index, and each sampled question is asked over all
of them. A span is right when its token F1 with a gold answer is at least 0.5. First the weight of a
passage's similarity against a span's margin is chosen so that most right spans come first; then a
logistic curve is fitted to whether the first span is right. The no-answer threshold is the confidence at
which as large a share of the right answers is kept as of the wrong ones is refused.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from assistant import Assistant, load_settings
from assistant.answering.evidence import FILE
from assistant.reading.calibration import expected_calibration_error, fit_logistic
from tests.benchmarks.reader_data import load_questions, sample, token_f1

SETS = ("newsqa-a", "squad2")
RATIOS = np.arange(0, 41, 1.0)


class Spans(NamedTuple):
    """One question's candidates: margins, similarities, and which are right, each (n,)."""

    margins: NDArray[np.float64]
    similarities: NDArray[np.float64]
    right: NDArray[np.bool_]


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--questions", type=int, default=600, help="sampled from each set")
    arguments.add_argument("--write", action="store_true", help="store the result")
    chosen = arguments.parse_args()
    by_set = {name: _asked(name, chosen.questions) for name in SETS}
    everything = [spans for asked in by_set.values() for spans in asked if len(spans.margins)]

    first_right = [sum(_first(spans, ratio)[1] for spans in everything) for ratio in RATIOS]
    ratio = float(RATIOS[int(np.argmax(first_right))])
    print(f"right spans first: {first_right[0]} by margin alone, {max(first_right)} with similarity x {ratio:g}")
    scores, right = _scores(everything, ratio)
    slope, intercept = fit_logistic(scores, right)
    confidences = _logistic(slope * scores + intercept)
    threshold = balanced_threshold(confidences, right)
    for name, asked in by_set.items():
        set_scores, set_right = _scores([spans for spans in asked if len(spans.margins)], ratio)
        set_confidences = _logistic(slope * set_scores + intercept)
        answered = set_confidences >= threshold
        print(
            f"{name}: {len(asked)} questions, first span right {set_right.mean():.1%}, calibration error"
            f" {expected_calibration_error(set_confidences, set_right):.3f}; at the threshold keeps"
            f" {answered[set_right].mean():.1%} of the right and refuses {(~answered)[~set_right].mean():.1%}"
            " of the wrong"
        )
    stored = {
        "margin_weight": round(slope, 4),
        "similarity_weight": round(slope * ratio, 4),
        "intercept": round(intercept, 4),
        "no_answer_threshold": round(threshold, 3),
    }
    print(stored)
    if chosen.write:
        _write(stored, chosen.questions)


def balanced_threshold(confidences: NDArray[np.float64], right: NDArray[np.bool_]) -> float:
    """Where the share of right answers kept and of wrong ones refused are nearest to each other."""
    grid = np.linspace(0.01, 0.99, 99)
    gaps = [abs((confidences[right] >= t).mean() - (confidences[~right] < t).mean()) for t in grid]
    return float(grid[int(np.argmin(gaps))])


def _asked(name: str, count: int) -> list[Spans]:
    everything = load_questions(name)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "articles"
        folder.mkdir()
        for number, context in enumerate(dict.fromkeys(question.context for question in everything)):
            (folder / f"{number}.txt").write_text(context, encoding="utf-8")
        with Assistant.build(folder, store=Path(scratch) / "store") as assistant:
            return [_spans(assistant, question.question, question.golds) for question in sample(everything, count)]


def _spans(assistant: Assistant, question: str, golds: tuple[str, ...] | list[str]) -> Spans:
    passages = assistant.passages_to_read(question)
    spans = assistant.read(question, [item.passage.text for item in passages], allow_refusal=False)
    return Spans(
        np.array([span.margin for span in spans]),
        np.array([passages[span.index].similarity for span in spans]),
        np.array([bool(golds) and token_f1(span.text, golds) >= 0.5 for span in spans], dtype=bool),
    )


def _first(spans: Spans, ratio: float) -> tuple[float, bool]:
    scores = spans.margins + ratio * spans.similarities
    best = int(np.argmax(scores))
    return float(scores[best]), bool(spans.right[best])


def _scores(asked: list[Spans], ratio: float) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    firsts = [_first(spans, ratio) for spans in asked]
    return np.array([score for score, _ in firsts]), np.array([right for _, right in firsts])


def _logistic(values: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(0.5 * (1 + np.tanh(0.5 * values)))


def _write(stored: dict[str, float], count: int) -> None:
    from assistant.index.embedder import open_embedder
    from assistant.reading.reader import open_reader

    settings = load_settings()
    provenance = {
        "reader": open_reader(settings).fingerprint,
        "embedder": open_embedder(settings).fingerprint,
        "data": f"{count} questions each of the dev sets {' and '.join(SETS)}, over all their contexts",
        "command": "python -m tests.benchmarks.fit_evidence --write",
        "date": datetime.now(UTC).date().isoformat(),
    }
    FILE.write_text(json.dumps({**stored, **provenance}, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
