from __future__ import annotations

import csv
import gzip
import io
import json
import random
import tempfile
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.articles.formats import FieldMap, Limits, read_articles
from assistant.records import RawArticle
from tests.articles.formats.conftest import WORDS, Read, stated

RECORD = {
    "Title": "Bridge reopens",
    "publishedAt": "2026-03-02T23:30:00-05:00",
    "source": {"id": None, "name": "The Daily"},
    "authors": ["Ada Smith", {"name": "Bo Lee"}],
    "url": "https://daily.example/1",
    "body": "The bridge reopened.\n\nTraffic flowed.",
}


def check(article: RawArticle) -> None:
    assert article.text == RECORD["body"]
    assert article.encoding is None
    found = {each.field: each.value for each in article.stated}
    assert found == {
        "title": "Bridge reopens",
        "published": "2026-03-02T23:30:00-05:00",
        "source": "The Daily",
        "byline": "Ada Smith, Bo Lee",
        "url": "https://daily.example/1",
    }


@pytest.mark.parametrize(
    ("name", "data", "member"),
    [
        ("a.jsonl", json.dumps(RECORD), "1"),
        ("a.jsonl", "\n\n" + json.dumps(RECORD) + "\n", "3"),
        ("a.jsonl", "\ufeff" + json.dumps(RECORD), "1"),
        ("a.json", json.dumps(RECORD), "1"),
        ("a.json", json.dumps([RECORD]), "1"),
        ("a.json", json.dumps({"status": "ok", "articles": [RECORD]}, indent=1), "1"),
        ("a.dat", json.dumps([RECORD]), "1"),
    ],
)
def test_a_record_is_an_article_with_what_its_fields_state(read: Read, name: str, data: str, member: str) -> None:
    (article,), skipped = read(name, data.encode())
    check(article)
    assert article.member == member
    assert not skipped


def test_broken_lines_are_named_and_the_rest_read(read: Read) -> None:
    lines = [
        b'{"text": "One."}',
        b'{"text": "cut',
        b"[1]",
        b"[" * 100_000,
        b'{"text": "\xff"}',
        b'{"title": "T", "id": 5}',
    ]
    articles, skipped = read("a.jsonl", b"\n".join([*lines, b'{"text": "Two."}']))
    assert [(article.member, article.text) for article in articles] == [("1", "One."), ("7", "Two.")]
    assert [item.place.split("!")[-1] for item in skipped] == ["2", "3", "4", "5", "6"]
    assert "'title', 'id'" in skipped[-1].reason
    assert "field map" in skipped[-1].remedy


def test_a_line_that_is_too_long_is_passed_over_without_being_held(read: Read) -> None:
    data = b'{"text": "One."}\n{"text": "' + b"x" * 30_000_000 + b'"}\n{"text": "Two."}\n'
    tracemalloc.start()
    articles, (skipped,) = read("a.jsonl", data, Limits(article_bytes=1_000_000))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert [article.member for article in articles] == ["1", "3"]
    assert skipped.place.endswith("!2")
    assert "longer than 1,000,000 bytes" in skipped.reason
    assert peak < 10_000_000


def test_a_file_without_any_json_gives_up(read: Read) -> None:
    articles, skipped = read("a.jsonl", b"Not JSON.\n" * 10_000)
    assert not articles
    assert len(skipped) == 101
    assert "None of its first" in skipped[-1].reason


def test_lone_surrogates_are_replaced(read: Read) -> None:
    (article,), _ = read("a.jsonl", b'{"text": "a \\ud800 b \\ud83d\\ude00"}')
    assert article.text == "a \ufffd b \U0001f600"


def test_markup_in_a_field_is_read_as_such(read: Read) -> None:
    record = {"content": "<p>One &amp; <b>two</b>.</p><ul><li>Three</li></ul><script>x()</script>Four<br>five"}
    (article,), _ = read("a.jsonl", json.dumps(record).encode())
    assert article.text == "One & two.\n\nThree\n\nFour\n\nfive"


def test_a_field_map_names_other_fields(read: Read) -> None:
    record = {"data": {"main": "The text."}, "when": 20260302, "text": "Not this."}
    fields = FieldMap(text=("data.main",), published=("when",))
    (article,), _ = read("a.jsonl", json.dumps(record).encode(), fields=fields)
    assert article.text == "The text."
    assert stated(article, "published") == "20260302"


@pytest.mark.parametrize(
    "cut", ['[{"text": "One."}, {"text": "Tw', '[{"text": "One."} {"text": "Two."}]', '[{"text": "One."},']
)
def test_a_broken_array_keeps_what_came_before(read: Read, cut: str) -> None:
    (article,), (skipped,) = read("a.json", cut.encode())
    assert article.text == "One."
    assert skipped.place.endswith("a.json")


def test_a_long_array_is_read_one_record_at_a_time(read: Read) -> None:
    data = json.dumps({"articles": [{"text": f"Article {number}. " + "x" * 500} for number in range(200)]}).encode()
    articles, skipped = read("a.json", data, Limits(article_bytes=5000))
    assert [article.member for article in articles] == [str(number) for number in range(1, 201)]
    assert not skipped


def table(rows: list[dict[str, str]], delimiter: str = ",") -> bytes:
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, list(rows[0]), delimiter=delimiter)
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_rows_of_a_table(read: Read, delimiter: str) -> None:
    rows = [{"title": "A, B", "text": 'He said "one".\nTwo; three.'}, {"title": "C", "text": "Four."}]
    articles, skipped = read("a.csv", table(rows, delimiter))
    assert [(article.member, article.text, stated(article, "title")) for article in articles] == [
        ("1", rows[0]["text"], "A, B"),
        ("2", "Four.", "C"),
    ]
    assert not skipped


def test_broken_rows_are_skipped(read: Read) -> None:
    data = b'title,text\nA,One.\nB,"x"y\nC\nD,' + b"x" * 50_000 + "\nE,Café.\n".encode("cp1252")
    articles, skipped = read("a.csv", data, Limits(article_bytes=10_000))
    assert [article.text for article in articles] == ["One.", "Café."]
    assert len(skipped) == 3


def test_a_quote_that_never_ends_is_named(read: Read) -> None:
    articles, skipped = read("a.csv", b'title,text\nA,One.\nB,"two\n' + b"C,Three.\n" * 1000)
    assert [article.text for article in articles] == ["One."]
    assert skipped


_TEXT = st.text(st.characters(codec="utf-8", exclude_characters="<>&"), min_size=1).map(lambda text: text + " end.")


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(_TEXT, _TEXT), min_size=1, max_size=5))
def test_texts_come_back_from_json_lines_and_arrays(records: list[tuple[str, str]]) -> None:
    objects = [{"title": title, "text": text} for title, text in records]
    with tempfile.TemporaryDirectory() as folder:
        lines, array = Path(folder, "a.jsonl"), Path(folder, "a.json")
        lines.write_text("".join(json.dumps(each, ensure_ascii=False) + "\n" for each in objects), encoding="utf-8")
        array.write_text(json.dumps(objects), encoding="utf-8")
        for path in (lines, array):
            articles = [item for item in read_articles(path) if isinstance(item, RawArticle)]
            assert [article.text for article in articles] == [text for _, text in records]
            assert [stated(article, "title") for article in articles] == [title.strip() for title, _ in records]


def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    draw = random.Random(5)
    texts = [" ".join(draw.choices(WORDS, k=20_000)) for _ in range(8)]
    path = tmp_path / "dump.jsonl.gz"
    written = number = 0
    with gzip.open(path, "wb", compresslevel=1) as file:
        while written < 200_000_000:
            written += file.write(json.dumps({"id": number, "text": texts[number % 8]}).encode() + b"\n")
            number += 1
    tracemalloc.start()
    count = sum(isinstance(item, RawArticle) for item in read_articles(path))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert count == number
    assert peak < 30_000_000
