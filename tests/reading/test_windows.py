"""Windows against what the tokenizer itself would make, and the facts the span search relies on."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer

from assistant.errors import QuestionError
from assistant.models.tokenizer import TextTokenizer
from assistant.reading.windows import STRIDE, WindowMaker
from tests.reading.conftest import SEEDS, unsplit_tokenizer

QUESTION = "Who will head the Japanese liaison team?"
LONG = "\n".join(path.read_text("utf-8") for path in sorted(SEEDS.glob("*.txt")))
TEXTS = st.lists(
    st.one_of(
        st.sampled_from(["word", " ", "\n\n", "\n \n", "U.S.", "3,500", "𝔸", "😀", "שלום", "\0", "e\u0301", "\u200f"]),
        # Apostrophes aside: byte-level tokenizers end a word at "'t" whatever follows.
        st.text(st.characters(exclude_characters="'"), max_size=4),
    ),
    max_size=30,
).map("".join)


@pytest.mark.parametrize("max_length", [384, 128])
def test_windows_are_those_of_the_tokenizer(family: Tokenizer, family_texts: TextTokenizer, max_length: int) -> None:
    _, windows = WindowMaker(family_texts, max_length=max_length).make(QUESTION, ["Ann came.", "", LONG])
    reference = Tokenizer.from_str(family.to_str())
    room = max_length - family_texts.count_tokens([QUESTION])[0] - family_texts.pair_overhead
    reference.enable_truncation(max_length, stride=min(STRIDE, room // 2), strategy="only_second")
    expected = reference.encode(QUESTION, "Ann came.")
    whole = reference.encode(QUESTION, LONG)
    assert [w.input_ids.tolist() for w in windows] == [e.ids for e in (expected, whole, *whole.overflowing)]
    assert [w.token_type_ids.tolist() for w in windows] == [e.type_ids for e in (expected, whole, *whole.overflowing)]
    assert [w.text for w in windows] == [0] + [2] * (1 + len(whole.overflowing))


@settings(max_examples=150, deadline=None)
@given(TEXTS, st.integers(20, 60))
def test_every_token_is_in_a_window_at_its_place(text: str, max_length: int) -> None:
    for tokenizer in (BERT, ROBERTA):
        (tokens,), windows = WindowMaker(tokenizer, max_length=max_length).make("Who?", [text])
        covered = np.zeros(len(tokens.ids), bool)
        for window in windows:
            inside = slice(window.first_token, window.first_token + window.tokens)
            covered[inside] = True
            slice_ids = window.input_ids[window.slice_at : window.slice_at + window.tokens]
            np.testing.assert_array_equal(slice_ids, tokens.ids[inside])
            assert len(window.input_ids) <= max_length
        assert covered.all()


@settings(max_examples=300, deadline=None)
@given(TEXTS)
@example("0A\x1faa")  # one word to BERT, though Python calls its middle whitespace
def test_allowed_edges_are_visible_word_edges(text: str) -> None:
    for tokenizer in (BERT, ROBERTA):
        (tokens,), _ = WindowMaker(tokenizer).make("Who?", [text])
        assert (np.diff(tokens.starts) >= 0).all()
        for i in np.flatnonzero(tokens.can_start):
            start = tokens.starts[i]
            assert not text[start].isspace()
            # A plain word is never entered in the middle.
            assert start == 0 or not re.fullmatch("[a-z]{2}", text[start - 1 : start + 1])
        for i in np.flatnonzero(tokens.can_end):
            end = tokens.ends[i]
            assert not text[end - 1].isspace()
            assert not re.fullmatch("[a-z]{2}", text[end - 1 : end + 1])
        assert tokens.can_start.sum() == tokens.can_end.sum()
        crossings = [len(re.findall(r"\n\s*\n", text[:end])) for end in tokens.ends[tokens.can_end]]
        assert tokens.block_at_end[tokens.can_end].tolist() == crossings


def test_words_are_found_without_the_tokenizers_help() -> None:
    text = "Ann came to the house."
    (tokens,), _ = WindowMaker(TextTokenizer(unsplit_tokenizer())).make("Who?", [text])
    assert tokens.starts[tokens.can_start].tolist() == [0, 4, 9, 12, 16]
    assert tokens.ends[tokens.can_end].tolist() == [3, 8, 11, 15, 22]


@pytest.mark.parametrize("question", ["", "  ", "\0", "\u200f"])
def test_a_question_without_tokens_is_refused(bert: Tokenizer, question: str) -> None:
    with pytest.raises(QuestionError, match="empty"):
        WindowMaker(TextTokenizer(bert)).make(question, ["Ann came."])


def test_a_question_may_fill_half_a_window_and_no_more(bert: Tokenizer) -> None:
    maker = WindowMaker(TextTokenizer(bert))
    _, windows = maker.make("who " * 192, ["Ann came. " * 300])
    assert max(len(window.input_ids) for window in windows) == 384
    with pytest.raises(QuestionError, match="193 tokens"):
        maker.make("who " * 193, ["Ann came."])
    with pytest.raises(QuestionError, match="5000 tokens"):
        maker.make("who " * 5000, ["Ann came."])


def test_no_answer_stands_where_the_model_wants_it(bert: Tokenizer) -> None:
    separator = bert.token_to_id("[SEP]")
    _, windows = WindowMaker(TextTokenizer(bert), null_token=separator).make("Who?", ["Ann came."])
    assert windows[0].input_ids[windows[0].null_at] == separator
    _, windows = WindowMaker(TextTokenizer(bert)).make("Who?", ["Ann came."])
    assert windows[0].null_at == 0


def _bert() -> TextTokenizer:
    from assistant.models.files import FAST_READER, TOKENIZER

    return TextTokenizer.from_file(FAST_READER / TOKENIZER)


def _roberta() -> TextTokenizer:
    from tests.reading.conftest import roberta_tokenizer

    return TextTokenizer(roberta_tokenizer())


# Shared by the property tests, which cannot take fixtures for each example.
BERT, ROBERTA = _bert(), _roberta()
