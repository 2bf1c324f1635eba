from __future__ import annotations

import gzip
import hashlib
import io
import json
import struct
import tarfile
import tempfile
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.articles.formats import Limits, Skipped, read_articles
from assistant.records import RawArticle
from tests.articles.formats.conftest import Read, page, story


def zipped(files: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return out.getvalue()


def tarred(files: dict[str, bytes], mode: str = "w") -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=mode) as archive:  # type: ignore[call-overload]
        for name, data in files.items():
            fragment = tarfile.TarInfo(name)
            fragment.size = len(data)
            archive.addfile(fragment, io.BytesIO(data))
    return out.getvalue()


FILES = {
    "2023/a.html": page(story(1)).encode(),
    "b.txt": b"Plain text.",
    "c.md": b"---\ntitle: T\n---\nText.",
    "d.jsonl": b'{"text": "One."}\n{"text": "Two."}\n',
}
MEMBERS = ["2023/a.html", "b.txt", "c.md", "d.jsonl!1", "d.jsonl!2"]


@pytest.mark.parametrize(
    ("name", "data", "prefix"),
    [
        ("x.zip", zipped(FILES), ""),
        ("x.tar", tarred(FILES), ""),
        ("x.tar.gz", tarred(FILES, "w:gz"), "x.tar!"),
        ("x.tgz", tarred(FILES, "w:gz"), "x.tar!"),
        ("outer.zip", zipped({"in.zip": zipped(FILES)}), "in.zip!"),
        ("outer.tar", tarred({"in.zip": zipped(FILES)}), "in.zip!"),
        ("named-wrongly.txt", zipped(FILES), ""),
    ],
)
def test_every_member_is_read(read: Read, name: str, data: bytes, prefix: str) -> None:
    articles, skipped = read(name, data)
    assert [article.fragment for article in articles] == [prefix + fragment for fragment in MEMBERS]
    assert articles[1].location.endswith(f"{name}!{prefix}b.txt")
    assert all(article.encoding is None for article in articles)
    assert not skipped


_TEXT = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), min_size=1).map(
    lambda text: text + " end."
)


def _everything(path: Path) -> list[tuple[str, str, object]]:
    return [
        (item.text, item.fragment.split("!")[-1], item.claims)
        if isinstance(item, RawArticle)
        else (item.reason, "", ())
        for item in read_articles(path)
    ]


@settings(max_examples=25, deadline=None)
@given(st.dictionaries(st.from_regex(r"[a-z]{1,8}\.(txt|md)", fullmatch=True), _TEXT, min_size=1, max_size=5))
def test_an_archive_gives_the_articles_of_its_members(texts: dict[str, str]) -> None:
    files = {name: text.encode() for name, text in texts.items()}
    with tempfile.TemporaryDirectory() as folder:
        alone = []
        for name, data in files.items():
            Path(folder, name).write_bytes(data)
            alone += [(text, name, said) for text, _, said in _everything(Path(folder, name))]
        for name, data in (("x.zip", zipped(files)), ("x.tar", tarred(files)), ("y.tar.gz", tarred(files, "w:gz"))):
            path = Path(folder, name)
            path.write_bytes(data)
            assert _everything(path) == alone


def test_one_bad_member_does_not_stop_the_rest(read: Read) -> None:
    files = {"a.txt": b"One.", "bad.txt": bytes(1000), "image.png": b"\x89PNG\0\0", "z.txt": b"Two."}
    for name, data in (("x.zip", zipped(files)), ("x.tar", tarred(files))):
        articles, skipped = read(name, data)
        assert [article.text for article in articles] == ["One.", "Two."]
        assert [item.location.split("!")[-1] for item in skipped] == ["bad.txt", "image.png"]


def test_a_damaged_member_of_a_zip_is_skipped(read: Read) -> None:
    data = zipped({"a.txt": b"hello there", "b.txt": b"Two."}, zipfile.ZIP_STORED).replace(b"hello", b"hellx")
    articles, (skipped,) = read("x.zip", data)
    assert [article.text for article in articles] == ["Two."]
    assert "CRC" in skipped.reason


def test_truncated_gzip_keeps_what_came_before(read: Read) -> None:
    lines = b"".join(b'{"text": "Article %d says this."}\n' % number for number in range(20_000))
    articles, (skipped,) = read("x.jsonl.gz", gzip.compress(lines)[:-2000])
    assert len(articles) > 1000
    assert skipped.location.endswith("x.jsonl.gz!x.jsonl")
    assert "damaged, cut short" in skipped.remedy


@pytest.mark.parametrize("name", ["x.json.gz", "x.csv.gz", "x.rss.gz"])
def test_other_truncated_streams_keep_what_came_before_too(read: Read, name: str) -> None:
    texts = [f"Article {number} says {hashlib.sha256(bytes([number % 256])).hexdigest()}" for number in range(40_000)]
    data = {
        "x.json.gz": json.dumps([{"text": text} for text in texts]),
        "x.csv.gz": "text\n" + "\n".join(texts),
        "x.rss.gz": "<rss><channel><title>Daily</title>"
        + "".join(f"<item><description>{text}</description></item>" for text in texts)
        + "</channel></rss>",
    }[name]
    packed = gzip.compress(data.encode())
    articles, (skipped,) = read(name, packed[: len(packed) // 2])
    assert len(articles) > 5_000
    assert [article.text for article in articles] == texts[: len(articles)]
    assert skipped.cut


def test_bytes_that_only_look_like_gzip_are_skipped(read: Read) -> None:
    articles, (skipped,) = read("x.gz", b"\x1f\x8b\x08\x00garbage_______")
    assert not articles
    assert "to its end" in skipped.reason


def test_a_zip_bomb_is_skipped_and_the_rest_read(read: Read) -> None:
    articles, (skipped,) = read("x.zip", zipped({"a.txt": b"One.", "b.txt": b"a" * 9_000_000, "c.txt": b"Two."}))
    assert [article.text for article in articles] == ["One.", "Two."]
    assert "200 times" in skipped.reason
    assert skipped.location.endswith("x.zip!b.txt")


def test_a_gzip_bomb_is_skipped(read: Read) -> None:
    articles, (skipped,) = read("x.jsonl.gz", gzip.compress(b"\n" * 30_000_000))
    assert not articles
    assert "200 times" in skipped.reason


def test_what_unpacks_to_too_much_in_all_ends_there(read: Read) -> None:
    files = {f"{number}.txt": b"x" * 1000 for number in range(10)}
    articles, (skipped,) = read("x.zip", zipped(files), Limits(unpacked_bytes=4500))
    assert len(articles) == 4
    assert "unpacks to more bytes" in skipped.reason
    assert skipped.cut
    assert skipped.location.endswith("x.zip")


def test_one_entry_listed_many_times_counts_every_time(read: Read) -> None:
    one = zipped({"a.txt": b"x" * 1000})
    end, start = one.rindex(b"PK\5\6"), one.index(b"PK\1\2")
    entry = one[start:end]
    data = one[:start] + entry * 50 + struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 50, 50, len(entry) * 50, start, 0)
    articles, skipped = read("x.zip", data, Limits(unpacked_bytes=10_500))
    assert len(articles) == 10
    assert "unpacks to more bytes" in skipped[0].reason


def test_members_are_counted(read: Read) -> None:
    data = tarred({f"{number}.txt": b"Text." for number in range(9)})
    articles, (skipped,) = read("x.tar", data, Limits(members=5))
    assert len(articles) == 5
    assert "members" in skipped.reason


def test_nesting_is_bounded(read: Read) -> None:
    data = b"Deep text."
    name = "a.txt"
    for level in range(6):
        data, name = zipped({name: data, "near.txt": b"Near."}), f"{level}.zip"
    articles, skipped = read("x.zip", data)
    assert len(articles) == 3
    assert ["more than 3 archives" in item.reason for item in skipped] == [True, True]


def test_tar_members_that_lead_out_and_links_are_skipped(read: Read) -> None:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, kind in (
            ("../../etc/up.txt", tarfile.REGTYPE),
            ("/etc/root.txt", tarfile.REGTYPE),
            ("link.txt", tarfile.SYMTYPE),
            ("hard.txt", tarfile.LNKTYPE),
            ("pipe.txt", tarfile.FIFOTYPE),
            ("good.txt", tarfile.REGTYPE),
        ):
            fragment = tarfile.TarInfo(name)
            fragment.type = kind
            fragment.linkname = "/etc/passwd" if kind in (tarfile.SYMTYPE, tarfile.LNKTYPE) else ""
            fragment.size = 5 if kind == tarfile.REGTYPE else 0
            archive.addfile(fragment, io.BytesIO(b"Text."))
    articles, skipped = read("x.tar", out.getvalue())
    assert [article.fragment for article in articles] == ["good.txt"]
    assert len(skipped) == 5
    assert {item.reason for item in skipped} == {
        "Its name leads out of the archive.",
        "It is a link or a special file.",
    }


def test_zip_members_that_lead_out_and_encrypted_ones_are_skipped(read: Read) -> None:
    data = bytearray(zipped({"../up.txt": b"Text.", "good.txt": b"Text.", "secret.txt": b"Text."}))
    for signature, offset in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        data[data.rindex(signature) + offset] |= 1
    articles, skipped = read("x.zip", bytes(data))
    assert [article.fragment for article in articles] == ["good.txt"]
    assert [item.reason for item in skipped] == ["Its name leads out of the archive.", "It is encrypted."]


def test_a_tar_header_that_claims_gigabytes_is_refused(read: Read) -> None:
    header = tarfile.TarInfo("x")
    header.size, header.type = 8_000_000_000, tarfile.GNUTYPE_LONGNAME
    articles, (skipped,) = read("x.tar", header.tobuf(tarfile.GNU_FORMAT) + bytes(100_000))
    assert not articles
    assert "header is too large" in skipped.reason


def test_hidden_members_and_folders_are_passed_over(read: Read) -> None:
    articles, skipped = read(
        "x.zip", zipped({".git/a.txt": b"x", "__MACOSX/._b.txt": b"x", "dir/": b"", "a.txt": b"Text."})
    )
    assert [article.fragment for article in articles] == ["a.txt"]
    assert not skipped


@pytest.mark.parametrize("cut", [40, 100, 200])
def test_a_cut_zip_is_one_complaint(read: Read, cut: int) -> None:
    articles, (skipped,) = read("x.zip", zipped(FILES)[:-cut])
    assert not articles
    assert isinstance(skipped, Skipped)
