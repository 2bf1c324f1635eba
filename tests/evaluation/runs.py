"""Runs made by hand, to be compared."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from assistant.evaluation.comparison import Comparison, Difference
from assistant.evaluation.results import (
    AskedRow,
    CleaningRow,
    Evaluation,
    Kind,
    Provenance,
    ReadingRow,
    RewriteRow,
    Row,
)


def evaluation(kind: Kind, rows: Sequence[Row], **changes: Any) -> Evaluation[Any]:
    provenance = Provenance(
        kind=kind,
        date="2026-01-01T00:00:00+00:00",
        version="1",
        commit=None,
        code="c",
        data="set.jsonl",
        data_digest="d",
        limit=None,
        sample=None,
        reader="reader-a",
        embedder=None,
        index=None,
        machine={},
        libraries={},
    )
    settings = changes.pop("settings", {"min_confidence": 0.5})
    problems = changes.pop("problems", ())
    return Evaluation({}, settings, replace(provenance, **changes), tuple(rows), problems)


def read(name: str, f1: float | None, *, answered: bool = True, **changes: Any) -> ReadingRow:
    """An answerable question with that F1; None: an unanswerable one."""
    answerable = f1 is not None
    decided = (f1 if answered else 0.0) if answerable else 100.0 * (not answered)
    values: dict[str, Any] = {
        "id": name,
        "seconds": 1.0,
        "em": None if f1 is None else 100.0 * (f1 == 100),
        "f1": f1,
        "question": f"{name}?",
        "gold": ("gold",) if answerable else (),
        "answerable": answerable,
        "predicted": "text",
        "confidence": 0.7,
        "answered": answered,
        "em_at_threshold": 100.0 * (decided == 100),
        "f1_at_threshold": decided,
        "right": decided >= 50,
    }
    return ReadingRow(**{**values, **changes})


def asked(name: str, f1: float | None, rank: int | None, article_rank: int | None = None) -> AskedRow:
    base = read(name, f1)
    values = {field: getattr(base, field) for field in AskedRow.__dataclass_fields__ if hasattr(base, field)}
    return AskedRow(
        **values,
        standalone_question=base.question,
        follow_up=False,
        rank=rank,
        article_rank=article_rank,
        cited_article=None,
        supported=None,
        quotes_exact=0,
        quotes=0,
    )


def rewrite(
    name: str, added: int, predicted: int, common: int, *, em: float = 0.0, rank: int | None = None
) -> RewriteRow:
    return RewriteRow(
        id=name,
        seconds=1.0,
        em=em,
        f1=None,
        question="why?",
        gold=("why so?",),
        predicted="why so?",
        added=added,
        added_predicted=predicted,
        added_common=common,
        searched=rank is not None,
        rank=rank,
    )


def page(name: str, f1: float) -> CleaningRow:
    return CleaningRow(id=name, seconds=1.0, em=None, f1=f1, precision=f1 / 100, recall=f1 / 200, kept=10, gold_words=9)


def reading(f1s: Sequence[float | None], **changes: Any) -> Evaluation[Any]:
    return evaluation("reading", [read(f"q{place}", f1) for place, f1 in enumerate(f1s)], **changes)


def measured(comparison: Comparison, name: str) -> Difference:
    return next(difference for difference in comparison.differences if difference.measure == name)
