"""Pages and feeds on the web among what is indexed: told from paths, and fetched."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from pathlib import Path

from assistant.articles.fetching import FetchSettings
from assistant.articles.formats import FieldMap, Limits, Skipped
from assistant.index.catalogue.writer import KnownFile
from assistant.index.parser_pool import ITEM_TIMEOUT, Worker
from assistant.index.parsing import Item, Task
from assistant.records import RawArticle
from assistant.settings import Settings

#: An article may cost so many: robots.txt, the page, redirects.
_VISITS = 4


def is_on_web(path: str | Path) -> bool:
    """Whether something to be indexed is on the web; a Path never is, since it joins the two strokes."""
    return isinstance(path, str) and path.lower().startswith(("http://", "https://"))


def fetch(addresses: Sequence[str], settings: Settings) -> list[Item]:
    """The articles of these pages and feeds, and what gives none."""
    if not addresses:
        return []
    limits = Limits(article_bytes=settings.max_file_bytes)
    policy = FetchSettings(max_bytes=settings.max_file_bytes, private=settings.fetch_private)
    task = Task(tuple(addresses), limits, FieldMap.named(settings.fields), policy)
    with Worker(task, ITEM_TIMEOUT + _VISITS * (policy.total_timeout + policy.max_delay)) as worker:
        return [item for _ in addresses for item in worker.items()]


def by_page(fetched: Iterable[Item]) -> dict[str, list[RawArticle]]:
    """The articles of each page, by its address."""
    pages: dict[str, list[RawArticle]] = {}
    for item in fetched:
        if not isinstance(item, Skipped):
            pages.setdefault(item.path, []).append(item)
    return pages


def known_page(articles: Sequence[RawArticle]) -> KnownFile:
    """What is known of a page that was fetched."""
    digest = hashlib.sha256("".join(article.content_hash for article in articles).encode()).hexdigest()
    return KnownFile(digest, sum(len(article.text) for article in articles), modified_ns=0)
