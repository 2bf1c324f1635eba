"""What the report's page shows, in words and numbers for its template."""

from __future__ import annotations

import hashlib
import json
import re
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.evaluation.figures import counted, describe, grouped, shown
from assistant.evaluation.misses import Loss, losses, misses
from assistant.evaluation.report.plots import plots
from assistant.evaluation.report.views import view
from assistant.evaluation.results import AskedRow, Evaluation, Kind, Provenance

if TYPE_CHECKING:
    from assistant.evaluation.comparison import Comparison, Difference

_HERE = Path(__file__).parent
#: Title, how it was done, and the headline figures.
_KINDS: Mapping[Kind, tuple[str, str, Sequence[str]]] = {
    "reading": (
        "The reader alone",
        "Each question was read in its own context.",
        ("f1", "f1_at_threshold", "auroc", "ece", "questions_per_second"),
    ),
    "open": (
        "Open domain",
        "The contexts became articles of an index; every question was asked over all of them.",
        ("f1_at_threshold", "recall@5", "cited_article", "quotes_exact", "seconds_p50"),
    ),
    "questions": (
        "Questions over an index",
        "Every question was asked as a person would ask it.",
        ("answered_right", "refused_right", "recall@5", "quotes_exact", "seconds_p50"),
    ),
    "conversation": (
        "Follow-up questions",
        "Each follow-up was made complete, and laid beside what a person made of it.",
        ("recall", "precision", "em", "recall@5", "recall@5_rewrite"),
    ),
    "cleaning": (
        "Cleaning",
        "Each page was cleaned, and laid beside the body that people marked.",
        ("f1", "recall", "precision", "f1_raw", "pages_per_second"),
    ),
}
#: Ids listed of questions that a comparison names; the JSON has them all.
_IDS_LISTED = 300
#: What could reorder a line or cannot be written as UTF-8, and control characters but tabs and line ends.
_UNSHOWABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")


def showable(value: Any) -> Any:
    """Text from the data, with U+FFFD for what a page must not hold; Markup is ours and passes."""
    return _UNSHOWABLE.sub("\ufffd", value) if type(value) is str else value


def content(evaluation: Evaluation[Any], comparison: Comparison | None) -> dict[str, Any]:
    """What the template shows; everything is plain text but what is Markup here."""
    from markupsafe import Markup

    kind = evaluation.provenance.kind
    title, how, tiles = _KINDS[kind]
    found = misses(evaluation)
    lost = losses(evaluation, found)
    # Style and script are this package's own files, plots are drawn here from numbers: none needs escaping.
    css, script = ((_HERE / name).read_text(encoding="utf-8") for name in ("page.css", "page.js"))
    return {
        "policy": _policy(script),
        "css": Markup(css),  # noqa: S704
        "script": Markup(script),  # noqa: S704
        "title": title,
        "how": how,
        "provenance": evaluation.provenance,
        "size": _size(evaluation),
        "day": evaluation.provenance.date[:10],
        "commit": _short(evaluation.provenance.commit),
        "problems": evaluation.problems,
        "tiles": list(_tiles(evaluation, tiles)),
        "lost_title": "What came out" if kind in ("conversation", "cleaning") else "Where questions were lost",
        "outcomes": _outcomes(len(evaluation.rows), len(found), lost),
        "losses": [{"key": loss.key, "label": loss.label, "count": f"{loss.count:,}"} for loss in lost if loss.count],
        "comparison": _compared(comparison) if comparison is not None else None,
        "groups": _groups(evaluation),
        "plots": [{**asdict(plot), "svg": Markup(plot.svg)} for plot in plots(evaluation)],  # noqa: S704
        "misses": [view(miss, kind) for miss in found],
        "misses_title": _misses_title(kind, len(found)),
        "sortable": any(miss.confidence is not None for miss in found),
        "made": list(_made(evaluation.provenance)),
        "settings": [(name, _plain(value)) for name, value in sorted(evaluation.settings.items())],
    }


def _policy(script: str) -> str:
    """Content security policy: no request at all, and no script but ours."""
    digest = b64encode(hashlib.sha256(script.encode()).digest()).decode()
    return (
        f"default-src 'none'; script-src 'sha256-{digest}'; style-src 'unsafe-inline'; img-src data:;"
        " base-uri 'none'; form-action 'none'"
    )


def _size(evaluation: Evaluation[Any]) -> str:
    """How many questions there are, and how they were chosen where the data had more than the limit."""
    rows, provenance = evaluation.rows, evaluation.provenance
    words = counted(len(rows), "file" if provenance.kind == "cleaning" else "question")
    # A conversation is one entry; its first turn counts.
    entries = sum(not (isinstance(row, AskedRow) and row.follow_up) for row in rows) + len(evaluation.problems)
    if provenance.limit is None or entries < provenance.limit:
        return words
    if provenance.sample is None:
        return f"{words}, from the first {provenance.limit:,} entries of the data"
    return f"{words}, from {provenance.limit:,} entries drawn at random from the data (seed {provenance.sample})"


def _short(commit: str | None) -> str | None:
    """The commit as people quote it; edits since are never left out."""
    if commit is None:
        return None
    name, changed, _ = commit.partition("+")
    return f"{name[:10]} and changes" if changed else name[:10]


def _tiles(evaluation: Evaluation[Any], names: Sequence[str]) -> Iterator[tuple[str, str]]:
    for name in names:
        if name in evaluation.figures:
            figure = describe(name, evaluation.provenance.kind)
            value = shown(evaluation.figures[name], figure.unit)
            yield figure.label, f"{value} %" if figure.unit == "percent" else value


def _outcomes(rows: int, missed: int, lost: Sequence[Loss]) -> list[dict[str, Any]]:
    """Bars, the longest as long as can be: what is exactly right, then each way of going wrong."""
    bars = [
        ("", "exactly right", "", rows - missed),
        *((loss.key, loss.label, loss.meaning, loss.count) for loss in lost),
    ]
    longest = max(1, *(count for *_, count in bars))
    return [
        {
            "key": key,
            "label": label,
            "meaning": meaning,
            "count": f"{count:,}" if count else "",
            "share": f"{100 * count / rows:.1f} %" if count else "",
            "length": f"{100 * count / longest:.2f}",
        }
        for key, label, meaning, count in bars
    ]


def _groups(evaluation: Evaluation[Any]) -> dict[str, list[dict[str, str]]]:
    groups = grouped(evaluation.figures, evaluation.provenance.kind)
    return {
        heading: [{**asdict(figure), "value": shown(value, figure.unit)} for figure, value in entries]
        for heading, entries in groups.items()
    }


def _compared(comparison: Comparison) -> dict[str, Any]:
    noun = "file" if comparison.kind == "cleaning" else "question"
    changes = (
        (comparison.gained, "came out better"),
        (comparison.lost, "came out worse"),
        (comparison.only_new, "only in this run, not compared"),
        (comparison.only_old, "only in the earlier run, not compared"),
    )
    widest = max((abs(end) for item in comparison.differences for end in _reach(item)), default=0.0) or 1.0
    return {
        "summary": (
            f"Of {counted(comparison.shared, noun)} in both runs, {len(comparison.gained):,} came out better"
            f" and {len(comparison.lost):,} worse."
        ),
        "warnings": comparison.warnings,
        "measures": [_difference(item, comparison.kind, widest) for item in comparison.differences],
        "changes": [
            {
                "title": f"{counted(len(ids), noun)} {what}",
                "ids": ids[:_IDS_LISTED],
                "more": max(0, len(ids) - _IDS_LISTED),
            }
            for ids, what in changes
            if ids
        ],
    }


def _reach(item: Difference) -> tuple[float, ...]:
    """Difference and interval's ends on one scale, 0..1."""
    ends = (item.difference, item.low, item.high)
    return tuple(end / 100 if item.percent else end for end in ends if end is not None)


def _difference(item: Difference, kind: Kind, widest: float) -> dict[str, Any]:
    digits = 2 if item.percent else 3
    positions = [50 + 48 * end / widest for end in _reach(item)]  # percent of the width; no difference is in the middle
    certain = item.low is not None and item.high is not None
    return {
        "name": item.measure,
        "label": describe(item.measure, kind).label,
        "old": f"{item.old:.{digits}f}",
        "new": f"{item.new:.{digits}f}",
        "difference": f"{item.difference:+.{digits}f}",
        "interval": f"{item.low:+.{digits}f} to {item.high:+.{digits}f}" if certain else "too few for one",
        "left": f"{min(positions):.2f}",
        "width": f"{max(positions) - min(positions):.2f}",
        "middle": f"{positions[0]:.2f}",
        "tone": item.verdict if item.verdict in ("better", "worse") else "same",
        "verdict": f"significantly {item.verdict}" if item.verdict in ("better", "worse") else item.verdict,
    }


def _misses_title(kind: Kind, count: int) -> str:
    if kind == "cleaning":
        return "Files, worst first"
    many = counted(count, "question")
    return f"{many} worded differently" if kind == "conversation" else f"{many} not exactly right"


def _made(provenance: Provenance) -> Iterator[tuple[str, str]]:
    yield "Date", provenance.date
    yield "Version", provenance.version
    yield "Commit", provenance.commit or "not in a checkout"
    yield "Code, SHA-256", provenance.code
    yield "Data", provenance.data
    yield "Data, SHA-256", provenance.data_digest
    yield "Limit", "none" if provenance.limit is None else f"{provenance.limit:,}"
    yield "Seed of the sample", "none" if provenance.sample is None else str(provenance.sample)
    for name in ("reader", "embedder", "index"):
        if (fingerprint := getattr(provenance, name)) is not None:
            yield name.capitalize(), fingerprint
    yield from ((name.capitalize(), value) for name, value in provenance.machine.items())
    yield "Libraries", ", ".join(f"{name} {version}" for name, version in provenance.libraries.items())


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
