"""Catalogues made for tests: articles without a sync."""

from __future__ import annotations

from assistant.articles import clean_article
from assistant.index.catalogue.publication import Prepared
from assistant.index.catalogue.staging import KnownFile
from assistant.index.catalogue.writer import CatalogueWriter
from assistant.index.parsing import Incoming
from assistant.records import Passage, RawArticle, Stated


def raw_article(path: str, text: str, hash_of: str, member: str = "") -> RawArticle:
    stated = (Stated("title", "T", "made", 0.5),)
    return RawArticle(path, text, None if member else "utf-8", hash_of * 64, member, stated)


def prepared(raw: RawArticle, key: int) -> Prepared:
    article = clean_article(raw)
    end = len(article.text)
    return Prepared(article, (Passage(f"{article.id}:0-{end}", article.id, 0, 0, end, article.text),), (key,))


def staged(writer: CatalogueWriter, *raws: RawArticle) -> None:
    known = KnownFile(raws[0].content_hash, len(raws[0].text), 7)
    writer.staging.take_in(raws[0].path, known, [Incoming(raw, ("f1", "f2")) for raw in raws])


def published(writer: CatalogueWriter, *raws: RawArticle, key: int = 1) -> None:
    """The articles of one file, in a segment of their own."""
    staged(writer, *raws)
    for raw in raws:
        writer.drafts.put(clean_article(raw), frozenset(["f2"]))
    with writer.publishing() as publication:
        publication.add_segment(key, len(raws))
        publication.put_articles([prepared(raw, key + place) for place, raw in enumerate(raws)], key)
        publication.complete_file(raws[0].path)
        publication.settle_places()
