"""Who publishes whose story, as readers of the catalogue see it; ``kinship`` works it out."""

from __future__ import annotations

import json
import sqlite3
from functools import cached_property, lru_cache
from typing import Protocol

from assistant.index.catalogue.schema import in_order, live
from assistant.index.catalogue.stored import parse_metadata
from assistant.records import Appearance, ArticleFilter, Metadata, RawArticle, place_of

#: Other places of a story that come with an article.
_PLACES_TOLD = 50
#: Filters whose articles are remembered.
_FILTERS_KEPT = 8


class Query(Protocol):
    """Runs a statement on one generation of a catalogue."""

    def __call__(self, query: str, **values: object) -> sqlite3.Cursor:
        """Its rows; ``:now`` is bound to the generation, the other parameters to ``values``."""


class Stories:
    """The families of one generation; threads may share it.

    Attributes:
        unheard: for a filter, the articles without passages of their own that it admits, by the article that speaks
            for them, which it does not admit.
        speaking_for: for a filter, the keys of the passages that speak for those articles.
    """

    def __init__(self, query: Query) -> None:
        self._query = query
        self.unheard = lru_cache(maxsize=_FILTERS_KEPT)(self._unheard)
        self.speaking_for = lru_cache(maxsize=_FILTERS_KEPT)(self._speaking_for)

    def family(self, article_id: str) -> str:
        """The id of the article that represents those publishing its story; its own when it is alone."""
        row = self._query(
            f"SELECT family FROM families WHERE article_id = :id AND {live('families')}", id=article_id
        ).fetchone()
        return row[0] if row else article_id

    def _speaking_for(self, where: ArticleFilter) -> list[str]:
        rows = self._query(
            "SELECT p.key FROM passages p JOIN versions v ON v.number = p.version"
            f" WHERE v.article_id IN (SELECT value FROM json_each(:families)) AND {live('v')} ORDER BY p.key",
            families=json.dumps(sorted(self.unheard(where))),
        )
        return [str(row[0]) for row in rows]

    def _unheard(self, where: ArticleFilter) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for article_id, family, own, speaker in self._silent if where else ():
            if where.admits(own) and not where.admits(speaker):
                found.setdefault(family, []).append(article_id)
        return found

    @cached_property
    def _silent(self) -> list[tuple[str, str, Metadata, Metadata]]:
        """Each article without passages of its own, who speaks for it, and what filters ask of either."""
        rows = self._query(
            "SELECT f.article_id, f.family, v.metadata, s.metadata FROM families f"
            f" JOIN versions v ON v.article_id = f.article_id AND {live('v')}"
            f" JOIN versions s ON s.article_id = f.family AND {live('s')} WHERE f.silent AND {live('f')}"
            " ORDER BY f.article_id"
        )
        return [(copy, family, _filterable(own), _filterable(speaker)) for copy, family, own, speaker in rows]

    def appearances(self, raw: RawArticle, article_id: str, family: str) -> tuple[tuple[Appearance, ...], int]:
        """The other places of an article's story: the first of them by date, and how many there are."""
        rows = self._query(
            "SELECT p.path, p.member, p.article_id, v.metadata, count(*) OVER () FROM places p"
            f" JOIN versions v ON v.article_id = p.article_id AND {live('v')} WHERE {live('p')} AND p.article_id IN"
            f" (SELECT :id UNION SELECT article_id FROM families WHERE family = :family AND {live('families')})"
            " AND (p.path, p.member, p.article_id) != (:path, :member, :id)"
            f" ORDER BY coalesce(json_extract(v.metadata, '$.published'), '~'), {in_order('p')}"
            " LIMIT :told",
            id=article_id,
            family=family,
            path=raw.path,
            member=raw.member,
            told=_PLACES_TOLD,
        ).fetchall()
        appearances = (
            _appearance(path, member, other, parse_metadata(metadata)) for path, member, other, metadata, _ in rows
        )
        return tuple(appearances), rows[0][-1] if rows else 0

    def retold(self, article_id: str, family: str) -> frozenset[str]:
        """The families whose story is only a part of an article, its own left out."""
        rows = self._query(
            "SELECT v.article_id FROM versions v WHERE v.article_id IN"
            " (SELECT other FROM kin WHERE article_id = :id AND relation = 'holds'"
            " UNION SELECT article_id FROM kin WHERE other = :id AND relation = 'inside')"
            f" AND {live('v')}",  # a sync notes kin before it publishes them
            id=article_id,
        ).fetchall()
        return frozenset(self.family(row[0]) for row in rows) - {family}


def _appearance(path: str, member: str, article_id: str, known: Metadata) -> Appearance:
    return Appearance(article_id, place_of(path, member), known.title, known.source, known.published, known.url)


def _filterable(stored: str) -> Metadata:
    """Of stored metadata what a filter asks for, for many articles are kept."""
    known = parse_metadata(stored)
    return Metadata(published=known.published, source=known.source, language=known.language)
