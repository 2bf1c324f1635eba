"""What several commands share: exit codes, common options, how a command starts."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from enum import IntEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from assistant.articles.language import stated_code
from assistant.records import ArticleFilter
from assistant.settings import Settings, load_settings

if TYPE_CHECKING:
    from assistant.pipeline import Assistant


class Exit(IntEnum):
    """Exit codes, for scripts."""

    DONE = 0
    REFUSED = 1
    USAGE = 2
    ERROR = 3
    SKIPPED = 4
    INTERRUPTED = 130


def _language(claims: str) -> str:
    """The code in what was typed ("ja", "en-GB")."""
    code = stated_code(claims)
    if code is None:
        raise typer.BadParameter(f"'{claims}' is no language code. Use ISO 639-1: en, ja, es.")
    return code


Store = Annotated[Path | None, typer.Option("--store", help="Directory of the index [default: vectorstore].")]
Config = Annotated[Path | None, typer.Option("--config", help="A TOML file of settings.")]
After = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Published on or after.")]
Before = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Published on or before.")]
Source = Annotated[str | None, typer.Option(help="Only articles of this source.")]
Language = Annotated[
    str | None,
    typer.Option(parser=_language, metavar="CODE", help="Only articles in this language (ISO 639-1: en, ja, es)."),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Verbose = Annotated[bool, typer.Option("--verbose", "-v", help="Log what happens and how long each stage takes.")]


def start(config: Path | None, verbose: bool, store: Path | None = None, **overrides: Any) -> Settings:
    """Logging and settings of a command."""
    logging.basicConfig(level=logging.ERROR, format="%(relativeCreated)6d ms  %(message)s")
    logging.getLogger("assistant").setLevel(logging.INFO if verbose else logging.WARNING)
    return load_settings(config, store=store, **overrides)


def chosen_articles(
    after: datetime | None, before: datetime | None, source: str | None, language: str | None
) -> ArticleFilter:
    """The options that choose articles, as the assistant takes them."""
    return ArticleFilter(after.date() if after else None, before.date() if before else None, source, language)


@contextmanager
def opened(settings: Settings) -> Iterator[Assistant]:
    """The assistant over the settings' index, closed at the end."""
    from assistant.pipeline import Assistant

    with Assistant.open(settings=settings) as assistant:
        yield assistant
