"""The commands ``assistant train …``: from question files to the weights of a reader."""

from __future__ import annotations

import json
import signal
import sys
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.apps.options import Config, Exit, Store, Verbose, start

if TYPE_CHECKING:
    from assistant.training.trainer import Report

training = typer.Typer(help="Train the models.", no_args_is_help=True)


@training.command("reader")
def train(
    data: Annotated[Path, typer.Argument(help="Folder of the training files that the configuration names.")],
    out: Annotated[Path, typer.Argument(help="Folder for checkpoint, log and in the end the reader.")],
    config: Annotated[
        Path | None,
        typer.Option("--config", help="A TOML file like assistant/training/reader.toml, the default."),
    ] = None,
    fresh: Annotated[bool, typer.Option("--fresh", help="Start over, whatever the folder holds.")] = False,
    base: Annotated[
        Path | None,
        typer.Option("--base", help="Start from the model in this folder, whatever the configuration says."),
    ] = None,
    threads: Annotated[int, typer.Option("--threads", min=0, help="CPU threads; 0: all cores.")] = 0,
    verbose: Verbose = False,
) -> None:
    """Train a reader; run it again to resume an interrupted run."""
    start(None, verbose)
    from assistant.training.config import DEFAULT, load_config
    from assistant.training.run import TrainingOptions, train_reader

    stop = _Stop()
    options = TrainingOptions(
        data, out, fresh=fresh, base=str(base) if base else None, threads=threads, until=stop.wanted
    )
    done = train_reader(load_config(config or DEFAULT), options, _show)
    if not done:
        typer.echo(f"Stopped; the same command resumes from the checkpoint in {out}.", err=True)
        sys.exit(Exit.INTERRUPTED)
    typer.echo(f"The reader is in {out}; ASSISTANT_READER={out} uses it.")


@training.command("average")
def average(
    out: Annotated[Path, typer.Argument(help="Folder to write.")],
    readers: Annotated[list[Path], typer.Argument(help="Two or more folders that `reader` wrote from one base.")],
    verbose: Verbose = False,
) -> None:
    """Average the weights of readers that were trained apart: often better than any of them, and as small."""
    start(None, verbose)
    from assistant.training.averaging import average_readers

    average_readers(readers, out)
    typer.echo(f"The average of {len(readers)} readers is in {out}; ASSISTANT_READER={out} uses it.")


@training.command("bundle")
def bundle(
    data: Annotated[Path, typer.Argument(help="Folder of the training files that the configuration names.")],
    out: Annotated[Path, typer.Argument(help="Folder to write; it has to be empty or not to exist.")],
    config: Annotated[Path | None, typer.Option("--config", help="As for reader.")] = None,
    verbose: Verbose = False,
) -> None:
    """Put everything that training needs into one small folder, for another machine."""
    start(None, verbose)
    from assistant.training.bundle import write_bundle
    from assistant.training.config import DEFAULT

    size = write_bundle(config or DEFAULT, data, out)
    typer.echo(
        f"{size / 1e6:.1f} MB in {out}. There: assistant train reader {out}/data RUN --config {out}/reader.toml"
        f" --base {out}/base"
    )


@training.command("distant")
def distant(
    questions: Annotated[Path, typer.Argument(help="Questions with their answers (see assistant eval questions).")],
    out: Annotated[Path, typer.Argument(help="Training file to write (JSON lines).")],
    store: Store = None,
    config: Config = None,
    verbose: Verbose = False,
) -> None:
    """Make a training file from questions with known answers: passages of the index that hold or lack them."""
    settings = start(config, verbose, store)
    from assistant.datasets.questions import load_questions
    from assistant.pipeline import Assistant
    from assistant.training.distant import distant_lines

    asked = [turn for conversation in load_questions(questions).items for turn in conversation.turns[:1]]
    with Assistant.open(settings=settings) as assistant:
        lines = [
            line
            for turn in asked
            for line in distant_lines(
                turn.id,
                turn.question,
                [gold.text for gold in turn.golds if gold.text],
                [item.passage.text for item in assistant.passages_to_read(turn.question)],
            )
        ]
    out.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), encoding="utf-8")
    typer.echo(f"{len(lines)} examples from {len(asked)} questions in {out}.")


class _Stop:
    """Notes the first request to stop; the run ends after its batch. A second one ends it at once."""

    def __init__(self) -> None:
        self._asked = False
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._ask)

    def wanted(self) -> bool:
        return self._asked

    def _ask(self, number: int, frame: FrameType | None) -> None:
        if self._asked:
            raise KeyboardInterrupt
        self._asked = True
        typer.echo("Stopping after this batch; ask again to stop at once.", err=True)


def _show(report: Report) -> None:
    held_out = "" if report.held_out is None else f"  held out {report.held_out:.3f}"
    hours, minutes = divmod(round(report.seconds_left / 60), 60)
    typer.echo(
        f"{report.done:6.1%}  {report.tokens / 1e6:6.2f} M tokens  loss {report.loss:.3f}  rate {report.rate:.1e}"
        f"  {report.tokens_per_second:,.0f} tokens/s  {hours} h {minutes:02} min left{held_out}"
    )
