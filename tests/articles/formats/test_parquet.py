from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

import pyarrow
import pytest
from pyarrow import parquet

from assistant.articles.formats import read_articles
from tests.articles.formats.conftest import Read, claims


def test_without_pyarrow_the_remedy_names_the_extra(read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    articles, (skipped,) = read("a.parquet", b"PAR1" + bytes(100))
    assert not articles
    assert skipped.remedy == "pip install 'assistant[parquet]'"


def test_rows_are_articles(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    when = datetime(2026, 3, 2, 23, 30, tzinfo=UTC)
    rows = [{"Body": f"Article {number}.", "date": when, "other": "x"} for number in range(200)]
    parquet.write_table(pyarrow.Table.from_pylist(rows), path)
    articles = list(read_articles(path))
    assert [article.text for article in articles] == [row["Body"] for row in rows]  # type: ignore[union-attr]
    assert articles[-1].fragment == "200"  # type: ignore[union-attr]
    assert claims(articles[0], "published") == "2026-03-02T23:30:00+00:00"  # type: ignore[arg-type]


def test_a_damaged_table_is_skipped(read: Read) -> None:
    articles, (skipped,) = read("a.parquet", b"PAR1" + bytes(100))
    assert not articles
    assert "Parquet" in skipped.reason
