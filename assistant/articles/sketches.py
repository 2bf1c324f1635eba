"""What is kept of a text to tell whether another is a copy of it, an edited copy, or holds it whole.

A text is its words without case and punctuation; its shingles are its runs of three words. Three draws of the
shingles' hashes are kept: minima that estimate the Jaccard similarity (MinHash: Broder, "On the resemblance and
containment of documents", 1997), every fourth by value, which estimates how much of one text stands in another, and
the minima of sliding windows, under which a text is looked up (winnowing: Schleimer, Wilkerson and Aiken, 2003).
"""

from __future__ import annotations

import hashlib
import re
import struct
import unicodedata
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray
from rensa import RMinHash

#: Part of an index's manifest: sketches of different versions cannot be compared. The second number is rensa's own.
SKETCH_VERSION = (1, int(RMinHash.ALGORITHM_VERSION))

Relation: TypeAlias = Literal["same", "near", "contained", "contains"]

#: Each word edited costs as many shingles. Against four, copies with a tenth of the words edited stand clear of
#: follow-ups, which share whole paragraphs (tools/bench_clusters.py).
_SHINGLE_WORDS = 3
_PERMUTATIONS = 128
_SEED = 1
#: One shingle in four: a brief of 60 words keeps about 14, one of 1,000 words about 250 (1 kB).
_SAMPLED = 4
#: Any 34 words in a row that two texts share give a common key; about one word in 16 starts one.
_WINDOW = 32
#: Fewer sampled shingles than this say nothing: such texts can only be the same.
_FEWEST_SAMPLED = 4
#: Nine of nine real pairs with less of both were follow-ups or filled-in templates, not copies.
_NEAR = 0.5
_CONTAINED = 0.7

_HEADER = struct.Struct("<BBIII16s")
_WORD = re.compile(r"\w+")
_INSIDE_WORDS = re.compile(r"['’‘ʼ`´\u00ad\u200b-\u200d\u2060\ufeff]")


@dataclass(frozen=True, slots=True)
class Sketch:
    """A text in about 2 kB.

    Attributes:
        words: how many words the text has.
        digest: 16 bytes, equal for texts with the same words in the same order.
        minima: 128 unsigned 32-bit numbers, the MinHash signature; empty for a text without words.
        sample: the sampled shingles, sorted unsigned 32-bit numbers.
        keys: what ``lookup_keys`` gives, sorted 64-bit numbers.
    """

    words: int
    digest: bytes
    minima: bytes
    sample: bytes
    keys: bytes

    def to_bytes(self) -> bytes:
        """The sketch as bytes, the same on every platform."""
        head = _HEADER.pack(*SKETCH_VERSION, self.words, len(self.minima), len(self.sample), self.digest)
        return head + self.minima + self.sample + self.keys

    @classmethod
    def from_bytes(cls, data: bytes) -> Sketch:
        """The sketch that ``to_bytes`` gave.

        Raises:
            ValueError: the bytes are cut or of another ``SKETCH_VERSION``; sketch the text again.
        """
        if len(data) < _HEADER.size or tuple(data[:2]) != SKETCH_VERSION:
            raise ValueError("not a sketch of this version: sketch the text again")
        _, _, words, minima, sample, digest = _HEADER.unpack_from(data)
        first, second = _HEADER.size + minima, _HEADER.size + minima + sample
        if second > len(data) or (len(data) - second) % 8 or (words and not len(data) > second):
            raise ValueError("a damaged sketch: sketch the text again")
        return cls(words, digest, data[_HEADER.size : first], data[first:second], data[second:])


def sketch(text: str) -> Sketch:
    """The sketch of ``text``; the same in every process and on every platform."""
    words = _words(text)
    digest = hashlib.blake2b(" ".join(words).encode(errors="replace"), digest_size=16).digest()
    if not words:
        return Sketch(0, digest, b"", b"", b"")
    hashes = _shingles(words)
    distinct = np.unique(hashes)
    sampled = distinct[distinct % np.uint64(_SAMPLED) == 0] >> np.uint64(32)
    windows = np.lib.stride_tricks.sliding_window_view(hashes, min(_WINDOW, len(hashes)))
    keys = np.unique(windows.min(axis=1) >> np.uint64(1))
    return Sketch(
        words=len(words),
        digest=digest,
        minima=_minima(distinct),
        sample=np.unique(sampled).astype("<u4").tobytes(),
        keys=keys.astype("<i8").tobytes(),
    )


def lookup_keys(sketch: Sketch) -> list[int]:
    """The keys under which texts that relate to this one are found, distinct, each in 0 .. 2**63 - 1.

    About one for every 16 words. Related texts nearly always share a key; texts that share one are only
    candidates, to be judged by ``relation``. Some keys are stock phrases that thousands of articles hold: follow
    each key to a bounded number of articles, longest first, and judge those that share the most keys.
    """
    return [int(key) for key in np.frombuffer(sketch.keys, "<i8")]


def relation(a: Sketch, b: Sketch) -> Relation | None:
    """What ``a`` is to ``b``: the same words, an edited copy, a part of it, or it as a part; None if unrelated.

    The last two are each other's converse; the first two hold both ways.
    """
    if a.digest == b.digest:
        return "same" if a.words else None
    if min(len(a.sample), len(b.sample)) < 4 * _FEWEST_SAMPLED:
        return None
    if jaccard(a, b) >= _NEAR:
        return "near"
    if a.words < b.words:
        return "contained" if containment(a, b) >= _CONTAINED else None
    return "contains" if b.words < a.words and containment(b, a) >= _CONTAINED else None


def jaccard(a: Sketch, b: Sketch) -> float:
    """The share, 0..1, of their shingles that both texts have, by MinHash; its standard deviation is at most 0.044."""
    if not a.minima or not b.minima:
        return 0.0
    return float(np.mean(np.frombuffer(a.minima, "<u4") == np.frombuffer(b.minima, "<u4")))


def containment(a: Sketch, b: Sketch) -> float:
    """The share, 0..1, of the shingles of ``a`` that ``b`` has too, by sample; 0 if nothing of ``a`` was sampled."""
    if not a.sample:
        return 0.0
    mine, other = np.frombuffer(a.sample, "<u4"), np.frombuffer(b.sample, "<u4")
    return len(np.intersect1d(mine, other, assume_unique=True)) / len(mine)


def _words(text: str) -> list[str]:
    return _WORD.findall(_INSIDE_WORDS.sub("", unicodedata.normalize("NFKC", text).casefold()))


def _shingles(words: list[str]) -> NDArray[np.uint64]:
    """One hash for each run of three words; for a shorter text a single one. Shape (words - 2,) or (1,)."""
    number = {
        word: int.from_bytes(hashlib.blake2b(word.encode(errors="replace"), digest_size=8).digest(), "little")
        for word in set(words)
    }
    hashes = np.array([number[word] for word in words], dtype=np.uint64)
    length = min(_SHINGLE_WORDS, len(words))
    mixed = np.zeros(len(words) - length + 1, dtype=np.uint64)
    for place in range(length):
        mixed = _mix(mixed ^ hashes[place : place + len(mixed)])
    return mixed


def _mix(values: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """The finaliser of SplitMix64 (Steele, Lea and Flood, 2014), after its increment: order of words counts."""
    values = values + np.uint64(0x9E3779B97F4A7C15)
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))


def _minima(hashes: NDArray[np.uint64]) -> bytes:
    bounds = np.array([0, len(hashes)], dtype=np.uint64)
    matrix: Any = RMinHash.digest_matrix_from_flat_token_hashes(hashes, bounds, _PERMUTATIONS, _SEED)
    return np.array(matrix.to_rows()[0], dtype="<u4").tobytes()
