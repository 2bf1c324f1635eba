"""The quantised form of the bundled reader answers as the exact one does, at a stated cost."""

from __future__ import annotations

import os
from pathlib import Path
from statistics import mean

import pytest

from assistant.datasets.reading import ReadingQuestion, load_reading
from assistant.evaluation.run import RunOptions
from assistant.evaluation.scores import token_f1
from assistant.models.files import FAST_READER, GRAPH, INT8_MODEL, WEIGHTS
from assistant.pipeline import Assistant
from assistant.reading.onnx_scorer import open_onnx_reader
from assistant.reading.reader import Reader

#: F1 that quantising may cost, in percentage points.
LARGEST_LOSS = 0.7
#: Megabytes that both forms may take on disk together.
LARGEST = 70


@pytest.fixture(scope="module")
def exact() -> Reader:
    return open_onnx_reader(FAST_READER, int8=False)


@pytest.fixture(scope="module")
def quantised() -> Reader:
    return open_onnx_reader(FAST_READER)


def mean_f1(reader: Reader, questions: list[ReadingQuestion]) -> float:
    return mean(
        token_f1(
            reader.read(question.question, [question.context], max_spans=1)[0].text,
            [gold.text for gold in question.golds],
        )
        for question in questions
    )


@pytest.mark.parametrize(("name", "count"), [("squad1", 300), ("newsqa-a", 100)])
def test_quantising_costs_little(exact: Reader, quantised: Reader, name: str, count: int) -> None:
    path = Path(os.environ.get("ASSISTANT_DATA", ""), "reader", "dev", f"{name}.jsonl.gz")
    if not path.is_file():
        pytest.skip(f"ASSISTANT_DATA does not hold reader/dev/{name}.jsonl.gz")
    questions = RunOptions(limit=count, sample=0).choose(load_reading(path).items)
    assert mean_f1(exact, questions) - mean_f1(quantised, questions) <= LARGEST_LOSS


def test_both_forms_read_the_seed_articles_alike(exact: Reader, quantised: Reader, seed_assistant: Assistant) -> None:
    texts = [
        passage.text
        for article_id in sorted({entry.id for entry in seed_assistant.articles()})
        for passage in seed_assistant.passages(article_id)
    ]
    questions = ("Who will head the Japanese liaison team?", "Where was it held?", "How many people were there?")
    same = []
    for question in questions:
        for text in texts:
            (one,), (other,) = (reader.read(question, [text], max_spans=1) for reader in (exact, quantised))
            same.append(one.start < other.end and other.start < one.end)
    assert len(same) > 50
    assert mean(same) >= 0.85


def test_both_forms_together_are_small() -> None:
    size = sum((FAST_READER / name).stat().st_size for name in (WEIGHTS, INT8_MODEL, GRAPH))
    assert size <= LARGEST * 1_000_000
