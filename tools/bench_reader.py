"""What each form of the bundled reader scores and how fast it is, side by side in one run.

    ASSISTANT_DATA=... python -m tools.bench_reader

Quality: sampled SQuAD 1.1 dev questions over their own paragraph, an answer forced. Speed: each
question over several paragraphs, the readers taking turns, medians of the rounds.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable

from assistant.datasets.reading import ReadingQuestion
from assistant.evaluation.scores import exact_match, token_f1
from assistant.models.files import FAST_READER
from assistant.reading.onnx_scorer import open_onnx_reader
from assistant.reading.reader import Reader
from assistant.reading.torch_scorer import open_torch_reader
from tools.dev_sets import dev_set, gold_texts, sample

#: The same weights in three forms: on torch, and on onnxruntime.
READERS: dict[str, Callable[[int], Reader]] = {
    "torch": lambda threads: open_torch_reader(str(FAST_READER), threads=threads),
    "fp32": lambda threads: open_onnx_reader(FAST_READER, int8=False, threads=threads),
    "int8": lambda threads: open_onnx_reader(FAST_READER, threads=threads),
}


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--questions", type=int, default=500)
    arguments.add_argument("--paragraphs", type=int, default=8, help="read for each question when timing")
    arguments.add_argument("--rounds", type=int, default=5)
    arguments.add_argument("--threads", type=int, default=0)
    chosen = arguments.parse_args()
    readers = {name: opened(chosen.threads) for name, opened in READERS.items()}
    questions = sample(dev_set("squad1"), chosen.questions)
    spans = {name: [_best(reader, question) for question in questions] for name, reader in readers.items()}
    seconds = _timed(readers, questions[:10], [question.context for question in questions], chosen)

    print(f"{'reader':<16}{'EM':>7}{'F1':>7}{'same span':>11}{'questions/s':>13}{'paragraphs/s':>14}{'speed':>7}")
    slowest = seconds["torch"]
    for name in READERS:
        scored = list(zip(spans[name], questions, strict=True))
        em = statistics.mean(exact_match(span[0], gold_texts(question)) for span, question in scored)
        f1 = statistics.mean(token_f1(span[0], gold_texts(question)) for span, question in scored)
        same = 100 * statistics.mean(a == b for a, b in zip(spans[name], spans["torch"], strict=True))
        rate = 10 / seconds[name]
        paragraphs = rate * chosen.paragraphs
        speed = slowest / seconds[name]
        print(f"{name:<16}{em:>7.1f}{f1:>7.1f}{same:>10.1f}%{rate:>13.1f}{paragraphs:>14.1f}{speed:>6.1f}x")


def _best(reader: Reader, question: ReadingQuestion) -> tuple[str, int]:
    span = reader.read(question.question, [question.context], max_spans=1)[0]
    return span.text, span.start


def _timed(
    readers: dict[str, Reader], questions: list[ReadingQuestion], contexts: list[str], chosen: argparse.Namespace
) -> dict[str, float]:
    """Median seconds of a round (all ``questions``) for each reader."""
    texts = [contexts[i * chosen.paragraphs : (i + 1) * chosen.paragraphs] for i in range(len(questions))]
    rounds: dict[str, list[float]] = {name: [] for name in readers}
    for _ in range(chosen.rounds):
        for name, reader in readers.items():
            began = time.perf_counter()
            for question, some in zip(questions, texts, strict=True):
                reader.read(question.question, some)
            rounds[name].append(time.perf_counter() - began)
    return {name: statistics.median(times) for name, times in rounds.items()}


if __name__ == "__main__":
    main()
