"""raw <-> blocks <-> clean text <-> passages, over generated, seed and real texts."""

from __future__ import annotations

import unicodedata
from pathlib import Path

from hypothesis import example, given
from hypothesis import strategies as st

from assistant.articles import OffsetMap, clean_article, load_article, sentence_spans, split_passages
from assistant.articles.blocks import split_blocks
from assistant.articles.cleaning import clean_blocks
from assistant.records import AlignedRun, Article

from .conftest import raw_article
from .strategies import soup


def visible(text: str) -> str:
    return "".join(c for c in text if not c.isspace() and unicodedata.category(c) not in ("Cc", "Cf"))


def count_words(texts: list[str] | tuple[str, ...]) -> list[int]:
    return [len(text.split()) for text in texts]


def count_characters(texts: list[str] | tuple[str, ...]) -> list[int]:
    return [sum(not c.isspace() for c in text) for text in texts]


def check_article(article: Article) -> None:
    offsets = OffsetMap(article.alignment)
    assert article.text == "\n\n".join(
        article.raw_text[s.raw_start : s.raw_start + s.length] for s in article.alignment
    )
    for segment in article.alignment:
        start, end = segment.clean_start, segment.clean_start + segment.length
        raw = offsets.to_raw(start, end)
        assert raw == (segment.raw_start, segment.raw_start + segment.length)
        assert article.raw_text[raw[0] : raw[1]] == article.text[start:end]
        assert offsets.to_clean(*raw) == (start, end)
        if end + 2 < len(article.text):
            assert offsets.to_raw(start, end + 3) is None


def check_passages(article: Article, max_tokens: int) -> None:
    for count in (count_words, count_characters):
        passages = split_passages(article, count, max_tokens)
        assert [passage.ordinal for passage in passages] == list(range(len(passages)))
        covered = 0
        for passage in passages:
            assert article.text[passage.start : passage.end] == passage.text
            assert passage.id == f"{article.id}:{passage.start}-{passage.end}"
            assert passage.start >= covered
            assert not article.text[covered : passage.start].strip()
            assert count([passage.text])[0] <= max_tokens
            covered = passage.end
        assert not article.text[covered:].strip()


@given(soup)
@example("\ufeff\r\n\x00A\xa0B\r\nC\u2028D\x00\r\n")
def test_blocks_are_slices_that_hold_every_visible_character(text: str) -> None:
    blocks = split_blocks(text)
    position = 0
    between = ""
    for block in blocks:
        assert block.start >= position
        assert text[block.start : block.end] == block.text
        assert visible(block.text[0])
        assert visible(block.text[-1])
        between += text[position : block.start]
        position = block.end
    assert not visible(between + text[position:]).replace("#", "")


@given(soup)
def test_clean_text_maps_back_to_the_raw_text(text: str) -> None:
    check_article(clean_article(raw_article(text)))


@given(soup, st.integers(1, 40))
def test_passages_are_slices_that_cover_the_article(text: str, max_tokens: int) -> None:
    check_passages(clean_article(raw_article(text)), max_tokens)


@given(soup)
def test_sentences_cover_the_text_and_never_cross_a_blank_line(text: str) -> None:
    covered = 0
    for start, end in sentence_spans(text):
        assert start >= covered
        assert not text[covered:start].strip()
        assert text[start:end] == text[start:end].strip() != ""
        assert "\n\n" not in text[start:end]
        assert "\n\r\n" not in text[start:end]
        covered = end
    assert not text[covered:].strip()


@given(soup)
def test_a_text_with_something_visible_is_never_emptied(text: str) -> None:
    decisions = clean_blocks(split_blocks(text))
    assert any(decision.kept for decision in decisions) == bool(decisions)
    assert all((decision.reason is None) == decision.kept for decision in decisions)


@given(st.lists(st.tuples(st.integers(1, 9), st.integers(0, 5)), min_size=1, max_size=12), st.data())
def test_offset_map_agrees_with_a_search_through_all_segments(
    sizes: list[tuple[int, int]], data: st.DataObject
) -> None:
    alignment, clean, raw = [], 0, 0
    for length, gap in sizes:
        raw += gap
        alignment.append(AlignedRun(clean, raw, length))
        clean, raw = clean + length + 2, raw + length
    start = data.draw(st.integers(0, clean))
    end = data.draw(st.integers(start + 1, clean + 2))
    holders = [s for s in alignment if s.clean_start <= start and end <= s.clean_start + s.length]
    shifts = [s.raw_start - s.clean_start for s in holders]
    expected = (start + shifts[0], end + shifts[0]) if holders else None
    assert OffsetMap(tuple(alignment)).to_raw(start, end) == expected
    if expected is not None:
        assert OffsetMap(tuple(alignment)).to_clean(*expected) == (start, end)


def test_there_is_no_block_between_blocks() -> None:
    offsets = OffsetMap((AlignedRun(0, 10, 5), AlignedRun(7, 30, 3)))
    assert offsets.block_around(4) == (0, 5)
    assert offsets.block_around(5) is None
    assert offsets.block_around(7) == (7, 10)
    assert offsets.block_around(10) is None


def test_seed_offsets(seed_file: Path) -> None:
    article = clean_article(load_article(seed_file, 10_000_000))
    assert article.raw_text == seed_file.read_bytes().decode(article.encoding)
    check_article(article)
    check_passages(article, 160)


def test_real_page_offsets(real_pages: list[str]) -> None:
    for text in real_pages:
        article = clean_article(raw_article(text))
        check_article(article)
        check_passages(article, 160)


def test_real_pages_keep_nearly_all_their_words(real_pages: list[str]) -> None:
    kept = sum(len(clean_article(raw_article(text)).text.split()) for text in real_pages)
    assert kept >= 0.95 * sum(len(text.split()) for text in real_pages)
