"""Catalogues made for tests: articles without a sync."""

from __future__ import annotations

from assistant.articles import clean_article
from assistant.index.catalogue.writer import CatalogueWriter, IngestedFile, KeyedPassage, KnownFile
from assistant.records import Article, Claim, Passage, RawArticle


def raw_article(path: str, text: str, hash_of: str, fragment: str = "") -> RawArticle:
    claims = (Claim("title", "T", "made", 0.5),)
    return RawArticle(path, text, None if fragment else "utf-8", hash_of * 64, fragment, claims)


def one_passage(article: Article) -> Passage:
    end = len(article.text)
    return Passage(f"{article.id}:0-{end}", article.id, 0, 0, end, article.text)


def put(writer: CatalogueWriter, *raws: RawArticle) -> list[int]:
    """The articles of one file, each of one passage, in a shard of their own; their numbers. Not committed."""
    numbers, passages = [], []
    for raw in raws:
        article = clean_article(raw)
        number, has_passages = writer.put_article(raw, article)
        numbers.append(number)
        if not has_passages:
            passages.append(KeyedPassage(writer.reserve_keys(1), number, one_passage(article)))
    fragments = [(raw.fragment, number) for raw, number in zip(raws, numbers, strict=True)]
    file = IngestedFile(raws[0].path, KnownFile(raws[0].content_hash, len(raws[0].text), 7, 8), fragments)
    writer.put_batch(writer.reserve_shard(), 0, passages, [file])
    return numbers


def committed(writer: CatalogueWriter, *raws: RawArticle) -> list[int]:
    """As ``put``, and committed."""
    numbers = put(writer, *raws)
    writer.commit()
    return numbers
