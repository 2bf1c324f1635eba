from __future__ import annotations

import csv
import gzip
import io
import json
import tempfile
import tracemalloc
import zipfile
from dataclasses import fields as members_of
from datetime import UTC, date, datetime
from pathlib import Path
from typing import get_args

import pyarrow
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyarrow.parquet import write_table

from assistant.articles import clean_article
from assistant.articles.formats import FieldMap, Limits, read_articles
from assistant.articles.formats.json_array import BrokenElement, array_items
from assistant.records import RawArticle
from assistant.settings import FieldName
from tests.articles.formats.conftest import Read, claims

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
    found = {each.field: each.value for each in article.claims}
    assert found == {
        "title": "Bridge reopens",
        "published": "2026-03-02T23:30:00-05:00",
        "source": "The Daily",
        "byline": "Ada Smith, Bo Lee",
        "url": "https://daily.example/1",
    }


@pytest.mark.parametrize(
    ("name", "data", "fragment"),
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
def test_a_record_is_an_article_with_what_its_fields_state(read: Read, name: str, data: str, fragment: str) -> None:
    (article,), skipped = read(name, data.encode())
    check(article)
    assert article.fragment == fragment
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
    assert [(article.fragment, article.text) for article in articles] == [("1", "One."), ("7", "Two.")]
    assert [item.location.split("!")[-1] for item in skipped] == ["2", "3", "4", "5", "6"]
    assert "'title', 'id'" in skipped[-1].reason
    assert "--field text=NAME" in skipped[-1].remedy


def test_a_line_that_is_too_long_is_passed_over_without_being_held(read: Read) -> None:
    data = b'{"text": "One."}\n{"text": "' + b"x" * 30_000_000 + b'"}\n{"text": "Two."}\n'
    tracemalloc.start()
    articles, (skipped,) = read("a.jsonl", data, Limits(article_bytes=1_000_000))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert [article.fragment for article in articles] == ["1", "3"]
    assert skipped.location.endswith("!2")
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
    assert claims(article, "published") == "20260302"


def test_an_unusual_field_map_has_a_digest_of_its_own() -> None:
    assert FieldMap().digest == FieldMap.named({}).digest == ""
    digests = {FieldMap.named(names).digest for names in ({"text": ["a", "b"]}, {"text": ["a"]}, {"title": ["a"]})}
    assert len(digests) == 3
    assert "" not in digests
    assert {field.name for field in members_of(FieldMap)} == set(get_args(FieldName))


@pytest.mark.parametrize(
    ("cut", "says"),
    [
        ('[{"text": "One."}, {"text": "Tw', "12 characters, are not read"),
        ('[{"text": "One."}, {"text": "Two}, {"text": "Three."}]', "35 characters, are not read"),
        ('[{"text": "One."},', "before its array does"),
        ('{"articles": [{"text": "One."}', "before its array does"),
    ],
)
def test_a_cut_array_keeps_what_came_before_and_says_what_is_lost(read: Read, cut: str, says: str) -> None:
    (article,), (skipped,) = read("a.json", cut.encode())
    assert article.text == "One."
    assert skipped.location.endswith("a.json")
    assert skipped.cut
    assert says in skipped.reason


@pytest.mark.parametrize(
    "broken",
    [
        '{"text": tru}',
        '{"text": "He said "no" twice.", "tags": ["a", {"b": "}"}]}',
        '{"text": "x", "tags": ["a"}',
        '{"text": "no end\n}',
        '{"text": ' + "[" * 100_000 + "]" * 100_000 + "}",
        "NULL",
    ],
)
@pytest.mark.parametrize("form", ["[{}]", '{{"status": "ok", "articles": [{}]}}'])
def test_what_follows_a_broken_element_of_an_array_is_read(read: Read, broken: str, form: str) -> None:
    elements = ",\n".join(['{"text": "One."}', broken, '{"text": "Three."}'])
    articles, (skipped,) = read("a.json", form.format(elements).encode())
    assert [(article.fragment, article.text) for article in articles] == [("1", "One."), ("3", "Three.")]
    assert skipped.location.endswith("a.json!2")
    assert not skipped.cut


def test_commas_that_are_missing_in_an_array_are_not_missed(read: Read) -> None:
    articles, skipped = read("a.json", b'[{"text": "One."} {"text": "Two."},]')
    assert [article.text for article in articles] == ["One.", "Two."]
    assert not skipped


def test_lines_named_json_are_read_however_long_the_first_is(read: Read) -> None:
    records = [{"text": "word " * 5000}, {"text": "Two."}]
    articles, skipped = read("a.json", b"\n".join(json.dumps(each).encode() for each in records))
    assert [(article.fragment, article.text) for article in articles] == [("1", records[0]["text"]), ("2", "Two.")]
    assert not skipped


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-8-sig"])
@pytest.mark.parametrize("name", ["a.json", "a.jsonl", "a.csv", "array.json", "lines.json"])
def test_records_in_wide_characters(read: Read, name: str, encoding: str) -> None:
    record = {"title": "Café", "text": "The café reopened on Monday. " * 500}
    data = {
        "a.json": json.dumps(record, ensure_ascii=False),
        "array.json": json.dumps([record], ensure_ascii=False),
        "lines.json": json.dumps(record, ensure_ascii=False) + "\n" + json.dumps({"title": "B"}),
        "a.jsonl": json.dumps(record, ensure_ascii=False),
        "a.csv": table([record], "\t").decode(),
    }[name]
    articles, _ = read(name, data.encode(encoding))
    assert [(article.text, claims(article, "title")) for article in articles] == [(record["text"], "Café")]


@pytest.mark.parametrize(
    ("value", "published"),
    [
        (1526700000, "2018-05-19T03:20:00+00:00"),
        (1526700000000, "2018-05-19T03:20:00+00:00"),
        (1526700000123, "2018-05-19T03:20:00+00:00"),
        (1526700000.5, "2018-05-19T03:20:00+00:00"),
        ("1526700000", "2018-05-19T03:20:00+00:00"),
        (946684800, "2000-01-01T00:00:00+00:00"),
        (20180519, "20180519"),
        (9999999999, "9999999999"),
        (201805190320, "201805190320"),
        (True, None),
    ],
)
def test_counts_since_1970_are_dates(read: Read, value: object, published: str | None) -> None:
    (article,), _ = read("a.jsonl", json.dumps({"text": "T.", "date": value}).encode())
    assert claims(article, "published") == published


def test_a_count_since_1970_is_the_day_of_publication(read: Read) -> None:
    (article,), _ = read("a.csv", b"text,published\nThe bridge reopened.,1526700000\n")
    metadata = clean_article(article).metadata
    assert metadata.published == date(2018, 5, 19)
    assert metadata.published_at == datetime(2018, 5, 19, 3, 20, tzinfo=UTC)


@pytest.mark.parametrize("text_at", [0, 500, 999])
def test_many_complaints_are_summed_up(read: Read, text_at: int) -> None:
    rows = "".join(f"{number},x,{'Text.' if number == text_at else ''}\n" for number in range(1000))
    articles, skipped = read("a.csv", f"id,prose,text\n{rows}".encode())
    assert [article.fragment for article in articles] == [str(text_at + 1)]
    assert len(skipped) == 101
    assert skipped[-1].location.endswith(f"!{999 if text_at == 999 else 1000}")
    assert "last of 899 more" in skipped[-1].reason


@pytest.mark.parametrize("name", ["a.jsonl", "a.json", "list.json", "a.csv", "a.parquet", "a.jsonl.gz"])
def test_records_that_all_lack_a_text_are_one_complaint(read: Read, name: str) -> None:
    records = [{"id": str(number), "prose": "x"} for number in range(2500)]
    lines = "\n".join(map(json.dumps, records)).encode()
    data = {
        "a.jsonl": lines,
        "a.json": json.dumps(records).encode(),
        "list.json": json.dumps({"data": records}).encode(),
        "a.csv": table(records),
        "a.jsonl.gz": gzip.compress(lines),
        "a.parquet": parquet(records),
    }[name]
    articles, (skipped,) = read(name, data)
    assert not articles
    assert skipped.location.endswith({"a.jsonl.gz": "a.jsonl.gz!a.jsonl"}.get(name, name))
    assert "None of its 2,500 records has text under any of text, body," in skipped.reason
    assert "their fields are 'id', 'prose'." in skipped.reason
    assert "--field text=NAME" in skipped.remedy
    assert "[fields]" in skipped.remedy


def test_what_is_broken_among_textless_records_is_told_too(read: Read) -> None:
    rows = ['{"id": 1}', "broken", "[2]", '{"prose": "x"}']
    _, skipped = read("a.jsonl", "\n".join(rows).encode())
    assert [item.location.rpartition("a.jsonl")[2] for item in skipped] == ["!2", ""]
    assert "None of its 3 records" in skipped[1].reason
    assert "'id', 'prose'" in skipped[1].reason


def test_textless_records_are_told_when_the_rest_is_lost(read: Read) -> None:
    _, skipped = read("a.json", b'[{"id": 1}, {"id": 2}, {"id')
    assert [item.cut for item in skipped] == [False, True]
    assert "None of its 2 records" in skipped[0].reason


def test_a_cut_behind_an_article_sums_nothing_up(read: Read) -> None:
    articles, skipped = read("a.json", b'[{"id": 1}, {"text": "One."}, {"id": 2}, {"id')
    assert len(articles) == 1
    assert [item.location.rpartition("a.json")[2] for item in skipped] == ["!1", "!3", ""]


def test_a_member_without_texts_does_not_concern_the_others(read: Read) -> None:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr("a.jsonl", '{"id": 1}\n{"id": 2}')
        archive.writestr("b.jsonl", '{"id": 1}\n{"text": "One."}')
    _, skipped = read("a.zip", data.getvalue())
    assert [item.location.rpartition("a.zip!")[2] for item in skipped] == ["a.jsonl", "b.jsonl!1"]


def test_textless_records_take_little_memory(read: Read) -> None:
    data = b"".join(b'{"id": %d, "prose%d": "x"}\n' % (number, number) for number in range(50_000))
    tracemalloc.start()
    _, (skipped,) = read("a.jsonl", data)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert "None of its 50,000 records" in skipped.reason
    assert len(skipped.reason) < 1000
    assert peak < 5_000_000


def test_a_long_array_is_read_one_record_at_a_time(read: Read) -> None:
    data = json.dumps({"articles": [{"text": f"Article {number}. " + "x" * 500} for number in range(200)]}).encode()
    articles, skipped = read("a.json", data, Limits(article_bytes=5000))
    assert [article.fragment for article in articles] == [str(number) for number in range(1, 201)]
    assert not skipped


def parquet(rows: list[dict[str, str]]) -> bytes:
    out = io.BytesIO()
    write_table(pyarrow.Table.from_pylist(rows), out)
    return out.getvalue()


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
    assert [(article.fragment, article.text, claims(article, "title")) for article in articles] == [
        ("1", rows[0]["text"], "A, B"),
        ("2", "Four.", "C"),
    ]
    assert not skipped


def test_broken_rows_are_skipped(read: Read) -> None:
    data = b'title,text\nA,One.\nB,"x"y\nC\nD,' + b"x" * 50_000 + "\nE,Café.\n".encode("cp1252")
    articles, skipped = read("a.csv", data, Limits(article_bytes=10_000))
    assert [article.text for article in articles] == ["One.", "Café."]
    assert len(skipped) == 3


HEADLINES = {
    "cp1251": ("Мост открыт", "Мост через гавань открыли в понедельник после ремонта, сообщил городской совет."),
    "shift_jis": ("橋が再開", "港の橋は十一か月の修理を経て月曜日に再開した、と市議会が述べた。"),
    "gb18030": ("大桥重新开放", "市议会表示，经过十一个月的维修，港口大桥于星期一重新开放。"),
    "cp1253": ("Η γέφυρα άνοιξε", "Η γέφυρα του λιμανιού άνοιξε ξανά τη Δευτέρα, ανακοίνωσε το δημοτικό συμβούλιο."),
    "cp1252": (
        "Le pont rouvre",
        "Le pont a rouvert lundi après onze mois de réparations, a déclaré le conseil.",
    ),
}


@pytest.mark.parametrize("encoding", HEADLINES)
@pytest.mark.parametrize("ascii_rows", [0, 3000])
def test_a_table_that_is_not_in_utf8(read: Read, encoding: str, ascii_rows: int) -> None:
    title, text = HEADLINES[encoding]
    rows = "A headline,Some plain words.,https://daily.example/a\n" * ascii_rows
    rows += f"{title},{text.replace(',', '')},https://daily.example/a-longer-address-in-plain-letters\n\n" * 20
    articles, skipped = read("a.csv", f"title,text,url\n{rows}".encode(encoding))
    assert not skipped
    assert {(claims(article, "title"), article.text) for article in articles[ascii_rows:]} == {
        (title, text.replace(",", ""))
    }
    assert len(articles) == ascii_rows + 20


def test_rows_that_are_not_in_the_encoding_of_the_others_are_named(read: Read) -> None:
    good, bad = 'A,"Café\nolé."\n'.encode(), 'B,"Café\nolé."\n'.encode("cp1252")
    articles, (skipped,) = read("a.csv", b"\xef\xbb\xbftitle,text\n" + good + good + bad + good)
    assert [(article.fragment, claims(article, "title")) for article in articles] == [
        ("1", "A"),
        ("2", "A"),
        ("4", "A"),
    ]
    assert skipped.location.endswith("a.csv!3")
    assert "not in utf-8" in skipped.reason


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
            assert [claims(article, "title") for article in articles] == [title.strip() for title, _ in records]


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.tuples(st.dictionaries(st.text(), st.text()), st.booleans()), max_size=6),
    st.sampled_from([", ", ",\n  ", ","]),
    st.integers(1, 50),
    st.booleans(),
)
def test_every_whole_element_of_an_array_comes_in_its_place(
    elements: list[tuple[dict[str, str], bool]], between: str, length: int, ascii_only: bool
) -> None:
    def written(value: dict[str, str], broken: bool) -> str:
        text = json.dumps(value, ensure_ascii=ascii_only)
        return f"{text[:-1]} none}}" if broken else text

    array = f"[{between.join(written(*each) for each in elements)}]"
    pieces = [array[start : start + length] for start in range(0, len(array), length)]
    found = list(array_items(pieces[0], iter(pieces[1:]), 10_000))
    assert [None if isinstance(item, BrokenElement) else item for item in found] == [
        None if broken else value for value, broken in elements
    ]
