"""The reader's dev sets in the optional data folder, which ``ASSISTANT_DATA`` names."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from assistant.datasets.reading import ReadingQuestion, load_reading
from assistant.evaluation.results import RIGHT_F1
from assistant.evaluation.run import RunOptions
from assistant.evaluation.scores import token_f1


def data_folder() -> Path:
    """The folder itself; ends the program with a hint when it is not given."""
    folder = os.environ.get("ASSISTANT_DATA", "")
    if not folder or not Path(folder).is_dir():
        sys.exit("Set ASSISTANT_DATA to the folder of evaluation data (it holds reader/dev/squad1.jsonl.gz).")
    return Path(folder)


def dev_file(name: str) -> Path:
    """``reader/dev/<name>.jsonl.gz``."""
    return data_folder() / "reader" / "dev" / f"{name}.jsonl.gz"


def dev_set(name: str) -> tuple[ReadingQuestion, ...]:
    """All questions of ``dev_file``."""
    return load_reading(dev_file(name)).items


def sample(questions: Sequence[ReadingQuestion], count: int) -> list[ReadingQuestion]:
    """So many of them, the same ones each time."""
    return RunOptions(limit=count, sample=0).choose(questions)


def gold_texts(question: ReadingQuestion) -> tuple[str, ...]:
    return tuple(gold.text for gold in question.golds)


def is_right(text: str, golds: Sequence[str]) -> bool:
    """Whether a span's text counts as right; nothing does without gold answers."""
    return bool(golds) and token_f1(text, golds) >= RIGHT_F1
