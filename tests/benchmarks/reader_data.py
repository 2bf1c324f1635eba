"""Question files of the optional data folder, and the SQuAD scores.

``ASSISTANT_DATA`` names the folder; it holds ``reader/dev/*.jsonl.gz``, one question a line:
``{"question", "context", "answers": [{"text", "start"}], ...}``, no answers meaning unanswerable.
"""

from __future__ import annotations

import gzip
import json
import os
import random
import re
import string
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

_ARTICLE = re.compile(r"\b(a|an|the)\b")


@dataclass(frozen=True, slots=True)
class ReaderQuestion:
    question: str
    context: str
    golds: tuple[str, ...]


def data_folder() -> Path:
    """The optional data folder; ends the program with a hint when there is none."""
    folder = os.environ.get("ASSISTANT_DATA", "")
    if not folder or not Path(folder).is_dir():
        sys.exit("Set ASSISTANT_DATA to the folder of evaluation data (it holds reader/dev/squad1.jsonl.gz).")
    return Path(folder)


def load_questions(name: str) -> list[ReaderQuestion]:
    """All questions of ``reader/dev/<name>.jsonl.gz``."""
    with gzip.open(data_folder() / "reader" / "dev" / f"{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    return [
        ReaderQuestion(row["question"], row["context"], tuple(gold["text"] for gold in row["answers"])) for row in rows
    ]


def sample(questions: Sequence[ReaderQuestion], count: int, seed: int = 0) -> list[ReaderQuestion]:
    return random.Random(seed).sample(list(questions), min(count, len(questions)))


def exact_match(found: str, golds: Sequence[str]) -> float:
    return float(any(_normal(found) == _normal(gold) for gold in golds))


def token_f1(found: str, golds: Sequence[str]) -> float:
    """Best F1 over the golds between the bags of normalised tokens."""
    return max((_f1(_normal(found).split(), _normal(gold).split()) for gold in golds), default=0.0)


def _f1(found: list[str], gold: list[str]) -> float:
    common = sum((Counter(found) & Counter(gold)).values())
    return 2 * common / (len(found) + len(gold)) if common else 0.0


def _normal(text: str) -> str:
    kept = "".join(character for character in text.lower() if character not in string.punctuation)
    return " ".join(_ARTICLE.sub(" ", kept).split())
