"""Figures of many questions: calibration, refusals, retrieval, and what they come to.

Shares are 0..1; EM and F1 are percent. A confidence is the probability, 0..1, that a question's surest answer is
right.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from assistant.evaluation.results import (
    RIGHT_F1,
    STAGES,
    AnswerRow,
    Curves,
    ReliabilityBin,
    RiskCoveragePoint,
    Stage,
)

_POINTS_KEPT = 200


class BestThreshold(NamedTuple):
    """Answering from confidence ``threshold`` on gives the best F1 over all questions; EM and F1 there, percent."""

    threshold: float
    em: float
    f1: float


def auroc(confidences: Sequence[float], answerable: Sequence[bool]) -> float | None:
    """How often an answerable question is surer than an unanswerable one, ties half; None unless both are there."""
    if len(set(answerable)) < 2:
        return None
    from sklearn.metrics import roc_auc_score

    return float(roc_auc_score(answerable, confidences))


def reliability(confidences: ArrayLike, right: ArrayLike, bins: int = 10) -> tuple[ReliabilityBin, ...]:
    """Confidence against accuracy in equally wide bins; empty bins are left out, the last one includes 1.

    Raises ValueError when the two (n,) differ in length or hold nothing.
    """
    sure, hits = _matched(confidences, right)
    edges = np.arange(bins + 1) / bins
    which = np.searchsorted(edges[1:-1], sure, side="right")  # (n,) bin numbers
    return tuple(
        ReliabilityBin(
            low=float(edges[number]),
            high=float(edges[number + 1]),
            count=int((which == number).sum()),
            confidence=float(sure[which == number].mean()),
            accuracy=float(hits[which == number].mean()),
        )
        for number in np.unique(which)
    )


def expected_calibration_error(confidences: ArrayLike, right: ArrayLike, bins: int = 10) -> float:
    """Mean gap between confidence and accuracy over equally wide bins, weighted by their counts.

    See Guo et al. 2017, https://arxiv.org/abs/1706.04599. Raises ValueError as ``reliability`` does.
    """
    filled = reliability(confidences, right, bins)
    gaps = sum(part.count * abs(part.confidence - part.accuracy) for part in filled)
    return gaps / sum(part.count for part in filled)


def risk_coverage(confidences: ArrayLike, right: ArrayLike) -> tuple[tuple[RiskCoveragePoint, ...], float]:
    """Share of wrong answers among the surest, and its mean over all coverages 1/n .. n/n (AURC).

    Equally sure answers count as if they came in random order, so that the area is the same whatever their order.
    Points stand where a threshold can lie; at most 200 are kept, first and last among them.
    See Geifman and El-Yaniv 2017, https://arxiv.org/abs/1705.08500. Raises ValueError as ``reliability`` does.
    """
    sure, hits = _matched(confidences, right)
    falling, levels = np.unique(-sure, return_inverse=True)
    covered = np.bincount(levels).cumsum()  # (levels,) answers at least so sure
    wrong = np.bincount(levels, weights=1 - hits).cumsum()
    ranks = np.arange(1, len(sure) + 1)
    expected_wrong = np.interp(ranks, np.append(0, covered), np.append(0, wrong))
    kept = np.unique(np.linspace(0, len(falling) - 1, min(len(falling), _POINTS_KEPT)).round().astype(int))
    points = tuple(
        RiskCoveragePoint(
            coverage=float(covered[level] / len(sure)),
            risk=float(wrong[level] / covered[level]),
            threshold=float(-falling[level]),
        )
        for level in kept
    )
    return points, float((expected_wrong / ranks).mean())


def best_threshold(
    confidences: Sequence[float], ems: Sequence[float], f1s: Sequence[float], answerable: Sequence[bool]
) -> BestThreshold | None:
    """Where answering and refusing together score best by F1; the highest of several such thresholds.

    As ``find_best_thresh`` of the official SQuAD 2.0 script, but equally sure questions are answered together, as
    any threshold must. None without questions; just above the surest when refusing everything is best.

    Args:
        confidences: one a question.
        ems, f1s: what answering it scores, percent; refusing scores 100 when it is unanswerable, else 0.
        answerable: whether it is.
    """
    questions = sorted(zip(confidences, ems, f1s, answerable, strict=True), key=lambda question: -question[0])
    if not questions:
        return None
    em = f1 = 100.0 * sum(not can for can in answerable)
    best = BestThreshold(math.nextafter(questions[0][0], math.inf), em, f1)
    for confidence, equally_sure in groupby(questions, key=lambda question: question[0]):
        for _, em_answered, f1_answered, can in equally_sure:
            refusing = 0.0 if can else 100.0
            em += em_answered - refusing
            f1 += f1_answered - refusing
        if f1 > best.f1:
            best = BestThreshold(confidence, em, f1)
    return BestThreshold(best.threshold, best.em / len(questions), best.f1 / len(questions))


def recall_and_mrr(ranks: Sequence[int | None], cutoffs: Sequence[int] = (1, 5, 20)) -> dict[str, float]:
    """Shares of questions found among the first k, as ``recall@k``, and the mean reciprocal rank, ``mrr``; 0..1.

    Args:
        ranks: of what each question looks for, from 1; None when it was not found. Empty: no figures.
        cutoffs: values of k.
    """
    if not ranks:
        return {}
    import ir_measures
    from ir_measures import RR, Success

    longest = max((rank for rank in ranks if rank), default=1)
    ranking = {str(rank): float(-rank) for rank in range(1, longest + 1)}
    wanted = {str(question): {str(rank): 1} for question, rank in enumerate(ranks)}
    measures = {f"recall@{k}": Success @ k for k in cutoffs} | {"mrr": RR}
    found = ir_measures.calc_aggregate(measures.values(), wanted, dict.fromkeys(wanted, ranking))
    return {name: float(found[measure]) for name, measure in measures.items()}


def known_mean(values: Iterable[float | None]) -> float | None:
    """Of those that are not None; None when all are."""
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None


def answer_figures(rows: Sequence[AnswerRow], threshold: float) -> dict[str, float]:
    """Every figure that the rows allow, by name; see ``assistant.evaluation.figures`` for what each means.

    Calibration, risk and the best threshold need answers that can be right, and whose confidence is that of the
    whole answer: they are left out without answerable questions, and with sets of spans.

    Args:
        rows: of questions that were read or asked.
        threshold: the confidence from which on they were answered.
    """
    can = [row for row in rows if row.answerable]
    cannot = [row for row in rows if not row.answerable]
    confidences, right = _judged(rows)
    best = _best_threshold(rows)
    seconds = [row.seconds for row in rows]
    figures = {
        "questions": float(len(rows)),
        "answerable": float(len(can)),
        "unanswerable": float(len(cannot)),
        "em": known_mean(row.em for row in can),
        "f1": known_mean(row.f1 for row in can),
        "em_at_threshold": known_mean(row.em_at_threshold for row in rows),
        "f1_at_threshold": known_mean(row.f1_at_threshold for row in rows),
        "em_answerable_at_threshold": known_mean(row.em_at_threshold for row in can),
        "f1_answerable_at_threshold": known_mean(row.f1_at_threshold for row in can),
        "answered": known_mean(row.answered for row in rows),
        "answered_right": known_mean(row.right for row in can),
        "refused_right": known_mean(not row.answered for row in cannot),
        "auroc": auroc([row.confidence for row in rows], [row.answerable for row in rows]),
        "ece": expected_calibration_error(confidences, right) if right else None,
        "aurc": risk_coverage(confidences, right)[1] if right else None,
        "threshold": threshold,
        "best_threshold": best.threshold if best else None,
        "em_at_best_threshold": best.em if best else None,
        "f1_at_best_threshold": best.f1 if best else None,
        "questions_per_second": len(rows) / sum(seconds) if sum(seconds) else None,
        "seconds_p50": float(np.percentile(seconds, 50)) if seconds else None,
        "seconds_p95": float(np.percentile(seconds, 95)) if seconds else None,
    }
    return {name: value for name, value in figures.items() if value is not None}


def answer_curves(rows: Sequence[AnswerRow]) -> Curves:
    """Reliability and risk against coverage of forced answers; empty where ``answer_figures`` leaves them out."""
    confidences, right = _judged(rows)
    if not right:
        return Curves()
    return Curves(reliability(confidences, right), risk_coverage(confidences, right)[0])


def stage_counts(rows: Sequence[AnswerRow]) -> dict[Stage, int]:
    """How many questions each stage lost, in the pipeline's order; stages that lost none are there with 0."""
    lost = Counter(row.stage_lost for row in rows)
    return {stage: lost[stage] for stage in STAGES}


def _judged(rows: Sequence[AnswerRow]) -> tuple[list[float], list[bool]]:
    """Confidences, and whether the forced answer is right, of the rows where that can be said; see ``_scored``."""
    judged = _scored(rows)
    right = [row.answerable and row.f1 is not None and row.f1 >= RIGHT_F1 for row in judged]
    return [row.confidence for row in judged], right


def _scored(rows: Sequence[AnswerRow]) -> list[AnswerRow]:
    """Rows with scores or without an answer; none where no confidence of theirs says how likely they are right."""
    scored = [row for row in rows if not row.answerable or row.f1 is not None]
    if any(row.multi_span for row in rows) or not any(row.answerable for row in scored):
        return []
    return scored


def _best_threshold(rows: Sequence[AnswerRow]) -> BestThreshold | None:
    """Of the rows that can be scored; see ``_scored``."""
    scored = _scored(rows)
    return best_threshold(
        [row.confidence for row in scored],
        [_if_answered(row, row.em) for row in scored],
        [_if_answered(row, row.f1) for row in scored],
        [row.answerable for row in scored],
    )


def _if_answered(row: AnswerRow, forced: float | None) -> float:
    """What answering scores; where nothing was found there is nothing to say, whatever the threshold."""
    if row.answerable:
        return forced or 0.0
    return 0.0 if row.predicted is not None else 100.0


def _matched(confidences: ArrayLike, right: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    sure, hits = np.asarray(confidences, dtype=np.float64), np.asarray(right, dtype=np.float64)
    if sure.shape != hits.shape or sure.ndim != 1 or not len(sure):
        raise ValueError(f"There are confidences of shape {sure.shape} for outcomes of shape {hits.shape}.")
    return sure, hits
