"""Files of every kind that is read, as articles: ``read_articles`` finds the format and reads the file as a stream."""

from assistant.articles.formats.base import Format, Limits, Skipped, Source, content_hash, has_suffix
from assistant.articles.formats.driver import SUFFIXES, is_claimed, may_hold_records, read_articles, read_source
from assistant.articles.formats.fields import FieldMap
from assistant.articles.formats.streams import HEAD_BYTES

__all__ = [
    "HEAD_BYTES",
    "SUFFIXES",
    "FieldMap",
    "Format",
    "Limits",
    "Skipped",
    "Source",
    "content_hash",
    "has_suffix",
    "is_claimed",
    "may_hold_records",
    "read_articles",
    "read_source",
]
