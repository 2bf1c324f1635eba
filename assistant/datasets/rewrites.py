"""Follow-up questions with what was said before and a human's rewrite that stands alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from assistant.datasets.fields import as_text, id_field, list_field, question_field
from assistant.datasets.lines import LineEntry, Loaded, PassedOverError, load_lines
from assistant.datasets.questions import AskedQuestion, Gold, asked_conversation, golds_of

_FORM = (
    "Give one JSON object a line with id, history, question and rewrite, "
    "or id and turns of question, answers and rewrite."
)


@dataclass(frozen=True, slots=True)
class RewriteItem:
    """A question in its conversation, and how a human made it complete.

    Attributes:
        id: unique in its file.
        history: what was said before, oldest first: question, answer, question, answer, …; an answer that
            is not known is "".
        question: as asked.
        rewrite: the same, standing alone.
        golds: its gold answers; empty when they are not known or there are none.
        where: ``"file:line"``.
    """

    id: str
    history: tuple[str, ...]
    question: str
    rewrite: str
    golds: tuple[Gold, ...]
    where: str


def load_rewrites(path: Path) -> Loaded[RewriteItem]:
    """The rewrites of a file of JSON lines, gzipped or not.

    A line is ``{"id", "history", "question", "rewrite"}``, optionally with "answers", or a conversation as
    ``load_questions`` takes it: each turn with a rewrite counts, the first one only where its rewrite differs.
    Questions that stand alone (neither history nor rewrite, but answers) are skipped. Raises DatasetError
    when nothing in it can be used.
    """
    return load_lines(path, _items, _FORM)


def _items(entry: LineEntry) -> tuple[RewriteItem, ...]:
    record = entry.record
    if "turns" in record:
        rewritten = tuple(_of_turns(asked_conversation(entry).turns))
        if not rewritten:
            raise PassedOverError("No turn has a 'rewrite' that may differ from its question: add one.")
        return rewritten
    if "answers" in record and "history" not in record and "rewrite" not in record:
        raise PassedOverError("It has neither 'history' nor 'rewrite': add them.")
    history = tuple(as_text(said, "An entry of 'history'") for said in list_field(record, "history"))
    golds = golds_of(record) if "answers" in record else ()
    name, question, rewrite = id_field(record), question_field(record), question_field(record, "rewrite")
    return (RewriteItem(name, history, question, rewrite, golds, entry.where),)


def _of_turns(turns: tuple[AskedQuestion, ...]) -> Iterator[RewriteItem]:
    history: tuple[str, ...] = ()
    for turn in turns:
        if turn.rewrite is not None and (history or turn.rewrite != turn.question):
            yield RewriteItem(turn.id, history, turn.question, turn.rewrite, turn.golds, turn.where)
        answer = next((gold.text for gold in turn.golds if gold.text is not None), "")
        history += (turn.question, answer)
