"""Pages and feeds on the web among what is indexed: told from paths, fetched, staged."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from pathlib import Path

from assistant.articles.fetching import Fetcher, FetchSettings
from assistant.articles.formats import FieldMap, Limits, Skipped
from assistant.index.catalogue_writer import CatalogueWriter, KnownFile
from assistant.index.intake import incoming
from assistant.index.plan import SyncPlan
from assistant.records import RawArticle
from assistant.settings import Settings


def is_address(path: str | Path) -> bool:
    """Whether something to be indexed is on the web; a Path never is, since it joins the two strokes."""
    return isinstance(path, str) and path.lower().startswith(("http://", "https://"))


def fetch(addresses: Iterable[str], settings: Settings) -> list[RawArticle | Skipped]:
    """The articles of these pages and feeds, and what gives none."""
    limits = Limits(article_bytes=settings.max_file_bytes)
    manners = FetchSettings(max_bytes=settings.max_file_bytes, private=settings.fetch_private)
    with Fetcher(manners, limits, FieldMap.named(settings.fields)) as fetcher:
        return [item for address in addresses for item in fetcher.fetch(address)]


def stage_fetched(writer: CatalogueWriter, plan: SyncPlan, fetched: Sequence[RawArticle | Skipped]) -> None:
    """Takes in what was fetched and is not indexed as it is; the plan counts it."""
    pages: dict[str, list[RawArticle]] = {}
    for item in fetched:
        if isinstance(item, RawArticle):
            pages.setdefault(item.path, []).append(item)
    plan.note(item for item in fetched if isinstance(item, Skipped))
    known = writer.files()
    for path, articles in pages.items():
        digest = hashlib.sha256("".join(article.content_hash for article in articles).encode()).hexdigest()
        if path in known and known[path].digest == digest:
            plan.unchanged += 1
        else:
            plan.fetched.append(path)
            plan.refetched += path in known
            writer.stage(
                path, KnownFile(digest, sum(len(article.text) for article in articles), 0), map(incoming, articles)
            )
