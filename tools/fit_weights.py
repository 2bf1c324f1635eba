"""Logistic models that never count better evidence against an answer."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from assistant.answering.evidence import Logistic

#: Pull of the standardised weights towards 0, in log-likelihood per example; keeps separable data finite.
_RIDGE = 1e-3
#: Log-likelihood that a weight has to add: half of chi-squared's 95 % point with one degree of freedom.
_SUPPORT = 1.92


def fit_order(groups: Sequence[NDArray[np.float64]], right: Sequence[NDArray[np.bool_]]) -> NDArray[np.float64]:
    """Weights (f,), none negative, that most likely put a right span of its group first.

    The softmax over a group's weighed features is the chance of each to come first (McFadden's conditional logit).

    Args:
        groups: features (n, f) of each question's spans.
        right: which of them are right (n,); groups without both right and wrong ones teach nothing.
    """
    from scipy.optimize import minimize

    everything = np.concatenate(groups)
    scale = _scale(everything)
    telling = [(features / scale, hits) for features, hits in zip(groups, right, strict=True) if 0 < hits.mean() < 1]
    if not telling:
        raise ValueError("An order needs questions with both right and wrong spans.")

    def loss(weights: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        """Mean negative log-likelihood with the ridge, and its gradient (f,)."""
        value, gradient = 0.0, np.zeros_like(weights)
        for features, hits in telling:
            odds = np.exp(features @ weights - (features @ weights).max())
            share, share_right = odds / odds.sum(), odds * hits / odds[hits].sum()
            value -= np.log(share[hits].sum())
            gradient += features.T @ (share - share_right)
        ridge = _RIDGE * len(telling)
        return (value + 0.5 * ridge * float(weights @ weights)) / len(telling), (gradient + ridge * weights) / len(
            telling
        )

    width = everything.shape[1]
    fitted = minimize(loss, np.full(width, 0.1), jac=True, method="L-BFGS-B", bounds=[(0, None)] * width).x
    return np.asarray(fitted / scale)


def fit_monotone(names: Sequence[str], features: NDArray[np.float64], right: NDArray[np.bool_]) -> Logistic:
    """The likeliest model of ``right`` (n,) on ``features`` (n, f) among those whose weights are not negative.

    Features are standardised while fitting; the weights given are for the features as they come. Raises ValueError
    without both right and wrong examples.
    """
    from scipy.optimize import minimize

    if right.all() or not right.any():
        raise ValueError("Weights need both right and wrong examples.")
    mean, scale = features.mean(axis=0), _scale(features)
    design = (features - mean) / scale
    signs = np.where(right, 1.0, -1.0)

    def loss(parameters: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        """Mean negative log-likelihood with the ridge, and its gradient (f + 1,)."""
        weights, intercept = parameters[:-1], parameters[-1]
        against = -signs * (design @ weights + intercept)
        slopes = -signs * 0.5 * (1 + np.tanh(0.5 * against)) / len(signs)
        value = np.logaddexp(0, against).mean() + 0.5 * _RIDGE * float(weights @ weights)
        return value, np.append(design.T @ slopes + _RIDGE * weights, slopes.sum())

    width = features.shape[1]
    start = np.append(np.full(width, 0.1), np.log(right.mean() / (1 - right.mean())))
    fitted = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=[(0, None)] * width + [(None, None)]).x
    weights = fitted[:-1] / scale
    return Logistic(dict(zip(names, weights.tolist(), strict=True)), float(fitted[-1] - weights @ mean))


def fit_supported(names: Sequence[str], features: NDArray[np.float64], right: NDArray[np.bool_]) -> Logistic:
    """``fit_monotone`` with the weights that the data do not support set to 0.

    While leaving a feature out costs less likelihood than chance would explain, the one that costs least is left out.
    """
    kept = list(range(len(names)))
    while True:
        model = _of_columns(names, features, right, kept)
        if len(kept) == 1:
            break
        without = [[column for column in kept if column != left_out] for left_out in kept]
        costs = [
            log_likelihood(model, names, features, right)
            - log_likelihood(_of_columns(names, features, right, columns), names, features, right)
            for columns in without
        ]
        if min(costs) >= _SUPPORT:
            break
        kept = without[int(np.argmin(costs))]
    return Logistic({name: model.weights.get(name, 0.0) for name in names}, model.intercept)


def probabilities(model: Logistic, names: Sequence[str], features: NDArray[np.float64]) -> NDArray[np.float64]:
    """The model's probability (n,) for each row of ``features`` (n, f)."""
    weights = np.array([model.weights.get(name, 0.0) for name in names])
    return np.asarray(0.5 * (1 + np.tanh(0.5 * (features @ weights + model.intercept))))


def log_likelihood(
    model: Logistic, names: Sequence[str], features: NDArray[np.float64], right: NDArray[np.bool_]
) -> float:
    """Of ``right`` (n,) under the model, summed, in nats."""
    chances = np.clip(probabilities(model, names, features), 1e-12, 1 - 1e-12)
    return float(np.log(np.where(right, chances, 1 - chances)).sum())


def _of_columns(
    names: Sequence[str], features: NDArray[np.float64], right: NDArray[np.bool_], columns: list[int]
) -> Logistic:
    return fit_monotone([names[column] for column in columns], features[:, columns], right)


def _scale(features: NDArray[np.float64]) -> NDArray[np.float64]:
    """Standard deviation of each column (f,), 1 for those that never change."""
    deviation = features.std(axis=0)
    return np.where(deviation > 0, deviation, 1.0)
