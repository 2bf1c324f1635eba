"""Dense vectors of passages: a shard keeps them in Chroma, and beside that as a matrix that is searched exactly.

Up to ``EXACT_UP_TO`` passages every cosine is computed: the same question finds the same passages in every process, and
nobody who only asks has to open Chroma. Above, Chroma's approximate search proposes. A shard never changes once a
commit has it. Vectors are always explicit: Chroma never embeds anything.
"""

from __future__ import annotations

import os
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: Brute force over so many vectors of 384 numbers takes some 30 ms on two cores.
EXACT_UP_TO = 200_000
#: Cosines are compared to so many digits: sums of floats differ in the last ones with the number of threads.
_DIGITS = 6
#: Vectors held in memory while they are copied.
_COPIED_AT_ONCE = 4096
_COLLECTION = "passages"
#: Of the 20 nearest of 50,000 0.998 are found, for half of what 0.999 costs (tools.bench_vectors).
_HNSW: Any = {"space": "cosine", "ef_construction": 100, "max_neighbors": 32, "ef_search": 200}
#: Little-endian 64-bit integers; 32-bit floats, row by row.
KEYS_FILE, VECTORS_FILE = "keys.i64", "vectors.f32"
CHROMA_FILE = "chroma.sqlite3"


class ChromaVectors:
    """The vectors of a shard in Chroma, by passage key."""

    def __init__(self, directory: Path) -> None:
        os.environ.setdefault("ANONYMIZED_TELEMETRY", "False")
        import chromadb
        from chromadb.config import Settings as ChromaSettings

        # Typed Any: Chroma's annotations lag behind what it takes and has (a plain configuration, close).
        quiet = ChromaSettings(anonymized_telemetry=False)
        self._client: Any = chromadb.PersistentClient(path=str(directory), settings=quiet)
        self._batch: int = self._client.get_max_batch_size()
        self._collection: Any = self._client.get_or_create_collection(
            _COLLECTION, embedding_function=None, configuration={"hnsw": _HNSW}
        )

    def add(self, keys: Sequence[int], vectors: NDArray[np.float32]) -> None:
        """Store ``vectors`` (n, dimension) under ``keys`` (n)."""
        for start in range(0, len(keys), self._batch):
            part = slice(start, start + self._batch)
            self._collection.upsert(ids=[str(key) for key in keys[part]], embeddings=vectors[part])

    def nearest(self, vector: NDArray[np.float32], k: int) -> list[int]:
        """Keys of about the ``k`` nearest to ``vector`` (dimension,)."""
        found = self._collection.query(query_embeddings=vector[None, :], n_results=k, include=[])
        return [int(key) for key in found["ids"][0]]

    def get(self, keys: Sequence[int]) -> NDArray[np.float32]:
        """The vectors of these keys, (n, dimension); KeyError when one is not here."""
        found = self._collection.get(ids=[str(key) for key in keys], include=["embeddings"])
        by_key = dict(zip(map(int, found["ids"]), found["embeddings"], strict=True))
        return np.array([by_key[key] for key in keys], np.float32)

    def close(self) -> None:
        """Flush and release the files; closing twice is harmless."""
        self._client.close()


class Shard:
    """The finished vectors of some passages, as a matrix.

    Attributes:
        keys: of the passages, ascending: (n,).
        vectors: of unit length, (n, dimension).
    """

    def __init__(self, directory: Path, *, mapped: bool = False) -> None:
        """OSError or ValueError when the files are not there, or do not fit together.

        With ``mapped``, vectors are read from disk as they are needed, as who copies them wants it; whoever answers is
        not to be ended by the system when the file is cut meanwhile.
        """
        self._directory = directory
        self.keys: NDArray[np.int64] = np.fromfile(directory / KEYS_FILE, "<i8")
        file = directory / VECTORS_FILE
        vectors = np.memmap(file, "<f4", "r").view(np.ndarray) if mapped else np.fromfile(file, "<f4")
        self.vectors: NDArray[np.float32] = vectors.reshape(len(self.keys), -1)

    def __len__(self) -> int:
        return len(self.keys)

    def check(self, dimension: int) -> None:
        """OSError unless its vectors have so many numbers: the file may have been cut."""
        if self.vectors.shape[1] != dimension:
            file = self._directory / VECTORS_FILE
            raise OSError(f"{file} holds vectors of {self.vectors.shape[1]} numbers instead of {dimension}")

    def checksum(self) -> int:
        """CRC-32 of vectors and keys."""
        found = 0
        for start in range(0, len(self), _COPIED_AT_ONCE):
            found = zlib.crc32(self.vectors[start : start + _COPIED_AT_ONCE].data, found)
        return zlib.crc32(self.keys.data, found)

    def chroma(self) -> ChromaVectors:
        """The same vectors in Chroma."""
        return ChromaVectors(self._directory)


class Vectors:
    """The shards of one snapshot, searched as one."""

    def __init__(self, shards: Sequence[Shard]) -> None:
        self._shards = tuple(shards)
        self._chroma: list[ChromaVectors] = []

    def __len__(self) -> int:
        return sum(map(len, self._shards))

    def search(self, vector: NDArray[np.float32], k: int, among: NDArray[np.int64] | None = None) -> dict[str, float]:
        """The ``k`` passages nearest to ``vector`` (dimension,), nearest first, smaller keys first: key to cosine.

        Args:
            vector: of unit length.
            k: at most so many.
            among: keys, ascending, of the passages that count; None: all.
        """
        for shard in self._shards:
            shard.check(len(vector))
        exact = among is not None or len(self) <= EXACT_UP_TO
        scored = self._exactly(vector, among) if exact else self._proposed(vector, k)
        found = [pair for keys, cosines in scored for pair in _best(keys, cosines, k)]
        return {str(key): cosine for key, cosine in sorted(found, key=lambda pair: (-pair[1], pair[0]))[:k]}

    def similarities(self, vector: NDArray[np.float32], keys: Sequence[str]) -> dict[str, float]:
        """Cosine of ``vector`` (dimension,) to each of these passages; unknown keys are left out."""
        wanted = np.array(sorted(map(int, keys)), np.int64)
        found: dict[str, float] = {}
        for shard in self._shards:
            here = _positions(shard, wanted)
            found |= {str(shard.keys[row]): float(shard.vectors[row] @ vector) for row in here}
        return found

    def _exactly(
        self, vector: NDArray[np.float32], among: NDArray[np.int64] | None
    ) -> Iterator[tuple[NDArray[np.int64], NDArray[np.float32]]]:
        for shard in self._shards:
            cosines = shard.vectors @ vector
            if among is None:
                yield shard.keys, cosines
            else:
                counts = np.isin(shard.keys, among, assume_unique=True)
                yield shard.keys[counts], cosines[counts]

    def _proposed(self, vector: NDArray[np.float32], k: int) -> Iterator[tuple[NDArray[np.int64], NDArray[np.float32]]]:
        self._chroma = self._chroma or [shard.chroma() for shard in self._shards]
        for shard, chroma in zip(self._shards, self._chroma, strict=True):
            here = _positions(shard, np.array(sorted(chroma.nearest(vector, min(k, len(shard)))), np.int64))
            yield shard.keys[here], shard.vectors[here] @ vector


def _positions(shard: Shard, wanted: NDArray[np.int64]) -> NDArray[np.int64]:
    """Rows of those of ``wanted``, ascending, that the shard holds."""
    rows = np.searchsorted(shard.keys, wanted)
    inside = rows < len(shard)
    here: NDArray[np.int64] = rows[inside][shard.keys[rows[inside]] == wanted[inside]]
    return here


def _best(keys: NDArray[np.int64], cosines: NDArray[np.float32], k: int) -> list[tuple[int, float]]:
    """At least the ``k`` highest, with all that tie with the last of them."""
    cosines = np.round(cosines, _DIGITS)
    if len(keys) > k:
        chosen = np.flatnonzero(cosines >= np.partition(cosines, -k)[-k])
        keys, cosines = keys[chosen], cosines[chosen]
    return [(int(key), float(cosine)) for key, cosine in zip(keys, cosines, strict=True)]
