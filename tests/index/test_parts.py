"""The index's parts: filters, ranks against brute force, odd queries, the catalogue's round trips."""

from __future__ import annotations

import shutil
from datetime import date, datetime, timedelta, timezone
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assistant.index import vectors as vectors_module
from assistant.index.lexical import LexicalIndex, LexicalSearcher
from assistant.index.shards import ShardWriter
from assistant.index.store import IndexVersion
from assistant.index.vectors import Shard, Vectors
from assistant.records import ArticleFilter, Metadata, Passage
from tests.fakes import DIMENSION, WordEmbedder

TEXTS = [
    "Kenji Kanasugi will head the liaison team in Singapore.",
    "Abe may meet Kim in Vladivostok in September.",
    "The fishing fleet returned with a record catch.",
    "Parliament debated the railway budget for nine hours.",
]
#: By UTC, it is the day after.
LATE = datetime(2018, 6, 14, 23, 30, tzinfo=timezone(-timedelta(hours=5)))
METADATA = [
    Metadata(title="Japan sends diplomat", source="Kyodo", published=date(2018, 5, 19)),
    Metadata(source="KYODO", published=date(2018, 6, 14), published_at=LATE),
    Metadata(source="Reuters", published=date(2019, 1, 1), language="ja"),
    Metadata(),
]
PASSAGES = [Passage(f"{i:016x}:0-{len(t)}", f"{i:016x}", 0, 0, len(t), t) for i, t in enumerate(TEXTS)]
FILTERS = [
    (ArticleFilter(), {0, 1, 2, 3}),
    (ArticleFilter(source="kyodo"), {0, 1}),
    (ArticleFilter(after=date(2018, 6, 14)), {1, 2}),
    (ArticleFilter(before=date(2018, 6, 14)), {0, 1}),
    (ArticleFilter(after=date(2018, 6, 1), before=date(2018, 6, 30), source="Kyodo"), {1}),
    (ArticleFilter(source="nobody"), set()),
    (ArticleFilter(language="JA"), {2}),
    (ArticleFilter(language="ja", source="kyodo"), set()),
]


@pytest.fixture
def lexical(tmp_path: Path) -> LexicalSearcher:
    return lexical_index(tmp_path).now()


def lexical_index(folder: Path) -> LexicalIndex:
    index = LexicalIndex(folder / "lexical")
    index.add(range(len(PASSAGES)), PASSAGES, METADATA)
    return index


def numbers(ids: list[str]) -> set[int]:
    return set(map(int, ids))


def made(folder: Path, *parts: tuple[list[int], np.ndarray]) -> Vectors:
    """Vectors in shards, each of these keys."""
    version, shards = IndexVersion(folder), []
    for number, (keys, vectors) in enumerate(parts, 1):
        writer = ShardWriter(number, version)
        writer.add(np.array(keys, np.int64), vectors)
        checksum = writer.finish()
        shards.append(Shard(version.shard(number)))
        assert shards[-1].checksum() == checksum
    return Vectors(shards)


def drawn(count: int) -> np.ndarray:
    """Unit vectors, many of them near to each other."""
    random = np.random.default_rng(0)
    centres = random.normal(size=(20, DIMENSION))
    vectors = centres[random.integers(20, size=count)] + 0.3 * random.normal(size=(count, DIMENSION))
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


@pytest.mark.parametrize(("where", "expected"), FILTERS)
def test_lexical_filters(lexical: LexicalSearcher, where: ArticleFilter, expected: set[int]) -> None:
    found = lexical.search("liaison Vladivostok fishing railway", 10, where)
    assert numbers(found) == expected


@pytest.mark.parametrize(("where", "expected"), FILTERS)
def test_a_filter_is_what_metadata_is_checked_by(where: ArticleFilter, expected: set[int]) -> None:
    assert {number for number, known in enumerate(METADATA) if where.admits(known)} == expected
    assert bool(where) == (where != ArticleFilter())


def test_similarities_leave_out_what_is_not_there(tmp_path: Path) -> None:
    vectors = made(tmp_path, ([0, 2, 5], WordEmbedder().embed(TEXTS[:3])))
    query = WordEmbedder().embed([TEXTS[0]])[0]
    assert vectors.similarities(query, ["1", "99"]) == {}
    assert vectors.similarities(query, ["99", "0"]) == pytest.approx({"0": 1.0}, abs=1e-5)
    assert vectors.similarities(query, []) == {}


@pytest.mark.parametrize("shards", [1, 3])
def test_vectors_are_those_of_brute_force(tmp_path: Path, shards: int) -> None:
    stored = drawn(1500)
    found = made(tmp_path, *((list(range(first, 1500, shards)), stored[first::shards]) for first in range(shards)))
    among = np.arange(0, 1500, 7)
    for query in stored[:50]:
        cosines = np.round(stored @ query, 6)
        order = sorted(range(1500), key=lambda key: (-cosines[key], key))
        assert list(map(int, found.search(query, 20))) == order[:20]
        assert list(map(int, found.search(query, 20, among))) == [key for key in order if key % 7 == 0][:20]


def test_equal_vectors_come_in_the_order_of_their_keys(tmp_path: Path) -> None:
    one, other = WordEmbedder().embed(["chess", "opera"])
    vectors = made(tmp_path, ([4, 9], np.array([one, other])), ([2, 6], np.array([one, one])))
    assert list(vectors.search(one, 2)) == ["2", "4"]
    assert list(vectors.search(one, 3)) == ["2", "4", "6"]


def test_above_the_limit_of_exact_search_chroma_proposes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stored = drawn(1500)
    found = made(tmp_path, (list(range(1000)), stored[:1000]), (list(range(1000, 1500)), stored[1000:]))
    exact = [set(found.search(query, 20)) for query in stored[:50]]
    monkeypatch.setattr(vectors_module, "EXACT_UP_TO", 100)
    proposed = [set(found.search(query, 20)) for query in stored[:50]]
    assert sum(len(one & other) for one, other in zip(exact, proposed, strict=True)) >= 0.98 * 50 * 20


def test_a_lexical_index_that_the_disk_refuses_says_so_as_the_disk_does(tmp_path: Path) -> None:
    lexical = lexical_index(tmp_path)
    shutil.rmtree(tmp_path)
    with pytest.raises(OSError, match="No such file"):
        lexical.remove([1])
    with pytest.raises(OSError, match="No such file"):
        lexical.add([9], PASSAGES[:1], METADATA[:1])
    damaged = tmp_path / "damaged" / "meta.json"
    damaged.parent.mkdir(parents=True)
    damaged.write_text("junk", encoding="utf-8")
    with pytest.raises(OSError, match=r"meta\.json"):
        LexicalIndex(damaged.parent)
    with pytest.raises(ValueError, match="zip"):
        lexical.add([9], PASSAGES[:2], METADATA[:1])


def test_what_is_removed_is_found_no_more(tmp_path: Path) -> None:
    lexical = lexical_index(tmp_path)
    before = lexical.now()
    for _ in range(2):
        lexical.remove([0, 99])
    assert len(lexical.now()) == 3
    assert lexical.now().search("liaison", 5, ArticleFilter()) == []
    assert numbers(before.search("liaison", 5, ArticleFilter())) == {0}, "what is being read does not change"


def test_what_a_dead_writer_left_is_removed_from_a_key_on(tmp_path: Path) -> None:
    lexical = lexical_index(tmp_path)
    lexical.remove_from(2)
    assert numbers(lexical.now().search("liaison Vladivostok fishing railway", 9, ArticleFilter())) == {0, 1}
    lexical.remove_from(2)
    assert len(lexical.now()) == 2


def test_words_are_stemmed_and_titles_count(lexical: LexicalSearcher) -> None:
    assert numbers(lexical.search("debating railways?", 1, ArticleFilter())) == {3}
    assert numbers(lexical.search("diplomats", 5, ArticleFilter())) == {0}


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=200))
def test_any_query_is_safe(lexical: LexicalSearcher, query: str) -> None:
    assert len(lexical.search(query, 3, ArticleFilter())) <= 3


@pytest.mark.parametrize(
    "query", ['"', "title:liaison AND (", "liaison*~^", "source:kyodo", "a OR b NOT c", "\0", "the"]
)
def test_query_syntax_means_nothing(lexical: LexicalSearcher, query: str) -> None:
    assert numbers(lexical.search(query, 4, ArticleFilter())) <= {0}
