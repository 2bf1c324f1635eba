"""What an evaluation gives: figures, one row a question, and what they were made with.

EM and F1 are percentages (0..100), wherever they stand; every other share is 0..1. "At the threshold"
means with the assistant's own decision to answer or to refuse; without these words the surest answer
counts, however unsure. A question with gold answers is answerable; one without is answered right by a
refusal.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, Literal, TypeVar

from assistant.datasets.lines import Problem
from assistant.errors import DatasetError

if TYPE_CHECKING:
    from pydantic import TypeAdapter

Kind = Literal["reading", "open", "questions", "conversation", "cleaning"]

Stage = Literal[
    "not_ingested",
    "cleaned_away",
    "not_in_passage",
    "not_retrieved",
    "out_scored",
    "wrong_boundaries",
    "wrongly_refused",
    "wrongly_answered",
]

#: What each stage means, in the order of the pipeline.
STAGES: Mapping[Stage, str] = {
    "not_ingested": "no indexed file holds the answer",
    "cleaned_away": "cleaning dropped the block with the answer",
    "not_in_passage": "no single passage holds the whole answer",
    "not_retrieved": "no passage with the answer was given to the reader",
    "out_scored": "the answer was read, but another span was surer",
    "wrong_boundaries": "the right place, but not exactly the gold words",
    "wrongly_refused": "the surest span was right, but not sure enough",
    "wrongly_answered": "there is no answer, yet one was given",
}

#: From this F1 (percent) with a gold answer on, an answer counts as right: "Kanasugi" for "Kenji Kanasugi".
RIGHT_F1 = 50.0


@dataclass(frozen=True, slots=True)
class Excerpt:
    """Text with one stretch of it marked: ``text[start:end]``; ``where`` names the article or file."""

    text: str
    start: int
    end: int
    where: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What every evaluation says of one question (or file).

    Attributes:
        id: as in the data; turns are ``"<conversation>.<number>"``.
        seconds: what it took.
        em, f1: of the surest answer, percent; None where there is nothing to compare with.
    """

    id: str
    seconds: float
    em: float | None
    f1: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerRow(Row):
    """A question that was read or asked.

    Attributes:
        question: as in the data.
        gold: texts of the gold answers; may be empty for an answerable question whose gold is only a file.
        answerable: whether there is a gold answer.
        predicted: the surest answer, given or not; None when nothing at all was found. Of evidence it is the
            reader's span, of a list its parts joined with "; ".
        confidence: of ``predicted``, 0..1; 0 when nothing was found.
        answered: whether it was given, at the shipped threshold.
        multi_span: whether the gold answers together are the answer; the scores are then of a set of spans, of
            which ``predicted`` and ``confidence`` are only the surest.
        em_at_threshold, f1_at_threshold: percent; 100 for a right refusal, 0 for a wrong one.
        right: whether the outcome at the threshold is right: F1 at least ``RIGHT_F1``, or a right refusal.
        stage_lost: the first stage that lost it, unless the outcome is exactly right. An outcome may be right
            by its F1 and yet "out_scored": "Ming dynasty" for "Song dynasty", from another place.
        lost_because: what happened there, in words.
        quote: the sentence that was cited for ``predicted``, it marked.
        gold_excerpt: the text around a gold answer, it marked.
    """

    question: str
    gold: tuple[str, ...]
    answerable: bool
    predicted: str | None
    confidence: float
    answered: bool
    em_at_threshold: float | None
    f1_at_threshold: float | None
    right: bool | None
    multi_span: bool = False
    stage_lost: Stage | None = None
    lost_because: str | None = None
    quote: Excerpt | None = None
    gold_excerpt: Excerpt | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingRow(AnswerRow):
    """A question read in its own context.

    ``predicted_spans``: for questions whose gold is a set of spans, the set that ``em`` and ``f1`` are of;
    empty otherwise. ``source``: the data's own label, "" when it has none.
    """

    predicted_spans: tuple[str, ...] = ()
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedRow(AnswerRow):
    """A question asked over an index.

    Attributes:
        standalone_question: as interpreted.
        follow_up: whether earlier turns came before it.
        rank: of the first retrieved passage that holds a gold answer, from 1; None when not among
            those looked at, or unanswerable.
        article_rank: of the first retrieved passage of an article with a gold answer; None likewise.
        cited_article: whether the first citation is of an article with a gold answer; None when not
            answered or unanswerable.
        supported: whether the citation supports the answer: the answer has an F1 of at least ``RIGHT_F1`` (where
            it can be compared), and a cited quote holds a gold answer at its own location (or, for gold given as
            text, that text); None when not answered or unanswerable.
        quotes_exact, quotes: citations (of the answer and its alternatives) whose offsets slice the file on
            disk to the quote, and all citations.
        timings: seconds by stage.
    """

    standalone_question: str
    follow_up: bool
    rank: int | None
    article_rank: int | None
    cited_article: bool | None
    supported: bool | None
    quotes_exact: int
    quotes: int
    timings: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class RewriteRow(Row):
    """A follow-up question that was made complete.

    Attributes:
        question: the bare follow-up.
        gold: the human rewrite, alone in a tuple.
        predicted: the question as interpreted.
        added: words (normalised, with repetition) that the human rewrite adds to the bare question.
        added_predicted: words that the interpretation adds.
        added_common: words in both.
        history: what was said before, oldest first.
        rank, rank_of_rewrite, rank_of_bare: of the first retrieved passage that holds a gold answer,
            asked as interpreted, as the human rewrote it, and bare; None when not among those looked at,
            or when there is no index or no gold answer (``searched`` is False then).
    """

    question: str
    gold: tuple[str, ...]
    predicted: str
    added: int
    added_predicted: int
    added_common: int
    history: tuple[str, ...] = ()
    searched: bool = False
    rank: int | None = None
    rank_of_rewrite: int | None = None
    rank_of_bare: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CleaningRow(Row):
    """A page that was cleaned.

    Attributes:
        precision, recall: of its words, 0..1 (``f1`` is percent, ``em`` None).
        kept, gold_words: words of the cleaned text and of the gold body.
        lost: the longest stretch of the gold body that was dropped, and
        extra: the longest stretch of clutter that was kept; for the report.
    """

    precision: float
    recall: float
    kept: int
    gold_words: int
    lost: str = ""
    extra: str = ""


@dataclass(frozen=True, slots=True)
class ReliabilityBin:
    """Answers whose confidence lies in ``[low, high)``: how many, how sure and how often right, 0..1."""

    low: float
    high: float
    count: int
    confidence: float
    accuracy: float


@dataclass(frozen=True, slots=True)
class RiskCoveragePoint:
    """Answering only the surest ``coverage`` of all questions, from ``threshold`` on, errs ``risk`` often; 0..1."""

    coverage: float
    risk: float
    threshold: float


@dataclass(frozen=True, slots=True)
class Curves:
    """What the plots show; empty where an evaluation has no confidences."""

    reliability: tuple[ReliabilityBin, ...] = ()
    risk_coverage: tuple[RiskCoveragePoint, ...] = ()


@dataclass(frozen=True, slots=True)
class Provenance:
    """What makes a run repeatable.

    Attributes:
        kind: which evaluation.
        date: UTC, ISO 8601.
        version: of this package; ``commit`` of its checkout ("…+changes" when edited since), None outside one;
            ``code``: SHA-256 over its source files.
        data: the file's or folder's name; ``data_digest``: SHA-256 over its content.
        limit, sample: as asked for.
        reader, embedder, index: fingerprints; None where a run does not use them.
        machine: system, processor, cores, Python.
        libraries: versions that scores may depend on.
    """

    kind: Kind
    date: str
    version: str
    commit: str | None
    code: str
    data: str
    data_digest: str
    limit: int | None
    sample: int | None
    reader: str | None
    embedder: str | None
    index: str | None
    machine: Mapping[str, str]
    libraries: Mapping[str, str]


R_co = TypeVar("R_co", bound=Row, covariant=True)


@dataclass(frozen=True, slots=True)
class Evaluation(Generic[R_co]):
    """The outcome of a run.

    Attributes:
        figures: name to number; see the module's docstring for units, and README for each name.
        settings: every setting, JSON-ready.
        provenance: see there.
        rows: one a question, in the data's order.
        problems: what could not be scored; figures are over the rows alone.
        stages: for each stage, in the pipeline's order, how many questions it lost.
        curves: for the plots.
    """

    figures: Mapping[str, float]
    settings: Mapping[str, Any]
    provenance: Provenance
    rows: tuple[R_co, ...]
    problems: tuple[Problem, ...] = ()
    stages: Mapping[Stage, int] = field(default_factory=dict)
    curves: Curves = field(default_factory=Curves)

    @property
    def complete(self) -> bool:
        """Whether everything in the data (or in the sample asked for) was scored."""
        return not self.problems

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready: ``complete`` and the attributes under their names."""
        return {"complete": self.complete, **_adapter(self.provenance.kind).dump_python(self, mode="json")}


_ROWS: Mapping[Kind, type[Row]] = {
    "reading": ReadingRow,
    "open": AskedRow,
    "questions": AskedRow,
    "conversation": RewriteRow,
    "cleaning": CleaningRow,
}


def load_evaluation(path: str | Path) -> Evaluation[Row]:
    """The evaluation that ``--json`` wrote to ``path``; DatasetError when it is none."""
    from pydantic import ValidationError

    try:
        stored = json.loads(Path(path).read_text(encoding="utf-8"))
        stored.pop("complete", None)
        return _adapter(stored["provenance"]["kind"]).validate_python(stored)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError, ValidationError) as error:
        raise DatasetError(
            f"{path} is not an evaluation: {str(error).splitlines()[0]}.", "Give a file that --json wrote."
        ) from error


def _adapter(kind: Kind) -> TypeAdapter[Evaluation[Any]]:
    """Reads and writes evaluations with the rows of that kind."""
    from pydantic import TypeAdapter

    generic: Any = Evaluation
    return TypeAdapter(generic[_ROWS[kind]])
