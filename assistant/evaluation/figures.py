"""What every figure is called in words, its unit, and what it means: one table for terminal, report and README."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Literal

from assistant.evaluation.results import RIGHT_F1, Kind

#: percent: 0..100; share: 0..1 (a share of questions, or a measure on that scale); rate: a second.
Unit = Literal["percent", "share", "count", "seconds", "rate"]


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure, or a family of them.

    Attributes:
        name: as in the JSON; ``@k`` stands for any cutoff, ``[source]`` for any of the data's labels.
        label: its name in words; ``{k}`` and ``{source}`` as in the name.
        unit: see ``Unit``.
        meaning: one line, without a full stop.
        group: the heading it is shown under.
        kinds: evaluations it belongs to, where the same name means something else in others; () for all.
    """

    name: str
    label: str
    unit: Unit
    meaning: str
    group: str
    kinds: tuple[Kind, ...] = ()


_RIGHT = f"F1 of at least {RIGHT_F1:.0f} % with a gold answer"
_ANSWERS: tuple[Kind, ...] = ("reading", "open", "questions")


def _group(group: str, *figures: tuple[str, str, Unit, str], kinds: tuple[Kind, ...] = ()) -> tuple[Figure, ...]:
    return tuple(Figure(*figure, group, kinds) for figure in figures)


#: All figures, in the order they are shown.
FIGURES: tuple[Figure, ...] = (
    *_group(
        "Surest answer, however unsure",
        ("em", "Exact match", "percent", "answerable questions whose surest answer is a gold answer, by SQuAD's rules"),
        ("f1", "F1", "percent", "words shared by the surest answer and the nearest gold answer, answerable questions"),
        kinds=_ANSWERS,
    ),
    *_group(
        "Rewritten questions",
        ("em", "Exact match", "percent", "questions made complete in the very words of the human rewrite"),
        ("recall", "Added words found", "share", "of the words that the human rewrite adds, those that were added"),
        ("precision", "Added words right", "share", "of all words added, needless ones too, those that a human adds"),
        ("added_f1", "F1 of added words", "percent", "harmonic mean of the two above"),
        ("unchanged_right", "Rightly left alone", "share", "of the questions that need no words, those left alone"),
        kinds=("conversation",),
    ),
    *_group(
        "Cleaned text",
        ("f1", "F1", "percent", "of the words kept against those of the gold body, mean over files"),
        ("precision", "Precision", "share", "of the words kept, those of the gold body, mean over files"),
        ("recall", "Recall", "share", "of the gold body's words, those kept, mean over files"),
        ("micro_f1", "F1, all words together", "percent", "the same over all files at once: long files weigh more"),
        ("micro_precision", "Precision, all words together", "share", "of all words kept, those of gold bodies"),
        ("micro_recall", "Recall, all words together", "share", "of all words of gold bodies, those kept"),
        kinds=("cleaning",),
    ),
    *_group(
        "Had the HTML been saved as text",
        (
            "f1_as_text",
            "F1 of pages saved as text",
            "percent",
            "what cleaning their visible text scores, mean over files",
        ),
        ("precision_as_text", "Precision of them", "share", "of the words kept, those of the body, mean over files"),
        ("recall_as_text", "Recall of them", "share", "of the body's words, those kept, mean over files"),
        kinds=("cleaning",),
    ),
    *_group(
        "Had nothing been cleaned",
        ("f1_raw", "F1 of the raw text", "percent", "what keeping everything scores, mean over files"),
        ("precision_raw", "Precision of the raw text", "share", "of all words, those of the body, mean over files"),
        ("recall_raw", "Recall of the raw text", "share", "of the body's words, those in the text, mean over files"),
        kinds=("cleaning",),
    ),
    *_group(
        "At the shipped threshold",
        ("em_at_threshold", "Exact match at the threshold", "percent", "all questions; a right refusal counts 100"),
        ("f1_at_threshold", "F1 at the threshold", "percent", "all questions; a right refusal counts 100"),
        ("em_answerable_at_threshold", "Exact match there, answerable", "percent", "of these; a refusal counts 0"),
        ("f1_answerable_at_threshold", "F1 there, answerable", "percent", "of these; a refusal counts 0"),
        ("answered_right", "Answered right", "share", f"of the answerable questions, those answered with {_RIGHT}"),
        ("refused_right", "Refused right", "share", "of the unanswerable questions, those refused"),
        ("answered", "Answered", "share", "of all questions, those that got an answer"),
        ("threshold", "Shipped threshold", "share", "from this confidence on, an answer is given"),
    ),
    *_group(
        "In conversations",
        ("answered_right_first", "Answered right, first turns", "share", "of the answerable first turns"),
        ("answered_right_follow_ups", "Answered right, follow-ups", "share", "of the answerable follow-up questions"),
    ),
    *_group(
        "Confidence",
        ("auroc", "AUROC", "share", "how well confidence tells answerable from unanswerable; 0.5 is guessing"),
        ("ece", "Calibration error (ECE)", "share", "mean gap between confidence and how often it is right; 0 is best"),
        ("aurc", "Area under risk-coverage", "share", "mean share of wrong answers over all coverages; 0 is best"),
        ("best_threshold", "Best threshold", "share", "the threshold with the best F1 on these very questions"),
        ("em_at_best_threshold", "Exact match at the best", "percent", "all questions, at that threshold"),
        ("f1_at_best_threshold", "F1 at the best", "percent", "all questions, at that threshold; an upper bound"),
    ),
    *_group(
        "Retrieval",
        ("recall@k", "Right paragraph in the top {k}", "share", "of the answerable questions"),
        ("mrr", "Reciprocal rank of the right paragraph", "share", "mean of 1/rank over the answerable questions"),
        ("passage_recall@k", "Passage with the answer in the top {k}", "share", "one that holds the whole answer"),
        ("passage_mrr", "Reciprocal rank of that passage", "share", "mean of 1/rank of the first such passage"),
        kinds=("open",),
    ),
    *_group(
        "Retrieval",
        ("recall@k", "Passage with the answer in the top {k}", "share", "of the questions whose answer has a place"),
        ("mrr", "Reciprocal rank of the answer", "share", "mean of 1/rank of the first passage that holds the answer"),
        ("article_recall@k", "Right article in the top {k}", "share", "a passage of an article with the answer"),
        ("article_mrr", "Reciprocal rank of the article", "share", "mean of 1/rank of its first passage"),
        kinds=("questions",),
    ),
    *_group(
        "Retrieval",
        ("recall@k", "As interpreted: answer in the top {k}", "share", "passages found by the interpreted question"),
        ("mrr", "As interpreted: reciprocal rank", "share", "mean of 1/rank of the first passage with the answer"),
        ("recall@k_rewrite", "Human rewrite: answer in the top {k}", "share", "found by the human rewrite"),
        ("mrr_rewrite", "Human rewrite: reciprocal rank", "share", "likewise"),
        ("recall@k_bare", "Bare question: answer in the top {k}", "share", "found by the question as it was asked"),
        ("mrr_bare", "Bare question: reciprocal rank", "share", "likewise"),
        kinds=("conversation",),
    ),
    *_group(
        "Citations",
        ("cited_article", "Right article cited first", "share", "of the answered answerable questions"),
        ("supported", "Citation supports the answer", "share", "of the same; right, and a quote holds the gold answer"),
        ("quotes_exact", "Exact quotes", "share", "citations whose offsets slice the file to the very quote"),
        ("quotes", "Citations checked", "count", "of answers and of their alternatives"),
    ),
    *_group(
        "By source",
        ("em[source]", "Exact match, {source}", "percent", "surest answers to that source's answerable questions"),
        ("f1[source]", "F1, {source}", "percent", "surest answers to that source's answerable questions"),
    ),
    *_group(
        "Questions and speed",
        ("questions", "Questions", "count", "scored"),
        ("answerable", "Answerable", "count", "with a gold answer"),
        ("unanswerable", "Unanswerable", "count", "to be refused"),
        ("files", "Files", "count", "scored"),
        ("questions_per_second", "Questions a second", "rate", "one after another, loading not counted"),
        ("pages_per_second", "Pages a second", "rate", "one after another, reading the files not counted"),
        ("seconds_p50", "Median time", "seconds", "half of the questions took no longer"),
        ("seconds_p95", "95th percentile of time", "seconds", "19 of 20 questions took no longer"),
    ),
)


def describe(name: str, kind: Kind) -> Figure:
    """The entry for one figure, its label filled in; a figure that is not in the table describes itself by its name."""
    for figure in FIGURES:
        matched = _pattern(figure.name).fullmatch(name)
        if matched and (not figure.kinds or kind in figure.kinds):
            return replace(figure, name=name, label=figure.label.format(**matched.groupdict()))
    return Figure(name, name, "share", "", "Others")


def grouped(figures: Mapping[str, float], kind: Kind) -> Mapping[str, tuple[tuple[Figure, float], ...]]:
    """The figures with their values under their headings, all in the order of ``FIGURES``; cutoffs ascend."""
    groups: dict[str, list[tuple[Figure, float]]] = {}
    for figure in _ordered((describe(name, kind) for name in figures), kind):
        groups.setdefault(figure.group, []).append((figure, figures[figure.name]))
    return {heading: tuple(entries) for heading, entries in groups.items()}


def shown(value: float, unit: Unit) -> str:
    """A value as people read it: "83.21", "0.812", "1,234", "24.3 ms", "41.7 /s"; a dash for what is no number."""
    if value != value:
        return "–"
    if unit == "percent":
        return f"{value:.2f}"
    if unit == "count":
        return f"{value:,.0f}"
    if unit == "rate":
        return f"{value:,.1f} /s"
    if unit == "seconds":
        return f"{value * 1000:,.1f} ms" if value < 1 else f"{value:,.2f} s"
    return f"{value:.3f}"


def counted(count: int, noun: str) -> str:
    """A count with its noun: "1 question", "2,013 questions"."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def _ordered(figures: Iterable[Figure], kind: Kind) -> Iterator[Figure]:
    names = [figure.name for figure in FIGURES if not figure.kinds or kind in figure.kinds]

    def place(figure: Figure) -> tuple[int, int, str]:
        matches = (number for number, name in enumerate(names) if _pattern(name).fullmatch(figure.name))
        cutoff = re.search(r"@(\d{1,9})", figure.name)
        return next(matches, len(names)), int(cutoff[1]) if cutoff else 0, figure.name

    return iter(sorted(figures, key=place))


@cache
def _pattern(name: str) -> re.Pattern[str]:
    """Matches the names that a table's name stands for."""
    pattern = re.escape(name).replace("@k", r"@(?P<k>\d+)").replace(r"\[source\]", r"\[(?P<source>.*)\]")
    return re.compile(pattern, re.DOTALL)
