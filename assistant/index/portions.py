"""Portions of a sync: embedded, written as one segment and published together."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.index.catalogue_writer import CatalogueWriter
from assistant.index.embedder import Embedder
from assistant.index.lexical import LexicalIndex
from assistant.index.plan import Progress
from assistant.index.publication import Prepared
from assistant.index.renewal import Renewal
from assistant.index.segments import Indexed, embedding_text, write_segment
from assistant.index.stopwatch import Stopwatch
from assistant.index.store import Base
from assistant.records import Article, Passage

#: Passages of a portion, which are held in memory.
_PORTION = 8192


class Portions:
    """Gathers articles until they make a segment, then embeds and publishes them.

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
        self._memberships = renewal.memberships
        self._base = base
        self._writer = writer
        self._embedder = embedder
        self._progress = progress
        self._lexical = LexicalIndex(base.lexical)
        self._prepared: list[Prepared] = []
        self._gathered = 0

    def add(self, article: Article, passages: Sequence[Passage]) -> None:
        """Publishes what was gathered once there is enough."""
        first = self._writer.reserve("key", len(passages))
        keys = tuple(range(first, first + len(passages)))
        self._prepared.append(Prepared(article, tuple(passages), keys))
        self._gathered += len(passages)
        if self._gathered >= _PORTION:
            self.publish()

    def publish(self) -> None:
        """Embed and publish what was gathered, with the files that are complete by it."""
        if not self._prepared:
            return
        indexed = [
            Indexed(key, passage, item.article.metadata)
            for item in self._prepared
            for key, passage in zip(item.keys, item.passages, strict=True)
        ]
        segment = self._writer.reserve("segment")
        if indexed:
            texts = [embedding_text(item.passage, item.metadata) for item in indexed]
            with self._stopwatch.stage("embed"):
                vectors = self._embedder.embed(texts, progress=self._advance)
            with self._stopwatch.stage("write"):
                write_segment(self._base.segment(segment), self._lexical, indexed, vectors)
        with self._writer.publishing() as publication:
            if indexed:
                publication.add_segment(segment, len(indexed))
            publication.put_articles(self._prepared, segment)
            own = (item.article.id for item in self._prepared)
            publication.put_memberships({name: self._memberships[name] for name in own if name in self._memberships})
            for path in self._writer.staging.ready_files([item.article.id for item in self._prepared]):
                publication.complete_file(path)
            publication.remove_unplaced()
        self._prepared, self._gathered = [], 0

    def _advance(self, count: int) -> None:
        self.embedded += count
        self._progress("embed", self.embedded, max(self.embedded, self._gathered))
