"""Files of every kind that is read, as articles: ``read_articles`` finds the format and reads the file as a stream."""

from assistant.articles.formats.base import Format, Limits, RawSource, Skipped, content_hash
from assistant.articles.formats.driver import (
    READING_VERSION,
    SUFFIXES,
    is_plain,
    may_hold_records,
    read_articles,
    read_source,
)
from assistant.articles.formats.fields import FieldMap

__all__ = [
    "READING_VERSION",
    "SUFFIXES",
    "FieldMap",
    "Format",
    "Limits",
    "RawSource",
    "Skipped",
    "content_hash",
    "is_plain",
    "may_hold_records",
    "read_articles",
    "read_source",
]
