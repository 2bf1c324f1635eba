"""Kills syncs at random moments, without warning, and looks whether anything is lost.

    python -m tests.benchmarks.kill_sync [--times 20] [--articles 120] [--seed 0]

A folder of made articles is synced a first time; then it changes (articles come, change and go), and each sync of the
change is killed (SIGKILL) after a random share of the time an uninterrupted one takes. After each the index must open,
hold the old articles or a published part of the new ones, and answer; the last sync runs to its end, and the index must
then hold exactly what a sync into an empty store gives.
"""

from __future__ import annotations

import argparse
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from assistant import Assistant, load_settings

ROOT = Path(__file__).parents[2]
_WORDS = [
    "harbour",
    "council",
    "engineer",
    "winter",
    "ferry",
    "bridge",
    "mayor",
    "school",
    "museum",
    "river",
    "committee",
    "budget",
    "minister",
    "festival",
    "factory",
    "union",
    "hospital",
    "orchard",
    "railway",
    "tunnel",
    "library",
    "theatre",
    "market",
    "election",
    "storm",
    "research",
    "island",
]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--times", type=int, default=20)
    parser.add_argument("--articles", type=int, default=120)
    parser.add_argument("--seed", type=int, default=0)
    chosen = parser.parse_args()
    rng = random.Random(chosen.seed)
    with tempfile.TemporaryDirectory() as scratch:
        folder, store, fresh = (Path(scratch, name) for name in ("articles", "store", "fresh"))
        folder.mkdir()
        for number in range(chosen.articles):
            (folder / f"{number}.txt").write_text(_article(rng), encoding="utf-8")
        _sync(folder, store)
        old = _held(store)
        for number in range(chosen.articles // 3):
            (folder / f"{number}.txt").write_text(_article(rng), encoding="utf-8")
            (folder / f"new {number}.txt").write_text(_article(rng), encoding="utf-8")
            (folder / f"{chosen.articles - 1 - number}.txt").unlink()
        whole = Path(scratch, "whole")
        shutil.copytree(store, whole)
        seconds = _sync(folder, whole)
        _sync(folder, fresh)
        new = _held(fresh)
        print("| killed after | articles of before, of after |\n|---|---|")
        for _ in range(chosen.times):
            after = rng.uniform(0.0, 1.0) * seconds
            _sync(folder, store, kill_after=after)
            held = _held(store)
            if held - old - new or not held:
                raise SystemExit(f"The index holds {len(held - old - new)} articles of no folder.")
            if len(held) < min(len(old), len(new)) // 2:
                raise SystemExit("Articles were lost.")
            print(f"| {after:.1f} s | {len(held & old)}, {len(held & new)} |", flush=True)
        _sync(folder, store)
        if _held(store) != new:
            raise SystemExit("The last sync did not complete the index.")
    print(f"\nAll {chosen.times} left an index that answers; the next sync completed it.")


def _article(rng: random.Random) -> str:
    sentences = []
    for _ in range(rng.randint(6, 14)):
        words = " ".join(rng.choices(_WORDS, k=rng.randint(9, 16)))
        sentences.append(f"The {words} on day {rng.randrange(10_000)}.")
    return f"{' '.join(rng.choices(_WORDS, k=5)).title()}\n\n" + "\n\n".join(sentences) + "\n"


def _sync(folder: Path, store: Path, kill_after: float | None = None) -> float:
    """Seconds it took."""
    started = time.perf_counter()
    command = [sys.executable, "-m", "assistant.apps.cli", "sync", str(folder), "--store", str(store)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=ROOT)
    try:
        process.wait(kill_after)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGKILL)
        process.wait()
        return time.perf_counter() - started
    if process.returncode and kill_after is None:
        raise SystemExit(f"A sync ended with {process.returncode}.")
    return time.perf_counter() - started


def _held(store: Path) -> set[str]:
    """Ids of all articles, once the index has opened and answered."""
    with Assistant.open(settings=load_settings(store=store)) as assistant:
        assistant.ask("Who opened the harbour?")
        return {entry.id for entry in assistant.articles()}


if __name__ == "__main__":
    main()
