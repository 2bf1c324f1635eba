"""Records of an index: what it holds, what a sync did."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Fingerprints:
    """What answers depend on besides the settings: names and hashes of models, digest of the index."""

    reader: str
    embedder: str
    index: str


@dataclass(frozen=True, slots=True)
class SkippedFile:
    """A file that an index run left out, and why."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class SyncReport:
    """What a sync did, in files, and what the index holds now.

    Attributes:
        new, changed, removed, unchanged: files, compared by content.
        skipped: files left out, with reasons; an earlier version of one stays indexed.
        articles, passages: what the index holds after the sync.
        embedded: passages embedded by this run.
        seconds: wall time.
        timings: seconds by stage ("load", "clean", "split", "embed", "write", "merge", "commit"); passages are embedded
            while others are read and written, so they may add up to more than ``seconds``.
        excluded: files that were removed from the index by hand, and stay out until they are named.
        repaired: damaged parts of the index that were made again, each with what was wrong.
    """

    new: int
    changed: int
    removed: int
    unchanged: int
    skipped: tuple[SkippedFile, ...]
    articles: int
    passages: int
    embedded: int
    seconds: float
    timings: Mapping[str, float] = field(default_factory=dict)
    excluded: int = 0
    repaired: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SyncPreview:
    """What a sync would do; paths of files.

    Attributes:
        new, changed, removed: to be taken in, taken in again, forgotten.
        skipped: files that cannot be looked at, with reasons (whether the others can be read is not tried).
        unchanged: how many files are indexed as they are.
        excluded: files that were removed from the index by hand, and stay out until they are named.
    """

    new: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]
    skipped: tuple[SkippedFile, ...]
    unchanged: int
    excluded: int = 0


@dataclass(frozen=True, slots=True)
class IndexState:
    """What an index holds.

    Attributes:
        store: its directory.
        generation: identifier of the generation that answers.
        articles, passages: counts.
        synced_at: UTC time of the last sync, ISO 8601.
        embedder: fingerprint of the embedder it was built with.
    """

    store: str
    commit: str
    articles: int
    passages: int
    synced_at: str
    embedder: str
