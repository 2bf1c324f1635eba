"""How the command line shows an evaluation: figures in words, what lost questions, what changed since another run."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.text import Text

from assistant.apps.terminal import printable
from assistant.datasets.lines import Problem
from assistant.evaluation.figures import Unit, counted, grouped, shown
from assistant.evaluation.misses import Loss, Miss, losses, misses
from assistant.evaluation.results import Evaluation

if TYPE_CHECKING:
    from rich.table import Table

    from assistant.evaluation.comparison import Comparison

_PROBLEMS_SHOWN = 20
_IDS_SHOWN = 10
_GOLDS_SHOWN = 3
#: Characters shown of text that cleaning kept or dropped.
_STRETCH = 200
_BAR = 24
#: Columns that a bar's label and count need.
_BESIDE_BAR = 32
#: Columns from which on there is room for explanations.
_WIDE = 100
#: Columns of a figure's label and of its name, at least.
_NARROW = 8
#: Two columns on the left, on each line of a label that is wrapped.
_INDENT = (0, 0, 0, 2)


def show_evaluation(evaluation: Evaluation[Any], *, verbose: bool, comparison: Comparison | None = None) -> None:
    """Figures, where questions were lost, and the comparison, to standard output; with ``verbose`` every miss.

    What could not be scored is said first, and named on standard error.
    """
    console = Console(highlight=False, markup=False, emoji=False)
    found = misses(evaluation)
    _show_headline(console, evaluation)
    _show_problems(evaluation.problems)
    _show_figures(console, evaluation)
    _show_losses(console, losses(evaluation, found), len(evaluation.rows), len(found))
    if comparison is not None:
        _show_comparison(console, comparison)
    for miss in found if verbose else ():
        _show_miss(console, miss)


def _show_headline(console: Console, evaluation: Evaluation[Any]) -> None:
    provenance, count = evaluation.provenance, len(evaluation.problems)
    if count:
        items = counted(count, "item")
        partial = f"PARTIAL: {items} of the data could not be scored; the figures below are of the rest."
        _say(console, Text(partial, style="bold yellow"))
    limits = [f"--limit {provenance.limit}"] if provenance.limit is not None else []
    limits += [f"--sample {provenance.sample}"] if provenance.sample is not None else []
    part = f" ({' '.join(limits)})" if limits else ""
    rows = counted(len(evaluation.rows), "file" if provenance.kind == "cleaning" else "question")
    _say(console, Text(f"{provenance.kind}: {_one_line(provenance.data)}, {rows}{part}", style="bold"))


def _show_problems(problems: Sequence[Problem]) -> None:
    errors = Console(stderr=True, highlight=False, markup=False, emoji=False)
    for problem in problems[:_PROBLEMS_SHOWN]:
        name = f" ({problem.id})" if problem.id is not None else ""
        said = _one_line(f"{problem.where}{name}: {problem.reason}")
        _say(errors, Text(f"Not scored: {said}", style="yellow"))
    if len(problems) > _PROBLEMS_SHOWN:
        errors.print(f"… and {len(problems) - _PROBLEMS_SHOWN:,} more (--json lists them all).")


def _show_figures(console: Console, evaluation: Evaluation[Any]) -> None:
    from rich.padding import Padding

    groups = {
        heading: [
            (_one_line(figure.label), _with_unit(value, figure.unit), _one_line(figure.name))
            for figure, value in entries
        ]
        for heading, entries in grouped(evaluation.figures, evaluation.provenance.kind).items()
    }
    cells = [line for lines in groups.values() for line in lines]
    labels, values, names = (max((len(line[place]) for line in cells), default=0) for place in range(3))
    # Names are copied from here: they are whole where half of the line is enough for that.
    names = min(names, console.width // 2, max(_NARROW, console.width - values - _NARROW - 4))
    labels = max(_NARROW, min(labels + _INDENT[-1], console.width - names - values - 4))
    for heading, lines in groups.items():
        _say(console, Text(f"\n{_one_line(heading)}", style="bold"))
        table = _table()
        table.add_column(overflow="fold", width=labels)
        table.add_column(justify="right", no_wrap=True, width=values)
        table.add_column(overflow="fold", style="dim", width=names)
        for label, value, name in lines:
            table.add_row(Padding(Text(label), _INDENT), value, Text(name))
        console.print(table)


def _with_unit(value: float, unit: Unit) -> str:
    return f"{shown(value, unit)} %" if unit == "percent" else shown(value, unit)


def _show_losses(console: Console, found: Sequence[Loss], rows: int, missed: int) -> None:
    from rich.padding import Padding

    table = _table()
    table.add_column(overflow="fold")
    table.add_column(justify="right", no_wrap=True)
    table.add_column(no_wrap=True)
    longest = max([rows - missed, *(loss.count for loss in found)], default=0) or 1
    wide = console.width >= _WIDE
    if wide:
        table.add_column(style="dim")
    block, most = _block(console), max(1, min(_BAR, console.width - _BESIDE_BAR))
    outcomes = [("exactly right", rows - missed, ""), *((loss.label, loss.count, loss.meaning) for loss in found)]
    for label, count, meaning in outcomes:
        bar = block * max(round(most * count / longest), 1 if count else 0)
        table.add_row(Padding(label, _INDENT), f"{count:,}", bar, *([meaning] if wide else []))
    _say(console, Text("\nWhat came out", style="bold"))
    console.print(table)


def _table() -> Table:
    from rich.table import Table

    return Table(box=None, show_header=False, padding=(0, 2, 0, 0), pad_edge=False)


def _block(console: Console) -> str:
    """What bars are made of: a full block where it can be written."""
    try:
        "█".encode(console.encoding)
    except UnicodeEncodeError:
        return "#"
    return "█"


def _show_comparison(console: Console, comparison: Comparison) -> None:
    noun = "file" if comparison.kind == "cleaning" else "question"
    _say(console, Text(f"\nCompared with the earlier run ({counted(comparison.shared, noun)} in both)", style="bold"))
    for warning in comparison.warnings:
        _say(console, Text(f"  Note: {_one_line(warning)}", style="yellow"))
    for item in comparison.differences:
        style = {"better": "green", "worse": "red"}.get(item.verdict, "")
        _say(console, Text(f"  {_one_line(item.sentence)}", style=style))
    changes = (
        ("Better", comparison.gained),
        ("Worse", comparison.lost),
        ("Only in this run", comparison.only_new),
        ("Only in the earlier run", comparison.only_old),
    )
    for what, ids in changes:
        if ids:
            more = f" and {len(ids) - _IDS_SHOWN:,} more" if len(ids) > _IDS_SHOWN else ""
            _say(console, Text(f"  {what}: {len(ids):,} ({_one_line(', '.join(ids[:_IDS_SHOWN]))}{more})"))


def _show_miss(console: Console, miss: Miss) -> None:
    because = f": {miss.because}" if miss.because else ""
    console.print()
    lost = _one_line(miss.loss.replace("_", " ") + because)
    _say(console, Text(_one_line(miss.id), style="bold") + Text(f"  {lost}"))
    if miss.question:
        _say(console, Text(f"  {_one_line(miss.question)}"))
    for name, value in _facts(miss):
        _say(console, Text(f"  {name}: ", style="dim") + Text(_one_line(value)))


def _facts(miss: Miss) -> list[tuple[str, str]]:
    sure = f" ({miss.confidence:.2f})" if miss.confidence is not None else ""
    if miss.verdict == "":
        facts = [("kept", (miss.predicted or "")[:_STRETCH]), ("dropped", "".join(miss.gold)[:_STRETCH])]
    else:
        facts = [(miss.verdict, f"{miss.predicted}{sure}" if miss.predicted is not None else "")]
        facts.append(("gold", _golds(miss)))
    return [(name, value) for name, value in (*facts, *miss.notes) if value]


def _golds(miss: Miss) -> str:
    if miss.loss == "wrongly_answered":
        return "(a refusal)"
    more = len(miss.gold) - _GOLDS_SHOWN
    return " | ".join(miss.gold[:_GOLDS_SHOWN]) + (f" | … {more} more" if more > 0 else "")


def _say(console: Console, text: Text) -> None:
    """Lines end where the text's do: what is piped on stays whole."""
    console.print(text, soft_wrap=True)


def _one_line(text: str) -> str:
    return printable(" ".join(text.split()))
