"""One complaint about a file of records of which none has a text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import repeat
from typing import TypeAlias

from assistant.articles.formats.base import RawSource, Skipped
from assistant.articles.formats.fields import KEYS_SHOWN, NAME_THE_FIELD, Textless, in_quotes
from assistant.records import RawArticle

Item: TypeAlias = RawArticle | RawSource | Skipped


def told_together(place: str, items: Iterator[Item], held: int) -> Iterator[Item]:
    """``items`` of the source at ``place``, with one complaint at the end for all its records if none has a text.

    Complaints about records wait for the first article; ``held`` of them, and of those behind them only the last.
    """
    waiting, any_article = _Waiting(place, held), False
    try:
        for item in items:
            if isinstance(item, Textless) and not any_article:
                waiting.add(item)
                continue
            if isinstance(item, RawArticle) and not any_article:
                any_article = True
                yield from waiting.one_by_one()
            yield item
    except Exception:
        if not any_article:
            yield from waiting.together()
        raise
    if not any_article:
        yield from waiting.together()


@dataclass(slots=True)
class _Waiting:
    """Complaints about records that come before any article."""

    location: str
    most: int
    held: list[Textless] = field(default_factory=list)
    last: Textless | None = None
    more: int = 0
    keys: dict[str, None] = field(default_factory=dict)

    def add(self, item: Textless) -> None:
        if len(self.held) < self.most:
            self.held.append(item)
        else:
            self.last, self.more = item, self.more + 1
        if len(self.keys) < KEYS_SHOWN:
            self.keys |= dict.fromkeys(item.keys)

    def one_by_one(self) -> Iterator[Textless]:
        yield from self.held
        if self.last is not None:
            yield from repeat(self.last, self.more)

    def together(self) -> Iterator[Skipped]:
        if len(self.held) < 2:
            yield from self.held
            return
        reason = (
            f"None of its {len(self.held) + self.more:,} records has text under any of"
            f" {', '.join(self.held[0].looked_for)}; their fields are {in_quotes(list(self.keys)[:KEYS_SHOWN])}."
        )
        yield Skipped(self.location, reason, NAME_THE_FIELD)
