"""Changes folders at random, syncs them, cuts syncs short, and compares with indexes made anew: many times over.

    python -m tools.random_syncs [--worlds 30] [--rounds 15] [--first 0]

The worlds are those of ``tests/index/random_syncs.py``. After every whole sync the index must answer with exactly what
one made anew does.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from tests.index.random_syncs import World, small_scale


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--worlds", type=int, default=30)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--first", type=int, default=0, help="seed of the first world")
    options = parser.parse_args()
    failed = 0
    for seed in range(options.first, options.first + options.worlds):
        with tempfile.TemporaryDirectory() as place, small_scale():
            world = World(Path(place), seed)
            found = _lived_through(world, options.rounds)
        failed += bool(found)
        print(f"world {seed}: {found or 'as made anew'}", flush=True)
    print(f"{options.worlds - failed} of {options.worlds} worlds as made anew")
    sys.exit(bool(failed))


def _lived_through(world: World, rounds: int) -> str:
    """What went wrong; "" for nothing."""
    for _ in range(rounds):
        world.live_on()
        if world.held() != world.held_anew():
            return f"differs after {world.done[-12:]}"
    return ""


if __name__ == "__main__":
    main()
