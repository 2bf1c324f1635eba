"""Portions of a sync: embedded, written as one segment and published together.

While one portion is embedded, in a thread of its own, the next is gathered and the one before it is published.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import count, islice

import numpy as np
from numpy.typing import NDArray

from assistant.index.catalogue.publication import Prepared
from assistant.index.catalogue.writer import CatalogueWriter
from assistant.index.embedder import Embedder
from assistant.index.lexical import LexicalIndex
from assistant.index.plan import Progress
from assistant.index.renewal import Renewal
from assistant.index.segments import Indexed, embedding_text, write_segment
from assistant.index.stopwatch import Stopwatch
from assistant.index.store import Base
from assistant.records import Article, Passage

#: Passages of a portion; those of three are held in memory.
_PORTION = 8192
#: Passages embedded before the next progress is told, or an interruption is heard.
_EMBEDDED_AT_ONCE = 256


@dataclass(frozen=True, slots=True)
class _Portion:
    """Articles with n passages.

    Attributes:
        prepared: the articles.
        indexed: their passages.
        vectors: of the passages in order, (at most _EMBEDDED_AT_ONCE, dimension) each, once they are embedded.
    """

    prepared: list[Prepared]
    indexed: list[Indexed]
    vectors: list[Future[NDArray[np.float32]]]


class Portions:
    """Gathers articles until they make a segment, then has them embedded and publishes them.

    To be left as a context, which ends what is being embedded.

    Attributes:
        embedded: how many passages so far.
    """

    def __init__(
        self,
        base: Base,
        writer: CatalogueWriter,
        embedder: Embedder,
        renewal: Renewal,
        progress: Progress,
        stopwatch: Stopwatch,
    ) -> None:
        self.embedded = 0
        self._stopwatch = stopwatch
        self._renewal = renewal
        self._base = base
        self._writer = writer
        self._embedder = embedder
        self._progress = progress
        self._lexical = LexicalIndex(base.lexical)
        self._gathered: list[tuple[Article, tuple[Passage, ...]]] = []
        self._under_way: _Portion | None = None
        self._passages = 0  # of all articles so far
        self._handed_over = 0  # of those that are embedded or being embedded
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="embed")

    def __enter__(self) -> Portions:
        return self

    def __exit__(self, *exception: object) -> None:
        self._thread.shutdown(cancel_futures=True)

    def add(self, article: Article, passages: Sequence[Passage]) -> None:
        """Hands over what was gathered once there is enough."""
        self._gathered.append((article, tuple(passages)))
        self._passages += len(passages)
        if self._passages - self._handed_over >= _PORTION:
            self._hand_over()

    def publish(self) -> None:
        """Publish all that was added, with the files that are complete by it."""
        self._hand_over()
        self._hand_over()

    def _hand_over(self) -> None:
        """Has what was gathered embedded, and publishes the portion before it."""
        before, self._under_way = self._under_way, self._begun(self._gathered) if self._gathered else None
        self._gathered, self._handed_over = [], self._passages
        if before is not None:
            self._publish(before)

    def _begun(self, articles: Sequence[tuple[Article, tuple[Passage, ...]]]) -> _Portion:
        first = self._writer.reserve("key", self._passages - self._handed_over)
        keys = count(first)
        prepared = [Prepared(article, passages, tuple(islice(keys, len(passages)))) for article, passages in articles]
        indexed = [
            Indexed(key, passage, item.article.metadata)
            for item in prepared
            for key, passage in zip(item.keys, item.passages, strict=True)
        ]
        texts = [embedding_text(item.passage, item.metadata) for item in indexed]
        parts = [texts[first : first + _EMBEDDED_AT_ONCE] for first in range(0, len(texts), _EMBEDDED_AT_ONCE)]
        return _Portion(prepared, indexed, [self._thread.submit(self._embed, part) for part in parts])

    def _embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        with self._stopwatch.stage("embed"):
            return self._embedder.embed(texts)

    def _publish(self, portion: _Portion) -> None:
        segment = self._writer.reserve("segment")
        if portion.indexed:
            vectors = np.concatenate([self._awaited(part) for part in portion.vectors])
            with self._stopwatch.stage("write"):
                write_segment(self._base.segment(segment), self._lexical, portion.indexed, vectors)
        own = [item.article.id for item in portion.prepared]
        with self._stopwatch.stage("publish"), self._writer.publishing() as publication:
            if portion.indexed:
                publication.add_segment(segment, len(portion.indexed))
            publication.put_articles(portion.prepared, segment)
            publication.put_memberships(self._renewal.memberships(own))
            for path in self._writer.staging.ready_files(own):
                if path not in self._renewal.held_back:
                    publication.complete_file(path)
            publication.settle_places()

    def _awaited(self, part: Future[NDArray[np.float32]]) -> NDArray[np.float32]:
        vectors = part.result()
        self.embedded += len(vectors)
        self._progress("embed", self.embedded, self._handed_over)
        return vectors
