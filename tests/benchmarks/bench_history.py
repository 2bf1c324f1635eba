"""Follow-up questions read in five ways, side by side in one run: does the reader itself follow a conversation?

    ASSISTANT_DATA=... python -m tests.benchmarks.bench_history [--reader FOLDER]

From a dev set, questions that share a name with another question of their paragraph are made follow-ups of it (as for
training: ``assistant.reading.training.rewriting.followups``), and each is read over the paragraph: as it was asked in
full, as a follow-up alone, with the earlier question and its answer in front, completed by the assistant's rules, and
so completed with the earlier question and its answer in front.
"""

from __future__ import annotations

import argparse
import random
import statistics

from assistant.answering.followups import interpret
from assistant.datasets.reading import ReadingQuestion
from assistant.evaluation.scores import token_f1
from assistant.reading.history import with_history
from assistant.reading.reader import open_reader
from assistant.reading.training.rewriting.followups import answer_of, follow_up, pairs
from assistant.records import Answer, Turn
from assistant.settings import load_settings
from tests.benchmarks.dev_sets import dev_set, gold_texts


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--set", default="squad1", help="the dev set")
    arguments.add_argument("--questions", type=int, default=600, help="follow-ups read at most")
    arguments.add_argument("--reader", default="bundled")
    chosen = arguments.parse_args()
    reader = open_reader(load_settings(reader=chosen.reader))
    scores: dict[str, list[float]] = {}
    made = followed(dev_set(chosen.set), chosen.questions)
    for forms, later in made:
        for name, question in forms.items():
            best = reader.read(question, [later.context], max_spans=1)[0]
            scores.setdefault(name, []).append(token_f1(best.text, gold_texts(later)))
    print(f"{len(made)} follow-ups made from {chosen.set}, {reader.fingerprint}")
    for name, f1 in scores.items():
        print(f"{name:<30} F1 {statistics.mean(f1):5.1f}")


def followed(questions: tuple[ReadingQuestion, ...], count: int) -> list[tuple[dict[str, str], ReadingQuestion]]:
    """Each question's text in the five ways, with the question; ``count`` of them, the same ones each time."""
    found = [pair for pair in pairs(questions, random.Random(1)) if pair[0].golds and pair[1].golds]
    rng = random.Random(2)
    return [
        (forms, later)
        for earlier, later in rng.sample(found, min(count, len(found)))
        if (forms := _forms(earlier, later, rng))
    ]


def _forms(earlier: ReadingQuestion, later: ReadingQuestion, rng: random.Random) -> dict[str, str]:
    exchange = (earlier.question, answer_of(earlier))
    bare = follow_up(exchange, later.question, later.context, rng)
    if bare is None:
        return {}
    completed = interpret(bare, [_turn(*exchange)])
    return {
        "asked in full": later.question,
        "follow-up alone": bare,
        "with what was said before": with_history([exchange], bare),
        "completed by rules": completed,
        "completed, and what was said": with_history([exchange], completed),
    }


def _turn(question: str, answer: str) -> Turn:
    said = Answer(question, question, answer, 1.0, 1, (), (), None, {})
    return Turn(question, question, said)


if __name__ == "__main__":
    main()
