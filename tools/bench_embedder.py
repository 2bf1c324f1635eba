"""What each form of the bundled embedder retrieves and how fast it is, side by side in one run.

    ASSISTANT_DATA=... python -m tools.bench_embedder

Retrieval: sampled SQuAD 1.1 dev questions against all of its paragraphs by exact cosine; found means
the question's own paragraph. Speed: the embedders taking turns on the same paragraphs, medians.
"""

from __future__ import annotations

import argparse
import statistics
import time

import numpy as np
from numpy.typing import NDArray

from assistant.evaluation.measures import recall_and_mrr
from assistant.index.embedder import Embedder, open_embedder
from assistant.models.files import embedder_package
from assistant.settings import Settings
from tools.dev_sets import dev_set, sample

DEPTHS = (1, 5, 20)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--questions", type=int, default=2000)
    arguments.add_argument("--timed", type=int, default=128, help="paragraphs embedded in each round")
    arguments.add_argument("--rounds", type=int, default=5)
    arguments.add_argument("--threads", type=int, default=0)
    chosen = arguments.parse_args()
    models = {"sentence-transformers": str(embedder_package())}
    models |= {name: name for name in ("bundled-fp32", "bundled-int8")}
    embedders = {
        name: open_embedder(Settings(embedder=model, threads=chosen.threads)) for name, model in models.items()
    }
    everything = dev_set("squad1")
    paragraphs = list(dict.fromkeys(question.context for question in everything))
    place = {paragraph: i for i, paragraph in enumerate(paragraphs)}
    questions = sample(everything, chosen.questions)
    gold = np.array([place[question.context] for question in questions])
    seconds = _timed(embedders, paragraphs[: chosen.timed], chosen.rounds)

    print(f"{len(questions)} questions, {len(paragraphs)} paragraphs")
    print(f"{'embedder':<24}" + "".join(f"{f'recall@{k}':>11}" for k in DEPTHS) + f"{'texts/s':>10}{'speed':>8}")
    for name, embedder in embedders.items():
        ranks = _ranks(embedder, [question.question for question in questions], paragraphs, gold)
        found = recall_and_mrr(ranks, DEPTHS)
        recalls = "".join(f"{100 * found[f'recall@{k}']:>11.2f}" for k in DEPTHS)
        speed = seconds["sentence-transformers"] / seconds[name]
        print(f"{name:<24}{recalls}{chosen.timed / seconds[name]:>10.1f}{speed:>7.1f}x")


def _ranks(embedder: Embedder, questions: list[str], paragraphs: list[str], gold: NDArray[np.int64]) -> list[int]:
    """For each question, the rank of its own paragraph, from 1."""
    cosines = embedder.embed(questions) @ embedder.embed(paragraphs).T
    own = cosines[np.arange(len(gold)), gold]
    return [1 + int(nearer) for nearer in (cosines > own[:, None]).sum(axis=1)]


def _timed(embedders: dict[str, Embedder], texts: list[str], rounds: int) -> dict[str, float]:
    """Median seconds to embed ``texts``."""
    taken: dict[str, list[float]] = {name: [] for name in embedders}
    for _ in range(rounds):
        for name, embedder in embedders.items():
            began = time.perf_counter()
            embedder.embed(texts)
            taken[name].append(time.perf_counter() - began)
    return {name: statistics.median(times) for name, times in taken.items()}


if __name__ == "__main__":
    main()
