"""What the lines of an article's text state about it: title, byline, date, source."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence

from assistant.articles.blocks import LINE_END, Block
from assistant.articles.cleaning import BlockDecision
from assistant.articles.clutter import block_traits
from assistant.articles.dates import bare_date, has_time_or_weekday, labelled_date, read_dateline
from assistant.articles.formats.text import front_matter_field
from assistant.articles.titles import excluded, likeliest, lone_title, recurs
from assistant.records import Claim

_FRONT_MATTER = re.compile(r"(?P<key>[A-Za-z][\w -]{0,30}?)\s*:\s+(?P<value>\S.*)$")
_NAME = r"[A-Z][\w.'’-]+(?:\s(?:(?:de|van|von|der|la|bin|al|da|di)\s)?[A-Z][\w.'’-]*){1,3}"
_BYLINE = re.compile(rf"(?i:by)\s+(?P<names>{_NAME}(?:(?:,|\sand|,\sand|\s&)\s{_NAME})*)(?P<rest>\W.*)?$")
_NAMED_SOURCE = r"(?P<source>[A-Z][\w&.'’-]*(?:\s[A-Z][\w&.'’-]*){0,3})"
_AGENCY = (
    r"(?:The\s)?(?:AP|Associated Press|AFP|Agence France-Presse|Reuters|REUTERS|UPI|Kyodo(?: News)?|KYODO"
    r"|Xinhua|TASS|Tass|Yonhap|ANSA|dpa|DPA|EFE|PTI|ANI|IANS|Bloomberg|CNN(?:\s(?:Business|Travel|Sport|Opinion))?"
    r"|BBC(?: News)?|NPR|USA TODAY)"
)
_AGENCY_LINE = re.compile(rf"(?:[-–—•|*(]\s?)?(?:(?:source|via|from)\s?:\s?)?(?P<source>{_AGENCY})\W*$")
_DATELINE_LINE = re.compile(rf"(?:[A-Z][\w.,'’ -]{{1,40}}\s)?(?P<source>{_AGENCY})\s?[-–—]$")
_DASHED_SOURCE = re.compile(rf"[-–—•|]\s{_NAMED_SOURCE}$")
_PARENTHESISED = re.compile(
    r"(?:[A-Z][\w.,'’ -]{1,50}\s)?\((?P<source>[A-Z][^()\d]{1,30}(?:\.\w{2,4})?)\)\s*[-–—:]\s*\S"
)
_AGENCY_PREFIX = re.compile(rf"\((?P<source>{_AGENCY})\)\s")
_COPYRIGHT = re.compile(
    r"(?:©|\(c\)|copyright)\s*(?:(?:©|copyright)\s*)?(?P<year>(?:19|20)\d\d(?:[-–]\d{2,4})?)?[\s,.]*(?:by\s)?(?P<source>[A-Z][^|.©\n]{1,50}?)"
    r"(?:\.?\s+all rights reserved.*|[.|].*)?$",
    re.IGNORECASE,
)
_SOURCE_LINES = 6
_OPENING_BLOCKS = 3
_MENU_REASONS = ("login or registration", "share or comment widget", "short line before the article")
#: Why cleaning drops headlines above an article, most of them links to others.
_OF_MENUS = ("unlike an article", "headline list before the article")
_SURE_OF_FRONT_MATTER = 0.95
_SURE_OF_HEADING, _SURE_OF_HEADLINE, _SURE_OF_BYLINE = 0.8, 0.5, 0.7
_SURE_OF_LABEL, _SURE_OF_UPDATE, _SURE_BELOW_TITLE, _SURE_ABOVE_TITLE = 0.7, 0.3, 0.6, 0.4
_SURE_OF_SOURCE_LINE, _SURE_OF_DATELINE, _SURE_OF_OWNER, _SURE_OF_OWNER_WITH_YEAR = 0.7, 0.65, 0.4, 0.35


def stated_by_front_matter(raw: str, decisions: Sequence[BlockDecision]) -> Iterator[Claim]:
    """What the header of key-value pairs states that a text may begin with; see ``stated_by_lines``."""
    starts = _line_starts(raw)
    for decision in decisions:
        match = _FRONT_MATTER.match(decision.block.text) if decision.block.kind == "front matter" else None
        name = front_matter_field(match["key"]) if match else None
        if match is not None and name is not None:
            value = match["value"].strip().strip("\"'[]").strip()
            yield _claims(starts, name, value, decision.block, "front matter", _SURE_OF_FRONT_MATTER)


def stated_by_lines(raw: str, decisions: Sequence[BlockDecision]) -> Iterator[Claim]:
    """What the lines of the text itself state, field by field; dates as the line that has them.

    Beside the usual fields, "updated" is a date that is labelled so, "dateline" the line that begins with one
    (``dates.read_dateline``). Never a date from the text of a paragraph, beside words of copying or copyright, or with
    a time or weekday above the headline, where pages have their clocks.

    Args:
        raw: the raw article's text.
        decisions: its blocks, kept and dropped (bylines and datelines are among the dropped).
    """
    lines = _Lines(raw, decisions)
    yield from _title(lines)
    yield from _byline(lines)
    yield from _published(lines)
    yield from _source(lines)


class _Lines:
    """The blocks of a text and what is known of where they stand.

    Attributes:
        decisions: all of them.
        first: index of the first kept paragraph; the number of blocks if there is none.
        title: index of the headline's block.
        last_headline: index of the last kept headline or heading before the first paragraph; -1 if there is none.
    """

    def __init__(self, raw: str, decisions: Sequence[BlockDecision]) -> None:
        self._starts = _line_starts(raw)
        self.decisions = decisions
        kept_text = (i for i, each in enumerate(decisions) if each.kept and each.block.kind == "text")
        paragraphs = [i for i in kept_text if block_traits(decisions[i].block).prose]
        self.first = paragraphs[0] if paragraphs else len(decisions)
        headlines, dropped = self._headlines()
        self.title = self._choose(headlines, dropped, [decisions[i].block.text for i in paragraphs])
        self.last_headline = headlines[-1] if headlines else -1

    def state(self, field: str, value: str, block: Block, what: str, confidence: float) -> Claim:
        """A statement found in ``block``."""
        return _claims(self._starts, field, value, block, what, confidence)

    @property
    def head(self) -> Sequence[BlockDecision]:
        """Those before the first paragraph."""
        return self.decisions[: self.first]

    def _headlines(self) -> tuple[list[int], list[int]]:
        """Lines before the first paragraph that may be headlines: the kept ones, and those that look like a menu's."""
        has_prose = self.first < len(self.decisions)
        blocks = [decision.block for decision in self.decisions[: self.first + 1]]
        traits = [block_traits(block) for block in blocks]
        lone, never, kept, dropped = lone_title(blocks, traits), excluded(blocks, traits), [], []
        for index, decision in enumerate(self.head):
            block = decision.block
            if index in never or block.kind == "front matter" or _BYLINE.match(block.text):
                continue
            is_headline = has_prose and traits[index].headline and bare_date(block.text) is None
            if decision.kept and (index == lone or block.kind == "heading" or is_headline):
                kept.append(index)
            elif is_headline and str(decision.reason).startswith(_OF_MENUS):
                dropped.append(index)
        return kept, dropped

    def _choose(self, kept: Sequence[int], dropped: Sequence[int], paragraphs: Sequence[str]) -> int | None:
        """The first of the kept headlines; below a menu, the one that is nearest to the paragraphs in its words."""
        texts = {index: self.decisions[index].block.text for index in (*kept, *dropped)}
        if dropped and all(self.decisions[index].block.kind == "text" for index in kept):
            return likeliest(texts, paragraphs)
        return next((index for index in kept if recurs(texts[index], paragraphs)), None)


def _title(lines: _Lines) -> Iterator[Claim]:
    if lines.title is None:
        return
    block = lines.decisions[lines.title].block
    if block.kind == "heading":
        yield lines.state("title", block.text, block, "first heading", _SURE_OF_HEADING)
    else:
        yield lines.state("title", block.text, block, "headline before the first paragraph", _SURE_OF_HEADLINE)


def _byline(lines: _Lines) -> Iterator[Claim]:
    for decision in lines.head:
        if decision.block.kind != "front matter" and (match := _BYLINE.match(decision.block.text)):
            what = "byline before the first paragraph"
            yield lines.state("byline", match["names"], decision.block, what, _SURE_OF_BYLINE)
    for decision in lines.decisions[lines.first + 1 : lines.first + 3]:
        if not decision.kept and (match := _BYLINE.match(decision.block.text)):
            yield lines.state("byline", match["names"], decision.block, "byline", _SURE_OF_BYLINE)


def _published(lines: _Lines) -> Iterator[Claim]:
    """A date with a label anywhere outside the paragraphs, or one that stands alone near the headline."""
    texts = [decision.block for decision in lines.decisions if decision.block.kind == "text"]
    for block in texts:
        if found := labelled_date(block.text):
            update = found[1] in ("updated", "modified")
            field, confidence = ("updated", _SURE_OF_UPDATE) if update else ("published", _SURE_OF_LABEL)
            yield lines.state(field, block.text, block, f"line labelled '{found[1]}'", confidence)
    if sum(bare_date(block.text) is not None for block in texts) > 1:
        return  # dates that head sections
    menu = any(each.reason in _MENU_REASONS and bare_date(each.block.text) is None for each in lines.head)
    for index, decision in enumerate(lines.head):
        block = decision.block
        if block.kind != "text" or bare_date(block.text) is None or labelled_date(block.text) is not None:
            continue
        below = lines.title is not None and index > lines.title
        # A clock may stand below the name of the site, which looks like a headline too.
        may_be_clock = has_time_or_weekday(block.text) and not 0 <= lines.last_headline < index
        if not may_be_clock and (below or not menu):
            confidence = _SURE_BELOW_TITLE if below else _SURE_ABOVE_TITLE
            yield lines.state("published", block.text, block, "date before the first paragraph", confidence)


def _source(lines: _Lines) -> Iterator[Claim]:
    upper = [decision.block for decision in lines.decisions[: lines.first + 1] if decision.block.kind == "text"]
    for block in upper[-_SOURCE_LINES:]:
        forms = (_AGENCY_LINE, _DATELINE_LINE, _DASHED_SOURCE)
        if match := next(filter(None, (form.match(block.text) for form in forms)), None):
            what = "line before the first paragraph"
            yield lines.state("source", match["source"], block, what, _SURE_OF_SOURCE_LINE)
    opening = [decision.block for decision in lines.decisions if decision.kept][:_OPENING_BLOCKS]
    for block in dict.fromkeys((*opening, *upper[-_SOURCE_LINES:])):
        what = "dateline of the first paragraph"
        if dateline := read_dateline(block.text):
            yield lines.state("source", dateline.source, block, what, _SURE_OF_DATELINE)
            yield lines.state("dateline", block.text, block, what, _SURE_OF_DATELINE)
        elif match := _PARENTHESISED.match(block.text) or _AGENCY_PREFIX.match(block.text):
            yield lines.state("source", match["source"].strip(), block, what, _SURE_OF_DATELINE)
    for decision in lines.decisions:
        if block_traits(decision.block).reason == "copyright line" and (match := _COPYRIGHT.match(decision.block.text)):
            confidence = _SURE_OF_OWNER_WITH_YEAR if match["year"] else _SURE_OF_OWNER
            yield lines.state("source", match["source"].strip(), decision.block, "copyright line", confidence)


def _line_starts(raw: str) -> list[int]:
    return [0, *(match.end() for match in LINE_END.finditer(raw))]


def _claims(starts: list[int], field: str, value: str, block: Block, what: str, confidence: float) -> Claim:
    # Numbered as editors do, from 1.
    return Claim(field, value, f"line {bisect_right(starts, block.start)}: {what}", confidence)
