"""The transformers path on tiny models of other families, saved with random weights."""

from __future__ import annotations

from pathlib import Path

import pytest
from tokenizers import Tokenizer

from assistant.errors import ModelError
from assistant.reading.opening import open_reader
from assistant.settings import Settings
from tests.reading.conftest import SEEDS

transformers = pytest.importorskip("transformers")

SIZES = {"vocab_size": 31_000, "pad_token_id": 0, "max_position_embeddings": 130}
BERT_LIKE = {**SIZES, "hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 16}


def _save(folder: Path, config: object, tokenizer: Tokenizer, head: str = "ForQuestionAnswering") -> Path:
    import torch

    torch.manual_seed(0)
    getattr(transformers, f"AutoModel{head}").from_config(config).save_pretrained(folder)
    # BERT's ids serve DistilBERT too; RoBERTa's tokenizer has its own special tokens.
    names = ("<s>", "</s>", "<pad>") if tokenizer.token_to_id("<s>") is not None else ("[CLS]", "[SEP]", "[PAD]")
    wrapped = transformers.PreTrainedTokenizerFast(
        tokenizer_object=Tokenizer.from_str(tokenizer.to_str()),
        cls_token=names[0],
        sep_token=names[1],
        pad_token=names[2],
        model_max_length=512,
    )
    if config.model_type != "bert":
        wrapped.model_input_names = ["input_ids", "attention_mask"]
    wrapped.save_pretrained(folder)
    return folder


@pytest.fixture(scope="module", params=["bert", "distilbert", "roberta"])
def model_folder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp(request.param)
    if request.param == "distilbert":
        config = transformers.DistilBertConfig(**SIZES, dim=16, n_layers=1, n_heads=2, hidden_dim=16)
        return _save(folder, config, request.getfixturevalue("bert"))
    if request.param == "roberta":
        config = transformers.RobertaConfig(**{**BERT_LIKE, "pad_token_id": 1, "type_vocab_size": 1})
        return _save(folder, config, request.getfixturevalue("roberta"))
    return _save(folder, transformers.BertConfig(**BERT_LIKE), request.getfixturevalue("bert"))


def test_other_families_give_exact_spans(model_folder: Path) -> None:
    reader = open_reader(Settings(reader=str(model_folder)))
    texts = [*(path.read_text("utf-8") for path in sorted(SEEDS.glob("*.txt"))), "𝔸 \0 שלום 😀", ""]
    spans = reader.read("Who will head the liaison team?", texts, max_spans=50)
    assert len({span.index for span in spans}) == len(texts) - 1
    assert all(texts[span.index][span.start : span.end] == span.text for span in spans)


def test_reading_is_deterministic_across_batches(model_folder: Path) -> None:
    reader = open_reader(Settings(reader=str(model_folder)))
    texts = ["Ann came home early.", "Bob stayed. " * 60, "A third text with more words in it than the first."]
    together = reader.read("Who came?", texts, max_spans=50)
    for index, text in enumerate(texts):
        best = reader.read("Who came?", [text])[0]
        among = next(span for span in together if span.index == index)
        assert best.margin == pytest.approx(among.margin, abs=1e-4)


def test_an_untrained_head_is_an_error(tmp_path: Path, bert: Tokenizer) -> None:
    folder = _save(tmp_path, transformers.BertConfig(**BERT_LIKE), bert, head="")
    with pytest.raises(ModelError, match=r"no weights for qa_outputs\.bias, qa_outputs\.weight"):
        open_reader(Settings(reader=str(folder)))


def test_pickled_weights_are_not_read(tmp_path: Path, bert: Tokenizer) -> None:
    import torch

    folder = _save(tmp_path, transformers.BertConfig(**BERT_LIKE), bert)
    (folder / "model.safetensors").unlink()
    torch.save({}, folder / "pytorch_model.bin")
    with pytest.raises(ModelError, match="cannot be loaded"):
        open_reader(Settings(reader=str(folder)))


def test_an_empty_folder_names_the_remedy(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match='or "fast"'):
        open_reader(Settings(reader=str(tmp_path)))
