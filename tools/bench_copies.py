"""What copies cost and change: a corpus of news of which a third are copies, indexed and asked.

    ASSISTANT_DATA=... python -m tools.bench_copies [--stories 300] [--questions 400]

The stories are those of NewsQA's dev half. To every second one comes a copy as another paper would print it: another
headline, a credit line, every fifth paragraph gone; every second copy has one more at the end. Each question is asked
about all of them. ``recall``: a gold answer stands in one of the first passages that come from its story or from a copy
of it. ``distinct``: stories among the first passages. ``right``: the answer that is given, never refusing, has the gold
answer's words.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import re
import tempfile
import time
from pathlib import Path
from statistics import fmean

from assistant import Assistant, load_settings
from assistant.pipeline import sync
from tools.dev_sets import data_folder

_WORD = re.compile(r"\w+")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--stories", type=int, default=300)
    parser.add_argument("--questions", type=int, default=400)
    chosen = parser.parse_args()
    rng = random.Random(0)
    asked = _questions(chosen.stories, rng)
    with tempfile.TemporaryDirectory() as scratch:
        folder, store = Path(scratch, "articles"), Path(scratch, "store")
        folder.mkdir()
        names = _write(folder, list(asked), rng)
        settings = load_settings(store=store, min_confidence=0.0)
        report = sync(folder, settings=settings)
        size = sum(path.stat().st_size for path in store.rglob("*") if path.is_file())
        print(f"{report.articles} articles, {report.passages} passages, {report.seconds:.1f} s, {size / 1e6:.1f} MB")
        pairs = [(question, golds, names[text]) for text, questions in asked.items() for question, golds in questions]
        with Assistant.open(settings=settings) as assistant:
            _report(assistant, rng.sample(pairs, min(chosen.questions, len(pairs))))


def _questions(stories: int, rng: random.Random) -> dict[str, list[tuple[str, list[str]]]]:
    """Of each story's text, its questions with their gold answers."""
    found: dict[str, list[tuple[str, list[str]]]] = {}
    with gzip.open(data_folder() / "reader" / "dev" / "newsqa-a.jsonl.gz", "rt", encoding="utf-8") as lines:
        for row in map(json.loads, lines):
            if row["answers"]:
                golds = [answer["text"] for answer in row["answers"]]
                found.setdefault(row["context"], []).append((row["question"], golds))
    return {text: found[text] for text in rng.sample(sorted(found), min(stories, len(found)))}


def _write(folder: Path, texts: list[str], rng: random.Random) -> dict[str, str]:
    """The stories, and copies of every second one; the name of each story's files."""
    names = {}
    for number, text in enumerate(texts):
        names[text] = f"story {number}"
        paragraphs = [one for one in re.split(r"\n+", text) if one.strip()]
        (folder / f"story {number}.txt").write_text("\n\n".join(paragraphs) + "\n", encoding="utf-8")
        if number % 2:
            kept = [one for one in paragraphs if rng.random() > 0.2] or paragraphs
            copy = [f"Paper {number} reports from its wire", "(Wire service)", *kept]
            if number % 4 == 3:
                copy.append(f"This report reached the newsroom of paper {number} by wire on a day of its own.")
            (folder / f"story {number} copy.txt").write_text("\n\n".join(copy) + "\n", encoding="utf-8")
    return names


def _report(assistant: Assistant, pairs: list[tuple[str, list[str], str]]) -> None:
    file = {entry.id: Path(entry.locations[0]).stem for entry in assistant.articles()}
    hits: dict[int, list[bool]] = {1: [], 5: [], 8: []}
    distinct, right, seconds = [], [], []
    for question, golds, name in pairs:
        found = assistant.retrieve(question, 8)
        stories = [file[one.passage.article_id].removesuffix(" copy") for one in found]
        holds = [
            story == name and any(gold in one.passage.text for gold in golds)
            for one, story in zip(found, stories, strict=True)
        ]
        for k, row in hits.items():
            row.append(any(holds[:k]))
        distinct.append(len(set(stories)))
        started = time.perf_counter()
        given = assistant.ask(question).text or ""
        seconds.append(time.perf_counter() - started)
        right.append(any(_same(given, gold) for gold in golds))
    recalls = ", ".join(f"@{k} {fmean(row):.3f}" for k, row in hits.items())
    print(f"{len(pairs)} questions: recall {recalls}; distinct stories in 8 passages {fmean(distinct):.2f};")
    print(f"right {fmean(right):.3f}; {fmean(seconds) * 1e3:.0f} ms a question")


def _same(given: str, gold: str) -> bool:
    mine, other = (set(_WORD.findall(text.casefold())) for text in (given, gold))
    return bool(mine and other) and 2 * len(mine & other) >= 0.5 * (len(mine) + len(other))


if __name__ == "__main__":
    main()
