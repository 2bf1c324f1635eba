from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.articles import find_article_files, load_article
from assistant.articles.formats import Skipped, read_articles
from assistant.errors import ArticleError, NothingToIndexError

Write = Callable[[str, bytes], Path]
LIMIT = 10_000
WESTERN = "Le président a déclaré à l’Élysée que “rien” ne changerait – même après l’été. " * 3
CYRILLIC = "Министр иностранных дел заявил в понедельник, что переговоры продолжатся на этой неделе. " * 6
JAPANESE = "日本の首相は月曜日に、会談が今週も続くと述べた。政府はこれ以上の詳細を明らかにしなかった。" * 6


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (WESTERN, "utf-8"), (WESTERN, "cp1252"), (WESTERN.replace("’", "'").replace("–", "-"), "utf-16-le"),
        ("\ufeff" + WESTERN, "utf-8"), ("\ufeff" + JAPANESE, "utf-16-le"), ("\ufeff" + JAPANESE, "utf-16-be"),
        ("\ufeff" + CYRILLIC, "utf-32-le"), ("\ufeff" + CYRILLIC, "utf-32-be"), (CYRILLIC, "cp1251"),
        (JAPANESE, "shift_jis"), ("caf\xe9 life goes on in the old town", "latin-1"),
    ],
)  # fmt: skip
def test_text_is_the_same_whatever_its_encoding(write: Write, text: str, encoding: str) -> None:
    path = write("a.txt", text.encode(encoding))
    raw = load_article(path, LIMIT)
    assert raw.text == text
    assert path.read_bytes().decode(raw.encoding) == text


@given(st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1), st.sampled_from(["", "\ufeff"]))
def test_any_utf8_text_survives(tmp_path_factory: pytest.TempPathFactory, text: str, mark: str) -> None:
    path = tmp_path_factory.mktemp("texts") / "a.txt"
    path.write_bytes(f"{mark}An article. {text}\r\n".encode())
    raw = load_article(path, 1_000_000)
    assert raw.text == f"{mark}An article. {text}\r\n"
    assert path.read_bytes().decode(raw.encoding) == raw.text


def test_line_ends_nul_and_odd_spaces_survive(write: Write) -> None:
    text = "\ufeffOne\r\nTwo\rThree\x00four\xa0five\u2028six \t\r\n"
    assert load_article(write("a.txt", text.encode()), LIMIT).text == text


def test_hash_is_that_of_the_bytes(write: Write) -> None:
    one, other = write("a.txt", b"Same words."), write("b.md", b"Same words.")
    assert load_article(one, LIMIT).content_hash == load_article(other, LIMIT).content_hash
    assert load_article(one, LIMIT).path == str(one)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "empty"), (b" \r\n\t\xc2\xa0\n", "empty"), (b"\xef\xbb\xbf", "empty"), (b"\x00" * 9, "binary"),
        (bytes(range(256)) * 8, "binary"), (b"\x89PNG\r\n\x1a\n" + b"\x00\x00\x00\x0dIHDR" * 9, "binary"),
        (b"text " * 9 + b"\x00" * 300, "binary"), (b"%PDF-1.7\n" + bytes(range(128, 256)) + bytes(32) * 9, "binary"),
        ("Größe über öde Äcker: " .encode() * 9 + b"\xff", "damaged"), (b"word " * 5_000, "too large"),
    ],
)  # fmt: skip
def test_a_bad_file_is_named_with_its_reason_and_a_remedy(write: Write, data: bytes, reason: str) -> None:
    path = write("bad.txt", data)
    with pytest.raises(ArticleError) as caught:
        load_article(path, LIMIT)
    assert str(path) in caught.value.problem
    assert reason in caught.value.problem
    assert caught.value.remedy


def test_a_huge_file_is_refused_by_its_size(tmp_path: Path) -> None:
    path = tmp_path / "huge.txt"
    with path.open("wb") as file:
        file.truncate(50_000_000)
    with pytest.raises(ArticleError, match="too large: 50,000,000 bytes"):
        load_article(path, LIMIT)


def test_exactly_the_limit_is_read(write: Write) -> None:
    path = write("a.txt", b"x" * LIMIT)
    assert len(load_article(path, LIMIT).text) == LIMIT
    with pytest.raises(ArticleError, match="too large"):
        load_article(path, LIMIT - 1)


def test_a_vanished_file(tmp_path: Path) -> None:
    with pytest.raises(ArticleError, match="no longer there"):
        load_article(tmp_path / "gone.txt", LIMIT)


def test_an_unreadable_file(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write("a.txt", b"secret")

    def deny(*_: object, **__: object) -> int:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "open", deny)  # permission bits do not stop a test that runs as root
    with pytest.raises(ArticleError, match="permission denied"):
        load_article(path, LIMIT)


def test_what_is_not_a_regular_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.txt")
    (tmp_path / "folder.txt").mkdir()
    for name in ("pipe.txt", "folder.txt"):
        with pytest.raises(ArticleError, match="not a regular file"):
            load_article(tmp_path / name, LIMIT)


def test_finds_articles_at_any_depth_once_and_sorted(write: Write, tmp_path: Path) -> None:
    paths = [write(name, b"x") for name in ("b/2.TXT", "a/1.md", "a/deep/3.Md", "0.txt")]
    for name in (".hidden.txt", ".git/4.txt", "a/picture.png", "a/.cache/5.md"):
        write(name, b"x")
    assert find_article_files([tmp_path, str(tmp_path / "a"), paths[0]]) == sorted(paths)


def test_what_a_browser_saves_beside_a_page_is_left(write: Write, tmp_path: Path) -> None:
    pages = [write(name, b"x") for name in ("Port shut.html", "b/Bridge.HTM", "b/other_files/news.html")]
    for name in ("frame.html", "data.json", "deep/feed.xml", "style.css", "script.js", "picture.png"):
        write(f"Port shut_files/{name}", b"x")
        write(f"b/Bridge_files/{name}", b"x")
    assert find_article_files([tmp_path]) == sorted(pages)
    named = tmp_path / "Port shut_files"
    found = find_article_files([named])
    assert [path.relative_to(named).as_posix() for path in found] == ["data.json", "deep/feed.xml", "frame.html"]


PAGE = b"<!DOCTYPE html><html><body><p>The bridge reopened.</p></body></html>"
UNTOLD = ("story", "index.html?id=3", "page.php", "p.shtml", "page.aspx", "No. 7 opens", "2026.03")


def test_where_the_name_tells_no_format_the_content_does(write: Write, tmp_path: Path) -> None:
    pages = [write(name, PAGE) for name in UNTOLD]
    prose = [write("dispatch", f"Мост открыт\n\n{CYRILLIC}".encode()), write("old", WESTERN.encode("cp1252"))]
    prose.append(write("long", f"Мост открыт\n\n{CYRILLIC}\n".encode() * 99))
    dump = write("dump", b'{"text": "One."}\n{"text": "Two."}\n')
    write("page_files/frame.html", PAGE)
    others = {"Makefile": b"all:\n\tcc -o a a.c\n# " + WESTERN.encode()[:70] + b"\n\tld\n" * 50, "core": bytes(9000)}
    others |= {
        "app.php": b"<?php\n// " + WESTERN.encode(),
        "script.js": PAGE,
        "photo.png": PAGE,
        "photo.jpg?w=3": b"\xff\xd8",
    }
    for name, data in others.items():
        write(name, data)
    os.mkfifo(tmp_path / "pipe")
    found = find_article_files([tmp_path])
    assert found == sorted([*pages, *prose, dump])
    assert not [
        item
        for path in found
        for item in read_articles(path)
        if isinstance(item, Skipped) and "no format" in item.reason
    ]


def test_links_never_lead_out_of_the_folder(write: Write, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    outside = write("outside/secret.txt", b"x")
    inside = write("root/real.txt", b"x")
    root = tmp_path / "root"
    (root / "leak.txt").symlink_to(outside)
    (root / "leaks").symlink_to(outside.parent)
    (root / "again.txt").symlink_to(inside)
    (root / "loop").symlink_to(root)
    (root / "self.txt").symlink_to(root / "self.txt")
    (root / "photo.png").symlink_to(outside)
    assert find_article_files([root]) == [inside]
    (warning,) = caplog.messages
    assert str(root) in warning
    assert warning.endswith(": 3.")


def test_a_file_that_is_named_itself_is_taken_whatever_it_is_called(write: Write, tmp_path: Path) -> None:
    named, beside = write("story.asp", b"<p>x</p>"), write("photo.jpg", b"x")
    assert find_article_files([named]) == [named]
    with pytest.raises(NothingToIndexError):
        find_article_files([tmp_path])
    assert beside.exists()


@pytest.mark.parametrize(("name", "words"), [("missing", "does not exist"), ("empty", ".html")])
def test_nothing_to_index_says_why(tmp_path: Path, name: str, words: str) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(NothingToIndexError) as caught:
        find_article_files([tmp_path / name])
    assert words in str(caught.value)
    assert name in caught.value.problem
    assert caught.value.remedy
