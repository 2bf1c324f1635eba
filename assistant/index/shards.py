"""Shards: the vectors of some passages, written once; small ones are merged so that few have to be searched."""

from __future__ import annotations

import shutil
import zlib
from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from assistant.index.catalogue.writer import CatalogueWriter
from assistant.index.store import IndexVersion, flush
from assistant.index.vectors import KEYS_FILE, VECTORS_FILE, ChromaVectors, Shard

#: More shards than this are merged.
MOST_SHARDS = 8
#: A shard with a larger share of passages that have gone is written anew.
_MOST_GONE = 0.5
#: Vectors put into Chroma at once.
_COPIED_AT_ONCE = 2048

#: Makes vectors of passages again, given their keys: (n, dimension).
Embed = Callable[[Sequence[int]], NDArray[np.float32]]


class ShardWriter:
    """A shard while it is written.

    Attributes:
        number: of the shard.
    """

    def __init__(self, number: int, version: IndexVersion) -> None:
        self.number = number
        self._directory = version.shard(number)
        if self._directory.exists():  # of a writer that died
            shutil.rmtree(self._directory)
        self._directory.mkdir(parents=True)
        self._chroma = ChromaVectors(self._directory)
        self._vectors = (self._directory / VECTORS_FILE).open("wb")
        self._keys: list[NDArray[np.int64]] = []
        self._checksum = 0

    def add(self, keys: NDArray[np.int64], vectors: NDArray[np.float32]) -> None:
        """Put n passages, with keys greater than those before, ascending, and their vectors, (n, dimension)."""
        vectors = np.ascontiguousarray(vectors, "<f4")
        self._chroma.add(keys.tolist(), vectors)
        self._vectors.write(vectors.data)
        self._checksum = zlib.crc32(vectors.data, self._checksum)
        self._keys.append(keys)

    def finish(self) -> int:
        """All of it is on disk afterwards; the checksum of its vectors."""
        self.close()
        keys = np.concatenate(self._keys).astype("<i8")
        keys.tofile(self._directory / KEYS_FILE)
        for path in [*self._directory.rglob("*"), self._directory, self._directory.parent]:
            flush(path)
        return zlib.crc32(keys.data, self._checksum)

    def close(self) -> None:
        """Release the files; closing twice is harmless."""
        self._chroma.close()
        self._vectors.close()


def to_merge(shards: Mapping[int, tuple[int, int]]) -> list[int]:
    """Which shards become one: the small ones when there are too many, and any that is mostly gone.

    Args:
        shards: number, to how many passages each holds and how many of them are kept.

    Since only the smaller half is merged, each passage is copied a number of times that grows with the logarithm of the
    index, so that adding an article costs the same however many there are.
    """
    chosen = {number for number, (held, kept) in shards.items() if held - kept > _MOST_GONE * held}
    if len(shards) > MOST_SHARDS:
        by_size = sorted(shards, key=lambda number: shards[number][1])
        chosen.update(by_size[: len(by_size) - MOST_SHARDS // 2])
    return sorted(chosen)


def merge_shards(version: IndexVersion, writer: CatalogueWriter, merged: Sequence[int]) -> None:
    """Copies what is kept of some shards into a new one, which has their passages from the next commit on."""
    sources = [Shard(version.shard(old), mapped=True) for old in merged]
    kept = [_kept_rows(source, writer.keys_of_shard(old)) for source, old in zip(sources, merged, strict=True)]
    of, row = (np.concatenate(parts) for parts in ([np.full(len(r), n) for n, r in enumerate(kept)], kept))
    keys = np.concatenate([source.keys[rows] for source, rows in zip(sources, kept, strict=True)])
    order = np.argsort(keys)
    into, checksum = ShardWriter(writer.reserve_shard(), version), 0
    try:
        for start in range(0, len(order), _COPIED_AT_ONCE):
            some = order[start : start + _COPIED_AT_ONCE]
            into.add(keys[some], np.stack([sources[of[one]].vectors[row[one]] for one in some]))
        if len(keys):
            checksum = into.finish()
    finally:
        into.close()
    writer.replace_shards(merged, into.number, len(keys), checksum)


def repair_shard(version: IndexVersion, writer: CatalogueWriter, number: int, embed: Embed) -> str:
    """Writes a damaged shard anew, from whichever copy of its vectors is sound; says from which.

    Args:
        version, writer: of the index.
        number: of the shard.
        embed: makes the vectors again where both copies are damaged.
    """
    keys = np.array(writer.keys_of_shard(number), np.int64)
    vectors, origin = _sound_vectors(version, writer.checksums()[number], number, keys, embed)
    anew = ShardWriter(writer.reserve_shard(), version)
    try:
        anew.add(keys, vectors)
        checksum = anew.finish()
    finally:
        anew.close()
    writer.replace_shards([number], anew.number, len(keys), checksum)
    return origin


def _sound_vectors(
    version: IndexVersion, checksum: int, number: int, keys: NDArray[np.int64], embed: Embed
) -> tuple[NDArray[np.float32], str]:
    try:
        shard = Shard(version.shard(number), mapped=True)
        if shard.checksum() == checksum:
            return shard.vectors[_kept_rows(shard, keys)], "from its matrix"
    except (OSError, ValueError):
        pass
    try:
        chroma = ChromaVectors(version.shard(number))
        try:
            return chroma.get(keys.tolist()), "from Chroma"
        finally:
            chroma.close()
    except Exception:
        return embed(keys.tolist()), "by embedding its passages again"


def _kept_rows(shard: Shard, keys: Sequence[int] | NDArray[np.int64]) -> NDArray[np.int64]:
    return np.flatnonzero(np.isin(shard.keys, np.asarray(keys, np.int64), assume_unique=True))
