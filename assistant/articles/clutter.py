"""What a single block looks like, wherever it stands: how much it reads like prose, or like clutter."""

from __future__ import annotations

import re
from dataclasses import dataclass

from assistant.articles import vocabulary as vocab
from assistant.articles.blocks import Block

#: Reasons that mark the end of an article: what follows them is seldom part of it.
FOOTERS = frozenset({"copyright line", "share or comment widget", "tag list", "login or registration"})
_FOR_HEADINGS_TOO = ("login or registration", "share or comment widget")

_TITLE_CASE = 0.75
_MAX_OPENING_WORDS = 40
_MAX_CALL_WORDS = 80
_MAX_CREDIT_WORDS = 90
_MAX_CLUTTER_CHARACTERS = 1500
_MAX_PUBLICATION_WORDS = 5


@dataclass(frozen=True, slots=True)
class BlockTraits:
    """What one block looks like.

    Attributes:
        words: how many.
        sentence: it ends as a sentence does.
        prose: it reads as a paragraph of an article: long enough, with function words, no sign of clutter.
        titled: most of its words begin with a capital, as in headlines.
        headline: it could be a headline or a heading of several words.
        reason: what kind of clutter it looks like, or None.
    """

    words: int
    sentence: bool
    prose: bool
    titled: bool
    headline: bool
    reason: str | None


def block_traits(block: Block) -> BlockTraits:
    """Measures ``block`` by itself; its place and neighbours are weighed elsewhere."""
    text = block.text
    words = vocab.WORD.findall(text)
    count = len(words)
    sentence = bool(vocab.SENTENCE_END.search(text[-20:]))
    reason = "front matter" if block.kind == "front matter" else _reason(text, words, sentence)
    if block.kind == "heading" and reason not in _FOR_HEADINGS_TOO:
        reason = None
    titled = count <= 25 and (not sentence or text[-1] in "?!") and _is_titled(words)
    function_words = sum(word.lower() in vocab.FUNCTION_WORDS for word in words)
    prose = (
        reason is None
        and not titled
        and (
            (sentence and count >= 6 and function_words >= 0.12 * count)
            or (count >= 20 and function_words >= 0.2 * count)
        )
    )
    headline = reason is None and (block.kind == "heading" or _is_headline(text, words, sentence))
    return BlockTraits(count, sentence, prose, titled, headline, reason)


def has_trait_of_clutter(block: Block) -> bool:
    """Whether something in it suggests clutter: enough for a second piece of evidence to decide."""
    text = block.text[:_MAX_CLUTTER_CHARACTERS]
    signs = (vocab.SERVICE, vocab.STRONG_CALL, vocab.PLEA, vocab.HANDLE)
    return any(sign.search(text) for sign in signs) or bool(
        (vocab.YOU.search(text) and vocab.WE.search(text)) or (len(text) < 150 and vocab.IMPERATIVE.match(text))
    )


def is_donation_appeal(block: Block) -> bool:
    """Whether the block speaks of the publisher's own journalism, as pleas for support do."""
    quotes = any(mark in block.text for mark in '"“”')
    return len(block.text) < 400 and not quotes and bool(vocab.PLEA.search(block.text))


def has_shape_of_headline(text: str, words: list[str], sentence: bool) -> bool:
    """Whether ``text``, of these words, could be a headline of any length: no list of names, credit or fragment."""
    if not 1 <= len(words) <= 24 or len(text) > 180 or text[-1] in ",;:|":
        return False
    if (sentence and text[-1] not in "?!’'\"”") or vocab.LIST_OF_NAMES.match(text):
        return False
    if text.startswith("The ") and len(words) <= _MAX_PUBLICATION_WORDS and all(word[0].isupper() for word in words):
        return False  # a publication's name
    first = next(character for character in text if character.isalnum())
    return not first.islower() and not vocab.NOT_IN_HEADLINE.search(text)


def _reason(text: str, words: list[str], sentence: bool) -> str | None:
    count = len(words)
    if len(text) > _MAX_CLUTTER_CHARACTERS:
        return None
    if vocab.ONLY_MARKUP.match(text):
        return "link or markup only"
    if count == 0:
        return "no words"
    if count <= _MAX_OPENING_WORDS:
        for reason, opening in vocab.OPENINGS:
            if opening.match(text):
                return reason
        if _is_clock(text):
            return "page clock"
    found = _call(text, count) or _short_line(text, count, sentence)
    if found or sentence:
        return found
    if _is_tag_list(text, words):
        return "tag list"
    if 7 <= count <= 30 and vocab.GLUED_LABEL.match(text) and "://" not in text:
        return "link to another story"
    return None


def _is_clock(text: str) -> bool:
    """Whether it is a line of times and dates with both, which a line of results or years has not."""
    if not vocab.TIMES_AND_DATES.match(text):
        return False
    return bool(vocab.HAS_TIME.search(text) and vocab.HAS_MONTH_OR_ZONE.search(text))


def _call(text: str, count: int) -> str | None:
    """Pleas to subscribe, follow, register or buy, by how many traits of one the block has."""
    if count > _MAX_CALL_WORDS:
        return None
    if text[0] in "\"“‘'":
        return None
    if ("@" in text or ".com/" in text) and vocab.HANDLE.search(text) and vocab.CONTACT.match(text):
        return "author contact"
    imperative = bool(vocab.IMPERATIVE.match(text))
    if count <= 12 and (imperative or count <= 2) and (vocab.ADVERT.search(text) or vocab.PHONE_NUMBER.search(text)):
        return "advertisement"
    you = bool(vocab.YOU.search(text))
    strong = bool(vocab.STRONG_CALL.search(text))
    if not (strong or imperative or you):
        return None
    services = {match.lower() for match in vocab.SERVICE.findall(text)}
    if strong:
        services |= {match.lower() for match in vocab.SOCIAL.findall(text)}
    traits = 2 * strong + imperative + min(len(services), 3) + you + (you and bool(vocab.WE.search(text)))
    needed = (3 if count <= 30 else 4 if count <= 60 else 5) + (not strong)
    return "call to action" if traits >= needed else None


def _short_line(text: str, count: int, sentence: bool) -> str | None:
    """Widgets, photo credits, bylines and datelines that stand alone."""
    if count <= 7 and (not sentence or text[-1] == "?") and (widget := _widget(text, count)):
        return widget
    if count <= _MAX_CREDIT_WORDS and (not sentence or text[-1] == ")"):
        ending = text[-160:]
        if vocab.PHOTO_LABEL.search(ending) or (count > 2 and vocab.PHOTO_CREDIT.search(ending)):
            return "photo credit"
    if (count <= 14 and vocab.BYLINE.match(text)) or (count <= 8 and vocab.DASH_AND_NAME.match(text)):
        return "byline"
    if count <= 8 and vocab.DATELINE.match(text):
        return "dateline only"
    return None


def _widget(text: str, count: int) -> str | None:
    if vocab.LOGIN.search(text):
        return "login or registration"
    if vocab.SHARE_LINE.fullmatch(text):
        return "share or comment widget"
    if count > 4 or not vocab.WIDGET_AT_START.match(text):
        return None
    letters = len("".join(vocab.WIDGET.findall(text)))
    return "share or comment widget" if letters >= 0.4 * len(text.replace(" ", "")) else None


def _is_tag_list(text: str, words: list[str]) -> bool:
    """Many short names between commas, without a verb."""
    if len(words) < 6 or vocab.NOT_IN_TAGS.search(text):
        return False
    parts = len(re.split(r"[,|•·]", text))
    loose = sum(word.lower() in vocab.FUNCTION_WORDS for word in words)
    return parts >= 6 and len(words) <= 3 * parts and loose <= 0.1 * len(words)


def _is_titled(words: list[str]) -> bool:
    long_words = [word for word in words if len(word) > 3]
    return bool(long_words) and sum(not word[0].islower() for word in long_words) >= _TITLE_CASE * len(long_words)


def _is_headline(text: str, words: list[str], sentence: bool) -> bool:
    if len(words) < 4 or not has_shape_of_headline(text, words, sentence):
        return False
    small = any(word[0].islower() or word.lower() in vocab.FUNCTION_WORDS for word in words)
    return small or len(words) >= 6
