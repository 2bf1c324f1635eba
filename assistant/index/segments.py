"""Segments: the vectors of some passages, written once; small ones are merged so that few have to be searched."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from assistant.index.catalogue.writer import CatalogueWriter
from assistant.index.lexical import LexicalIndex
from assistant.index.store import Base, flush
from assistant.index.vectors import VectorIndex
from assistant.records import Metadata, Passage

#: More segments than this are merged; each costs a query about 1.5 ms.
MOST_SEGMENTS = 8
#: A segment with a larger share of passages that have gone is written anew.
_MOST_GONE = 0.5
#: Vectors held in memory while they are copied.
_COPIED_AT_ONCE = 2048


@dataclass(frozen=True, slots=True)
class Indexed:
    """A passage of an article with its key."""

    key: int
    passage: Passage
    metadata: Metadata


def embedding_text(passage: Passage, metadata: Metadata) -> str:
    """What is embedded for a passage: its text with the headline in front."""
    return f"{metadata.title}\n{passage.text}" if metadata.title else passage.text


class NewSegment:
    """A segment while it is written: its vectors as they come, the words of its passages with the last of them.

    Attributes:
        number: of the segment.
        passages: how many it holds so far.
    """

    def __init__(self, number: int, base: Base, lexical: LexicalIndex) -> None:
        self.number = number
        self.passages = 0
        self._directory = base.segment(number)
        self._vectors = VectorIndex(self._directory)
        self._lexical = lexical
        self._indexed: list[Indexed] = []

    def add(self, indexed: Sequence[Indexed], embeddings: NDArray[np.float32]) -> None:
        """Put n passages with their vectors, (n, dimension)."""
        self._vectors.add([str(item.key) for item in indexed], embeddings, [item.metadata for item in indexed])
        self._indexed += indexed
        self.passages += len(indexed)

    def finish(self) -> None:
        """All of it is on disk afterwards, and the words are in the lexical index."""
        self.close()
        _flush(self._directory)
        keys, passages = [str(item.key) for item in self._indexed], [item.passage for item in self._indexed]
        self._lexical.add(keys, passages, [item.metadata for item in self._indexed])

    def close(self) -> None:
        """Release the files; closing twice is harmless."""
        self._vectors.close()


def to_merge(segments: Mapping[int, tuple[int, int]]) -> list[int]:
    """Which segments become one: the small ones when there are too many, and any that is mostly gone.

    Args:
        segments: number, to how many passages each holds and how many of them are kept.

    Since only the smaller half is merged, each passage is copied a number of times that grows with the logarithm of the
    index, so that adding an article costs the same however many there are.
    """
    chosen = {number for number, (held, kept) in segments.items() if held - kept > _MOST_GONE * held}
    if len(segments) > MOST_SEGMENTS:
        by_size = sorted(segments, key=lambda number: segments[number][1])
        chosen.update(by_size[: len(by_size) - MOST_SEGMENTS // 2])
    return sorted(chosen)


def merge_segments(base: Base, writer: CatalogueWriter, merged: Sequence[int]) -> None:
    """Copies what is kept of some segments into a new one and publishes that."""
    number = writer.reserve("segment")
    into, copied = VectorIndex(base.segment(number)), 0
    try:
        for old in merged:
            source = VectorIndex(base.segment(old))
            keys = [str(key) for key in writer.keys_of_segment(old)]
            for first in range(0, len(keys), _COPIED_AT_ONCE):
                found, vectors, fields = source.everything(keys[first : first + _COPIED_AT_ONCE])
                into.add_as_they_are(found, vectors, fields)
                copied += len(found)
            source.close()
    finally:
        into.close()
    _flush(base.segment(number))
    with writer.publishing() as publication:
        publication.add_segment(number, copied)
        publication.merge_segments(merged, number)


def _flush(directory: Path) -> None:
    for path in [*directory.rglob("*"), directory, directory.parent]:
        flush(path)
