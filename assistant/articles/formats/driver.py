"""From a path to articles: the format found by content first and suffix second, nested sources read in turn."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from assistant.articles.formats.archives import Gzip, Tar, Zip
from assistant.articles.formats.base import Exhausted, Format, Limits, RawSource, Skipped, ends_with, skip
from assistant.articles.formats.docx import Docx
from assistant.articles.formats.feed import Feed
from assistant.articles.formats.fields import FieldMap
from assistant.articles.formats.html import Html
from assistant.articles.formats.json_records import Json, JsonLines
from assistant.articles.formats.mhtml import Mhtml
from assistant.articles.formats.parquet import Parquet
from assistant.articles.formats.pdf import Pdf
from assistant.articles.formats.streams import peeked
from assistant.articles.formats.tables import Csv
from assistant.articles.formats.text import Markdown, PlainText
from assistant.articles.formats.textless import told_together
from assistant.articles.formats.warc import Warc
from assistant.errors import ArticleError
from assistant.records import RawArticle

_LIMITS = Limits()
_FIELDS = FieldMap()
#: Complaints about one file that are told one by one.
_TOLD = 100
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


#: A change here means that files should be read again: something else is extracted from them.
READING_VERSION = 1
#: The suffixes of all files that are read, lower case.
SUFFIXES = tuple(sorted({suffix for format_ in all_formats() for suffix in format_.suffixes}))


_RECORDS = (Gzip, Zip, Tar, Parquet, JsonLines, Json, Csv)


def is_plain(name: str) -> bool:
    """Whether a file of that name is text that is only decoded."""
    return ends_with(name, (*PlainText().suffixes, *Markdown().suffixes))


def may_hold_records(name: str) -> bool:
    """Whether a file of that name is one of records, or may have such files in it."""
    return any(ends_with(name, format_.suffixes) for format_ in all_formats() if isinstance(format_, _RECORDS))


def is_claimed(head: bytes, name: str) -> bool:
    """Whether the first bytes of a file (8 kB) can only be of a format that is read, whatever its name says."""
    return any(format_.claims(head, name) for format_ in all_formats())


def read_articles(path: Path, limits: Limits = _LIMITS, fields: FieldMap = _FIELDS) -> Iterator[RawArticle | Skipped]:
    """The articles of one file, and what of it gives none, in the file's order.

    Nothing is raised for bad input: a member or record that cannot be read is one ``Skipped`` and the others go on;
    what makes the rest of the file unreadable is one ``Skipped`` that says so (``cut``). After a hundred, one more sums
    up the others, so that they can be held in memory.
    """
    yield from read_source(RawSource.of_file(path, limits), limits, fields)


def read_source(
    source: RawSource, limits: Limits = _LIMITS, fields: FieldMap = _FIELDS
) -> Iterator[RawArticle | Skipped]:
    """The articles of a source, as ``read_articles`` gives those of a file."""
    yield from _summed_up(_to_the_limit(source, limits, all_formats(fields)))


def _summed_up(items: Iterator[RawArticle | Skipped]) -> Iterator[RawArticle | Skipped]:
    told, last, more = 0, None, 0
    for item in items:
        if isinstance(item, RawArticle) or item.cut or told < _TOLD:
            told += isinstance(item, Skipped)
            yield item
        else:
            last, more = item, more + 1
    if last is not None:
        yield replace(last, reason=f"It is the last of {more:,} more that give no article. {last.reason}")


def _to_the_limit(source: RawSource, limits: Limits, formats: Sequence[Format]) -> Iterator[RawArticle | Skipped]:
    try:
        yield from _read(source, limits, formats)
    except Exhausted as error:
        yield skip(source.location, error, cut=True)


def _read(source: RawSource, limits: Limits, formats: Sequence[Format]) -> Iterator[RawArticle | Skipped]:
    name = "a file"
    try:
        if source.depth > limits.depth:
            raise ArticleError(f"It lies in more than {limits.depth} archives.", "Unpack the outer ones.")
        with source.open() as opened:
            head, stream = peeked(opened)
            if not head:
                raise ArticleError("It is empty.", "Put text in it, or delete it.")
            format_ = _format_of(head, source.name, formats)
            name = format_.name
            items = format_.read(replace(source, opener=lambda: stream), limits)
            for item in told_together(source.location, items, _TOLD):
                if isinstance(item, RawSource):
                    # Where a member of an archive ends, the next begins.
                    yield from (_told_of_member(each, format_) for each in _read(item, limits, formats))
                else:
                    yield item
    except Exhausted:
        raise
    except ArticleError as error:
        yield skip(source.location, error, cut=True)
    except Exception as error:  # parsers of other people's files raise whatever they like
        yield Skipped(
            source.location, f"It cannot be read as {name} to its end: {_in_words(error)}.", _REPAIR, cut=True
        )


def _told_of_member(item: RawArticle | Skipped, within: Format) -> RawArticle | Skipped:
    if isinstance(item, Skipped) and item.cut and not isinstance(within, Gzip):
        return replace(item, cut=False)
    return item


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
