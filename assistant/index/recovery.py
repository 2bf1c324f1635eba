"""What a rebuild takes over from earlier catalogues: as much of them as can be read."""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from assistant.index.catalogue.schema import layout, open_for_reading
from assistant.index.catalogue.stored import RAW_COLUMNS, unpacked_raw
from assistant.index.catalogue.writer import KnownFile, known_files
from assistant.records import RawArticle

#: What the tables of layout 4 name otherwise.
_OLD_RAW_COLUMNS = "raw, encoding, content_hash, stated, extracted_body"
_OLD_FILES = "SELECT path, digest, size, changed_ns FROM files WHERE removed IS NULL"
_OLD_LOCATIONS = (
    "SELECT p.member, a.number FROM places p JOIN articles a ON a.id = p.article_id"
    " WHERE p.path = ? AND p.removed IS NULL ORDER BY length(p.member), p.member"
)
_LOCATIONS = "SELECT fragment, article FROM locations WHERE path = ? AND {live} ORDER BY length(fragment), fragment"


@dataclass(slots=True)
class Recovery:
    """The first of some catalogues that says which files it has; nothing is written to it.

    Attributes:
        files: path of every file, with what is known of it.
        excluded: paths of the files that stay out.
        unreadable: catalogues that do not even say which files they have, each with the error.
        damaged: files of which not all can be read.
    """

    files: dict[str, KnownFile] = field(default_factory=dict)
    excluded: set[str] = field(default_factory=set)
    unreadable: list[tuple[Path, str]] = field(default_factory=list)
    damaged: set[str] = field(default_factory=set)
    _database: sqlite3.Connection | None = None
    _is_old: bool = False
    _live: str = ""

    @classmethod
    def of_first_readable(cls, catalogues: Iterable[Path]) -> Recovery:
        """Of the first that can be read; an empty one when there is none."""
        found = cls()
        for path in catalogues:
            try:
                found._open(path)
            except sqlite3.Error as error:
                found.unreadable.append((path, str(error)))
                found.close()
                continue
            if found.files:
                break
            found.unreadable.append((path, "it has no files"))
            found.close()
        return found

    def close(self) -> None:
        """Release the file."""
        if self._database is not None:
            self._database.close()
            self._database = None

    def articles_of(self, path: str) -> Iterator[RawArticle | None]:
        """The articles of a file in the order of their fragments; None for each that cannot be read."""
        if self._database is None:
            return
        query = _OLD_LOCATIONS if self._is_old else _LOCATIONS.format(live=self._live)
        try:
            locations = self._database.execute(query, (path,)).fetchall()
        except sqlite3.Error:
            yield None
            return
        columns = _OLD_RAW_COLUMNS if self._is_old else RAW_COLUMNS
        for fragment, number in locations:
            yield self._article(self._database, columns, path, fragment, number)

    @staticmethod
    def _article(
        database: sqlite3.Connection, columns: str, path: str, fragment: str, number: int
    ) -> RawArticle | None:
        try:
            query = f"SELECT {columns} FROM articles WHERE number = ?"
            row = database.execute(query, (number,)).fetchone()
            return None if row is None else unpacked_raw((path, fragment), row)
        except (sqlite3.Error, zlib.error, ValueError, TypeError):  # a damaged page may hold values of any type
            return None

    def _open(self, path: Path) -> None:
        self._database = open_for_reading(path)
        self._is_old = layout(self._database) == 0
        if self._is_old:
            rows = self._database.execute(_OLD_FILES)
            self.files = {name: KnownFile(digest, size, modified) for name, digest, size, modified in rows}
            excluded = "SELECT path FROM left_out"
        else:
            (commit,) = self._database.execute("SELECT value FROM meta WHERE key = 'commit'").fetchone() or (0,)
            self._live = f"added <= {int(commit)} AND (removed IS NULL OR removed > {int(commit)})"
            self.files = known_files(self._database, self._live)
            excluded = "SELECT path FROM excluded"
        self.excluded = {row[0] for row in self._database.execute(excluded)}
