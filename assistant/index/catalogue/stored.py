"""How the catalogue stores texts, metadata and raw articles in columns."""

from __future__ import annotations

import json
import zlib
from dataclasses import asdict, astuple
from datetime import date, datetime
from typing import Any

from assistant.records import Article, Metadata, RawArticle, Segment, Stated

#: Of the table of articles, what ``unpacked_raw`` takes.
RAW_COLUMNS = "raw, encoding, content_hash, stated, extracted_body"


def packed_raw(raw: RawArticle) -> tuple[Any, ...]:
    """The columns of a raw article, as ``RAW_COLUMNS`` names them."""
    stated = json.dumps([astuple(item) for item in raw.stated], ensure_ascii=False)
    return pack(raw.text), raw.encoding, raw.content_hash, stated, raw.extracted_body


def unpacked_raw(place: tuple[str, str], row: tuple[Any, ...]) -> RawArticle:
    """A raw article from its path and member, and its row (``RAW_COLUMNS``)."""
    raw, encoding, content_hash, stated, extracted_body = row
    said = tuple(Stated(*item) for item in json.loads(stated))
    return RawArticle(place[0], unpack(raw), encoding, content_hash, place[1], said, bool(extracted_body))


def pack(text: str) -> bytes:
    """Compressed UTF-8: a BLOB, because SQLite's TEXT ends at a NUL for some of its functions."""
    return zlib.compress(text.encode("utf-8", "surrogatepass"), 1)


def unpack(blob: bytes) -> str:
    """The text that ``pack`` packed."""
    return zlib.decompress(blob).decode("utf-8", "surrogatepass")


def dump_metadata(metadata: Metadata) -> str:
    """Metadata as JSON; dates and moments in ISO 8601, what is not known left out."""
    fields = {name: value for name, value in asdict(metadata).items() if value is not None}
    return json.dumps(fields, default=lambda moment: moment.isoformat(), ensure_ascii=False)


def parse_metadata(stored: str) -> Metadata:
    """The metadata that ``dump_metadata`` wrote."""
    fields = json.loads(stored)
    if "published" in fields:
        fields["published"] = date.fromisoformat(fields["published"])
    if "published_at" in fields:
        fields["published_at"] = datetime.fromisoformat(fields["published_at"])
    return Metadata(**fields)


def unpacked_article(raw: RawArticle, row: tuple[Any, ...]) -> Article:
    """A cleaned article, without its family, from its row: text, segments, metadata."""
    text, segments, metadata = row
    return Article(
        id=raw.content_hash[:16],
        path=raw.path,
        encoding=raw.encoding,
        raw_text=raw.text,
        text=unpack(text),
        segments=tuple(Segment(*item) for item in json.loads(segments)),
        metadata=parse_metadata(metadata),
        member=raw.member,
    )
