"""Files become articles in other processes, whatever happens to those."""

from __future__ import annotations

import os
import select
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.articles.formats import Limits, Skipped
from assistant.errors import AssistantError
from assistant.index import parser_pool
from assistant.index.parser_pool import BrokenOff, ParserPool
from assistant.index.parsing import Item, item_of, line_of
from assistant.records import Claim, RawArticle

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
    for path, items in ParserPool(Limits(), workers).read(files):
        found.append((path.name, ["skipped" if isinstance(item, Skipped) else item.text[:12] for item in items]))
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
    monkeypatch.setattr(parser_pool, "ITEM_TIMEOUT", 3.0)
    monkeypatch.setattr(parser_pool, "COMMAND", (sys.executable, "-c", HANGING))
    names = ("good.html", "evil.html", "fine.html", "deadly.html", "last.html")
    files = write(tmp_path, *names)
    found = {path.name: list(items) for path, items in ParserPool(Limits()).read(files)}
    reasons = {name: items[0].reason for name, items in found.items() if isinstance(items[0], Skipped)}
    assert reasons["good.html"] == reasons["fine.html"] == reasons["last.html"] == "read"
    assert "more than 3 seconds" in reasons["evil.html"]
    assert "ended the process" in reasons["deadly.html"]
    assert [name for name, items in found.items() if isinstance(items[0], BrokenOff)] == ["evil.html", "deadly.html"]


anything = st.text()
articles = st.builds(
    RawArticle,
    anything,
    anything,
    st.none() | st.just("utf-8"),
    anything,
    anything,
    st.lists(st.builds(Claim, anything, anything, anything, st.floats(0, 1))).map(tuple),
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
from assistant.index.parser_pool import ParserPool
print("once")
for path, items in ParserPool(Limits()).read([Path(name) for name in {[str(path) for path in files]!r}]):
    print(path.name, len(list(items)))
""",
        encoding="utf-8",
    )
    done = subprocess.run([sys.executable, script], capture_output=True, text=True, cwd=Path(__file__).parents[2])
    assert done.stdout.splitlines() == ["once", "bridge.html 1", "tower.html 1"], done.stderr


def standing_in(monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    """Replaces the process that parses."""
    monkeypatch.setattr(parser_pool, "COMMAND", (sys.executable, "-c", script))


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ("import no_such_parser", "No module named 'no_such_parser'"),
        ("import os; os._exit(1)", "gave no reason"),
        ("import sys; sys.stderr.write('x' * 1_000_000 + '\\nOut of luck')", "Out of luck"),
    ],
)
def test_a_process_that_does_not_start_is_no_fault_of_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str, reason: str
) -> None:
    standing_in(monkeypatch, script)
    with pytest.raises(AssistantError, match=f"did not start: .*{reason}.*Nothing was changed") as raised:
        read(write(tmp_path, "bridge.html"))
    assert "x" * 1000 not in str(raised.value)


def test_a_process_that_cannot_be_made_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parser_pool, "COMMAND", (str(tmp_path / "no such program"),))
    with pytest.raises(AssistantError, match=r"did not start: .*no such program.*Nothing was changed"):
        read(write(tmp_path, "bridge.html"))


def test_what_is_printed_before_the_process_begins_is_no_item(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    standing_in(monkeypatch, "print('welcome', flush=True); from assistant.index import parsing; parsing.main()")
    found = read(write(tmp_path, "bridge.html", "tower.html"))
    assert [(name, len(items)) for name, items in found] == [("bridge.html", 1), ("tower.html", 1)]


#: Processes that parse where memory is limited already, or the system lets nobody limit it.
LIMITED = """
import resource
resource.setrlimit(resource.RLIMIT_AS, (3 << 30, 3 << 30))
from assistant.index import parsing
parsing.main()
"""
REFUSED = """
import resource
from assistant.index import parsing

def refuse(*_):
    raise ValueError("current limit exceeds maximum limit")

resource.setrlimit = refuse
parsing.main()
"""


@pytest.mark.parametrize("script", [LIMITED, REFUSED])
def test_files_are_read_whatever_limit_the_system_allows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str
) -> None:
    pytest.importorskip("resource")
    standing_in(monkeypatch, script)
    assert read(write(tmp_path, "bridge.html")) == [("bridge.html", ["bridge opens"])]


READING = """
import sys
from pathlib import Path
from assistant.articles.formats import Limits
from assistant.index.parser_pool import ParserPool

found = [list(items) for _, items in ParserPool(Limits()).read([Path({path!r})])]
Path({told!r}).write_text(str([[type(item).__name__ for item in items] for items in found]))
"""


@pytest.mark.skipif(os.name != "posix", reason="closed by a POSIX shell")
@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_files_are_read_where_standard_streams_are_closed(tmp_path: Path, closed: str) -> None:
    (path,), told = write(tmp_path, "bridge.html"), tmp_path / "told"
    script = READING.format(path=str(path), told=str(told))
    command = ["sh", "-c", f'exec "$0" -c "$1" {closed}', sys.executable, script]
    subprocess.run(command, cwd=Path(__file__).parents[2], check=True)
    assert told.read_text() == "[['RawArticle']]"


#: Parses for ever, once it has said so; the alarm is for when it should outlive the test.
STUCK = """
import re, signal, time
from assistant.index import parsing

def read(path, limits, fields):
    signal.alarm(120)
    with open({pipe!r}, "wb", buffering=0) as pipe:
        pipe.write(b"!")
        {hang}
    yield

parsing.read_file = read
parsing.main()
"""
STARTING = """
import sys
from pathlib import Path
from assistant.articles.formats import Limits
from assistant.index import parser_pool

parser_pool.COMMAND = (sys.executable, "-c", {script!r})
print([list(items) for _, items in parser_pool.ParserPool(Limits()).read([Path("stuck.html")])])
"""


@pytest.mark.skipif(os.name != "posix", reason="named pipes, and parsers that are ended with who started them")
@pytest.mark.parametrize(
    "hang",
    [
        "time.sleep(600)",
        pytest.param(
            "re.match('(a|aa)+b', 'a' * 100)",  # lets no other thread run
            marks=pytest.mark.skipif(sys.platform != "linux", reason="Linux alone ends it"),
        ),
    ],
)
def test_a_parser_that_hangs_ends_with_who_started_it(tmp_path: Path, hang: str) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    listening = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    script = STARTING.format(script=STUCK.format(pipe=str(pipe), hang=hang))
    starter = subprocess.Popen([sys.executable, "-c", script], cwd=Path(__file__).parents[2])
    try:
        assert select.select([listening], [], [], 60)[0]
        assert os.read(listening, 1) == b"!"
        starter.kill()
        starter.wait()
        assert select.select([listening], [], [], 60)[0], "it is still there"
        assert os.read(listening, 1) == b""
    finally:
        starter.kill()
        starter.wait()
        os.close(listening)
