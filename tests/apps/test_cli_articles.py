"""The commands over articles, as a script sees them."""

from __future__ import annotations

import json
import os
import pty
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from rich.cells import cell_len

from tests.pages import HARBOUR, JAPANESE, SPANISH, page

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


@pytest.fixture(scope="module")
def mixed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index of a story with two copies of it, articles in other languages, and some without a title."""
    place = tmp_path_factory.mktemp("mixed")
    folder = place / "articles"
    folder.mkdir()
    more = "Shop owners on the quay told the paper that they feared for their summer trade and asked for compensation."
    pages = {
        "kyodo": page("Harbour road to close", "KYODO", "2024-03-01", [*HARBOUR, more]),
        "times": page("Council shuts road", "Japan Times", "2024-03-02", HARBOUR),
        "long": page(
            "A long headline " * 20, "Journal of Everything " * 9, "2023-12-31", [more.replace("quay", "pier")]
        ),
        "ja": page("港湾道路、春まで閉鎖", "共同通信", "2024-03-04", JAPANESE, "ja"),
        "es": page("El presupuesto", "El País", "2024-03-05", SPANISH, "es"),
    }
    for name, text in pages.items():
        (folder / f"{name}.html").write_text(text, encoding="utf-8")
    shutil.copy(folder / "ja.html", folder / "ja too.html")
    records = [
        {"text": f"The museum of ships number {number} reopened with charts drawn before 1700."} for number in (1, 2)
    ]
    (folder / "records.jsonl").write_text("".join(json.dumps(record) + "\n" for record in records))
    assert run("sync", folder, "--store", place / "store").returncode == 0
    return place / "store"


def test_through_a_pipe_each_article_is_a_line_of_whole_values(mixed: Path) -> None:
    lines = [line.split("\t") for line in run("articles", "--store", mixed).stdout.splitlines()]
    by_file = {Path(places[0]).name: (fields, places) for *fields, places in ((*line[:6], line[6:]) for line in lines)}
    assert len(lines) == len(by_file) == 7
    (kyodo, *rest), _ = by_file["kyodo.html"]
    assert rest == ["2024-03-01", "en", "KYODO", "Harbour road to close", ""]
    assert by_file["times.html"][0][1:] == ["2024-03-02", "en", "Japan Times", "Council shuts road", kyodo]
    assert by_file["ja too.html"][0][2:5] == ["ja", "共同通信", "港湾道路、春まで閉鎖"]
    assert [Path(place).name for place in by_file["ja too.html"][1]] == ["ja too.html", "ja.html"]
    assert by_file["records.jsonl!2"][0][1:5] == ["", "en", "", ""]
    assert by_file["long.html"][0][4] == " ".join(["A long headline"] * 20)


@pytest.mark.parametrize(
    ("options", "files"),
    [
        (("--language", "ja"), {"ja too.html"}),
        (("--language", "es-ES"), {"es.html"}),
        (("--source", "japan times"), {"times.html"}),
        (("--after", "2024-03-02", "--before", "2024-03-04"), {"times.html", "ja too.html"}),
        (("--language", "ja", "--source", "KYODO"), set()),
    ],
)
def test_the_list_is_filtered(mixed: Path, options: tuple[str, ...], files: set[str]) -> None:
    listed = run("articles", *options, "--store", mixed, "--json")
    assert {Path(json.loads(line)["places"][0]).name for line in listed.stdout.splitlines()} == files
    assert listed.returncode == 0
    plain = run("articles", *options, "--store", mixed)
    assert ("No article of the index fits." in plain.stderr) == (not files)


def test_a_language_that_is_none_is_refused(mixed: Path) -> None:
    refused = run("articles", "--language", "klingon", "--store", mixed)
    assert refused.returncode == 2
    assert "'klingon' is no language code. Use ISO 639-1" in " ".join(refused.stderr.split())


@pytest.mark.parametrize(
    ("width", "headings"),
    [
        (60, ["Id", "Published", "Lang", "Title"]),
        (100, ["Id", "Published", "Lang", "Source", "Title"]),
        (120, ["Id", "Published", "Lang", "Source", "Title", "File"]),
        (200, ["Id", "Published", "Lang", "Source", "Title", "File", "Copy of"]),
    ],
)
def test_in_a_terminal_the_table_is_as_wide_as_that(mixed: Path, width: int, headings: list[str]) -> None:
    lines = in_terminal(width, "articles", "--store", str(mixed))
    assert lines[0].split("  ")[0] == "Id"
    assert re.split(r"\s{2,}", lines[0].strip()) == headings
    assert lines[-1] == "7 articles."
    assert len(lines) == 9
    assert max(map(cell_len, lines)) <= width
    assert any("港湾道路、春まで閉鎖" in line and "  ja  " in line for line in lines)
    assert sum("…" in line for line in lines) == 1
    assert any("(records.jsonl!1)" in line for line in lines), "what has no title is named by its file"
    assert any("ja too.html +1" in line for line in lines) == ("File" in headings)


def test_one_article_tells_where_else_its_story_stands(mixed: Path) -> None:
    lines = run("articles", "--store", mixed, "--source", "Japan Times").stdout
    shown = run("articles", lines.split("\t")[0], "--store", mixed).stdout
    assert "  Also in KYODO\n    Harbour road to close · KYODO · 1 March 2024 · kyodo.html\n" in shown
    told = json.loads(run("articles", lines.split("\t")[0], "--store", mixed, "--json").stdout)
    assert [(each["source"], each["published"]) for each in told["also_in"]] == [("KYODO", "2024-03-01")]


def in_terminal(width: int, *arguments: str) -> list[str]:
    """The lines that a command shows in a terminal of this width, without colours."""
    controller, terminal = pty.openpty()
    command = [sys.executable, "-m", "assistant.apps.cli", *arguments]
    environment = {**os.environ, "COLUMNS": str(width), "TERM": "xterm"}
    with subprocess.Popen(command, stdout=terminal, stderr=terminal, close_fds=True, env=environment) as process:
        os.close(terminal)
        shown = b""
        while True:
            try:
                read = os.read(controller, 65536)
            except OSError:  # the other end has closed
                break
            if not read:
                break
            shown += read
        assert process.wait() == 0
    os.close(controller)
    return [line.rstrip() for line in re.sub(r"\x1b\[[0-9;]*m", "", shown.decode()).splitlines()]


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
        command,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
        # A shell that starts the tests in the background has them ignore it, and what they start.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
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
