"""Questions to ask over an index: single ones and conversations, with whatever is known of their answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.datasets.fields import (
    MalformedError,
    as_object,
    id_field,
    list_field,
    offset_field,
    question_field,
    shown,
    text_field,
    within,
)
from assistant.datasets.lines import LineEntry, Loaded, load_lines

_FORM = (
    "Give one JSON object a line with id, question and answers, or id and turns of question and answers; "
    "an answer is a text, or an object with text, file, or file, start and end."
)


@dataclass(frozen=True, slots=True)
class Gold:
    """What is known of a gold answer: its text, its file, or its offsets in the file; None where not given.

    Attributes:
        file: name or path of the file that holds it, as the data gives it.
        start, end: raw offsets into that file, half-open, in code points; both or neither.
        text: the answer's words; with offsets, as long as they say.
    """

    file: str | None
    start: int | None
    end: int | None
    text: str | None


@dataclass(frozen=True, slots=True)
class AskedQuestion:
    """A question, alone or as a turn.

    Attributes:
        id: the line's own; turns are ``"<conversation>.<number>"``, from 1.
        question: as a user would type it.
        golds: any of them is right; empty when a refusal is.
        rewrite: the question made complete by a human, None when there is none.
        where: ``"file:line"``.
    """

    id: str
    question: str
    golds: tuple[Gold, ...]
    rewrite: str | None
    where: str


@dataclass(frozen=True, slots=True)
class AskedConversation:
    """Questions asked one after the other; a single question is a conversation of one turn with the same id."""

    id: str
    turns: tuple[AskedQuestion, ...]
    where: str


def load_questions(path: Path) -> Loaded[AskedConversation]:
    """The questions and conversations of a file of JSON lines, gzipped or not.

    A line is ``{"id", "question", "answers"}`` or ``{"id", "turns": [{"question", "answers"}]}``, questions
    optionally with "rewrite"; an answer is a text or any sensible subset of ``{"text", "file", "start",
    "end"}``, and an empty list means that a refusal is right. A flaw in one turn costs the conversation, since
    later turns lean on it. Raises DatasetError when nothing in it can be used.
    """
    return load_lines(path, lambda entry: (asked_conversation(entry),), _FORM, _names)


def asked_conversation(entry: LineEntry) -> AskedConversation:
    """The conversation of one line; raises MalformedError."""
    name = id_field(entry.record)
    if "turns" not in entry.record:
        return AskedConversation(name, (_question(entry.record, name, entry.where),), entry.where)
    listed = list_field(entry.record, "turns")
    if not listed:
        raise MalformedError("'turns' is empty: give at least one question.")
    turns = tuple(_turn(turn, f"{name}.{number}", entry.where) for number, turn in enumerate(listed, start=1))
    return AskedConversation(name, turns, entry.where)


def golds_of(record: Mapping[str, Any]) -> tuple[Gold, ...]:
    """The gold answers of a question; raises MalformedError."""
    golds = []
    for number, answer in enumerate(list_field(record, "answers"), start=1):
        with within(f"Answer {number}"):
            golds.append(_gold(answer))
    return tuple(golds)


def rewrite_of(record: Mapping[str, Any]) -> str | None:
    """The human rewrite, where there is one; raises MalformedError."""
    return None if record.get("rewrite") is None else question_field(record, "rewrite")


def _names(conversation: AskedConversation) -> list[str]:
    return [conversation.id, *(turn.id for turn in conversation.turns)]


def _turn(turn: object, name: str, where: str) -> AskedQuestion:
    with within(f"Turn {name}"):
        return _question(as_object(turn, "It"), name, where)


def _question(record: Mapping[str, Any], name: str, where: str) -> AskedQuestion:
    return AskedQuestion(name, question_field(record), golds_of(record), rewrite_of(record), where)


def _gold(answer: object) -> Gold:
    if isinstance(answer, str):
        return Gold(None, None, None, question_field({"text": answer}, "text"))
    # null says the same as leaving it out.
    known = {name: value for name, value in as_object(answer, "It").items() if value is not None}
    text = question_field(known, "text") if "text" in known else None
    file = text_field(known, "file") if "file" in known else None
    if "start" not in known and "end" not in known:
        if text is None and file is None:
            raise MalformedError("It has neither text nor file: give one of them.")
        return Gold(file, None, None, text)
    if file is None:
        raise MalformedError("It has offsets but no file: name the file.")
    start, end = offset_field(known, "start"), offset_field(known, "end")
    if start >= end:
        raise MalformedError(f"It ends at {end}, not after its start {start}: correct its offsets.")
    if text is not None and len(text) != end - start:
        raise MalformedError(f"{shown(text)} is not as long as {start} to {end} says: correct text or offsets.")
    return Gold(file, start, end, text)
