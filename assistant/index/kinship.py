"""Families of articles in the catalogue: who publishes whose story, and whose text speaks for the others."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Callable, Container, Iterable, Mapping
from dataclasses import dataclass

from assistant.articles.families import COMPARED, KEY_HOLDERS, Grouping, Kin, kin
from assistant.articles.sketches import Sketch, lookup_keys, sketch, stands_in
from assistant.records import Article

#: What the other one is to an article, by what the article is to it.
_CONVERSE = {"copies": "copies", "inside": "holds", "holds": "inside"}


@dataclass(frozen=True, slots=True)
class Membership:
    """An article's place in its family.

    Attributes:
        family: id of the longest article of the family, which represents it.
        silent: every line of the article stands in that one, so that its own passages are not searched.
    """

    family: str
    silent: bool


class Kinship:
    """Works out families while a sync runs; what it learns of texts is kept, families are published by the sync.

    Args:
        database: of the catalogue's writer.
    """

    def __init__(self, database: sqlite3.Connection) -> None:
        self._db = database
        self._grouping = Grouping()
        related: dict[str, dict[str, set[str]]] = {}
        for article_id, other, relation in database.execute("SELECT article_id, other, relation FROM kin"):
            related.setdefault(article_id, {}).setdefault(relation, set()).add(other)
            related.setdefault(other, {}).setdefault(_CONVERSE[relation], set()).add(article_id)
        for article_id, links in related.items():
            found = Kin(**{name: frozenset(links.get(name, ())) for name in _CONVERSE})
            self._grouping.add(article_id, self._length(article_id), found)

    def add(self, article: Article) -> None:
        """Take in a cleaned article, new or cleaned anew; kept with the transaction around it."""
        self.leave(article.id)
        self.forget([article.id])
        drawn = sketch(article.text)
        found = kin(drawn, self._candidates(drawn))
        self._db.execute("INSERT INTO sketches VALUES (?, ?, ?)", (article.id, drawn.words, drawn.to_bytes()))
        self._db.executemany(
            "INSERT INTO sketch_keys VALUES (?, ?, ?)", [(key, drawn.words, article.id) for key in lookup_keys(drawn)]
        )
        self._db.executemany(
            "INSERT INTO kin VALUES (?, ?, ?)",
            [(article.id, other, name) for name in _CONVERSE for other in sorted(getattr(found, name))],
        )
        if not found:
            return
        for other in found.copies | found.inside | found.holds:
            if other not in self._grouping:  # it had no kin before
                self._grouping.add(other, self._length(other), Kin())
        self._grouping.add(article.id, self._length(article.id), found)

    def leave(self, article_id: str) -> None:
        """Work out families without an article; what is known of it stays until ``forget``."""
        self._grouping.remove(article_id)

    def forget(self, articles: Iterable[str]) -> None:
        """Drop what is known of articles; with the transaction around it."""
        for article_id in articles:
            stored = self._sketch(article_id)
            if stored is None:
                continue
            self._db.executemany(
                "DELETE FROM sketch_keys WHERE key = ? AND words = ? AND article_id = ?",
                [(key, stored.words, article_id) for key in lookup_keys(stored)],
            )
            self._db.execute("DELETE FROM sketches WHERE article_id = ?", (article_id,))
            self._db.execute("DELETE FROM kin WHERE article_id = :id OR other = :id", {"id": article_id})

    def memberships(
        self, before: Mapping[str, Membership], fresh: Container[str], text: Callable[[str], str]
    ) -> dict[str, Membership]:
        """Of every article that shares a family with another, as it has to be now.

        Args:
            before: as published; where an article and its representative are the same, silence is not judged again.
            fresh: articles whose clean text is new.
            text: the clean text of an article, by its id.
        """
        now: dict[str, Membership] = {}
        for family in self._grouping:
            members = self._grouping.members(family)
            if len(members) > 1:
                now[family] = Membership(family, silent=False)
                for member in members[1:]:
                    was = before.get(member)
                    if was is not None and was.family == family and member not in fresh and family not in fresh:
                        now[member] = was
                    else:
                        now[member] = Membership(family, silent=stands_in(text(member), text(family)))
        return now

    def _candidates(self, drawn: Sketch) -> Mapping[str, Sketch]:
        """The articles that share the most keys with ``drawn``, by id."""
        shared: Counter[tuple[int, str]] = Counter()
        for key in lookup_keys(drawn):
            shared.update(
                (-words, article_id)
                for words, article_id in self._db.execute(
                    "SELECT words, article_id FROM sketch_keys WHERE key = ? ORDER BY words DESC, article_id LIMIT ?",
                    (key, KEY_HOLDERS),
                )
            )
        best = sorted(shared, key=lambda rank: (-shared[rank], rank))[:COMPARED]
        found = ((article_id, self._sketch(article_id)) for _, article_id in best)
        return {article_id: stored for article_id, stored in found if stored is not None}

    def _sketch(self, article_id: str) -> Sketch | None:
        row = self._db.execute("SELECT sketch FROM sketches WHERE article_id = ?", (article_id,)).fetchone()
        return None if row is None else Sketch.from_bytes(row[0])

    def _length(self, article_id: str) -> int:
        """In half words: a whole file counts as half a word longer, and so represents those of its length."""
        row = self._db.execute(
            "SELECT 2 * s.words + (a.encoding IS NOT NULL) FROM sketches s"
            " LEFT JOIN articles a ON a.id = s.article_id WHERE s.article_id = ?",
            (article_id,),
        ).fetchone()
        return 0 if row is None else int(row[0])
