"""Raw text -> blocks: trimmed lines, or paragraphs where lines are hard-wrapped."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

BlockKind = Literal["text", "heading", "front matter"]

#: Every line end Unicode knows; a carriage return and its line feed are one.
LINE_END = re.compile("\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]")
_FENCE = re.compile(r"---\s*$")
_FENCE_END = re.compile(r"(?:---|\.\.\.)\s*$")
_FRONT_MATTER_LINE = re.compile(r"\s*(?:#.*|-\s.*|[\w .-]{1,40}:(?:\s.*)?|\s+\S.*)?$")
_LIST_ITEM = re.compile(r"(?:[-*+•·►▪●◦‣]|\d{1,3}[.)])\s")
_HEADING = re.compile(r"(#{1,6})[ \t]+(?=\S)(.*?)[ \t]*#*$", re.DOTALL)
_MAX_FRONT_MATTER_LINES = 60
_WRAP_WIDTHS = range(45, 101)


@dataclass(frozen=True, slots=True)
class Block:
    """A slice of the raw text: ``raw[start:end] == text``, visible characters at both ends.

    Attributes:
        start, end: raw offsets.
        text: the slice.
        kind: "heading" for a Markdown heading (the number signs left out), "front matter" for a line
            of the header of key-value pairs that Markdown files may begin with.
    """

    start: int
    end: int
    text: str
    kind: BlockKind = "text"


def split_blocks(raw: str) -> list[Block]:
    """The blocks of ``raw``, in order; every visible character is in one, but for Markdown number signs.

    A block is a line. In a hard-wrapped text, lines that continue each other make one block.
    """
    lines = list(_lines(raw))
    front = _front_matter_length(raw, lines)
    blocks = [Block(start, end, raw[start:end], "front matter") for start, end in lines[:front] if start < end]
    body = lines[front:]
    spans = _unwrapped(raw, body) if _is_hard_wrapped(raw, body) else [line for line in body if line[0] < line[1]]
    blocks.extend(_block(raw, start, end) for start, end in spans)
    return blocks


def trim(raw: str, start: int, end: int) -> tuple[int, int]:
    """The span without white space, byte order marks, zero-width and control characters at its ends."""
    while start < end and _is_blank(raw[start]):
        start += 1
    while end > start and _is_blank(raw[end - 1]):
        end -= 1
    return start, end


def _is_blank(character: str) -> bool:
    if "!" <= character <= "~":
        return False
    return character.isspace() or unicodedata.category(character) in ("Cc", "Cf")


def _lines(raw: str) -> Iterator[tuple[int, int]]:
    """Trimmed spans of all lines; a blank line is an empty span."""
    start = 0
    for line_end in LINE_END.finditer(raw):
        yield trim(raw, start, line_end.start())
        start = line_end.end()
    yield trim(raw, start, len(raw))


def _block(raw: str, start: int, end: int) -> Block:
    heading = _HEADING.match(raw, start, end)
    if heading is not None and heading.start(2) < heading.end(2):
        start, end = trim(raw, heading.start(2), heading.end(2))
        return Block(start, end, raw[start:end], "heading")
    return Block(start, end, raw[start:end])


def _front_matter_length(raw: str, lines: list[tuple[int, int]]) -> int:
    """How many lines of the file are front matter, both fences included; 0 when it has none."""
    first = next((i for i, (start, end) in enumerate(lines) if start < end), None)
    if first is None or not _FENCE.match(raw[slice(*lines[first])]):
        return 0
    for index in range(first + 1, min(len(lines), first + _MAX_FRONT_MATTER_LINES)):
        text = raw[slice(*lines[index])]
        if _FENCE_END.match(text):
            return index + 1
        if not _FRONT_MATTER_LINE.match(text):
            return 0
    return 0


def _is_hard_wrapped(raw: str, lines: list[tuple[int, int]]) -> bool:
    """Whether most lines that another follows have a page's width, and the next begins in lower case."""
    pairs = [(line, after) for line, after in pairwise(lines) if line[0] < line[1] and after[0] < after[1]]
    if len(pairs) < 3:
        return False
    wide = sum(end - start in _WRAP_WIDTHS for (start, end), _ in pairs)
    lower = sum(raw[after[0]].islower() for _, after in pairs)
    return wide >= 0.6 * len(pairs) and lower >= 0.35 * len(pairs)


def _unwrapped(raw: str, lines: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Runs of lines, each nearly as wide as the page, as one span."""
    widths = sorted(end - start for start, end in lines if start < end)
    full = 0.6 * widths[int(0.9 * (len(widths) - 1))]
    current: tuple[int, int] | None = None
    last_width = 0
    for start, end in lines:
        if current is not None and (start == end or last_width < full or _starts_anew(raw, start, end)):
            yield current
            current = None
        if start < end:
            current = (start, end) if current is None else (current[0], end)
            last_width = end - start
            if _HEADING.match(raw, start, end):
                last_width = 0
    if current is not None:
        yield current


def _starts_anew(raw: str, start: int, end: int) -> bool:
    return bool(_LIST_ITEM.match(raw, start, end) or _HEADING.match(raw, start, end))
