"""The index's parts: filters, ranks against brute force, odd queries, the catalogue's round trips."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assistant.articles import clean_article
from assistant.index.catalogue import Catalogue
from assistant.index.lexical import LexicalIndex
from assistant.index.vectors import VectorIndex
from assistant.records import ArticleFilter, Metadata, Passage, RawArticle
from tests.fakes import DIMENSION, WordEmbedder

TEXTS = [
    "Kenji Kanasugi will head the liaison team in Singapore.",
    "Abe may meet Kim in Vladivostok in September.",
    "The fishing fleet returned with a record catch.",
    "Parliament debated the railway budget for nine hours.",
]
METADATA = [
    Metadata(title="Japan sends diplomat", source="Kyodo", published=date(2018, 5, 19)),
    Metadata(source="KYODO", published=date(2018, 6, 14)),
    Metadata(source="Reuters", published=date(2019, 1, 1)),
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
]


@pytest.fixture
def vectors(tmp_path: Path) -> Iterator[VectorIndex]:
    index = VectorIndex(tmp_path / "vectors")
    index.add([p.id for p in PASSAGES], WordEmbedder().embed(TEXTS), METADATA)
    yield index
    index.close()


@pytest.fixture
def lexical(tmp_path: Path) -> LexicalIndex:
    index = LexicalIndex(tmp_path / "lexical")
    index.add(PASSAGES, METADATA)
    index.commit()
    return index


def numbers(ids: list[str]) -> set[int]:
    return {int(item.split(":")[0], 16) for item in ids}


@pytest.mark.parametrize(("where", "expected"), FILTERS)
def test_vector_filters(vectors: VectorIndex, where: ArticleFilter, expected: set[int]) -> None:
    assert numbers(vectors.search(WordEmbedder().embed(["anything"])[0], 10, where)) == expected


@pytest.mark.parametrize(("where", "expected"), FILTERS)
def test_lexical_filters(lexical: LexicalIndex, where: ArticleFilter, expected: set[int]) -> None:
    found = lexical.search("liaison Vladivostok fishing railway", 10, where)
    assert numbers(found) == expected


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


def test_adding_twice_replaces_and_removing_forgets(vectors: VectorIndex, lexical: LexicalIndex) -> None:
    vectors.add([PASSAGES[0].id], WordEmbedder().embed(["chess"]), [Metadata(source="Chess")])
    assert len(vectors) == 4
    assert numbers(vectors.search(WordEmbedder().embed(["chess"])[0], 1, ArticleFilter(source="chess"))) == {0}
    vectors.remove([PASSAGES[0].id, "unknown"])
    assert len(vectors) == 3
    lexical.remove([PASSAGES[0].id, "unknown"])
    lexical.commit()
    assert len(lexical) == 3
    assert lexical.search("liaison", 5, ArticleFilter()) == []


def test_words_are_stemmed_and_titles_count(lexical: LexicalIndex) -> None:
    assert numbers(lexical.search("debating railways?", 1, ArticleFilter())) == {3}
    assert numbers(lexical.search("diplomats", 5, ArticleFilter())) == {0}


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=200))
def test_any_query_is_safe(lexical: LexicalIndex, query: str) -> None:
    assert len(lexical.search(query, 3, ArticleFilter())) <= 3


@pytest.mark.parametrize(
    "query", ['"', "title:liaison AND (", "liaison*~^", "source:kyodo", "a OR b NOT c", "\0", "the"]
)
def test_query_syntax_means_nothing(lexical: LexicalIndex, query: str) -> None:
    assert numbers(lexical.search(query, 4, ArticleFilter())) <= {0}


@settings(deadline=None, max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=300))
def test_the_catalogue_gives_back_what_it_was_given(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    place = tmp_path_factory.mktemp("catalogue") / "catalogue.sqlite"
    raw = RawArticle("/news/a.txt", f"\ufeffKim\0 \r\n{text}", "utf-8", "ab" * 32)
    article = clean_article(raw)
    end = len(article.text)
    passage = Passage(f"{article.id}:0-{end}", article.id, 0, 0, end, article.text)
    catalogue = Catalogue(place, writable=True)
    catalogue.put_file(raw, ["f1", "f2"])
    assert [item.repeated for item in catalogue.block_statistics()] == [None]
    assert not catalogue.holds(article)
    assert catalogue.put_cleaned(article, frozenset(["f2"]), [passage]) == []
    catalogue.close()

    opened = Catalogue(place)
    assert opened.article(article.id) == article
    assert opened.holds(article)
    assert opened.passages([passage.id]) == [passage]
    assert opened.article_passages(article.id) == (article.metadata, [passage])
    assert next(opened.block_statistics()).repeated == {"f2"}
    assert opened.file_hashes() == {raw.path: raw.content_hash}
    opened.close()


def test_what_is_not_there_is_a_key_error(tmp_path: Path) -> None:
    catalogue = Catalogue(tmp_path / "catalogue.sqlite", writable=True)
    for look_up in (catalogue.article, catalogue.text, catalogue.metadata, catalogue.raw_article):
        with pytest.raises(KeyError):
            look_up("nothing")
    with pytest.raises(KeyError):
        catalogue.passages(["nothing"])
