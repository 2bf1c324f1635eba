"""The floors below which no figure may fall, kept in ``floors.json`` with the digest of their data.

    python -m tests.quality.floors [SET ...]                   floors beside today's figures
    python -m tests.quality.floors [SET ...] --raise           raise floors to today's figures, less the set's slack
    python -m tests.quality.floors --lower SET FIGURE VALUE    lower one floor, on purpose
    python -m tests.quality.floors [SET ...] --repin           accept changed data; the floors stay

``--raise`` lowers nothing. Sets of the data folder need ``ASSISTANT_DATA``.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from functools import cache
from pathlib import Path

from assistant.errors import AssistantError
from assistant.evaluation.figures import describe, shown
from assistant.pipeline import Assistant
from tests.quality.sets import ROOT, SETS, QualitySet

FILE = Path(__file__).with_name("floors.json")
#: Figures that hold without exception.
_WITHOUT_SLACK = frozenset({"quotes_exact"})


class FloorError(Exception):
    """What was asked for is against the rules; the message says which, and what to do."""


@dataclass(frozen=True, slots=True)
class Pinned:
    """The floors of a set.

    Attributes:
        data: digest of its data.
        command: what prints its figures.
        floors: figure to the least it may be; EM and F1 in percent, others 0..1.
    """

    data: str
    command: str
    floors: Mapping[str, float]


def read_floors(path: Path = FILE) -> dict[str, Pinned]:
    """All pinned sets; none without the file."""
    if not path.exists():
        return {}
    return {name: Pinned(**stored) for name, stored in json.loads(path.read_text(encoding="utf-8")).items()}


def write_floors(pinned: Mapping[str, Pinned], path: Path = FILE) -> None:
    """One figure a line, so that a diff shows each change."""
    stored = {name: asdict(pinned[name]) for name in sorted(pinned)}
    path.write_text(json.dumps(stored, indent=2) + "\n", encoding="utf-8")


def require_same_data(name: str, pinned: Pinned, digest: str) -> None:
    """Raises FloorError when the floors were pinned on other data."""
    if pinned.data != digest:
        raise FloorError(
            f"The data of {name} is not what its floors were pinned on: its digest is {digest[:12]}…, it was"
            f" {pinned.data[:12]}…. If it was changed on purpose: python -m tests.quality.floors {name} --repin"
        )


def shortfalls(name: str, pinned: Pinned, figures: Mapping[str, float]) -> list[str]:
    """A sentence for each figure that is below its floor, or missing."""
    found = []
    for figure, floor in pinned.floors.items():
        value = figures.get(figure)
        if value is None or not value >= floor:  # not "value < floor": that would let NaN pass
            got = "missing" if value is None else f"{value:.4f}"
            found.append(
                f"{figure} of {name} is {got}, and its floor is {floor:g}. To lower that on purpose:"
                f" python -m tests.quality.floors --lower {name} {figure} VALUE"
            )
    return found


def raised(chosen: QualitySet, digest: str, pinned: Pinned | None, figures: Mapping[str, float]) -> Pinned:
    """Floors at ``figures`` less the set's slack, where that is higher than now; new ones where there are none."""
    missing = [figure for figure in chosen.figures if not math.isfinite(figures.get(figure, math.nan))]
    if missing:
        raise FloorError(f"{', '.join(missing)} not among the figures of: {chosen.command}")
    floors = dict(pinned.floors) if pinned else {}
    for figure in chosen.figures:
        floors[figure] = max(_with_slack(chosen, figure, figures[figure]), floors.get(figure, 0.0))
    return Pinned(digest, chosen.command, floors)


def lowered(name: str, pinned: Mapping[str, Pinned], figure: str, value: float) -> Pinned:
    """The set with one floor lower than it was."""
    if name not in pinned:
        raise FloorError(f"There is no set {name} with floors; there are {', '.join(pinned)}.")
    floors = pinned[name].floors
    if figure not in floors:
        raise FloorError(f"{name} has no floor for {figure}; it has them for {', '.join(floors)}.")
    if not 0 <= value < floors[figure]:
        raise FloorError(f"The floor of {figure} is {floors[figure]:g}: {value:g} would not lower it.")
    return replace(pinned[name], floors={**floors, figure: value})


def _with_slack(chosen: QualitySet, figure: str, value: float) -> float:
    """Rounded down to a tenth of a percentage point."""
    slack = 0.0 if figure in _WITHOUT_SLACK else chosen.slack
    if describe(figure, chosen.kind).unit == "percent":
        return math.floor((value - slack) * 10) / 10
    return math.floor((value - slack / 100) * 1000) / 1000


def main(arguments: Sequence[str] | None = None) -> None:
    """The command line."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.quality.floors",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("sets", nargs="*", metavar="SET", help=f"default: all; {', '.join(SETS)}")
    change = parser.add_mutually_exclusive_group()
    change.add_argument("--raise", action="store_true", dest="raising", help="raise floors")
    change.add_argument("--lower", nargs=3, metavar=("SET", "FIGURE", "VALUE"), help="lower one floor")
    change.add_argument("--repin", action="store_true", help="accept changed data")
    chosen = parser.parse_args(arguments)
    if unknown := [name for name in chosen.sets if name not in SETS]:
        parser.error(f"no set {', '.join(unknown)}; there are {', '.join(SETS)}")
    try:
        if chosen.lower:
            _lower(*chosen.lower)
        elif chosen.repin:
            _repin(chosen.sets or list(SETS))
        else:
            _measure(chosen.sets or list(SETS), raising=chosen.raising)
    except (FloorError, AssistantError) as error:
        sys.exit(str(error))


def _lower(name: str, figure: str, value: str) -> None:
    try:
        number = float(value)
    except ValueError as error:
        raise FloorError(f"{value} is not a number.") from error
    pinned = read_floors()
    write_floors({**pinned, name: lowered(name, pinned, figure, number)})


def _repin(names: Sequence[str]) -> None:
    pinned = read_floors()
    for name in _given(names):
        if name in pinned and pinned[name].data != (digest := SETS[name].digest()):
            pinned[name] = replace(pinned[name], data=digest)
            print(f"{name}: accepted the data with the digest {digest[:12]}…")
    write_floors(pinned)


def _measure(names: Sequence[str], *, raising: bool) -> None:
    with _seed_assistant() as seed_assistant:
        for name in _given(names):
            pinned = read_floors()
            digest = SETS[name].digest()
            if name in pinned:
                require_same_data(name, pinned[name], digest)
            evaluation = SETS[name].evaluate(seed_assistant)
            if not evaluation.complete:
                raise FloorError(f"{name} could not be scored whole: {evaluation.problems[0].reason}")
            if raising:
                pinned[name] = raised(SETS[name], digest, pinned.get(name), evaluation.figures)
                write_floors(pinned)
            _show(name, pinned.get(name), evaluation.figures)


def _given(names: Sequence[str]) -> Iterator[str]:
    """Those whose data is at hand; says so of the others."""
    for name in names:
        if SETS[name].folder() is None:
            print(f"{name}: skipped, it needs ASSISTANT_DATA")
        else:
            yield name


@contextmanager
def _seed_assistant() -> Iterator[Callable[[], Assistant]]:
    """Opened when it is first needed, then kept."""
    with tempfile.TemporaryDirectory() as store:
        opened = cache(lambda: Assistant.build(ROOT / "seeds", store=store))
        try:
            yield opened
        finally:
            if opened.cache_info().currsize:
                opened().close()


def _show(name: str, pinned: Pinned | None, figures: Mapping[str, float]) -> None:
    print(f"{name}: {SETS[name].command}")
    for figure in SETS[name].figures:
        unit = describe(figure, SETS[name].kind).unit
        floor = pinned.floors.get(figure) if pinned else None
        value = figures.get(figure, math.nan)
        pin = "–" if floor is None else shown(floor, unit)
        note = "  no floor yet: --raise" if floor is None else "" if value >= floor else "  BELOW"
        print(f"  {figure:<24} floor {pin:>7}   now {shown(value, unit):>7}{note}")


if __name__ == "__main__":
    main()
