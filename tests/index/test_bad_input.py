"""Every kind of bad input through a whole sync: named with reason and remedy, the rest indexed, the old index kept.

The parsers' own tests of the same lie in ``tests/articles``; here is the list of what must never cost an index.
"""

from __future__ import annotations

import errno
import gzip
import io
import json
import os
import re
import subprocess
import sys
import tarfile
import textwrap
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from assistant.errors import StoreError
from assistant.index import parser_pool
from assistant.index.sync import Synchroniser
from assistant.records import SkippedFile, SyncReport
from assistant.settings import Settings
from tests.articles.formats.conftest import page
from tests.articles.formats.conftest import story as paragraphs
from tests.fakes import WordEmbedder, count_tokens
from tests.index.syncing import SETTINGS, commit, opened, story, sync, titles
from tests.web import Web

SUBJECTS = {"fishing", "railways", "poetry"}


@pytest.fixture
def store(folder: Path, tmp_path: Path) -> Path:
    """An index of the three good files."""
    place = tmp_path / "store"
    sync(folder, place)
    return place


def record(subject: str, **more: object) -> str:
    return json.dumps({"title": f"On {subject}", "text": story(subject), **more})


def only(report: SyncReport, place: str, *words: str) -> SkippedFile:
    """The one complaint, which is about ``place``, gives reason and remedy, and names the file."""
    (skipped,) = report.skipped
    assert skipped.path.endswith(place)
    assert skipped.path in skipped.reason
    for word in words:
        assert re.search(word, skipped.reason), (word, skipped.reason)
    return skipped


def test_a_truncated_gzip_gives_what_came_before(folder: Path, store: Path) -> None:
    lines = "\n".join(record(f"subject{number}", noise=os.urandom(2000).hex()) for number in range(50))
    (folder / "dump.jsonl.gz").write_bytes(gzip.compress(lines.encode())[:-20_000])
    report = sync(folder, store)
    only(report, "dump.jsonl.gz!dump.jsonl", "end-of-stream", "Fetch or save it again")
    assert len(SUBJECTS) < report.articles < 53


def test_a_gzip_that_is_truncated_later_keeps_its_earlier_articles(folder: Path, store: Path) -> None:
    packed = gzip.compress("\n".join(record(f"subject{number}") for number in range(50)).encode())
    (folder / "dump.jsonl.gz").write_bytes(packed)
    assert sync(folder, store).articles == 53
    (folder / "dump.jsonl.gz").write_bytes(packed[: len(packed) // 2])
    report = sync(folder, store)
    only(report, "dump.jsonl.gz!dump.jsonl", "end-of-stream")
    assert (report.articles, report.changed) == (53, 0)


def test_bombs_are_left(folder: Path, store: Path) -> None:
    with zipfile.ZipFile(folder / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("good.txt", story("music"))
        archive.writestr("bomb.txt", b"a" * 9_000_000)
        archive.writestr("last.txt", story("chess"))
    report = sync(folder, store)
    only(report, "bomb.zip!bomb.txt", "more than 200 times its size", "Delete it")
    assert titles(store) == SUBJECTS | {"music", "chess"}


def test_a_gzip_of_zeros_in_a_gzip_is_left(folder: Path, store: Path) -> None:
    (folder / "bomb.jsonl.gz.gz").write_bytes(gzip.compress(gzip.compress(bytes(50_000_000))))
    only(sync(folder, store), "!bomb.jsonl.gz!bomb.jsonl", "more than 200 times its size")
    assert titles(store) == SUBJECTS


def test_a_tar_leads_nowhere(folder: Path, store: Path, tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text(story("secrets"))
    with tarfile.open(folder / "evil.tar", "w") as archive:
        for name, kind in (
            ("../../up.txt", tarfile.REGTYPE),
            ("link.txt", tarfile.SYMTYPE),
            ("hard.txt", tarfile.LNKTYPE),
            ("good.txt", tarfile.REGTYPE),
        ):
            data = story("music").encode() if kind == tarfile.REGTYPE else b""
            fragment = tarfile.TarInfo(name)
            fragment.type, fragment.size = kind, len(data)
            fragment.linkname = "" if data else str(tmp_path / "secret.txt")
            archive.addfile(fragment, io.BytesIO(data))
    before = set(tmp_path.rglob("*.txt"))
    report = sync(folder, store)
    assert [item.path.rpartition("evil.tar!")[2] for item in report.skipped] == ["../../up.txt", "link.txt", "hard.txt"]
    assert all("evil.tar!" in item.reason and "Pack it again" in item.reason for item in report.skipped)
    assert titles(store) == SUBJECTS | {"music"}
    assert set(tmp_path.rglob("*.txt")) == before


def test_html_nested_100000_deep_keeps_its_text(folder: Path, store: Path) -> None:
    first, *rest = paragraphs(3, 8)
    deep = "<div>" * 100_000 + f"<p>{first}</p>" + "</div>" * 100_000
    (folder / "deep.html").write_text(page(rest).replace("</article>", f"{deep}</article>"))
    report = sync(folder, store)
    assert (report.skipped, report.articles) == ((), 4)


def test_100000_empty_paragraphs_are_passed_over(folder: Path, store: Path) -> None:
    empty = "<p></p>" * 100_000
    (folder / "many.html").write_text(page(paragraphs()).replace("</article>", f"{empty}</article>"))
    (folder / "only.html").write_text(f"<html><body>{empty}</body></html>")
    report = sync(folder, store)
    only(report, "only.html", "No article text", "Save the page with its article")
    assert report.articles == 4


#: The process that parses, which may hold 200 MB more than it does before it reads a file.
IN_LITTLE_MEMORY = """
import resource
from pathlib import Path
from assistant.index import parsing

def limit():
    held = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (held + (200 << 20),) * 2)

parsing._limit_memory = limit
parsing.main()
"""


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="tells how much memory is held")
@pytest.mark.parametrize(
    ("name", "length"),
    [
        ("long.jsonl", 1 << 30),
        *((f"long.{suffix}", 1 << 28) for suffix in ("csv", "json", "html", "warc", "xml", "pdf", "mht")),
    ],
)
def test_a_line_of_a_gigabyte_is_passed_over_in_little_memory(
    folder: Path, store: Path, monkeypatch: pytest.MonkeyPatch, name: str, length: int
) -> None:
    monkeypatch.setattr(parser_pool, "COMMAND", (sys.executable, "-c", IN_LITTLE_MEMORY))
    # Sparse: only its length is large. What is read by lines goes on behind it.
    with (folder / name).open("wb") as file:
        file.write(b"title,text\n" if name.endswith("csv") else b"")
        file.truncate(length)
        file.seek(0, io.SEEK_END)
        file.write(b"\n" + (b'A,"' + story("music").encode() + b'"\n' if name.endswith("csv") else b""))
        file.write(record("music").encode() + b"\n" if name.endswith("jsonl") else b"")
    report = sync(folder, store)
    (skipped,) = report.skipped
    assert name in skipped.reason
    assert "MemoryError" not in skipped.reason
    assert "ended the process" not in skipped.reason
    assert titles(store) == SUBJECTS | ({"music"} if name.endswith(("jsonl", "csv")) else set())


def test_a_gigabyte_of_letters_in_a_megabyte_is_a_bomb(folder: Path, store: Path) -> None:
    piece = gzip.compress(b"a" * (1 << 24))
    (folder / "long.jsonl.gz").write_bytes(piece * 64)
    only(sync(folder, store), "long.jsonl.gz!long.jsonl", "more than 200 times its size")
    assert titles(store) == SUBJECTS


def test_broken_lines_of_jsonl_are_named_by_number(folder: Path, store: Path) -> None:
    lines = [record("music"), "{broken", "[1, 2]", '{"id": 5, "prose": "x"}', record("chess")]
    (folder / "records.jsonl").write_text("\n".join(lines))
    report = sync(folder, store)
    assert [item.path.rpartition("!")[2] for item in report.skipped] == ["2", "3", "4"]
    reasons = [item.reason for item in report.skipped]
    assert "Write it again as one JSON object" in reasons[0]
    assert "Make each record an object" in reasons[1]
    assert "its fields are 'id', 'prose'" in reasons[2]
    assert "--field text=NAME" in reasons[2]
    assert titles(store) == SUBJECTS | {"music", "chess"}


def test_a_broken_element_of_a_json_array_costs_one_article(folder: Path, store: Path) -> None:
    (folder / "records.json").write_text(f'[{record("music")}, {{"text": none}}, {record("chess")}]')
    only(sync(folder, store), "records.json!2", "The record is broken")
    assert titles(store) == SUBJECTS | {"music", "chess"}


RSS = "<rss version='2.0'><channel><title>Daily</title><link>http://news.example/feed</link>{}</channel></rss>"
ITEM = "<item><title>{0}</title><link>{1}</link><description>{2}</description></item>"


#: The process that fetches: every address is the local server's, and no time is waited.
FETCHING = """
from functools import partial
from assistant.index import parsing
from tests.web import Network, Time, look_up

clock = Time()
parsing.Fetcher = partial(
    parsing.Fetcher, clock=clock, sleep=clock.sleep, look_up=look_up, network=Network({port})
)
parsing.main()
"""


@pytest.fixture
def through(web: Web, monkeypatch: pytest.MonkeyPatch) -> Web:
    """The local server, which syncs fetch from."""
    monkeypatch.setattr(parser_pool, "COMMAND", (sys.executable, "-c", FETCHING.format(port=web.port)))
    return web


def visit(store: Path, *paths: str | Path) -> SyncReport:
    return Synchroniser(store, WordEmbedder(), count_tokens, SETTINGS).run(list(paths))


def test_a_feed_with_a_loop_ends(folder: Path, store: Path, through: Web) -> None:
    items = [
        ITEM.format("Itself", "http://news.example/feed", story("music")),
        ITEM.format("Round", "http://news.example/a", "Short."),
        ITEM.format("Back", "http://news.example/back", "Short."),
        ITEM.format("Page", "http://news.example/page", "Short."),
    ]
    through.add("news.example/feed", RSS.format("".join(items)), Content_Type="application/rss+xml")
    through.add("news.example/a", status=302, Location="http://news.example/b")
    through.add("news.example/b", status=302, Location="http://news.example/a")
    through.add("news.example/back", status=302, Location="http://news.example/feed")
    through.add("news.example/page", page(paragraphs()))
    report = visit(store, folder, "http://news.example/feed")
    reasons = {item.path: item.reason for item in report.skipped}
    assert "go round in a circle" in reasons["http://news.example/a"]
    assert "read already" in reasons["http://news.example/back"]
    assert len(through.asked) < 12
    assert report.new >= 2
    assert "music" in titles(store)


def test_an_address_that_leads_in_a_circle_leaves_the_index_as_it_was(folder: Path, store: Path, through: Web) -> None:
    through.add("news.example/a", status=301, Location="http://news.example/a")
    before = commit(store)
    only(visit(store, folder, "http://news.example/a"), "http://news.example/a", "in a circle", "Open the address")
    assert commit(store) == before


def test_two_files_with_one_url_are_both_read(folder: Path, store: Path) -> None:
    same = {"url": "https://daily.example/1"}
    (folder / "one.jsonl").write_text(record("music", **same))
    (folder / "two.jsonl").write_text(record("chess", **same))
    (folder / "three.jsonl").write_text(record("music", **same))
    report = sync(folder, store)
    assert (report.skipped, report.articles) == ((), 5), "what is the same to the letter is one article"
    assert titles(store) == SUBJECTS | {"music", "chess"}
    (folder / "one.jsonl").unlink()
    assert sync(folder, store).articles == 5
    (folder / "three.jsonl").unlink()
    assert sync(folder, store).articles == 4


CHANGES: dict[str, Callable[[Path], object]] = {
    "vanishes": Path.unlink,
    "grows": lambda path: path.write_text(path.read_text() + story("growth")),
    "shrinks": lambda path: path.write_text("Short by now."),
    "becomes a folder": lambda path: (path.unlink(), path.mkdir()),
    "becomes a link": lambda path: (path.unlink(), path.symlink_to("/etc/hostname")),
    "becomes huge": lambda path: os.truncate(path, 50_000_000),
    "becomes binary": lambda path: path.write_bytes(bytes(range(256)) * 10),
}


@pytest.mark.parametrize(
    ("change", "name"),
    [*((change, "music.txt") for change in CHANGES), ("vanishes", "music.html"), ("becomes huge", "music.html")],
)
def test_a_folder_that_changes_during_the_run(folder: Path, store: Path, change: str, name: str) -> None:
    content = page(paragraphs()) if name.endswith("html") else story("music")
    (folder / name).write_text(content)
    (folder / "chess.txt").write_text(story("chess"))

    def meddle(stage: str, done: int, total: int) -> None:
        if (stage, done) == ("read", total):
            CHANGES[change](folder / name)

    report = Synchroniser(store, WordEmbedder(), count_tokens, SETTINGS, meddle).run([folder])
    assert SUBJECTS | {"chess"} <= titles(store)
    assert report.new == 2 - len(report.skipped)
    for item in report.skipped:
        assert item.path == str(folder / name)
        assert item.path in item.reason
    sync(folder, store)
    again = sync(folder, store)
    assert (again.new, again.changed, again.removed) == (0, 0, 0), "what is there now is what is indexed"


def test_a_file_replaced_during_the_run_is_read_anew_by_the_next(folder: Path, store: Path) -> None:
    def meddle(stage: str, done: int, total: int) -> None:
        if (stage, done) == ("load", total):
            (folder / "music.txt").write_text(story("opera"))

    (folder / "music.txt").write_text(story("music"))
    Synchroniser(store, WordEmbedder(), count_tokens, SETTINGS, meddle).run([folder])
    assert titles(store) == SUBJECTS | {"music"}
    assert sync(folder, store).changed == 1
    assert titles(store) == SUBJECTS | {"opera"}


def no_space(*_: object, **__: object) -> Iterator[None]:
    raise OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.parametrize(
    "write",
    [
        "assistant.index.shards.ShardWriter.finish",
        "assistant.index.catalogue.writer.CatalogueWriter.put_article",
        "assistant.index.catalogue.writer.CatalogueWriter.commit",
        "assistant.index.batches.LexicalIndex",
    ],
)
def test_no_space_left_is_told_and_costs_nothing(
    folder: Path, store: Path, monkeypatch: pytest.MonkeyPatch, write: str
) -> None:
    (folder / "music.txt").write_text(story("music"))
    before = commit(store)
    with monkeypatch.context() as patch:
        patch.setattr(write, no_space)
        with pytest.raises(StoreError, match=r"No space left.*Free some space"):
            sync(folder, store)
    assert commit(store) == before
    assert titles(store) == SUBJECTS
    assert sync(folder, store).new == 1
    assert titles(store) == SUBJECTS | {"music"}


def test_a_disk_that_is_really_full_is_told_and_costs_nothing(folder: Path, store: Path) -> None:
    """A limit on the size of files stands in for a full disk: the system itself refuses to write."""
    for number in range(40):
        (folder / f"{number}.txt").write_text(story(f"subject{number}") * 20)
    script = textwrap.dedent(
        f"""
        import resource
        from pathlib import Path
        from assistant.errors import StoreError
        from tests.index.syncing import sync

        resource.setrlimit(resource.RLIMIT_FSIZE, (150_000, 150_000))
        try:
            sync(Path({str(folder)!r}), Path({str(store)!r}))
        except StoreError as error:
            print(error)
        """
    )
    root = Path(__file__).parents[2]
    ended = subprocess.run([sys.executable, "-c", script], cwd=root, capture_output=True, text=True)
    assert "cannot be used just now" in ended.stdout, ended.stderr
    assert "The index as it was still answers" in ended.stdout
    assert titles(store) == SUBJECTS
    assert sync(folder, store).articles == 43


def test_another_field_map_reads_the_records_anew_and_nothing_else(folder: Path, store: Path) -> None:
    (folder / "records.jsonl").write_text(json.dumps({"main": story("music"), "text": story("chess")}))
    past = 1_600_000_000
    for path in folder.iterdir():
        os.utime(path, (past, past))

    def with_fields(**fields: tuple[str, ...]) -> SyncReport:
        settings = Settings(passage_tokens=40, fields=fields)  # type: ignore[arg-type]
        return Synchroniser(store, WordEmbedder(), count_tokens, settings).run([folder])

    assert with_fields().new == 1
    assert titles(store) == SUBJECTS | {"chess"}
    report = with_fields(text=("main",))
    assert (report.new, report.changed, report.unchanged) == (0, 1, 3)
    assert titles(store) == SUBJECTS | {"music"}
    assert with_fields(text=("main",)).unchanged == 4
    report = with_fields(text=("prose",))
    only(report, "records.jsonl!1", "under any of prose; its fields are 'main', 'text'", "--field text=NAME")
    assert titles(store) == SUBJECTS | {"music"}, "what gives nothing by now stays as it was"
    assert with_fields().changed == 1
    assert titles(store) == SUBJECTS | {"chess"}


def test_what_was_left_is_not_in_the_index(folder: Path, store: Path) -> None:
    (folder / "bad.jsonl").write_text("{broken\n")
    sync(folder, store)
    index = opened(store)
    assert str(folder / "bad.jsonl") not in index.view().catalogue.file_articles()
    index.close()
