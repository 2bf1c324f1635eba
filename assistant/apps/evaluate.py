"""The commands ``assistant eval …``: measure a part, or the whole, against data with known answers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.apps.evaluation_output import Output
from assistant.apps.options import Config, start
from assistant.settings import Settings

if TYPE_CHECKING:
    from assistant.evaluation.results import Evaluation, Kind, Row
    from assistant.evaluation.run import RunOptions

evaluation = typer.Typer(help="Measure the answers, or a part of what makes them.", no_args_is_help=True)

Data = Annotated[Path, typer.Argument(help="The data; gzip is understood.")]
Store = Annotated[
    Path | None, typer.Option("--store", help="The index to search [questions: vectorstore; conversation: none].")
]
Limit = Annotated[
    int | None,
    typer.Option("--limit", min=1, help="Score the first N only; a conversation counts as one.", metavar="N"),
]
Sample = Annotated[
    int | None, typer.Option("--sample", help="With --limit: N drawn at random with this seed.", metavar="SEED")
]
Json = Annotated[
    Path | None, typer.Option("--json", help="Write figures and every row here; - for the terminal.", metavar="FILE")
]
Report = Annotated[Path | None, typer.Option("--report", help="Write an HTML report into this folder.", metavar="DIR")]
Compare = Annotated[Path | None, typer.Option("--compare", help="Say what changed since this run.", metavar="OLD.json")]
Fresh = Annotated[bool, typer.Option("--fresh", help="Start over, whatever an interrupted run has left.")]
Misses = Annotated[bool, typer.Option("--verbose", "-v", help="List every miss; log what happens.")]


def _reading(data: Path, settings: Settings, options: RunOptions) -> Evaluation[Row]:
    """The reader alone, each question in its own context: SQuAD-format JSON, or JSON lines."""
    from assistant.evaluation import evaluate_reading

    return evaluate_reading(data, settings=settings, options=options)


def _open(data: Path, settings: Settings, options: RunOptions) -> Evaluation[Row]:
    """The whole path: all contexts become articles of a temporary index, each question is asked over all of them."""
    from assistant.evaluation import evaluate_open

    return evaluate_open(data, settings=settings, options=options)


def _questions(data: Path, settings: Settings, options: RunOptions, store: Path | None) -> Evaluation[Row]:
    """Your own questions and conversations over your own index (see seeds/questions.jsonl for the form)."""
    from assistant.evaluation import evaluate_questions

    return evaluate_questions(data, settings=settings, options=options)


def _conversation(data: Path, settings: Settings, options: RunOptions, store: Path | None) -> Evaluation[Row]:
    """Follow-up questions made complete, against what people wrote; with --store, what either then finds."""
    from assistant.evaluation import evaluate_conversation
    from assistant.pipeline import Assistant

    if store is None:
        return evaluate_conversation(data, settings=settings, options=options)
    with Assistant.open(settings=settings) as assistant:
        return evaluate_conversation(data, settings=settings, options=options, assistant=assistant)


def _cleaning(data: Path, settings: Settings, options: RunOptions) -> Evaluation[Row]:
    """What cleaning keeps and drops: a folder with ground-truth.json and html/, or JSON lines with gold spans."""
    from assistant.evaluation import evaluate_cleaning

    return evaluate_cleaning(data, settings=settings, options=options)


def _register(kind: Kind, evaluate: Callable[[Path, Settings, RunOptions], Evaluation[Row]]) -> None:
    """A command over data alone."""

    @evaluation.command(kind, help=evaluate.__doc__)
    def command(
        data: Data,
        limit: Limit = None,
        sample: Sample = None,
        json_file: Json = None,
        report: Report = None,
        compare: Compare = None,
        fresh: Fresh = False,
        config: Config = None,
        verbose: Misses = False,
    ) -> None:
        settings = start(config, verbose)
        output = Output.prepared(kind, data, json_file=json_file, report=report, compare=compare, verbose=verbose)
        output.of(lambda options: evaluate(data, settings, options), limit=limit, sample=sample, fresh=fresh)


def _register_over_index(
    kind: Kind, evaluate: Callable[[Path, Settings, RunOptions, Path | None], Evaluation[Row]]
) -> None:
    """A command over data and an index."""

    @evaluation.command(kind, help=evaluate.__doc__)
    def command(
        data: Data,
        store: Store = None,
        limit: Limit = None,
        sample: Sample = None,
        json_file: Json = None,
        report: Report = None,
        compare: Compare = None,
        fresh: Fresh = False,
        config: Config = None,
        verbose: Misses = False,
    ) -> None:
        settings = start(config, verbose, store)
        output = Output.prepared(kind, data, json_file=json_file, report=report, compare=compare, verbose=verbose)
        output.of(lambda options: evaluate(data, settings, options, store), limit=limit, sample=sample, fresh=fresh)


_register("reading", _reading)
_register("open", _open)
_register_over_index("questions", _questions)
_register_over_index("conversation", _conversation)
_register("cleaning", _cleaning)
