"""The article catalogue as readers see it: files, articles with their raw and clean text, and passages."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.index.catalogue.clusters import Clusters
from assistant.index.catalogue.schema import in_order, layout, live, open_for_reading
from assistant.index.catalogue.stored import (
    RAW_COLUMNS,
    parse_metadata,
    passage,
    unpack,
    unpacked_article,
    unpacked_raw,
)
from assistant.records import Article, ArticleEntry, ArticleFilter, Metadata, Passage, RawArticle

#: Filters whose passages are remembered.
_FILTERS_KEPT = 8


class Catalogue:
    """One snapshot of a catalogue, as of a commit; threads may share it.

    Attributes:
        commit: the number of that commit.
        clusters: the duplicate clusters of its articles.
    """

    def __init__(self, database: sqlite3.Connection, commit: int | None = None) -> None:
        """``commit`` is the present one by default."""
        self._db = database
        self.commit = self.present() if commit is None else commit
        self.clusters = Clusters(self._all)
        self.passage_keys = lru_cache(maxsize=_FILTERS_KEPT)(self._passage_keys)

    @classmethod
    def open(cls, path: Path) -> Catalogue:
        """The present snapshot of the catalogue in a file."""
        return cls(open_for_reading(path))

    def now(self) -> Catalogue:
        """The present snapshot of the same file: this very catalogue, unless there is a new commit."""
        present = self.present()
        return self if present == self.commit else Catalogue(self._db, present)

    def close(self) -> None:
        """Release the file, for all its snapshots."""
        self._db.close()

    def present(self) -> int:
        """Number of the commit that answers by now; 0 before the first."""
        return int(self.meta("commit") or 0)

    def layout(self) -> int:
        """The layout it was written in."""
        return layout(self._db)

    def meta(self, key: str) -> str | None:
        """A value noted by the writer, None when there is none."""
        row = self._db.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        return str(row[0]) if row else None

    def committed_at(self) -> str:
        """When the commit became the present one: UTC, ISO 8601."""
        row = self._one("SELECT committed_at FROM commits WHERE number = :now")
        return str(row[0]) if row else ""

    def problems(self) -> str:
        """What SQLite finds wrong with the file; "" for nothing."""
        (found,) = self._db.execute("PRAGMA quick_check(1)").fetchone()
        return "" if found == "ok" else str(found)

    # Files

    def file_articles(self) -> dict[str, list[str]]:
        """Path of every file, to the ids of its articles in the order of their fragments."""
        found: dict[str, list[str]] = {}
        for path, article_id in self._all(
            f"SELECT l.path, a.id FROM locations l JOIN articles a ON a.number = l.article WHERE {live('l')}"
            " ORDER BY l.path, length(l.fragment), l.fragment"
        ):
            found.setdefault(path, []).append(article_id)
        return found

    # Articles

    def raw_article(self, article_id: str) -> RawArticle:
        """An article as its file has it; KeyError when there is none."""
        return self._raw(article_id, self._article(RAW_COLUMNS, article_id))

    def article(self, article_id: str) -> Article:
        """A cleaned article; KeyError when there is none."""
        row = self._article(f"{RAW_COLUMNS}, text, alignment, metadata", article_id)
        raw = self._raw(article_id, row[:-3])
        also_in, other_source_count = self.clusters.other_sources(raw, article_id)
        return replace(
            unpacked_article(article_id, raw, row[-3:]),
            cluster=self.clusters.representative(article_id),
            contained=self.clusters.contained(article_id),
            also_in=also_in,
            other_source_count=other_source_count,
        )

    def text(self, article_id: str) -> str:
        """The clean text of an article; KeyError when there is none."""
        return unpack(self._article("text", article_id)[0])

    def metadata(self, article_id: str) -> Metadata:
        """Title, date, source and the rest that is known of an article; KeyError when there is none."""
        return parse_metadata(self._article("metadata", article_id)[0])

    def article_ids(self) -> Iterator[str]:
        """Every article, in the order in which they were first indexed."""
        rows = self._all(f"SELECT id FROM articles WHERE {live('articles')} ORDER BY number")
        return (row[0] for row in rows)

    def entries(self) -> Iterator[ArticleEntry]:
        """Every article, in the order in which they were first indexed."""
        rows = self._all(
            "SELECT a.id, a.metadata, (SELECT count(*) FROM passages WHERE article = a.number),"
            " (SELECT json_group_array(place) FROM (SELECT l.path || iif(l.fragment = '', '', '!' || l.fragment)"
            f" AS place FROM locations l WHERE l.article = a.number AND {live('l')} ORDER BY {in_order('l')}))"
            f" FROM articles a WHERE {live('a')} ORDER BY a.number"
        )
        for article_id, metadata, passages, places in rows:
            cluster = self.clusters.representative(article_id)
            yield ArticleEntry(article_id, tuple(json.loads(places)), parse_metadata(metadata), cluster, passages)

    # Passages

    def live_passages(self, keys: Sequence[str]) -> list[str]:
        """Those of these keys whose passages this snapshot has, in the order given."""
        rows = self._all(
            "SELECT p.key FROM passages p JOIN articles a ON a.number = p.article"
            f" WHERE p.key IN (SELECT value FROM json_each(:keys)) AND {live('a')}",
            keys=json.dumps([int(key) for key in keys]),
        )
        found = {str(row[0]) for row in rows}
        return [key for key in keys if key in found]

    def passages(self, keys: Sequence[str]) -> list[Passage]:
        """The passages of these keys, in the order given; KeyError when this snapshot lacks one."""
        rows = self._all(
            "SELECT p.key, a.id, p.ordinal, p.start, p.stop FROM passages p"
            " JOIN articles a ON a.number = p.article"
            f" WHERE p.key IN (SELECT value FROM json_each(:keys)) AND {live('a')}",
            keys=json.dumps([int(key) for key in keys]),
        )
        places = {str(key): (article_id, ordinal, start, stop) for key, article_id, ordinal, start, stop in rows}
        texts = {article_id: self.text(article_id) for article_id in {place[0] for place in places.values()}}
        return [passage(*places[key], texts[places[key][0]]) for key in keys]

    def article_passages(self, article_id: str) -> list[Passage]:
        """All passages of one article, in order; KeyError when there is none."""
        number, packed = self._article("number, text", article_id)
        text = unpack(packed)
        rows = self._all("SELECT ordinal, start, stop FROM passages WHERE article = :of ORDER BY ordinal", of=number)
        return [passage(article_id, ordinal, start, stop, text) for ordinal, start, stop in rows]

    def shards(self) -> dict[int, int]:
        """Numbers of the vector shards of this snapshot, to how many passages each holds, gone ones included."""
        return dict(self._all(f"SELECT number, passages FROM shards WHERE {live('shards')} ORDER BY number"))

    def digest(self) -> str:
        """SHA-256, hexadecimal, over the passages' ids, and so over contents and how they are split."""
        digest = hashlib.sha256()
        for row in self._all(
            "SELECT a.id || ':' || p.start || '-' || p.stop AS id FROM passages p"
            f" JOIN articles a ON a.number = p.article WHERE {live('a')} ORDER BY 1"
        ):
            digest.update(f"{row[0]}\n".encode())
        return digest.hexdigest()

    def counts(self) -> tuple[int, int]:
        """Number of articles and of passages."""
        articles = self._one(f"SELECT count(*) FROM articles WHERE {live('articles')}")
        passages = self._one(
            f"SELECT count(*) FROM passages p JOIN articles a ON a.number = p.article WHERE {live('a')}"
        )
        return (articles or (0,))[0], (passages or (0,))[0]

    def _passage_keys(self, where: ArticleFilter) -> NDArray[np.int64]:
        """Keys of the passages of the articles that ``where`` admits, ascending: (n,)."""
        rows = self._all(
            "SELECT p.key FROM passages p JOIN articles a ON a.number = p.article"
            f" WHERE {live('a')} AND (:after IS NULL OR a.published >= :after)"
            " AND (:before IS NULL OR a.published <= :before) AND (:source IS NULL OR a.source = :source)"
            " AND (:language IS NULL OR a.language = :language) ORDER BY p.key",
            after=where.after.isoformat() if where.after else None,
            before=where.before.isoformat() if where.before else None,
            source=None if where.source is None else where.source.casefold(),
            language=None if where.language is None else where.language.casefold(),
        )
        return np.fromiter((row[0] for row in rows), np.int64)

    def _raw(self, article_id: str, row: tuple[Any, ...]) -> RawArticle:
        location = self._one(
            "SELECT l.path, l.fragment FROM locations l JOIN articles a ON a.number = l.article"
            f" WHERE a.id = :id AND {live('l')} AND {live('a')} ORDER BY {in_order('l')} LIMIT 1",
            id=article_id,
        )
        if location is None:
            raise KeyError(article_id)
        return unpacked_raw((location[0], location[1]), row)

    def _article(self, columns: str, article_id: str) -> tuple[Any, ...]:
        row = self._one(f"SELECT {columns} FROM articles WHERE id = :id AND {live('articles')}", id=article_id)
        if row is None:
            raise KeyError(article_id)
        return row

    def _one(self, query: str, **values: object) -> tuple[Any, ...] | None:
        found: tuple[Any, ...] | None = self._all(query, **values).fetchone()
        return found

    def _all(self, query: str, **values: object) -> sqlite3.Cursor:
        return self._db.execute(query, {"now": self.commit, **values})
