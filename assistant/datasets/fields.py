"""Fields of JSON objects, checked: each gives what it should, or says what is wrong with it and the remedy."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

#: Characters shown of a text.
_SHOWN = 60
#: Python's "surrogateescape" puts a byte that is not UTF-8 so far up.
_ESCAPED_BYTES = 0xDC00
_FIRST_NOT_ASCII, _LAST_BYTE = 0x80, 0xFF


class MalformedError(Exception):
    """What is wrong with one entry, and the remedy; ``lines.gather`` makes a Problem of it."""


def id_field(record: Mapping[str, Any]) -> str:
    """The id: a text, or a whole number. Raises MalformedError, as all these do."""
    value = record.get("id")
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return text_field(record, "id")


def known_id(record: Mapping[str, Any]) -> str | None:
    """The id, None when it is not usable."""
    try:
        return id_field(record)
    except MalformedError:
        return None


def text_field(record: Mapping[str, Any], name: str) -> str:
    """A text that is not blank and can be written as UTF-8."""
    value = _present(record, name)
    text = as_text(value, f"{name!r}")
    if not text.strip():
        raise MalformedError(f"{name!r} is blank: give it, or take the entry out.")
    return text


def question_field(record: Mapping[str, Any], name: str = "question") -> str:
    """A text with at least one letter or digit."""
    text = text_field(record, name)
    if not has_words(text):
        raise MalformedError(f"{name!r} has no words: give it, or take the entry out.")
    return text


def offset_field(record: Mapping[str, Any], name: str) -> int:
    """A whole number from zero on, in code points."""
    value = _present(record, name)
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise MalformedError(f"{name!r} is not a whole number from 0 on: give the offset in characters.")
    return value


def list_field(record: Mapping[str, Any], name: str) -> list[Any]:
    """A list; it may be empty."""
    value = _present(record, name)
    if not isinstance(value, list):
        raise MalformedError(f"{name!r} is not a list: put it in [ ].")
    return value


def as_text(value: object, name: str) -> str:
    """``value``, which should be a text that can be written as UTF-8; it may be blank."""
    if not isinstance(value, str):
        raise MalformedError(f"{name} is not a text: put it in quotation marks.")
    try:
        value.encode("utf-8")
    except UnicodeEncodeError as error:
        raise MalformedError(f"{name} holds {_no_character(value[error.start])}") from error
    return value


def has_words(text: str) -> bool:
    """Whether there is a letter or digit in it."""
    return any(map(str.isalnum, text))


def as_object(value: object, name: str) -> Mapping[str, Any]:
    """``value``, which should be a JSON object."""
    if not isinstance(value, dict):
        raise MalformedError(f"{name} is not a JSON object: write it as {{…}}.")
    return value


@contextmanager
def within(part: str) -> Iterator[None]:
    """Flaws found inside name ``part`` first."""
    try:
        yield
    except MalformedError as flaw:
        raise MalformedError(f"{part}: {flaw}") from flaw


def shown(text: str) -> str:
    """A text of the data, quoted and cut, for a message."""
    return repr(text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…")


def _no_character(surrogate: str) -> str:
    """What half of a surrogate pair stands for, and the remedy: the file's bytes, or its escapes."""
    half = f"\\u{ord(surrogate):04x}, half of a surrogate pair"
    byte = ord(surrogate) - _ESCAPED_BYTES
    if _FIRST_NOT_ASCII <= byte <= _LAST_BYTE:  # lines.json_lines turns bytes that are not UTF-8 into these halves
        return f"the byte 0x{byte:02x}, which is not UTF-8 (or {half}): save the file as UTF-8."
    return f"{half}, which is no character: write the whole pair, or the character itself."


def _present(record: Mapping[str, Any], name: str) -> Any:
    if name not in record:
        raise MalformedError(f"{name!r} is missing: add it.")
    return record[name]
