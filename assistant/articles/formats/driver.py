"""From a path to articles: the format found by content first and suffix second, nested sources read in turn."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from assistant.articles.formats.archives import Gzip, Tar, Zip
from assistant.articles.formats.base import Exhausted, Format, Limits, Skipped, Source, ends_with, skip
from assistant.articles.formats.docx import Docx
from assistant.articles.formats.feed import Feed
from assistant.articles.formats.fields import FieldMap
from assistant.articles.formats.html import Html
from assistant.articles.formats.mhtml import Mhtml
from assistant.articles.formats.parquet import Parquet
from assistant.articles.formats.pdf import Pdf
from assistant.articles.formats.streams import peeked
from assistant.articles.formats.tables import Csv, Json, JsonLines
from assistant.articles.formats.text import Markdown, PlainText
from assistant.articles.formats.warc import Warc
from assistant.errors import ArticleError
from assistant.records import RawArticle

_LIMITS = Limits()
_FIELDS = FieldMap()
_NOT_READ = "Convert it to one of the formats that are read, or move it away."


def all_formats(fields: FieldMap = _FIELDS) -> tuple[Format, ...]:
    """Every format, those with the surest signatures first."""
    return (
        Gzip(),
        Docx(),
        Zip(),
        Tar(),
        Pdf(),
        Parquet(fields),
        Warc(),
        Mhtml(),
        Feed(),
        Html(),
        JsonLines(fields),
        Json(fields),
        Csv(fields),
        Markdown(),
        PlainText(),
    )


#: The suffixes of all files that are read, lower case.
SUFFIXES = tuple(sorted({suffix for format_ in all_formats() for suffix in format_.suffixes}))


def read_articles(path: Path, limits: Limits = _LIMITS, fields: FieldMap = _FIELDS) -> Iterator[RawArticle | Skipped]:
    """The articles of one file, and what of it gives none, in the file's order.

    Nothing is raised for bad input: a member or record that cannot be read is one ``Skipped`` and the others go on;
    what makes the rest of the file unreadable is one ``Skipped`` that names the file.
    """
    yield from read_source(Source.of_file(path, limits), limits, fields)


def read_source(source: Source, limits: Limits = _LIMITS, fields: FieldMap = _FIELDS) -> Iterator[RawArticle | Skipped]:
    """The articles of a source, as ``read_articles`` gives those of a file."""
    try:
        yield from _read(source, limits, all_formats(fields))
    except Exhausted as error:
        yield skip(source.place, error)


def _read(source: Source, limits: Limits, formats: Sequence[Format]) -> Iterator[RawArticle | Skipped]:
    name = "a file"
    try:
        if source.depth > limits.depth:
            raise ArticleError(
                f"It lies in more than {limits.depth} archives.", "Unpack the outer ones, or raise depth."
            )
        with source.open() as opened:
            head, stream = peeked(opened)
            if not head:
                raise ArticleError("It is empty.", "Put text in it, or delete it.")
            format_ = _format_of(head, source.name, formats)
            name = format_.name
            for item in format_.read(replace(source, opener=lambda: stream), limits):
                if isinstance(item, Source):
                    yield from _read(item, limits, formats)
                else:
                    yield item
    except Exhausted:
        raise
    except ArticleError as error:
        yield skip(source.place, error)
    except Exception as error:  # parsers of other people's files raise whatever they like
        yield Skipped(source.place, f"It cannot be read as {name} to its end: {_in_words(error)}.", _REPAIR)


_REPAIR = "Fetch or save it again; it may be damaged, cut short, or of another format than its name says."


def _in_words(error: Exception) -> str:
    message = " ".join(str(error).split())[:200].rstrip(".")
    return message or type(error).__name__


def _format_of(head: bytes, name: str, formats: Sequence[Format]) -> Format:
    claiming = (format_ for format_ in formats if format_.claims(head, name))
    named = (format_ for format_ in formats if ends_with(name, format_.suffixes))
    found = next(claiming, None) or next(named, None)
    if found is None:
        raise ArticleError("It is of no format that is read.", _NOT_READ)
    return found
