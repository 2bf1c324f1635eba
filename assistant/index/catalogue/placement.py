"""Where articles will be once a sync is through, and whose repetition that concerns."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence

from assistant.articles import source_key
from assistant.index.catalogue.schema import in_order

_TABLES = """
CREATE TEMP TABLE leaving (path TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TEMP TABLE concerned (article_id TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TEMP TABLE foreseen (
    article_id TEXT PRIMARY KEY, path TEXT, member TEXT, source_key TEXT) WITHOUT ROWID;
CREATE INDEX temp.foreseen_of_source ON foreseen (source_key, article_id);
"""
#: An article is published as it stands.
_IS_LIVE = "EXISTS (SELECT 1 FROM versions v WHERE v.article_id = {} AND v.removed IS NULL)"


class Placement:
    """The place that each article of new, changed and removed files will be cited from, and its source with it.

    The source of an article is the folder of that place; articles of a source are compared for repeated blocks. Sources
    that gain or lose articles are kept as unjudged until a sync is through, so that one that is cut short is made up
    for by the next.

    Args:
        database: of the catalogue's writer.
    """

    def __init__(self, database: sqlite3.Connection) -> None:
        self._db = database
        database.create_function("source_of", 1, source_key, deterministic=True)
        database.executescript(_TABLES)

    def foresee(self, removed: Sequence[str]) -> None:
        """Work out what follows from the staged files and from ``removed``, paths of files that are gone."""
        for table in ("leaving", "concerned", "foreseen"):
            self._db.execute(f"DELETE FROM {table}")
        self._db.execute(
            "INSERT INTO leaving SELECT path FROM staged_files UNION SELECT value FROM json_each(?)",
            (json.dumps(removed),),
        )
        self._db.execute(
            "INSERT INTO concerned SELECT article_id FROM staged_places UNION"
            " SELECT article_id FROM places WHERE removed IS NULL AND path IN (SELECT path FROM leaving)"
        )
        coming = (
            "SELECT path, member, article_id FROM staged_places UNION SELECT path, member, article_id FROM places"
            " WHERE removed IS NULL AND article_id IN (SELECT article_id FROM concerned)"
            " AND path NOT IN (SELECT path FROM leaving)"
        )
        first = (
            f"SELECT *, row_number() OVER (PARTITION BY article_id ORDER BY {in_order('c')}) AS rank FROM ({coming}) c"
        )
        self._db.execute(
            "INSERT INTO foreseen SELECT article_id, path, member, iif(path IS NULL, NULL, source_of(path))"
            f" FROM concerned LEFT JOIN (SELECT * FROM ({first}) WHERE rank = 1) USING (article_id)"
        )
        self._db.execute(
            "INSERT OR IGNORE INTO unjudged SELECT source_key FROM foreseen WHERE source_key IS NOT NULL UNION"
            " SELECT source_key FROM articles a WHERE id IN (SELECT article_id FROM foreseen)"
            f" AND {_IS_LIVE.format('a.id')}"
        )

    def going(self) -> list[str]:
        """Articles that no file will have."""
        rows = self._db.execute(
            f"SELECT article_id FROM foreseen f WHERE path IS NULL AND {_IS_LIVE.format('f.article_id')}"
        )
        return [row[0] for row in rows]

    def speakers_files(self) -> set[str]:
        """Paths of the files of those articles that are going and in whose families there are others."""
        rows = self._db.execute(
            "SELECT p.path FROM foreseen f JOIN places p ON p.article_id = f.article_id AND p.removed IS NULL"
            " WHERE f.path IS NULL AND EXISTS (SELECT 1 FROM families m WHERE m.family = f.article_id"
            " AND m.article_id != f.article_id AND m.removed IS NULL)"
        )
        return {row[0] for row in rows}

    def unjudged(self) -> list[str]:
        """Sources whose repetition is to be judged anew."""
        return [row[0] for row in self._db.execute("SELECT source_key FROM unjudged ORDER BY 1")]

    def sample(self, source: str, most: int) -> list[str]:
        """Articles of a source: those with the smallest ids, which are as good as drawn by lot.

        One more article changes the sample by one at most.
        """
        stay = self._db.execute(
            "SELECT id FROM articles a WHERE source_key = ? AND id NOT IN (SELECT article_id FROM foreseen)"
            f" AND {_IS_LIVE.format('a.id')} ORDER BY id LIMIT ?",
            (source, most),
        )
        come = self._db.execute(
            "SELECT article_id FROM foreseen WHERE source_key = ? ORDER BY article_id LIMIT ?", (source, most)
        )
        return sorted(row[0] for row in (*stay, *come))[:most]

    def arriving(self, source: str) -> list[str]:
        """Articles of a source that new and changed files hold, in the order in which they were first taken in."""
        rows = self._db.execute(
            "SELECT id FROM foreseen f JOIN articles a ON a.id = f.article_id WHERE f.source_key = ? ORDER BY a.number",
            (source,),
        )
        return [row[0] for row in rows]

    def judged(self) -> None:
        """What followed is published."""
        self._db.execute("DELETE FROM unjudged")
