"""The article catalogue as readers see it: files, articles with their raw and clean text, and passages."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from assistant.index.catalogue.schema import in_order, live, open_for_reading
from assistant.index.catalogue.stored import RAW_COLUMNS, parse_metadata, unpack, unpacked_article, unpacked_raw
from assistant.index.catalogue.stories import Stories
from assistant.records import Article, ArticleEntry, Metadata, Passage, RawArticle


class Catalogue:
    """One generation of a catalogue; threads may share it.

    Attributes:
        generation: the one that is read.
        stories: families of its articles.
    """

    def __init__(self, database: sqlite3.Connection, generation: int | None = None) -> None:
        """``generation`` is the present one by default."""
        self._db = database
        self.generation = self.present() if generation is None else generation
        self.stories = Stories(self._all)

    @classmethod
    def open(cls, path: Path) -> Catalogue:
        """The present generation of the catalogue in a file."""
        return cls(open_for_reading(path))

    def now(self) -> Catalogue:
        """The present generation of the same file: this very catalogue, unless there is a new one."""
        present = self.present()
        return self if present == self.generation else Catalogue(self._db, present)

    def close(self) -> None:
        """Release the file, for all its generations."""
        self._db.close()

    def present(self) -> int:
        """Number of the generation that answers by now; 0 before the first."""
        row = self._db.execute("SELECT value FROM meta WHERE key = 'generation'").fetchone()
        return int(row[0]) if row else 0

    def meta(self, key: str) -> str | None:
        """A value noted by the writer, None when there is none."""
        row = self._db.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        return str(row[0]) if row else None

    def synced_at(self) -> str:
        """When the generation became the present one: UTC, ISO 8601."""
        row = self._one("SELECT synced_at FROM generations WHERE number = :now")
        return str(row[0]) if row else ""

    # Files

    def file_articles(self) -> dict[str, list[str]]:
        """Path of every file, to the ids of its articles in the order of their members."""
        found: dict[str, list[str]] = {}
        for path, article_id in self._all(
            f"SELECT path, article_id FROM places WHERE {live('places')} ORDER BY path, length(member), member"
        ):
            found.setdefault(path, []).append(article_id)
        return found

    # Articles

    def raw_article(self, article_id: str) -> RawArticle:
        """An article as its file has it; KeyError when there is none."""
        row = self._one(f"SELECT {RAW_COLUMNS} FROM articles WHERE id = :id", id=article_id)
        place = self._one(
            f"SELECT path, member FROM places WHERE article_id = :id AND {live('places')}"
            f" ORDER BY {in_order('places')} LIMIT 1",
            id=article_id,
        )
        if row is None or place is None:
            raise KeyError(article_id)
        return unpacked_raw(place, row)

    def article(self, article_id: str) -> Article:
        """A cleaned article; KeyError when there is none."""
        raw = self.raw_article(article_id)
        family = self.family(article_id)
        also_in, other_places = self.stories.appearances(raw, article_id, family)
        return replace(
            unpacked_article(raw, self._version("text, segments, metadata", article_id)),
            family=family,
            retells=self.stories.retold(article_id, family),
            also_in=also_in,
            other_places=other_places,
        )

    def family(self, article_id: str) -> str:
        """The id of the article that represents those publishing its story; its own when it is alone."""
        return self.stories.family(article_id)

    def text(self, article_id: str) -> str:
        """The clean text of an article; KeyError when there is none."""
        return unpack(self._version("text", article_id)[0])

    def metadata(self, article_id: str) -> Metadata:
        """Title, date, source and the rest that is known of an article; KeyError when there is none."""
        return parse_metadata(self._version("metadata", article_id)[0])

    def article_ids(self) -> Iterator[str]:
        """Every article, in the order in which they were first indexed."""
        rows = self._all(f"SELECT article_id FROM versions WHERE {live('versions')} ORDER BY number")
        return (row[0] for row in rows)

    def entries(self) -> Iterator[ArticleEntry]:
        """Every article, in the order in which they were first indexed."""
        rows = self._all(
            "SELECT v.article_id, v.metadata, f.family, (SELECT count(*) FROM passages WHERE version = v.number),"
            " (SELECT json_group_array(place) FROM (SELECT p.path || iif(p.member = '', '', '!' || p.member) AS place"
            f" FROM places p WHERE p.article_id = v.article_id AND {live('p')}"
            f" ORDER BY {in_order('p')}))"
            f" FROM versions v LEFT JOIN families f ON f.article_id = v.article_id AND {live('f')}"
            f" WHERE {live('v')} ORDER BY v.number"
        )
        for article_id, metadata, family, passages, places in rows:
            known = parse_metadata(metadata)
            yield ArticleEntry(article_id, tuple(json.loads(places)), known, family or article_id, passages)

    # Passages

    def live_passages(self, keys: Sequence[str]) -> list[str]:
        """Those of these keys whose passages this generation has, in the order given."""
        wanted = json.dumps([int(key) for key in keys])
        rows = self._all(
            "SELECT p.key FROM passages p JOIN versions v ON v.number = p.version"
            f" WHERE p.key IN (SELECT value FROM json_each(:keys)) AND {live('v')}",
            keys=wanted,
        )
        found = {str(row[0]) for row in rows}
        return [key for key in keys if key in found]

    def passages(self, keys: Sequence[str]) -> list[Passage]:
        """The passages of these keys, in the order given; KeyError when this generation lacks one."""
        rows = self._all(
            "SELECT p.key, v.article_id, p.ordinal, p.start, p.stop FROM passages p"
            " JOIN versions v ON v.number = p.version"
            f" WHERE p.key IN (SELECT value FROM json_each(:keys)) AND {live('v')}",
            keys=json.dumps([int(key) for key in keys]),
        )
        places = {str(key): (article_id, ordinal, start, stop) for key, article_id, ordinal, start, stop in rows}
        texts = {article_id: self.text(article_id) for article_id in {place[0] for place in places.values()}}
        return [passage(*places[key], texts[places[key][0]]) for key in keys]

    def article_passages(self, article_id: str) -> tuple[Metadata, list[Passage]]:
        """The metadata and all passages of one article, in order; KeyError when there is none."""
        number, packed, metadata = self._version("number, text, metadata", article_id)
        text = unpack(packed)
        rows = self._all(
            "SELECT ordinal, start, stop FROM passages WHERE version = :version ORDER BY ordinal", version=number
        )
        found = [passage(article_id, ordinal, start, stop, text) for ordinal, start, stop in rows]
        return parse_metadata(metadata), found

    def segments(self) -> dict[int, int]:
        """Numbers of the search segments of this generation, to how many passages each holds, gone ones included."""
        return dict(self._all(f"SELECT number, passages FROM segments WHERE {live('segments')} ORDER BY number"))

    def digest(self) -> str:
        """SHA-256, hexadecimal, over the passages' ids, and so over contents and how they are split."""
        digest = hashlib.sha256()
        for row in self._all(
            "SELECT v.article_id || ':' || p.start || '-' || p.stop AS id FROM passages p"
            f" JOIN versions v ON v.number = p.version WHERE {live('v')} ORDER BY id"
        ):
            digest.update(f"{row[0]}\n".encode())
        return digest.hexdigest()

    def counts(self) -> tuple[int, int]:
        """Number of articles and of passages."""
        articles = self._one(f"SELECT count(*) FROM versions WHERE {live('versions')}")
        passages = self._one(
            f"SELECT count(*) FROM passages p JOIN versions v ON v.number = p.version WHERE {live('v')}"
        )
        return (articles or (0,))[0], (passages or (0,))[0]

    def _version(self, columns: str, article_id: str) -> tuple[Any, ...]:
        row = self._one(f"SELECT {columns} FROM versions WHERE article_id = :id AND {live('versions')}", id=article_id)
        if row is None:
            raise KeyError(article_id)
        return row

    def _one(self, query: str, **values: object) -> tuple[Any, ...] | None:
        found: tuple[Any, ...] | None = self._all(query, **values).fetchone()
        return found

    def _all(self, query: str, **values: object) -> sqlite3.Cursor:
        return self._db.execute(query, {"now": self.generation, **values})


def passage(article_id: str, ordinal: int, start: int, stop: int, text: str) -> Passage:
    """A passage from its row and the clean text of its article."""
    return Passage(f"{article_id}:{start}-{stop}", article_id, ordinal, start, stop, text[start:stop])
