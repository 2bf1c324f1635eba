"""Indexing: passages per second by stage, beside the plain loop; memory; what one more article costs as an index grows.

    ASSISTANT_DATA=... python -m tools.bench_sync WORK [--pages N] [--passage-tokens N] [--plain N]

News pages are written to WORK as text files. Each measurement runs in a process of its own, one after the other: by
turns, sentence-transformers and Chroma as their documentation shows them, over passages of the first pages, and the
same pages synced; then all pages synced in steps, after each of which a few further pages are added. Peak memory is
that of the process and of those it starts, together.
"""

from __future__ import annotations

import argparse
import json
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from statistics import median
from typing import Any

from tools.news_questions import load_pages, write_pages

ROOT = Path(__file__).parents[1]
#: Pages added to an index of each size, to tell what one costs.
_ADDED = 20
_STEPS = (0.016, 0.16, 1.0)


def main() -> None:
    """Run all parts and print two Markdown tables."""
    options = _options()
    if options.part:
        print(json.dumps(PARTS[options.part](*options.arguments)))
        return
    work: Path = options.work
    pages = list(load_pages().values())[: options.pages]
    few, store = work / "few", work / "store"
    write_pages(few, pages[: options.plain])
    print(_beside_plain(few, work / "few-store", options.passage_tokens, options.rounds))
    print("\n| index holds | synced in | passages/s | stages, s | peak MB | one more article |")
    print("|---|---|---|---|---|---|", flush=True)
    shutil.rmtree(store, ignore_errors=True)
    folder = work / "pages"
    shutil.rmtree(folder, ignore_errors=True)
    done = 0
    for step in _STEPS:
        upto = int(step * (len(pages) - _ADDED * len(_STEPS)))
        write_pages(folder, pages[done:upto])
        grown = _in_process("sync", str(folder), str(store), options.passage_tokens)
        write_pages(folder, pages[upto : upto + _ADDED])
        more = _in_process("sync", str(folder), str(store), options.passage_tokens)
        done = upto + _ADDED
        print(_row(grown, more), flush=True)


def _beside_plain(pages: Path, store: Path, tokens: int, rounds: int) -> str:
    runs: dict[str, list[dict[str, Any]]] = {"plain loop": [], "assistant sync": []}
    for _ in range(rounds):
        shutil.rmtree(store, ignore_errors=True)
        runs["plain loop"].append(_in_process("plain", pages, tokens))
        runs["assistant sync"].append(_in_process("sync", pages, store, tokens))
    speeds = {name: [run["passages"] / run["seconds"] for run in some] for name, some in runs.items()}
    rows = [
        f"{runs['plain loop'][0]['passages']:,} passages of {tokens} tokens, {rounds} rounds by turns",
        "| | passages/s, each round | median | speed | peak MB |\n|---|---|---|---|---|",
    ]
    for name, some in speeds.items():
        each, middle = ", ".join(f"{speed:,.0f}" for speed in some), median(some)
        ratio, peak = middle / median(speeds["plain loop"]), max(run["peak"] for run in runs[name])
        rows.append(f"| {name} | {each} | {middle:,.0f} | {ratio:.1f}x | {peak:,.0f} |")
    return "\n".join(rows)


def _row(grown: Mapping[str, Any], more: Mapping[str, Any]) -> str:
    stages = ", ".join(f"{name} {seconds:.1f}" for name, seconds in grown["timings"].items())
    rate = grown["embedded"] / grown["seconds"]
    cost = 1000 * more["seconds"] / _ADDED
    return (
        f"| {grown['passages']:,} passages | {grown['seconds']:.0f} s | {rate:,.0f} | {stages} |"
        f" {grown['peak']:,.0f} | {cost:.0f} ms, {more['embedded'] / _ADDED:.0f} passages |"
    )


def _sync(folder: str, store: str, tokens: str) -> dict[str, Any]:
    from assistant import load_settings, sync

    report = sync(folder, settings=load_settings(store=store, passage_tokens=int(tokens)))
    return {
        "passages": report.passages,
        "embedded": report.embedded,
        "seconds": report.seconds,
        "timings": dict(report.timings),
        "peak": _peak_megabytes(),
    }


def _plain(folder: str, tokens: str) -> dict[str, Any]:
    """The loop that tutorials show; passages are made beforehand and do not count."""
    import tempfile

    import chromadb
    from sentence_transformers import SentenceTransformer

    from assistant.models.files import embedder_package

    texts = _passages(folder, int(tokens))
    model = SentenceTransformer(str(embedder_package()), device="cpu")
    with tempfile.TemporaryDirectory() as scratch:
        collection = chromadb.PersistentClient(path=scratch).create_collection("passages")
        started = time.perf_counter()
        for first in range(0, len(texts), 32):
            batch = texts[first : first + 32]
            ids = [str(first + place) for place in range(len(batch))]
            collection.add(ids=ids, embeddings=model.encode(batch), documents=batch)
        seconds = time.perf_counter() - started
    return {"passages": len(texts), "seconds": seconds, "peak": _peak_megabytes()}


def _passages(folder: str, tokens: int) -> list[str]:
    from assistant.articles import clean_article, load_article, split_passages
    from assistant.models.files import FAST_READER, TOKENIZER
    from assistant.models.tokenizer import TextTokenizer

    count = TextTokenizer.from_file(FAST_READER / TOKENIZER).count_tokens
    articles = (clean_article(load_article(path, 10**7)) for path in sorted(Path(folder).rglob("*.txt")))
    return [passage.text for article in articles for passage in split_passages(article, count, tokens)]


PARTS = {"sync": _sync, "plain": _plain}


def _in_process(part: str, *arguments: object) -> dict[str, Any]:
    command = [sys.executable, "-m", "tools.bench_sync", "--part", part, "unused", *map(str, arguments)]
    finished = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, cwd=ROOT)
    result: dict[str, Any] = json.loads(finished.stdout.splitlines()[-1])
    return result


def _peak_megabytes() -> float:
    peaks = (resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(peaks) / (1024 * 1024 if sys.platform == "darwin" else 1024)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("work", type=Path)
    parser.add_argument("--pages", type=int, default=1_000_000, help="at most so many news pages")
    parser.add_argument("--passage-tokens", type=int, default=160)
    parser.add_argument("--plain", type=int, default=200, help="pages that the plain loop indexes")
    parser.add_argument("--rounds", type=int, default=3, help="times that both index those")
    parser.add_argument("--part", choices=PARTS, help=argparse.SUPPRESS)
    parser.add_argument("arguments", nargs="*", help=argparse.SUPPRESS)
    return parser.parse_args()


if __name__ == "__main__":
    main()
