"""Which lines above an article may be its title: never a date, nor what stands below the author or recurs nowhere."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from assistant.articles import vocabulary as vocab
from assistant.articles.blocks import Block
from assistant.articles.clutter import BlockTraits, has_shape_of_headline
from assistant.articles.dates import bare_date
from assistant.articles.scripts import columns, is_prose

_UNSEEN = frozenset({"front matter", "no words", "link or markup only"})
_MAX_NAME_WORDS = 4
#: Blocks among which the first paragraph stands below no more than a title and a few dates.
_HEAD = 6
#: A title in a language without a vocabulary here: longer than labels, so much shorter than the paragraph below it.
_FEWEST_COLUMNS, _SHORT = 16, 2 / 3
_BESIDE_A_DATE = frozenset({"it", "is", "now", "this", "today"})
_BELOW_A_TITLE = frozenset({"byline", "dateline only", "page clock", "photo credit"})
#: Menus are lists: what looks like a byline after one of these is an item.
_LIST_MARKS = "•*|+"
_AND = re.compile(r"\s(?:and|&)\s")
#: "The claim: …", "The big picture: …": a part of the article that is labelled.
_LABEL = re.compile(r"(?:The|Our|My) [a-z][\w'’-]*(?: [a-z][\w'’-]*)?:\s")
#: In fewer paragraphs a headline may say it all in other words.
_ENOUGH_PARAGRAPHS = 8
_STEM, _SHORTEST = 5, 4
#: Below a menu: paragraphs that open the article, telling words of a title, and their share that stands there.
_OPENING, _FEWEST_WORDS, _SHARED = 6, 3, 0.5


def lone_title(blocks: Sequence[Block], traits: Sequence[BlockTraits]) -> int | None:
    """Index of the only line above the first paragraph, if it may be a title; None if there are others.

    Front matter and markup do not count, nor do a byline, a dateline, a date or a credit below it. What no word tells,
    in a text that is not English, its length does.
    """
    first = next((index for index, look in enumerate(traits) if look.prose), None)
    if first is None:
        return _foreign_title(blocks, traits)
    lines = [index for index in range(first) if traits[index].reason not in _UNSEEN]
    if not lines or not _may_be_title(blocks[lines[0]], traits[lines[0]]):
        return None
    others = lines[1:]
    return lines[0] if all(traits[i].reason in _BELOW_A_TITLE or _is_date(blocks[i].text) for i in others) else None


def _foreign_title(blocks: Sequence[Block], traits: Sequence[BlockTraits]) -> int | None:
    first = next((index for index in range(min(_HEAD, len(blocks))) if is_prose(blocks[index].text)), 0)
    above = [index for index in range(first) if traits[index].reason not in _UNSEEN]
    lines = [index for index in above if bare_date(blocks[index].text) is None]
    if len(lines) != 1 or not _may_be_title(blocks[lines[0]], traits[lines[0]]):
        return None
    width = columns(blocks[lines[0]].text)
    return lines[0] if _FEWEST_COLUMNS <= width <= _SHORT * columns(blocks[first].text) else None


def excluded(blocks: Sequence[Block], traits: Sequence[BlockTraits]) -> set[int]:
    """Indices of lines that are no title, whatever they look like; Markdown headings are never among them."""
    author = next((index for index in range(len(blocks)) if _tells_author(blocks, traits, index)), len(blocks))
    return {
        index
        for index, block in enumerate(blocks)
        if block.kind != "heading"
        and (index >= author or _is_date(block.text) or block.text[0] in _LIST_MARKS or _LABEL.match(block.text))
    }


def recurs(title: str, paragraphs: Sequence[str]) -> bool:
    """Whether a word of ``title`` that tells something stands in the article, or that is too short to say."""
    if len(paragraphs) < _ENOUGH_PARAGRAPHS:
        return True
    sought = _telling(title)
    return any(not sought.isdisjoint(_telling(paragraph)) for paragraph in paragraphs)


def likeliest(titles: Mapping[int, str], paragraphs: Sequence[str]) -> int | None:
    """The key of the title most of whose words the article begins with, the last of equals; None if few of any."""
    opening = set().union(*map(_telling, paragraphs[:_OPENING]))
    words = {key: _telling(title) for key, title in titles.items()}
    shares = {key: len(each & opening) / len(each) for key, each in words.items() if len(each) >= _FEWEST_WORDS}
    best = max(shares, key=lambda key: (shares[key], key), default=None)
    return best if best is not None and shares[best] >= _SHARED else None


def _telling(text: str) -> set[str]:
    """The first letters of its words, but for the most common and short ones; names count however short."""
    words = (word for word in vocab.WORD.findall(text) if len(word) >= _SHORTEST or not word.islower())
    return {word.lower()[:_STEM] for word in words if word.lower() not in vocab.FUNCTION_WORDS}


def _tells_author(blocks: Sequence[Block], traits: Sequence[BlockTraits], index: int) -> bool:
    """Whether it is a byline, names and their publication, an address, or the publication below a name."""
    text = blocks[index].text
    if traits[index].reason == "byline":
        return text[0] not in _LIST_MARKS
    if not traits[index].sentence and (_is_signature(text) or vocab.HANDLE.fullmatch(text)):
        return True
    if traits[index].reason != "dateline only" or not index:  # In capitals, a publication looks like a dateline.
        return False
    name, publication = (vocab.WORD.findall(blocks[i].text) for i in (index - 1, index))
    return _is_name(name) and not _is_label(name) and not _is_label(publication)


def _may_be_title(block: Block, look: BlockTraits) -> bool:
    if look.reason is not None or look.headline:
        return look.headline
    words = vocab.WORD.findall(block.text)
    if _is_label(words) or (block.text[-1] not in "?!’'\"”" and _is_name(words)):
        return False
    return has_shape_of_headline(block.text, words, look.sentence)


def _is_signature(text: str) -> bool:
    """Whether names of several words stand before a publication or an address: "Ann Poole and Jo Lund, Emry Times"."""
    authors, comma, rest = text.partition(", ")
    people = [vocab.WORD.findall(each) for each in _AND.split(authors)]
    of_people = all(len(words) >= 2 and _is_name(words) and not _is_label(words) for words in people)
    publication = vocab.WORD.findall(rest)
    in_capitals = bool(publication) and publication[0].isupper() and _is_name(publication)
    return bool(comma) and of_people and ("@" in rest or in_capitals)


def _is_name(words: Sequence[str]) -> bool:
    """Whether it may name an author, a publication or a place, as such lines on real pages nearly always do."""
    capitals = all(word[0].isupper() and word.lower() not in vocab.FUNCTION_WORDS for word in words)
    return capitals and len(words) <= _MAX_NAME_WORDS


def _is_label(words: Sequence[str]) -> bool:
    """Whether it says only which section, source, date or time: "World News", "Reuters", "Updated May 14"."""
    return all(word.lower() in vocab.LABELS or word[0].isdigit() for word in words)


def _is_date(text: str) -> bool:
    words = [word for word in vocab.WORD.findall(text) if word.lower() not in _BESIDE_A_DATE]
    return any(character.isdigit() for character in text) and _is_label(words)
