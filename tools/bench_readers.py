"""Answered right against waiting time, for the readers alone and one after the other.

    ASSISTANT_DATA=... python -m tools.bench_readers [--questions N] [--plot FILE.png]

Questions of the dev sets over an index of every second of their contexts; those that it answers count, and an answer
is forced. Configurations take turns, question by question. "accurate after fast, 3 of 8": of eight passages that
retrieval gives, the fast reader chooses the three that the accurate one reads.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from typing import NamedTuple

import numpy as np

from assistant import Assistant, load_settings
from assistant.models.files import ACCURATE_READER, FAST_READER
from assistant.reading.cascade import CascadeReader
from assistant.reading.onnx_scorer import open_onnx_reader
from assistant.reading.reader import Reader
from assistant.records import RetrievedPassage
from tools.dev_sets import is_right
from tools.fit_gathering import Asked, asked_over

SETS = ("newsqa-a", "squad1")


class Configuration(NamedTuple):
    """A reader, and how many passages it is given."""

    reader: Reader
    passages: int


class Measured(NamedTuple):
    """Whether each answer was right, and the seconds that reading took for it."""

    right: list[bool]
    seconds: list[float]


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--questions", type=int, default=300, help="of each dev set, half of them with an answer")
    arguments.add_argument("--plot", type=Path, help="PNG to draw")
    chosen = arguments.parse_args()
    fast, accurate = open_onnx_reader(FAST_READER), open_onnx_reader(ACCURATE_READER)
    configurations = {
        "fast, 8": Configuration(fast, 8),
        "fast, 20": Configuration(fast, 20),
        "accurate, 4": Configuration(accurate, 4),
        "accurate, 8": Configuration(accurate, 8),
        **{
            f"accurate after fast, {texts} of {passages}": Configuration(CascadeReader(fast, accurate, texts), passages)
            for passages, texts in ((8, 2), (8, 3), (8, 4), (20, 3), (20, 5))
        },
    }
    measured = {name: Measured([], []) for name in configurations}
    settings = load_settings(reader="fast")
    for name in SETS:
        with asked_over(name, chosen.questions, settings) as (assistant, asked):
            _measure(assistant, [question for question in asked if question.golds], configurations, measured)
    print(_table(measured))
    if chosen.plot:
        _draw(measured, chosen.plot)


def _measure(
    assistant: Assistant, asked: list[Asked], configurations: dict[str, Configuration], measured: dict[str, Measured]
) -> None:
    most = max(one.passages for one in configurations.values())
    for question in asked:
        retrieved = assistant.retrieve(question.query, most)
        for name, (reader, passages) in configurations.items():
            right, seconds = _read(reader, question, retrieved[:passages])
            measured[name].right.append(right)
            measured[name].seconds.append(seconds)


def _read(reader: Reader, question: Asked, retrieved: list[RetrievedPassage]) -> tuple[bool, float]:
    started = time.perf_counter()
    spans = reader.read(question.question, [item.passage.text for item in retrieved], max_spans=1)
    seconds = time.perf_counter() - started
    return bool(spans) and is_right(spans[0].text, question.golds), seconds


def _table(measured: dict[str, Measured]) -> str:
    lines = ["| reader, passages | answered right | reading, p50 | p95 |", "|---|---|---|---|"]
    for name, (right, seconds) in measured.items():
        p50, p95 = np.percentile(seconds, [50, 95]) * 1000
        lines.append(f"| {name} | {sum(right)} of {len(right)} ({np.mean(right):.1%}) | {p50:.0f} ms | {p95:.0f} ms |")
    return "\n".join(lines)


def _draw(measured: dict[str, Measured], file: Path) -> None:
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=(7, 4.2), dpi=110, layout="constrained")
    for name, (right, seconds) in measured.items():
        place = float(np.median(seconds)) * 1000, 100 * float(np.mean(right))
        axes.plot(*place, "o", color="#1f6f8b")
        axes.annotate(name, place, textcoords="offset points", xytext=(6, -3), fontsize=8)
    axes.set_xlabel("milliseconds to read, median, two cores")
    axes.set_ylabel("answered right, %")
    axes.grid(alpha=0.3)
    axes.margins(x=0.25, y=0.1)
    figure.savefig(file)


if __name__ == "__main__":
    main()
