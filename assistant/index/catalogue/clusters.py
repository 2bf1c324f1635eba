"""Articles that publish one story: relations found when an article comes in, clusters worked out when one is asked for.

The writer notes what each article is to others: a copy, a part of a longer one, or a whole that holds a shorter one. A
duplicate cluster follows from the copies that a snapshot has, so that nothing has to be changed when articles come and
go. Its longest article represents it.
"""

from __future__ import annotations

import sqlite3
import threading
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Protocol

from assistant.articles.duplicates import COMPARED, KEY_HOLDERS, relations
from assistant.articles.sketches import Sketch, lookup_keys
from assistant.index.catalogue.schema import in_order, live
from assistant.index.catalogue.stored import parse_metadata
from assistant.records import OtherSource, RawArticle, location_of

#: Other locations of a story that come with an article.
_LOCATIONS_GIVEN = 50


class Query(Protocol):
    """Runs a statement on one snapshot of a catalogue."""

    def __call__(self, query: str, **values: object) -> sqlite3.Cursor:
        """Its rows; ``:now`` is bound to the commit, the other parameters to ``values``."""


def relate(database: sqlite3.Connection, number: int, drawn: Sketch, length: int) -> None:
    """Note what a new article is to those that are there, and keep the keys that it is found under."""
    found = relations(drawn, _candidates(database, drawn))
    database.executemany(
        "INSERT OR REPLACE INTO relations VALUES (?, ?, ?)", [(number, other, name) for other, name in found.items()]
    )
    database.executemany(
        "INSERT INTO sketch_keys VALUES (?, ?, ?)", [(key, length, number) for key in lookup_keys(drawn)]
    )


def unrelate(database: sqlite3.Connection, articles: Iterable[int]) -> None:
    """Forget articles that have gone."""
    for number in articles:
        row = database.execute("SELECT length, sketch FROM articles WHERE number = ?", (number,)).fetchone()
        database.executemany(
            "DELETE FROM sketch_keys WHERE key = ? AND length = ? AND article = ?",
            [(key, row[0], number) for key in lookup_keys(Sketch.from_bytes(row[1]))],
        )
        database.execute("DELETE FROM relations WHERE article = :number OR other = :number", {"number": number})


def _candidates(database: sqlite3.Connection, drawn: Sketch) -> Mapping[int, Sketch]:
    """The articles that share the most keys with ``drawn``, by number."""
    shared: Counter[tuple[int, int]] = Counter()
    for key in lookup_keys(drawn):
        shared.update(
            (-length, article)
            for length, article in database.execute(
                "SELECT k.length, k.article FROM sketch_keys k JOIN articles a ON a.number = k.article"
                " WHERE k.key = ? AND a.removed IS NULL ORDER BY k.length DESC, k.article LIMIT ?",
                (key, KEY_HOLDERS),
            )
        )
    best = sorted(shared, key=lambda rank: (-shared[rank], rank))[:COMPARED]
    rows = (
        database.execute("SELECT sketch FROM articles WHERE number = ?", (number,)).fetchone() for _, number in best
    )
    return {number: Sketch.from_bytes(row[0]) for (_, number), row in zip(best, rows, strict=True)}


class Clusters:
    """The duplicate clusters of one snapshot; threads may share it.

    Longest first (ties: smaller id first), an article joins the first representative it is a copy of, or else
    represents a cluster itself. So clusters do not depend on the order in which articles came.
    """

    def __init__(self, query: Query) -> None:
        self._query = query
        self._representatives: dict[str, str] = {}
        self._lock = threading.Lock()

    def representative(self, article_id: str) -> str:
        """The id of the article that represents those publishing its story; its own when it is alone."""
        with self._lock:
            known, waiting, longer = self._representatives, [article_id], dict[str, list[str]]()
            while waiting:
                one = waiting[-1]
                if one not in longer:
                    longer[one] = [] if one in known else self._copies(one, longer=True)
                if unknown := next((other for other in longer[one] if other not in known), None):
                    waiting.append(unknown)
                else:
                    known.setdefault(one, next((other for other in longer[one] if known[other] == other), one))
                    waiting.pop()
            return known[article_id]

    def members(self, article_id: str) -> list[str]:
        """The ids of all articles of its cluster, its own among them: each is a copy of the representative."""
        head = self.representative(article_id)
        return sorted({head, *(one for one in self._copies(head) if self.representative(one) == head)})

    def contained(self, article_id: str) -> frozenset[str]:
        """The representatives of the clusters whose story is only a part of an article, its own left out."""
        rows = self._query(
            "SELECT o.id FROM (SELECT article AS whole, other AS part FROM relations WHERE relation = 'holds'"
            " UNION SELECT other, article FROM relations WHERE relation = 'inside') r"
            " JOIN articles a ON a.number = r.whole JOIN articles o ON o.number = r.part"
            f" WHERE a.id = :id AND {live('a')} AND {live('o')}",
            id=article_id,
        ).fetchall()
        return frozenset(self.representative(row[0]) for row in rows) - {self.representative(article_id)}

    def other_sources(self, raw: RawArticle, article_id: str) -> tuple[tuple[OtherSource, ...], int]:
        """The other locations of an article's story: the first of them by date, and how many there are."""
        members = self.members(article_id)
        marks = ", ".join(f":m{place}" for place in range(len(members)))
        rows = self._query(
            "SELECT l.path, l.fragment, a.id, a.metadata, count(*) OVER () FROM locations l"
            f" JOIN articles a ON a.number = l.article WHERE {live('l')} AND {live('a')} AND a.id IN ({marks})"
            " AND (l.path, l.fragment, a.id) != (:path, :fragment, :id)"
            f" ORDER BY coalesce(a.published, '~'), {in_order('l')} LIMIT {_LOCATIONS_GIVEN}",
            id=article_id,
            path=raw.path,
            fragment=raw.fragment,
            **{f"m{place}": one for place, one in enumerate(members)},
        ).fetchall()
        known = [(path, fragment, other, parse_metadata(metadata)) for path, fragment, other, metadata, _ in rows]
        return tuple(
            OtherSource(other, location_of(path, fragment), of.title, of.source, of.published, of.url)
            for path, fragment, other, of in known
        ), rows[0][-1] if rows else 0

    def _copies(self, article_id: str, *, longer: bool = False) -> list[str]:
        """The ids of an article's copies, or of the longer ones alone, longest first; ties: smaller id first."""
        rows = self._query(
            "SELECT o.id FROM articles a JOIN"
            " (SELECT article, other FROM relations WHERE relation = 'copy' UNION"
            "  SELECT other, article FROM relations WHERE relation = 'copy') r ON r.article = a.number"
            f" JOIN articles o ON o.number = r.other WHERE a.id = :id AND {live('a')} AND {live('o')}"
            " AND (NOT :longer OR (-o.length, o.id) < (-a.length, a.id)) ORDER BY -o.length, o.id",
            id=article_id,
            longer=longer,
        )
        return [row[0] for row in rows]
