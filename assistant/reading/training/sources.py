"""The training files: found, loaded, and a few questions of each held out."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

from assistant.datasets.reading import ReadingQuestion, load_reading
from assistant.errors import DatasetError
from assistant.models.files import sha256
from assistant.reading.training.config import TrainingConfig
from assistant.reading.training.examples import TrainingSet
from assistant.reading.training.mining import Mined, contexts_of, nothing_mined

_ENDINGS = (".jsonl.gz", ".jsonl", ".json.gz", ".json")

#: The questions of each file, by its name.
Loaded = dict[str, tuple[ReadingQuestion, ...]]


def find_files(data: Path, config: TrainingConfig) -> dict[str, Path]:
    """The file of each name in the configuration.

    Raises:
        DatasetError: naming those that are not in ``data``.
    """
    found = {
        name: path
        for name in config.examples.passes
        for ending in _ENDINGS
        if (path := data / f"{name}{ending}").is_file()
    }
    if missing := [name for name in config.examples.passes if name not in found]:
        raise DatasetError(
            f"{data} does not hold {', '.join(missing)} ({' or '.join(_ENDINGS)}).",
            "Check --data, or take them out of the configuration's examples.passes.",
        )
    return found


def digests(files: dict[str, Path]) -> dict[str, str]:
    """SHA-256 of each file."""
    return {name: sha256(path) for name, path in files.items()}


def load_files(files: dict[str, Path]) -> Loaded:
    """Every question of the files that can be used; DatasetError when one holds none."""
    return {name: load_reading(path).items for name, path in files.items()}


def training_sets(loaded: Loaded, held_out: int, mined: dict[str, Mined] | None = None) -> list[TrainingSet]:
    """The questions as training sets, about ``held_out`` of each kept aside.

    Args:
        loaded: the questions.
        held_out: questions of each file that are not trained on, a tenth of it at most.
        mined: what retrieval returns for them (see ``mining``); None: nothing.
    """
    contexts = contexts_of(loaded)
    found = mined or {name: nothing_mined(questions) for name, questions in loaded.items()}
    return [_training_set(name, questions, found[name], contexts, held_out) for name, questions in loaded.items()]


def _training_set(
    name: str, questions: Sequence[ReadingQuestion], mined: Mined, contexts: Sequence[str], held_out: int
) -> TrainingSet:
    """Whole contexts are held out, so that no question about one of them is trained on."""
    order = list(dict.fromkeys(one.context for one in questions))
    order.sort(key=lambda context: hashlib.sha256(context.encode()).digest())
    kept_aside: set[str] = set()
    count = 0
    for context in order:
        if count >= min(held_out, len(questions) // 10):
            break
        kept_aside.add(context)
        count += sum(one.context == context for one in questions)
    trained = [index for index, one in enumerate(questions) if one.context not in kept_aside]
    return TrainingSet(
        name,
        tuple(questions[index] for index in trained),
        tuple(one for one in questions if one.context in kept_aside),
        tuple(
            tuple(contexts[i] for i in mined[index] if i >= 0 and contexts[i] not in kept_aside) for index in trained
        ),
    )
