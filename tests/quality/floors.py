"""The floors below which no figure may fall, kept in ``floors.json`` with the digest of their data.

    python -m tests.quality.floors [SET ...]                 floors beside today's figures
    python -m tests.quality.floors [SET ...] --raise         raise floors to today's figures, less the set's slack
    python -m tests.quality.floors --lower SET FIGURE VALUE --why "..."
                                                             lower one floor, on purpose, and keep the reason
    python -m tests.quality.floors [SET ...] --repin         accept changed data; the floors stay

``--raise`` lowers nothing. Sets of the data folder need ``ASSISTANT_DATA``; no other ``ASSISTANT_*`` variable has a
say, the figures are those of the shipped settings.

``floors.json`` is written by this tool alone. It ends with a list of all that was ever lowered, from what, to what and
why, and begins with a digest over the rest: after an edit by hand the digest is wrong, the gate fails, and the tool
refuses to go on from there. After a merge, take one side's file and raise again.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import math
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

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


@dataclass(frozen=True, slots=True)
class Lowering:
    """A floor that was lowered on purpose: whose, from what, to what, and the reason given."""

    name: str
    figure: str
    before: float
    after: float
    why: str

    def to_dict(self) -> dict[str, Any]:
        """As it is stored."""
        return {"set": self.name, "figure": self.figure, "from": self.before, "to": self.after, "why": self.why}


@dataclass(frozen=True, slots=True)
class Floors:
    """What ``floors.json`` holds: the pinned sets by name, and every lowering, oldest first."""

    sets: Mapping[str, Pinned] = field(default_factory=dict)
    lowered: tuple[Lowering, ...] = ()


def read_floors(path: Path = FILE) -> Floors:
    """All that is pinned; nothing without the file. Raises FloorError when it is not as this tool wrote it."""
    if not path.exists():
        return Floors()
    try:
        stored = json.loads(path.read_text(encoding="utf-8"))
        floors = Floors(
            {name: Pinned(**pinned) for name, pinned in stored["sets"].items()},
            tuple(
                Lowering(*(item[key] for key in ("set", "figure", "from", "to", "why"))) for item in stored["lowered"]
            ),
        )
        intact = stored["digest"] == _digest(floors)
    except (ValueError, KeyError, TypeError, AttributeError):
        intact = False
    if not intact:
        raise FloorError(
            f"{path.name} was edited by hand. Take it back (git checkout), then lower a floor on purpose:"
            ' python -m tests.quality.floors --lower SET FIGURE VALUE --why "..."; after a merge, take one side\'s'
            " file, then: python -m tests.quality.floors --raise"
        )
    return floors


def write_floors(floors: Floors, path: Path = FILE) -> None:
    """One figure a line, so that a diff shows each change."""
    stored = {"digest": _digest(floors), **_stored(floors)}
    path.write_text(json.dumps(stored, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def _stored(floors: Floors) -> dict[str, Any]:
    return {
        "sets": {name: asdict(floors.sets[name]) for name in sorted(floors.sets)},
        "lowered": [item.to_dict() for item in floors.lowered],
    }


def _digest(floors: Floors) -> str:
    return hashlib.sha256(json.dumps(_stored(floors), sort_keys=True).encode()).hexdigest()


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
                f' python -m tests.quality.floors --lower {name} {figure} VALUE --why "..."'
            )
    return found


def raised(chosen: QualitySet, digest: str, pinned: Pinned | None, figures: Mapping[str, float]) -> Pinned:
    """Floors at ``figures`` less the set's slack, where that is higher than now; new ones where there are none."""
    missing = [figure for figure in chosen.figures if not math.isfinite(figures.get(figure, math.nan))]
    if missing:
        raise FloorError(f"{', '.join(missing)} not among the figures of: {chosen.command}")
    before = pinned.floors if pinned else {}
    floors = {
        figure: max(_with_slack(chosen, figure, figures[figure]), before.get(figure, 0.0)) for figure in chosen.figures
    }
    return Pinned(digest, chosen.command, floors)


def lowered(floors: Floors, name: str, figure: str, value: float, why: str) -> Floors:
    """With one floor lower than it was, and the reason kept."""
    if name not in floors.sets:
        raise FloorError(f"There is no set {name} with floors; there are {', '.join(floors.sets)}.")
    pinned = floors.sets[name]
    before = pinned.floors.get(figure)
    if before is None:
        raise FloorError(f"{name} has no floor for {figure}; it has them for {', '.join(pinned.floors)}.")
    if not 0 <= value < before:
        raise FloorError(f"The floor of {figure} is {before:g}: {value:g} would not lower it.")
    if not why.strip():
        raise FloorError('A floor is lowered for a reason: add --why "...".')
    changed = replace(pinned, floors={**pinned.floors, figure: value})
    return Floors({**floors.sets, name: changed}, (*floors.lowered, Lowering(name, figure, before, value, why.strip())))


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
    parser.add_argument("--why", default="", metavar="REASON", help="with --lower: what made it necessary")
    change.add_argument("--repin", action="store_true", help="accept changed data")
    chosen = parser.parse_args(arguments)
    if unknown := [name for name in chosen.sets if name not in SETS]:
        parser.error(f"no set {', '.join(unknown)}; there are {', '.join(SETS)}")
    if chosen.why and not chosen.lower:
        parser.error("--why goes with --lower")
    try:
        if chosen.lower:
            _lower(*chosen.lower, chosen.why)
        elif chosen.repin:
            _repin(chosen.sets or list(SETS))
        else:
            _measure(chosen.sets or list(SETS), raising=chosen.raising)
    except (FloorError, AssistantError) as error:
        sys.exit(str(error))


def _lower(name: str, figure: str, value: str, why: str) -> None:
    try:
        number = float(value)
    except ValueError as error:
        raise FloorError(f"{value} is not a number.") from error
    write_floors(lowered(read_floors(), name, figure, number, why))


def _repin(names: Sequence[str]) -> None:
    floors = read_floors()
    sets = dict(floors.sets)
    for name in _given(names):
        if name in sets and sets[name].data != (digest := SETS[name].digest()):
            sets[name] = replace(sets[name], data=digest)
            print(f"{name}: accepted the data with the digest {digest[:12]}…")
    write_floors(replace(floors, sets=sets))


def _measure(names: Sequence[str], *, raising: bool) -> None:
    with _seed_assistant() as seed_assistant:
        for name in _given(names):
            floors = read_floors()
            pinned = floors.sets.get(name)
            digest = SETS[name].digest()
            if pinned is not None:
                require_same_data(name, pinned, digest)
            evaluation = SETS[name].evaluate(seed_assistant)
            if not evaluation.complete:
                raise FloorError(f"{name} could not be scored whole: {evaluation.problems[0].reason}")
            if raising:
                pinned = raised(SETS[name], digest, pinned, evaluation.figures)
                kept = {other: floors.sets[other] for other in floors.sets if other in SETS}
                write_floors(replace(floors, sets={**kept, name: pinned}))
            _show(name, pinned, evaluation.figures)


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
