"""What each idea of the reader's training adds: short runs that differ in one thing, same seed, side by side.

The teacher is the bundled reader.

    ASSISTANT_DATA=... python -m tools.ablate_reader FOLDER [--tokens N] [--base FOLDER]

Each variant is trained for so many tokens from the same base and read over samples of the dev sets. FOLDER keeps the
runs and their figures, so that a cut call goes on where it was; the table is printed after every variant.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from assistant.evaluation import evaluate_reading
from assistant.evaluation.run import RunOptions as EvaluationOptions
from assistant.models.files import FAST_READER, INT8_MODEL, sha256
from assistant.reading.opening import open_reader
from assistant.settings import load_settings
from assistant.training.config import TrainingConfig, load_config
from assistant.training.run import TrainingOptions, train_reader
from tools.dev_sets import data_folder

PLAIN = dict.fromkeys(("cropped", "joined", "retyped", "unanswerable", "neighbours", "retrieved"), 0.0)
#: The first two tell what averaging adds; then each idea alone on top of both; "everything" is the default mixture.
VARIANTS: Mapping[str, Mapping[str, Mapping[str, Any]]] = {
    "plain fine-tuning": {"examples": PLAIN, "optimiser": {"averaging": 0.0}},
    "averaged weights": {"examples": PLAIN},
    "serving forms": {"examples": {**PLAIN, "cropped": 0.3, "joined": 0.1}},
    "as people type": {"examples": {**PLAIN, "retyped": 0.12}},
    "made unanswerable": {"examples": {**PLAIN, "unanswerable": 0.3}},
    "retrieved and neighbouring negatives": {"examples": {**PLAIN, "neighbours": 0.12, "retrieved": 0.15}},
    "a teacher": {"examples": PLAIN, "teacher": {"reader": str(FAST_READER), "share": 0.5}},
    "everything but the teacher": {},
}
#: Questions sampled of each dev set; the same ones for every variant.
SETS = {"squad1": 600, "newsqa-a": 400, "squad2": 1000}


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("folder", type=Path)
    arguments.add_argument("--tokens", type=int, default=2_000_000, help="length of each run")
    arguments.add_argument("--base", help="folder of the weights that every variant starts from")
    arguments.add_argument("--only", nargs="*", choices=list(VARIANTS), help="these variants")
    chosen = arguments.parse_args()
    data = data_folder() / "reader"
    table: dict[str, dict[str, float]] = {}
    for name in chosen.only or VARIANTS:
        folder = chosen.folder / name.replace(" ", "-")
        _train(_config(VARIANTS[name], chosen.tokens), data / "train", folder, chosen)
        table[name] = _figures(folder, data / "dev")
        print(as_table(table), flush=True)


def as_table(rows: Mapping[str, Mapping[str, float]]) -> str:
    """Markdown, a row for each variant."""
    columns = list(next(iter(rows.values())))
    lines = ["| variant | " + " | ".join(columns) + " |", "|---" * (len(columns) + 1) + "|"]
    lines += [
        f"| {name} | " + " | ".join(f"{figures[column]:.3g}" for column in columns) + " |"
        for name, figures in rows.items()
    ]
    return "\n".join(lines)


def _config(changes: Mapping[str, Mapping[str, Any]], tokens: int) -> TrainingConfig:
    stored = load_config().model_dump()
    for part, values in changes.items():
        stored[part] = {**(stored[part] or {}), **values}
    stored["optimiser"]["tokens"] = tokens
    return TrainingConfig.model_validate(stored)


def _train(config: TrainingConfig, data: Path, folder: Path, chosen: argparse.Namespace) -> None:
    for kept in chosen.folder.glob("*/retrieved-*.npz"):  # mined once for all variants
        folder.mkdir(parents=True, exist_ok=True)
        if not (folder / kept.name).exists():
            (folder / kept.name).hardlink_to(kept)
    train_reader(
        config,
        TrainingOptions(data, folder, base=chosen.base),
        lambda report: print(f"{folder.name}: {report.done:.0%}, loss {report.loss:.3f}", flush=True),
    )


def _figures(folder: Path, dev: Path) -> dict[str, float]:
    key = sha256(folder / INT8_MODEL)[:16]
    kept = folder / f"figures-{key}-{'-'.join(map(str, SETS.values()))}.json"
    if kept.is_file():
        stored: dict[str, float] = json.loads(kept.read_text(encoding="utf-8"))
        return stored
    settings = load_settings(reader=str(folder))
    reader = open_reader(settings)
    found: dict[str, float] = {}
    for name, count in SETS.items():
        options = EvaluationOptions(limit=count, sample=0)
        figures = evaluate_reading(dev / f"{name}.jsonl.gz", settings=settings, options=options, reader=reader).figures
        found[f"{name} F1"] = figures["f1"]
        if name == "squad2":
            found["squad2 AUROC"] = figures["auroc"]
    kept.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    return found


if __name__ == "__main__":
    main()
