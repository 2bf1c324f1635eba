"""What confidences are fitted on: for questions asked over an index, every span that could be cited.

Asking takes minutes and fitting seconds, so what was gathered is kept in a folder of ``.npz`` files, one for a set,
its size, and all that the spans depend on: data, models and settings.
"""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from assistant import Assistant
from assistant.answering.citing import cite
from assistant.answering.evidence import FOLDER, SPAN_FEATURES, span_features
from assistant.datasets.questions import load_questions
from assistant.records import Citation
from assistant.settings import Settings
from tools.dev_sets import dev_file, dev_set, gold_texts, is_right, sample

SEEDS = Path(__file__).parents[1] / "seeds"
#: Settings that what is gathered depends on; the last two only by the answers that follow-ups refer to.
ASKED_WITH = (
    "reader",
    "embedder",
    "passage_tokens",
    "candidates",
    "passages_read",
    "max_answer_tokens",
    "min_confidence",
)


class Asked(NamedTuple):
    """A question as it is read, and what is looked for.

    Its gold answers (none when the index has no answer), its half and its fold there.
    """

    question: str
    query: str
    golds: tuple[str, ...]
    held_out: bool
    fold: int


@dataclass(frozen=True, slots=True)
class Gathered:
    """Questions (q,) and all their spans (n,), in the order in which they were asked.

    Attributes:
        answerable, held_out: (q,) whether the index has an answer; whether the question is kept for measuring.
        fold: (q,) 0 or 1, which half of its half.
        question: (n,) number of the span's question.
        article: (n,) number of its article within the index.
        start, end: (n,) raw offsets of the span.
        text: (n,) its words.
        features: (n, f) by ``SPAN_FEATURES``.
        right: (n,) whether it answers its question.
    """

    answerable: NDArray[np.bool_]
    held_out: NDArray[np.bool_]
    fold: NDArray[np.int64]
    question: NDArray[np.int64]
    article: NDArray[np.int64]
    start: NDArray[np.int64]
    end: NDArray[np.int64]
    text: NDArray[np.str_]
    features: NDArray[np.float64]
    right: NDArray[np.bool_]

    def part(self, chosen: NDArray[np.bool_]) -> Gathered:
        """The chosen (q,) questions alone, with their spans."""
        rows = chosen[self.question]
        return Gathered(
            answerable=self.answerable[chosen],
            held_out=self.held_out[chosen],
            fold=self.fold[chosen],
            question=(np.cumsum(chosen) - 1)[self.question[rows]],
            article=self.article[rows],
            start=self.start[rows],
            end=self.end[rows],
            text=self.text[rows],
            features=self.features[rows],
            right=self.right[rows],
        )

    def spans(self) -> list[NDArray[np.int64]]:
        """Rows (n,) of each question's spans, for the questions that have any."""
        return [np.flatnonzero(self.question == number) for number in np.unique(self.question)]

    def citation(self, row: int, confidence: float) -> Citation:
        """The span of that row as far as merging looks at citations."""
        text, start, end = str(self.text[row]), int(self.start[row]), int(self.end[row])
        return Citation(
            article_id=str(self.article[row]),
            path="",
            encoding="utf-8",
            title=None,
            source=None,
            published=None,
            quote=text,
            raw_start=start,
            raw_end=end,
            answer_text=text,
            answer_start=start,
            answer_end=end,
            confidence=float(confidence),
        )


def gathered(name: str, count: int, settings: Settings, cache: Path | None) -> Gathered:
    """Of the dev set ``name``, ``count`` sampled questions; of the project's own when it is "seeds"."""
    file = None
    if cache is not None:
        file = cache / file_name(name, count, settings, _fingerprints(settings))
        if file.is_file():
            return load(file)
    with asked_over(name, count, settings) as (assistant, asked):
        found = _gather(assistant, asked)
    if file is not None:
        save(found, file)
    return found


def file_name(name: str, count: int, settings: Settings, models: str) -> str:
    """Of the cached file: another one for other data, other models (their fingerprints) and other settings."""
    told = {setting: getattr(settings, setting) for setting in ASKED_WITH}
    # What a follow-up asks depends on the answers before it, and they on the weights that are served now.
    files = [*sorted(SEEDS.iterdir()), *sorted(FOLDER.iterdir())] if name == "seeds" else [dev_file(name)]
    told |= {"models": models, "data": [hashlib.sha256(file.read_bytes()).hexdigest() for file in files]}
    digest = hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()
    return f"{name}-{count}-{digest[:12]}.npz"


def save(found: Gathered, file: Path) -> None:
    """Keep it in ``file``; its folder is made when there is none."""
    file.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(file, **{field: getattr(found, field) for field in Gathered.__slots__})


def load(file: Path) -> Gathered:
    """What ``save`` kept."""
    with np.load(file) as stored:
        return Gathered(**stored)


def asked_over(name: str, count: int, settings: Settings) -> AbstractContextManager[tuple[Assistant, list[Asked]]]:
    """An index and the questions asked over it, as ``gathered`` asks them."""
    return _seeds(settings) if name == "seeds" else _half_indexed(name, count, settings)


def in_other_half(context: str) -> bool:
    """Whether questions about this context are kept for measuring; all of a context go to one half."""
    return _byte(context, 0) % 2 == 1


def fold_of(context: str) -> int:
    """0 or 1, independent of its half: questions about a context stay together when a half is halved again."""
    return _byte(context, 1) % 2


def _byte(context: str, place: int) -> int:
    return hashlib.sha256(context.encode("utf-8")).digest()[place]


@contextmanager
def _half_indexed(name: str, count: int, settings: Settings) -> Iterator[tuple[Assistant, list[Asked]]]:
    """An index of every second context of a dev set, and sampled questions about all of them."""
    everything = dev_set(name)
    contexts = list(dict.fromkeys(question.context for question in everything))[::2]
    held = set(contexts)
    asked = [
        Asked(
            item.question,
            item.question,
            gold_texts(item) if item.context in held else (),
            in_other_half(item.context),
            fold_of(item.context),
        )
        for item in sample(everything, count)
    ]
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "articles"
        folder.mkdir()
        for number, context in enumerate(contexts):
            (folder / f"{number}.txt").write_text(context, encoding="utf-8")
        with Assistant.build(folder, store=Path(scratch) / "store", settings=settings) as assistant:
            yield assistant, asked


@contextmanager
def _seeds(settings: Settings) -> Iterator[tuple[Assistant, list[Asked]]]:
    """The project's own articles and questions; follow-ups as a conversation understands them."""
    with (
        tempfile.TemporaryDirectory() as scratch,
        Assistant.build(SEEDS, store=Path(scratch) / "store", settings=settings) as assistant,
    ):
        asked = []
        for conversation in load_questions(SEEDS / "questions.jsonl").items:
            talk = assistant.conversation()
            for turn in conversation.turns:
                trace = talk.trace(turn.question)
                golds = tuple(gold.text for gold in turn.golds if gold.text)
                asked.append(
                    Asked(
                        trace.answer.standalone_question, trace.query.search_text if trace.query else "", golds, True, 0
                    )
                )
        yield assistant, asked


def _gather(assistant: Assistant, asked: Sequence[Asked]) -> Gathered:
    spans = [(number, *found) for number, question in enumerate(asked) for found in _citable_spans(assistant, question)]
    number, article, start, end, text, features, right = zip(*spans, strict=True)
    articles = {article_id: place for place, article_id in enumerate(dict.fromkeys(article))}
    return Gathered(
        answerable=np.array([bool(question.golds) for question in asked]),
        held_out=np.array([question.held_out for question in asked]),
        fold=np.array([question.fold for question in asked]),
        question=np.array(number),
        article=np.array([articles[article_id] for article_id in article]),
        start=np.array(start),
        end=np.array(end),
        text=np.array(text),
        features=np.array(features),
        right=np.array(right),
    )


def _citable_spans(assistant: Assistant, asked: Asked) -> Iterator[tuple[str, int, int, str, tuple[float, ...], bool]]:
    """Article, raw offsets, words, features and rightness of every span that an answer could cite."""
    passages = assistant.passages_to_read(asked.query)
    for span in assistant.read(asked.question, [item.passage.text for item in passages], allow_refusal=False):
        item = passages[span.index]
        article = assistant.article(item.passage.article_id)
        place = cite(article, item.passage.start + span.start, item.passage.start + span.end, 0.0)
        if place is not None:
            features = span_features(span, item)
            values = tuple(features[name] for name in SPAN_FEATURES)
            yield (
                article.id,
                place.answer_start,
                place.answer_end,
                place.answer_text,
                values,
                is_right(place.answer_text, asked.golds),
            )


def _fingerprints(settings: Settings) -> str:
    from assistant.index.embedder import open_embedder
    from assistant.reading.opening import open_reader

    return f"{open_reader(settings).fingerprint} {open_embedder(settings).fingerprint}"
