"""Title, publication date, source and byline, as the page itself states them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from assistant.articles.blocks import LINE_END, Block
from assistant.articles.cleaning import BlockDecision
from assistant.articles.clutter import look_at
from assistant.articles.dates import bare_date, find_date, labelled_date
from assistant.articles.titles import lone_title
from assistant.records import Metadata, RawArticle

_FRONT_MATTER = re.compile(r"(?P<key>[A-Za-z][\w -]{0,30}?)\s*:\s+(?P<value>\S.*)$")
_FRONT_MATTER_FIELDS = {
    "title": "title",
    "headline": "title",
    "date": "published",
    "published": "published",
    "pubdate": "published",
    "published_at": "published",
    "publish_date": "published",
    "date_published": "published",
    "source": "source",
    "publisher": "source",
    "publication": "source",
    "site": "source",
    "site_name": "source",
    "sitename": "source",
    "author": "byline",
    "authors": "byline",
    "byline": "byline",
    "by": "byline",
}
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
_MENU_REASONS = ("login or registration", "share or comment widget", "short line before the article")


@dataclass(slots=True)
class _Findings:
    """The first finding for each field wins."""

    raw: str
    values: dict[str, str | date] = field(default_factory=dict)
    found_in: dict[str, str] = field(default_factory=dict)

    def add(self, name: str, value: str | date | None, block: Block, what: str) -> None:
        if value and name not in self.values:
            self.values[name] = value
            # Numbered as editors do.
            line = sum(1 for _ in LINE_END.finditer(self.raw, 0, block.start)) + 1
            self.found_in[name] = f"line {line}: {what}"

    def text(self, name: str) -> str | None:
        value = self.values.get(name)
        return value if isinstance(value, str) else None


def find_metadata(raw: RawArticle, decisions: Sequence[BlockDecision]) -> Metadata:
    """What the page states about itself; a field that is not plainly stated stays None.

    Args:
        raw: the file.
        decisions: its blocks, kept and dropped (bylines and datelines are among the dropped).
    """
    findings = _Findings(raw.text)
    first = _first_prose(decisions)
    _from_front_matter(findings, decisions)
    title_at = _from_head(findings, decisions, first)
    _published(findings, decisions, first, title_at)
    _source(findings, decisions, first)
    published = findings.values.get("published")
    return Metadata(
        title=findings.text("title"),
        published=published if isinstance(published, date) else None,
        source=findings.text("source"),
        byline=findings.text("byline"),
        found_in=findings.found_in,
    )


def _first_prose(decisions: Sequence[BlockDecision]) -> int:
    """Index of the first kept paragraph; the number of blocks if there is none."""
    return next(
        (
            index
            for index, decision in enumerate(decisions)
            if decision.kept and decision.block.kind == "text" and look_at(decision.block).prose
        ),
        len(decisions),
    )


def _from_front_matter(findings: _Findings, decisions: Sequence[BlockDecision]) -> None:
    for decision in decisions:
        match = _FRONT_MATTER.match(decision.block.text) if decision.block.kind == "front matter" else None
        name = _FRONT_MATTER_FIELDS.get(match["key"].lower().replace(" ", "_").replace("-", "_")) if match else None
        if match is None or name is None:
            continue
        value = match["value"].strip().strip("\"'[]").strip()
        findings.add(name, find_date(value) if name == "published" else value, decision.block, "front matter")


def _from_head(findings: _Findings, decisions: Sequence[BlockDecision], first: int) -> int | None:
    """Title and byline before the first paragraph; returns the index of the title's block."""
    title_at = None
    has_prose = first < len(decisions)
    blocks = [decision.block for decision in decisions[: first + 1]]
    lone = lone_title(blocks, [look_at(block) for block in blocks])
    for index in range(min(first, len(decisions))):
        block = decisions[index].block
        if block.kind == "front matter":
            continue
        if byline := _BYLINE.match(block.text):
            findings.add("byline", byline["names"], block, "byline before the first paragraph")
        elif title_at is None and decisions[index].kept and (index == lone or _is_title(block, has_prose)):
            title_at = index
            what = "first heading" if block.kind == "heading" else "headline before the first paragraph"
            findings.add("title", block.text, block, what)
    after = decisions[first + 1 : first + 3] if has_prose else []
    for decision in after:
        if not decision.kept and (byline := _BYLINE.match(decision.block.text)):
            findings.add("byline", byline["names"], decision.block, "byline")
    return title_at


def _is_title(block: Block, has_prose: bool) -> bool:
    if block.kind == "heading":
        return True
    return has_prose and look_at(block).headline and bare_date(block.text) is None


def _published(findings: _Findings, decisions: Sequence[BlockDecision], first: int, title_at: int | None) -> None:
    """A date with a label anywhere outside the paragraphs, or one that stands alone near the headline."""
    labelled = []
    for decision in decisions:
        if decision.block.kind == "text" and (found := labelled_date(decision.block.text)):
            labelled.append((found[1] in ("updated", "modified"), found, decision.block))
    for _, (day, label), block in sorted(labelled, key=lambda item: item[0]):
        findings.add("published", day, block, f"line labelled '{label}'")
    menu = any(
        decision.reason in _MENU_REASONS and bare_date(decision.block.text) is None for decision in decisions[:first]
    )
    if sum(bare_date(decision.block.text) is not None for decision in decisions) > 1:
        return  # dates that head sections
    for index in range(min(first, len(decisions))):
        block = decisions[index].block
        alone = bare_date(block.text) if block.kind == "text" else None
        # Above the headline a date may be the page's own, unless nothing else is there.
        if alone and ((title_at is not None and index > title_at) or not menu):
            findings.add("published", alone, block, "date before the first paragraph")


def _source(findings: _Findings, decisions: Sequence[BlockDecision], first: int) -> None:
    head = [decision.block for decision in decisions[: first + 1] if decision.block.kind == "text"]
    for block in head[-_SOURCE_LINES:]:
        forms = (_AGENCY_LINE, _DATELINE_LINE, _DASHED_SOURCE)
        if match := next(filter(None, (form.match(block.text) for form in forms)), None):
            findings.add("source", match["source"], block, "line before the first paragraph")
    opening = [decision.block for decision in decisions if decision.kept][:3]
    for block in opening:
        if match := _PARENTHESISED.match(block.text) or _AGENCY_PREFIX.match(block.text):
            findings.add("source", match["source"].strip(), block, "dateline of the first paragraph")
    for with_year in (False, True):
        for decision in decisions:
            match = _COPYRIGHT.match(decision.block.text) if decision.reason == "copyright line" else None
            if match and bool(match["year"]) == with_year:
                findings.add("source", match["source"].strip(), decision.block, "copyright line")
