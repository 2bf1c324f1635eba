"""What is told of answers that were judged: error rates by confidence, calibration, refusals."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from assistant.evaluation.measures import auroc, expected_calibration_error, reliability, risk_coverage

#: Answers that an error rate is told from, at least: fewer would tell chance.
_FEWEST = 20


class Judged(NamedTuple):
    """Each question's surest answer, (q,) each: its confidence, whether it is right, and whether the index has one."""

    confidences: NDArray[np.float64]
    right: NDArray[np.bool_]
    answerable: NDArray[np.bool_]


def pooled(sets: Sequence[Judged]) -> Judged:
    """The questions of all of them."""
    return Judged(*(np.concatenate(columns) for columns in zip(*sets, strict=True)))


def operating_points(rates: Iterable[float], chosen_on: Judged, measured_on: Judged) -> list[dict[str, float | None]]:
    """For each error rate that is aimed at the confidence to ask for, and what that really gives.

    Args:
        rates: shares of the given answers that are wrong, 0..1.
        chosen_on: the confidence is the lowest that keeps to the error rate here; None when none does.
        measured_on: other questions: the share of wrong answers among those given, and of questions answered.
    """
    points, _ = risk_coverage(chosen_on.confidences, chosen_on.right)
    fewest = _FEWEST / len(chosen_on.right)
    reached: list[dict[str, float | None]] = []
    for rate in sorted(set(rates)):
        within = [point for point in points if point.risk <= rate and point.coverage >= fewest]
        most = max(within, key=lambda point: point.coverage, default=None)
        confidence = most.threshold if most else None
        reached.append({"error_rate": rate, "confidence": confidence, **given_at(confidence, measured_on)})
    return reached


def given_at(confidence: float | None, judged: Judged) -> dict[str, float | None]:
    """Of the answers that are at least so sure, the share that is wrong, and the share of questions that get one."""
    given = judged.confidences >= (np.inf if confidence is None else confidence)
    wrong = round(float((~judged.right[given]).mean()), 3) if given.any() else None
    return {"held_out_error_rate": wrong, "held_out_answered": round(float(given.mean()), 3)}


def refusing(share: float, judged: Judged) -> float:
    """The highest confidence, to four places, that refuses at most ``share`` of the answerable questions."""
    sure = np.sort(judged.confidences[judged.answerable])
    return float(np.floor(sure[int(share * len(sure))] * 10_000) / 10_000)


def table(points: Sequence[Mapping[str, float | None]]) -> list[str]:
    """Operating points as the rows of a table: aim, confidence, wrong among the answers given, answered."""
    return [
        f"| {point['error_rate']:.0%} | {point['confidence']:.2f} | {point['held_out_error_rate']:.0%} | "
        f"{point['held_out_answered']:.0%} |".replace("%", " %")
        for point in points
        if point["confidence"] is not None and point["held_out_error_rate"] is not None
    ]


def figures(judged: Judged, threshold: float) -> dict[str, float]:
    """What is told of a set of questions."""
    sure, right, can = judged
    given = sure >= threshold
    return {
        "questions": len(sure),
        "right": round(float(right.mean()), 3),
        "ece": round(expected_calibration_error(sure, right), 3),
        "auroc": round(auroc(sure.tolist(), right.tolist()) or 0.0, 3),
        "answered_right": round(float((given & right)[can].mean()), 3),
        "refused_right": round(float((~given)[~can].mean()), 3),
    }


def report(held_out: Mapping[str, Judged]) -> None:
    """Prints reliability and risk against coverage of each set."""
    for name, judged in held_out.items():
        print(f"{name}: {len(judged.right)} questions")
        print(f"  ECE that noise alone gives so many questions: {ece_of_noise(judged.confidences):.3f}")
        for part in reliability(judged.confidences, judged.right):
            print(
                f"  {part.low:.1f}-{part.high:.1f}: {part.count:4} sure {part.confidence:.2f} right {part.accuracy:.2f}"
            )
        points, area = risk_coverage(judged.confidences, judged.right)
        shown = [min(points, key=lambda point: abs(point.coverage - share)) for share in (0.1, 0.2, 0.4, 0.6, 0.8, 1.0)]
        print("  wrong among the surest: " + ", ".join(f"{p.risk:.0%} of {p.coverage:.0%}" for p in shown))
        print(f"  mean over all coverages {area:.3f}")


def ece_of_noise(confidences: NDArray[np.float64], draws: int = 300) -> float:
    """Mean ECE of confidences (q,) that are exactly right: what so few questions cannot tell from 0."""
    generator = np.random.default_rng(0)
    chances = [generator.random(len(confidences)) < confidences for _ in range(draws)]
    return float(np.mean([expected_calibration_error(confidences, right) for right in chances]))
