"""Commands that look at articles: ``assistant clean``."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.text import Text

from assistant.apps.options import Config, Exit, Json, Verbose, start
from assistant.apps.terminal import printable
from assistant.articles import clean_article, explain_cleaning, find_article_files
from assistant.articles.formats import Limits, Skipped, read_articles
from assistant.records import Metadata, RawArticle

articles = typer.Typer(rich_markup_mode=None, pretty_exceptions_enable=False)


@articles.command()
def clean(
    files: Annotated[list[Path], typer.Argument(help="Files of articles, of any format that is read.")],
    config: Config = None,
    as_json: Json = False,
    verbose: Verbose = False,
) -> None:
    """Show what of an article would be indexed, what would be dropped, and why."""
    limits = Limits(article_bytes=start(config, verbose).max_file_bytes)
    skipped = False
    for file in find_article_files(files):
        for item in read_articles(file, limits):
            if isinstance(item, Skipped):
                skipped = True
                print(
                    printable(f"Skipped: {item.place}: {item.reason} {item.remedy}"),
                    file=sys.stderr,
                )
            elif as_json:
                print(json.dumps(_as_record(item)))
            else:
                _show(item)
    raise typer.Exit(Exit.SKIPPED if skipped else Exit.DONE)


def _as_record(raw: RawArticle) -> dict[str, Any]:
    """An article's blocks with raw offsets, and its metadata."""
    return {
        "place": raw.place,
        "metadata": dict(_known(clean_article(raw).metadata)),
        "blocks": [
            {"start": one.block.start, "end": one.block.end, "kept": one.kept, "reason": one.reason}
            for one in explain_cleaning(raw)
        ],
    }


def _show(raw: RawArticle) -> None:
    console = Console(highlight=False, markup=False, soft_wrap=True)
    console.print(Text(printable(raw.place), style="bold"))
    metadata = clean_article(raw).metadata
    for name, value in _known(metadata):
        console.print(Text(f"  {name}: {printable(value)}  ({metadata.found_in[name]})", style="cyan"))
    decisions = explain_cleaning(raw)
    for one in decisions:
        text = printable(one.block.text)
        if one.kept:
            console.print(Text("+ ", style="green") + Text(text))
        else:
            console.print(Text(f"- {text}", style="red strike") + Text(f"  {one.reason}", style="yellow"))
    kept = sum(len(one.block.text) for one in decisions if one.kept)
    whole = sum(len(one.block.text) for one in decisions)
    blocks = f"{sum(one.kept for one in decisions)} of {len(decisions)} blocks kept"
    console.print(f"{blocks}, {kept / max(1, whole):.0%} of the characters\n")


def _known(metadata: Metadata) -> Iterator[tuple[str, str]]:
    """Name and value of each field that is known."""
    for name in metadata.found_in:
        yield name, str(getattr(metadata, name))
