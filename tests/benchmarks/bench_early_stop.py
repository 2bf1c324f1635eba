"""What stopping early saves, and whether it changes an answer: both ways of reading, side by side in one run.

    ASSISTANT_DATA=... python -m tests.benchmarks.bench_early_stop [--questions N]

Questions of dev sets are asked over an index of every second of their contexts, as for ``fit_evidence``, and the
project's own over the seed articles.
"""

from __future__ import annotations

import argparse
import statistics

from assistant import Assistant, load_settings
from tests.benchmarks.fit_gathering import asked_over

SETS = ("seeds", "squad1", "newsqa-a")


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--questions", type=int, default=200, help="sampled from each dev set")
    arguments.add_argument("--passages", type=int, default=8, help="retrieved for each question")
    chosen = arguments.parse_args()
    settings = load_settings(passages_read=chosen.passages)
    print(f"{'set':<10}{'questions':>10}{'changed':>9}{'texts read':>12}{'of':>7}{'ms':>7}{'of':>7}")
    for name in SETS:
        with asked_over(name, chosen.questions, settings) as (assistant, asked):
            hurried_settings = assistant.settings.model_copy(update={"stop_early": True})
            with Assistant.open(settings=hurried_settings) as hurried:
                _compare(name, assistant, hurried, [one.question for one in asked])


def _compare(name: str, assistant: Assistant, hurried: Assistant, questions: list[str]) -> None:
    pairs = [(assistant.trace(question), hurried.trace(question)) for question in questions]
    changed = sum(whole.answer.text != part.answer.text for whole, part in pairs)
    read = [statistics.mean(len(trace.read) for trace in traces) for traces in zip(*pairs, strict=True)]
    ms = [
        1000 * statistics.median(trace.answer.timings["read"] for trace in traces)
        for traces in zip(*pairs, strict=True)
    ]
    print(f"{name:<10}{len(pairs):>10}{changed:>9}{read[1]:>12.2f}{read[0]:>7.2f}{ms[1]:>7.0f}{ms[0]:>7.0f}")


if __name__ == "__main__":
    main()
