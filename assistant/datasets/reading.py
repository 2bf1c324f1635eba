"""Questions with the text they are about: SQuAD's own JSON, or one question a line."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from assistant.datasets.fields import (
    MalformedError,
    as_object,
    as_text,
    has_words,
    id_field,
    known_id,
    list_field,
    offset_field,
    question_field,
    shown,
    text_field,
    within,
)
from assistant.datasets.lines import LineEntry, LineSource, Loaded, Problem, gather, json_lines, read_source

_FORM = (
    "Give SQuAD JSON (1.1 or 2.0), or one JSON object a line with id, question, context and answers, "
    "each answer with text and start."
)
#: The labels of ESTER (Han et al. 2021), where every gold answer is a part of the whole, not an alternative.
_MULTI_SPAN_SOURCE = re.compile(r"ester-[A-Z][A-Za-z -]*")
_ID = re.compile(r'"id"\s*:\s*("(?:[^"\\]|\\.)*+"|-?\d+)')


@dataclass(frozen=True, slots=True)
class GoldSpan:
    """A gold answer: ``context[start : start + len(text)] == text``."""

    text: str
    start: int


@dataclass(frozen=True, slots=True)
class ReadingQuestion:
    """A question about ``context``.

    Attributes:
        id: unique in its file.
        question, context: as given.
        golds: the gold answers; empty when the context does not answer the question.
        multi_span: whether ``golds`` together are the answer; otherwise each is one.
        source: the data's own label, "" when it has none.
        title: of the article the context is from, "" when it is not known.
        where: ``"file:line"``.
    """

    id: str
    question: str
    context: str
    golds: tuple[GoldSpan, ...]
    multi_span: bool
    source: str
    title: str
    where: str


def load_reading(path: Path) -> Loaded[ReadingQuestion]:
    """The questions of a file in SQuAD's format (Rajpurkar et al. 2016, 2018) or of JSON lines, either gzipped or not.

    Lines are ``{"id", "question", "context", "answers": [{"text", "start"}]}``, optionally with "source" and
    "multi_span"; no answers mean unanswerable. Raises DatasetError when nothing in it can be used.
    """
    source = read_source(path)
    text = source.data.decode("utf-8", "surrogateescape")
    document = _squad_document(text)
    if document is None:
        return gather(source, json_lines(source), partial(_questions, start="start"), _FORM)
    return gather(source, _squad_entries(source, document, text), partial(_questions, start="answer_start"), _FORM)


def _questions(entry: LineEntry, start: str) -> tuple[ReadingQuestion]:
    """The question of an object; ``start`` is the name its answers give their offset."""
    record = entry.record
    name = id_field(record)
    context = text_field(record, "context")
    source, title = _label(record, "source"), _label(record, "title")
    multi_span = _flag(record, "multi_span") or _MULTI_SPAN_SOURCE.fullmatch(source) is not None
    golds = []
    for number, answer in enumerate(_answers(record), start=1):
        with within(f"Answer {number}"):
            golds.append(_gold(as_object(answer, "It"), context, start))
    golds = _with_words(golds)
    question = question_field(record)
    return (ReadingQuestion(name, question, context, tuple(golds), multi_span, source, title, entry.where),)


def _label(record: Mapping[str, Any], name: str) -> str:
    return "" if record.get(name) is None else as_text(record[name], f"'{name}'")


def _answers(record: Mapping[str, Any]) -> list[Any]:
    """As listed; SQuAD 2.0 may leave the list out where it says that there are none."""
    if _flag(record, "is_impossible"):
        if record.get("answers"):
            raise MalformedError("'is_impossible' is true, yet there are answers: take out one or the other.")
        return []
    answers = list_field(record, "answers")
    if not answers and record.get("is_impossible") is not None:
        raise MalformedError("'is_impossible' is false, yet there are no answers: correct one or the other.")
    return answers


def _gold(answer: Mapping[str, Any], context: str, start_name: str) -> GoldSpan:
    text = text_field(answer, "text")
    start = offset_field(answer, start_name)
    if context[start : start + len(text)] != text:
        offset = context.find(text)
        found = "it is nowhere in it" if offset < 0 else f"it starts at {offset}"
        raise MalformedError(f"{shown(text)} is not at {start} of the context; {found}: correct it.")
    return GoldSpan(text, start)


def _with_words(golds: list[GoldSpan]) -> list[GoldSpan]:
    """Those with a letter or digit; SQuAD's official script leaves the others out too, and SQuAD has a few "."."""
    kept = [gold for gold in golds if has_words(gold.text)]
    if golds and not kept:
        raise MalformedError(f"Its answer {shown(golds[0].text)} has no words: correct it, or take the entry out.")
    return kept


def _flag(record: Mapping[str, Any], name: str) -> bool:
    value = record.get(name)
    if value is None:
        return False
    if not isinstance(value, bool):
        raise MalformedError(f"{name!r} is neither true nor false: make it one of them.")
    return value


def _squad_document(text: str) -> Mapping[str, Any] | None:
    """The whole file as SQuAD's one object; None when it is something else."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):  # of JSON lines, the second is one object too many
        return None
    return document if isinstance(document, dict) and "data" in document and "question" not in document else None


def _squad_entries(source: LineSource, document: Mapping[str, Any], text: str) -> Iterator[LineEntry | Problem]:
    """An object for each question, with its paragraph's context and its article's title."""
    articles = _children([LineEntry(source.name, document)], "data", "article")
    paragraphs = _children(articles, "paragraphs", "paragraph")
    lines = _id_lines(text)
    for found in _children(paragraphs, "qas", "question"):
        if isinstance(found, Problem):
            yield found
            continue
        name = known_id(found.record)
        line = next(lines[name], None) if name in lines else None
        yield found if line is None else LineEntry(f"{source.name}:{line}", found.record)


def _children(parents: Iterable[LineEntry | Problem], name: str, kind: str) -> Iterator[LineEntry | Problem]:
    """The objects listed under ``name``, each with title and context of what lists it; ``where`` counts them."""
    for parent in parents:
        if isinstance(parent, Problem):
            yield parent
            continue
        try:
            listed = list_field(parent.record, name)
        except MalformedError as flaw:
            yield Problem(parent.where, None, str(flaw))
            continue
        for number, child in enumerate(listed, start=1):
            where = f"{parent.where}, {kind} {number}"
            try:
                record = as_object(child, f"The {kind}")
            except MalformedError as flaw:
                yield Problem(where, None, str(flaw))
                continue
            inherited = {name: parent.record[name] for name in ("title", "context") if name in parent.record}
            yield LineEntry(where, {**inherited, **record})


def _id_lines(text: str) -> dict[str, Iterator[int]]:
    """For each id in a JSON text, the lines it is on, in order."""
    lines: defaultdict[str, list[int]] = defaultdict(list)
    line, counted = 1, 0
    for match in _ID.finditer(text):
        line += text.count("\n", counted, match.start())
        counted = match.start()
        lines[str(json.loads(match[1]))].append(line)
    return {name: iter(numbers) for name, numbers in lines.items()}
