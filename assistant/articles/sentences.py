"""Sentence spans of a text, over ``sentencex``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from assistant.articles.blocks import LINE_END

#: What must not be parted from the capital that follows: "5 p.m. Tuesday", "4 a.m. ET".
_TIME_END = re.compile(r"\d\s?[ap]\.?m\.\s*$", re.IGNORECASE)
_TIME_GOES_ON = re.compile(
    r"(?:(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|[ECMP][SD]?T|GMT|UTC|BST|CEST|JST|Eastern|Central|Pacific|Mountain"
    r"|(?:Jan|Feb|March|April|May|June|July|Aug|Sept|Oct|Nov|Dec)[a-z]*\.?\s\d{1,2})\b"
)
#: Abbreviations after which a name or a number follows, never the next sentence.
_TITLE_END = re.compile(
    r"(?:^|[\s(\"'“‘])(?:Mrs?|Ms|Mx|Drs?|Prof|Sens?|Reps?|Govs?|Gen|Lt|Col|Capt|Cmdr|Sgt|Maj|Adm|Rev|Fr|Hon|Pres|Supt|Insp"
    r"|St|Mt|Ft|Msgr|Ald|Prop|No|Nos|vs|Jan|Feb|Aug|Sept?|Oct|Nov|Dec)\.\s*$"
)
_INITIAL_END = re.compile(r"(?:^|[\s(\"'“‘.-])[A-Z]\.\s*$")
#: Dotted abbreviations before a name: "U.S. Secretary", "U.N. Security Council".
_DOTTED_END = re.compile(r"(?:^|[\s(\"'“‘-])(?:U\.S|U\.N|U\.K|E\.U|D\.C)\.\s*$")
_NAME_FOLLOWS = re.compile(
    r"(?:President|Vice|Secretary|Senat|Rep|Gov|Congress|House|Supreme|District|Department|Army|Navy|Air|Marine|Coast"
    r"|Security|General|Ambassador|Attorney|Treasury|Capitol|State|Court|Circuit|Census|Food|Geological|Open|Postal|Embassy"
    r"|Special|Bank|Central|Customs|Border|Women|Men|Soccer|Steel|Justice|Surgeon|Forest|Fish|Olympic)[A-Za-z]*\b"
)
_CLOSERS = "\"'”’»)]"


def sentence_spans(text: str) -> list[tuple[int, int]]:
    """Half-open spans of the sentences of ``text``, without white space at their ends.

    Every non-space character is in exactly one span; no span crosses a blank line.
    """
    return [span for start, end in _paragraphs(text) for span in _sentences_of(text, start, end)]


def _paragraphs(text: str) -> Iterator[tuple[int, int]]:
    """Spans between blank lines."""
    start = 0
    line_start = 0
    for line_end in LINE_END.finditer(text):
        if not text[line_start : line_end.start()].strip():
            yield start, line_start
            start = line_end.end()
        line_start = line_end.end()
    yield start, len(text)


def _sentences_of(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    paragraph = text[start:end]
    if not paragraph.strip():
        return
    bounds = _repaired(paragraph, _boundaries(paragraph))
    for left, right in pairwise(bounds):
        piece = paragraph[left:right]
        if stripped := piece.strip():
            first = left + len(piece) - len(piece.lstrip())
            yield start + first, start + first + len(stripped)


def _boundaries(paragraph: str) -> list[int]:
    """Offsets where sentences begin, with 0 and the length at the ends."""
    from sentencex import get_sentence_boundaries

    starts = {int(boundary["start_index"]) for boundary in get_sentence_boundaries("en", paragraph)}
    return sorted({0, len(paragraph)} | {start for start in starts if 0 < start < len(paragraph)})


def _repaired(paragraph: str, bounds: list[int]) -> list[int]:
    """The boundaries without those inside an abbreviation's phrase, closing quotes kept with their sentence."""
    kept = [bounds[0]]
    for bound in bounds[1:-1]:
        while bound < len(paragraph) and paragraph[bound] in _CLOSERS and not paragraph[bound - 1].isspace():
            bound += 1
        before, after = paragraph[max(kept[-1], bound - 40) : bound], paragraph[bound : bound + 40].lstrip()
        if bound > kept[-1] and not _is_wrong_split(before, after):
            kept.append(bound)
    return [*kept, bounds[-1]]


def _is_wrong_split(before: str, after: str) -> bool:
    if not after:
        return False
    if after[0].islower() and before.rstrip().endswith("."):
        return True
    if _TIME_END.search(before):
        return bool(_TIME_GOES_ON.match(after))
    if _DOTTED_END.search(before):
        return bool(_NAME_FOLLOWS.match(after))
    return bool(_TITLE_END.search(before) or _INITIAL_END.search(before))
