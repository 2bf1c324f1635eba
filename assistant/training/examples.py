"""The examples of one epoch: questions over texts in the forms in which the reader will meet them.

Every draw comes from a generator seeded with the run's seed and the epoch, so that a run that was cut goes
on with the same examples.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from assistant.datasets.reading import ReadingQuestion
from assistant.training.config import Examples
from assistant.training.rewriting.retyping import retyped
from assistant.training.rewriting.unanswerable import made_unanswerable

#: Characters of a cropped text: passages of the index, alone or joined, have about so many.
_CROPPED_TO = (400, 900)
#: Other paragraphs of an article that are looked at for one question.
_NEIGHBOURS_SEEN = 4
#: A title that more paragraphs share names a collection, not an article.
_LARGEST_ARTICLE = 200


@dataclass(frozen=True, slots=True)
class Example:
    """A question over a text.

    Attributes:
        question, text: what the reader is given.
        golds: ``[start, end)`` of every gold answer in the text; none when it does not answer the question.
    """

    question: str
    text: str
    golds: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class TrainingSet:
    """One data file's questions.

    Attributes:
        name: the file's.
        questions: those that are trained on.
        held_out: those that are not.
        retrieved: for each of ``questions``, passages that retrieval returns for it and that lack its answer.
    """

    name: str
    questions: tuple[ReadingQuestion, ...]
    held_out: tuple[ReadingQuestion, ...]
    retrieved: tuple[tuple[str, ...], ...]


class ExampleMaker:
    """Makes the examples of any epoch from the sets, in order.

    Args:
        sets: the training sets.
        recipe: what an epoch is made of.
        seed: of every draw.
    """

    def __init__(self, sets: Sequence[TrainingSet], recipe: Examples, seed: int) -> None:
        self._sets = sets
        self._recipe = recipe
        self._seed = seed
        self._paragraphs = _paragraphs_by_article(sets)

    def draw(self, epoch: int) -> list[tuple[int, int]]:
        """Which questions an epoch asks, shuffled: (number of the set, number of the question)."""
        rng = random.Random(f"{self._seed} draw {epoch}")
        drawn = [
            (number, index)
            for number, one in enumerate(self._sets)
            for index in _drawn(len(one.questions), self._recipe.passes[one.name], rng)
        ]
        rng.shuffle(drawn)
        return drawn

    def examples(self, number: int, index: int, epoch: int) -> Iterator[list[Example]]:
        """What is made of one drawn question: lists of examples that ask one question of several texts."""
        rng = random.Random(f"{self._seed} {epoch} {number} {index}")
        asked = self._sets[number].questions[index]
        recipe = self._recipe
        question = retyped(asked.question, rng) if rng.random() < recipe.retyped else asked.question
        together = [self._own(asked, question, rng)]
        changed = None
        if asked.golds and rng.random() < recipe.unanswerable:
            changed = made_unanswerable(asked.question, asked.context, _texts(asked), self._others(asked, rng), rng)
        if asked.golds and rng.random() < recipe.neighbours:
            together.extend(Example(question, self._served(text, rng), ()) for text in self._lacking(asked, rng))
        retrieved = self._sets[number].retrieved[index]
        if asked.golds and retrieved and rng.random() < recipe.retrieved:
            together.append(Example(question, self._served(rng.choice(retrieved), rng), ()))
        yield together
        if changed is not None:
            yield [self._unanswered(asked, changed, rng)]

    def held_out(self) -> list[Example]:
        """The questions nobody trains on, as they are."""
        return [Example(one.question, one.context, _golds(one)) for a_set in self._sets for one in a_set.held_out]

    def _served(self, text: str, rng: random.Random) -> str:
        """A text that does not answer, cropped at times."""
        return _cropped(text, (), rng)[0] if rng.random() < self._recipe.cropped else text

    def _own(self, asked: ReadingQuestion, question: str, rng: random.Random) -> Example:
        """``question`` over the context of ``asked``, cropped or joined with another paragraph at times."""
        text, golds = asked.context, _golds(asked)
        form = rng.random()
        if form < self._recipe.cropped:
            text, golds = _cropped(text, golds, rng)
        elif asked.golds and form < self._recipe.cropped + self._recipe.joined:
            for other in self._lacking(asked, rng):
                text, golds = _joined(text, golds, other, rng)
        return Example(question, text, golds)

    def _unanswered(self, asked: ReadingQuestion, changed: str, rng: random.Random) -> Example:
        """A changed question over its context; never joined with a paragraph that may answer what it asks now."""
        text = asked.context
        if rng.random() < self._recipe.cropped:
            text, _ = _cropped(text, _golds(asked), rng)
        return Example(changed, text, ())

    def _others(self, asked: ReadingQuestion, rng: random.Random) -> list[str]:
        """A few other paragraphs of the article, as far as they are known."""
        known = self._paragraphs.get(_article(asked), ())
        return [text for text in rng.sample(known, min(_NEIGHBOURS_SEEN, len(known))) if text != asked.context]

    def _lacking(self, asked: ReadingQuestion, rng: random.Random) -> list[str]:
        """One other paragraph of the article that does not hold a gold answer, if it is easily found."""
        return [text for text in self._others(asked, rng) if not _holds(text, asked)][:1]


def _drawn(count: int, passes: float, rng: random.Random) -> Iterator[int]:
    """Every number below ``count`` as often as ``passes`` says; the last pass, when it is not whole, is a sample."""
    whole = int(passes)
    for _ in range(whole):
        yield from range(count)
    yield from rng.sample(range(count), round(count * (passes - whole)))


def _article(asked: ReadingQuestion) -> tuple[str, str]:
    return asked.source, asked.title


def _paragraphs_by_article(sets: Sequence[TrainingSet]) -> Mapping[tuple[str, str], list[str]]:
    found: defaultdict[tuple[str, str], dict[str, None]] = defaultdict(dict)
    for one in sets:
        for asked in one.questions:
            if asked.title:
                found[_article(asked)][asked.context] = None
    return {article: list(texts) for article, texts in found.items() if len(texts) <= _LARGEST_ARTICLE}


def _texts(asked: ReadingQuestion) -> tuple[str, ...]:
    return tuple(gold.text for gold in asked.golds)


def _golds(asked: ReadingQuestion) -> tuple[tuple[int, int], ...]:
    return tuple((gold.start, gold.start + len(gold.text)) for gold in asked.golds)


def _holds(text: str, asked: ReadingQuestion) -> bool:
    """Whether a gold answer stands in the text, whatever its case."""
    folded = text.casefold()
    return any(gold.text.casefold() in folded for gold in asked.golds)


def _cropped(
    text: str, golds: tuple[tuple[int, int], ...], rng: random.Random
) -> tuple[str, tuple[tuple[int, int], ...]]:
    """A part of the text that begins and ends between words and holds a gold answer, if there is one."""
    first, last = rng.choice(golds) if golds else (len(text) // 2, len(text) // 2)
    length = max(rng.randint(*_CROPPED_TO), last - first)
    if length >= len(text):
        return text, golds
    start = rng.randint(max(0, min(last - length, len(text) - length)), max(0, min(first, len(text) - length)))
    end = max(last, start + length)
    start = 0 if start == 0 else text.rfind(" ", 0, start + 1) + 1
    space = text.find(" ", end)
    end = len(text) if space < 0 else space
    return text[start:end], tuple((a - start, b - start) for a, b in golds if start <= a and b <= end)


def _joined(
    text: str, golds: tuple[tuple[int, int], ...], other: str, rng: random.Random
) -> tuple[str, tuple[tuple[int, int], ...]]:
    """The text with another before or behind it, a blank line between, as articles have between paragraphs."""
    if rng.random() < 0.5:
        return f"{text}\n\n{other}", golds
    shift = len(other) + 2
    return f"{other}\n\n{text}", tuple((start + shift, end + shift) for start, end in golds)
