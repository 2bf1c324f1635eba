"""Portions of a sync: embedded, written as one segment and published together.

Passages are embedded in a thread of their own as soon as some are gathered; meanwhile more are gathered, and those that
have their vectors are written.
"""

from __future__ import annotations

from collections import deque
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
from assistant.index.segments import Indexed, NewSegment, embedding_text
from assistant.index.stopwatch import Stopwatch
from assistant.index.store import Base
from assistant.records import Article, Passage

#: Passages of a portion, and of a part of it that is embedded at once; whole articles, each of one passage at least.
_PORTION, _PART = 8192, 256
#: Parts that may wait to be embedded or written.
_AHEAD = 16


@dataclass(frozen=True, slots=True)
class _Part:
    """Articles whose n passages are embedded together.

    Attributes:
        prepared: the articles.
        indexed: their passages.
        vectors: of the passages, (n, dimension), once they are embedded.
        last: of its portion.
    """

    prepared: list[Prepared]
    indexed: list[Indexed]
    vectors: Future[NDArray[np.float32]]
    last: bool


class Portions:
    """Gathers articles, has them embedded, and publishes them once they make a segment.

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
        self._size_of_part = self._size_of_portion = self._begun = 0
        self._parts: deque[_Part] = deque()
        self._prepared: list[Prepared] = []  # what is written of the portion
        self._segment: NewSegment | None = None
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="embed")

    def __enter__(self) -> Portions:
        return self

    def __exit__(self, *exception: object) -> None:
        self._thread.shutdown(cancel_futures=True)
        if self._segment is not None:
            self._segment.close()

    def add(self, article: Article, passages: Sequence[Passage]) -> None:
        """Publishes what was gathered before once it is enough."""
        self._gathered.append((article, tuple(passages)))
        size = max(1, len(passages))
        self._size_of_part += size
        self._size_of_portion += size
        enough = self._size_of_portion >= _PORTION
        if enough or self._size_of_part >= _PART:
            self._begin(last=enough)
        while self._parts and (len(self._parts) > _AHEAD or self._parts[0].vectors.done()):
            self._write(self._parts.popleft())

    def publish(self) -> None:
        """Publish all that was added, with the files that are complete by it."""
        if self._size_of_portion:
            self._begin(last=True)
        while self._parts:
            self._write(self._parts.popleft())

    def _begin(self, last: bool) -> None:
        """Have what is gathered embedded."""
        passages = sum(len(some) for _, some in self._gathered)
        keys = count(self._writer.reserve("key", passages))
        prepared = [Prepared(article, some, tuple(islice(keys, len(some)))) for article, some in self._gathered]
        indexed = [
            Indexed(key, passage, item.article.metadata)
            for item in prepared
            for key, passage in zip(item.keys, item.passages, strict=True)
        ]
        texts = [embedding_text(item.passage, item.metadata) for item in indexed]
        self._parts.append(_Part(prepared, indexed, self._thread.submit(self._embed, texts), last))
        self._begun += passages
        self._gathered, self._size_of_part = [], 0
        if last:
            self._size_of_portion = 0

    def _embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        with self._stopwatch.stage("embed"):
            return self._embedder.embed(texts)

    def _write(self, part: _Part) -> None:
        vectors = part.vectors.result()
        if part.indexed:
            self.embedded += len(vectors)
            self._progress("embed", self.embedded, self._begun)
        with self._stopwatch.stage("write"):
            if part.indexed:
                if self._segment is None:
                    self._segment = NewSegment(self._writer.reserve("segment"), self._base, self._lexical)
                self._segment.add(part.indexed, vectors)
            self._prepared += part.prepared
            if part.last and self._segment is not None:
                self._segment.finish()
        if part.last:
            self._publish()

    def _publish(self) -> None:
        segment, own = self._segment, [item.article.id for item in self._prepared]
        with self._stopwatch.stage("publish"), self._writer.publishing() as publication:
            if segment is not None:
                publication.add_segment(segment.number, segment.passages)
            publication.put_articles(self._prepared, segment.number if segment else 0)
            publication.put_memberships(self._renewal.memberships(own))
            for path in self._writer.staging.ready_files(own):
                if path not in self._renewal.held_back:
                    publication.complete_file(path)
            publication.settle_places()
        self._prepared, self._segment = [], None
