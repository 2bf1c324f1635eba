"""Commands over articles: ``assistant index``, ``articles``, ``remove``, ``clean``."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.text import Text

from assistant.apps.listing import show_article, show_entries
from assistant.apps.options import (
    After,
    Before,
    Config,
    Exit,
    Json,
    Language,
    Source,
    Store,
    Verbose,
    chosen_articles,
    opened,
    start,
)
from assistant.apps.terminal import printable, progress_bars, show_preview, show_report
from assistant.articles import clean_article, explain_cleaning, find_article_files
from assistant.articles.formats import FieldMap, Limits, Skipped, read_articles
from assistant.errors import AssistantError, NothingToIndexError, StoreLockedError
from assistant.records import Metadata, RawArticle, SyncReport
from assistant.settings import Settings

commands = typer.Typer(rich_markup_mode=None, pretty_exceptions_enable=False)

#: Removing more articles than this, and a larger share of the index than that, has to be confirmed.
_FEW_REMOVED, _SHARE_REMOVED = 20, 0.1

Paths = Annotated[
    list[str], typer.Argument(help="Files of articles, folders of them, or addresses of pages and feeds.")
]
Fields = Annotated[
    list[str] | None,
    typer.Option("--field", metavar="FIELD=NAME", help="A field's name in records, e.g. text=story; can be repeated."),
]


@commands.command()
def index(
    paths: Paths,
    store: Store = None,
    config: Config = None,
    rebuild: Annotated[bool, typer.Option("--rebuild", help="Clean, split and embed everything anew.")] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only show what would be done; addresses are not fetched.")
    ] = False,
    watch: Annotated[
        bool,
        typer.Option(
            "--watch", help="Index again whenever something changes, until Ctrl-C; addresses are fetched once."
        ),
    ] = False,
    workers: Annotated[int | None, typer.Option(min=1, help="Processes that parse files.")] = None,
    field: Fields = None,
    as_json: Json = False,
    verbose: Verbose = False,
) -> None:
    """Bring the index into step with files, folders and addresses."""
    from assistant.pipeline import preview

    settings = start(config, verbose, store, workers=workers, fields=_by_field(field))
    if dry_run:
        found = preview([*paths], settings=settings)
        show_preview(found, as_json=as_json)
        raise typer.Exit(Exit.SKIPPED if found.skipped else Exit.DONE)
    if watch:
        _follow(paths, settings, rebuild, as_json)
        return
    report = _sync_once(paths, settings, rebuild, as_json)
    raise typer.Exit(Exit.SKIPPED if report.skipped else Exit.DONE)


@commands.command("articles")
def list_articles(
    article: Annotated[str | None, typer.Argument(help="Id of one article: show it whole.")] = None,
    after: After = None,
    before: Before = None,
    source: Source = None,
    language: Language = None,
    store: Store = None,
    config: Config = None,
    as_json: Json = False,
    verbose: Verbose = False,
) -> None:
    """List what the index holds, or show one article."""
    from assistant.answering.prompts import Prompts

    settings = start(config, verbose, store)
    with opened(settings) as assistant:
        if article is not None:
            show_article(assistant, article, Prompts.open(settings.prompts), as_json=as_json)
            return
        show_entries(assistant.articles(where=chosen_articles(after, before, source, language)), as_json=as_json)


@commands.command()
def remove(
    paths: Annotated[list[str], typer.Argument(help="Files, folders or addresses.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask, however much is removed.")] = False,
    store: Store = None,
    config: Config = None,
    as_json: Json = False,
    verbose: Verbose = False,
) -> None:
    """Take articles out of the index; they stay out until their file is indexed by name."""
    from assistant.pipeline import remove as remove_articles

    settings = start(config, verbose, store)
    if not yes:
        _ask_before_removing_much(paths, settings)
    show_report(remove_articles([*paths], settings=settings), settings.store, as_json=as_json)


@commands.command()
def backup(
    folder: Annotated[Path, typer.Argument(help="A new or an empty folder.")],
    store: Store = None,
    config: Config = None,
    verbose: Verbose = False,
) -> None:
    """Copy the index into a folder; it answers meanwhile, and the copy answers anywhere."""
    from assistant.pipeline import backup as copy_index

    settings = start(config, verbose, store)
    copy_index(folder, settings=settings)
    print(f"The index in {printable(str(settings.store))} is copied to {printable(str(folder))}.")


@commands.command()
def compact(store: Store = None, config: Config = None, verbose: Verbose = False) -> None:
    """Erase from the disk what was removed from the index; best while nobody is asking."""
    from assistant.pipeline import compact as erase_removed

    settings = start(config, verbose, store)
    erase_removed(settings=settings)
    print(f"The index in {printable(str(settings.store))} holds nothing that was removed.")


@commands.command()
def clean(
    files: Annotated[list[Path], typer.Argument(help="Files of articles, or folders of them.")],
    config: Config = None,
    field: Fields = None,
    as_json: Json = False,
    verbose: Verbose = False,
) -> None:
    """Show what of an article would be indexed, what would be dropped, and why."""
    settings = start(config, verbose, fields=_by_field(field))
    limits, fields = Limits(article_bytes=settings.max_file_bytes), FieldMap.named(settings.fields)
    skipped = False
    for file in find_article_files(files):
        for item in read_articles(file, limits, fields):
            if isinstance(item, Skipped):
                skipped = True
                print(
                    printable(f"Skipped: {item.location}: {item.reason} {item.remedy}"),
                    file=sys.stderr,
                )
            elif as_json:
                print(json.dumps(_as_record(item)))
            else:
                _show(item)
    raise typer.Exit(Exit.SKIPPED if skipped else Exit.DONE)


def _ask_before_removing_much(paths: list[str], settings: Settings) -> None:
    """More than a tenth of the index, and more than 20 articles, by one path: that may be a slip."""
    from assistant.pipeline import removal

    for path in paths:
        going, held = removal(path, settings=settings)
        if going <= _FEW_REMOVED or going <= held * _SHARE_REMOVED:
            continue
        what = f"{printable(path)} stands for {going:,} of {held:,} articles"
        if not sys.stdin.isatty():
            raise NothingToIndexError(f"{what}; nothing was removed.", "If that is meant, add --yes.")
        typer.confirm(f"{what}. Remove them?", abort=True)


def _by_field(options: list[str] | None) -> dict[str, list[str]] | None:
    """Names by field, from ``FIELD=NAME`` as often as they are given."""
    if not options:
        return None
    names: dict[str, list[str]] = {}
    for option in options:
        field, _, name = option.partition("=")
        if not name:
            raise typer.BadParameter(f"{option!r} is not FIELD=NAME, as in text=story.", param_hint="--field")
        names.setdefault(field, []).append(name)
    return names


def _sync_once(paths: list[str], settings: Settings, rebuild: bool, as_json: bool) -> SyncReport:
    from assistant.pipeline import sync

    with progress_bars() as progress:
        report = sync([*paths], settings=settings, rebuild=rebuild, progress=progress)
    show_report(report, settings.store, as_json=as_json)
    return report


def _follow(paths: list[str], settings: Settings, rebuild: bool, as_json: bool) -> None:
    """Sync now and after every change, until interrupted; addresses are fetched with the first sync."""
    from assistant.index.addresses import is_on_web
    from assistant.index.watching import changes

    local = [path for path in paths if not is_on_web(path)]
    if not local:
        raise typer.BadParameter("Addresses are not watched. Name a file or a folder too.", param_hint="--watch")
    wanted = paths
    for _ in changes([Path(path) for path in local], settings.store):
        if _sync_if_possible(wanted, settings, rebuild, as_json):
            wanted, rebuild = local, False


def _sync_if_possible(paths: list[str], settings: Settings, rebuild: bool, as_json: bool) -> bool:
    """Whether there was anything to sync; why not goes to standard error, and another writer is waited for."""
    from assistant.index.watching import wait_until_free

    while True:
        try:
            _sync_once(paths, settings, rebuild, as_json)
            return True
        except NothingToIndexError as error:
            _say_not_synced(error)
            return False
        except StoreLockedError as error:
            _say_not_synced(error)
            wait_until_free(settings.store)


def _say_not_synced(error: AssistantError) -> None:
    print(f"Not synced: {printable(str(error))}", file=sys.stderr)


def _as_record(raw: RawArticle) -> dict[str, Any]:
    """An article's blocks with raw offsets, and its metadata."""
    return {
        "location": raw.location,
        "metadata": dict(_known(clean_article(raw).metadata)),
        "blocks": [
            {"start": one.block.start, "end": one.block.end, "kept": one.kept, "reason": one.reason}
            for one in explain_cleaning(raw)
        ],
    }


def _show(raw: RawArticle) -> None:
    console = Console(highlight=False, markup=False, soft_wrap=True)
    console.print(Text(printable(raw.location), style="bold"))
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
