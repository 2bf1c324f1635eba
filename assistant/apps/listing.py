"""How the command line shows what the index holds: a list of articles, or one of them."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import PurePath
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table
from rich.text import Text

from assistant.answering.other_sources import also_in, each_place
from assistant.apps.terminal import printable
from assistant.errors import ArticleError
from assistant.records import ArticleEntry

if TYPE_CHECKING:
    from assistant.answering.prompts import Prompts
    from assistant.pipeline import Assistant

#: Columns of the table: the narrowest terminal that has each, its largest share of the width, and its heading.
_COLUMNS = ((0, "Id"), (0, "Published"), (0, "Lang"), (80, "Source"), (0, "Title"), (110, "File"), (130, "Copy of"))
_WIDEST = {"Source": 0.2, "File": 0.3}


def show_entries(entries: Sequence[ArticleEntry], *, as_json: bool) -> None:
    """Articles, one a line: a table as wide as the terminal; elsewhere values in full with tabs between them."""
    if as_json:
        for entry in entries:
            print(json.dumps(asdict(entry), default=str))
        return
    console = Console(highlight=False, markup=False, emoji=False)
    if console.is_terminal:
        console.print(_table(entries, console.width))
        console.print(f"{len(entries):,} {'article' if len(entries) == 1 else 'articles'}.", style="dim")
        return
    if not entries:
        print("No article of the index fits.", file=sys.stderr)
    for entry in entries:
        print("\t".join((*_described(entry), *map(_in_line, entry.locations))))


def show_article(assistant: Assistant, article_id: str, prompts: Prompts, *, as_json: bool) -> None:
    """One article: what is known about it, how that was found, where else it stands, and its clean text."""
    try:
        article = assistant.article(article_id)
    except KeyError as error:
        raise ArticleError(f"The index holds no article {article_id}.", "See the ids: assistant articles.") from error
    if as_json:
        print(json.dumps(asdict(article), default=_plain))
        return
    console = Console(highlight=False, markup=False, emoji=False, soft_wrap=True)
    console.print(Text(printable(article.location), style="bold"))
    for name, where in article.metadata.found_in.items():
        console.print(Text(printable(f"  {name}: {getattr(article.metadata, name)}  ({where})"), style="cyan"))
    if others := also_in(article, prompts):
        console.print(Text(printable(f"  {others}"), style="cyan"))
        for line in each_place(article, prompts):
            console.print(Text(printable(f"    {line}"), style="dim"))
    console.print()
    console.print(printable(article.text))


def _table(entries: Sequence[ArticleEntry], width: int) -> Table:
    """As many columns as there is room for; a cell that is too long ends with an ellipsis."""
    copies = any(entry.cluster != entry.id for entry in entries)
    shown = [name for narrowest, name in _COLUMNS if width >= narrowest and (copies or name != "Copy of")]
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim", expand=True)
    for name in shown:
        widest = int(width * _WIDEST[name]) if name in _WIDEST else None
        table.add_column(
            name, no_wrap=True, overflow="ellipsis", max_width=widest, ratio=1 if name == "Title" else None
        )
    for entry in entries:
        cells = dict(zip((name for _, name in _COLUMNS), _cells(entry), strict=True))
        table.add_row(*(Text(cells[name]) for name in shown))
    return table


def _cells(entry: ArticleEntry) -> tuple[str, ...]:
    """In the order of the columns."""
    more = f" +{len(entry.locations) - 1}" if len(entry.locations) > 1 else ""
    identity, published, language, source, title, cluster = _described(entry)
    file = _in_line(PurePath(entry.locations[0]).name)
    return identity, published, language, source, title or f"({file})", f"{file}{more}", cluster


def _described(entry: ArticleEntry) -> tuple[str, ...]:
    """Id, date, language, source, title, whose copy it is; empty where not known."""
    known = entry.metadata
    values = (entry.id, str(known.published or ""), known.language, known.source, known.title)
    return (*(_in_line(value or "") for value in values), entry.cluster if entry.cluster != entry.id else "")


def _in_line(text: str) -> str:
    """``text`` without what could steer a terminal or end a line or a column."""
    return printable(" ".join(text.split()))


def _plain(value: object) -> object:
    return sorted(value) if isinstance(value, frozenset) else str(value)
