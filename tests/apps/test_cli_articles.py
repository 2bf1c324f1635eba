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
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len
from typer.testing import CliRunner

from assistant.apps.cli import app
from assistant.errors import NothingToIndexError, StoreLockedError
from assistant.records import SyncReport
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
    told = run("index", folder, "--store", store, "--dry-run")
    assert told.returncode == 0, told.stderr
    assert [line[0] for line in told.stdout.splitlines()] == ["+", "+", "2"]
    assert "nothing was done" in told.stdout
    assert not store.exists()


def test_a_dry_run_names_what_would_be_skipped(folder: Path, tmp_path: Path) -> None:
    pipe = folder / "pipe\x1b[31m.txt"
    os.mkfifo(pipe)
    told = run("index", folder, "--store", tmp_path / "store", "--dry-run")
    assert told.returncode == 4, told.stderr
    assert "2 new, 0 changed, 0 removed, 0 unchanged, 1 skipped; nothing was done." in told.stdout
    assert told.stderr.startswith("Skipped: ")
    assert str(pipe).replace("\x1b", "\ufffd") in told.stderr.replace("\n", "")
    as_json = run("index", folder, "--store", tmp_path / "store", "--dry-run", "--json")
    assert as_json.returncode == 4
    assert [item["path"] for item in json.loads(as_json.stdout)["skipped"]] == [str(pipe)]


def test_articles_are_listed_shown_and_removed(folder: Path, tmp_path: Path) -> None:
    store = tmp_path / "store"
    assert run("index", folder, "--store", store, "--workers", "2").returncode == 0

    listed = [json.loads(line) for line in run("articles", "--store", store, "--json").stdout.splitlines()]
    assert len(listed) == 2
    assert {Path(place).name for entry in listed for place in entry["locations"]} == {p.name for p in folder.iterdir()}

    shown = run("articles", listed[0]["id"], "--store", store)
    assert shown.stdout.startswith(listed[0]["locations"][0])
    assert "title: " in shown.stdout
    unknown = run("articles", "0123456789abcdef", "--store", store)
    assert unknown.returncode == 3
    assert "holds no article 0123456789abcdef" in unknown.stderr

    removed = run("remove", listed[0]["locations"][0], "--store", store)
    assert removed.returncode == 0, removed.stderr
    assert "1 removed" in removed.stdout
    assert len(run("articles", "--store", store).stdout.splitlines()) == 1
    again = run("remove", listed[0]["locations"][0], "--store", store)
    assert again.returncode == 3
    assert "Nothing in the index is from" in again.stderr


def test_removing_much_by_one_path_has_to_be_confirmed(tmp_path: Path) -> None:
    folder, store = tmp_path / "articles", tmp_path / "store"
    for name, count in (("north", 25), ("south", 3)):
        (folder / name).mkdir(parents=True)
        for number in range(count):
            text = f"The bridge of {name} number {number} was opened by its mayor on Tuesday afternoon.\n"
            (folder / name / f"{number}.txt").write_text(text, encoding="utf-8")
    assert run("index", folder, "--store", store).returncode == 0
    refused = run("remove", folder / "north", "--store", store)
    assert refused.returncode == 3
    assert "25 of 28 articles; nothing was removed. If that is meant, add --yes." in refused.stderr
    assert run("remove", folder / "south", "--store", store).returncode == 0, "few need no confirmation"
    assert "22 removed" in run("remove", *(folder / "north" / f"{n}.txt" for n in range(22)), "--store", store).stdout
    assert run("index", *(folder / "north" / f"{n}.txt" for n in range(22)), "--store", store).returncode == 0
    assert run("index", folder / "south" / "0.txt", "--store", store).returncode == 0
    assert "25 removed" in run("remove", folder / "north", "--store", store, "--yes").stdout


@pytest.mark.parametrize("command", ["index", "remove"])
@pytest.mark.parametrize("path", ["", "  "])
def test_an_empty_path_is_refused(folder: Path, tmp_path: Path, command: str, path: str) -> None:
    assert run("index", folder, "--store", tmp_path / "store").returncode == 0
    refused = run(command, path, "--store", tmp_path / "store")
    assert refused.returncode == 3
    assert "An empty path names nothing." in refused.stderr
    assert len(run("articles", "--store", tmp_path / "store").stdout.splitlines()) == 2


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
    assert run("index", folder, "--store", place / "store").returncode == 0
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
    assert {Path(json.loads(line)["locations"][0]).name for line in listed.stdout.splitlines()} == files
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


@contextmanager
def watching(folder: Path, store: Path) -> Iterator[subprocess.Popen[str]]:
    """``assistant index --watch --json`` over a folder."""
    command = [sys.executable, "-m", "assistant.apps.cli", "index", str(folder), "--store", str(store)]
    with subprocess.Popen(
        [*command, "--watch", "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # A shell that starts the tests in the background has them ignore it, and what they start.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    ) as process:
        yield process
        process.send_signal(signal.SIGINT)
        assert process.wait() == 130


def test_a_watched_folder_is_followed(folder: Path, tmp_path: Path) -> None:
    story = "The harbour road was closed for repairs on the first day of March.\n" * 3
    with watching(folder, tmp_path / "articles-store") as process:
        assert process.stdout and process.stderr
        assert json.loads(process.stdout.readline())["new"] == 2
        (folder / "late.txt").write_text(story)
        second = json.loads(process.stdout.readline())
        assert (second["new"], second["unchanged"]) == (1, 2)
        for path in folder.iterdir():
            path.unlink()
        assert process.stderr.readline().startswith(f"Not synced: No article files in {folder}.")
        (folder / "again.txt").write_text(story)
        third = json.loads(process.stdout.readline())
        assert (third["new"], third["removed"], third["articles"]) == (1, 3, 1)


def test_a_watch_begins_with_an_empty_folder_but_not_without_one(tmp_path: Path) -> None:
    refused = run("index", tmp_path / "none", "--store", tmp_path / "store", "--watch")
    assert refused.returncode == 3
    assert "none does not exist" in refused.stderr
    empty = tmp_path / "empty"
    empty.mkdir()
    with watching(empty, tmp_path / "store") as process:
        assert process.stdout and process.stderr
        assert process.stderr.readline().startswith("Not synced: No article files")
        (empty / "first.txt").write_text("The harbour road was closed for repairs on the first day of March.\n" * 3)
        assert json.loads(process.stdout.readline())["new"] == 1


def test_a_watch_fetches_addresses_once_and_waits_for_another_writer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = SyncReport(
        new=0, changed=0, removed=0, unchanged=0, skipped=(), articles=0, passages=0, embedded=0, seconds=0.0
    )
    outcomes = iter([NothingToIndexError("Empty."), StoreLockedError("Busy."), done, done, done])
    asked: list[tuple[list[str], bool]] = []

    def sync(paths: list[str], *, rebuild: bool, **_: Any) -> SyncReport:
        asked.append((paths, rebuild))
        outcome = next(outcomes)
        if isinstance(outcome, SyncReport):
            return outcome
        raise outcome

    monkeypatch.setattr("assistant.pipeline.sync", sync)
    monkeypatch.setattr("assistant.index.watching.changes", lambda paths, ignored: iter([None] * 4))
    address, options = "https://example.org/feed", ["--store", str(tmp_path / "store"), "--watch", "--rebuild"]
    finished = CliRunner().invoke(app, ["index", str(tmp_path), address, *options])
    assert finished.exit_code == 0
    both = ([str(tmp_path), address], True)
    assert asked == [both, both, both, ([str(tmp_path)], False), ([str(tmp_path)], False)]
    assert finished.stderr.splitlines() == ["Not synced: Empty.", "Not synced: Busy."]
    assert CliRunner().invoke(app, ["index", address, *options]).exit_code == 2
