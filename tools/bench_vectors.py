"""What a graph over vectors costs to build and to search, and what it misses, beside looking at every vector.

    python -m tools.bench_vectors STORE [--vectors N] [--queries N]

The vectors are those of an index in STORE; some are kept out of the graphs and are the queries. Building is given in
seconds of processor time, so that what else the machine does counts little.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from contextlib import closing
from pathlib import Path
from unittest.mock import patch

import numpy as np
from numpy.typing import NDArray

from assistant.index import vectors as module
from assistant.index.vectors import ChromaVectors, Shard

DEPTH = 20
#: Candidates looked at while building, and neighbours of each vector.
GRAPHS = ((200, 32), (100, 32), (100, 16), (50, 16))

Vectors = NDArray[np.float32]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("store", type=Path)
    parser.add_argument("--vectors", type=int, default=50_000)
    parser.add_argument("--queries", type=int, default=500)
    options = parser.parse_args()
    found = _stored(options.store)
    found = found[np.random.default_rng(0).permutation(len(found))[: options.vectors + options.queries]]
    queries, stored = found[: options.queries], found[options.queries :]
    began = time.perf_counter()
    nearest = [set(np.argpartition(-(stored @ query), DEPTH)[:DEPTH].tolist()) for query in queries]
    exact = (time.perf_counter() - began) / len(queries)
    print(f"{len(stored):,} vectors, {len(queries)} queries")
    print(f"| ef_construction | neighbours | building, s | a query, ms | recall@{DEPTH} |\n|---|---|---|---|---|")
    print(f"| every vector looked at | | 0 | {1000 * exact:.1f} | 1.0000 |")
    for breadth, neighbours in GRAPHS:
        graph = {**module._HNSW, "ef_construction": breadth, "max_neighbors": neighbours}
        with patch.object(module, "_HNSW", graph):
            building, query, recall = _measured(stored, queries, nearest)
        print(f"| {breadth} | {neighbours} | {building:.1f} | {1000 * query:.1f} | {recall:.4f} |", flush=True)


def _stored(store: Path) -> Vectors:
    """All vectors of an index, (n, dimension)."""
    return np.concatenate([Shard(path).vectors for path in sorted(store.glob("versions/*/vectors/*"))])


def _measured(stored: Vectors, queries: Vectors, nearest: list[set[int]]) -> tuple[float, float, float]:
    """Processor seconds for building, seconds for a query, share of the nearest that is found."""
    with tempfile.TemporaryDirectory() as scratch, closing(ChromaVectors(Path(scratch))) as index:
        began = time.process_time()
        index.add(range(len(stored)), stored)
        building, began = time.process_time() - began, time.perf_counter()
        found = [set(index.nearest(query, DEPTH)) for query in queries]
        query = (time.perf_counter() - began) / len(queries)
    hits = sum(len(one & other) for one, other in zip(found, nearest, strict=True))
    return building, query, hits / (DEPTH * len(queries))


if __name__ == "__main__":
    main()
