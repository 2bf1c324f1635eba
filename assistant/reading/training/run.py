"""A whole training run: data and configuration in, a folder with a reader and its log out."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from assistant.errors import ModelError
from assistant.index.embedder import open_embedder
from assistant.models.export import export_reader
from assistant.models.tokenizer import TextTokenizer
from assistant.models.torch_models import prepare_torch
from assistant.reading.training.base import find_base
from assistant.reading.training.batches import Batch, Batcher, by_length, labelled, padded
from assistant.reading.training.checkpoint import FILE as CHECKPOINT
from assistant.reading.training.config import TrainingConfig
from assistant.reading.training.examples import ExampleMaker
from assistant.reading.training.mining import mine
from assistant.reading.training.network import SpanNetwork
from assistant.reading.training.sources import digests, find_files, load_files, training_sets
from assistant.reading.training.trainer import Report, Trainer
from assistant.reading.windows import WindowMaker
from assistant.settings import load_settings

LOG = "training.jsonl"
#: What the weights were made of: configuration, digests of the data, versions.
RECORD = "training.json"


@dataclass(frozen=True, slots=True)
class RunOptions:
    """Where and how long.

    Attributes:
        data: folder of the training files.
        folder: where the run keeps its checkpoint and log, and in the end the reader.
        fresh: start over, whatever the folder holds.
        base: a folder in place of the configuration's base (a bundle holds one).
        threads: CPU threads; 0: all cores.
        until: asked after each batch; the run stops there when it says so, and can be gone on with.
    """

    data: Path
    folder: Path
    fresh: bool = False
    base: str | None = None
    threads: int = 0
    until: Callable[[], bool] = lambda: False


def train_reader(config: TrainingConfig, options: RunOptions, report: Callable[[Report], None]) -> bool:
    """Trains a reader, or goes on training it; True when the run is done and the folder holds the reader.

    Raises:
        DatasetError: when data is missing or malformed.
        ModelError: when the base or the checkpoint cannot be used, or another process trains in the folder.
    """
    files = find_files(options.data, config)
    record = {"config": config.model_dump(), "data": digests(files)}
    options.folder.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(options.folder / ".lock", timeout=0):
            return _train(config, options, files, record, report)
    except Timeout as error:
        raise ModelError(f"Another process trains in {options.folder}.", "Wait, or give another folder.") from error


def _train(
    config: TrainingConfig,
    options: RunOptions,
    files: dict[str, Path],
    record: Mapping[str, object],
    report: Callable[[Report], None],
) -> bool:
    folder = options.folder
    if options.fresh:
        for name in (CHECKPOINT, LOG, RECORD):
            (folder / name).unlink(missing_ok=True)
    device = prepare_torch(options.threads)
    maker = _maker(config, options, files)
    base = find_base(options.base or config.base)
    windows = WindowMaker(TextTokenizer.from_file(base.tokenizer), max_length=config.max_length)
    network = SpanNetwork(base, seed=config.seed, dropout=config.optimiser.dropout, device=device)
    if not config.optimiser.train_embeddings:
        network.freeze_embeddings()
    trainer = Trainer(
        network,
        Batcher(maker, windows, config.optimiser.batch_tokens, config.seed),
        _held_out(maker, windows, config.optimiser.batch_tokens),
        config.optimiser,
        folder,
        _identity(config, files),
    )
    done = trainer.train(_logged(folder, report), until=options.until)
    if done:
        trainer.adopt_average()
        network.save(folder)
        export_reader(folder)
        (folder / RECORD).write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")
    return done


def _maker(config: TrainingConfig, options: RunOptions, files: dict[str, Path]) -> ExampleMaker:
    loaded, mined = load_files(files), None
    if config.examples.retrieved:
        settings = load_settings(threads=options.threads)
        mined = mine(loaded, [options.data, options.folder], lambda: open_embedder(settings))
    return ExampleMaker(training_sets(loaded, config.examples.held_out, mined), config.examples, config.seed)


def _identity(config: TrainingConfig, files: dict[str, Path]) -> str:
    """Says which run this is. A run may be made longer, so its length and where its rate falls do not count."""
    chosen = config.model_dump(exclude={"optimiser": {"tokens", "decay"}})
    return hashlib.sha256(json.dumps([chosen, digests(files)], sort_keys=True).encode()).hexdigest()


def _held_out(maker: ExampleMaker, windows: WindowMaker, batch_tokens: int) -> list[Batch]:
    made = [window for example in maker.held_out() for window in labelled(example, windows)]
    return [padded(batch) for batch in by_length(made, batch_tokens)]


def _logged(folder: Path, report: Callable[[Report], None]) -> Callable[[Report], None]:
    """Keeps each report in the run's log too."""

    def both(one: Report) -> None:
        with (folder / LOG).open("a", encoding="utf-8") as log:
            log.write(json.dumps(asdict(one)) + "\n")
        report(one)

    return both
