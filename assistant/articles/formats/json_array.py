"""The elements of a JSON array of any length, one at a time, those after a broken one too."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from assistant.errors import ArticleError

_SPACE = re.compile(r"[ \t\r\n]*")
#: Strings, ended by their line if by nothing else, and brackets.
_SIGN = re.compile(r'"(?:[^"\\\n]|\\.)*"?|[][{}]')
_NEXT = re.compile(r"[],]")
#: Characters of the longest part that cannot be read before its end is there ("-Infinity", "\\ud83d\\ude00").
_LONGEST_SIGN = 12
_REMEDY = "Correct it there, or write one JSON object a line (JSON Lines)."


@dataclass(frozen=True, slots=True)
class BrokenElement:
    """An element that is not JSON, and why."""

    problem: str


def array_items(buffer: str, more: Iterator[str], limit: int) -> Iterator[Any]:
    """The elements of an array; a broken one is a ``BrokenElement``. A comma that is missing is not missed.

    Args:
        buffer: begins with the array's bracket.
        more: what comes behind that, in pieces.
        limit: longest element, characters.

    Raises:
        ArticleError: it is cut short, or where a broken element ends cannot be told; says how much is lost.
    """
    return _Array(buffer, more, limit).items()


@dataclass(slots=True)
class _Array:
    """``buffer[position:]`` is what has not been read yet."""

    buffer: str
    more: Iterator[str]
    limit: int
    position: int = 1
    number: int = 0
    decoder: json.JSONDecoder = field(default_factory=lambda: json.JSONDecoder(strict=False))

    def items(self) -> Iterator[Any]:
        while (sign := self._next_sign()) != "]":
            if sign == ",":
                self.position += 1
                continue
            self.number += 1
            yield self._element()

    def _next_sign(self) -> str:
        """The next character that is no space; ArticleError when there is none."""
        while True:
            self.position = _past_space(self.buffer, self.position)
            if self.position < len(self.buffer):
                return self.buffer[self.position]
            if not self._fill():
                raise ArticleError(f"It ends after record {self.number}, before its array does.", "Fetch it again.")

    def _fill(self) -> bool:
        """Whether there was more to be had."""
        more = next(self.more, "")
        self.buffer, self.position = self.buffer[self.position :] + more, 0
        return bool(more)

    @property
    def _held(self) -> int:
        return len(self.buffer) - self.position

    def _element(self) -> Any:
        while True:
            try:
                value, end = self.decoder.raw_decode(self.buffer, self.position)
                problem, confidence = "it is cut short", False
                if end < len(self.buffer) or self.buffer[self.position] in '{["':  # a number may go on
                    self.position = end
                    return value
            except json.JSONDecodeError as error:
                problem = f"{error.msg}, {error.pos - self.position:,} characters into it"
                confidence = error.pos + _LONGEST_SIGN < len(self.buffer) and not error.msg.startswith("Unterminated")
            except RecursionError:
                problem, confidence = "nested too deep", True
            end_of_broken = _end_of_element(self.buffer, self.position) if confidence else None
            if end_of_broken is not None:
                return self._passed_over(end_of_broken, problem)
            if not self._grow():
                return self._passed_over(_end_of_element(self.buffer, self.position), problem)

    def _grow(self) -> bool:
        """Hold twice as much as now, if there is more and an element may be so long; whether there was any."""
        enough, grown = 2 * self._held, False
        while self._held < min(enough, self.limit + 1) and self._fill():
            grown = True
        return grown

    def _passed_over(self, end: int | None, problem: str) -> BrokenElement:
        """The element left out; ArticleError when nothing comes behind it that may follow one."""
        begin = self.position
        if end is not None:
            self.position = end
            if self._next_sign() in ",]{":
                return BrokenElement(problem)
            begin = 0
        lost = len(self.buffer) - begin + sum(map(len, self.more))
        raise ArticleError(
            f"Record {self.number} is broken ({problem}), or longer than {self.limit:,} characters, and where it ends"
            f" cannot be told: it and what follows, {lost:,} characters, are not read.",
            _REMEDY,
        )


def _past_space(text: str, position: int) -> int:
    match = _SPACE.match(text, position)
    return position if match is None else match.end()


def _end_of_element(text: str, start: int) -> int | None:
    """Where a broken element ends, if its strings and brackets are whole."""
    opening = text[start]
    if opening not in "{[":
        found = _NEXT.search(text, start)
        return None if found is None else found.start()
    closing, depth = {"{": "}", "[": "]"}[opening], 0
    for sign in _SIGN.finditer(text, start):
        depth += (sign[0] == opening) - (sign[0] == closing)
        if not depth:
            return sign.end()
    return None
