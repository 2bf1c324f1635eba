"""Training: it learns, it can be cut and taken up, and what it leaves behind answers questions."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from assistant.errors import DatasetError, ModelError
from assistant.models.files import sha256
from assistant.reading.onnx_scorer import open_onnx_reader
from assistant.reading.opening import open_reader
from assistant.reading.torch_scorer import open_torch_reader
from assistant.settings import load_settings
from assistant.training.checkpoint import FILE as CHECKPOINT
from assistant.training.config import TrainingConfig
from assistant.training.network import SpanNetwork
from assistant.training.run import LOG, RECORD, TrainingOptions, train_reader
from assistant.training.schedule import rate
from assistant.training.trainer import Report
from tests.training_configs import config


def trained(
    configuration: TrainingConfig, data: Path, folder: Path, until: Callable[[], bool] = lambda: False
) -> tuple[bool, list[Report]]:
    reports: list[Report] = []
    options = TrainingOptions(data, folder, threads=1, until=until)
    return train_reader(configuration, options, reports.append), reports


def after(batches: int) -> Callable[[], bool]:
    """Asks to stop after so many batches."""
    count = 0

    def asked() -> bool:
        nonlocal count
        count += 1
        return count >= batches

    return asked


def weights(folder: Path) -> dict[str, bytes]:
    from safetensors.numpy import load_file

    return {name: tensor.tobytes() for name, tensor in load_file(folder / "model.safetensors").items()}


@pytest.fixture(scope="module")
def finished(tiny_base: Path, small_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("run")
    done, _ = trained(config(tiny_base, tokens=120_000, averaging=0.9), small_data, folder)
    assert done
    return folder


def test_a_trained_reader_answers_what_it_was_trained_on(finished: Path) -> None:
    reader = open_reader(load_settings(reader=str(finished), threads=1))
    text = "In 1921 the mayor opened a school. Dev Roy led the team that built it in Quito. It was cold."
    who, where = (
        reader.read(question, [text])[0]
        for question in ("Who led the team that built the school?", "Where did Dev Roy build the school?")
    )
    assert (who.text, where.text) == ("Dev Roy", "Quito")
    assert reader.read("Who closed the bank?", [text])[0].margin < min(who.margin, where.margin)
    assert "onnx-int8" in reader.fingerprint, "what was trained is served in the fast form"


def test_the_exported_reader_computes_what_torch_does(finished: Path) -> None:
    text = "In 1921 the mayor opened a school. Dev Roy led the team that built it in Quito. It was cold."
    question = "Who led the team that built the school?"
    exact, torch = open_onnx_reader(finished, int8=False, threads=1), open_torch_reader(str(finished), threads=1)
    (one,), (other,) = exact.read(question, [text], max_spans=1), torch.read(question, [text], max_spans=1)
    assert one.text == other.text
    assert one.margin == pytest.approx(other.margin, abs=1e-3)


def test_the_log_and_the_record_tell_what_was_done(finished: Path) -> None:
    lines = [json.loads(line) for line in (finished / LOG).read_text(encoding="utf-8").splitlines()]
    assert lines[-1]["done"] >= 1
    assert lines[-1]["loss"] < lines[0]["loss"]
    record = json.loads((finished / RECORD).read_text(encoding="utf-8"))
    assert record["config"]["optimiser"]["tokens"] == 120_000
    assert set(record["data"]) == {"people", "refusals"}


def test_a_cut_run_ends_with_the_weights_of_an_uncut_one(tiny_base: Path, small_data: Path, tmp_path: Path) -> None:
    configuration = config(tiny_base, tokens=12_000, averaging=0.9, unanswerable=1.0, dropout=0.1)
    whole, cut = tmp_path / "whole", tmp_path / "cut"
    assert trained(configuration, small_data, whole)[0]
    for batches in (1, 4):
        assert not trained(configuration, small_data, cut, after(batches))[0]
        assert not (cut / "model.safetensors").exists()
    assert trained(configuration, small_data, cut)[0]
    assert weights(cut) == weights(whole)


def test_a_taught_reader_follows_its_teacher(finished: Path, tiny_base: Path, small_data: Path, tmp_path: Path) -> None:
    alone, taught = config(tiny_base, tokens=12_000), config(tiny_base, tokens=12_000, teacher=str(finished))
    assert trained(alone, small_data, tmp_path / "alone")[0]
    assert trained(taught, small_data, tmp_path / "taught")[0]
    apart = [apart_from(finished, tmp_path / name) for name in ("alone", "taught")]
    assert apart[1] < apart[0]
    record = json.loads((tmp_path / "taught" / RECORD).read_text(encoding="utf-8"))
    assert record["teacher"] == sha256(finished / "model.safetensors")


def apart_from(teacher: Path, reader: Path) -> float:
    """How far the margins of two readers lie apart over a few questions."""
    texts = ["In 1921 the mayor opened a school. Dev Roy led the team that built it in Quito. It was cold."]
    questions = ("Who led the team?", "Where did Dev Roy build the school?", "Who closed the bank?")
    margins = [
        [open_torch_reader(str(one), threads=1).read(question, texts)[0].margin for question in questions]
        for one in (teacher, reader)
    ]
    return sum(abs(one - other) for one, other in zip(*margins, strict=True))


def test_a_teacher_needs_the_pieces_of_the_base(
    finished: Path, tiny_base: Path, small_data: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    shutil.copytree(finished, other)
    tokenizer = json.loads((other / "tokenizer.json").read_text(encoding="utf-8"))
    del tokenizer["model"]["vocab"]["mayor"]
    (other / "tokenizer.json").write_text(json.dumps(tokenizer), encoding="utf-8")
    with pytest.raises(ModelError, match="other pieces than the base: it lacks mayor"):
        trained(config(tiny_base, tokens=3_000, teacher=str(other)), small_data, tmp_path / "run")


def test_a_run_that_is_done_is_not_trained_again(finished: Path, tiny_base: Path, small_data: Path) -> None:
    before = weights(finished)
    done, reports = trained(config(tiny_base, tokens=120_000, averaging=0.9), small_data, finished)
    assert done
    assert not reports
    assert weights(finished) == before


def test_a_run_can_be_made_longer_but_not_otherwise_changed(tiny_base: Path, small_data: Path, tmp_path: Path) -> None:
    assert trained(config(tiny_base, tokens=3_000), small_data, tmp_path)[0]
    done, reports = trained(config(tiny_base, tokens=6_000, decay=0.5), small_data, tmp_path)
    assert done
    assert reports[-1].tokens >= 6_000
    with pytest.raises(ModelError, match="another configuration"):
        trained(config(tiny_base, tokens=6_000, peak_rate=1e-3), small_data, tmp_path)


def test_starting_over_forgets_the_checkpoint(tiny_base: Path, small_data: Path, tmp_path: Path) -> None:
    assert trained(config(tiny_base, tokens=3_000), small_data, tmp_path)[0]
    options = TrainingOptions(small_data, tmp_path, fresh=True, threads=1)
    reports: list[Report] = []
    assert train_reader(config(tiny_base, tokens=3_000, peak_rate=1e-3), options, reports.append)
    assert reports[0].batches <= reports[-1].batches <= 10


def test_a_damaged_checkpoint_is_named(tiny_base: Path, small_data: Path, tmp_path: Path) -> None:
    assert trained(config(tiny_base, tokens=3_000), small_data, tmp_path)[0]
    whole = (tmp_path / CHECKPOINT).read_bytes()
    (tmp_path / CHECKPOINT).write_bytes(whole[: len(whole) // 2])
    with pytest.raises(ModelError, match=CHECKPOINT):
        trained(config(tiny_base, tokens=3_000), small_data, tmp_path)


def test_a_base_that_is_no_encoder_is_refused(small_data: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="base"):
        trained(config(tmp_path / "nothing"), small_data, tmp_path / "run")


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({"model_type": "roberta"}, "not of a BERT or MPNet encoder"),
        ({"hidden_act": "relu"}, "not of a BERT or MPNet encoder"),
        ({"max_position_embeddings": 64}, "reads 64 tokens"),
        ({"vocab_size": 20_000}, "does not fit .*token 30521"),
    ],
)
def test_a_base_that_cannot_be_served_is_refused_before_training(
    tiny_base: Path, small_data: Path, tmp_path: Path, changed: dict[str, object], problem: str
) -> None:
    base = tmp_path / "base"
    shutil.copytree(tiny_base, base)
    settings = json.loads((base / "config.json").read_text(encoding="utf-8"))
    (base / "config.json").write_text(json.dumps({**settings, **changed}), encoding="utf-8")
    with pytest.raises(ModelError, match=problem):
        trained(config(base), small_data, tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_data_that_is_not_there_is_named(tiny_base: Path, small_data: Path, tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="absent"):
        trained(config(tiny_base, passes={"absent": 1.0}), small_data, tmp_path)


def test_checkpoints_are_kept_and_measured_on_the_way(
    tiny_base: Path, small_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assistant.training.trainer.KEPT_EVERY", 0.0)
    done, reports = trained(config(tiny_base, tokens=6_000), small_data, tmp_path)
    assert done
    assert len(reports) > 3
    assert all(report.held_out and report.loss and report.tokens_per_second for report in reports)


def test_a_loss_that_is_no_number_ends_the_run_and_leaves_the_checkpoint(
    tiny_base: Path, small_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not trained(config(tiny_base, tokens=9_000), small_data, tmp_path, after(2))[0]
    before = (tmp_path / CHECKPOINT).read_bytes()
    honest = SpanNetwork.loss
    monkeypatch.setattr(SpanNetwork, "loss", lambda self, batch: honest(self, batch) * float("nan"))
    with pytest.raises(ModelError, match="nan"):
        trained(config(tiny_base, tokens=9_000), small_data, tmp_path)
    assert (tmp_path / CHECKPOINT).read_bytes() == before


def test_another_base_is_another_run(tiny_base: Path, small_data: Path, tmp_path: Path) -> None:
    from safetensors.numpy import load_file, save_file

    other = tmp_path / "base"
    shutil.copytree(tiny_base, other)
    tensors = load_file(other / "model.safetensors")
    save_file({name: tensor * 0.5 for name, tensor in tensors.items()}, other / "model.safetensors")
    assert not trained(config(tiny_base), small_data, tmp_path / "run", after(1))[0]
    with pytest.raises(ModelError, match="another"):
        train_reader(
            config(tiny_base), TrainingOptions(small_data, tmp_path / "run", base=str(other)), lambda report: None
        )


def test_what_cannot_be_served_is_refused_before_training(tiny_base: Path, small_data: Path, tmp_path: Path) -> None:
    other = tmp_path / "base"
    shutil.copytree(tiny_base, other)
    settings = json.loads((other / "config.json").read_text(encoding="utf-8"))
    (other / "config.json").write_text(json.dumps({**settings, "hidden_act": "relu"}), encoding="utf-8")
    with pytest.raises(ModelError, match="GELU"):
        trained(config(other), small_data, tmp_path / "run")
    (other / "config.json").write_text(json.dumps({**settings, "max_position_embeddings": 64}), encoding="utf-8")
    with pytest.raises(ModelError, match="max_length"):
        trained(config(other), small_data, tmp_path / "run")


def test_a_full_disk_is_explained(
    tiny_base: Path, small_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*arguments: object, **more: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("safetensors.torch.save_file", full)
    with pytest.raises(ModelError, match="No space left") as raised:
        trained(config(tiny_base, tokens=3_000), small_data, tmp_path)
    assert "resumes from" in str(raised.value)


def test_frozen_embeddings_stay_as_they_were(tiny_base: Path, small_data: Path, tmp_path: Path) -> None:
    from safetensors.numpy import load_file

    assert trained(config(tiny_base, tokens=3_000, train_embeddings=False), small_data, tmp_path)[0]
    name = "embeddings.word_embeddings.weight"
    before, now = load_file(tiny_base / "model.safetensors"), load_file(tmp_path / "model.safetensors")
    assert abs(before[name] - now[f"bert.{name}"]).max() < 1e-3  # fp16 on disk


def test_the_rate_rises_stays_and_falls_to_zero() -> None:
    optimiser = config(Path("x"), warmup=0.1, decay=0.4, peak_rate=1.0).optimiser
    assert [round(rate(done, optimiser), 6) for done in (0, 0.05, 0.1, 0.6, 0.8, 1.0)] == [0, 0.5, 1, 1, 0.5, 0]
    assert rate(1.2, optimiser) == 0
