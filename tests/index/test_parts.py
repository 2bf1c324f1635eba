"""The index's parts: filters, ranks against brute force, odd queries, the catalogue's round trips."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import date, datetime, timedelta, timezone
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assistant.index.lexical import LexicalIndex, LexicalSearcher
from assistant.index.vectors import VectorIndex
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
def vectors(tmp_path: Path) -> Iterator[VectorIndex]:
    index = VectorIndex(tmp_path / "vectors")
    index.add([p.id for p in PASSAGES], WordEmbedder().embed(TEXTS), METADATA)
    yield index
    index.close()


@pytest.fixture
def lexical(tmp_path: Path) -> LexicalSearcher:
    return lexical_index(tmp_path).now()


def lexical_index(folder: Path) -> LexicalIndex:
    index = LexicalIndex(folder / "lexical")
    index.add([p.id for p in PASSAGES], PASSAGES, METADATA)
    return index


def numbers(ids: list[str]) -> set[int]:
    return {int(item.split(":")[0], 16) for item in ids}


@pytest.mark.parametrize(("where", "expected"), FILTERS)
def test_vector_filters(vectors: VectorIndex, where: ArticleFilter, expected: set[int]) -> None:
    assert numbers(vectors.search(WordEmbedder().embed(["anything"])[0], 10, where)) == expected


@pytest.mark.parametrize(("where", "expected"), FILTERS)
def test_lexical_filters(lexical: LexicalSearcher, where: ArticleFilter, expected: set[int]) -> None:
    found = lexical.search("liaison Vladivostok fishing railway", 10, where)
    assert numbers(found) == expected


@pytest.mark.parametrize(("where", "expected"), FILTERS)
def test_a_filter_is_what_metadata_is_checked_by(where: ArticleFilter, expected: set[int]) -> None:
    assert {number for number, known in enumerate(METADATA) if where.admits(known)} == expected
    assert bool(where) == (where != ArticleFilter())


def test_passages_named_besides_are_found_whatever_their_metadata_says(
    vectors: VectorIndex, lexical: LexicalSearcher
) -> None:
    where, also = ArticleFilter(source="Reuters"), [PASSAGES[0].id, "unknown"]
    assert numbers(list(vectors.search(WordEmbedder().embed(["anything"])[0], 10, where, also))) == {0, 2}
    assert numbers(list(vectors.search(WordEmbedder().embed(["anything"])[0], 10, where, ["unknown"]))) == {2}
    assert numbers(lexical.search("liaison Vladivostok fishing railway", 10, where, also)) == {0, 2}
    assert numbers(lexical.search("railway", 10, where, also)) == set(), "the words still have to match"


def test_very_many_passages_may_be_named_besides(vectors: VectorIndex, lexical: LexicalSearcher) -> None:
    where, also = ArticleFilter(source="Reuters"), [*map(str, range(40_000)), PASSAGES[0].id]
    assert numbers(list(vectors.search(WordEmbedder().embed(["anything"])[0], 10, where, also))) == {0, 2}
    assert numbers(lexical.search("liaison Vladivostok fishing railway", 10, where, also)) == {0, 2}


def test_similarities_leave_out_what_is_not_there(vectors: VectorIndex) -> None:
    query = WordEmbedder().embed([TEXTS[0]])[0]
    assert vectors.similarities(query, ["unknown"]) == {}
    assert vectors.similarities(query, ["unknown", PASSAGES[0].id]) == pytest.approx({PASSAGES[0].id: 1.0}, abs=1e-5)
    assert vectors.similarities(query, []) == {}


def test_vectors_agree_with_brute_force(tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    centres = random.normal(size=(20, DIMENSION))
    stored = centres[random.integers(20, size=1500)] + 0.3 * random.normal(size=(1500, DIMENSION))
    stored = (stored / np.linalg.norm(stored, axis=1, keepdims=True)).astype(np.float32)
    index = VectorIndex(tmp_path)
    index.add([str(i) for i in range(1500)], stored, [Metadata()] * 1500)
    hits = 0
    for query in stored[:50]:
        best = {str(i) for i in np.argsort(-(stored @ query))[:20]}
        hits += len(best & set(index.search(query, 20, ArticleFilter())))
    index.close()
    assert hits / (50 * 20) >= 0.99


def test_adding_twice_replaces(vectors: VectorIndex) -> None:
    vectors.add([PASSAGES[0].id], WordEmbedder().embed(["chess"]), [Metadata(source="Chess")])
    assert len(vectors) == 4
    assert numbers(vectors.search(WordEmbedder().embed(["chess"])[0], 1, ArticleFilter(source="chess"))) == {0}


def test_a_lexical_index_that_the_disk_refuses_says_so_as_the_disk_does(tmp_path: Path) -> None:
    lexical = lexical_index(tmp_path)
    shutil.rmtree(tmp_path)
    with pytest.raises(OSError, match="No such file"):
        lexical.remove(["1"])
    with pytest.raises(OSError, match="No such file"):
        lexical.add(["9"], PASSAGES[:1], METADATA[:1])
    damaged = tmp_path / "damaged" / "meta.json"
    damaged.parent.mkdir(parents=True)
    damaged.write_text("junk", encoding="utf-8")
    with pytest.raises(OSError, match=r"meta\.json"):
        LexicalIndex(damaged.parent)
    with pytest.raises(ValueError, match="zip"):
        lexical.add(["9"], PASSAGES[:2], METADATA[:1])


def test_what_is_removed_is_found_no_more(tmp_path: Path) -> None:
    lexical = lexical_index(tmp_path)
    before = lexical.now()
    for _ in range(2):
        lexical.remove([PASSAGES[0].id, "unknown"])
    assert len(lexical.now()) == 3
    assert lexical.now().search("liaison", 5, ArticleFilter()) == []
    assert numbers(before.search("liaison", 5, ArticleFilter())) == {0}, "what is being read does not change"


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
