"""How the catalogue stores texts, metadata and articles in columns."""

from __future__ import annotations

import json
import zlib
from dataclasses import asdict, astuple
from datetime import date, datetime
from typing import Any

from assistant.records import AlignedRun, Article, Claim, Metadata, Passage, RawArticle

#: Of the table of articles, what ``unpacked_raw`` takes.
RAW_COLUMNS = "raw, encoding, content_hash, claims, extracted_body"


def packed_raw(raw: RawArticle) -> tuple[Any, ...]:
    """The columns of a raw article, as ``RAW_COLUMNS`` names them."""
    claims = json.dumps([astuple(item) for item in raw.claims], ensure_ascii=False)
    return pack(raw.text), raw.encoding, raw.content_hash, claims, raw.extracted_body


def unpacked_raw(location: tuple[str, str], row: tuple[Any, ...]) -> RawArticle:
    """A raw article from its path and fragment, and its row (``RAW_COLUMNS``)."""
    raw, encoding, content_hash, claims, extracted_body = row
    claims = tuple(Claim(*item) for item in json.loads(claims))
    return RawArticle(location[0], unpack(raw), encoding, content_hash, location[1], claims, bool(extracted_body))


def packed_article(article: Article) -> tuple[Any, ...]:
    """The columns of a cleaned article: text, alignment, metadata, and of the latter what filters ask for."""
    known = article.metadata
    return (
        pack(article.text),
        json.dumps([astuple(one) for one in article.alignment]),
        dump_metadata(known),
        known.published.isoformat() if known.published else None,
        (known.source or "").casefold(),
        (known.language or "").casefold(),
    )


def unpacked_article(article_id: str, raw: RawArticle, row: tuple[Any, ...]) -> Article:
    """A cleaned article, without its cluster, from its row: text, alignment, metadata."""
    text, alignment, metadata = row
    return Article(
        id=article_id,
        path=raw.path,
        encoding=raw.encoding,
        raw_text=raw.text,
        text=unpack(text),
        alignment=tuple(AlignedRun(*item) for item in json.loads(alignment)),
        metadata=parse_metadata(metadata),
        fragment=raw.fragment,
    )


def pack(text: str) -> bytes:
    """Compressed UTF-8: a BLOB, because SQLite's TEXT ends at a NUL for some of its functions."""
    return zlib.compress(text.encode("utf-8", "surrogatepass"), 1)


def unpack(blob: bytes) -> str:
    """The text that ``pack`` packed."""
    return zlib.decompress(blob).decode("utf-8", "surrogatepass")


def dump_metadata(metadata: Metadata) -> str:
    """Metadata as JSON; dates and times in ISO 8601, what is not known left out."""
    fields = {name: value for name, value in asdict(metadata).items() if value is not None}
    return json.dumps(fields, default=lambda when: when.isoformat(), ensure_ascii=False)


def parse_metadata(stored: str) -> Metadata:
    """The metadata that ``dump_metadata`` wrote."""
    fields = json.loads(stored)
    if "published" in fields:
        fields["published"] = date.fromisoformat(fields["published"])
    if "published_at" in fields:
        fields["published_at"] = datetime.fromisoformat(fields["published_at"])
    return Metadata(**fields)


def passage(article_id: str, ordinal: int, start: int, stop: int, text: str) -> Passage:
    """A passage from its row and the clean text of its article."""
    return Passage(f"{article_id}:{start}-{stop}", article_id, ordinal, start, stop, text[start:stop])
