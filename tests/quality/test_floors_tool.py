"""The rules of the floors: raising is easy, lowering is on purpose, changed data does not pass unnoticed."""

from __future__ import annotations

import json
import math
import os
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.evaluation.figures import FIGURES, describe
from assistant.settings import Settings, load_settings
from tests.quality import floors, sets
from tests.quality.floors import (
    FloorError,
    Floors,
    Lowering,
    Pinned,
    lowered,
    main,
    raised,
    read_floors,
    require_same_data,
    shortfalls,
    write_floors,
)
from tests.quality.sets import SETS, QualitySet

SET = QualitySet("questions", "questions.jsonl", ("f1", "auroc", "quotes_exact"), slack=2.0, in_repository=True)
FIGURES_NOW = {"f1": 81.27, "auroc": 0.8457, "quotes_exact": 1.0, "questions": 92.0}
PINNED = Pinned("d" * 64, "assistant eval questions questions.jsonl", {"f1": 79.2, "auroc": 0.825, "quotes_exact": 1.0})

values = st.floats(0, 100)


def test_new_floors_stand_the_slack_below_and_what_is_always_exact_stands_without() -> None:
    assert raised(SET, "d" * 64, None, FIGURES_NOW) == PINNED


@given(values, values, values)
def test_raising_never_lowers_and_what_was_measured_passes(before: float, now: float, auroc: float) -> None:
    pinned = Pinned("d", "", {"f1": before, "auroc": 0.0, "quotes_exact": 1.0})
    figures = {"f1": now, "auroc": auroc / 100, "quotes_exact": 1.0}
    after = raised(SET, "d", pinned, figures)
    assert after.floors["f1"] >= before
    assert raised(SET, "d", after, figures) == after
    fresh = raised(SET, "d", None, figures)
    assert shortfalls("s", fresh, figures) == []
    assert all(0 <= floor <= figures[name] for name, floor in fresh.floors.items())
    assert fresh.floors["f1"] == 0 or fresh.floors["f1"] > now - SET.slack - 0.1001


@pytest.mark.parametrize("figures", [{}, {**FIGURES_NOW, "auroc": math.nan}])
def test_a_figure_that_is_missing_cannot_be_pinned(figures: dict[str, float]) -> None:
    with pytest.raises(FloorError, match="auroc"):
        raised(SET, "d", None, figures)


def test_figures_at_their_floors_pass() -> None:
    assert shortfalls("seeds", PINNED, dict(PINNED.floors)) == []


@pytest.mark.parametrize(("value", "got"), [(0.8249, "0.8249"), (math.nan, "nan"), (None, "missing")])
def test_a_shortfall_says_figure_floor_value_and_what_to_do(value: float | None, got: str) -> None:
    figures = {**FIGURES_NOW, "auroc": value} if value is not None else {"f1": 81.27, "quotes_exact": 1.0}
    (message,) = shortfalls("seeds", PINNED, figures)
    assert f"auroc of seeds is {got}, and its floor is 0.825" in message
    assert "--lower seeds auroc" in message


def test_only_lower_values_lower_a_floor_and_the_reason_is_kept() -> None:
    floors = lowered(Floors({"seeds": PINNED}), "seeds", "f1", 70.0, "golds corrected")
    assert floors.sets == {"seeds": replace(PINNED, floors={**PINNED.floors, "f1": 70.0})}
    again = lowered(floors, "seeds", "f1", 60.5, "a smaller reader")
    assert again.sets["seeds"].floors["f1"] == 60.5
    assert again.lowered == (
        Lowering("seeds", "f1", 79.2, 70.0, "golds corrected"),
        Lowering("seeds", "f1", 70.0, 60.5, "a smaller reader"),
    )
    for name, figure, value, why in [
        ("seeds", "f1", 79.2, "why"),
        ("seeds", "f1", 90.0, "why"),
        ("seeds", "f1", math.nan, "why"),
        ("seeds", "f1", -1.0, "why"),
        ("seeds", "mrr", 0.1, "why"),
        ("others", "f1", 1.0, "why"),
        ("seeds", "f1", 1.0, " "),
    ]:
        with pytest.raises(FloorError):
            lowered(Floors({"seeds": PINNED}), name, figure, value, why)


def test_other_data_is_refused() -> None:
    require_same_data("seeds", PINNED, "d" * 64)
    with pytest.raises(FloorError, match="seeds --repin"):
        require_same_data("seeds", PINNED, "e" * 64)


def test_floors_are_written_as_they_are_read(tmp_path: Path) -> None:
    path = tmp_path / "floors.json"
    assert read_floors(path) == Floors()
    floors = Floors({"b": PINNED, "a": PINNED}, (Lowering("a", "f1", 80.0, 79.2, "“why” – at length"),))
    write_floors(floors, path)
    assert read_floors(path) == floors
    assert list(json.loads(path.read_text("utf-8"))["sets"]) == ["a", "b"]
    assert path.read_text("utf-8").count("\n") > 2 * len(PINNED.floors)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('"f1": 79.2', '"f1": 70.0'),
        ('"quotes_exact": 1.0', '"quotes_exact": 2.0'),
        (f'"{"d" * 64}"', f'"{"e" * 64}"'),
        ('"to": 79.2', '"to": 79.1'),
        ('"why": "noise"', '"why": ""'),
        ('"lowered": [', '"lowered": [], "more": ['),
        ('"lowered": [', '"lowered": [{}, '),
        ('"digest": ', '"digest": 1, "more": '),
        ("{", "["),
    ],
)
def test_an_edit_by_hand_is_refused_with_what_to_do_instead(before: str, after: str, tmp_path: Path) -> None:
    path = tmp_path / "floors.json"
    write_floors(Floors({"a": PINNED}, (Lowering("a", "f1", 80.0, 79.2, "noise"),)), path)
    text = path.read_text("utf-8")
    assert before in text
    path.write_text(text.replace(before, after, 1), "utf-8")
    with pytest.raises(FloorError, match=r"edited by hand.*--lower SET FIGURE VALUE --why"):
        read_floors(path)


def test_the_file_is_as_the_tool_writes_it(tmp_path: Path) -> None:
    write_floors(read_floors(), tmp_path / "floors.json")
    assert (tmp_path / "floors.json").read_text("utf-8") == floors.FILE.read_text("utf-8")


@pytest.mark.parametrize("kind", ["questions", "reading", "cleaning", "open", "conversation"])
def test_a_person_s_own_settings_have_no_say_in_the_figures(kind: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    own = {"ASSISTANT_READER": "/no/such", "assistant_min_confidence": "0.5", "ASSISTANT_DATA": "/d"}
    for name, value in own.items():
        monkeypatch.setenv(name, value)
    seen: list[tuple[Settings, str | None]] = []

    def evaluate(*arguments: Any, **named: Any) -> None:
        seen.append((load_settings(), os.environ.get("ASSISTANT_DATA")))

    monkeypatch.setattr(sets, f"evaluate_{kind}", evaluate)
    replace(SET, kind=kind).evaluate(lambda: SimpleNamespace())  # type: ignore[arg-type,return-value]
    assert seen == [(Settings.model_construct(), "/d")]
    assert own.items() <= os.environ.items()


@pytest.mark.parametrize("name", SETS)
def test_only_figures_of_which_more_is_better_have_floors(name: str) -> None:
    for figure in SETS[name].figures:
        described = describe(figure, SETS[name].kind)
        assert described.group in {entry.group for entry in FIGURES}, figure
        assert described.unit in ("percent", "share"), figure
        assert figure not in ("ece", "aurc", "threshold", "best_threshold", "answered"), figure


class Tool:
    """The command line over a set whose data and figures can be changed."""

    def __init__(self, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.path, self.digest, self.figures, self.complete = path, "d" * 64, dict(FIGURES_NOW), True
        self.at_hand = True
        stand_in = SimpleNamespace(
            kind=SET.kind,
            figures=SET.figures,
            slack=SET.slack,
            command=SET.command,
            folder=lambda: path.parent if self.at_hand else None,
            digest=lambda: self.digest,
            evaluate=self.evaluate,
        )
        monkeypatch.setattr(floors, "SETS", {"seeds": stand_in})
        monkeypatch.setattr(floors, "read_floors", lambda: read_floors(path))
        monkeypatch.setattr(floors, "write_floors", lambda written: write_floors(written, path))

    def evaluate(self, seed_assistant: object) -> Any:
        problems = () if self.complete else (SimpleNamespace(reason="torn"),)
        return SimpleNamespace(figures=self.figures, complete=self.complete, problems=problems)

    def floors(self) -> dict[str, Pinned]:
        return dict(read_floors(self.path).sets)


@pytest.fixture
def tool(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Tool:
    return Tool(tmp_path / "floors.json", monkeypatch)


def test_showing_changes_nothing(tool: Tool, capsys: pytest.CaptureFixture[str]) -> None:
    main([])
    assert "no floor yet" in capsys.readouterr().out
    main(["--raise"])
    written = tool.path.read_bytes()
    capsys.readouterr()
    tool.figures["f1"] = 50.0
    main(["seeds"])
    out = capsys.readouterr().out
    assert SET.command in out
    assert [line.split()[-1] for line in out.splitlines() if "f1" in line] == ["BELOW"]
    assert tool.path.read_bytes() == written


def test_raising_and_lowering(tool: Tool) -> None:
    main(["--raise"])
    assert tool.floors() == {"seeds": PINNED}
    tool.figures |= {"f1": 90.0, "auroc": 0.5}
    main(["seeds", "--raise"])
    assert tool.floors()["seeds"].floors == {**PINNED.floors, "f1": 88.0}
    main(["--lower", "seeds", "f1", "75.5", "--why", "golds corrected"])
    assert tool.floors()["seeds"].floors == {**PINNED.floors, "f1": 75.5}
    main(["--raise"])
    main(["--repin"])
    assert json.loads(tool.path.read_text("utf-8"))["lowered"] == [
        {"set": "seeds", "figure": "f1", "from": 88.0, "to": 75.5, "why": "golds corrected"}
    ]


@pytest.mark.parametrize(
    "arguments", [[], ["--raise"], ["--repin"], ["--lower", "seeds", "auroc", "0.1", "--why", "?"]]
)
def test_the_tool_does_not_go_on_from_an_edit_by_hand(tool: Tool, arguments: list[str]) -> None:
    main(["--raise"])
    edited = tool.path.read_text("utf-8").replace('"f1": 79.2', '"f1": 70.0')
    tool.path.write_text(edited, "utf-8")
    with pytest.raises(SystemExit, match="edited by hand"):
        main(arguments)
    assert tool.path.read_text("utf-8") == edited


def test_floors_of_figures_and_sets_that_are_gone_go_with_the_next_raise(tool: Tool) -> None:
    gone = replace(PINNED, floors={**PINNED.floors, "mrr": 0.5})
    write_floors(Floors({"seeds": gone, "others": PINNED}), tool.path)
    main(["--raise"])
    assert tool.floors() == {"seeds": PINNED}


def test_changed_data_is_accepted_on_request_only_and_keeps_its_floors(tool: Tool) -> None:
    main(["--raise"])
    tool.digest = "e" * 64
    tool.figures["f1"] = 99.0
    for arguments in ([], ["--raise"]):
        with pytest.raises(SystemExit, match="--repin"):
            main(arguments)
    assert tool.floors() == {"seeds": PINNED}
    main(["--repin"])
    assert tool.floors() == {"seeds": Pinned("e" * 64, PINNED.command, PINNED.floors)}


def test_a_partial_run_pins_nothing(tool: Tool) -> None:
    tool.complete = False
    with pytest.raises(SystemExit, match="torn"):
        main(["--raise"])
    assert tool.floors() == {}


def test_sets_that_are_not_at_hand_are_named(tool: Tool, capsys: pytest.CaptureFixture[str]) -> None:
    tool.at_hand = False
    for arguments in ([], ["--raise"], ["--repin"]):
        main(arguments)
        assert "seeds: skipped, it needs ASSISTANT_DATA" in capsys.readouterr().out
    assert tool.floors() == {}


@pytest.mark.parametrize(
    "arguments",
    [
        ["nonsense"],
        ["--lower", "seeds", "f1", "much", "--why", "?"],
        ["--lower", "seeds", "f1", "99", "--why", "?"],
        ["--lower", "seeds", "f1", "9"],
        ["--raise", "--why", "?"],
        ["--raise", "--repin"],
    ],
)
def test_what_makes_no_sense_is_refused(tool: Tool, arguments: list[str]) -> None:
    main(["--raise"])
    with pytest.raises(SystemExit) as refused:
        main(arguments)
    assert refused.value.code not in (None, 0)
    assert tool.floors() == {"seeds": PINNED}
