"""Records of articles: files as they are, cleaned articles, their passages.

Offsets are half-open ``[start, end)`` and count code points. *Raw* offsets refer to ``RawArticle.text``: the decoded
file, otherwise untouched (a byte order mark stays the first character), or what was extracted from it where an article
is not the text of a whole file; *clean* offsets refer to ``Article.text``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class Claim:
    """What a file itself says about an article, in markup, fields or headers.

    Attributes:
        field: "title", "published", "source", "byline", "section", "language" or "url".
        value: as it stands there; white space at its ends taken off.
        found_in: where it was found ("JSON-LD datePublished", "field 'date'").
        confidence: how much it is to be trusted, 0..1.
    """

    field: str
    value: str
    found_in: str
    confidence: float = 1.0


def location_of(path: str, fragment: str) -> str:
    """Path and fragment in one, as messages name it: "dump.zip!2023/a.html"."""
    return f"{path}!{fragment}" if fragment else path


@dataclass(frozen=True, slots=True)
class RawArticle:
    """An article as its file has it, nothing dropped yet.

    Attributes:
        path: absolute path of the file, or the address a page was fetched from.
        text: its characters, nothing normalised. The whole file's (``path.read_bytes().decode(encoding) == text``) when
            there is an encoding; else what was extracted for this article from markup, a record or a document.
        encoding: a Python codec name that decodes the file's bytes to ``text``; None when it was extracted.
        content_hash: SHA-256, hexadecimal, of the file's bytes, or of what was extracted.
        fragment: where in the file: "2023/a.html" in an archive, "17" for its 17th record, "2023/a.jsonl!17" for both;
            "" for the whole file.
        claims: what markup, fields or headers say about it, the surest first for each field.
        extracted_body: whether ``text`` is the body of a page, told from the rest of it by its markup; then cleaning
            takes only what is never part of an article.
    """

    path: str
    text: str
    encoding: str | None
    content_hash: str
    fragment: str = ""
    claims: tuple[Claim, ...] = ()
    extracted_body: bool = False

    @property
    def location(self) -> str:
        """Path and fragment in one (``location_of``)."""
        return location_of(self.path, self.fragment)


@dataclass(frozen=True, slots=True)
class AlignedRun:
    """A run of characters that is the same in the clean and in the raw text."""

    clean_start: int
    raw_start: int
    length: int


@dataclass(frozen=True, slots=True)
class Metadata:
    """What is known about an article; ``None`` where it is not known.

    Attributes:
        title: headline.
        published: day of publication as the publisher states it, never the clock in a page's header or the crawl date.
        source: publication or agency ("Kyodo").
        byline: author.
        url: the article's own address.
        published_at: time of publication with its offset; None unless both time and zone are stated.
        section: of the publication ("sport").
        language: ISO 639-1, lower case ("en").
        found_in: for each field that is known, where it was found ("line 5: first heading"); what is said of
            "published" holds for ``published_at`` too.
        confidence: for the same fields, how much each is to be trusted, 0..1.
    """

    title: str | None = None
    published: date | None = None
    source: str | None = None
    byline: str | None = None
    url: str | None = None
    published_at: datetime | None = None
    section: str | None = None
    language: str | None = None
    found_in: Mapping[str, str] = field(default_factory=dict)
    confidence: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class OtherSource:
    """Another place where a story was published.

    Attributes:
        article_id: the article there.
        location: path and fragment in one (``location_of``).
        title, source, published, url: of that article; None where not known.
    """

    article_id: str
    location: str
    title: str | None = None
    source: str | None = None
    published: date | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Article:
    """A cleaned article: whole blocks of the raw text, the others dropped.

    Attributes:
        id: the first 16 hexadecimal digits of the raw article's content hash.
        path: absolute path of the file it was read from, or its address.
        encoding: codec that turns the file's bytes into ``raw_text``; None when ``raw_text`` was extracted.
        raw_text: the file's characters, or those extracted for this article.
        text: the clean text; the aligned characters joined by blank lines.
        alignment: how clean characters map to raw ones, in order (see ``articles.offsets``).
        metadata: title, date, source and the rest that is known.
        fragment: where in the file (``RawArticle.fragment``).
        cluster: id of the article that represents those publishing the same story; this one's own when it is alone.
        contained: ids of the clusters whose story is only a part of this article.
        also_in: other sources of its story: its own, and those of its cluster; by date, whole files first; at most 50.
        other_source_count: how many there are in all.
    """

    id: str
    path: str
    encoding: str | None
    raw_text: str
    text: str
    alignment: tuple[AlignedRun, ...]
    metadata: Metadata
    fragment: str = ""
    cluster: str = ""
    contained: frozenset[str] = frozenset()
    also_in: tuple[OtherSource, ...] = ()
    other_source_count: int = 0

    @property
    def location(self) -> str:
        """Path and fragment in one (``location_of``)."""
        return location_of(self.path, self.fragment)


@dataclass(frozen=True, slots=True)
class ArticleEntry:
    """An article in the index's list.

    Attributes:
        id: of the article.
        locations: where it was read, path and fragment in one; the first is the one that citations name.
        metadata: what is known about it.
        cluster: id of the article that represents those publishing the same story.
        passages: how many it is split into.
    """

    id: str
    locations: tuple[str, ...]
    metadata: Metadata
    cluster: str
    passages: int


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
        language: ISO 639-1 ("ja"), compared without regard to case; articles without a known one are left out.
    """

    after: date | None = None
    before: date | None = None
    source: str | None = None
    language: str | None = None

    def __bool__(self) -> bool:
        """Whether there is any condition."""
        return self != ArticleFilter()

    def admits(self, metadata: Metadata) -> bool:
        """Whether an article with this metadata may answer."""
        day = metadata.published
        if (self.after or self.before) and day is None:
            return False
        return (
            (self.after is None or (day is not None and day >= self.after))
            and (self.before is None or (day is not None and day <= self.before))
            and (self.source is None or (metadata.source or "").casefold() == self.source.casefold())
            and (self.language is None or (metadata.language or "").casefold() == self.language.casefold())
        )
