"""Records of articles as JSON Lines and JSON, read one record at a time."""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO

from assistant.articles.formats.base import Limits, RawSource, Skipped, ends_with
from assistant.articles.formats.fields import FieldMap, record_article
from assistant.articles.formats.json_array import BrokenElement, array_items
from assistant.articles.formats.streams import HEAD_BYTES, chunks, in_utf8, lines, peeked, preceded, some
from assistant.errors import ArticleError
from assistant.records import RawArticle

Item = RawArticle | Skipped

_OBJECT = re.compile(rb'(?:\xef\xbb\xbf)?\s*\{\s*"')
_ARRAY = re.compile(rb'(?:\xef\xbb\xbf)?\s*\[\s*\{\s*"')
#: A file whose first lines are all broken is no JSON Lines file; it would give one complaint for each of its lines.
_PATIENCE = 100
_LISTS = ("articles", "items", "entries", "results", "data", "documents", "docs", "records", "stories")
_LIST_KEY = re.compile(r'"(?:' + "|".join(_LISTS) + r')"\s*:\s*(?=\[)')
_TOO_LONG = "raise max_file_bytes, or split it."


@dataclass(frozen=True, slots=True)
class JsonLines:
    """One JSON object a line; ``fragment`` is the line's number."""

    fields: FieldMap
    name: str = "JSON Lines"
    suffixes: tuple[str, ...] = (".jsonl", ".ndjson", ".jl")

    def claims(self, head: bytes, name: str) -> bool:
        """When its first line is an object and another follows, or the name says so too."""
        if not _OBJECT.match(head):
            return False
        first, _, rest = head.partition(b"\n")
        if ends_with(name, self.suffixes):
            return True
        return rest.lstrip().startswith(b"{") and _is_object(first)

    def read(self, source: RawSource, limits: Limits) -> Iterator[Item]:
        """The articles, line by line; broken lines are skipped."""
        with source.open() as stream:
            yield from self.read_lines(source, in_utf8(stream), limits)

    def read_lines(self, source: RawSource, stream: BinaryIO, limits: Limits) -> Iterator[Item]:
        """The articles of a source whose bytes are ``stream``."""
        good = broken = 0
        for number, line in lines(stream, limits.article_bytes):
            if line is not None and not line.strip():
                continue
            item = self._line(source, number, line, limits)
            good += isinstance(item, RawArticle)
            broken += isinstance(item, Skipped) and item.reason.startswith("The line is not JSON")
            if not good and broken > _PATIENCE:
                raise ArticleError(f"None of its first {broken} lines is JSON.", "Give it the suffix of its format.")
            yield item

    def _line(self, source: RawSource, number: int, line: bytes | None, limits: Limits) -> Item:
        place = source.location_of(str(number))
        if line is None:
            reason = f"The line is longer than {limits.article_bytes:,} bytes."
            return Skipped(place, reason, f"If it is one article, {_TOO_LONG}")
        try:
            text = line.decode("utf-8-sig" if number == 1 else "utf-8")
            record = json.loads(text, strict=False)
        except (ValueError, RecursionError) as error:
            problem = "nested too deep" if isinstance(error, RecursionError) else str(error)[:120]
            return Skipped(place, f"The line is not JSON: {problem}.", "Write it again as one JSON object.")
        return record_article(source, str(number), record, self.fields)


def _is_object(line: bytes) -> bool:
    try:
        return isinstance(json.loads(line.decode("utf-8-sig"), strict=False), Mapping)
    except (ValueError, RecursionError):
        return False


@dataclass(frozen=True, slots=True)
class Json:
    """An array of objects, one object, or an object with such an array; ``fragment`` is the number in the array.

    A file with an object on each of its lines is read as JSON Lines.
    """

    fields: FieldMap
    name: str = "JSON"
    suffixes: tuple[str, ...] = (".json",)

    def claims(self, head: bytes, name: str) -> bool:
        """When it begins as an object, or an array of objects, does."""
        return bool(_OBJECT.match(head) or _ARRAY.match(head))

    def read(self, source: RawSource, limits: Limits) -> Iterator[Item]:
        """The articles, one object at a time; ArticleError where the end of a broken one cannot be told."""
        with source.open() as opened:
            head, stream = peeked(in_utf8(opened))
            first = ahead = b""
            if not head.removeprefix(codecs.BOM_UTF8).lstrip().startswith(b"["):
                first = stream.readline(limits.article_bytes + 1)
                ahead = some(stream, HEAD_BYTES)
                stream = preceded(first + ahead, stream)
            if first.endswith(b"\n") and ahead.lstrip().startswith(b"{") and _is_object(first):
                yield from JsonLines(self.fields).read_lines(source, stream, limits)
            else:
                yield from self._read_one(source, codecs.iterdecode(chunks(stream), "utf-8-sig"), limits)

    def _read_one(self, source: RawSource, text: Iterator[str], limits: Limits) -> Iterator[Item]:
        buffer = next((piece for piece in text if not piece.isspace()), "").lstrip()
        if buffer.startswith("["):
            yield from self._array(source, buffer, text, limits)
            return
        while len(buffer) < limits.article_bytes and (piece := next(text, "")):
            buffer += piece
        whole = len(buffer) < limits.article_bytes
        listed = _LIST_KEY.search(buffer)
        try:
            record = json.loads(buffer, strict=False) if whole else None
        except (ValueError, RecursionError):
            if listed is None:
                raise
            record = None
        if record is not None:
            yield from self._whole(source, record)
        elif listed is not None:
            yield from self._array(source, buffer[listed.end() :], text, limits)
        else:
            raise ArticleError(f"The object is longer than {limits.article_bytes:,} bytes.", f"Else {_TOO_LONG}")

    def _array(self, source: RawSource, buffer: str, text: Iterator[str], limits: Limits) -> Iterator[Item]:
        for number, record in enumerate(array_items(buffer, text, limits.article_bytes), 1):
            if isinstance(record, BrokenElement):
                reason = f"The record is broken: {record.problem}."
                yield Skipped(source.location_of(str(number)), reason, "Write it again as one JSON object.")
            else:
                yield record_article(source, str(number), record, self.fields)

    def _whole(self, source: RawSource, record: Any) -> Iterator[Item]:
        if isinstance(record, Mapping) and self.fields.article_text(record) is None:
            for name in _LISTS:
                if isinstance(inner := record.get(name), list):
                    for number, each in enumerate(inner, 1):
                        yield record_article(source, str(number), each, self.fields)
                    return
        yield record_article(source, "1", record, self.fields)
