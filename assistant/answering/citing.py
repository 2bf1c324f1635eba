"""From a span in a clean article to a citation into the original file."""

from __future__ import annotations

from collections.abc import Iterable

from assistant.articles import OffsetMap, sentence_spans
from assistant.errors import StoreDamagedError
from assistant.records import Article, Citation


def cite(article: Article, start: int, end: int, confidence: float) -> Citation | None:
    """The citation of the clean span ``[start, end)``: its whole sentence, as raw offsets.

    None when the span runs over the end of a sentence, and so of a block: no answer does, and a quote
    over a dropped block would not stand in the file as shown.
    Raises StoreDamagedError when raw and clean text disagree.
    """
    offsets = OffsetMap(article.alignment)
    answer = offsets.to_raw(start, end)
    block = offsets.block_around(start)
    if answer is None or block is None:
        return None
    sentence = _sentence_around(article.text, block, start)
    quote = offsets.to_raw(*sentence)
    if quote is None or end > sentence[1]:
        return None
    citation = Citation(
        article_id=article.id,
        path=article.path,
        encoding=article.encoding,
        title=article.metadata.title,
        source=article.metadata.source,
        published=article.metadata.published,
        quote=article.raw_text[quote[0] : quote[1]],
        raw_start=quote[0],
        raw_end=quote[1],
        answer_text=article.raw_text[answer[0] : answer[1]],
        answer_start=answer[0],
        answer_end=answer[1],
        confidence=confidence,
        fragment=article.fragment,
        url=article.metadata.url,
        cluster=article.cluster,
        contained=article.contained,
        language=article.metadata.language,
        also_in=article.also_in,
        other_source_count=article.other_source_count,
    )
    if citation.answer_text != article.text[start:end] or citation.quote != article.text[sentence[0] : sentence[1]]:
        raise StoreDamagedError(
            f"The stored text of {article.path} does not match its offsets.",
            "Build the index anew: assistant index PATH --rebuild.",
        )
    return citation


def by_sentence(citations: Iterable[Citation]) -> list[tuple[Citation, ...]]:
    """The citations of each sentence together, sentences in the order of their first citation."""
    sentences: dict[tuple[str, int], list[Citation]] = {}
    for citation in citations:
        sentences.setdefault((citation.article_id, citation.raw_start), []).append(citation)
    return [tuple(group) for group in sentences.values()]


def _sentence_around(text: str, block: tuple[int, int], start: int) -> tuple[int, int]:
    """Clean offsets of the sentence of the block that ``start`` lies in; empty at ``start`` when in none."""
    for first, last in sentence_spans(text[block[0] : block[1]]):
        if block[0] + first <= start < block[0] + last:
            return block[0] + first, block[0] + last
    return start, start
