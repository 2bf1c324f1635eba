"""Pages and feeds on the web among what is indexed: told from paths, fetched, staged."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

from assistant.articles.fetching import FetchSettings
from assistant.articles.formats import FieldMap, Limits, Skipped
from assistant.index.catalogue.staging import KnownFile
from assistant.index.catalogue.writer import CatalogueWriter
from assistant.index.intake import PATIENCE, Worker
from assistant.index.parsing import Incoming, Item, Task
from assistant.index.plan import SyncPlan
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
    manners = FetchSettings(max_bytes=settings.max_file_bytes, private=settings.fetch_private)
    task = Task(tuple(addresses), limits, FieldMap.named(settings.fields), manners)
    with Worker(task, PATIENCE + _VISITS * (manners.total_timeout + manners.max_delay)) as worker:
        return [item for _ in addresses for item in worker.items()]


def stage_fetched(writer: CatalogueWriter, plan: SyncPlan, fetched: Sequence[Item]) -> None:
    """Takes in what was fetched and is not indexed as it is; the plan counts it."""
    pages: dict[str, list[Incoming]] = {}
    for item in fetched:
        if isinstance(item, Incoming):
            pages.setdefault(item.raw.path, []).append(item)
    plan.note(item for item in fetched if isinstance(item, Skipped))
    known, left_out = writer.files(), writer.staging.left_out()
    for path, articles in pages.items():
        digest = hashlib.sha256("".join(article.raw.content_hash for article in articles).encode()).hexdigest()
        if path in left_out:
            plan.left_out += 1
        elif path in known and known[path].digest == digest:
            plan.unchanged += 1
        else:
            plan.fetched.append(path)
            plan.refetched += path in known
            size = sum(len(article.raw.text) for article in articles)
            writer.staging.take_in(path, KnownFile(digest, size, changed_ns=0), articles)
