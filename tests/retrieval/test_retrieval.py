"""Fusion, neighbours and the hybrid retriever, on a real index with a fake embedder."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.index.opened import Index, View
from assistant.index.sync import Synchroniser, manifest
from assistant.records import ArticleFilter
from assistant.retrieval.fusion import fuse
from assistant.retrieval.retriever import HybridRetriever, merge_neighbours
from assistant.settings import Settings
from tests.fakes import WordEmbedder, count_tokens
from tests.pages import HARBOUR, page

SETTINGS = Settings(passage_tokens=32)
BODY = "\n\n".join(
    f"Paragraph {number} tells at some length how the {subject} was received by the many people of the town."
    for number, subject in enumerate(("harvest", "festival", "railway", "election", "concert", "verdict"))
)

MORE = "Shop owners on the quay told the paper that they feared for their summer trade and asked for compensation."


@pytest.fixture(scope="module")
def view(tmp_path_factory: pytest.TempPathFactory) -> Iterator[View]:
    place = tmp_path_factory.mktemp("retrieval")
    (place / "town.txt").write_text("A Town and Its Year of Events\n\n" + BODY, encoding="utf-8")
    (place / "sea.txt").write_text("The Fleet Comes Home\n\nThe fishing fleet came home, the captain said on Monday.")
    embedder = WordEmbedder()
    Synchroniser(place / "store", embedder, count_tokens, SETTINGS).run([place])
    opened = Index(place / "store", manifest(embedder, SETTINGS))
    yield opened.view()
    opened.close()


class Indexed(NamedTuple):
    """An index of a story and a shorter copy of it, and the copy's id."""

    view: View
    times: str


@pytest.fixture(scope="module")
def copies(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Indexed]:
    place = tmp_path_factory.mktemp("copies")
    (place / "kyodo.html").write_text(page("Harbour road to close", "KYODO", "2024-03-02", [*HARBOUR, MORE]))
    (place / "times.html").write_text(page("Council shuts road", "Japan Times", "2024-03-03", HARBOUR))
    Synchroniser(place / "store", WordEmbedder(), count_tokens, SETTINGS).run([place])
    opened = Index(place / "store", manifest(WordEmbedder(), SETTINGS))
    view = opened.view()
    (times,) = view.catalogue.file_articles()[str(place / "times.html")]
    yield Indexed(view, times)
    opened.close()


def test_the_right_passage_comes_first_with_its_ranks(view: View) -> None:
    (first, *_) = HybridRetriever(WordEmbedder(), 10).retrieve(view, "How was the railway received?", 3)
    assert "railway" in first.passage.text
    assert first.lexical_rank == 1
    assert first.dense_rank is not None
    vectors = WordEmbedder().embed(["How was the railway received?", f"{first.title}\n{first.passage.text}"])
    assert first.similarity == pytest.approx(float(vectors[0] @ vectors[1]), abs=1e-5)
    assert first.title == "A Town and Its Year of Events"


def test_passages_from_words_alone_have_their_similarity_too(view: View) -> None:
    found = HybridRetriever(WordEmbedder(), 2).retrieve(view, "verdict", 2)
    everything = HybridRetriever(WordEmbedder(), 50).retrieve(view, "verdict", 50)
    expected = {item.passage.id: item.similarity for item in everything}
    assert all(item.similarity == pytest.approx(expected[item.passage.id], abs=1e-5) for item in found)


def test_k_bounds_the_result_and_scores_fall(view: View) -> None:
    found = HybridRetriever(WordEmbedder(), 10).retrieve(view, "the town", 4)
    assert len(found) == 4
    scores = [item.retrieval_score for item in found]
    assert scores == sorted(scores, reverse=True)


def test_neighbours_are_joined_into_a_slice_of_the_article(view: View) -> None:
    found = HybridRetriever(WordEmbedder(), 10).retrieve(view, "Paragraph about people of the town", 7)
    for longest in (1, 2, 3):
        joined = merge_neighbours(found, view, longest)
        covered = sorted((item.passage.article_id, item.passage.start, item.passage.end) for item in joined)
        for item in joined:
            text = view.catalogue.text(item.passage.article_id)
            assert text[item.passage.start : item.passage.end] == item.passage.text
        for (first, _, end), (second, start, _) in pairwise(covered):
            assert first != second or end <= start
        assert all(any(part.passage.text in whole.passage.text for whole in joined) for part in found)
    assert len(merge_neighbours(found, view, 3)) < len(found)
    assert merge_neighbours(found, view, 2)[0].retrieval_score == found[0].retrieval_score


@given(st.sets(st.integers(0, 3), min_size=1))
def test_a_filter_that_admits_one_copy_finds_its_own_passages(copies: Indexed, asked: set[int]) -> None:
    where = ArticleFilter(source="Japan Times")
    query = " ".join(HARBOUR[number] for number in sorted(asked))
    found = HybridRetriever(WordEmbedder(), 20).retrieve(copies.view, query, 10, where)
    assert any(HARBOUR[min(asked)] in item.passage.text for item in merge_neighbours(found, copies.view, 2))
    text = copies.view.catalogue.text(copies.times)
    for item in found:
        assert item.passage.article_id == copies.times
        assert text[item.passage.start : item.passage.end] == item.passage.text
        assert item.passage.id == f"{copies.times}:{item.passage.start}-{item.passage.end}"
        assert (item.source, item.published) == ("Japan Times", date(2024, 3, 3))


def test_what_only_the_longer_copy_has_is_not_found_for_the_shorter_one(copies: Indexed) -> None:
    def texts(where: ArticleFilter) -> str:
        found = HybridRetriever(WordEmbedder(), 20).retrieve(copies.view, "shop owners summer trade", 10, where)
        return " ".join(item.passage.text for item in found)

    assert MORE in texts(ArticleFilter(source="KYODO"))
    assert MORE not in texts(ArticleFilter(source="Japan Times"))


def test_passages_that_copies_share_are_given_once(copies: Indexed) -> None:
    for number, paragraph in enumerate(HARBOUR):
        found = HybridRetriever(WordEmbedder(), 20).retrieve(copies.view, paragraph, 10)
        holding = [item for item in found if paragraph in item.passage.text]
        assert len(holding) == 1, number
        assert holding[0].source == "KYODO", "the longer article tells it"
    everything = HybridRetriever(WordEmbedder(), 2).retrieve(copies.view, " ".join(HARBOUR), 50)
    assert MORE in " ".join(item.passage.text for item in everything), "it is looked deeper where copies are left out"


def test_a_copy_with_a_figure_corrected_is_given_beside_the_other(tmp_path: Path) -> None:
    toll = "The flood near the old bridge killed 12 people on Monday night, the mayor told reporters at the town hall."
    (tmp_path / "one.html").write_text(page("Flood", "KYODO", "2024-03-02", [*HARBOUR, toll]))
    corrected = [*HARBOUR, toll.replace("12", "15")]
    (tmp_path / "two.html").write_text(page("Flood toll", "Japan Times", "2024-03-03", corrected))
    Synchroniser(tmp_path / "store", WordEmbedder(), count_tokens, SETTINGS).run([tmp_path])
    with closing(Index(tmp_path / "store", manifest(WordEmbedder(), SETTINGS))) as index:
        found = HybridRetriever(WordEmbedder(), 20).retrieve(index.view(), "flood near the old bridge killed", 10)
        assert len({one.cluster for one in index.view().catalogue.entries()}) == 1, "they are copies"
    texts = " ".join(item.passage.text for item in found)
    assert "killed 12 people" in texts
    assert "killed 15 people" in texts


rankings = st.lists(st.lists(st.sampled_from("abcdefgh"), unique=True), max_size=3)


@given(rankings)
def test_fusion_keeps_every_id_once_and_orders_by_score(lists: list[list[str]]) -> None:
    fused = fuse(lists)
    assert {item for item, _ in fused} == {item for ranking in lists for item in ranking}
    assert len(fused) == len({item for item, _ in fused})
    assert [score for _, score in fused] == sorted((score for _, score in fused), reverse=True)


def test_two_good_ranks_beat_one_best() -> None:
    assert [item for item, _ in fuse([["a", "b"], ["c", "b"]])] == ["b", "a", "c"]
