"""The domain's records: plain frozen values that travel between the packages.

Offsets are half-open ``[start, end)`` and count code points. *Raw* offsets refer to the text of the
original file, decoded with ``RawArticle.encoding`` and otherwise untouched (a byte order mark stays
the first character); *clean* offsets refer to ``Article.text``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any, Literal

RefusalReason = Literal["no_passages", "not_in_articles", "low_confidence"]
AnswerKind = Literal["span", "list", "evidence"]


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


@dataclass(frozen=True, slots=True)
class RetrievedPassage:
    """A passage that retrieval proposes for a query (neighbours may have been merged into one).

    Attributes:
        passage: the slice to read.
        retrieval_score: fused reciprocal-rank score; higher is better, comparable within one query.
        similarity: cosine of the query's and the passage's vectors, -1..1.
        dense_rank, lexical_rank: best 1-based rank in either list; None when absent from it.
        title, source, published: the article's metadata.
    """

    passage: Passage
    retrieval_score: float
    similarity: float
    dense_rank: int | None
    lexical_rank: int | None
    title: str | None
    source: str | None
    published: date | None


@dataclass(frozen=True, slots=True)
class AnswerSpan:
    """A reader's candidate: ``texts[index][start:end] == text``.

    Attributes:
        text: the span's characters.
        index: which of the texts given to the reader holds it.
        start, end: offsets into that text.
        span_score: start logit plus end logit.
        null_score: the same sum at the no-answer position of the same window.
        confidence: calibrated probability that the span answers the question, 0..1.
    """

    text: str
    index: int
    start: int
    end: int
    span_score: float
    null_score: float
    confidence: float

    @property
    def margin(self) -> float:
        """How far the span beats "no answer", in logits; comparable across texts."""
        return self.span_score - self.null_score


@dataclass(frozen=True, slots=True)
class Citation:
    """Where an answer stands, as raw offsets into the original file.

    ``raw[raw_start:raw_end] == quote`` and ``raw[answer_start:answer_end] == answer_text``, where
    ``raw`` is the file's bytes decoded with ``encoding``.

    Attributes:
        article_id, title, source, published: the article.
        path, encoding: the file and how to decode it.
        quote: the whole sentence around the answer.
        answer_text: the answer as this article words it.
        confidence: of this very span, 0..1.
    """

    article_id: str
    path: str
    encoding: str
    title: str | None
    source: str | None
    published: date | None
    quote: str
    raw_start: int
    raw_end: int
    answer_text: str
    answer_start: int
    answer_end: int
    confidence: float


@dataclass(frozen=True, slots=True)
class Alternative:
    """Another, distinct answer to the same question.

    ``support`` counts the different articles that cite it.
    """

    text: str
    confidence: float
    support: int
    citations: tuple[Citation, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """The outcome of one question: an answer with citations, or a refusal with its reason.

    Attributes:
        question: as asked.
        standalone_question: as interpreted; equal to ``question`` outside a conversation.
        text: by ``kind``, the answer in the best citation's words; its ``parts``, joined with "; "; or
            the best citation's quote. None when refused.
        confidence: calibrated probability that the best citation's ``answer_text`` is right; when
            refused, that of the best span that was found (0 when there was none).
        support: different articles that cite the answer, all ``parts`` of it; of evidence, its very sentence.
        citations: best first; of a list, first one for each of its parts. Empty when refused.
        alternatives: other distinct answers, best first; when refused, what was not sure enough. Of
            evidence, other sentences.
        refusal: None, or why there is no answer.
        timings: seconds by stage ("interpret", "retrieve", "read", "answer", "total").
        kind: "span"; "list", several spans of one place; or "evidence": a sentence that speaks to a
            yes/no, why or how question and is not itself the answer. When refused, what was asked for.
        parts: the single answers of a list, in text order; otherwise empty.
    """

    question: str
    standalone_question: str
    text: str | None
    confidence: float
    support: int
    citations: tuple[Citation, ...]
    alternatives: tuple[Alternative, ...]
    refusal: RefusalReason | None
    timings: Mapping[str, float]
    kind: AnswerKind = "span"
    parts: tuple[str, ...] = ()

    @property
    def answered(self) -> bool:
        """Whether there is an answer."""
        return self.refusal is None

    @property
    def short_text(self) -> str | None:
        """``text`` as it fits into a sentence: parts with "and" between them; None for evidence."""
        if self.kind == "list" and self.parts:
            *front, last = self.parts
            return f"{', '.join(front)} and {last}" if front else last
        return None if self.kind == "evidence" else self.text

    def to_dict(self) -> dict[str, Any]:
        """The answer as JSON-ready values; dates become ISO strings."""
        plain = asdict(self, dict_factory=_json_ready)
        return {"answered": self.answered, **plain}


@dataclass(frozen=True, slots=True)
class Trace:
    """How an answer came about: what each stage handed on.

    Attributes:
        answer: what was said.
        read: the passages given to the reader, best first, neighbours joined.
        candidates: every distinct answer found in them, surest first, whatever its confidence.
        unread: passages that were left unread, since they could not change the answer (the setting ``stop_early``).
        query: what passages were retrieved for: the question as interpreted, a follow-up with what was said before.
    """

    answer: Answer
    read: tuple[RetrievedPassage, ...]
    candidates: tuple[Alternative, ...]
    unread: tuple[RetrievedPassage, ...] = ()
    query: str = ""


@dataclass(frozen=True, slots=True)
class Fingerprints:
    """What answers depend on besides the settings: names and hashes of models, digest of the index."""

    reader: str
    embedder: str
    index: str


@dataclass(frozen=True, slots=True)
class Turn:
    """One exchange of a conversation."""

    question: str
    standalone_question: str
    answer: Answer


@dataclass(frozen=True, slots=True)
class SkippedFile:
    """A file that an index run left out, and why."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class SyncReport:
    """What a sync did, in files, and what the index holds now.

    Attributes:
        new, changed, removed, unchanged: files, compared by content.
        skipped: files left out, with reasons; an earlier version of one stays indexed.
        articles, passages: what the index holds after the sync.
        embedded: passages embedded by this run.
        seconds: wall time.
    """

    new: int
    changed: int
    removed: int
    unchanged: int
    skipped: tuple[SkippedFile, ...]
    articles: int
    passages: int
    embedded: int
    seconds: float


@dataclass(frozen=True, slots=True)
class IndexState:
    """What an index holds.

    Attributes:
        store: its directory.
        generation: identifier of the generation that answers.
        articles, passages: counts.
        synced_at: UTC time of the last sync, ISO 8601.
        embedder: fingerprint of the embedder it was built with.
    """

    store: str
    generation: str
    articles: int
    passages: int
    synced_at: str
    embedder: str


def _json_ready(items: list[tuple[str, Any]]) -> dict[str, Any]:
    return {key: value.isoformat() if isinstance(value, date) else value for key, value in items}
