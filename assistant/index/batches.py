"""Commit batches of a sync: passages embedded, written as one shard and put into the catalogue together.

Passages are embedded in a thread of their own as soon as some are gathered; meanwhile more are gathered, and those that
have their vectors are written.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from assistant.index.catalogue.writer import CatalogueWriter, IngestedFile, KeyedPassage
from assistant.index.embedder import Embedder
from assistant.index.lexical import LexicalIndex
from assistant.index.plan import Progress
from assistant.index.shards import ShardWriter
from assistant.index.stopwatch import Stopwatch
from assistant.index.store import IndexVersion
from assistant.records import Metadata, Passage

#: Passages of a commit batch, and of a part of it that is embedded at once; whole articles.
_BATCH, _PART = 8192, 256
#: Parts that may wait to be embedded or written.
_AHEAD = 16


def embedding_text(passage: Passage, metadata: Metadata) -> str:
    """What is embedded for a passage: its text with the headline in front."""
    return f"{metadata.title}\n{passage.text}" if metadata.title else passage.text


@dataclass(slots=True)
class _Part:
    """Articles whose n passages are embedded together.

    Attributes:
        passages: of the articles.
        metadata: of each passage's article.
        files: those that are complete with these articles.
        vectors: of the passages, (n, dimension), once they are embedded.
        last: of its batch.
    """

    passages: list[KeyedPassage] = field(default_factory=list)
    metadata: list[Metadata] = field(default_factory=list)
    files: list[IngestedFile] = field(default_factory=list)
    vectors: Future[NDArray[np.float32]] | None = None
    last: bool = False


class Batches:
    """Gathers articles and files, has passages embedded, and puts a batch once it makes a shard.

    To be left as a context, which ends what is being embedded.

    Attributes:
        embedded: how many passages so far.
    """

    def __init__(
        self,
        version: IndexVersion,
        writer: CatalogueWriter,
        embedder: Embedder,
        progress: Progress,
        stopwatch: Stopwatch,
    ) -> None:
        self.embedded = 0
        self._stopwatch = stopwatch
        self._version = version
        self._writer = writer
        self._embedder = embedder
        self._progress = progress
        self._lexical = LexicalIndex(version.lexical)
        self._part = _Part()
        self._size = self._begun = 0  # passages of the batch so far, and of all
        self._waiting: deque[_Part] = deque()
        self._written: list[_Part] = []
        self._shard: ShardWriter | None = None
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="embed")

    def __enter__(self) -> Batches:
        return self

    def __exit__(self, *exception: object) -> None:
        self._thread.shutdown(cancel_futures=True)
        if self._shard is not None:
            self._shard.close()

    def add(self, article: int, metadata: Metadata, passages: Sequence[Passage]) -> None:
        """An article's passages; what was gathered before is put once it is enough."""
        first = self._writer.reserve_keys(len(passages))
        self._part.passages += [KeyedPassage(first + at, article, one) for at, one in enumerate(passages)]
        self._part.metadata += [metadata] * len(passages)
        self._size += len(passages)
        if self._size >= _BATCH or len(self._part.passages) >= _PART:
            self._begin(last=self._size >= _BATCH)
        while self._waiting and (len(self._waiting) > _AHEAD or self._is_embedded(self._waiting[0])):
            self._write(self._waiting.popleft())

    def complete(self, file: IngestedFile) -> None:
        """A file all of whose articles were added, or are in already."""
        self._part.files.append(file)

    def put(self) -> None:
        """Put all that was added."""
        self._begin(last=True)
        while self._waiting:
            self._write(self._waiting.popleft())

    def _begin(self, last: bool) -> None:
        """Have what is gathered embedded."""
        part, self._part = self._part, _Part()
        part.last = last
        if part.passages:
            texts = [embedding_text(one.passage, of) for one, of in zip(part.passages, part.metadata, strict=True)]
            part.vectors = self._thread.submit(self._embed, texts)
        self._waiting.append(part)
        self._begun += len(part.passages)
        if last:
            self._size = 0

    def _embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        with self._stopwatch.stage("embed"):
            return self._embedder.embed(texts)

    @staticmethod
    def _is_embedded(part: _Part) -> bool:
        return part.vectors is None or part.vectors.done()

    def _write(self, part: _Part) -> None:
        vectors = None if part.vectors is None else part.vectors.result()
        if vectors is not None:
            self.embedded += len(vectors)
            self._progress("embed", self.embedded, self._begun)
        with self._stopwatch.stage("write"):
            if vectors is not None:
                if self._shard is None:
                    self._shard = ShardWriter(self._writer.reserve_shard(), self._version)
                self._shard.add(np.array([one.key for one in part.passages], np.int64), vectors)
            self._written.append(part)
            if part.last:
                self._put()

    def _put(self) -> None:
        passages = [one for part in self._written for one in part.passages]
        files = [file for part in self._written for file in part.files]
        number = checksum = 0
        if self._shard is not None:
            number, checksum = self._shard.number, self._shard.finish()
            metadata = [one for part in self._written for one in part.metadata]
            self._lexical.add([one.key for one in passages], [one.passage for one in passages], metadata)
        self._writer.put_batch(number, checksum, passages, files)
        self._written, self._shard = [], None
