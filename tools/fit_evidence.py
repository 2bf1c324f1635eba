"""Fits ``answering/evidence_weights/READER.json``: how sure an answer is, and from where on answers are given.

    ASSISTANT_DATA=... [ASSISTANT_READER=fast] python -m tools.fit_evidence [--cache DIR] [--others]
        [--eval-seeds] [--write]

Every second context of each dev set becomes an article of an index, and sampled questions about all of them are
asked: half of the questions have no answer there, as happens to anyone who asks a folder of news. A span is right
when the index has its question's answer and its token F1 with a gold answer is at least 0.5.

Questions are halved by their contexts. On one half the weights are fitted: of spans so that right ones come first and
their confidences are probabilities, then of the merged answers. There the thresholds are chosen too, by cross-fitting,
each fold of the half judged by weights fitted on its other fold: the no-answer threshold, the highest that refuses at
most a fifth of the questions which the index answers; and for several shares the lowest confidence from which on at
most that share of the given answers is wrong. On the other half, which nothing was chosen on, it is all measured: also
the share of wrong answers that each threshold really gives, which may be above the one it was chosen for.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from assistant import load_settings
from assistant.answering.evidence import ANSWER_FEATURES, FOLDER, SPAN_FEATURES, VERSION, Logistic, answer_features
from assistant.answering.merging import distinct
from assistant.settings import Settings
from tools.fit_figures import Judged, figures, given_at, operating_points, pooled, refusing, report, table
from tools.fit_gathering import ASKED_WITH, Gathered, gathered
from tools.fit_weights import fit_monotone, fit_order, fit_supported, probabilities

SETS = ("newsqa-a", "squad1")
#: With --others measured, never fitted on: its questions without an answer are made to deceive, which few people's are.
OTHER_SETS = ("squad2",)
EMBEDDERS = ("bundled", "bundled-fp32")
#: Shares of the given answers that are wrong, which thresholds aim at.
ERROR_RATES = (0.05, 0.1, 0.2, 0.3, 0.4, 0.5)
#: The no-answer threshold refuses at most this share of the questions that the index answers.
REFUSED = 0.2
#: Answers of a question that weights are fitted on: as many as are shown.
_ANSWERS = 1 + Settings.model_fields["max_alternatives"].default


class Weights(NamedTuple):
    """Both models that a confidence is made of."""

    span: Logistic
    answer: Logistic


class Found(NamedTuple):
    """A merged answer: its ``ANSWER_FEATURES``, and whether its surest span is right."""

    features: list[float]
    right: bool


def main() -> None:
    chosen = parser().parse_args()
    settings = load_settings()
    by_set = {name: gathered(name, chosen.questions, settings, chosen.cache) for name in measured_sets(chosen)}
    stored, held_out = fit_and_measure(by_set)
    report(held_out)
    print("\n".join(table(stored["operating_points"])))
    print(json.dumps(stored, indent=2))
    if chosen.write:
        file = FOLDER / f"{Path(settings.reader).name}.json"
        file.write_text(json.dumps({**stored, **provenance(chosen, settings)}, indent=2) + "\n", encoding="utf-8")


def fit_and_measure(by_set: Mapping[str, Gathered]) -> tuple[dict[str, Any], dict[str, Judged]]:
    """What is stored, apart from its provenance, and each set's held-out half as it is judged then.

    All but what is stored of ``held_out`` comes from ``SETS``, whatever other sets are measured.
    """
    fitting = [by_set[name].part(~by_set[name].held_out) for name in SETS]
    weights = fit(fitting)
    held_out = {name: judge(asked.part(asked.held_out), weights) for name, asked in by_set.items()}
    cross, measured = cross_judged(fitting), pooled([held_out[name] for name in SETS])
    threshold = refusing(REFUSED, cross)
    stored = {
        "version": VERSION,
        "span": asdict(weights.span),
        "answer": asdict(weights.answer),
        "refused_answerable": REFUSED,
        "no_answer_threshold": threshold,
        "at_threshold": given_at(threshold, measured),
        "operating_points": operating_points(ERROR_RATES, cross, measured),
        "held_out": {name: figures(judged, threshold) for name, judged in held_out.items()},
    }
    return stored, held_out


def parser() -> argparse.ArgumentParser:
    """Of the command line."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--questions", type=int, default=900, help="sampled from each set")
    arguments.add_argument("--cache", type=Path, help="folder that keeps what reader and retriever gave")
    arguments.add_argument("--others", action="store_true", help=f"measure on {', '.join(OTHER_SETS)} too")
    arguments.add_argument("--eval-seeds", action="store_true", help="measure on the project's own questions too")
    arguments.add_argument("--write", action="store_true", help="store the result")
    return arguments


def measured_sets(chosen: argparse.Namespace) -> list[str]:
    """Names of the sets that are asked: those fitted on, then those that are only measured."""
    return [*SETS, *(OTHER_SETS if chosen.others else ()), *(("seeds",) if chosen.eval_seeds else ())]


def fit(sets: Sequence[Gathered]) -> Weights:
    """Weights fitted on all questions of these, as they are stored, so that what is measured is what is served."""
    span = _rounded(fit_spans(sets))
    return Weights(span, _rounded(fit_answers(sets, span)))


def fit_spans(sets: Sequence[Gathered]) -> Logistic:
    """Weights of spans: their proportions order a question's spans, their size makes probabilities of all."""
    groups = [(asked.features[rows], asked.right[rows]) for asked in sets for rows in asked.spans()]
    features, right = zip(*groups, strict=True)
    order = fit_order(features, right)
    of_order = fit_monotone(["order"], (np.concatenate(features) @ order)[:, None], np.concatenate(right))
    weights = of_order.weights["order"] * order
    return Logistic(dict(zip(SPAN_FEATURES, weights.tolist(), strict=True)), of_order.intercept)


def fit_answers(sets: Sequence[Gathered], span: Logistic) -> Logistic:
    """Weights of answers; those that the data do not support are 0."""
    fitted = [answer for asked in sets for rows in asked.spans() for answer in answers_of(asked, rows, span)[:_ANSWERS]]
    return fit_supported(
        ANSWER_FEATURES,
        np.array([answer.features for answer in fitted]),
        np.array([answer.right for answer in fitted]),
    )


def answers_of(asked: Gathered, rows: NDArray[np.int64], span: Logistic) -> list[Found]:
    """The merged answers of one question, whose spans are ``rows`` (n,); those with the surest span first."""
    confidences = probabilities(span, SPAN_FEATURES, asked.features[rows])
    citations = [asked.citation(row, sure) for row, sure in zip(rows, confidences, strict=True)]
    right_places = {citation for citation, right in zip(citations, asked.right[rows], strict=True) if right}
    found = []
    for answer in distinct(citations):
        surest = answer.citations[0]
        features = answer_features(surest.confidence, answer.agreeing, answer.rival)
        found.append(Found([features[name] for name in ANSWER_FEATURES], surest in right_places))
    return found


def judge(asked: Gathered, weights: Weights) -> Judged:
    """The surest answers of the questions; confidences to four places, rounded down."""
    sure, right, answerable = [], [], []
    for rows in asked.spans():
        found = answers_of(asked, rows, weights.span)
        chances = probabilities(weights.answer, ANSWER_FEATURES, np.array([item.features for item in found]))
        best = int(np.argmax(chances))
        sure.append(np.floor(chances[best] * 10_000) / 10_000)  # so that a threshold of four places splits alike
        right.append(found[best].right)
        answerable.append(asked.answerable[asked.question[rows[0]]])
    return Judged(np.array(sure), np.array(right), np.array(answerable))


def cross_judged(sets: Sequence[Gathered]) -> Judged:
    """The surest answers of all questions of these, each judged by weights fitted on the other fold than its own."""
    return pooled(
        [
            judge(asked.part(asked.fold == fold), weights)
            for fold in (0, 1)
            for weights in [fit([asked.part(asked.fold != fold) for asked in sets])]
            for asked in sets
        ]
    )


def _rounded(model: Logistic) -> Logistic:
    weights = {name: round(weight, 4) for name, weight in model.weights.items()}
    return Logistic(weights, round(model.intercept, 4))


def provenance(chosen: argparse.Namespace, settings: Settings) -> dict[str, Any]:
    """What the result rests on and how to get it again."""
    from assistant.index.embedder import open_embedder
    from assistant.reading.opening import open_reader

    only_measured = measured_sets(chosen)[len(SETS) :]
    return {
        "readers": [open_reader(settings).fingerprint],
        # Both forms of the same weights: what the lower precision changes is far below what was fitted.
        "embedders": [open_embedder(load_settings(embedder=form)).fingerprint for form in EMBEDDERS],
        "data": f"{chosen.questions} questions each of the dev sets {' and '.join(SETS)}, over every second context; "
        "weights fitted and thresholds chosen on one half of the contexts, measured on the other"
        + (f"; only measured: {' and '.join(only_measured)}" if only_measured else ""),
        "command": command(chosen, settings),
        "date": datetime.now(UTC).date().isoformat(),
    }


def command(chosen: argparse.Namespace, settings: Settings) -> str:
    """What to type for the same result; where it is cached makes no difference to it."""
    told = {name: getattr(settings, name) for name in ASKED_WITH}
    changed = [
        f"ASSISTANT_{name.upper()}={told[name]}" for name in told if told[name] != Settings.model_fields[name].default
    ]
    flags = [f"--{name.replace('_', '-')}" for name in ("others", "eval_seeds", "write") if getattr(chosen, name)]
    return " ".join([*changed, "python -m tools.fit_evidence", f"--questions {chosen.questions}", *flags])


if __name__ == "__main__":
    main()
