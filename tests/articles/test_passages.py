from __future__ import annotations

from collections.abc import Sequence

from assistant.articles import clean_article, split_passages

from .conftest import raw_article


def count_words(texts: Sequence[str]) -> list[int]:
    return [len(text.split()) for text in texts]


def split(text: str, max_tokens: int) -> list[str]:
    return [passage.text for passage in split_passages(clean_article(raw_article(text)), count_words, max_tokens)]


def paragraph(sentences: int, words: int, mark: str) -> str:
    return " ".join(" ".join([f"The{mark}", *["word"] * (words - 2), "end."]) for _ in range(sentences))


def test_a_short_article_is_one_passage() -> None:
    text = f"{paragraph(2, 8, 'A')}\n\n{paragraph(1, 8, 'B')}"
    assert split(text, 100) == [text]


def test_breaks_between_blocks_when_that_fills_passages_well() -> None:
    one, two = paragraph(4, 10, "A"), paragraph(4, 10, "B")
    assert split(f"{one}\n\n{two}", 50) == [one, two]


def test_the_last_passage_is_not_a_leftover() -> None:
    lengths = count_words(split(paragraph(11, 10, "A"), 100))
    assert sum(lengths) == 110
    assert min(lengths) >= 50


def test_a_heading_stays_with_its_section() -> None:
    passages = split(f"{paragraph(4, 10, 'A')}\n\nWhat comes next\n\n{paragraph(4, 10, 'B')}", 45)
    assert any(text.startswith("What comes next\n\nTheB") for text in passages)


def test_a_sentence_that_is_too_long_is_cut_at_spaces() -> None:
    text = paragraph(1, 100, "A")
    passages = split(text, 30)
    assert max(count_words(passages)) <= 30
    assert " ".join(passages) == text


def test_a_word_that_is_too_long_is_cut_anywhere() -> None:
    article = clean_article(raw_article("x" * 1000))
    passages = split_passages(article, lambda texts: [len(text) for text in texts], 64)
    assert max(len(passage.text) for passage in passages) <= 64
    assert "".join(passage.text for passage in passages) == article.text


def test_tokens_are_counted_in_one_call_for_ordinary_articles() -> None:
    calls: list[int] = []

    def count(texts: Sequence[str]) -> list[int]:
        calls.append(len(texts))
        return count_words(texts)

    split_passages(clean_article(raw_article(paragraph(30, 10, "A"))), count, 50)
    assert calls == [30]


def test_ids_do_not_depend_on_the_path() -> None:
    one = split_passages(clean_article(raw_article("The same words stand here.", "/a/1.txt")), count_words, 50)
    other = split_passages(clean_article(raw_article("The same words stand here.", "/b/2.md")), count_words, 50)
    assert one == other
