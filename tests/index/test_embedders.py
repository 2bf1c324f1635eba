"""One contract for every embedder, and how near the fast ones come to sentence-transformers."""

from pathlib import Path

import numpy as np
import pytest

from assistant.errors import ModelError
from assistant.index.embedder import Embedder, open_embedder
from assistant.models.files import embedder_package
from assistant.settings import Settings
from tests.fakes import WordEmbedder

SEEDS = Path(__file__).parents[2] / "seeds"
NAMES = ("bundled", "bundled-int8", "bundled-fp32", "sentence-transformers")
WITH_FAKE = ("fake", *NAMES)


@pytest.fixture(scope="module")
def embedders() -> dict[str, Embedder]:
    models = {name: name for name in NAMES[:-1]} | {NAMES[-1]: str(embedder_package())}
    real = {name: open_embedder(Settings(embedder=model)) for name, model in models.items()}
    return {"fake": WordEmbedder(), **real}


@pytest.fixture(params=WITH_FAKE)
def embedder(request: pytest.FixtureRequest, embedders: dict[str, Embedder]) -> Embedder:
    return embedders[request.param]


def _texts() -> list[str]:
    blocks = [block for path in sorted(SEEDS.glob("*.txt")) for block in path.read_text("utf-8").split("\n\n")]
    longest = sorted((block for block in blocks if block.strip()), key=len)[::-8]
    odd = ["", " ", "a", "\0", "𝔸 mathematical 😀", "שלום עולם", "Ünïcödé e\u0301", "…", "word " * 3000]
    return [*longest, *odd]


def test_vectors_have_length_one_and_the_stated_dimension(embedder: Embedder) -> None:
    vectors = embedder.embed(_texts())
    assert vectors.shape == (len(_texts()), embedder.dimension)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def test_no_texts_give_an_empty_matrix(embedder: Embedder) -> None:
    assert embedder.embed([]).shape == (0, embedder.dimension)


def test_order_is_kept_and_neighbours_do_not_matter(embedder: Embedder) -> None:
    texts = _texts()
    together = embedder.embed(texts)
    for place in (0, 3, len(texts) - 1):
        np.testing.assert_allclose(embedder.embed([texts[place]])[0], together[place], atol=1e-5)


def test_long_texts_are_embedded_by_their_beginning(embedder: Embedder) -> None:
    # "word" is one token; 254 of them and two special tokens are all that the model reads.
    full, longer = embedder.embed(["word " * 254, "word " * 254 + "elephants " * 500])
    np.testing.assert_allclose(full, longer, atol=1e-6)


def test_like_texts_are_nearer_than_unlike_ones(embedder: Embedder) -> None:
    a, b, c = embedder.embed(["The minister resigned.", "The cabinet minister stepped down.", "Bake it for an hour."])
    assert a @ b > a @ c + 0.2


@pytest.mark.parametrize(("name", "least"), [("bundled-fp32", 0.999), ("bundled-int8", 0.97)])
def test_agrees_with_sentence_transformers(name: str, least: float, embedders: dict[str, Embedder]) -> None:
    cosines = (embedders[name].embed(_texts()) * embedders["sentence-transformers"].embed(_texts())).sum(axis=1)
    assert cosines.min() >= least


def test_fingerprints_tell_precisions_apart(embedders: dict[str, Embedder]) -> None:
    assert embedders["bundled-int8"].fingerprint != embedders["bundled-fp32"].fingerprint
    assert len({embedders[name].fingerprint for name in NAMES[1:]}) == 3


def test_a_folder_without_a_model_is_a_model_error(tmp_path) -> None:
    with pytest.raises(ModelError, match='or "bundled"'):
        open_embedder(Settings(embedder=str(tmp_path)))
