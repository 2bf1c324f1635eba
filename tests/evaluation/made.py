"""Evaluations made by hand, one of each kind, for what shows them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from assistant.evaluation.measures import answer_curves, answer_figures, stage_counts
from assistant.evaluation.results import (
    STAGES,
    AskedRow,
    CleaningRow,
    Evaluation,
    Excerpt,
    Kind,
    Problem,
    Provenance,
    ReadingRow,
    RewriteRow,
)

#: Ends a script, an attribute and a comment, loads a picture, steers a terminal, reorders a line, fills a template,
#: is no UTF-8.
HOSTILE = (
    "</script></style></title>--><img src='http://evil.example/x.png' onerror=\"document.title='owned'\">"
    "<script>document.title='owned'</script>\x1b]0;owned\x07\x1b[2J\u202eesrever\x00\ud800{{ 7 * 7 }}[red]{%"
)
Text = Callable[[str], str]


def provenance(kind: Kind, text: Text = str) -> Provenance:
    return Provenance(
        kind=kind,
        date="2026-11-05T10:00:00+00:00",
        version="0.1.0",
        commit="0123456789abcdef0123456789abcdef01234567",
        code="c" * 64,
        data=text("questions.jsonl"),
        data_digest="d" * 64,
        limit=None,
        sample=None,
        reader=text("reader/1"),
        embedder=text("embedder/1"),
        index=text("index/1"),
        machine={"system": text("Linux"), "cores": "2"},
        libraries={"numpy": text("2")},
    )


def _answer(place: int, text: Text) -> dict[str, Any]:
    """Row ``place``: the stages in turn, then one that is exactly right."""
    stages = [*STAGES, None]
    stage = stages[place % len(stages)]
    answerable = stage != "wrongly_answered"
    answered = stage not in ("not_ingested", "wrongly_refused")
    return {
        "id": text(f"q{place}"),
        "seconds": 0.01 + 0.001 * place,
        "em": None if not answerable else 100.0 * (stage is None),
        "f1": None if not answerable else 100.0 if stage is None else 66.6 * (stage == "wrongly_refused"),
        "question": text(f"Who leads delegation {place}?"),
        "gold": (text(f"Ada Marsh {place}"), text(f"Marsh {place}")) if answerable else (),
        "answerable": answerable,
        "predicted": text(f"Bea Holt {place}") if stage != "not_ingested" else None,
        "confidence": place % 10 / 10,
        "answered": answered,
        "em_at_threshold": 100.0 * (stage is None),
        "f1_at_threshold": 100.0 * (stage is None),
        "right": stage is None,
        "stage_lost": stage,
        "lost_because": text("another was surer") if stage else None,
        "quote": Excerpt(text(f"Then Bea Holt {place} spoke."), 5, 15, text("holt.txt")) if stage else None,
        "gold_excerpt": Excerpt(text(f"They sent Ada Marsh {place}."), 10, 20, text("marsh.txt")) if stage else None,
    }


def reading(count: int = 18, text: Text = str) -> Evaluation[ReadingRow]:
    rows = tuple(
        ReadingRow(**_answer(place, text), source=text(("wiki", "news")[place % 2]))  # type: ignore[arg-type]
        for place in range(count)
    )
    figures = {**answer_figures(rows, 0.5), f"f1[{text('wiki')}]": 50.0}
    return _evaluation("reading", rows, figures, text)


def asked(count: int = 18, text: Text = str, kind: Kind = "questions") -> Evaluation[AskedRow]:
    rows = tuple(
        AskedRow(
            **_answer(place, text),
            standalone_question=text(f"Who leads the delegation {place} now?"),
            follow_up=False,
            rank=(place % 9) + 1 if place % 2 else None,
            article_rank=(place % 9) + 1,
            cited_article=True,
            supported=False,
            quotes_exact=1,
            quotes=1,
            timings={"total": 0.01},
        )
        for place in range(count)
    )
    return _evaluation(kind, rows, {**answer_figures(rows, 0.5), "recall@5": 0.5, "quotes_exact": 1.0}, text)


def rewrites(text: Text = str) -> Evaluation[RewriteRow]:
    made = (
        # question, gold, predicted, added, added_predicted, added_common
        ("Who is he?", "Who is Holt?", "Who is Holt?", 1, 1, 1),
        ("Why?", "Why did Holt resign?", "Why?", 3, 0, 0),
        ("And where?", "And where is Ada Marsh?", "And where is Marsh?", 3, 2, 2),
        ("When?", "When was it?", "When was it in May?", 2, 4, 2),
        ("Who won?", "Who won?", "Who won May?", 0, 1, 0),
        ("Where now?", "Where is Holt now?", "Where now is Holt?", 2, 2, 2),
    )
    rows = tuple(
        RewriteRow(
            id=text(f"c{place}.2"),
            seconds=0.001,
            em=100.0 * (gold == predicted),
            f1=None,
            question=text(question),
            gold=(text(gold),),
            predicted=text(predicted),
            added=added,
            added_predicted=added_predicted,
            added_common=common,
            history=tuple(text(f"said {number}") for number in range(6)),
            searched=True,
            rank=2,
            rank_of_rewrite=1,
            rank_of_bare=None,
        )
        for place, (question, gold, predicted, added, added_predicted, common) in enumerate(made)
    )
    return _evaluation("conversation", rows, {"recall": 0.5, "recall@5": 1.0, "recall@5_rewrite": 1.0}, text)


def cleaned(text: Text = str) -> Evaluation[CleaningRow]:
    rows = tuple(
        CleaningRow(
            id=text(name),
            seconds=0.1,
            em=None,
            f1=f1,
            precision=precision,
            recall=recall,
            kept=100,
            gold_words=90,
            lost=text(f"body dropped of {name}") if recall < 1 else "",
            extra=text(f"clutter kept of {name}") if precision < 1 else "",
        )
        for name, f1, precision, recall in (
            ("good.txt", 97.0, 0.94, 1.0),
            ("bad.txt", 60.0, 0.9, 0.45),
            ("whole.txt", 100.0, 1.0, 1.0),
        )
    )
    return _evaluation("cleaning", rows, {"f1": 85.0, "precision": 0.9, "recall": 0.8}, text)


def every_kind(text: Text = str) -> dict[Kind, Evaluation[Any]]:
    return {
        "reading": reading(text=text),
        "open": asked(text=text, kind="open"),
        "questions": asked(text=text),
        "conversation": rewrites(text),
        "cleaning": cleaned(text),
    }


def problem(text: Text = str) -> Problem:
    return Problem(text("questions.jsonl:3"), text("q99"), text("The answer 'x' is not in its context. Correct it."))


def _evaluation(kind: Kind, rows: Any, figures: Mapping[str, float], text: Text) -> Evaluation[Any]:
    answers = kind in ("reading", "open", "questions")
    return Evaluation(
        figures=figures,
        settings={"reader": text("bundled"), "threads": 0, "min_confidence": None},
        provenance=provenance(kind, text),
        rows=rows,
        stages=stage_counts(rows) if answers else {},
        curves=answer_curves(rows) if answers else answer_curves(()),
    )
