"""The commands over articles, as a script sees them."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from .test_cli import run


@pytest.fixture
def folder(seeds: Path, tmp_path: Path) -> Path:
    made = tmp_path / "articles"
    made.mkdir()
    for path in sorted(seeds.glob("*.txt"))[:2]:
        shutil.copy(path, made)
    return made


def test_a_dry_run_tells_and_does_nothing(folder: Path, tmp_path: Path) -> None:
    store = tmp_path / "store"
    told = run("sync", folder, "--store", store, "--dry-run")
    assert told.returncode == 0, told.stderr
    assert [line[0] for line in told.stdout.splitlines()] == ["+", "+", "2"]
    assert "nothing was done" in told.stdout
    assert not store.exists()


def test_articles_are_listed_shown_and_removed(folder: Path, tmp_path: Path) -> None:
    store = tmp_path / "store"
    assert run("sync", folder, "--store", store, "--workers", "2").returncode == 0

    listed = [json.loads(line) for line in run("articles", "--store", store, "--json").stdout.splitlines()]
    assert len(listed) == 2
    assert {Path(place).name for entry in listed for place in entry["places"]} == {p.name for p in folder.iterdir()}

    shown = run("articles", listed[0]["id"], "--store", store)
    assert shown.stdout.startswith(listed[0]["places"][0])
    assert "title: " in shown.stdout
    unknown = run("articles", "0123456789abcdef", "--store", store)
    assert unknown.returncode == 3
    assert "holds no article 0123456789abcdef" in unknown.stderr

    removed = run("remove", listed[0]["places"][0], "--store", store)
    assert removed.returncode == 0, removed.stderr
    assert "1 removed" in removed.stdout
    assert len(run("articles", "--store", store).stdout.splitlines()) == 1
    again = run("remove", listed[0]["places"][0], "--store", store)
    assert again.returncode == 3
    assert "Nothing in the index is from" in again.stderr


def test_clean_shows_what_is_kept_what_is_dropped_and_why(folder: Path) -> None:
    file = sorted(folder.iterdir())[0]
    shown = run("clean", file)
    assert shown.returncode == 0, shown.stderr
    signs = {line[0] for line in shown.stdout.splitlines() if line[:2] in ("+ ", "- ")}
    assert signs == {"+", "-"}
    told = json.loads(run("clean", file, "--json").stdout)
    raw = file.read_bytes().decode()
    for block in told["blocks"]:
        assert raw[block["start"] : block["end"]].strip()
        assert block["kept"] == (block["reason"] is None)
    (folder / "bad.html").write_bytes(b"<html></html>")
    bad = run("clean", folder / "bad.html")
    assert bad.returncode == 4
    assert "bad.html" in bad.stderr


def test_a_watched_folder_is_followed(folder: Path, tmp_path: Path) -> None:
    store = tmp_path / "store"
    command = [
        sys.executable,
        "-m",
        "assistant.apps.cli",
        "sync",
        str(folder),
        "--store",
        str(store),
        "--watch",
        "--json",
    ]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONUNBUFFERED": "1"}
    ) as watching:
        assert watching.stdout is not None
        first = json.loads(watching.stdout.readline())
        assert first["new"] == 2
        time.sleep(0.5)  # the watch begins after the first sync
        deadline = time.monotonic() + 60
        for number in range(100):  # a change before the watch has begun is not seen
            (folder / "late.txt").write_text(f"The harbour road was closed for repairs on day {number} of March.\n" * 3)
            if _readable(watching.stdout.fileno(), 5.0) or time.monotonic() > deadline:
                break
        second = json.loads(watching.stdout.readline())
        assert (second["new"], second["unchanged"]) == (1, 2)
        watching.send_signal(signal.SIGINT)
        assert watching.wait(30) == 130


def _readable(descriptor: int, seconds: float) -> bool:
    import select

    return bool(select.select([descriptor], [], [], seconds)[0])
