"""How close a prediction comes to the gold: exact match and F1, for one span, sets of spans and bags of words.

EM and F1 follow the official SQuAD 2.0 script (Rajpurkar et al. 2018, https://arxiv.org/abs/1806.03822), so that
figures can be laid beside published ones; they are percentages, 0..100.
"""

from __future__ import annotations

import re
import string
from collections import Counter
from collections.abc import Sequence

from assistant.evaluation.results import RIGHT_F1

_ARTICLES = re.compile(r"\b(a|an|the)\b")
_NO_PUNCTUATION = str.maketrans("", "", string.punctuation)


def normalise_answer(text: str) -> str:
    """Lower-case, without ASCII punctuation and English articles, words apart by single spaces."""
    return " ".join(_ARTICLES.sub(" ", text.lower().translate(_NO_PUNCTUATION)).split())


def exact_match(predicted: str, golds: Sequence[str]) -> float:
    """100 when ``predicted`` says the same as a gold answer, else 0.

    Golds that normalise to nothing count only when there is no other; without golds, only an empty answer is right.
    """
    return 100.0 * (normalise_answer(predicted) in _comparable(golds))


def token_f1(predicted: str, golds: Sequence[str]) -> float:
    """F1, percent, between the bags of words of ``predicted`` and of the gold answer closest to it.

    Golds that normalise to nothing count only when there is no other; without golds, only an empty answer is right.
    """
    found = normalise_answer(predicted).split()
    return max(bag_scores(found, gold.split())[2] for gold in _comparable(golds))


def nearest_wording(answer: str, golds: Sequence[str]) -> str | None:
    """A gold text that counts as right for ``answer``, one of them having all words of the other; None without one.

    F1 alone would take "June 12" for "June 8-9".
    """
    words = Counter(normalise_answer(answer).split())
    for gold in golds:
        wanted = Counter(normalise_answer(gold).split())
        if token_f1(answer, [gold]) >= RIGHT_F1 and (words <= wanted or wanted <= words):
            return gold
    return None


def set_exact_match(predicted: Sequence[str], golds: Sequence[str]) -> float:
    """100 when both hold the same spans, in any order, else 0."""
    return 100.0 * (_distinct(predicted) == _distinct(golds))


def set_f1(predicted: Sequence[str], golds: Sequence[str]) -> float:
    """F1, percent, of a set of spans: each paired with one of the other set so that the sum is best.

    Spans without a partner count 0: the sum is shared out over the larger set. After DROP (Dua et al. 2019,
    https://arxiv.org/abs/1903.00161), without its rule for numbers.
    """
    from scipy.optimize import linear_sum_assignment

    found, wanted = sorted(_distinct(predicted)), sorted(_distinct(golds))
    if not found or not wanted:
        return 100.0 * (found == wanted)
    f1 = [[bag_scores(span.split(), gold.split())[2] for gold in wanted] for span in found]
    pairs = zip(*linear_sum_assignment(f1, maximize=True), strict=True)
    total: float = sum(f1[span][gold] for span, gold in pairs)
    return total / max(len(found), len(wanted))


def added_words(rewrite: str, question: str) -> Counter[str]:
    """Normalised words, with repetition, that ``rewrite`` has beyond those of ``question``."""
    return Counter(normalise_answer(rewrite).split()) - Counter(normalise_answer(question).split())


def bag_scores(found: Sequence[str], gold: Sequence[str]) -> tuple[float, float, float]:
    """Precision and recall (0..1) and F1 (percent) of words, with repetition; nothing found of nothing is right."""
    if not found or not gold:
        same = float(not found and not gold)
        return same, same, 100.0 * same
    common = (Counter(found) & Counter(gold)).total()
    return common / len(found), common / len(gold), 200.0 * common / (len(found) + len(gold))


def _comparable(golds: Sequence[str]) -> list[str]:
    """Normalised golds; as in the official script, the empty text alone when nothing is left of them."""
    return [gold for gold in map(normalise_answer, golds) if gold] or [""]


def _distinct(spans: Sequence[str]) -> set[str]:
    return {span for span in map(normalise_answer, spans) if span}
