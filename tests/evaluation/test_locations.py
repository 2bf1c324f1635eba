"""Gold answers are found in an index where they are said to stand, or it is told that they do not."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from assistant.datasets.questions import Gold
from assistant.errors import DatasetError
from assistant.evaluation.locations import GoldLocator, article_rank, gold_rank
from assistant.pipeline import Assistant
from tests.evaluation.asking import CHOIR, LIGHTHOUSE, assistant_over, cut_out, write

FILES = {
    "a/page.txt": LIGHTHOUSE,
    "b/page.txt": CHOIR,
    "c/other page.txt": "Ann's 10 boats left U.S. waters for Trump-Kim talks.\n",
}


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    with assistant_over(write(tmp_path_factory.mktemp("places") / "articles", FILES), {}) as opened:
        yield opened


@pytest.fixture(scope="module")
def locator(assistant: Assistant) -> GoldLocator:
    return GoldLocator(assistant)


def article_of(assistant: Assistant, name: str) -> str:
    return next(article for path, (article,) in assistant.files().items() if path.endswith(name))


@pytest.mark.parametrize(
    ("file", "found"),
    [
        ("a/page.txt", ["a/page.txt"]),
        ("./a/page.txt", ["a/page.txt"]),
        ("page.txt", ["a/page.txt", "b/page.txt"]),
        ("other page.txt", ["c/other page.txt"]),
        ("age.txt", []),
        ("/a/page.txt", []),
        ("x/a/page.txt", []),
        ("PAGE.TXT", []),
        ("", []),
        ("/", []),
    ],
)
def test_files_are_named_by_the_end_of_their_path(
    assistant: Assistant, locator: GoldLocator, file: str, found: list[str]
) -> None:
    assert locator.articles_named(file) == [article_of(assistant, name) for name in found]


def test_a_file_is_named_by_its_whole_path_too(assistant: Assistant, locator: GoldLocator) -> None:
    for path, (article,) in assistant.files().items():
        assert locator.articles_named(path) == [article]


def test_of_files_with_one_name_the_one_that_holds_the_answer_counts(
    assistant: Assistant, locator: GoldLocator
) -> None:
    golds = locator.find([Gold("page.txt", *cut_out(CHOIR, "Tom Reyes"), "Tom Reyes")])
    assert list(golds.articles()) == [article_of(assistant, "b/page.txt")]
    assert golds.texts == ("Tom Reyes",)


def test_a_name_that_several_files_have_must_be_given_with_more_of_the_path(tmp_path: Path) -> None:
    files = {"a/page.txt": LIGHTHOUSE, "b/page.txt": LIGHTHOUSE + "More.\n", "c/page.txt": CHOIR, "d/page.txt": CHOIR}
    with assistant_over(write(tmp_path / "articles", files), {}) as opened:
        locator = GoldLocator(opened)
        span = cut_out(LIGHTHOUSE, "Ada Marsh")
        with pytest.raises(DatasetError, match=r"^page\.txt names 2 indexed files: give more of its path\.$"):
            locator.find([Gold("page.txt", *span, "Ada Marsh")])
        with pytest.raises(DatasetError, match=r"^page\.txt names 3 indexed files"):
            locator.find([Gold("page.txt", 0, 5, None)])
        assert locator.find([Gold("b/page.txt", *span, None)]).texts == ("Ada Marsh",)
        twins = locator.find([Gold("page.txt", *cut_out(CHOIR, "Tom Reyes"), "Tom Reyes")])
        assert list(twins.articles()) == [article_of(opened, "c/page.txt")], "the same article twice is one"


def test_a_file_of_the_same_name_does_not_hold_the_answer(assistant: Assistant, locator: GoldLocator) -> None:
    right, wrong = article_of(assistant, "b/page.txt"), article_of(assistant, "a/page.txt")
    for gold in (
        Gold("page.txt", *cut_out(CHOIR, "Tom Reyes"), "Tom Reyes"),
        Gold("page.txt", None, None, "Tom Reyes"),
    ):
        golds = locator.find([gold])
        assert golds.stands_in(right) and not golds.stands_in(wrong)
    assert locator.find([Gold("page.txt", None, None, None)]).stands_in(wrong)


def test_texts_are_those_given_or_those_of_the_file(locator: GoldLocator) -> None:
    golds = locator.find(
        [
            Gold("b/page.txt", *cut_out(CHOIR, "Tom Reyes"), None),
            Gold("b/page.txt", *cut_out(CHOIR, "Tom Reyes"), "Tom Reyes"),
            Gold(None, None, None, "the conductor"),
            Gold("b/page.txt", None, None, None),
        ]
    )
    assert sorted(golds.texts) == ["Tom Reyes", "the conductor"]
    assert golds.comparable
    alone = locator.find([Gold("b/page.txt", None, None, None)])
    assert (alone.texts, alone.comparable, alone.answerable) == ((), False, True)
    assert not locator.find([]).answerable


@pytest.mark.parametrize(
    ("gold", "message"),
    [
        (Gold("a/page.txt", 0, 8, "builders"), r"a/page\.txt holds 'Builders' at 0 to 8, not 'builders'"),
        (Gold("page.txt", 1, 4, "xyz"), r"page\.txt holds .* at 1 to 4, not 'xyz'"),
        (
            Gold("a/page.txt", 0, 99_999, None),
            rf"0 to 99999 lies beyond the {len(LIGHTHOUSE)} characters of a/page\.txt",
        ),
        (Gold("a/page.txt", 5_000, 5_002, "at"), r"beyond"),
        (Gold("a/page.txt", *cut_out(LIGHTHOUSE, "\n\n"), None), r"a/page\.txt holds no words at \d+ to \d+: '\\n\\n'"),
        (Gold("a/page.txt", *cut_out(LIGHTHOUSE, ". "), None), r"holds no words"),
        (Gold("a/page.txt", None, None, "Tom Reyes"), r"a/page\.txt does not hold 'Tom Reyes'"),
    ],
)
def test_an_answer_that_is_not_in_its_file_is_told(locator: GoldLocator, gold: Gold, message: str) -> None:
    with pytest.raises(DatasetError, match=message) as caught:
        locator.find([Gold(None, None, None, "fine"), gold])
    assert caught.value.remedy


@pytest.mark.parametrize(
    ("text", "held"),
    [
        ("10", "10"),
        ("the 10 boats", "10 boats"),
        ("ANN", "Ann"),
        ("Ann’s ten", None),
        ("Ann's", "Ann's"),
        ("Ann’s", "Ann's"),
        ("u.s.", "U.S"),
        ("Trump", "Trump"),
        ("Kim", "Kim"),
        ("boat", None),
        ("1", None),
        ("boats 10", None),
        ("talks.", "talks"),
        ("$", None),
        (".", "."),
        ("A (10", "10"),
    ],
)
def test_words_are_found_whole_and_in_order(
    assistant: Assistant, locator: GoldLocator, text: str, held: str | None
) -> None:
    golds = locator.find([Gold(None, None, None, text)])
    article = article_of(assistant, "c/other page.txt")
    found = [assistant.article(article).raw_text[span.start : span.end] for span in golds.raw_spans(article)]
    assert found[:1] == ([] if held is None else [held])
    assert (article in list(golds.articles())) == (held is not None)


def test_ranks(assistant: Assistant, locator: GoldLocator) -> None:
    ranking = assistant.retrieve("lighthouse harbour choir quarry boats", 20)
    texts = [item.passage.text for item in ranking]
    right = next(rank for rank, text in enumerate(texts, start=1) if "March 3" in text)
    for gold in (Gold("a/page.txt", *cut_out(LIGHTHOUSE, "March 3"), "March 3"), Gold(None, None, None, "march 3")):
        assert gold_rank(ranking, locator.find([gold])) == right
    article = article_of(assistant, "a/page.txt")
    first = next(rank for rank, item in enumerate(ranking, start=1) if item.passage.article_id == article)
    golds = locator.find([Gold("a/page.txt", *cut_out(LIGHTHOUSE, "Harbour Press"), None)])
    assert (gold_rank(ranking, golds), article_rank(ranking, golds)) == (None, first)
    elsewhere = locator.find([Gold("d.txt", 0, 1, "x")])
    assert (gold_rank(ranking, elsewhere), article_rank(ranking, elsewhere)) == (None, None)
    assert gold_rank(ranking, locator.find([Gold("a/page.txt", None, None, None)])) == first
    assert gold_rank([], locator.find([Gold(None, None, None, "march 3")])) is None


@given(st.data())
def test_clean_offsets_hold_the_same_characters_as_raw_ones(
    assistant: Assistant, locator: GoldLocator, data: st.DataObject
) -> None:
    """Any slice of a file: what cleaning left whole is found in the clean text, what it cut is not."""
    start = data.draw(st.integers(0, len(LIGHTHOUSE) - 1))
    end = data.draw(st.integers(start + 1, len(LIGHTHOUSE)))
    article = assistant.article(article_of(assistant, "a/page.txt"))
    assume(any(map(str.isalnum, LIGHTHOUSE[start:end])))
    golds = locator.find([Gold("a/page.txt", start, end, LIGHTHOUSE[start:end])])
    wanted = "".join(LIGHTHOUSE[start:end].split())
    dropped = LIGHTHOUSE.index("Follow us")
    whole = len(LIGHTHOUSE[:end].rstrip()) <= dropped
    spans = golds.clean_spans(article.id)
    assert bool(spans) == whole
    for span in spans:
        assert "".join(article.text[span.start : span.end].split()) == wanted
        assert article.text[span.start : span.end].strip() == article.text[span.start : span.end]
