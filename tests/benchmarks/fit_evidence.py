"""Fits ``assistant/answering/evidence.json``: how margin and similarity together give a confidence.

    ASSISTANT_DATA=... python -m tests.benchmarks.fit_evidence [--write]

Every second context of each dev set becomes an article of an index, and sampled questions about all of
them are asked: half of the questions have no answer there, as happens to anyone who asks a folder of news.
A span is right when the question has its answer in the index and the span's token F1 with a gold answer
is at least 0.5. First the weight of a passage's similarity against a span's margin is chosen so that most
right spans come first; then a logistic curve is fitted to whether the first span is right. The no-answer
threshold is the lowest confidence at which 85 % of the unanswerable news questions are refused.
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
from assistant.evaluation.measures import expected_calibration_error
from assistant.reading.calibration import fit_logistic
from tests.benchmarks.dev_sets import dev_set, gold_texts, is_right, sample

SETS = ("newsqa-a", "squad2")
READERS = ("bundled", "bundled-fp32", "bundled-torch")
EMBEDDERS = ("bundled", "bundled-fp32")
RATIOS = np.arange(0, 41, 1.0)
#: Share of the news questions whose story is not in the index that has to be refused.
REFUSED_NEWS = 0.85


class Spans(NamedTuple):
    """One question's candidates: margins, similarities, and which are right, each (n,)."""

    answerable: bool
    margins: NDArray[np.float64]
    similarities: NDArray[np.float64]
    right: NDArray[np.bool_]


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--questions", type=int, default=900, help="sampled from each set")
    arguments.add_argument("--write", action="store_true", help="store the result")
    chosen = arguments.parse_args()
    by_set = {name: _asked(name, chosen.questions) for name in SETS}
    everything = [spans for asked in by_set.values() for spans in asked if len(spans.margins)]

    first_right = [sum(_first(spans, ratio)[1] for spans in everything) for ratio in RATIOS]
    ratio = float(RATIOS[int(np.argmax(first_right))])
    print(f"right spans first: {first_right[0]} by margin alone, {max(first_right)} with similarity x {ratio:g}")
    scores, right = _scores(everything, ratio)
    slope, intercept = fit_logistic(scores, right)
    news, _, answerable = _confidences_of(by_set["newsqa-a"], ratio, slope, intercept)
    threshold = round(float(np.quantile(news[~answerable], REFUSED_NEWS)) + 0.0005, 3)
    for name, asked in by_set.items():
        confidences, right, answerable = _confidences_of(asked, ratio, slope, intercept)
        print(
            f"{name}: {answerable.sum()} answerable questions, first span right {right[answerable].mean():.1%};"
            f" {(~answerable).sum()} unanswerable; calibration error"
            f" {expected_calibration_error(confidences, right):.3f}; at the threshold answers right"
            f" {(right & (confidences >= threshold))[answerable].mean():.1%}, refuses right"
            f" {(confidences < threshold)[~answerable].mean():.1%}"
        )
    stored = {
        "margin_weight": round(slope, 4),
        "similarity_weight": round(slope * ratio, 4),
        "intercept": round(intercept, 4),
        "no_answer_threshold": threshold,
    }
    print(stored)
    if chosen.write:
        _write(stored, chosen.questions)


def _asked(name: str, count: int) -> list[Spans]:
    everything = dev_set(name)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "articles"
        folder.mkdir()
        contexts = list(dict.fromkeys(question.context for question in everything))[::2]
        for number, context in enumerate(contexts):
            (folder / f"{number}.txt").write_text(context, encoding="utf-8")
        held = set(contexts)
        with Assistant.build(folder, store=Path(scratch) / "store") as assistant:
            return [
                _spans(assistant, question.question, gold_texts(question) if question.context in held else ())
                for question in sample(everything, count)
            ]


def _spans(assistant: Assistant, question: str, golds: tuple[str, ...]) -> Spans:
    passages = assistant.passages_to_read(question)
    spans = assistant.read(question, [item.passage.text for item in passages], allow_refusal=False)
    return Spans(
        bool(golds),
        np.array([span.margin for span in spans]),
        np.array([passages[span.index].similarity for span in spans]),
        np.array([is_right(span.text, golds) for span in spans], dtype=bool),
    )


def _first(spans: Spans, ratio: float) -> tuple[float, bool]:
    scores = spans.margins + ratio * spans.similarities
    best = int(np.argmax(scores))
    return float(scores[best]), bool(spans.right[best])


def _scores(asked: list[Spans], ratio: float) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    firsts = [_first(spans, ratio) for spans in asked]
    return np.array([score for score, _ in firsts]), np.array([right for _, right in firsts])


def _confidences_of(
    asked: list[Spans], ratio: float, slope: float, intercept: float
) -> tuple[NDArray[np.float64], NDArray[np.bool_], NDArray[np.bool_]]:
    """Confidence in the first span, whether it is right, and whether the question is answerable, each (n,)."""
    found = [spans for spans in asked if len(spans.margins)]
    scores, right = _scores(found, ratio)
    return _logistic(slope * scores + intercept), right, np.array([spans.answerable for spans in found])


def _logistic(values: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(0.5 * (1 + np.tanh(0.5 * values)))


def _write(stored: dict[str, float], count: int) -> None:
    from assistant.index.embedder import open_embedder
    from assistant.reading.reader import open_reader

    provenance = {
        # All forms of the same weights: what the lower precision changes is far below what was fitted.
        "readers": [open_reader(load_settings(reader=form)).fingerprint for form in READERS],
        "embedders": [open_embedder(load_settings(embedder=form)).fingerprint for form in EMBEDDERS],
        "data": f"{count} questions each of the dev sets {' and '.join(SETS)}, over every second context",
        "command": "python -m tests.benchmarks.fit_evidence --write",
        "date": datetime.now(UTC).date().isoformat(),
    }
    FILE.write_text(json.dumps({**stored, **provenance}, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
