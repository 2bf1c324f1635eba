"""Files of JSON lines: whatever is wrong with them costs no more than it must, and is named."""

from __future__ import annotations

import copy
import gzip
import json
import os
import random
import re
import tracemalloc
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from assistant.datasets import lines
from assistant.datasets.fields import id_field, text_field
from assistant.datasets.lines import LineEntry, Loaded, Problem, load_lines
from assistant.datasets.questions import load_questions
from assistant.datasets.reading import load_reading
from assistant.datasets.rewrites import load_rewrites
from assistant.errors import DatasetError
from assistant.evaluation.run import RunOptions

LOADERS: Sequence[Callable[[Path], Loaded[Any]]] = (load_reading, load_questions, load_rewrites)


@dataclass(frozen=True)
class Word:
    id: str
    text: str
    where: str


def load_words(path: Path) -> Loaded[Word]:
    def word(entry: LineEntry) -> tuple[Word]:
        return (Word(id_field(entry.record), text_field(entry.record, "text"), entry.where),)

    return load_lines(path, word, "Give words.")


def saved(folder: Path, content: bytes | str, name: str = "words.jsonl") -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def word(name: str | int, text: str = "a word") -> str:
    return json.dumps({"id": name, "text": text}) + "\n"


def test_lines_are_numbered_as_an_editor_does_and_blank_ones_are_passed_over(tmp_path: Path) -> None:
    path = saved(tmp_path, word("a") + "\n  \n" + word("b").rstrip("\n"))
    loaded = load_words(path)
    assert [(item.id, item.where) for item in loaded.items] == [("a", f"{path}:1"), ("b", f"{path}:4")]
    assert loaded.problems == ()


def test_only_a_line_feed_ends_a_line(tmp_path: Path) -> None:
    text = "one\u2028two\x85three\x0bfour"
    content = '\ufeff{"id": "a", "text": "one\u2028two\x85three"}\r\n' + word("b", text)
    loaded = load_words(saved(tmp_path, content))
    assert [item.text for item in loaded.items] == ["one\u2028two\x85three", text]
    assert loaded.problems == ()


@pytest.mark.parametrize("name", ["words.jsonl.gz", "words.jsonl"])
def test_gzip_is_told_by_its_content(tmp_path: Path, name: str) -> None:
    packed = gzip.compress(word("a").encode()) + gzip.compress(word("b").encode())
    assert [item.id for item in load_words(saved(tmp_path, packed, name)).items] == ["a", "b"]
    assert [item.id for item in load_words(saved(tmp_path, word("c"), name)).items] == ["c"]


@pytest.mark.parametrize(
    ("line", "name", "named"),
    [
        ("{", None, "not JSON.*column 2"),
        ("[1]", None, "not a JSON object"),
        ("3", None, "not a JSON object"),
        ("[" * 100_000, None, "not JSON"),
        ('{"id": "x", "text": ' + "9" * 5000 + "}", None, "not JSON"),
        ('{"text": "no id"}', None, "'id' is missing"),
        ('{"id": true, "text": "b"}', None, "'id' is not a text"),
        ('{"id": " ", "text": "b"}', None, "'id' is blank"),
        (
            '{"id": "x", "text": "\\ud800"}',
            "x",
            r"'text' holds \\ud800, half of a surrogate pair.*write the whole pair",
        ),
        ('{"id": "x", "text": null}', "x", "'text' is not a text"),
        ('{"id": 7, "text": "\\u00a0"}', "7", "'text' is blank"),
        ('{"id": "a", "text": "again"}', "a", r"'a' was used before, at .*words\.jsonl:1"),
    ],
)
def test_a_flaw_costs_its_line_and_is_named(tmp_path: Path, line: str, name: str | None, named: str) -> None:
    path = saved(tmp_path, word("a") + line + "\n" + word("b"))
    loaded = load_words(path)
    assert [item.id for item in loaded.items] == ["a", "b"]
    [problem] = loaded.problems
    assert (problem.where, problem.id) == (f"{path}:2", name)
    assert_matches(problem, named)


def assert_matches(problem: Problem, pattern: str) -> None:
    assert re.search(pattern, problem.reason), problem.reason


def test_bytes_that_are_not_utf_8_spoil_only_their_field(tmp_path: Path) -> None:
    content = b'{"id": "a", "text": "caf\xe9"}\n{"id": "b", "text": "fine", "unused": "caf\xe9"}\n'
    loaded = load_words(saved(tmp_path, content))
    assert [item.id for item in loaded.items] == ["b"]
    [problem] = loaded.problems
    assert problem.id == "a"
    assert_matches(problem, "0xe9, which is not UTF-8.*save the file as UTF-8")


@pytest.mark.parametrize("half", ["\\ud800", "\\udbff", "\\udc00", "\\udfff", "a\\ude00\\ud83d"])
def test_half_a_surrogate_pair_is_not_told_to_be_a_matter_of_the_file(tmp_path: Path, half: str) -> None:
    line = '{"id": "x", "text": "' + half + '"}'
    [problem] = load_words(saved(tmp_path, word("a") + line)).problems
    assert_matches(problem, "half of a surrogate pair")
    assert "UTF-8" not in problem.reason
    pair = '{"id": "x", "text": "\\ud83d\\ude00"}'
    assert load_words(saved(tmp_path, pair)).items[0].text == "😀"


def test_of_the_first_items_only_the_problems_before_them_count(tmp_path: Path) -> None:
    loaded = load_words(saved(tmp_path, "{\n" + word("a") + "[\n" + word("b") + "}\n" + word("c") + "]\n"))

    def problems(limit: int | None, sample: int | None = None) -> list[str]:
        chosen = loaded.chosen(RunOptions(limit=limit, sample=sample))
        assert len(chosen.items) == min(3, limit or 3)
        return [problem.where.rpartition(":")[2] for problem in chosen.problems]

    assert problems(1) == ["1"]
    assert problems(2) == ["1", "3"]
    assert problems(3) == ["1", "3", "5"]
    assert problems(4) == problems(None) == problems(1, 0) == ["1", "3", "5", "7"], "nothing is left out unasked"


def test_where_a_file_breaks_off_matters_only_to_those_who_came_so_far(tmp_path: Path) -> None:
    packed = bytearray(gzip.compress((word("a") + word("b")).encode()))
    packed[-6] ^= 1
    loaded = load_words(saved(tmp_path, bytes(packed)))
    assert [len(loaded.chosen(RunOptions(limit=limit)).problems) for limit in (1, 2, 3)] == [0, 0, 1]


def test_a_number_is_an_id_and_equals_its_digits(tmp_path: Path) -> None:
    loaded = load_words(saved(tmp_path, word(1) + word("1") + word("2")))
    assert [item.id for item in loaded.items] == ["1", "2"]
    assert len(loaded.problems) == 1


def test_of_a_gzip_file_that_breaks_off_the_whole_lines_count(tmp_path: Path) -> None:
    source = random.Random(0)
    words = "".join(word(number, source.randbytes(40).hex()) for number in range(500))
    packed = gzip.compress(words.encode())
    path = saved(tmp_path, packed[: len(packed) // 2])
    loaded = load_words(path)
    assert 0 < len(loaded.items) < 500
    [problem] = loaded.problems
    assert problem.where == f"{path}:{len(loaded.items) + 1}"
    assert_matches(problem, "breaks off")


def test_a_gzip_file_with_a_wrong_checksum_is_never_complete(tmp_path: Path) -> None:
    packed = bytearray(gzip.compress((word("a") + word("b")).encode()))
    packed[-6] ^= 1
    loaded = load_words(saved(tmp_path, bytes(packed)))
    assert [item.id for item in loaded.items] == ["a", "b"]
    assert_matches(loaded.problems[0], "damaged")


@pytest.mark.parametrize(
    ("content", "named"),
    [
        (b"", "is empty"),
        (b"\xef\xbb\xbf \r\n\n", "is empty"),
        (gzip.compress(b""), "is empty"),
        (b"\x1f\x8b", r"words\.jsonl:1: The gzip"),
        (gzip.compress(word("a").encode())[:20], r"words\.jsonl:1: The gzip"),
        (b"\x1f\x8b\x09" + bytes(20), "damaged"),
        (b"{}\n{\n", r"words\.jsonl:1: 'id' is missing.*words\.jsonl:2: .*not JSON"),
        (b"{}\n" * 5, "And 2 problems more"),
        (word("a").encode("utf-16"), "not JSON"),
    ],
)
def test_a_file_of_which_nothing_can_be_used_is_an_error(tmp_path: Path, content: bytes, named: str) -> None:
    with pytest.raises(DatasetError, match=named) as caught:
        load_words(saved(tmp_path, content))
    assert caught.value.remedy
    assert "words.jsonl" in caught.value.problem


def test_what_cannot_be_read_is_an_error(tmp_path: Path) -> None:
    unreadable: dict[Path, str] = {
        tmp_path: "is a folder",
        tmp_path / "none.jsonl": "is missing",
        Path("nul\0.jsonl"): "missing|cannot be read",
        saved(tmp_path, word("a")) / "below": "missing|cannot be read",
    }
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe")
        unreadable[tmp_path / "pipe"] = "no file"
    for path, named in unreadable.items():
        with pytest.raises(DatasetError, match=named) as caught:
            load_words(path)
        assert caught.value.remedy


def test_a_file_without_permission_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    path = saved(tmp_path, word("a"))
    monkeypatch.setattr(Path, "open", refused)
    with pytest.raises(DatasetError, match=r"cannot be read.*Permission denied"):
        load_words(path)


def test_a_file_that_unpacks_to_more_than_fits_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    words = word("a").encode() + b" " * 2000
    monkeypatch.setattr(lines, "LARGEST", len(words))
    assert load_words(saved(tmp_path, words)).items
    assert load_words(saved(tmp_path, gzip.compress(words))).items
    for content in (words + b" ", gzip.compress(words + b" "), gzip.compress(words + bytes(10**7))):
        with pytest.raises(DatasetError, match="holds more than"):
            load_words(saved(tmp_path, content))


def test_no_more_is_unpacked_than_may_be(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = saved(tmp_path, gzip.compress(bytes(100 * 2**20)))
    monkeypatch.setattr(lines, "LARGEST", 2**20)
    tracemalloc.start()
    try:
        with pytest.raises(DatasetError, match="holds more than"):
            load_words(path)
        assert tracemalloc.get_traced_memory()[1] < 20 * 2**20
    finally:
        tracemalloc.stop()


SCALARS = st.none() | st.booleans() | st.integers(-2, 12) | st.floats() | st.sampled_from(["", "1", "\ud800", "Who?"])
VALUES = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner))
GOOD = (
    {"id": "1", "question": "Who?", "context": "a b a", "answers": [{"text": "b", "start": 2}], "source": "s"},
    {"id": "2", "question": "Who?", "answers": ["a", {"file": "f", "start": 0, "end": 1, "text": "a"}]},
    {"id": "3", "turns": [{"question": "Who?", "answers": []}, {"question": "And?", "answers": ["a"], "rewrite": "b"}]},
    {"id": "4", "history": ["Who?", ""], "question": "And?", "rewrite": "And who?"},
)
PARAGRAPH = {"context": "a b a", "qas": [{"id": 5, "question": "Who?", "answers": [{"text": "b", "answer_start": 2}]}]}
SQUAD = {"version": "1.1", "data": [{"title": "t", "paragraphs": [PARAGRAPH, {**PARAGRAPH, "qas": []}]}]}


@st.composite
def nearly_right(draw: st.DrawFn, records: Sequence[Any]) -> Any:
    """One of ``records``, with up to two of its values lost or replaced at any depth."""
    record = copy.deepcopy(draw(st.sampled_from(records)))
    for _ in range(draw(st.integers(0, 2))):
        places = list(containers(record))
        if not places:
            break
        place = draw(st.sampled_from(places))
        key = draw(st.sampled_from(list(place) if isinstance(place, dict) else range(len(place))))
        if draw(st.booleans()):
            del place[key]
        else:
            place[key] = draw(VALUES)
    return record


def containers(value: Any) -> Iterator[Any]:
    """The filled lists and objects in ``value``, itself included."""
    if isinstance(value, (dict, list)) and value:
        yield value
        for inner in value.values() if isinstance(value, dict) else value:
            yield from containers(inner)


def as_lines(records: Sequence[Any]) -> bytes:
    return "\n".join(map(json.dumps, records)).encode()


CONTENTS = st.one_of(
    st.binary(max_size=80),
    st.lists(nearly_right(GOOD) | VALUES, min_size=1, max_size=5).map(as_lines),
    nearly_right([SQUAD]).map(lambda document: json.dumps(document, indent=1).encode()),
)


@given(content=CONTENTS, packed=st.booleans(), cut=st.integers(0, 3))
@example(b'{"data": [{"paragraphs": [{"qas": [{"id": ' + b"[" * 900 + b"]" * 900 + b"}]}]}]}", False, 0)
@example(b'{"id": 1, "question": "Who?", "answers": ["a"]}\n{"id": "1"}', False, 0)
@settings(max_examples=400, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_a_file_holds_it_is_loaded_or_refused(tmp_path: Path, content: bytes, packed: bool, cut: int) -> None:
    if packed:
        content = gzip.compress(content, mtime=0)[: -cut or None]
    path = saved(tmp_path, content)
    for load in LOADERS:
        try:
            loaded = load(path)
        except DatasetError as error:
            assert error.problem
            assert error.remedy
            continue
        assert loaded.items
        assert len({item.id for item in loaded.items}) == len(loaded.items)
        # Everything that is handed on can be written again.
        json.dumps(asdict(loaded), ensure_ascii=False).encode()
        for problem in loaded.problems:
            assert problem.where.startswith(str(path))
            assert problem.reason
