"""Records of an index: what it holds, what a sync did."""

from __future__ import annotations

from dataclasses import dataclass


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
    generation: str
    articles: int
    passages: int
    synced_at: str
    embedder: str
