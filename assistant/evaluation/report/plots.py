"""The plots of a report, as SVG that takes its colours and type from its page.

The same evaluation gives the same bytes: nothing in a plot depends on time or chance.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from assistant.evaluation.figures import shown
from assistant.evaluation.results import AnswerRow, AskedRow, Evaluation, RewriteRow

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: Drawn with these, shown with the page's own variables of the same name, so that dark pages have dark plots.
_COLOURS: Mapping[str, str] = {
    "ink": "#1d1b18",
    "soft": "#645e55",
    "line": "#e3ddd1",
    "accent": "#8a2b22",
    "second": "#2f5d7c",
    "card": "#fffffe",
}
_SIZE = (4.9, 3.3)
_DEEPEST = 20
_BARS = 40


@dataclass(frozen=True, slots=True)
class Plot:
    """A plot: ``svg`` is markup made here, in which nothing from the data stands; title and caption are plain text."""

    name: str
    title: str
    caption: str
    svg: str


def plots(evaluation: Evaluation[Any]) -> list[Plot]:
    """Those that the evaluation has numbers for."""
    return [
        plot for draw in (_reliability, _risk_coverage, _recall, _latency) if (plot := draw(evaluation)) is not None
    ]


def _reliability(evaluation: Evaluation[Any]) -> Plot | None:
    bins = evaluation.curves.reliability
    if not bins:
        return None

    def draw(figure: Figure) -> None:
        upper, lower = figure.subplots(2, sharex=True, height_ratios=(4, 1))
        upper.plot((0, 1), (0, 1), color=_COLOURS["soft"], linewidth=1, linestyle=(0, (4, 3)))
        sure, right = [item.confidence for item in bins], [item.accuracy for item in bins]
        upper.vlines(sure, sure, right, color=_COLOURS["accent"], linewidth=4, alpha=0.25)
        upper.plot(sure, right, color=_COLOURS["accent"], linewidth=1.6, marker="o", markersize=4.5)
        upper.set(xlim=(0, 1), ylim=(0, 1.02), ylabel="share that is right")
        middles, widths = [(item.low + item.high) / 2 for item in bins], [item.high - item.low for item in bins]
        lower.bar(middles, [item.count for item in bins], [0.9 * width for width in widths], color=_COLOURS["soft"])
        lower.set(xlabel="confidence", ylabel="questions")
        lower.yaxis.get_major_locator().set_params(nbins=2, integer=True)

    error = evaluation.figures.get("ece")
    caption = "On the dashed line, answers with confidence 0.7 are right 7 times in 10; below it they are too sure."
    if error is not None:
        caption += f" Calibration error: {error:.3f}."
    return Plot("reliability", "Reliability diagram", caption, _svg("reliability", draw))


def _risk_coverage(evaluation: Evaluation[Any]) -> Plot | None:
    points = evaluation.curves.risk_coverage
    if not points:
        return None
    shipped = _shipped(evaluation.rows)
    highest = max(0.05, 1.15 * max(point.risk for point in points))

    def draw(figure: Figure) -> None:
        axes = figure.subplots()
        coverage, risk = zip(*((point.coverage, point.risk) for point in points), strict=True)
        axes.fill_between(coverage, risk, color=_COLOURS["accent"], alpha=0.12, linewidth=0)
        axes.plot(coverage, risk, color=_COLOURS["accent"], linewidth=1.6)
        axes.set(xlim=(0, 1), ylim=(0, highest))
        if shipped is not None:
            axes.plot(*shipped, color=_COLOURS["ink"], marker="o", markersize=6, linestyle="")
            _label(axes, "shipped threshold", shipped[0], shipped[1] / highest)
        axes.set(xlabel="share of the questions answered, surest first", ylabel="share of them wrong")

    caption = "Answering fewer questions, only the surest, errs less often."
    if shipped is not None:
        answered, wrong = (f"{100 * share:.0f} %" for share in shipped)
        caption += f" At the shipped threshold {answered} are answered, {wrong} of them wrong."
    return Plot("risk-coverage", "Risk and coverage", caption, _svg("risk-coverage", draw))


def _recall(evaluation: Evaluation[Any]) -> Plot | None:
    curves = {name: curve for name, ranks in _rankings(evaluation) if (curve := _recall_curve(ranks))}
    if not curves:
        return None

    def draw(figure: Figure) -> None:
        axes = figure.subplots()
        styles = (("accent", "-"), ("second", "--"), ("soft", ":"))
        for (name, curve), (colour, style) in zip(curves.items(), styles, strict=False):
            across = range(1, len(curve) + 1)
            axes.plot(across, curve, color=_COLOURS[colour], linestyle=style, linewidth=1.8, label=name)
        lowest = min(curve[0] for curve in curves.values())
        axes.set(xlim=(1, _DEEPEST), ylim=(max(0.0, lowest - 0.1), 1.01), xticks=(1, 5, 10, 15, 20))
        axes.set(xlabel="first k passages", ylabel="recall@k")
        axes.legend(loc="lower right", frameon=False)

    caption = "; ".join(f"{name}: {curve[4]:.3f} in the first five" for name, curve in curves.items())
    return Plot("recall", "Recall by k", f"{caption[:1].upper()}{caption[1:]}.", _svg("recall", draw))


def _latency(evaluation: Evaluation[Any]) -> Plot | None:
    import numpy as np

    seconds = np.array([row.seconds for row in evaluation.rows], dtype=float)
    if len(seconds) < 2:
        return None
    middle, slow, last = (float(value) for value in np.percentile(seconds, (50, 95, 99)))
    beyond = int((seconds > last).sum())
    unit, factor = ("ms", 1000) if last < 1 else ("s", 1)

    def draw(figure: Figure) -> None:
        axes = figure.subplots()
        axes.hist(seconds[seconds <= last] * factor, bins=min(_BARS, len(seconds)), color=_COLOURS["second"], alpha=0.8)
        for value, name in ((middle, "half"), (slow, "95 %")):
            axes.axvline(value * factor, color=_COLOURS["ink"], linewidth=1, linestyle=(0, (2, 2)))
            axes.annotate(name, (value * factor, 1), (3, -3), xycoords=("data", "axes fraction"),
                          textcoords="offset points", va="top", color=_COLOURS["ink"])  # fmt: skip
        axes.set(xlim=(0, None), xlabel=unit, ylabel="questions")

    caption = f"Half took at most {shown(middle, 'seconds')}, 95 % at most {shown(slow, 'seconds')}."
    if beyond:
        caption += f" Not drawn: the {beyond} slowest, up to {shown(float(seconds.max()), 'seconds')}."
    return Plot("latency", "Latency", caption, _svg("latency", draw))


def _shipped(rows: Sequence[Any]) -> tuple[float, float] | None:
    """Coverage and risk at the shipped threshold; None when nothing was answered there."""
    known = [row for row in rows if isinstance(row, AnswerRow) and row.right is not None]
    answered = [row for row in known if row.answered]
    if not answered:
        return None
    return len(answered) / len(known), sum(not row.right for row in answered) / len(answered)


def _rankings(evaluation: Evaluation[Any]) -> Iterator[tuple[str, list[int | None]]]:
    """The ranks that the evaluation's recall figures are made of, by what was looked for."""
    rows = evaluation.rows
    if evaluation.provenance.kind == "conversation":
        searched = [row for row in rows if isinstance(row, RewriteRow) and row.searched]
        yield "as interpreted", [row.rank for row in searched]
        yield "as a human wrote it", [row.rank_of_rewrite for row in searched]
        yield "as it was asked", [row.rank_of_bare for row in searched]
    else:
        asked = [row for row in rows if isinstance(row, AskedRow) and row.answerable]
        yield "a passage with the answer", [row.rank for row in asked if row.f1 is not None]
        yield "any passage of its article", [row.article_rank for row in asked]


def _recall_curve(ranks: Sequence[int | None]) -> list[float]:
    """Recall@1 to the deepest cutoff; empty when nothing was ranked at all."""
    if all(rank is None for rank in ranks):
        return []
    found = [rank for rank in ranks if rank is not None]
    return [sum(rank <= cutoff for rank in found) / len(ranks) for cutoff in range(1, _DEEPEST + 1)]


def _label(axes: Axes, text: str, across: float, height: float) -> None:
    """Words beside the point of a rising curve: below it on the right, or above it where there is no room.

    Args:
        axes, text: where, and the words.
        across: the point's position on the axis, 0..1.
        height: the point's height, 0..1 of the plot's.
    """
    below = across < 0.65 and height > 0.12
    axes.annotate(
        text,
        (across, height),
        (9, -13) if below else (-9 if across > 0.4 else 9, 9),
        xycoords="axes fraction",
        textcoords="offset points",
        ha="left" if below or across <= 0.4 else "right",
        color=_COLOURS["ink"],
    )


def _svg(name: str, draw: Callable[[Figure], None]) -> str:
    import matplotlib
    from matplotlib.figure import Figure

    with matplotlib.rc_context():
        matplotlib.rcdefaults()  # a person's own matplotlibrc changes nothing
        matplotlib.rcParams.update({**_STYLE, "svg.hashsalt": name})
        figure = Figure(figsize=_SIZE, layout="constrained")
        draw(figure)
        file = io.StringIO()
        figure.savefig(file, format="svg", transparent=True, metadata=dict.fromkeys(("Date", "Creator", "Format")))
    return _at_home(file.getvalue(), name)


def _at_home(markup: str, name: str) -> str:
    """The ``svg`` element alone, for use inside a page: its ids unique there, its colours the page's."""
    svg = markup[markup.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>|<style.*?</style>", "", svg, flags=re.DOTALL)
    svg = re.sub(r"font-family: [^;\"]*", "font-family: inherit", svg)
    svg = re.sub(r'(\bid="|href="#|url\(#)', rf"\g<1>{name}-", svg)
    for variable, colour in _COLOURS.items():
        svg = svg.replace(colour, f"var(--{variable})")
    return re.sub(r'(<svg [^>]*?)width="[^"]*" height="[^"]*"', r'\1aria-hidden="true"', svg, count=1)


_STYLE: Mapping[Any, Any] = {
    "svg.fonttype": "none",
    "font.size": 9,
    "text.color": _COLOURS["ink"],
    "axes.labelcolor": _COLOURS["soft"],
    "axes.labelsize": 9,
    "axes.edgecolor": _COLOURS["line"],
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.grid.axis": "y",
    "axes.axisbelow": True,
    "grid.color": _COLOURS["line"],
    "grid.linewidth": 0.7,
    "xtick.color": _COLOURS["line"],
    "ytick.color": _COLOURS["line"],
    "xtick.labelcolor": _COLOURS["soft"],
    "ytick.labelcolor": _COLOURS["soft"],
    "legend.fontsize": 9,
}
