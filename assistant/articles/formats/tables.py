"""Records of articles as tables in text: CSV and its kin, read one row at a time."""

from __future__ import annotations

import codecs
import csv
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

from assistant.articles.formats.base import Limits, RawSource, Skipped
from assistant.articles.formats.fields import FieldMap, record_article
from assistant.articles.formats.streams import in_utf8, lines
from assistant.articles.loading import encoding_of
from assistant.errors import ArticleError
from assistant.records import RawArticle

_REMEDY = "Raise max_file_bytes, or split it."
_SAVE_AGAIN = "Save the table again as UTF-8."
_EVIDENCE_BYTES = 1 << 16
_DELIMITERS = ",;\t|"


@dataclass(frozen=True, slots=True)
class Csv:
    """A table with a header; ``fragment`` is the row's number, the header not counted."""

    fields: FieldMap
    name: str = "CSV"
    suffixes: tuple[str, ...] = (".csv", ".tsv")

    def claims(self, head: bytes, name: str) -> bool:
        """Never: any text may be a table."""
        return False

    def read(self, source: RawSource, limits: Limits) -> Iterator[RawArticle | Skipped]:
        """The articles, row by row; broken rows are skipped."""
        csv.field_size_limit(max(csv.field_size_limit(), limits.article_bytes))
        with source.open() as stream:
            rows = _Rows(in_utf8(stream), limits.article_bytes)
            header = [name.strip() for name in next(rows.parse(), [])]
            number = 0
            while True:
                number += 1
                place = source.location_of(str(number))
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
                if rows.undecodable:
                    rows.undecodable = False
                    yield Skipped(place, f"The row is not in {rows.encoding}, as the others are.", _SAVE_AGAIN)
                elif row:
                    yield record_article(source, str(number), dict(zip(header, row, strict=False)), self.fields)


@dataclass(slots=True)
class _Rows:
    """Rows of a table; a line that is too long is left out and marked, one in another encoding is marked.

    The encoding is UTF-8 if that of the first line beyond ASCII is, else an estimate from there on.
    """

    stream: BinaryIO
    limit: int
    too_long: bool = False
    undecodable: bool = False
    encoding: str = "utf-8"
    _reader: Iterator[list[str]] = field(init=False)

    def __post_init__(self) -> None:
        text = self._lines()
        first = next(text, "")
        delimiter = max(_DELIMITERS, key=first.count)
        self._reader = csv.reader(_chain(first, text), delimiter=delimiter, strict=True)

    def parse(self) -> Iterator[list[str]]:
        return self._reader

    def _lines(self) -> Iterator[str]:
        for line in self._with_encoding(_unmarked(lines(self.stream, self.limit))):
            if line is None:
                self.too_long = True
                continue
            try:
                yield line.decode(self.encoding) + "\n"
            except UnicodeDecodeError:
                self.undecodable = True
                yield line.decode(self.encoding, "replace") + "\n"

    def _with_encoding(self, read: Iterator[bytes | None]) -> Iterator[bytes | None]:
        """The same lines; the encoding is known before the first that needs it."""
        for line in read:
            ahead = [line]
            if line and not _is_utf8(line):
                ahead += _some(read)
                self.encoding = _encoding(b"\n".join(filter(None, ahead)))
            yield from ahead
            if line and not line.isascii():
                break
        yield from read


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _encoding(sample: bytes) -> str:
    found = encoding_of(sample)
    if found is None:
        raise ArticleError("Its encoding cannot be told.", _SAVE_AGAIN)
    return found


def _unmarked(numbered: Iterator[tuple[int, bytes | None]]) -> Iterator[bytes | None]:
    """The lines, without a byte order mark."""
    for number, line in numbered:
        yield line.removeprefix(codecs.BOM_UTF8) if line and number == 1 else line


def _some(read: Iterator[bytes | None]) -> Iterator[bytes | None]:
    """The next lines, as many as tell an encoding."""
    size = 0
    for line in read:
        yield line
        size += len(line or b"")
        if size >= _EVIDENCE_BYTES:
            return


def _chain(first: str, rest: Iterator[str]) -> Iterator[str]:
    yield first
    yield from rest
