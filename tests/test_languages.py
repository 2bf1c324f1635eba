"""Articles that are not in English are kept, marked, filtered by language and found by their words."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.pipeline import Assistant
from assistant.records import ArticleFilter
from assistant.settings import Settings
from tests.pages import HARBOUR, JAPANESE, SPANISH, page


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    folder = tmp_path_factory.mktemp("languages")
    (folder / "en.html").write_text(page("Harbour road to close", "KYODO", "2024-03-01", HARBOUR, "en"))
    (folder / "ja.html").write_text(
        page("港湾道路、春まで閉鎖", "共同通信", "2024-03-04", JAPANESE, "ja"), encoding="utf-8"
    )
    (folder / "es.txt").write_text("El presupuesto\n\n" + "\n\n".join(SPANISH), encoding="utf-8")
    settings = Settings(store=folder / "store", min_confidence=0.0)
    with Assistant.build(folder, settings=settings) as built:
        yield built


def test_each_article_is_kept_with_its_language(assistant: Assistant) -> None:
    languages = {Path(entry.locations[0]).name: entry.metadata.language for entry in assistant.articles()}
    assert languages == {"en.html": "en", "ja.html": "ja", "es.txt": "es"}
    (spanish,) = assistant.articles(where=ArticleFilter(language="ES"))
    assert Path(spanish.locations[0]).name == "es.txt"
    assert assistant.articles(where=ArticleFilter(language="ja", source="KYODO")) == []


@pytest.mark.parametrize(
    ("words", "language", "sentence"),
    [
        ("連絡チームを率いる金杉憲治氏", "ja", JAPANESE[0]),
        ("緊密に連携", "ja", JAPANESE[2]),
        ("gasto en sanidad", "es", SPANISH[1]),
        ("María Jesús Montero", "es", SPANISH[0]),
        ("northern bridge", "en", HARBOUR[3]),
    ],
)
def test_it_is_found_by_its_words_among_all_others(
    assistant: Assistant, words: str, language: str, sentence: str
) -> None:
    best = min(assistant.retrieve(words, 5), key=lambda item: item.lexical_rank or 99)
    assert best.lexical_rank == 1
    assert best.language == language
    assert sentence in best.passage.text
    only = assistant.retrieve(words, 5, where=ArticleFilter(language=language))
    assert {item.language for item in only} == {language}
    assert assistant.retrieve(words, 5, where=ArticleFilter(language="fr")) == []


@pytest.mark.parametrize(
    ("question", "language", "name"),
    [("María Jesús Montero?", "es", "es.txt"), ("金杉憲治氏", "ja", "ja.html"), ("Who is the mayor?", "en", "en.html")],
)
def test_its_citations_are_exact_and_marked(assistant: Assistant, question: str, language: str, name: str) -> None:
    answer = assistant.ask(question, where=ArticleFilter(language=language))
    assert answer.citations
    for citation in [*answer.citations, *(each for other in answer.alternatives for each in other.citations)]:
        assert citation.language == language
        assert Path(citation.path).name == name
        raw = assistant.article(citation.article_id).raw_text
        assert raw[citation.raw_start : citation.raw_end] == citation.quote
        assert raw[citation.answer_start : citation.answer_end] == citation.answer_text
    in_turn = assistant.conversation().ask(question, where=ArticleFilter(language=language))
    assert in_turn.citations == answer.citations
    assert assistant.conversation().ask(question, where=ArticleFilter(language="fr")).refusal == "no_passages"
