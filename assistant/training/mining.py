"""Passages that retrieval would hand the reader for a question although they do not answer it."""

from __future__ import annotations

import hashlib
import json
import os
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from assistant.datasets.reading import ReadingQuestion
from assistant.index.embedder import Embedder

#: Passages mined for each question.
MINED = 3
#: Nearest passages among which those are looked for; the others hold the answer or are the question's own.
_LOOKED_AT = 12
#: Questions whose similarities to all passages are held in memory at once.
_ROWS = 512

#: For each of n questions the numbers (n, MINED) of contexts, nearest first; -1 where there is none left.
Mined = NDArray[np.int32]


def contexts_of(loaded: Mapping[str, Sequence[ReadingQuestion]]) -> list[str]:
    """Every context once, in order; ``Mined`` numbers them."""
    return list(dict.fromkeys(one.context for questions in loaded.values() for one in questions))


def mined_file(loaded: Mapping[str, Sequence[ReadingQuestion]]) -> str:
    """The name under which what was mined for these questions is kept."""
    asked = {
        name: [(one.question, [gold.text for gold in one.golds]) for one in questions]
        for name, questions in loaded.items()
    }
    key = hashlib.sha256(json.dumps([asked, contexts_of(loaded), MINED, _LOOKED_AT]).encode()).hexdigest()
    return f"retrieved-{key[:16]}.npz"


def mine(
    loaded: Mapping[str, Sequence[ReadingQuestion]],
    folders: Sequence[Path],
    open_embedder: Callable[[], Embedder],
) -> dict[str, Mined]:
    """What the embedder finds for every question among all contexts; minutes of work, so it is kept.

    Args:
        loaded: the questions of each file.
        folders: where an earlier result may lie; a new one is written into the last.
        open_embedder: called only when there is none.
    """
    name = mined_file(loaded)
    for folder in folders:
        if (folder / name).is_file():
            with np.load(folder / name, allow_pickle=False) as kept:
                return {key: kept[key] for key in loaded}
    embedder, contexts = open_embedder(), contexts_of(loaded)
    vectors = embedder.embed(contexts)
    golds = _golds_by_question(loaded)
    found = {key: _nearest_lacking(questions, golds, contexts, vectors, embedder) for key, questions in loaded.items()}
    _keep(folders[-1] / name, found)
    return found


def _keep(file: Path, found: Mapping[str, Mined]) -> None:
    """A run that is cut meanwhile leaves no torn file."""
    beside = file.with_suffix(".new.npz")
    np.savez(beside, **found)  # type: ignore[arg-type]
    os.replace(beside, file)


def _golds_by_question(loaded: Mapping[str, Sequence[ReadingQuestion]]) -> Mapping[str, set[str]]:
    """Every gold answer to the same words, wherever they are asked: a file may ask them over several contexts."""
    golds: defaultdict[str, set[str]] = defaultdict(set)
    for questions in loaded.values():
        for one in questions:
            golds[one.question].update(gold.text.casefold() for gold in one.golds)
    return golds


def nothing_mined(questions: Sequence[ReadingQuestion]) -> Mined:
    """The result for questions for which nothing was looked for."""
    return np.full((len(questions), MINED), -1, np.int32)


def _nearest_lacking(
    questions: Sequence[ReadingQuestion],
    golds: Mapping[str, set[str]],
    contexts: Sequence[str],
    vectors: NDArray[np.float32],
    embedder: Embedder,
) -> Mined:
    """The nearest contexts that are not the question's own and hold none of its gold answers; none without any."""
    mined = nothing_mined(questions)
    folded = [context.casefold() for context in contexts]
    looked_at = min(_LOOKED_AT, len(contexts))
    for first in range(0, len(questions), _ROWS):
        batch = questions[first : first + _ROWS]
        similarities = embedder.embed([one.question for one in batch]) @ vectors.T
        nearest = np.argpartition(-similarities, looked_at - 1, axis=1)[:, :looked_at]
        for row, one in enumerate(batch):
            if not golds[one.question]:
                continue  # without a gold answer nothing is known to lack it
            ranked = nearest[row][np.argsort(-similarities[row][nearest[row]])]
            lacking = [
                int(number)
                for number in ranked
                if contexts[number] != one.context and not any(gold in folded[number] for gold in golds[one.question])
            ][:MINED]
            mined[first + row, : len(lacking)] = lacking
    return mined
