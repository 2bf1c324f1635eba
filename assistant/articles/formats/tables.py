"""Records of articles as tables in text: CSV and its kin, read one row at a time."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

from assistant.articles.formats.base import Limits, Skipped, Source
from assistant.articles.formats.fields import FieldMap, record_article
from assistant.articles.formats.streams import in_utf8, lines
from assistant.records import RawArticle

_REMEDY = "Raise max_file_bytes, or split it."
_DELIMITERS = ",;\t|"


@dataclass(frozen=True, slots=True)
class Csv:
    """A table with a header; ``member`` is the row's number, the header not counted."""

    fields: FieldMap
    name: str = "CSV"
    suffixes: tuple[str, ...] = (".csv", ".tsv")

    def claims(self, head: bytes, name: str) -> bool:
        """Never: any text may be a table."""
        return False

    def read(self, source: Source, limits: Limits) -> Iterator[RawArticle | Skipped]:
        """The articles, row by row; broken rows are skipped."""
        csv.field_size_limit(max(csv.field_size_limit(), limits.article_bytes))
        with source.open() as stream:
            rows = _Rows(in_utf8(stream), limits.article_bytes)
            header = [name.strip() for name in next(rows.parse(), [])]
            number = 0
            while True:
                number += 1
                place = source.place_of(str(number))
                try:
                    row = next(rows.parse(), None)
                except csv.Error as error:
                    yield Skipped(place, f"The row is broken: {error}.", "Quote its fields again.")
                    continue
                if rows.too_long:
                    rows.too_long = False
                    yield Skipped(place, f"A line is longer than {limits.article_bytes:,} bytes.", _REMEDY)
                if row is None:
                    return
                if row:
                    yield record_article(source, str(number), dict(zip(header, row, strict=False)), self.fields)


@dataclass(slots=True)
class _Rows:
    """Rows of a table; a line that is too long is left out and marked."""

    stream: BinaryIO
    limit: int
    too_long: bool = False
    _reader: Iterator[list[str]] = field(init=False)

    def __post_init__(self) -> None:
        text = self._lines()
        first = next(text, "")
        delimiter = max(_DELIMITERS, key=first.count)
        self._reader = csv.reader(_chain(first, text), delimiter=delimiter, strict=True)

    def parse(self) -> Iterator[list[str]]:
        return self._reader

    def _lines(self) -> Iterator[str]:
        for number, line in lines(self.stream, self.limit):
            if line is None:
                self.too_long = True
                continue
            try:
                yield line.decode("utf-8-sig" if number == 1 else "utf-8") + "\n"
            except UnicodeDecodeError:
                yield line.decode("cp1252", "replace") + "\n"


def _chain(first: str, rest: Iterator[str]) -> Iterator[str]:
    yield first
    yield from rest
