"""The whole way from a raw file to a clean article."""

from __future__ import annotations

from collections.abc import Iterable

from assistant.articles.blocks import Block, split_blocks
from assistant.articles.cleaning import BlockDecision, clean_blocks, clean_body
from assistant.articles.metadata import find_metadata
from assistant.records import AlignedRun, Article, RawArticle

#: Part of an index's manifest: a change here means that stored articles should be cleaned again.
CLEANING_VERSION = 6

_SEPARATOR = "\n\n"
_ID_DIGITS = 16


def clean_article(raw: RawArticle) -> Article:
    """The article in ``raw``: its kept blocks joined by blank lines, the offsets back, its metadata."""
    decisions = explain_cleaning(raw)
    text, alignment = _join(decision.block for decision in decisions if decision.kept)
    return Article(
        id=raw.content_hash[:_ID_DIGITS],
        path=raw.path,
        encoding=raw.encoding,
        raw_text=raw.text,
        text=text,
        alignment=alignment,
        metadata=find_metadata(raw, decisions),
        fragment=raw.fragment,
    )


def explain_cleaning(raw: RawArticle) -> list[BlockDecision]:
    """What ``clean_article`` keeps of an article, block by block, and why it does not keep the rest."""
    clean = clean_body if raw.extracted_body else clean_blocks
    return clean(split_blocks(raw.text))


def _join(blocks: Iterable[Block]) -> tuple[str, tuple[AlignedRun, ...]]:
    alignment: list[AlignedRun] = []
    texts: list[str] = []
    position = 0
    for block in blocks:
        alignment.append(AlignedRun(clean_start=position, raw_start=block.start, length=len(block.text)))
        texts.append(block.text)
        position += len(block.text) + len(_SEPARATOR)
    return _SEPARATOR.join(texts), tuple(alignment)
