"""Kills syncs at random moments, without warning, and looks whether anything is lost.

    python -m tools.kill_sync [--times 20] [--articles 120] [--seed 0]

A folder of made articles is synced; then it changes (articles come, change and go). Time and again, from the index as
it was before the change, the sync of the change, which works in several batches, is killed (SIGKILL) after a random
share of the time it takes. The index must then open, answer, and hold exactly the articles of before or exactly those
of after; the next sync must complete it to exactly what a sync into an empty store gives.
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

ROOT = Path(__file__).parents[1]
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
        folder, before, store, fresh = (Path(scratch, name) for name in ("articles", "before", "store", "fresh"))
        _write(folder, chosen.articles, rng)
        _sync(folder, before)
        old = _held(before)
        _change(folder, chosen.articles, rng)
        _sync(folder, fresh)
        new = _held(fresh)
        shutil.copytree(before, store)
        seconds = _sync(folder, store)
        print("| killed after | answers with what was | the next sync |\n|---|---|---|")
        for _ in range(chosen.times):
            shutil.rmtree(store)
            shutil.copytree(before, store)
            after = rng.uniform(0.0, 1.0) * seconds
            _sync(folder, store, kill_after=after)
            held = _held(store)
            if held not in (old, new):
                raise SystemExit(f"{len(held - old - new)} articles of no folder, {len((old & new) - held)} lost.")
            took = _sync(folder, store)
            if _held(store) != new:
                raise SystemExit("The next sync did not complete the index.")
            print(f"| {after:.1f} s | {'before' if held == old else 'after'} | complete in {took:.1f} s |", flush=True)
    counts = f"{len(old)} articles before, {len(new)} after, {len(old & new)} in both"
    print(f"\n{counts}; not killed, the sync takes {seconds:.1f} s.")
    print(f"All {chosen.times} killed ones left an index that answers and lacks nothing.")


def _write(folder: Path, articles: int, rng: random.Random) -> None:
    folder.mkdir()
    for number in range(articles):
        (folder / f"{number}.txt").write_text(_article(rng), encoding="utf-8")


def _change(folder: Path, articles: int, rng: random.Random) -> None:
    for number in range(articles // 3):
        (folder / f"{number}.txt").write_text(_article(rng), encoding="utf-8")
        (folder / f"new {number}.txt").write_text(_article(rng), encoding="utf-8")
        (folder / f"{articles - 1 - number}.txt").unlink()


def _article(rng: random.Random) -> str:
    sentences = []
    for _ in range(rng.randint(6, 14)):
        words = " ".join(rng.choices(_WORDS, k=rng.randint(9, 16)))
        sentences.append(f"The {words} on day {rng.randrange(10_000)}.")
    return f"{' '.join(rng.choices(_WORDS, k=5)).title()}\n\n" + "\n\n".join(sentences) + "\n"


#: Says when it begins, so that it is killed at work and not while Python starts.
_SCRIPT = """
import sys
from assistant import load_settings
from assistant.index import batches
from assistant.pipeline import sync
batches._BATCH = 64
settings = load_settings(store=sys.argv[2])
print("begins", flush=True)
sync(sys.argv[1], settings=settings)
"""


def _sync(folder: Path, store: Path, kill_after: float | None = None) -> float:
    """Seconds it took."""
    command = [sys.executable, "-c", _SCRIPT, str(folder), str(store)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT)
    assert process.stdout is not None
    process.stdout.readline()
    started = time.perf_counter()
    try:
        process.wait(kill_after)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGKILL)
        process.wait()
    process.stdout.close()
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
