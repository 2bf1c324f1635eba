"""Dense vectors of passages, in Chroma. Vectors are always explicit: Chroma never embeds anything."""

from __future__ import annotations

import os
import weakref
from collections.abc import Sequence
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.records import ArticleFilter, Metadata

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_COLLECTION = "passages"
#: Of the 20 nearest of 50,000 0.998 are found, for half of what 0.999 costs (tests.benchmarks.bench_vectors).
_HNSW: Any = {"space": "cosine", "ef_construction": 100, "max_neighbors": 32, "ef_search": 200}


class VectorIndex:
    """Passage keys by nearness to a query vector, in one directory.

    Once it is finished, nobody writes to it any more, so that several processes may read it.
    """

    def __init__(self, directory: Path) -> None:
        os.environ.setdefault("ANONYMIZED_TELEMETRY", "False")
        import chromadb
        from chromadb.config import Settings as ChromaSettings

        # Typed Any: Chroma's annotations lag behind what it takes and has (a plain configuration, close).
        quiet = ChromaSettings(anonymized_telemetry=False)
        client: Any = chromadb.PersistentClient(path=str(directory), settings=quiet)
        self._batch: int = client.get_max_batch_size()
        self._collection: Any = client.get_or_create_collection(
            _COLLECTION, embedding_function=None, configuration={"hnsw": _HNSW}
        )
        # Readers drop an index by letting go of it; whoever reads on keeps it open.
        self._closing = weakref.finalize(self, client.close)

    def __len__(self) -> int:
        count: int = self._collection.count()
        return count

    def add(self, ids: Sequence[str], vectors: NDArray[np.float32], metadata: Sequence[Metadata]) -> None:
        """Store ``vectors`` (n, dimension) under ``ids`` (n), replacing what is there under the same id."""
        for start in range(0, len(ids), self._batch):
            stop = start + self._batch
            self._collection.upsert(
                ids=list(ids[start:stop]),
                embeddings=vectors[start:stop],
                metadatas=[_fields(item) for item in metadata[start:stop]],
            )

    def search(
        self, vector: NDArray[np.float32], k: int, where: ArticleFilter, also: Sequence[str] = ()
    ) -> dict[str, float]:
        """The passages nearest to ``vector`` (dimension,), nearest first: id to cosine.

        At most ``k`` of those that ``where`` admits and as many of ``also``, whatever their own metadata says.
        """
        found = self._nearest(vector, k, where=_condition(where))
        here = [key for key in also if key in self._keys]
        if here:  # Chroma takes no unknown id and no empty list of them
            found |= self._nearest(vector, k, ids=here)
        return dict(sorted(found.items(), key=lambda item: -item[1]))

    @cached_property
    def _keys(self) -> frozenset[str]:
        """All that are here, once it is finished; Chroma looks up no more than 32,766 at a time, and slowly."""
        return frozenset(self._collection.get(include=[])["ids"])

    def _nearest(self, vector: NDArray[np.float32], k: int, **among: Any) -> dict[str, float]:
        found = self._collection.query(query_embeddings=vector[None, :], n_results=k, include=["distances"], **among)
        gaps = zip(found["ids"][0], found["distances"][0], strict=True)
        return {passage_id: 1.0 - float(gap) for passage_id, gap in gaps}

    def similarities(self, vector: NDArray[np.float32], ids: Sequence[str]) -> dict[str, float]:
        """Cosine of ``vector`` (dimension,) to each of these passages; unknown ids are left out."""
        if not ids:
            return {}
        found = self._collection.get(ids=list(ids), include=["embeddings"])
        pairs = zip(found["ids"], found["embeddings"], strict=True)
        return {key: float(embedding @ vector) for key, embedding in pairs}

    def everything(self, keys: Sequence[str]) -> tuple[list[str], NDArray[np.float32], list[dict[str, Any]]]:
        """Keys, vectors (n, dimension) and filterable values of those of ``keys`` that are here, for another index."""
        found = self._collection.get(ids=list(keys), include=["embeddings", "metadatas"])
        return list(found["ids"]), found["embeddings"], list(found["metadatas"])

    def add_as_they_are(self, keys: Sequence[str], vectors: NDArray[np.float32], fields: Sequence[Any]) -> None:
        """Store what ``everything`` gave."""
        for start in range(0, len(keys), self._batch):
            stop = start + self._batch
            self._collection.upsert(
                ids=list(keys[start:stop]), embeddings=vectors[start:stop], metadatas=list(fields[start:stop])
            )

    def close(self) -> None:
        """Flush and release the files; closing twice is harmless."""
        self._closing()


class Vectors:
    """Several vector indexes searched as one: cosines compare across them."""

    def __init__(self, parts: Sequence[VectorIndex]) -> None:
        self._parts = tuple(parts)

    def __len__(self) -> int:
        return sum(len(part) for part in self._parts)

    def search(
        self, vector: NDArray[np.float32], k: int, where: ArticleFilter, also: Sequence[str] = ()
    ) -> dict[str, float]:
        """The ``k`` passages nearest to ``vector`` that ``VectorIndex.search`` finds in any part."""
        found = [item for part in self._parts for item in part.search(vector, k, where, also).items()]
        return dict(sorted(found, key=lambda item: -item[1])[:k])

    def similarities(self, vector: NDArray[np.float32], keys: Sequence[str]) -> dict[str, float]:
        """As ``VectorIndex.similarities``."""
        return {key: value for part in self._parts for key, value in part.similarities(vector, keys).items()}


def _fields(metadata: Metadata) -> dict[str, str | int]:
    """Filterable values; Chroma refuses None, so what is unknown is absent. Dates are seconds since 1970."""
    fields: dict[str, str | int] = {
        "source": (metadata.source or "").casefold(),
        "language": (metadata.language or "").casefold(),
    }
    if metadata.published is not None:
        fields["published"] = epoch(metadata.published)
    return fields


def _condition(where: ArticleFilter) -> dict[str, Any] | None:
    conditions: list[dict[str, Any]] = []
    if where.after is not None:
        conditions.append({"published": {"$gte": epoch(where.after)}})
    if where.before is not None:
        conditions.append({"published": {"$lte": epoch(where.before)}})
    if where.source is not None:
        conditions.append({"source": {"$eq": where.source.casefold()}})
    if where.language is not None:
        conditions.append({"language": {"$eq": where.language.casefold()}})
    if len(conditions) > 1:
        return {"$and": conditions}
    return conditions[0] if conditions else None


def epoch(day: date) -> int:
    """Seconds from 1970 to the beginning of a day, UTC; negative before."""
    return (day - date(1970, 1, 1)).days * 86_400
