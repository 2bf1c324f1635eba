"""Which blocks of a scraped page are the article, each with the reason if not.

The run of blocks with the most prose is the body. Inside it only what is plainly clutter goes, because
losing a line of the article is worse than keeping a line of clutter; before and after it the rules are
stricter. Of what the rules keep, a classifier drops what looks unlike the articles it was fitted on. Where the page's
markup has already told its body, little clutter is left, and only what is never part of an article goes. No page is
ever emptied.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from assistant.articles.blocks import Block
from assistant.articles.classifier import BlockClassifier, bundled_classifier
from assistant.articles.clutter import FOOTERS, BlockTraits, block_traits, is_donation_appeal
from assistant.articles.features import Features, block_features
from assistant.articles.titles import lone_title

#: How strongly a block without prose speaks against being inside the body, in words of prose.
_PENALTY = {
    None: 1.0,
    "copyright line": 30.0,
    "login or registration": 12.0,
    "share or comment widget": 8.0,
    "tag list": 8.0,
    "call to action": 6.0,
    "advertisement": 6.0,
}
_DEFAULT_PENALTY = 2.0
#: Reasons that hold before and after the body; inside it they need company.
_DOUBTFUL_INSIDE = frozenset(
    {"byline", "dateline only", "page clock", "share or comment widget", "login or registration", "advertisement"}
)
_NEVER_TEXT = ("front matter", "no words", "link or markup only")
#: Seen on ten or more of the 100 labelled pages of ``fit_cleaning``, and on none in a block of the article.
_NEVER_OF_AN_ARTICLE = frozenset(
    {"byline", "call to action", "login or registration", "share or comment widget", "advertising label"}
)
_PROSE_WORDS_COUNTED = 40
_SURE_PROSE_WORDS = 25
_MAX_HEADLINES_BEFORE_BODY = 3
_MENU_LINES = 3
#: Share of the words the rules keep that the classifier must leave.
_LEAST_LEFT = 0.15
#: From so many words on, a block is a passage of prose.
_PASSING_WORDS = 12
_LISTED = re.compile(r"(?:[-*+•·►▪●◦‣■◾]|\d{1,3}[.):]|[A-Z]{1,3}\d?[.)])\s*\S|.{1,60}[:–—-]\s.*\d|.*\d")

_ENTRY_MARKS = re.compile(r"[,:\"“”–—]")


@dataclass(frozen=True, slots=True)
class BlockDecision:
    """Whether a block is kept as part of the article, and if not, why."""

    block: Block
    kept: bool
    reason: str | None = None


def clean_blocks(
    blocks: Sequence[Block],
    *,
    classifier: BlockClassifier | Literal["bundled"] | None = "bundled",
) -> list[BlockDecision]:
    """One decision for each block of a page, in order; at least one is kept if there is any with a character.

    Args:
        blocks: all blocks of one file.
        classifier: of what the rules keep; None: the rules alone.
    """
    traits = [block_traits(block) for block in blocks]
    reasons, body = _by_rules(blocks, traits)
    if classifier is not None and body is not None:
        chosen = bundled_classifier() if classifier == "bundled" else classifier
        features = block_features(blocks, traits, [reason is None for reason in reasons], body)
        _drop_unlike(traits, reasons, chosen, features, spared=lone_title(blocks, traits))
    return _decisions(blocks, reasons)


def clean_body(blocks: Sequence[Block]) -> list[BlockDecision]:
    """As ``clean_blocks``, where the page's markup has told its body from the rest (``RawArticle.extracted_body``)."""
    traits = [block_traits(block) for block in blocks]
    found, _ = _by_traits(blocks, traits)
    never = [reason in _NEVER_OF_AN_ARTICLE or not look.words for reason, look in zip(found, traits, strict=True)]
    reasons = [reason if drop else None for reason, drop in zip(found, never, strict=True)]
    return _decisions(blocks, reasons)


def describe_blocks(blocks: Sequence[Block]) -> Features:
    """What the classifier is given of ``blocks``, all of one file: (n, f)."""
    traits = [block_traits(block) for block in blocks]
    reasons, body = _by_rules(blocks, traits)
    return block_features(blocks, traits, [reason is None for reason in reasons], body)


def _decisions(blocks: Sequence[Block], reasons: list[str | None]) -> list[BlockDecision]:
    """As the reasons say, unless they would leave nothing."""
    if all(reasons):
        reasons = [reason if reason in _NEVER_TEXT else None for reason in reasons]
    if all(reasons):
        reasons = [None] * len(blocks)
    return [BlockDecision(block, reason is None, reason) for block, reason in zip(blocks, reasons, strict=True)]


def _by_rules(
    blocks: Sequence[Block], traits: Sequence[BlockTraits]
) -> tuple[list[str | None], tuple[int, int] | None]:
    """Why each block goes by what it looks like and where it stands, None if it does not; and the body."""
    reasons, body = _by_traits(blocks, traits)
    if body is not None:
        _judge_head(blocks, traits, reasons, body)
        _judge_tail(blocks, traits, reasons, body)
    return reasons, body


def _by_traits(
    blocks: Sequence[Block], traits: Sequence[BlockTraits]
) -> tuple[list[str | None], tuple[int, int] | None]:
    """Why each block goes by what it and its neighbours look like, None if it does not; and the body."""
    reasons: list[str | None] = [look.reason for look in traits]
    _spare_attributions(blocks, reasons)
    body = _main_body(traits, reasons)
    if body is not None:
        _spare_inside(blocks, reasons, body)
    return reasons, body


def _drop_unlike(
    traits: Sequence[BlockTraits],
    reasons: list[str | None],
    classifier: BlockClassifier,
    features: Features,
    *,
    spared: int | None,
) -> None:
    """Drops what the classifier holds for clutter, unless that would take nearly all: then it misjudges the page."""
    kept = [index for index, reason in enumerate(reasons) if reason is None]
    confidence = classifier.probabilities(features)
    unlike = [index for index in kept if confidence[index] < classifier.threshold and index != spared]
    left = sum(traits[index].words for index in kept) - sum(traits[index].words for index in unlike)
    if left >= _LEAST_LEFT * sum(traits[index].words for index in kept):
        for index in unlike:
            reasons[index] = "unlike an article: " + ", ".join(classifier.against(features[index]))


def _spare_attributions(blocks: Sequence[Block], reasons: list[str | None]) -> None:
    """A dash and a name after a quotation is who said it, not a byline."""
    for index in range(1, len(blocks)):
        if reasons[index] == "byline" and blocks[index - 1].text[-1] in '"”»’' and blocks[index].text[0] in "-–—":
            reasons[index] = None


def _spare_inside(blocks: Sequence[Block], reasons: list[str | None], body: tuple[int, int]) -> None:
    """A lone short line inside the body may be a section's heading or a list item: only a group of them goes."""
    doubtful = [index for index in range(body[0], body[1] + 1) if reasons[index] in _DOUBTFUL_INSIDE]
    bylines = {index for index in doubtful if reasons[index] == "byline"}
    clutter = {index for index, reason in enumerate(reasons) if reason is not None}
    for index in doubtful:
        beside = {index - 1, index + 1}
        if index in bylines:
            spared = blocks[index].text[0] in "•*|" or bool(beside & bylines)  # a list of names
        else:
            place_or_time = reasons[index] in ("dateline only", "page clock") and blocks[index].text[-1] not in "–—"
            spared = place_or_time or not beside & clutter
        if spared:
            reasons[index] = None


def _main_body(traits: Sequence[BlockTraits], reasons: Sequence[str | None]) -> tuple[int, int] | None:
    """First and last block of the best-scoring run of prose; None if there is no prose at all."""
    best_value, best = 0.0, None
    value, start = 0.0, 0
    for index, (look, reason) in enumerate(zip(traits, reasons, strict=True)):
        if value <= 0:
            value, start = 0.0, index
        if look.prose and reason is None:
            value += min(look.words, _PROSE_WORDS_COUNTED) * (1.0 if look.words >= _PASSING_WORDS else 0.4)
            if value > best_value:
                best_value, best = value, (start, index)
        else:
            value -= _PENALTY.get(reason, _DEFAULT_PENALTY)
    return best


def _judge_head(
    blocks: Sequence[Block], traits: Sequence[BlockTraits], reasons: list[str | None], body: tuple[int, int]
) -> None:
    """Before the body: headlines and sentences stay, short lines go unless they head a section of it."""
    first = body[0]
    open_lines = [index for index in range(first) if reasons[index] is None]
    headlines = [index for index in open_lines if traits[index].headline or traits[index].prose]
    if first - 1 in open_lines and first - 1 not in headlines and _introduces(blocks, traits, first - 1):
        headlines.append(first - 1)
    title = lone_title(blocks, traits)
    crowded = len(headlines) > 2 * _MAX_HEADLINES_BEFORE_BODY
    too_early = set(headlines[:-_MAX_HEADLINES_BEFORE_BODY]) if crowded else set()
    for index in open_lines:
        if index in too_early:
            reasons[index] = "headline list before the article"
        elif index not in (*headlines, title) and not _heads_section(blocks, traits, reasons, index, body):
            reasons[index] = "short line before the article"


def _introduces(blocks: Sequence[Block], traits: Sequence[BlockTraits], index: int) -> bool:
    """Whether the line leads into the paragraph after it: a short sentence, a colon, or the page's only heading."""
    look = traits[index]
    is_only_heading = index == 0 and look.words >= 3
    return (
        is_only_heading or (look.sentence and look.words >= 3) or (blocks[index].text.endswith(":") and look.words >= 6)
    )


def _heads_section(
    blocks: Sequence[Block],
    traits: Sequence[BlockTraits],
    reasons: Sequence[str | None],
    index: int,
    body: tuple[int, int],
) -> bool:
    """Whether the line right before the body is a heading like others inside it."""
    if index != body[0] - 1 or not blocks[index].text[0].isupper():
        return False
    alike = sum(
        reasons[i] is None and not traits[i].sentence and traits[i].words <= 5 and traits[i + 1].prose
        for i in range(body[0] + 1, body[1])
    )
    return alike >= 2


def _judge_tail(
    blocks: Sequence[Block], traits: Sequence[BlockTraits], reasons: list[str | None], body: tuple[int, int]
) -> None:
    """After the body: all but long prose goes after a footer, and lists of headlines before one."""
    tail = range(body[1] + 1, len(blocks))
    footer = next((index for index in tail if reasons[index] in FOOTERS), len(blocks))
    bounded = footer < len(blocks)
    _drop_pleas(blocks, traits, reasons, body)
    for index in tail:
        if reasons[index] is not None:
            continue
        if index > footer:
            if not (traits[index].prose and traits[index].words >= _SURE_PROSE_WORDS):
                reasons[index] = "after the end of the article"
        elif bounded and (traits[index].titled or not traits[index].sentence) and not _LISTED.match(blocks[index].text):
            reasons[index] = "link list" if traits[index].headline else "short line among short lines"
    if not bounded:
        _drop_headline_run(blocks, traits, reasons, tail)


def _drop_pleas(
    blocks: Sequence[Block], traits: Sequence[BlockTraits], reasons: list[str | None], body: tuple[int, int]
) -> None:
    """At the end, sentences about the publisher's journalism next to a call to subscribe."""
    index = len(blocks) - 1
    called = False
    while index > body[0]:
        if reasons[index] in ("call to action", "author contact", "login or registration"):
            called = True
        elif reasons[index] is None:
            if not is_donation_appeal(blocks[index]):
                # Past the body's end, short lines do not stop the search.
                if traits[index].prose or index <= body[1]:
                    return
            elif called or _near_call(reasons, index):
                reasons[index] = "call to action"
        index -= 1


def _near_call(reasons: Sequence[str | None], index: int) -> bool:
    return any(reason == "call to action" for reason in reasons[max(0, index - 1) : index + 2])


def _drop_headline_run(
    blocks: Sequence[Block], traits: Sequence[BlockTraits], reasons: list[str | None], tail: range
) -> None:
    """At the very end, three or more headlines in title case: links to other stories."""
    run = [
        index
        for index in tail
        if reasons[index] is None
        and traits[index].headline
        and traits[index].titled
        and traits[index].words >= 6
        and not _LISTED.match(blocks[index].text)
        and not _ENTRY_MARKS.search(blocks[index].text)
    ]
    if len(run) >= _MENU_LINES:
        for index in run:
            reasons[index] = "link list"
