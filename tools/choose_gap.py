"""Chooses ``GAP`` of ``assistant/reading/parts.py``: how far below the best span a part of a list may be.

    ASSISTANT_DATA=... python -m tools.choose_gap [--reader NAME]

Prints F1 (percent, over sets of spans) and parts an answer by gap: on ESTER's training questions, where the best gap is
chosen, and on its dev questions. A reader trained anew needs its own gap, for the scale of its margins is its own.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from statistics import fmean

from assistant.datasets.reading import ReadingQuestion, load_reading
from assistant.evaluation.scores import set_f1
from assistant.reading.opening import open_reader
from assistant.reading.parts import GAP, parts
from assistant.reading.reader import Reader
from assistant.records import AnswerSpan
from assistant.settings import Settings

_GAPS = [step / 4 for step in range(25)]
_SET = "ester-multispan.jsonl.gz"

#: Questions with the reader's spans, best first.
Readings = Sequence[tuple[ReadingQuestion, list[AnswerSpan]]]


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--reader", default="accurate")
    reader = open_reader(Settings(reader=arguments.parse_args().reader))
    train, dev = (_readings(reader, part) for part in ("train", "dev"))
    print(f"{reader.fingerprint}: {len(train)} training and {len(dev)} dev questions; the gap is {GAP}")
    for gap in _GAPS:
        print(
            f"gap {gap:5.2f}: F1 {_f1(train, gap):5.2f} train, {_f1(dev, gap):5.2f} dev; parts {_size(train, gap):.2f}"
        )
    print(f"best on the training questions: {max(_GAPS, key=lambda gap: _f1(train, gap))}")


def _readings(reader: Reader, part: str) -> Readings:
    folder = os.environ.get("ASSISTANT_DATA", "")
    path = Path(folder, "reader", part, _SET)
    if not folder or not path.is_file():
        sys.exit(f"Set ASSISTANT_DATA to the folder of evaluation data (it holds reader/{part}/{_SET}).")
    questions = load_reading(path).items
    return [(question, reader.read(question.question, [question.context])) for question in questions]


def _f1(readings: Readings, gap: float) -> float:
    return fmean(
        set_f1(
            [part.text for part in parts(spans, [question.context], gap=gap)], [gold.text for gold in question.golds]
        )
        for question, spans in readings
    )


def _size(readings: Readings, gap: float) -> float:
    return fmean(len(parts(spans, [question.context], gap=gap)) for question, spans in readings)


if __name__ == "__main__":
    main()
