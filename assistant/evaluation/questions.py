"""A question set over an index: what is answered right, what is refused right, which quotes are exact."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from assistant.answering.normalise import normalise_answer
from assistant.errors import DatasetError, QuestionError
from assistant.pipeline import Assistant
from assistant.records import Answer, Citation

_Kind = TypeVar("_Kind")

#: An answer counts as right from this token F1 with a gold answer on: "Kanasugi" for "Kenji Kanasugi".
RIGHT_F1 = 0.5


@dataclass(frozen=True, slots=True)
class GoldAnswer:
    """An answer that counts as right: raw offsets into the file of that name, and its text."""

    file: str
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class GoldQuestion:
    """A question; no gold answers means that a refusal is right."""

    id: str
    question: str
    answers: tuple[GoldAnswer, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """What came of one question.

    Attributes:
        gold: gold texts; empty when a refusal is right.
        predicted: the answer's text, None when refused.
        f1, exact: token F1 and exact match with the best gold answer (0 when refused or unanswerable).
        quotes_exact, quotes: citations (of the answer and its alternatives) whose raw offsets slice the
            file to the quote, and all citations.
    """

    id: str
    question: str
    standalone_question: str
    follow_up: bool
    gold: tuple[str, ...]
    predicted: str | None
    f1: float
    exact: bool
    confidence: float
    quotes_exact: int
    quotes: int
    seconds: float

    @property
    def right(self) -> bool:
        """Answered right, or rightly refused."""
        return self.f1 >= RIGHT_F1 if self.gold else self.predicted is None


class Share(NamedTuple):
    """``part`` of ``whole``."""

    part: int
    whole: int


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Rows of a run, one a question or turn."""

    rows: tuple[Row, ...]

    def figures(self) -> dict[str, Share]:
        """Shares by what they measure."""
        answerable = [row for row in self.rows if row.gold]
        unanswerable = [row for row in self.rows if not row.gold]
        single = [row for row in answerable if not row.follow_up]
        follow_ups = [row for row in answerable if row.follow_up]
        return {
            "answered right": _right(answerable),
            "  that stand alone": _right(single),
            "  follow-ups": _right(follow_ups),
            "exact match": Share(sum(row.exact for row in answerable), len(answerable)),
            "refused right": _right(unanswerable),
            "exact quotes": Share(sum(row.quotes_exact for row in self.rows), sum(row.quotes for row in self.rows)),
        }

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready: the shares (0..1) and the rows."""
        shares = {name.strip(): share.part / share.whole for name, share in self.figures().items() if share.whole}
        return {"figures": shares, "rows": [{**asdict(row), "right": row.right} for row in self.rows]}


def load_questions(path: Path) -> list[list[GoldQuestion]]:
    """Conversations of a JSONL file; a question that stands alone is a conversation of one turn.

    Raises DatasetError naming file and line.
    """
    try:
        # Only line feeds end a line: JSON strings may hold the other separators that splitlines knows.
        lines = path.read_bytes().decode("utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise DatasetError(f"The question set {path} cannot be read: {error}.", "Check the path.") from error
    conversations = [
        _conversation(line, f"{path}:{number}") for number, line in enumerate(lines, start=1) if line.strip()
    ]
    if not conversations:
        raise DatasetError(f"The question set {path} is empty.", "Give one JSON object a line.")
    return conversations


def evaluate(assistant: Assistant, conversations: Sequence[Sequence[GoldQuestion]]) -> Evaluation:
    """Ask everything, each conversation in its own turns.

    Raises DatasetError naming the question when the assistant rejects one.
    """
    return Evaluation(tuple(row for turns in conversations for row in _ask_all(assistant, turns)))


def token_f1(predicted: str, gold: str) -> float:
    """F1 of the normalised tokens of two answers (SQuAD's measure), 0..1."""
    first, second = normalise_answer(predicted).split(), normalise_answer(gold).split()
    common = sum((Counter(first) & Counter(second)).values())
    if not common:
        return float(first == second)
    return 2 * common / (len(first) + len(second))


def _ask_all(assistant: Assistant, turns: Sequence[GoldQuestion]) -> Iterator[Row]:
    conversation = assistant.conversation()
    for place, gold in enumerate(turns):
        try:
            answer = conversation.ask(gold.question)
        except QuestionError as error:
            raise DatasetError(f"Question {gold.id} cannot be asked: {error.problem}", error.remedy) from error
        yield _row(gold, answer, follow_up=place > 0)


def _row(gold: GoldQuestion, answer: Answer, *, follow_up: bool) -> Row:
    texts = tuple(item.text for item in gold.answers)
    predicted = answer.text
    citations = [*answer.citations, *(citation for other in answer.alternatives for citation in other.citations)]
    return Row(
        id=gold.id,
        question=gold.question,
        standalone_question=answer.standalone_question,
        follow_up=follow_up,
        gold=texts,
        predicted=predicted,
        f1=max((token_f1(predicted, text) for text in texts), default=0.0) if predicted else 0.0,
        exact=predicted is not None and normalise_answer(predicted) in {normalise_answer(text) for text in texts},
        confidence=answer.confidence,
        quotes_exact=sum(_is_exact(citation) for citation in citations),
        quotes=len(citations),
        seconds=answer.timings["total"],
    )


def _is_exact(citation: Citation) -> bool:
    """Whether the file on disk, read anew, holds quote and answer exactly where the citation says."""
    try:
        raw = Path(citation.path).read_bytes().decode(citation.encoding)
    except (OSError, UnicodeDecodeError, LookupError):  # moved, gone or written anew since it was indexed
        return False
    return (
        raw[citation.raw_start : citation.raw_end] == citation.quote
        and raw[citation.answer_start : citation.answer_end] == citation.answer_text
    )


def _conversation(line: str, where: str) -> list[GoldQuestion]:
    try:
        record = json.loads(line)
        turns = _typed(record.get("turns", [record]), list, "turns")
        if not turns:
            raise ValueError("there are no turns")
        return [_question(turn, f"{record['id']}.{place}") for place, turn in enumerate(turns, start=1)]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        problem = f"{where} is not a question: {error!r}."
        raise DatasetError(problem, "Each line needs id, question and answers, or id and turns of those.") from error


def _question(turn: Mapping[str, Any], turn_id: str) -> GoldQuestion:
    question = _typed(turn["question"], str, "question")
    if not any(character.isalnum() for character in question):
        raise ValueError(f"question {turn_id} has no words")
    return GoldQuestion(turn_id, question, tuple(map(_gold_answer, _typed(turn["answers"], list, "answers"))))


def _gold_answer(item: Mapping[str, Any]) -> GoldAnswer:
    start, end = _typed(item["start"], int, "start"), _typed(item["end"], int, "end")
    text = _typed(item["text"], str, "text")
    if not 0 <= start < end or not text:
        raise ValueError(f"the answer {text!r} at {start} to {end} is no span")
    return GoldAnswer(_typed(item["file"], str, "file"), start, end, text)


def _typed(value: object, kind: type[_Kind], name: str) -> _Kind:
    """``value``, which must be of that very type: True is no offset, and "38" none either."""
    if type(value) is not kind:
        raise TypeError(f"{name} is {value!r}, not {kind.__name__}")
    return value


def _right(rows: Sequence[Row]) -> Share:
    return Share(sum(row.right for row in rows), len(rows))
