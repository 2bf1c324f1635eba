"""The tokenizer wrapper: no truncation, no padding, no shared state."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from assistant.errors import ModelError
from assistant.models.files import FAST_READER, TOKENIZER
from assistant.models.tokenizer import TextTokenizer


@pytest.fixture(scope="module")
def tokenizer() -> TextTokenizer:
    return TextTokenizer.from_file(FAST_READER / TOKENIZER)


def test_counts_every_token_of_long_texts(tokenizer: TextTokenizer) -> None:
    assert tokenizer.count_tokens(["", "word", "word " * 3000, "U.S."]) == [0, 1, 3000, 4]


def test_encodings_are_as_long_as_counted(tokenizer: TextTokenizer) -> None:
    texts = ["short", "a somewhat longer text, with commas", "𝔸 \0 שלום"]
    lengths = [len(encoding) for encoding in tokenizer.encode(texts)]
    assert lengths == tokenizer.count_tokens(texts)
    assert [len(encoding) for encoding in tokenizer.encode(texts, special=True)] == [n + 2 for n in lengths]


def test_wrapping_leaves_the_given_tokenizer_alone() -> None:
    from tokenizers import Tokenizer

    given = Tokenizer.from_file(str(FAST_READER / TOKENIZER))
    given.enable_truncation(7)
    assert TextTokenizer(given).count_tokens(["word " * 20]) == [20]
    assert given.truncation["max_length"] == 7


def test_threads_agree_with_one_thread(tokenizer: TextTokenizer) -> None:
    texts = [f"text number {i} " * (i % 7) for i in range(64)]
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(lambda text: tokenizer.count_tokens([text])[0], texts))
    assert together == tokenizer.count_tokens(texts)


def test_a_malformed_file_is_a_model_error(tmp_path) -> None:
    path = tmp_path / TOKENIZER
    path.write_text("{}")
    with pytest.raises(ModelError, match="cannot be read"):
        TextTokenizer.from_file(path)
    with pytest.raises(ModelError, match="missing"):
        TextTokenizer.from_file(tmp_path / "absent.json")
