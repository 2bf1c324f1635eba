"""The retriever: which passages may hold the answer to a query."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from assistant.index.embedder import Embedder
from assistant.index.opened import View
from assistant.records import ArticleFilter, Passage, RetrievedPassage
from assistant.retrieval.fusion import fuse

#: How many times as many candidates are looked at when copies leave too few.
_DEEPER = 4
#: So many times the passages wanted are looked at for a better copy of one of them.
_LOOKED_AT = 4
#: Shorter lines are headlines, bylines and datelines, which differ between copies of a story.
_LINE_WORDS = 12
_WORD = re.compile(r"\w+")
EVERYTHING = ArticleFilter()


class HybridRetriever:
    """Dense and BM25 rankings of an index's passages, fused by reciprocal rank."""

    def __init__(self, embedder: Embedder, candidates: int) -> None:
        """``candidates`` passages are taken from each ranking before fusion."""
        self.embedder = embedder
        self._candidates = candidates

    def retrieve(self, view: View, query: str, k: int, where: ArticleFilter = EVERYTHING) -> list[RetrievedPassage]:
        """At most ``k`` passages of the view's articles that fulfil ``where``, best first.

        Of passages that copies of one story share, the best alone is given.
        """
        vector = self.embedder.embed([query])[0]
        depth = max(k, self._candidates)
        while True:
            similarities = view.nearest(vector, depth, where)
            dense, lexical = list(similarities), view.matching(query, depth, where)
            fused = fuse([dense, lexical])
            chosen = _without_copies(view, fused, k)
            if len(chosen) >= k or max(len(dense), len(lexical)) < depth or len(fused) > k * _LOOKED_AT:
                break
            depth *= _DEEPER
        keys = [key for key, _, _ in chosen]
        similarities |= view.similarities(vector, [key for key in keys if key not in similarities])
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
            for key, retrieval_score, passage in chosen
            for known in [view.catalogue.metadata(passage.article_id)]
        ]


def _without_copies(view: View, fused: Sequence[tuple[str, float]], k: int) -> list[tuple[str, float, Passage]]:
    """The best ``k`` with their scores, without those whose every line better ones of the same story hold.

    Of passages that say the same, the one of the story's longest article is given, in the place of the best. A copy
    with one figure corrected is given beside the other: the two disagree.
    """
    chosen: list[tuple[str, float, Passage]] = []
    places: dict[str, list[int]] = {}  # of each story, where its passages stand among the chosen
    for first in range(0, min(len(fused), k * _LOOKED_AT), k):
        some = fused[first : first + k]
        for (key, score), passage in zip(some, view.passages([key for key, _ in some]), strict=True):
            longest = view.catalogue.clusters.representative(passage.article_id)
            of_story = places.setdefault(longest, [])
            if passage.article_id == longest and (at := _place_of_copy(passage, chosen, of_story)) is not None:
                chosen[at] = (key, chosen[at][1], passage)
            elif len(chosen) < k and not _is_held(passage, [chosen[at][2] for at in of_story]):
                of_story.append(len(chosen))
                chosen.append((key, score, passage))
    return chosen


def _place_of_copy(passage: Passage, chosen: Sequence[tuple[str, float, Passage]], places: Sequence[int]) -> int | None:
    """Where among the chosen the first copy stands that says nothing besides this passage."""
    return next((at for at in places if _is_held(chosen[at][2], [passage])), None)


def _is_held(passage: Passage, others: Sequence[Passage]) -> bool:
    """Whether each line stands word for word in passages of ``others`` that are from other articles."""
    found = sorted((one for one in others if one.article_id != passage.article_id), key=_place)
    if not found:
        return False
    held = f" {' '.join(_words(' '.join(one.text for one in found)))} "
    lines = [words for words in map(_words, passage.text.splitlines()) if words]
    long_lines = [words for words in lines if len(words) >= _LINE_WORDS]
    return all(f" {' '.join(words)} " in held for words in long_lines or lines)


def _place(passage: Passage) -> tuple[str, int]:
    return passage.article_id, passage.start


def _words(text: str) -> list[str]:
    return _WORD.findall(text.casefold())


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
