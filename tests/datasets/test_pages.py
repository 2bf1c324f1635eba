"""Pages with gold bodies are read from folders of HTML and from JSON lines, and every flaw is named."""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.datasets.lines import Loaded
from assistant.datasets.pages import GoldPage, load_pages
from assistant.errors import DatasetError

BODY = "The harbour closes on Friday."
HTML = f"<html><head><style>p {{}}</style></head><body><ul><li>Home</li></ul><p>{BODY}</p></body></html>"


def folder(path: Path, gold: Mapping[str, Any] | str, pages: Mapping[str, bytes | str]) -> Path:
    """A data folder; ``pages``: file names under html/ and their content."""
    (path / "html").mkdir(parents=True)
    (path / "ground-truth.json").write_text(gold if isinstance(gold, str) else json.dumps(gold, indent=1), "utf-8")
    for name, content in pages.items():
        (path / "html" / name).write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def lines(path: Path, records: Sequence[object], name: str = "pages.jsonl") -> Path:
    (path / name).write_text("".join(f"{json.dumps(record)}\n" for record in records), "utf-8")
    return path / name


def only_problem(loaded: Loaded[GoldPage]) -> tuple[str, str | None, str]:
    (problem,) = loaded.problems
    return problem.where, problem.id, problem.reason


def test_html_becomes_text_as_a_reader_sees_it(tmp_path: Path) -> None:
    data = folder(
        tmp_path,
        {"one": {"articleBody": BODY, "url": "https://example.org"}, "two": {"articleBody": BODY}},
        {"one.html": HTML, "two.html.gz": gzip.compress(HTML.encode())},
    )
    loaded = load_pages(data)
    assert not loaded.problems
    assert [page.id for page in loaded.items] == ["one", "two"]
    for page in loaded.items:
        assert page.body == BODY
        assert BODY in page.text.splitlines()
        assert "Home" in page.text
        assert "<" not in page.text and "{" not in page.text


def test_html_is_also_read_as_the_index_reads_it(tmp_path: Path) -> None:
    nothing = "<html><body><script>let it = 1</script><nav>Home</nav></body></html>"
    data = folder(
        tmp_path,
        {"one": {"articleBody": BODY}, "two": {"articleBody": BODY}},
        {
            "one.html.gz": gzip.compress(f"<html><body><article><p>{BODY}</p></article></body></html>".encode()),
            "two.html": nothing,
        },
    )
    one, two = load_pages(data).items
    assert one.article is not None and one.article.text == BODY
    assert two.article is None and "Home" in two.text


def test_places_are_file_and_line(tmp_path: Path) -> None:
    data = folder(tmp_path, {"é": {"articleBody": BODY}, "b": {"articleBody": BODY}}, {"é.html": HTML, "b.html": HTML})
    assert [page.where for page in load_pages(data).items] == [f"{data}/ground-truth.json:{line}" for line in (2, 5)]


@pytest.mark.parametrize(
    ("encoding", "declaration"),
    [
        ("utf-8", ""),
        ("utf-8-sig", '<meta charset="iso-8859-1">'),
        ("cp1252", ""),
        ("cp1252", '<meta charset="no-such-encoding">'),
        ("cp1252", "<meta charset=base64>"),
        ("mac_roman", "<meta http-equiv=Content-Type content='text/html; charset=mac_roman'>"),
    ],
)
def test_encodings_of_html(tmp_path: Path, encoding: str, declaration: str) -> None:
    text = "“Très bien”, dit le maire."
    data = folder(tmp_path, {"a": {"articleBody": BODY}}, {"a.html": f"{declaration}<p>{text}</p>".encode(encoding)})
    assert load_pages(data).items[0].text.strip() == text


@pytest.mark.parametrize(
    ("gold", "pages", "reason"),
    [
        ({"articleBody": BODY}, {}, "neither bad.html nor bad.html.gz"),
        ({"articleBody": BODY}, {"bad.html": ""}, "is empty"),
        ({"articleBody": BODY}, {"bad.html": "<p> … </p>"}, "no words"),
        ({"articleBody": BODY}, {"bad.html": "<p>" + "a " * 5_000_000}, "10,000,000 bytes"),
        ({"articleBody": BODY}, {"bad.html.gz": gzip.compress(HTML.encode())[:40]}, "breaks off"),
        ({"articleBody": " \n"}, {"bad.html": HTML}, "'articleBody' is blank"),
        ({"articleBody": "\ud800 a"}, {"bad.html": HTML}, "half of a surrogate pair"),
        ({"articleBody": 3}, {"bad.html": HTML}, "not a text"),
        ({"body": BODY}, {"bad.html": HTML}, "'articleBody' is missing"),
        ([BODY], {"bad.html": HTML}, "not a JSON object"),
    ],
)
def test_a_flawed_page_is_named_and_the_others_are_kept(
    tmp_path: Path, gold: object, pages: Mapping[str, bytes | str], reason: str
) -> None:
    data = folder(tmp_path, {"good": {"articleBody": BODY}, "bad": gold}, {"good.html": HTML, **pages})
    loaded = load_pages(data)
    assert [page.id for page in loaded.items] == ["good"]
    where, name, why = only_problem(loaded)
    assert (where, name) == (f"{data}/ground-truth.json:5", "bad")
    assert reason in why


def test_an_id_that_is_there_twice_counts_once(tmp_path: Path) -> None:
    gold = f'{{\n"a": {{"articleBody": "{BODY}"}},\n"a": {{"articleBody": "Another."}}\n}}'
    loaded = load_pages(folder(tmp_path, gold, {"a.html": HTML}))
    assert [page.body for page in loaded.items] == [BODY]
    where, name, why = only_problem(loaded)
    assert where.endswith(":3") and name == "a" and ":2" in why


@pytest.mark.parametrize("name", ["../secret", "a/b", "a\\b", "..", "a\0", "x" * 300])
def test_an_id_never_leads_out_of_the_folder(tmp_path: Path, name: str) -> None:
    (tmp_path / "secret.html").write_text(HTML, "utf-8")
    data = folder(tmp_path / "data", {"a": {"articleBody": BODY}, name: {"articleBody": BODY}}, {"a.html": HTML})
    assert [page.id for page in load_pages(data).items] == ["a"]
    assert only_problem(load_pages(data))[1] == name


@pytest.mark.parametrize("gold", ["", "[]", "{}", "[1]", "{", '"x"', "\xff"])
def test_a_folder_of_which_nothing_can_be_used(tmp_path: Path, gold: str) -> None:
    with pytest.raises(DatasetError, match=r"ground-truth\.json"):
        load_pages(folder(tmp_path, gold, {"a.html": HTML}))


def test_a_folder_without_gold_says_what_is_missing(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match=r"has no ground-truth\.json"):
        load_pages(tmp_path)


def test_the_gold_file_alone_is_told_from_its_folder(tmp_path: Path) -> None:
    data = folder(tmp_path, {"a": {"articleBody": BODY}}, {"a.html": HTML})
    with pytest.raises(DatasetError, match="Give its folder"):
        load_pages(data / "ground-truth.json")


def test_marked_text_and_files(tmp_path: Path) -> None:
    (tmp_path / "news").mkdir()
    (tmp_path / "news" / "a.txt").write_bytes("\ufeffMenu\r\nÄ first. \U0001f600\r\nShare\r\nThen more.".encode())
    data = lines(
        tmp_path,
        [
            {"file": "news/a.txt", "spans": [{"start": 26, "end": 36}, {"start": 7, "end": 17}]},
            {"id": 7, "text": "Menu. It rains.", "spans": [{"start": 6, "end": 15}]},
            {"text": "It rains.", "spans": [{"start": 0, "end": 9}]},
        ],
    )
    loaded = load_pages(data)
    assert not loaded.problems
    assert [page.id for page in loaded.items] == ["news/a.txt", "7", "pages.jsonl:3"]
    assert [page.body for page in loaded.items] == ["Ä first. \U0001f600\n\nThen more.", "It rains.", "It rains."]
    assert loaded.items[0].text.startswith("\ufeffMenu\r\n")


def test_gzipped_lines(tmp_path: Path) -> None:
    record = {"id": "a", "text": "It rains.", "spans": [{"start": 0, "end": 9}]}
    (tmp_path / "pages.gz").write_bytes(gzip.compress(json.dumps(record).encode()))
    (page,) = load_pages(tmp_path / "pages.gz").items
    assert (page.id, page.text, page.body, page.where) == ("a", "It rains.", "It rains.", f"{tmp_path}/pages.gz:1")
    assert page.article is not None and page.article.text == page.text


SPAN = {"start": 0, "end": 9}


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        ({"spans": [SPAN]}, "'file' or 'text'"),
        ({"text": "It rains.", "file": "a.txt", "spans": [SPAN]}, "'file' or 'text'"),
        ({"text": "It rains."}, "'spans' is missing"),
        ({"text": "It rains.", "spans": SPAN}, "not a list"),
        ({"text": "It rains.", "spans": []}, "no words"),
        ({"text": "It rains.", "spans": [[0, 9]]}, "not a JSON object"),
        ({"text": "It rains.", "spans": [{"start": 8, "end": 9}]}, "no words"),
        ({"text": "It rains.", "spans": [{"start": 0, "end": 10}]}, "not inside the text of 9"),
        ({"text": "It rains.", "spans": [{"start": 5, "end": 5}]}, "not inside"),
        ({"text": "It rains.", "spans": [{"start": -1, "end": 5}]}, "'start'"),
        ({"text": "It rains.", "spans": [{"start": 0, "end": True}]}, "'end'"),
        ({"text": "It rains.", "spans": [{"start": 0, "end": 5}, {"start": 4, "end": 9}]}, "overlap at 4"),
        ({"text": " … ", "spans": [{"start": 0, "end": 1}]}, "no words"),
        ({"file": "missing.txt", "spans": [SPAN]}, "no longer there"),
        ({"file": "../outside.txt", "spans": [SPAN]}, "not below"),
        ({"file": "/etc/hostname", "spans": [SPAN]}, "not below"),
        ({"file": "a\0", "spans": [SPAN]}, "null"),
        ({"file": ["a"], "spans": [SPAN]}, "not a text"),
        ({"file": "", "spans": [SPAN]}, "blank"),
        ({"id": "good", "text": "It rains.", "spans": [SPAN]}, "used before"),
    ],
)
def test_a_flawed_line_is_named_and_the_others_are_kept(tmp_path: Path, record: dict[str, Any], reason: str) -> None:
    (tmp_path / "outside.txt").write_text("It rains.", "utf-8")
    inside = tmp_path / "data"
    inside.mkdir()
    data = lines(inside, [{"id": "good", "text": "It rains.", "spans": [SPAN]}, {"id": "bad", **record}])
    loaded = load_pages(data)
    assert [page.id for page in loaded.items] == ["good"]
    where, name, why = only_problem(loaded)
    assert (where, name) == (f"{data}:2", record.get("id", "bad"))
    assert reason in why


@pytest.mark.parametrize("content", ["", "\n", "[]", "{", '{"text": "a", "spans": []}'])
def test_lines_of_which_nothing_can_be_used(tmp_path: Path, content: str) -> None:
    (tmp_path / "pages.jsonl").write_text(content, "utf-8")
    with pytest.raises(DatasetError, match=r"pages\.jsonl"):
        load_pages(tmp_path / "pages.jsonl")


def test_missing_data(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="missing"):
        load_pages(tmp_path / "pages.jsonl")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 12) | st.text(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["id", "file", "text", "spans", "start", "end", "a", "articleBody"]), inner, max_size=4
        )
    ),
    max_leaves=12,
)


def loads_or_explains(path: Path) -> None:
    try:
        loaded = load_pages(path)
    except DatasetError as error:
        assert error.remedy
        return
    assert loaded.items
    for page in loaded.items:
        assert any(character.isalnum() for character in page.body)
        (page.text + page.body + page.id).encode()


@given(st.binary(max_size=200) | st.lists(JSON, max_size=3).map(lambda all_: "\n".join(map(json.dumps, all_)).encode()))
def test_whatever_a_file_of_lines_holds(content: bytes) -> None:
    with TemporaryDirectory() as place:
        path = Path(place, "pages.jsonl")
        path.write_bytes(content)
        loads_or_explains(path)


@given(
    st.binary(max_size=200) | JSON.map(lambda value: json.dumps(value).encode()),
    st.binary(max_size=200)
    | st.lists(st.sampled_from(["<table>", "<tr>", "<td>", "<pre", ">", "<?xml ", "&#xd800;", "é", "a b", "<!--"])).map(
        lambda parts: "".join(parts).encode()
    ),
)
def test_whatever_a_folder_holds(gold: bytes, page: bytes) -> None:
    with TemporaryDirectory() as place:
        data = folder(Path(place, "data"), {"a": {"articleBody": BODY}}, {"a.html": page})
        loads_or_explains(data)
        (data / "ground-truth.json").write_bytes(gold)
        loads_or_explains(data)
