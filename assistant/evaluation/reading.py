"""The reader alone: each question is read in its own context, and every miss explained."""

from __future__ import annotations

import math
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import NamedTuple

from assistant.articles import sentence_spans
from assistant.datasets.reading import GoldSpan, ReadingQuestion, load_reading
from assistant.evaluation.measures import answer_figures, known_mean
from assistant.evaluation.provenance import provenance
from assistant.evaluation.results import RIGHT_F1, Evaluation, Excerpt, ReadingRow, Stage
from assistant.evaluation.run import EVERYTHING, RunOptions, evaluate
from assistant.evaluation.scores import exact_match, nearest_wording, set_exact_match, set_f1, token_f1
from assistant.reading.opening import open_reader
from assistant.reading.parts import parts
from assistant.reading.reader import Reader
from assistant.records import AnswerSpan
from assistant.settings import Settings, load_settings

#: Sentences shown on either side of the one with a gold answer.
_SENTENCES_AROUND = 1
#: Characters shown on either side of what is marked; a text without full stops is one sentence.
_LONGEST_BESIDE = 500


def evaluate_reading(
    data: str | Path,
    *,
    settings: Settings | None = None,
    options: RunOptions = EVERYTHING,
    reader: Reader | None = None,
) -> Evaluation[ReadingRow]:
    """Read every question of ``data`` (SQuAD-format JSON or uniform JSONL) in its own context.

    A question whose gold is a set of spans is answered with the parts of the surest span's list, as a question for
    several things is (``assistant.reading.parts``), and scored as a set. They are given when the surest span is sure
    enough.

    Args:
        data: the file; see ``assistant.datasets.reading.load_reading``.
        settings: which reader, and from which confidence it answers; default: ``load_settings()``.
        options: which part of the data, progress, journal.
        reader: in place of the settings' own (the seam for fakes).

    Raises DatasetError when nothing in ``data`` is usable, ModelError or SettingsError.
    """
    data = Path(data)
    chosen = settings or load_settings()
    loaded = load_reading(data).chosen(options)
    scoring = _Scoring(reader or open_reader(chosen), chosen)
    origin = provenance("reading", data, limit=options.limit, sample=options.sample, reader=scoring.reader.fingerprint)
    return evaluate(
        loaded.items,
        scoring.rows,
        ReadingRow,
        lambda rows: {**answer_figures(rows, scoring.threshold), **_by_source(rows)},
        problems=loaded.problems,
        provenance=origin,
        settings=chosen,
        options=options,
    )


class _Outcome(NamedTuple):
    """A question, its spans best first, and what of them counts as the answer.

    ``given`` at the threshold, whatever counts however unsure as ``forced``.
    """

    question: ReadingQuestion
    spans: Sequence[AnswerSpan]
    given: Sequence[AnswerSpan]
    forced: Sequence[AnswerSpan]


@dataclass(frozen=True, slots=True)
class _Scoring:
    """Makes rows with one reader."""

    reader: Reader
    settings: Settings

    @property
    def threshold(self) -> float:
        """The confidence from which answers are given."""
        if self.settings.min_confidence is not None:
            return self.settings.min_confidence
        return confidence_of(0.0)

    def rows(self, question: ReadingQuestion) -> tuple[ReadingRow]:
        """The one row of a question. Raises QuestionError when it is too long for the model."""
        began = time.perf_counter()
        spans = self.reader.read(
            question.question, [question.context], max_answer_tokens=self.settings.max_answer_tokens
        )
        seconds = time.perf_counter() - began
        forced = parts(spans, [question.context]) if question.multi_span else spans[:1]
        given = forced if spans and confidence_of(spans[0].margin) >= self.threshold else []
        return (self._row(_Outcome(question, spans, given, forced), seconds),)

    def _row(self, outcome: _Outcome, seconds: float) -> ReadingRow:
        question, spans, given, forced = outcome
        em, f1 = _scores(question, forced)
        em_given, f1_given = _scores_at_threshold(question, given)
        stage, because = (None, None) if em_given == 100 else self._lost(outcome, f1)
        best = spans[0] if spans else None
        gold = _nearest_gold(question.golds, spans)
        return ReadingRow(
            id=question.id,
            seconds=seconds,
            em=em,
            f1=f1,
            question=question.question,
            gold=tuple(item.text for item in question.golds),
            answerable=bool(question.golds),
            predicted=best.text if best else None,
            confidence=confidence_of(best.margin) if best else 0.0,
            answered=bool(given),
            em_at_threshold=em_given,
            f1_at_threshold=f1_given,
            right=f1_given >= RIGHT_F1,
            multi_span=question.multi_span,
            stage_lost=stage,
            lost_because=because,
            quote=_excerpt(question, best.start, best.end) if stage and best else None,
            gold_excerpt=_excerpt(question, gold.start, _end(gold), _SENTENCES_AROUND) if stage and gold else None,
            predicted_spans=tuple(span.text for span in forced) if question.multi_span else (),
            source=question.source,
        )

    def _lost(self, outcome: _Outcome, f1: float | None) -> tuple[Stage, str]:
        """Where the question was lost, and what happened there, in words."""
        question, spans, given, forced = outcome
        if not spans:
            return "out_scored", "no span was found"
        surest = f"'{spans[0].text}' at {confidence_of(spans[0].margin):.2f}"
        decided = f"{surest}; answers are given from {self.threshold:.2f}"
        if f1 is None:
            return "wrongly_answered", decided
        said = given or forced
        if not any(_at_gold(span, question.golds) for span in said):
            return "out_scored", f"{surest}; {_best_at_gold(question, spans)}"
        if not given and f1 >= RIGHT_F1:
            return "wrongly_refused", decided
        boundaries = f"{_listed(span.text for span in said)} for {_wanted(question, said)}"
        return "wrong_boundaries", boundaries if given else f"{boundaries}; refused too, {decided}"


def _scores(question: ReadingQuestion, forced: Sequence[AnswerSpan]) -> tuple[float | None, float | None]:
    """EM and F1, percent; None without gold answers."""
    golds = [gold.text for gold in question.golds]
    texts = [span.text for span in forced]
    if not golds:
        return None, None
    if not texts:
        return 0.0, 0.0
    if question.multi_span:
        return set_exact_match(texts, golds), set_f1(texts, golds)
    return exact_match(texts[0], golds), token_f1(texts[0], golds)


def _scores_at_threshold(question: ReadingQuestion, given: Sequence[AnswerSpan]) -> tuple[float, float]:
    """EM and F1, percent, of what was given; without gold answers, giving nothing is right."""
    em, f1 = _scores(question, given)
    if em is None or f1 is None:
        em = f1 = 0.0 if given else 100.0
    return em, f1


def confidence_of(margin: float) -> float:
    """What a reader's own odds against "no answer" say, 0..1; it is calibrated for no use, but orders answers."""
    return 0.5 * (1 + math.tanh(0.25 * margin))  # of the mean of the start's and the end's log-odds


def _best_at_gold(question: ReadingQuestion, spans: Sequence[AnswerSpan]) -> str:
    for span in spans:
        if _at_gold(span, question.golds):
            return f"the gold answer's best span, '{span.text}', at {confidence_of(span.margin):.2f}"
    return "the gold answer was not among the spans"


def _at_gold(span: AnswerSpan, golds: Sequence[GoldSpan]) -> bool:
    """Whether the span shares a character with a gold answer's own place, or is another wording of one."""
    if any(_shared(span, gold) > 0 for gold in golds):
        return True
    return nearest_wording(span.text, [gold.text for gold in golds]) is not None


def _shared(span: AnswerSpan, gold: GoldSpan) -> int:
    return min(span.end, _end(gold)) - max(span.start, gold.start)


def _end(gold: GoldSpan) -> int:
    return gold.start + len(gold.text)


def _nearest_gold(golds: Sequence[GoldSpan], spans: Sequence[AnswerSpan]) -> GoldSpan | None:
    """The gold answer closest to the surest span: at its place if there is one, then by F1; else the first."""
    best = spans[0] if spans else None
    if best is None:
        return golds[0] if golds else None
    return max(golds, key=lambda gold: (_shared(best, gold) > 0, token_f1(best.text, [gold.text])), default=None)


def _wanted(question: ReadingQuestion, said: Sequence[AnswerSpan]) -> str:
    if question.multi_span:
        return _listed(gold.text for gold in question.golds)
    gold = _nearest_gold(question.golds, said)
    return _listed([gold.text] if gold else [])


def _listed(texts: Iterable[str]) -> str:
    return ", ".join(f"'{text}'" for text in texts)


def _excerpt(question: ReadingQuestion, start: int, end: int, around: int = 0) -> Excerpt:
    """The sentences of ``[start, end)`` and so many ``around`` them, it marked; what is very long is cut."""
    sentences = sentence_spans(question.context)
    held = [place for place, (first, last) in enumerate(sentences) if first < end and start < last]
    shown = sentences[max(0, held[0] - around) : held[-1] + around + 1]
    first = min(start, max(shown[0][0], start - _LONGEST_BESIDE))
    last = max(end, min(shown[-1][1], end + _LONGEST_BESIDE))
    return Excerpt(question.context[first:last], start - first, end - first, PurePath(question.where).name)


def _by_source(rows: Sequence[ReadingRow]) -> dict[str, float]:
    """EM and F1 of each source's answerable questions, where the data hold several sources."""
    sources = sorted({row.source for row in rows if row.source})
    figures: dict[str, float] = {}
    for source in sources if len(sources) > 1 else ():
        scored = [row for row in rows if row.source == source and row.answerable]
        means = {"em": known_mean(row.em for row in scored), "f1": known_mean(row.f1 for row in scored)}
        figures |= {f"{name}[{source}]": mean for name, mean in means.items() if mean is not None}
    return figures
