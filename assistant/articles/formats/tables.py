"""Records of articles as text: JSON Lines, JSON and CSV, read one record at a time."""

from __future__ import annotations

import codecs
import csv
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from assistant.articles.formats.base import Limits, Skipped, Source, ends_with
from assistant.articles.formats.fields import FieldMap, record_article
from assistant.articles.formats.streams import lines
from assistant.errors import ArticleError
from assistant.records import RawArticle

Item = RawArticle | Skipped

_SPACE = re.compile(r"[ \t\r\n]*")
_OBJECT = re.compile(rb'(?:\xef\xbb\xbf)?\s*\{\s*"')
_ARRAY = re.compile(rb'(?:\xef\xbb\xbf)?\s*\[\s*\{\s*"')
#: A file whose first lines are all broken is no JSON Lines file; it would give one complaint for each of its lines.
_PATIENCE = 100
_LISTS = ("articles", "items", "entries", "results", "data", "documents", "docs", "records", "stories")
_LIST_KEY = re.compile(r'"(?:' + "|".join(_LISTS) + r')"\s*:\s*(?=\[)')
_TOO_LONG = "raise article_bytes, or split it."
_DELIMITERS = ",;\t|"


@dataclass(frozen=True, slots=True)
class JsonLines:
    """One JSON object a line; ``member`` is the line's number."""

    fields: FieldMap
    name: str = "JSON Lines"
    suffixes: tuple[str, ...] = (".jsonl", ".ndjson", ".jl")

    def claims(self, head: bytes, name: str) -> bool:
        """When its first line is an object and another follows, or the name says so too."""
        if not _OBJECT.match(head):
            return False
        first, _, rest = head.partition(b"\n")
        try:
            json.loads(first.decode("utf-8-sig"), strict=False)
        except (ValueError, RecursionError):
            return ends_with(name, self.suffixes)
        return ends_with(name, self.suffixes) or rest.lstrip().startswith(b"{")

    def read(self, source: Source, limits: Limits) -> Iterator[Item]:
        """The articles, line by line; broken lines are skipped."""
        good = broken = 0
        with source.open() as stream:
            for number, line in lines(stream, limits.article_bytes):
                if line is not None and not line.strip():
                    continue
                item = self._line(source, number, line, limits)
                good += isinstance(item, RawArticle)
                broken += isinstance(item, Skipped) and item.reason.startswith("The line is not JSON")
                if not good and broken > _PATIENCE:
                    raise ArticleError(
                        f"None of its first {broken} lines is JSON.", "Give it the suffix of its format."
                    )
                yield item

    def _line(self, source: Source, number: int, line: bytes | None, limits: Limits) -> Item:
        place = source.place_of(str(number))
        if line is None:
            reason = f"The line is longer than {limits.article_bytes:,} bytes."
            return Skipped(place, reason, f"If it is one article, {_TOO_LONG}")
        try:
            text = line.decode("utf-8-sig" if number == 1 else "utf-8")
            record = json.loads(text, strict=False)
        except (ValueError, RecursionError) as error:
            return Skipped(place, f"The line is not JSON: {_problem(error)}.", "Write it again as one JSON object.")
        return record_article(source, str(number), record, self.fields)


def _problem(error: Exception) -> str:
    return "nested too deep" if isinstance(error, RecursionError) else str(error)[:120]


@dataclass(frozen=True, slots=True)
class Json:
    """An array of objects, one object, or an object with such an array; ``member`` is the number in the array."""

    fields: FieldMap
    name: str = "JSON"
    suffixes: tuple[str, ...] = (".json",)

    def claims(self, head: bytes, name: str) -> bool:
        """When it begins as an object, or an array of objects, does."""
        return bool(_OBJECT.match(head) or _ARRAY.match(head))

    def read(self, source: Source, limits: Limits) -> Iterator[Item]:
        """The articles, one object at a time; what follows a broken object cannot be read."""
        with source.open() as stream:
            text = codecs.getreader("utf-8-sig")(stream)
            buffer = text.read(limits.article_bytes)
            start = _space(buffer, 0)
            if buffer[start : start + 1] == "[":
                yield from self._array(source, buffer[start:], text, limits)
            elif len(buffer) < limits.article_bytes:
                yield from self._whole(source, json.loads(buffer, strict=False))
            elif key := _LIST_KEY.search(buffer):
                yield from self._array(source, buffer[key.end() :], text, limits)
            else:
                raise ArticleError(f"The object is longer than {limits.article_bytes:,} bytes.", f"Else {_TOO_LONG}")

    def _array(self, source: Source, buffer: str, text: codecs.StreamReader, limits: Limits) -> Iterator[Item]:
        for number, record in enumerate(array_items(buffer, text, limits.article_bytes), 1):
            yield record_article(source, str(number), record, self.fields)

    def _whole(self, source: Source, record: Any) -> Iterator[Item]:
        if isinstance(record, Mapping) and self.fields.article_text(record) is None:
            for name in _LISTS:
                if isinstance(inner := record.get(name), list):
                    for number, each in enumerate(inner, 1):
                        yield record_article(source, str(number), each, self.fields)
                    return
        yield record_article(source, "1", record, self.fields)


def _space(text: str, position: int) -> int:
    match = _SPACE.match(text, position)
    return position if match is None else match.end()


def array_items(buffer: str, text: codecs.StreamReader, limit: int) -> Iterator[Any]:
    """The elements of a JSON array that begins with ``buffer`` and goes on in ``text``, held one at a time.

    Raises:
        ValueError: it is not JSON, not closed, or an element is longer than ``limit`` characters.
        RecursionError: an element is nested too deep.
    """
    decoder = json.JSONDecoder(strict=False)
    position, expected, ended = 0, "[", False
    while True:
        if buffer[position : position + 1] and buffer[position] not in expected:
            raise ValueError("a comma is missing between two records")
        try:
            if buffer[position : position + 1] == "]":
                return
            start = _space(buffer, position + 1)
            if expected == "[" and buffer[start : start + 1] == "]":
                return
            value, end = decoder.raw_decode(buffer, start)
            end = _space(buffer, end)
            if end == len(buffer):  # a number may go on
                raise ValueError("the array is not closed")
        except ValueError:
            if ended:
                raise
            if len(buffer) - position > limit:
                raise ValueError(f"a record is broken, or longer than {limit:,} characters") from None
            more = text.read(max(1 << 16, len(buffer) - position))
            ended = not more
            buffer, position = buffer[position:] + more, 0
            continue
        yield value
        position, expected = end, ",]"


@dataclass(frozen=True, slots=True)
class Csv:
    """A table with a header; ``member`` is the row's number, the header not counted."""

    fields: FieldMap
    name: str = "CSV"
    suffixes: tuple[str, ...] = (".csv", ".tsv")

    def claims(self, head: bytes, name: str) -> bool:
        """Never: any text may be a table."""
        return False

    def read(self, source: Source, limits: Limits) -> Iterator[Item]:
        """The articles, row by row; broken rows are skipped."""
        csv.field_size_limit(max(csv.field_size_limit(), limits.article_bytes))
        with source.open() as stream:
            rows = _Rows(stream, limits.article_bytes)
            header = [name.strip() for name in next(rows.parse())]
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
                    yield Skipped(place, f"A line is longer than {limits.article_bytes:,} bytes.", f"Else {_TOO_LONG}")
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
