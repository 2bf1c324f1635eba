"""Files become articles in other processes, whatever happens to those."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.articles.formats import Limits, Skipped
from assistant.index import intake
from assistant.index.intake import Incoming, Intake

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


def hangs(path: Path, limits: Limits) -> Iterator[Incoming | Skipped]:
    """Stands in for a parser, in the other process."""
    if "evil" in path.name:
        time.sleep(600)
    if "deadly" in path.name:
        os.kill(os.getpid(), signal.SIGKILL)
    yield Skipped(str(path), "read", "none")


def _hanging_work(pipe, files, limits, fields):  # type: ignore[no-untyped-def]
    pipe.send(None)
    for path in files:
        for item in hangs(path, limits):
            pipe.send(item)
        pipe.send(None)


def test_a_parser_that_hangs_or_dies_costs_one_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake, "PATIENCE", 3.0)
    monkeypatch.setattr(intake, "_work", _hanging_work)
    names = ("good.html", "evil.html", "fine.html", "deadly.html", "last.html")
    files = write(tmp_path, *names)
    found = {path.name: list(items) for path, items in Intake(Limits()).read(files)}
    reasons = {name: items[0].reason for name, items in found.items() if isinstance(items[0], Skipped)}
    assert reasons["good.html"] == reasons["fine.html"] == reasons["last.html"] == "read"
    assert "more than 3 seconds" in reasons["evil.html"]
    assert "ended the process" in reasons["deadly.html"]
