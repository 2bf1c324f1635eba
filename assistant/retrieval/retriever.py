"""The retriever: which passages may hold the answer to a query."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from assistant.index.embedder import Embedder
from assistant.index.opened import View
from assistant.records import ArticleFilter, Passage, RetrievedPassage
from assistant.retrieval.fusion import fuse

#: What ``Article.text`` has between blocks.
_BETWEEN_BLOCKS = "\n\n"
EVERYTHING = ArticleFilter()


class HybridRetriever:
    """Dense and BM25 rankings of an index's passages, fused by reciprocal rank."""

    def __init__(self, embedder: Embedder, candidates: int) -> None:
        """``candidates`` passages are taken from each ranking before fusion."""
        self.embedder = embedder
        self._candidates = candidates

    def retrieve(self, view: View, query: str, k: int, where: ArticleFilter = EVERYTHING) -> list[RetrievedPassage]:
        """At most ``k`` passages of the view's articles that fulfil ``where``, best first.

        An article whose text another one speaks for is found through that one, as far as the passage stands in its
        own text word for word, and given as a passage of its own.
        """
        depth = max(k, self._candidates)
        vector = self.embedder.embed([query])[0]
        similarities = view.nearest(vector, depth, where)
        dense, lexical = list(similarities), view.matching(query, depth, where)
        fused = fuse([dense, lexical])[:k]
        keys = [key for key, _ in fused]
        similarities |= view.similarities(vector, [key for key in keys if key not in similarities])
        unheard = view.catalogue.stories.unheard(where)
        return [
            RetrievedPassage(
                passage=passage,
                retrieval_score=retrieval_score,
                similarity=similarities[key],
                dense_rank=_rank(key, dense),
                lexical_rank=_rank(key, lexical),
                title=known.title,
                source=known.source,
                published=known.published,
                language=known.language,
            )
            for found, (key, retrieval_score) in zip(view.passages(keys), fused, strict=True)
            for passage in _admitted(found, unheard.get(found.article_id), view)
            for known in [view.catalogue.metadata(passage.article_id)]
        ]


def _admitted(found: Passage, copies: Sequence[str] | None, view: View) -> Iterator[Passage]:
    """A passage that was found, or, where it speaks for others, what the first of ``copies`` to have some has of it."""
    if copies is None:
        yield found
        return
    for copy in copies:
        text = view.catalogue.text(copy)
        blocks = [(text.find(block), len(block)) for block in found.text.split(_BETWEEN_BLOCKS) if block]
        standing = [(start, start + length) for start, length in blocks if start >= 0]
        if standing:
            start, end = min(standing)[0], max(end for _, end in standing)
            identity = f"{copy}:{start}-{end}"
            yield replace(found, id=identity, article_id=copy, start=start, end=end, text=text[start:end])
            return


def _rank(key: str, ranking: list[str]) -> int | None:
    return ranking.index(key) + 1 if key in ranking else None


def merge_neighbours(retrieved: list[RetrievedPassage], view: View, longest: int) -> list[RetrievedPassage]:
    """Join adjacent passages of one article, so that the reader sees an answer with what surrounds it.

    At most ``longest`` passages are joined into one. A joined passage keeps the best score and ranks of
    its parts, and stands where its best part stood.
    """
    runs: list[list[RetrievedPassage]] = []
    by_place = sorted(retrieved, key=lambda item: (item.passage.article_id, item.passage.ordinal))
    for item in by_place:
        if runs and len(runs[-1]) < longest and _follows(runs[-1][-1].passage, item.passage):
            runs[-1].append(item)
        else:
            runs.append([item])
    order = {item.passage.id: place for place, item in enumerate(retrieved)}
    runs.sort(key=lambda run: min(order[item.passage.id] for item in run))
    return [_joined(run, view) if len(run) > 1 else run[0] for run in runs]


def _follows(first: Passage, second: Passage) -> bool:
    next_one = first.article_id == second.article_id and second.ordinal == first.ordinal + 1
    return next_one and second.start >= first.end  # a copy may have them in another order


def _joined(run: list[RetrievedPassage], view: View) -> RetrievedPassage:
    best = max(run, key=lambda item: item.retrieval_score)
    first, last = run[0].passage, run[-1].passage
    text = view.catalogue.text(first.article_id)[first.start : last.end]
    passage = replace(first, id=f"{first.article_id}:{first.start}-{last.end}", end=last.end, text=text)
    return replace(
        best,
        passage=passage,
        similarity=max(item.similarity for item in run),
        dense_rank=min((item.dense_rank for item in run if item.dense_rank), default=None),
        lexical_rank=min((item.lexical_rank for item in run if item.lexical_rank), default=None),
    )
