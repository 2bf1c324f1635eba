"""Parquet tables of articles, where pyarrow is installed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from dataclasses import fields as members_of
from typing import Any

from assistant.articles.formats.base import Limits, RawSource, Skipped
from assistant.articles.formats.fields import FieldMap, record_article
from assistant.articles.formats.streams import seekable
from assistant.errors import ArticleError
from assistant.records import RawArticle

_ROWS = 64


@dataclass(frozen=True, slots=True)
class Parquet:
    """One article a row; ``fragment`` is the row's number."""

    fields: FieldMap
    name: str = "a Parquet table"
    suffixes: tuple[str, ...] = (".parquet",)

    def claims(self, head: bytes, name: str) -> bool:
        """By signature."""
        return head.startswith(b"PAR1")

    def read(self, source: RawSource, limits: Limits) -> Iterator[RawArticle | Skipped]:
        """The articles, a few rows at a time, only the columns that are named; ArticleError without pyarrow."""
        try:
            import pyarrow.parquet
        except ImportError as error:
            raise ArticleError(
                "Parquet needs pyarrow, which is not installed.", "pip install 'assistant[parquet]'"
            ) from error
        with source.open() as stream, seekable(stream) as file:
            with pyarrow.parquet.ParquetFile(file, pre_buffer=False) as table:
                columns = self._columns(table.schema_arrow.names)
                number = 0
                for batch in table.iter_batches(batch_size=_ROWS, columns=columns, use_threads=False):
                    for row in batch.to_pylist():
                        number += 1
                        yield self._row(source, str(number), row, limits)

    def _row(self, source: RawSource, fragment: str, row: dict[str, Any], limits: Limits) -> RawArticle | Skipped:
        longest = max((len(value) for value in row.values() if isinstance(value, str)), default=0)
        if longest > limits.article_bytes:
            place = source.location_of(fragment)
            return Skipped(
                place, f"A field is longer than {limits.article_bytes:,} characters.", "Raise max_file_bytes."
            )
        return record_article(source, fragment, row, self.fields)

    def _columns(self, names: list[str]) -> list[str]:
        """The columns that a field may be in; all of them when none is, so that they can be named to the user."""
        keys = {
            key.lower().split(".")[0] for each in members_of(self.fields) for key in getattr(self.fields, each.name)
        }
        keys |= {key.lower() for each in members_of(self.fields) for key in getattr(self.fields, each.name)}
        return [name for name in names if name.lower() in keys] or names
