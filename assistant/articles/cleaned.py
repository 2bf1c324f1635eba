"""The whole way from a raw file to a clean article."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import PurePath

from assistant.articles.blocks import Block, split_blocks
from assistant.articles.cleaning import BlockDecision, clean_blocks, clean_body
from assistant.articles.metadata import find_metadata
from assistant.articles.repetition import block_fingerprint
from assistant.records import Article, RawArticle, Segment

#: Part of an index's recipe: a change here means that stored articles should be cleaned again.
CLEANING_VERSION = 5

_SEPARATOR = "\n\n"
_ID_DIGITS = 16


def clean_article(raw: RawArticle, repeated: frozenset[str] = frozenset()) -> Article:
    """The article in ``raw``: its kept blocks joined by blank lines, the offsets back, its metadata.

    Args:
        raw: a file as it is.
        repeated: fingerprints of blocks that recur across its source (``repeated_fingerprints`` over
            the ``fingerprints`` of all articles with the same ``source_key``).
    """
    decisions = explain_cleaning(raw, repeated)
    text, segments = _join(decision.block for decision in decisions if decision.kept)
    return Article(
        id=raw.content_hash[:_ID_DIGITS],
        path=raw.path,
        encoding=raw.encoding,
        raw_text=raw.text,
        text=text,
        segments=segments,
        metadata=find_metadata(raw, decisions),
        member=raw.member,
    )


def explain_cleaning(raw: RawArticle, repeated: frozenset[str] = frozenset()) -> list[BlockDecision]:
    """What ``clean_article`` keeps of an article, block by block, and why it does not keep the rest."""
    clean = clean_body if raw.extracted_body else clean_blocks
    return clean(split_blocks(raw.text), repeated)


def fingerprints(raw: RawArticle) -> tuple[str, ...]:
    """Fingerprints of all blocks of ``raw``, in order: what the statistics of repetition need to know."""
    return tuple(block_fingerprint(block) for block in split_blocks(raw.text))


def source_key(path: str) -> str:
    """Articles with the same key are compared for repeated blocks: those of one folder."""
    return str(PurePath(path).parent)


def _join(blocks: Iterable[Block]) -> tuple[str, tuple[Segment, ...]]:
    segments: list[Segment] = []
    texts: list[str] = []
    position = 0
    for block in blocks:
        segments.append(Segment(clean_start=position, raw_start=block.start, length=len(block.text)))
        texts.append(block.text)
        position += len(block.text) + len(_SEPARATOR)
    return _SEPARATOR.join(texts), tuple(segments)
