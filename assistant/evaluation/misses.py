"""What went wrong, row by row, in one form for the terminal and the report, whatever was evaluated."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import singledispatch
from typing import Any

from assistant.evaluation.figures import counted
from assistant.evaluation.results import (
    STAGES,
    AnswerRow,
    AskedRow,
    CleaningRow,
    Evaluation,
    Excerpt,
    Kind,
    ReadingRow,
    RewriteRow,
    Row,
)
from assistant.evaluation.scores import added_words

#: How a rewrite can miss.
_REWRITE_LOSSES: Mapping[str, str] = {
    "left_as_it_was": "words were needed, none was added",
    "words_missing": "words were added, but not all that were needed",
    "words_too_many": "all words that were needed, and others",
    "needlessly_changed": "nothing was needed, yet words were added",
    "put_differently": "the same words, in another order or form",
}
#: How a page can come out of cleaning.
_CLEANING_LOSSES: Mapping[str, str] = {
    "text_lost": "more of the body was dropped than clutter was kept",
    "clutter_kept": "more clutter was kept than body was dropped",
}
_LOSSES: Mapping[Kind, Mapping[str, str]] = {"conversation": _REWRITE_LOSSES, "cleaning": _CLEANING_LOSSES}
#: Earlier exchanges are long; the last ones matter.
_HISTORY_SHOWN = 4
_SOURCE = "Source"
#: Between the spans of a set.
_SET = " | "


@dataclass(frozen=True, slots=True)
class Miss:
    """One row that is not exactly right.

    Attributes:
        id: of the question or file.
        question: what was asked; "" for a file.
        loss: what lost it, a key of ``losses``.
        because: what happened there, in words.
        predicted: what came out; None when there was nothing.
        verdict: what became of ``predicted``: "answered", "refused", "interpreted"; "" for a file.
        gold: what should have come out, without repetitions, a set of spans as one; () where a refusal should have.
        confidence: of ``predicted``, 0..1; None where there is none.
        quote, gold_excerpt: ``predicted`` and a gold answer where they stand.
        notes: further facts, each with its name.
    """

    id: str
    question: str
    loss: str
    because: str | None
    predicted: str | None
    verdict: str
    gold: tuple[str, ...]
    confidence: float | None = None
    quote: Excerpt | None = None
    gold_excerpt: Excerpt | None = None
    notes: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Loss:
    """One way of going wrong, and how often it happened."""

    key: str
    meaning: str
    count: int

    @property
    def label(self) -> str:
        """The key in words."""
        return self.key.replace("_", " ")


def misses(evaluation: Evaluation[Any]) -> list[Miss]:
    """Every row that is not exactly right: questions in the data's order, files worst first."""
    rows: Sequence[Row] = evaluation.rows
    if evaluation.provenance.kind == "cleaning":
        rows = sorted(rows, key=lambda row: row.f1 or 0.0)
    found = [miss for row in rows if (miss := _miss(row)) is not None]
    if len({row.source for row in rows if isinstance(row, ReadingRow)}) < 2:
        found = [replace(miss, notes=tuple(note for note in miss.notes if note[0] != _SOURCE)) for miss in found]
    return found


def losses(evaluation: Evaluation[Any], found: Sequence[Miss]) -> list[Loss]:
    """How often each way of going wrong occurs among ``found``, in the pipeline's order; zeros included."""
    kind = evaluation.provenance.kind
    known = _LOSSES.get(kind) or {str(stage): meaning for stage, meaning in STAGES.items()}
    counts = Counter(miss.loss for miss in found)
    return [Loss(key, meaning, counts[key]) for key, meaning in known.items()]


@singledispatch
def _miss(row: Row) -> Miss | None:
    """What the row shows when it is not exactly right."""
    raise TypeError(f"No view of {type(row).__name__}.")


@_miss.register
def _missed_answer(row: AnswerRow) -> Miss | None:
    if row.stage_lost is None:
        return None
    spans = row.predicted_spans if isinstance(row, ReadingRow) else ()
    return Miss(
        id=row.id,
        question=row.question,
        loss=row.stage_lost,
        because=row.lost_because,
        predicted=_SET.join(spans) or row.predicted,
        verdict="answered" if row.answered else "refused",
        gold=(_SET.join(row.gold),) if row.multi_span and row.gold else tuple(dict.fromkeys(row.gold)),
        confidence=row.confidence if row.predicted is not None else None,
        quote=row.quote,
        gold_excerpt=row.gold_excerpt,
        notes=tuple(_answer_notes(row)),
    )


def _answer_notes(row: AnswerRow) -> Iterator[tuple[str, str]]:
    if isinstance(row, AskedRow) and row.standalone_question != row.question:
        yield "Interpreted as", row.standalone_question
    if row.answerable and not row.gold:
        yield "Gold", "an article alone, no text" if row.f1 is None else "a location in a file that is not indexed"
    if row.multi_span and row.answerable:
        found = len(row.predicted_spans) if isinstance(row, ReadingRow) else int(row.predicted is not None)
        yield "Scored as a set", f"{counted(len(row.gold), 'span')} wanted, {counted(found, 'span')} found"
    if isinstance(row, AskedRow) and row.answerable:
        yield "First passage with the answer", _ranked(row.rank)
        yield "First passage of the article", _ranked(row.article_rank)
    if isinstance(row, ReadingRow) and row.source:
        yield _SOURCE, row.source


@_miss.register
def _missed_rewrite(row: RewriteRow) -> Miss | None:
    if row.em is None or row.em >= 100:
        return None
    return Miss(
        id=row.id,
        question=row.question,
        loss=_rewrite_loss(row),
        because=None,
        predicted=row.predicted,
        verdict="interpreted",
        gold=row.gold,
        notes=tuple(_rewrite_notes(row)),
    )


def _rewrite_loss(row: RewriteRow) -> str:
    if row.added_common == row.added == row.added_predicted:
        return "put_differently"
    if row.added == 0:
        return "needlessly_changed"
    if row.added_predicted == 0:
        return "left_as_it_was"
    return "words_missing" if row.added_common < row.added else "words_too_many"


def _rewrite_notes(row: RewriteRow) -> Iterator[tuple[str, str]]:
    said, earlier = row.history[-_HISTORY_SHOWN:], len(row.history) - _HISTORY_SHOWN
    if said:
        yield "Said before", " / ".join((f"… ({earlier} earlier)", *said) if earlier > 0 else said)
    wanted = added_words(row.gold[0] if row.gold else "", row.question)
    got = added_words(row.predicted, row.question)
    if missing := wanted - got:
        yield "Words missing", " ".join(missing.elements())
    if surplus := got - wanted:
        yield "Words too many", " ".join(surplus.elements())
    if row.searched:
        ways = (
            ("as interpreted", row.rank),
            ("as rewritten", row.rank_of_rewrite),
            ("as asked", row.rank_of_bare),
        )
        yield "First passage with the answer", ", ".join(f"{_ranked(rank)} {way}" for way, rank in ways)


@_miss.register
def _missed_page(row: CleaningRow) -> Miss | None:
    if row.f1 is None or row.f1 >= 100:
        return None
    return Miss(
        id=row.id,
        question="",
        loss="text_lost" if row.recall < row.precision else "clutter_kept",
        because=None,
        predicted=row.extra or None,
        verdict="",
        gold=(row.lost,) if row.lost else (),
        notes=(
            ("F1", f"{row.f1:.2f}"),
            ("Precision", f"{row.precision:.3f}"),
            ("Recall", f"{row.recall:.3f}"),
            ("Words kept", f"{row.kept:,}"),
            ("Words of the body", f"{row.gold_words:,}"),
        ),
    )


def _ranked(rank: int | None) -> str:
    return f"rank {rank}" if rank is not None else "not found"
