"""Records of articles: files as they are, cleaned articles, their passages.

Offsets are half-open ``[start, end)`` and count code points. *Raw* offsets refer to the text of the
original file, decoded with ``RawArticle.encoding`` and otherwise untouched (a byte order mark stays
the first character); *clean* offsets refer to ``Article.text``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True, slots=True)
class RawArticle:
    """A file as it is: ``path.read_bytes().decode(encoding) == text``.

    Attributes:
        path: absolute path of the file.
        text: its characters, nothing normalised.
        encoding: a Python codec name that decodes the bytes to ``text``.
        content_hash: SHA-256 of the bytes, hexadecimal.
    """

    path: str
    text: str
    encoding: str
    content_hash: str


@dataclass(frozen=True, slots=True)
class Segment:
    """A run of characters that is the same in the clean and in the raw text."""

    clean_start: int
    raw_start: int
    length: int


@dataclass(frozen=True, slots=True)
class Metadata:
    """What is known about an article; ``None`` where it is not known.

    Attributes:
        title: headline.
        published: publication date, never the clock in a page's header or the crawl date.
        source: publication or agency ("Kyodo").
        byline: author.
        found_in: for each field that is known, where it was found ("line 5, headline").
    """

    title: str | None = None
    published: date | None = None
    source: str | None = None
    byline: str | None = None
    found_in: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Article:
    """A cleaned article: whole blocks of the raw text, the others dropped.

    Attributes:
        id: the first 16 hexadecimal digits of the raw file's SHA-256.
        path: absolute path of the file it was read from.
        encoding: codec that turns the file's bytes into ``raw_text``.
        raw_text: the file's characters.
        text: the clean text; the segments' characters joined by blank lines.
        segments: how clean characters map to raw ones, in order (see ``articles.offsets``).
        metadata: title, date, source, byline.
    """

    id: str
    path: str
    encoding: str
    raw_text: str
    text: str
    segments: tuple[Segment, ...]
    metadata: Metadata


@dataclass(frozen=True, slots=True)
class Passage:
    """A contiguous slice of one article: ``article.text[start:end] == text``.

    Attributes:
        id: ``"<article id>:<start>-<end>"``.
        article_id: the article it belongs to.
        ordinal: its place among the article's passages, from 0.
        start, end: clean offsets into the article.
        text: the slice, without title or date in front.
    """

    id: str
    article_id: str
    ordinal: int
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class ArticleFilter:
    """Which articles may answer; every given condition must hold.

    Attributes:
        after, before: publication date on or after, on or before; articles without a known date are
            left out when either is given.
        source: publication or agency, compared without regard to case.
    """

    after: date | None = None
    before: date | None = None
    source: str | None = None
