"""A tiny encoder with the bundled tokenizer, and a small set of questions to train it on."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest

from assistant.models.files import FAST_READER, TOKENIZER
from assistant.models.tokenizer import TextTokenizer
from assistant.reading.windows import WindowMaker
from tests.training_configs import PEOPLE, PLACES


@pytest.fixture(scope="session")
def tiny_base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a one-layer BERT of random weights."""
    import torch
    from transformers import BertConfig, BertModel

    folder = tmp_path_factory.mktemp("tiny")
    torch.manual_seed(0)
    shape = BertConfig(
        vocab_size=30522, hidden_size=32, num_hidden_layers=1, num_attention_heads=2, intermediate_size=64
    )
    BertModel(shape, add_pooling_layer=False).save_pretrained(folder)
    for name in (TOKENIZER, "tokenizer_config.json"):
        (folder / name).write_bytes((FAST_READER / name).read_bytes())
    return folder


@pytest.fixture(scope="session")
def tiny_mpnet(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a one-layer MPNet of random weights; its tokenizer has BERT's pieces under MPNet's ids."""
    import torch
    from transformers import MPNetConfig, MPNetModel

    folder = tmp_path_factory.mktemp("tiny-mpnet")
    torch.manual_seed(0)
    shape = MPNetConfig(
        vocab_size=30527, hidden_size=32, num_hidden_layers=2, num_attention_heads=2, intermediate_size=64
    )
    MPNetModel(shape, add_pooling_layer=False).save_pretrained(folder)
    tokenizer = json.loads((FAST_READER / TOKENIZER).read_text(encoding="utf-8"))
    special = ("<s>", "<pad>", "</s>", "<unk>")
    pieces = {piece: number + len(special) for piece, number in tokenizer["model"]["vocab"].items()}
    tokenizer["model"]["vocab"] = {**{piece: number for number, piece in enumerate(special)}, **pieces}
    like = {"single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": True}
    tokenizer["added_tokens"] = [{"id": number, "content": piece, **like} for number, piece in enumerate(special)]
    tokenizer["post_processor"] = {
        "type": "RobertaProcessing", "sep": ["</s>", 2], "cls": ["<s>", 0], "trim_offsets": True,
        "add_prefix_space": False,
    }  # fmt: skip
    (folder / TOKENIZER).write_text(json.dumps(tokenizer), encoding="utf-8")
    settings = {"tokenizer_class": "MPNetTokenizer", "model_max_length": 512, "bos_token": "<s>", "cls_token": "<s>"}
    settings |= {"pad_token": "<pad>", "eos_token": "</s>", "sep_token": "</s>", "unk_token": "[UNK]"}
    (folder / "tokenizer_config.json").write_text(json.dumps(settings), encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def windows() -> WindowMaker:
    return WindowMaker(TextTokenizer.from_file(FAST_READER / TOKENIZER), max_length=96)


@pytest.fixture(scope="session")
def small_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two files: ``people`` (articles of several paragraphs, two questions each) and ``refusals`` (unanswerable)."""
    folder = tmp_path_factory.mktemp("data")
    rng = random.Random(5)
    people, refusals = [], []
    for number in range(60):
        person, place, year = rng.choice(PEOPLE), rng.choice(PLACES), str(1900 + number)
        context = f"In {year} the mayor opened a school. {person} led the team that built it in {place}. It was cold."
        common = {"context": context, "title": f"School {number % 12}", "source": "made"}
        for kind, question, answer in (
            ("who", "Who led the team that built the school?", person),
            ("where", f"Where did {person} build the school?", place),
        ):
            start = context.index(answer)
            line = {"id": f"{kind}{number}", "question": question, "answers": [{"text": answer, "start": start}]}
            people.append({**line, **common})
        refusals.append({"id": f"no{number}", "question": "Who closed the bank?", "answers": [], **common})
    for name, lines in (("people", people), ("refusals", refusals)):
        (folder / f"{name}.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return folder
