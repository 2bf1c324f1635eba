"""The loss is what its formula says, and every kind of encoder trains, is served and teaches."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from assistant.models.tokenizer import TextTokenizer
from assistant.reading.onnx_scorer import open_onnx_reader
from assistant.reading.torch_scorer import open_torch_reader
from assistant.reading.windows import WindowMaker
from assistant.training.batches import Batch, labelled, padded
from assistant.training.examples import Example
from assistant.training.network import SpanNetwork, label_loss
from assistant.training.pretrained import find_base
from assistant.training.run import TrainingOptions, train_reader
from assistant.training.teaching import TaughtNetwork, Translation, taught_loss
from tests.training_configs import config

TEXT = "In 1921 the mayor opened a school. Dev Roy led the team that built it in Quito. It was cold."
QUESTION = "Who led the team that built the school?"


@given(
    margins=st.lists(st.lists(st.floats(-8, 8), min_size=4, max_size=4), min_size=3, max_size=3),
    gold=st.sampled_from([None, (0, 1), (1, 3)]),
)
def test_the_pooled_loss_is_one_softmax_over_all_texts_of_a_question(
    margins: list[list[float]], gold: tuple[int, int] | None
) -> None:
    """Three windows, the first two of one question; position 0 is "no answer"."""
    logits = torch.tensor(margins)
    labels = torch.zeros(3, 4, dtype=torch.bool)
    labels[:, 0] = True
    if gold is not None:
        labels[gold[0], 0], labels[gold] = False, True
    groups = torch.tensor([[0, 0], [0, 1], [1, 0]])
    found = float(label_loss(logits, labels, torch.zeros(3, dtype=torch.long), groups, 1.0))

    apart = [[value - row[0] for value in row[1:]] for row in margins]
    first = [value for row in apart[:2] for value in row]
    right = 0.0 if gold is None else apart[gold[0]][gold[1] - 1]
    expected = [math.log(1 + sum(map(math.exp, of))) - at for of, at in ((first, right), (apart[2], 0.0))]
    assert found == pytest.approx(sum(expected) / 2, abs=1e-4)


@given(margins=st.lists(st.lists(st.floats(-8, 8), min_size=4, max_size=4), min_size=3, max_size=3))
def test_a_reader_that_agrees_with_its_teacher_loses_only_the_entropy(margins: list[list[float]]) -> None:
    logits = torch.tensor(margins)
    nulls, groups = torch.zeros(3, dtype=torch.long), torch.tensor([[0, 0], [0, 1], [1, 0]])
    least = float(taught_loss(logits, logits, nulls, groups))
    shares = [[value - row[0] for value in row[1:]] for row in margins]
    entropies = []
    for of in ([*shares[0], *shares[1]], shares[2]):
        chances = np.exp([0.0, *of]) / np.exp([0.0, *of]).sum()
        entropies.append(float(-(chances * np.log(chances)).sum()))
    assert least == pytest.approx(sum(entropies) / 2, abs=1e-3)
    assert float(taught_loss(logits.flip(1), logits, nulls, groups)) >= least - 1e-4


def batch_of(base: Path, pad_token: int) -> Batch:
    windows = WindowMaker(TextTokenizer.from_file(base / "tokenizer.json"), max_length=96)
    start = TEXT.index("Dev Roy")
    examples = (Example(QUESTION, TEXT, ((start, start + 7),)), Example("Who came?", "Nobody came. " * 40, ()))
    return padded([labelled(example, windows) for example in examples], pad_token=pad_token)


def test_another_models_windows_hold_the_same_tokens(tiny_base: Path, tiny_mpnet: Path) -> None:
    batch, expected = batch_of(tiny_base, 0), batch_of(tiny_mpnet, 1)
    translated, places = Translation(find_base(str(tiny_base)), find_base(str(tiny_mpnet)))(batch)
    # The second text's windows begin elsewhere, as one more token is special there.
    assert translated.input_ids[0][translated.mask[0]].tolist() == expected.input_ids[0][expected.mask[0]].tolist()
    for row, (at, tokens) in enumerate(batch.slices.tolist()):
        own = batch.input_ids[row, at : at + tokens]
        moved = translated.input_ids[row, places[row, at : at + tokens]]
        assert (own + 4).tolist() == moved.tolist()
        asked = int(np.argmax(batch.input_ids[row] == batch.input_ids[row, at - 1]))
        assert places[row, :1].tolist() == [0]
        assert places[row, [asked, at + tokens]].tolist() == [-1, -1], "special tokens have no counterpart"
    assert set(translated.input_ids[~translated.mask]) <= {1}


def test_padding_and_neighbours_change_no_logits(tiny_mpnet: Path) -> None:
    network = SpanNetwork(find_base(str(tiny_mpnet)), seed=1, dropout=0.0, device=torch.device("cpu"))
    network.module.eval()
    batch = batch_of(tiny_mpnet, 1)
    windows = WindowMaker(TextTokenizer.from_file(tiny_mpnet / "tokenizer.json"))
    alone = padded([labelled(Example(QUESTION, TEXT, ()), windows)])
    with torch.no_grad():
        (together, _), (single, _) = network.logits(batch), network.logits(alone)
    length = int(batch.mask[0].sum())
    torch.testing.assert_close(together[0, :length], single[0, :length], atol=3e-2, rtol=0)


def test_fewer_layers_and_frozen_ones(tiny_mpnet: Path) -> None:
    network = SpanNetwork(find_base(str(tiny_mpnet)), seed=1, dropout=0.0, device=torch.device("cpu"), layers=1)
    assert network.module.config.num_hidden_layers == 1
    network.freeze(1)
    assert set(network.trained()) == {
        "mpnet.encoder.relative_attention_bias.weight",
        "qa_outputs.weight",
        "qa_outputs.bias",
    }


def test_an_mpnet_trains_and_is_served_as_transformers_computes_it(
    tiny_mpnet: Path, small_data: Path, tmp_path: Path
) -> None:
    chosen = config(tiny_mpnet, tokens=120_000, averaging=0.9, pooled=1.0, neighbours=0.3)
    assert train_reader(chosen, TrainingOptions(small_data, tmp_path, threads=1), lambda report: None)
    exact, original = open_onnx_reader(tmp_path, int8=False, threads=1), open_torch_reader(str(tmp_path), threads=1)
    quantised = open_onnx_reader(tmp_path, threads=1)
    for text in (TEXT, TEXT * 3, TEXT * 20):
        spans = [one.read(QUESTION, [text], max_spans=1)[0] for one in (exact, original, quantised)]
        assert spans[0].span_score == pytest.approx(spans[1].span_score, abs=1e-4)
        assert spans[0].null_score == pytest.approx(spans[1].null_score, abs=1e-4)
        assert len({span.text for span in spans}) == 1
        assert spans[0].text.startswith("Dev Roy")


def test_an_mpnet_teaches_a_bert(tiny_base: Path, tiny_mpnet: Path) -> None:
    taught = TaughtNetwork(
        find_base(str(tiny_base)),
        teacher=find_base(str(tiny_mpnet)),
        share=1.0,
        seed=1,
        dropout=0.0,
        device=torch.device("cpu"),
    )
    batch = batch_of(tiny_base, 0)
    optimiser = torch.optim.Adam(taught.trained().values(), 3e-3)
    losses = []
    for _ in range(12):
        loss = taught.loss(batch)
        losses.append(float(loss.detach()))
        loss.backward()
        optimiser.step()
        optimiser.zero_grad()
    assert losses[-1] < losses[0]
