"""Families of articles in the catalogue: who publishes whose story, and whose text speaks for the others."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from assistant.articles.families import COMPARED, KEY_HOLDERS, Rank, kin, settle
from assistant.articles.sketches import Sketch, lookup_keys, sketch, stands_in


@dataclass(frozen=True, slots=True)
class Membership:
    """An article's place in its family.

    Attributes:
        family: id of the longest article of the family, which represents it.
        silent: every line of the article stands in that one, so that its own passages are not searched.
    """

    family: str
    silent: bool


@dataclass(frozen=True, slots=True)
class Settled:
    """Memberships of the articles that a sync may change; an article that has none is alone, or not there.

    Attributes:
        before: as published.
        now: as they have to be.
    """

    before: Mapping[str, Membership]
    now: Mapping[str, Membership]

    @property
    def changed(self) -> dict[str, Membership | None]:
        """Those that differ from what is published; None for an article that is alone by now, or gone."""
        concerned = sorted(self.before.keys() | self.now.keys())
        return {one: self.now.get(one) for one in concerned if self.before.get(one) != self.now.get(one)}


class Kinship:
    """Works out families while a sync runs; what it learns of texts is kept, families are published by the sync.

    Everything is done inside the transaction around it. Articles whose published membership may be wrong are kept as
    unsettled until the sync is through, so that one that is cut short leaves nothing wrong; no others are looked at.

    Args:
        database: of the catalogue's writer.
    """

    def __init__(self, database: sqlite3.Connection) -> None:
        self._db = database

    def add(self, article_id: str, text: str) -> None:
        """Take in a clean text, of a new article or cleaned anew."""
        self._drop(article_id)
        drawn = sketch(text)
        found = kin(drawn, self._candidates(drawn))
        # In half words: a whole file counts as half a word longer, and so represents those of its length.
        self._db.execute(
            "INSERT INTO sketches VALUES (:id, 2 * :words"
            " + EXISTS (SELECT 1 FROM articles WHERE id = :id AND encoding IS NOT NULL), :sketch)",
            {"id": article_id, "words": drawn.words, "sketch": drawn.to_bytes()},
        )
        self._db.executemany(
            "INSERT INTO sketch_keys VALUES (?, ?, ?)", [(key, drawn.words, article_id) for key in lookup_keys(drawn)]
        )
        self._db.executemany(
            "INSERT INTO kin VALUES (?, ?, ?)",
            [(article_id, other, name) for name in ("copies", "inside", "holds") for other in getattr(found, name)],
        )

    def settle(self, going: Sequence[str], text: Callable[[str], str]) -> Settled:
        """The families as they have to be.

        Args:
            going: articles that are no longer there; what is known of them stays until ``forget``.
            text: the clean text of an article, by its id.
        """
        gone, changed = self._gone_and_changed(going)
        touched = {article for _, article in changed}
        families = settle(changed, lambda one: self._copies(one, gone), self._family)
        before = self._published([*families, *gone])
        heads = {family for one, family in families.items() if family != one}
        before |= self._published(heads.union(was.family for was in before.values()).difference(before))
        now: dict[str, Membership] = {}
        for one in sorted((families.keys() | heads | before.keys()) - gone):
            family, was = families.get(one, one), before.get(one)
            if family == one:
                if one in heads or self._keeps_members(one, families.keys() | gone):
                    now[one] = Membership(one, silent=False)
            elif was is not None and was.family == family and touched.isdisjoint((one, family)):
                now[one] = was
            else:
                now[one] = Membership(family, silent=stands_in(text(one), text(family)))
        settled = Settled(before, now)
        self._note({*settled.changed, *gone})
        return settled

    def forget(self, gone: Iterable[str]) -> None:
        """What was settled is published: drop what is known of articles that have gone, and leave none unsettled."""
        for article_id in gone:
            self._drop(article_id)
        self._db.execute("DELETE FROM unsettled")

    def forget_unpublished(self) -> None:
        """Drop what is known of articles that a sync which was cut short has cleaned or let go."""
        rows = self._db.execute(
            "SELECT article_id FROM unsettled u WHERE NOT EXISTS"
            " (SELECT 1 FROM versions v WHERE v.article_id = u.article_id AND v.removed IS NULL)"
        )
        for (article_id,) in rows.fetchall():
            self._drop(article_id)

    def _drop(self, article_id: str) -> None:
        """Forget an article; it and those that it may have stood for are unsettled."""
        self._note([article_id])
        stored = self._sketch(article_id)
        if stored is None:
            return
        self._note([shorter for _, shorter in self._shorter_copies(article_id)])
        self._db.executemany(
            "DELETE FROM sketch_keys WHERE key = ? AND words = ? AND article_id = ?",
            [(key, stored.words, article_id) for key in lookup_keys(stored)],
        )
        self._db.execute("DELETE FROM sketches WHERE article_id = ?", (article_id,))
        self._db.execute("DELETE FROM kin WHERE article_id = :id OR other = :id", {"id": article_id})

    def _note(self, unsettled: Iterable[str]) -> None:
        self._db.executemany("INSERT OR IGNORE INTO unsettled VALUES (?)", ((one,) for one in unsettled))

    def _gone_and_changed(self, going: Sequence[str]) -> tuple[set[str], set[Rank]]:
        """The articles that are not there any more, and the others that are unsettled or lose them."""
        gone, changed = set(going), set[Rank]()
        rows = self._db.execute(
            "SELECT u.article_id, s.length FROM unsettled u LEFT JOIN sketches s USING (article_id)"
        )
        for article_id, length in rows:
            if length is None:
                gone.add(article_id)
            elif article_id not in gone:
                changed.add((-length, article_id))
        for article_id in going:
            changed.update(rank for rank in self._shorter_copies(article_id) if rank[1] not in gone)
        return gone, changed

    def _shorter_copies(self, article_id: str) -> list[Rank]:
        own = self._db.execute(
            "SELECT -length, article_id FROM sketches WHERE article_id = ?", (article_id,)
        ).fetchone()
        return [rank for rank in self._copies(article_id) if rank > own]

    def _copies(self, article_id: str, gone: Container[str] = ()) -> Iterator[Rank]:
        rows = self._db.execute(
            "SELECT -s.length, c.id FROM (SELECT other AS id FROM kin WHERE article_id = :id AND relation = 'copies'"
            " UNION ALL SELECT article_id FROM kin WHERE other = :id AND relation = 'copies') c"
            " CROSS JOIN sketches s ON s.article_id = c.id",
            {"id": article_id},
        )
        return (rank for rank in rows if rank[1] not in gone)

    def _family(self, article_id: str) -> str | None:
        was = self._published([article_id]).get(article_id)
        return was.family if was else None

    def _published(self, articles: Iterable[str]) -> dict[str, Membership]:
        found = {}
        for article_id in articles:
            row = self._db.execute(
                "SELECT family, silent FROM families WHERE article_id = ? AND removed IS NULL", (article_id,)
            ).fetchone()
            if row is not None:
                found[article_id] = Membership(row[0], bool(row[1]))
        return found

    def _keeps_members(self, family: str, others: set[str]) -> bool:
        """Whether an article that represents itself was already there for one besides ``others``."""
        rows = self._db.execute(
            "SELECT article_id FROM families WHERE family = :id AND article_id != :id AND removed IS NULL",
            {"id": family},
        )
        return any(row[0] not in others for row in rows)

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
