"""A whole training run: data and configuration in, a folder with a reader and its log out."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from filelock import FileLock, Timeout

from assistant.errors import ModelError
from assistant.index.embedder import open_embedder
from assistant.models.files import GRAPH, INT8_MODEL, WEIGHTS, sha256
from assistant.models.tokenizer import TextTokenizer
from assistant.models.torch_models import prepare_torch
from assistant.reading.windows import WindowMaker
from assistant.settings import load_settings
from assistant.training.batches import Batch, Batcher, by_length, labelled, padded
from assistant.training.checkpoint import FILE as CHECKPOINT
from assistant.training.config import TrainingConfig
from assistant.training.examples import ExampleMaker
from assistant.training.mining import mine, mined_file
from assistant.training.network import SpanNetwork
from assistant.training.pretrained import PretrainedModel, check_servable, find_base, pad_token_of
from assistant.training.sources import digests, find_files, load_files, training_sets
from assistant.training.teaching import TaughtNetwork
from assistant.training.trainer import Report, Trainer

if TYPE_CHECKING:
    import torch

LOG = "training.jsonl"
#: What the weights were made of: configuration, digests of the data, versions.
RECORD = "training.json"


@dataclass(frozen=True, slots=True)
class TrainingOptions:
    """Where and how long.

    Attributes:
        data: folder of the training files.
        folder: where the run keeps its checkpoint and log, and in the end the reader.
        fresh: start over, whatever the folder holds.
        base: a folder in place of the configuration's base (a bundle holds one).
        threads: CPU threads; 0: all cores.
        until: asked after each batch; the run stops there when it says so, and can be resumed.
    """

    data: Path
    folder: Path
    fresh: bool = False
    base: str | None = None
    threads: int = 0
    until: Callable[[], bool] = lambda: False


def train_reader(config: TrainingConfig, options: TrainingOptions, report: Callable[[Report], None]) -> bool:
    """Trains a reader, or resumes its training; True when the run is done and the folder holds the reader.

    Raises:
        DatasetError: when data is missing or malformed.
        ModelError: when the base or the checkpoint cannot be used, or another process trains in the folder.
    """
    files = find_files(options.data, config)
    base = find_base(options.base or config.base)
    check_servable(base, config.max_length)
    try:
        options.folder.mkdir(parents=True, exist_ok=True)
        with FileLock(options.folder / ".lock", timeout=0):
            return _train(config, options, files, base, report)
    except Timeout as error:
        raise ModelError(
            f"Another process trains in {options.folder}.", "Wait for it, or give another folder."
        ) from error
    except OSError as error:
        raise ModelError(
            f"{options.folder} cannot be written: {error}.",
            "Free some space and run the same command again; it resumes from the last checkpoint.",
        ) from error


def _train(
    config: TrainingConfig,
    options: TrainingOptions,
    files: dict[str, Path],
    base: PretrainedModel,
    report: Callable[[Report], None],
) -> bool:
    folder, device = options.folder, prepare_torch(options.threads)
    tokenizer = TextTokenizer.from_file(base.tokenizer)
    windows = WindowMaker(tokenizer, max_length=config.max_length)
    pad_token = pad_token_of(base)
    network = _network(config, base, device)
    if not config.optimiser.train_embeddings:
        network.freeze(config.optimiser.frozen_layers)
    maker, mined = _maker(config, options, files, tokenizer)
    record: dict[str, object] = {
        "config": _portable(config),
        "data": digests(files),
        "base": sha256(base.weights),
        "teacher": sha256(find_base(config.teacher.reader).weights) if config.teacher else None,
        "retrieved": mined,
        "versions": {name: version(name) for name in ("torch", "transformers", "tokenizers")},
    }
    if options.fresh:
        for name in (CHECKPOINT, LOG, RECORD, WEIGHTS, INT8_MODEL, GRAPH):
            (folder / name).unlink(missing_ok=True)
    trainer = Trainer(
        network,
        Batcher(maker, windows, config.optimiser.batch_tokens, config.seed, pad_token),
        _held_out(maker, windows, config.optimiser.batch_tokens, pad_token),
        config.optimiser,
        config.seed,
        folder,
        _identity(config, record),
    )
    done = trainer.train(_logged(folder, report), until=options.until)
    if done:
        trainer.adopt_average()
        record["held_out_loss"] = trainer.measured()
        network.save(folder)
        _export(folder)
        (folder / RECORD).write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")
    return done


def _network(config: TrainingConfig, base: PretrainedModel, device: torch.device) -> SpanNetwork:
    options: dict[str, Any] = {
        "seed": config.seed,
        "dropout": config.optimiser.dropout,
        "layers": config.layers,
        "pooled": config.optimiser.pooled,
        "device": device,
    }
    if config.teacher is None:
        return SpanNetwork(base, **options)
    return TaughtNetwork(base, teacher=find_base(config.teacher.reader), share=config.teacher.share, **options)


def _maker(
    config: TrainingConfig, options: TrainingOptions, files: dict[str, Path], tokenizer: TextTokenizer
) -> tuple[ExampleMaker, str | None]:
    """Makes the run's examples; with the name of what was mined for them, which tells it from other data's."""
    longest = config.max_length // 2
    loaded = load_files(files, lambda question: 0 < tokenizer.count_tokens([question])[0] <= longest)
    mined = None
    if config.examples.retrieved:
        settings = load_settings(threads=options.threads)
        mined = mine(loaded, [options.data, options.folder], lambda: open_embedder(settings))
    sets = training_sets(loaded, config.examples.held_out, mined)
    return ExampleMaker(sets, config.examples, config.seed), mined_file(loaded) if mined else None


def _export(folder: Path) -> None:
    from assistant.models.export import export_reader  # needs the extra, checked before training

    export_reader(folder)


def _portable(config: TrainingConfig) -> dict[str, object]:
    """The configuration; of folders their names alone, which say nothing of the machine."""
    chosen = config.model_dump()
    chosen["base"] = Path(config.base).name
    if config.teacher:
        chosen["teacher"]["reader"] = Path(config.teacher.reader).name
    return chosen


def _identity(config: TrainingConfig, record: Mapping[str, object]) -> str:
    """Says which run this is. A run may be made longer, so its length and where its rate falls do not count."""
    chosen = config.model_dump(exclude={"optimiser": {"tokens", "decay"}, "base": True, "teacher": {"reader"}})
    made_of = [chosen, *(record[part] for part in ("data", "base", "teacher", "retrieved"))]
    return hashlib.sha256(json.dumps(made_of, sort_keys=True).encode()).hexdigest()


def _held_out(maker: ExampleMaker, windows: WindowMaker, batch_tokens: int, pad_token: int) -> list[Batch]:
    groups = [group for example in maker.held_out() if (group := labelled(example, windows))]
    return [padded(batch, pad_token=pad_token) for batch in by_length(groups, batch_tokens)]


def _logged(folder: Path, report: Callable[[Report], None]) -> Callable[[Report], None]:
    """Keeps each report in the run's log too."""

    def both(one: Report) -> None:
        with (folder / LOG).open("a", encoding="utf-8") as log:
            log.write(json.dumps(asdict(one)) + "\n")
        report(one)

    return both
