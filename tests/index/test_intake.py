"""Files become articles in other processes, whatever happens to those."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.articles.formats import Limits, Skipped
from assistant.index import intake
from assistant.index.intake import Intake
from assistant.index.parsing import Incoming, Item, item_of, line_of
from assistant.records import RawArticle, Stated

PAGE = (
    "<html><head><title>{0} opens</title></head><body><article><h1>{0} opens</h1><p>The {0} was opened on Tuesday by "
    "the mayor, who said that the town had waited for it for nearly twenty years.</p><p>Visitors came from the whole "
    "region, and the first of them had queued since the early morning, the police said.</p></article></body></html>"
)


def write(folder: Path, *names: str) -> list[Path]:
    paths = []
    for name in names:
        path = folder / name
        text = PAGE.format(path.stem) if path.suffix == ".html" else f"The {path.stem} was opened on Tuesday.\n"
        path.write_text(text, encoding="utf-8")
        paths.append(path)
    return paths


def read(files: list[Path], workers: int = 1) -> list[tuple[str, list[str]]]:
    found = []
    for path, items in Intake(Limits(), workers).read(files):
        found.append((path.name, ["skipped" if isinstance(item, Skipped) else item.raw.text[:12] for item in items]))
    return found


@pytest.mark.parametrize("workers", [1, 3])
def test_files_come_in_order_whoever_reads_them(tmp_path: Path, workers: int) -> None:
    files = write(tmp_path, "bridge.html", "tunnel.txt", "harbour.html", "canal.md", "tower.html", "mill.html")
    found = read(files, workers)
    assert [name for name, _ in found] == [path.name for path in files]
    assert all(len(items) == 1 and items[0] != "skipped" for _, items in found)


#: Stands in for the process that parses.
HANGING = """
import os, signal, time
from pathlib import Path
from assistant.articles.formats import Skipped
from assistant.index import parsing

def read(path, limits, fields):
    print("noise that parsers make")
    if "evil" in path.name:
        time.sleep(600)
    if "deadly" in path.name:
        os.kill(os.getpid(), signal.SIGKILL)
    yield Skipped(str(path), "read", "none")

parsing.read_file = read
parsing.main()
"""


def test_a_parser_that_hangs_or_dies_costs_one_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake, "PATIENCE", 3.0)
    monkeypatch.setattr(intake, "COMMAND", (sys.executable, "-c", HANGING))
    names = ("good.html", "evil.html", "fine.html", "deadly.html", "last.html")
    files = write(tmp_path, *names)
    found = {path.name: list(items) for path, items in Intake(Limits()).read(files)}
    reasons = {name: items[0].reason for name, items in found.items() if isinstance(items[0], Skipped)}
    assert reasons["good.html"] == reasons["fine.html"] == reasons["last.html"] == "read"
    assert "more than 3 seconds" in reasons["evil.html"]
    assert "ended the process" in reasons["deadly.html"]


anything = st.text()
articles = st.builds(
    Incoming,
    st.builds(
        RawArticle,
        anything,
        anything,
        st.none() | st.just("utf-8"),
        anything,
        anything,
        st.lists(st.builds(Stated, anything, anything, anything, st.floats(0, 1))).map(tuple),
    ),
    anything,
    st.lists(anything).map(tuple),
)


@given(st.none() | articles | st.builds(Skipped, anything, anything, anything, st.booleans()))
def test_items_come_through_a_line_unchanged(item: Item | None) -> None:
    line = line_of(item)
    assert line.endswith("\n") and "\n" not in line[:-1]
    assert item_of(line) == item


def test_a_script_that_syncs_is_not_run_again(tmp_path: Path) -> None:
    files = write(tmp_path, "bridge.html", "tower.html")
    script = tmp_path / "script.py"
    script.write_text(
        f"""
from pathlib import Path
from assistant.articles.formats import Limits
from assistant.index.intake import Intake
print("once")
for path, items in Intake(Limits()).read([Path(name) for name in {[str(path) for path in files]!r}]):
    print(path.name, len(list(items)))
""",
        encoding="utf-8",
    )
    done = subprocess.run([sys.executable, script], capture_output=True, text=True, cwd=Path(__file__).parents[2])
    assert done.stdout.splitlines() == ["once", "bridge.html 1", "tower.html 1"], done.stderr
