"""What a user waits for: cold start by stage, indexing rate, latency of a question, memory.

    ASSISTANT_DATA=... python -m tools.bench_pipeline [--pages N] [--questions N] [--work DIR]

Measured on the seeds and, when ASSISTANT_DATA is set, on its news pages as a folder of text files. Every
part runs in a process of its own; peak memory is that of the whole process. With --work, the pages' index
is kept there and used again (its indexing is then not measured anew).
"""

from __future__ import annotations

import argparse
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from tools.news_questions import load_pages, load_quiz, write_pages

SEEDS = Path(__file__).parents[1] / "seeds"


def main() -> None:
    """Run all parts and print a Markdown table."""
    options = _options()
    if options.part:
        print(json.dumps(PARTS[options.part](*options.arguments)))
        return
    with tempfile.TemporaryDirectory() as scratch:
        work = options.work or Path(scratch)
        print("| what | seeds | news pages |\n|---|---|---|")
        columns = [_measure_seeds(work)]
        if "ASSISTANT_DATA" in os.environ:
            columns.append(_measure_news(work, options.pages, options.questions))
        for name in columns[0]:
            print(f"| {name} | {' | '.join(column.get(name, '–') for column in columns)} |")


def _measure_seeds(work: Path) -> dict[str, str]:
    questions = [json.loads(line) for line in (SEEDS / "questions.jsonl").read_text().splitlines()]
    asked = [item["question"] for item in questions if "question" in item]
    return _measure(SEEDS, work / "seeds-store", asked)


def _measure_news(work: Path, pages: int, questions: int) -> dict[str, str]:
    folder = work / f"pages-{pages}"
    if not folder.exists():
        write_pages(folder, list(load_pages().values())[:pages])
    asked = [item["question"] for item in load_quiz()]
    return _measure(folder, work / f"pages-{pages}-store", random.Random(0).sample(asked, min(questions, len(asked))))


def _measure(folder: Path, store: Path, questions: list[str]) -> dict[str, str]:
    indexing = _in_process("index", str(folder), str(store))
    asking = _in_process("ask", str(store), json.dumps(questions))
    cold = [_in_process("cold", str(store), questions[0]) for _ in range(5)]
    stages = {name: float(np.median([run[name] for run in cold])) for name in cold[0]}
    result = {
        "articles, passages": f"{indexing['articles']:,}, {indexing['passages']:,}",
        "indexing": f"{indexing['rate']:,.0f} passages/s, peak {indexing['peak']:,.0f} MB"
        if indexing["embedded"]
        else "(kept)",
        "warm question": f"p50 {asking['p50']:.0f} ms, p95 {asking['p95']:.0f} ms (n = {len(questions)})",
        "… of which": ", ".join(f"{name} {ms:.0f}" for name, ms in asking["stages"].items()) + " ms (p50)",
        "memory while asking": f"peak {asking['peak']:,.0f} MB",
        "cold `assistant ask`": f"{stages.pop('total'):.2f} s (median of 5)",
    }
    result["… in process, by stage"] = ", ".join(f"{name} {seconds:.2f}" for name, seconds in stages.items()) + " s"
    return result


def _index(folder: str, store: str) -> dict[str, Any]:
    from assistant import load_settings, sync

    report = sync(folder, settings=load_settings(store=store))
    return {
        "articles": report.articles,
        "passages": report.passages,
        "embedded": report.embedded,
        "rate": report.embedded / report.seconds,
        "peak": _peak_megabytes(),
    }


def _ask(store: str, questions: str) -> dict[str, Any]:
    from assistant import Assistant

    with Assistant.open(store) as assistant:
        asked: list[str] = json.loads(questions)
        for question in asked[:5]:
            assistant.ask(question)
        timings = [assistant.ask(question).timings for question in asked]
    total = [1000 * timing["total"] for timing in timings]
    return {
        "p50": float(np.percentile(total, 50)),
        "p95": float(np.percentile(total, 95)),
        "stages": {stage: float(np.median([1000 * t[stage] for t in timings])) for stage in timings[0]},
        "peak": _peak_megabytes(),
    }


def _cold(store: str, question: str) -> dict[str, float]:
    """One process per stage list; "total" is the wall time of the real command, interpreter included."""
    started = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "assistant.apps.cli", "ask", question, "--store", store, "--json"],
        stdout=subprocess.DEVNULL,
        check=False,
    )
    total = time.perf_counter() - started
    clock = time.perf_counter
    stages, mark = {}, clock()

    def done(name: str) -> None:
        nonlocal mark
        stages[name], mark = clock() - mark, clock()

    from assistant import load_settings
    from assistant.index.embedder import open_embedder
    from assistant.index.opened import Index
    from assistant.index.sync import manifest
    from assistant.pipeline import Assistant
    from assistant.reading.opening import open_reader

    settings = load_settings(store=store)
    done("imports")
    embedder = open_embedder(settings)
    done("embedder")
    import chromadb  # noqa: F401

    done("import chromadb")
    index = Index(settings.store, manifest(embedder, settings))
    done("index")
    reader = open_reader(settings)
    done("reader")
    Assistant(index, embedder, reader, settings).ask(question)
    done("first answer")
    index.close()
    return {**stages, "total": total}


PARTS = {"index": _index, "ask": _ask, "cold": _cold}


def _in_process(part: str, *arguments: str) -> dict[str, Any]:
    command = [sys.executable, "-m", "tools.bench_pipeline", "--part", part, "--", *arguments]
    finished = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, cwd=SEEDS.parent)
    result: dict[str, Any] = json.loads(finished.stdout.splitlines()[-1])
    return result


def _peak_megabytes() -> float:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1024 * 1024 if sys.platform == "darwin" else 1024)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=1_000_000, help="at most so many news pages")
    parser.add_argument("--questions", type=int, default=200, help="so many of the news questions")
    parser.add_argument("--work", type=Path, help="keep pages and indexes here")
    parser.add_argument("--part", choices=PARTS, help=argparse.SUPPRESS)
    parser.add_argument("arguments", nargs="*", help=argparse.SUPPRESS)
    return parser.parse_args()


if __name__ == "__main__":
    main()
