"""The training files: loaded, a few questions held out, and the passages retrieval would confuse mined."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from assistant.datasets.reading import ReadingQuestion, load_reading
from assistant.errors import DatasetError
from assistant.index.embedder import Embedder
from assistant.models.files import sha256
from assistant.reading.training.config import TrainingConfig
from assistant.reading.training.examples import TrainingSet

_ENDINGS = (".jsonl.gz", ".jsonl", ".json.gz", ".json")
#: Passages mined for each question.
_MINED = 3
#: Nearest passages among which those are looked for; the others hold the answer or are the question's own.
_LOOKED_AT = 12
#: Questions whose similarities to all passages are held in memory at once.
_ROWS = 512

Mined = NDArray[np.int32]


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


def load_sets(
    files: dict[str, Path], config: TrainingConfig, embedder: Embedder | None, cache: Path
) -> list[TrainingSet]:
    """The training sets; what retrieval returns for their questions is mined once and kept in ``cache``.

    ``embedder`` None: nothing is mined, and nothing asked over retrieved passages.
    """
    loaded = {name: load_reading(path).items for name, path in files.items()}
    contexts = list(dict.fromkeys(one.context for questions in loaded.values() for one in questions))
    mined = {name: _none(questions) for name, questions in loaded.items()}
    if embedder is not None:
        mined = _mined(loaded, contexts, embedder, cache)
    return [
        _training_set(name, questions, mined[name], contexts, config.examples.held_out)
        for name, questions in loaded.items()
    ]


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


def _mined(
    loaded: dict[str, tuple[ReadingQuestion, ...]], contexts: list[str], embedder: Embedder, cache: Path
) -> dict[str, Mined]:
    key = hashlib.sha256(json.dumps([embedder.fingerprint, contexts, _MINED, _LOOKED_AT]).encode()).hexdigest()
    file = cache / f"retrieved-{key[:16]}.npz"
    if file.is_file():
        with np.load(file, allow_pickle=False) as kept:
            return {name: kept[name] for name in loaded}
    vectors = embedder.embed(contexts)
    found = {name: _mine(questions, contexts, vectors, embedder) for name, questions in loaded.items()}
    cache.mkdir(parents=True, exist_ok=True)
    np.savez(file, **found)  # type: ignore[arg-type]
    return found


def _mine(
    questions: Sequence[ReadingQuestion], contexts: Sequence[str], vectors: NDArray[np.float32], embedder: Embedder
) -> Mined:
    """For each question (n, _MINED) the nearest contexts that lack its answers, by number; -1 where none is left."""
    mined = _none(questions)
    folded = [context.casefold() for context in contexts]
    for first in range(0, len(questions), _ROWS):
        part = questions[first : first + _ROWS]
        similarities = embedder.embed([one.question for one in part]) @ vectors.T
        nearest = np.argpartition(-similarities, _LOOKED_AT, axis=1)[:, :_LOOKED_AT]
        for row, one in enumerate(part):
            golds = [gold.text.casefold() for gold in one.golds]
            ranked = nearest[row][np.argsort(-similarities[row][nearest[row]])]
            lacking = [
                int(number)
                for number in ranked
                if contexts[number] != one.context and not any(gold in folded[number] for gold in golds)
            ][:_MINED]
            mined[first + row, : len(lacking)] = lacking
    return mined


def _none(questions: Sequence[ReadingQuestion]) -> Mined:
    return np.full((len(questions), _MINED), -1, np.int32)
