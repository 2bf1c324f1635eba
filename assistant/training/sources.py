"""The training files: found, loaded, and a few questions of each held out."""

from __future__ import annotations

import hashlib
import logging
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

from assistant.datasets.reading import ReadingQuestion, load_reading
from assistant.errors import DatasetError
from assistant.models.files import sha256
from assistant.training.config import TrainingConfig
from assistant.training.examples import TrainingSet
from assistant.training.mining import Mined, contexts_of, nothing_mined

_log = logging.getLogger(__name__)

_ENDINGS = (".jsonl.gz", ".jsonl", ".json.gz", ".json")

#: The questions of each file, by its name.
Loaded = dict[str, tuple[ReadingQuestion, ...]]


def find_files(data: Path, config: TrainingConfig) -> dict[str, Path]:
    """The file of each name in the configuration.

    Raises:
        DatasetError: naming those that are not in ``data``.
    """
    found: dict[str, Path] = {}
    for name in config.examples.passes:
        there = [path for ending in _ENDINGS if (path := data / f"{name}{ending}").is_file()]
        if len(there) > 1:
            raise DatasetError(f"{data} holds {' and '.join(path.name for path in there)}.", "Keep one of them.")
        if there:
            found[name] = there[0]
    if missing := [name for name in config.examples.passes if name not in found]:
        raise DatasetError(
            f"{data} does not hold {', '.join(missing)} ({' or '.join(_ENDINGS)}).",
            "Give another folder, or take them out of the configuration's examples.passes.",
        )
    return found


def digests(files: dict[str, Path]) -> dict[str, str]:
    """SHA-256 of each file."""
    return {name: sha256(path) for name, path in files.items()}


def load_files(files: dict[str, Path], fits: Callable[[str], bool] = lambda question: True) -> Loaded:
    """Every question of the files that can be used and ``fits``; a warning counts what is left out.

    Raises:
        DatasetError: when a file holds no question that can be used.
    """
    return {name: _load_file(path, fits) for name, path in files.items()}


def _load_file(path: Path, fits: Callable[[str], bool]) -> tuple[ReadingQuestion, ...]:
    loaded = load_reading(path)
    if loaded.problems:
        first = loaded.problems[0]
        _log.warning(
            "Unusable entries in %s, skipped: %d; the first: %s: %s",
            path,
            len(loaded.problems),
            first.where,
            first.reason,
        )
    fitting = tuple(one for one in loaded.items if fits(one.question))
    if len(fitting) < len(loaded.items):
        first_long = next(one for one in loaded.items if not fits(one.question))
        count = len(loaded.items) - len(fitting)
        _log.warning(
            "Questions of %s that are too long for a window, skipped: %d; the first: %s", path, count, first_long.where
        )
    if not fitting:
        raise DatasetError(f"{path} holds no question that fits a window.", "Take it out of the configuration.")
    return fitting


def training_sets(loaded: Loaded, held_out: int, mined: dict[str, Mined] | None = None) -> list[TrainingSet]:
    """The questions as training sets, about ``held_out`` of each kept aside.

    Args:
        loaded: the questions.
        held_out: questions of each file that are not trained on, a tenth of it at most.
        mined: what retrieval returns for them (see ``mining``); None: nothing.
    """
    contexts = contexts_of(loaded)
    found = mined or {name: nothing_mined(questions) for name, questions in loaded.items()}
    aside = {name: _kept_aside(questions, held_out) for name, questions in loaded.items()}
    never = set().union(*aside.values())
    return [
        _training_set(name, questions, found[name], contexts, aside[name], never) for name, questions in loaded.items()
    ]


def _kept_aside(questions: Sequence[ReadingQuestion], held_out: int) -> set[str]:
    """Contexts that are not trained on: whole ones, so that no question about one of them is."""
    about: Counter[str] = Counter(one.context for one in questions)
    chosen: set[str] = set()
    count = 0
    for context in sorted(about, key=lambda text: hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()):
        if count >= min(held_out, len(questions) // 10):
            break
        chosen.add(context)
        count += about[context]
    return chosen


def _training_set(
    name: str,
    questions: Sequence[ReadingQuestion],
    mined: Mined,
    contexts: Sequence[str],
    aside: set[str],
    never: set[str],
) -> TrainingSet:
    trained = [index for index, one in enumerate(questions) if one.context not in aside]
    return TrainingSet(
        name,
        tuple(questions[index] for index in trained),
        tuple(one for one in questions if one.context in aside),
        tuple(tuple(contexts[i] for i in mined[index] if i >= 0 and contexts[i] not in never) for index in trained),
    )
