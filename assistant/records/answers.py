"""Records of answering: what is retrieved and read, answers with their citations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Literal

from assistant.records.articles import ArticleFilter, OtherSource, Passage, location_of

RefusalReason = Literal["no_passages", "not_in_articles", "low_confidence"]
AnswerKind = Literal["span", "list", "evidence"]


@dataclass(frozen=True, slots=True)
class RetrievedPassage:
    """A passage that retrieval proposes for a query (neighbours may have been merged into one).

    Attributes:
        passage: the slice to read.
        retrieval_score: fused reciprocal-rank score; higher is better, comparable within one query.
        similarity: cosine of the query's and the passage's vectors, -1..1.
        dense_rank, lexical_rank: best 1-based rank in either list; None when absent from it.
        title, source, published, language: the article's metadata.
    """

    passage: Passage
    retrieval_score: float
    similarity: float
    dense_rank: int | None
    lexical_rank: int | None
    title: str | None
    source: str | None
    published: date | None
    language: str | None = None


@dataclass(frozen=True, slots=True)
class AnswerSpan:
    """A reader's candidate: ``texts[index][start:end] == text``.

    Attributes:
        text: the span's characters.
        index: which of the texts given to the reader holds it.
        start, end: offsets into that text.
        span_score: start logit plus end logit.
        null_score: the same sum at the no-answer position of the same window.

    How sure an answer is depends on more than its span: see ``Answer.confidence``.
    """

    text: str
    index: int
    start: int
    end: int
    span_score: float
    null_score: float

    @property
    def margin(self) -> float:
        """How far the span beats "no answer", in logits; comparable across texts."""
        return self.span_score - self.null_score


@dataclass(frozen=True, slots=True)
class Citation:
    """Where an answer stands, as raw offsets into the original file.

    ``raw[raw_start:raw_end] == quote`` and ``raw[answer_start:answer_end] == answer_text``, where ``raw`` is
    ``Assistant.article(article_id).raw_text``: the file's bytes decoded with ``encoding``, or, without one, the text
    extracted from the file (a web page, a record, a document).

    Attributes:
        article_id, title, source, published, language: the article.
        path, encoding: the file (or the address it was fetched from), and how to decode it.
        fragment: where in the file (``RawArticle.fragment``).
        url: the article's own address, if it is known.
        quote: the whole sentence around the answer.
        answer_text: the answer as this article words it.
        confidence: of this very span, 0..1.
        cluster, contained: whose story the article tells (``Article.cluster``, ``Article.contained``).
        also_in, other_source_count: where else the story was published (see ``Article``). It is the same story there;
            this very sentence may have been cut or changed.
    """

    article_id: str
    path: str
    encoding: str | None
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
    fragment: str = ""
    url: str | None = None
    cluster: str = ""
    contained: frozenset[str] = frozenset()
    language: str | None = None
    also_in: tuple[OtherSource, ...] = ()
    other_source_count: int = 0

    @property
    def location(self) -> str:
        """Path and fragment in one (``location_of``)."""
        return location_of(self.path, self.fragment)


@dataclass(frozen=True, slots=True)
class Alternative:
    """Another, distinct answer to the same question.

    ``support`` counts the stories that say so: copies of one, and a round-up of stories, count once.
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
        """The answer as JSON-ready values; dates become ISO strings, sets sorted lists."""
        plain = asdict(self, dict_factory=_json_ready)
        return {"answered": self.answered, **plain}


@dataclass(frozen=True, slots=True)
class Query:
    """What is asked, as every stage needs it.

    Attributes:
        asked: the user's words.
        standalone: the question made complete from earlier turns; what the reader gets.
        search_text: what passages are retrieved for: the standalone question, a follow-up with the last exchange in
            front.
        where: which articles may answer.
    """

    asked: str
    standalone: str
    search_text: str
    where: ArticleFilter

    @classmethod
    def of(cls, question: str, where: ArticleFilter) -> Query:
        """A question that stands on its own."""
        return cls(question, question, question, where)


@dataclass(frozen=True, slots=True)
class Trace:
    """How an answer came about: what each stage handed on.

    Attributes:
        answer: what was said.
        read: the passages given to the reader, best first, neighbours joined.
        candidates: every distinct answer found in them, surest first, whatever its confidence.
        query: what was asked; None for a trace that was not made by an ``Assistant``.
    """

    answer: Answer
    read: tuple[RetrievedPassage, ...]
    candidates: tuple[Alternative, ...]
    query: Query | None = None


@dataclass(frozen=True, slots=True)
class Turn:
    """One exchange of a conversation."""

    question: str
    standalone_question: str
    answer: Answer


def _json_ready(items: list[tuple[str, Any]]) -> dict[str, Any]:
    return {key: _plain(value) for key, value in items}


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    return sorted(value) if isinstance(value, frozenset) else value
