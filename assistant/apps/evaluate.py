"""The commands ``assistant eval …``: measure a part, or the whole, against data with known answers."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Protocol

import typer

from assistant.apps.options import Config, Exit, start
from assistant.errors import DatasetError
from assistant.settings import Settings

if TYPE_CHECKING:
    from assistant.evaluation.results import Evaluation, Row
    from assistant.evaluation.run import RunOptions

evaluation = typer.Typer(help="Measure the answers, or a part of what makes them.", no_args_is_help=True)

Data = Annotated[Path, typer.Argument(help="The data; gzip is understood.")]
Store = Annotated[
    Path | None, typer.Option("--store", help="The index to search [questions: vectorstore; conversation: none].")
]
Limit = Annotated[int | None, typer.Option("--limit", min=1, help="Score the first N only.", metavar="N")]
Sample = Annotated[
    int | None, typer.Option("--sample", help="With --limit: N drawn at random with this seed.", metavar="SEED")
]
Json = Annotated[
    Path | None, typer.Option("--json", help="Write figures and every row here; - for the terminal.", metavar="FILE")
]
Report = Annotated[Path | None, typer.Option("--report", help="Write an HTML report into this folder.", metavar="DIR")]
Compare = Annotated[Path | None, typer.Option("--compare", help="Say what changed since this run.", metavar="OLD.json")]
Fresh = Annotated[bool, typer.Option("--fresh", help="Start over, even where an interrupted run could go on.")]
Misses = Annotated[bool, typer.Option("--verbose", "-v", help="List every miss; log what happens.")]

_JOURNAL = "evaluation.partial"
_STDOUT = Path("-")


class _Evaluate(Protocol):
    """What stands behind a command."""

    def __call__(self, data: Path, settings: Settings, options: RunOptions, store: Path | None) -> Evaluation[Row]: ...


def _reading(data: Path, settings: Settings, options: RunOptions, store: Path | None) -> Evaluation[Row]:
    """The reader alone, each question in its own context: SQuAD-format JSON, or JSON lines."""
    from assistant.evaluation import evaluate_reading

    return evaluate_reading(data, settings=settings, options=options)


def _open(data: Path, settings: Settings, options: RunOptions, store: Path | None) -> Evaluation[Row]:
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


def _cleaning(data: Path, settings: Settings, options: RunOptions, store: Path | None) -> Evaluation[Row]:
    """What cleaning keeps and drops: a folder with ground-truth.json and html/, or JSON lines with gold spans."""
    from assistant.evaluation import evaluate_cleaning

    return evaluate_cleaning(data, settings=settings, options=options)


def _register(name: str, evaluate: _Evaluate) -> None:
    """A command over data alone."""

    @evaluation.command(name, help=evaluate.__doc__)
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
        output = _Output.prepared(json_file, report, compare, fresh, verbose)
        settings = start(config, verbose)
        output.of(lambda options: evaluate(data, settings, options, None), limit, sample)


def _register_over_index(name: str, evaluate: _Evaluate) -> None:
    """A command over data and an index."""

    @evaluation.command(name, help=evaluate.__doc__)
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
        output = _Output.prepared(json_file, report, compare, fresh, verbose)
        settings = start(config, verbose, store)
        output.of(lambda options: evaluate(data, settings, options, store), limit, sample)


@dataclass(frozen=True, slots=True)
class _Output:
    """Where a run's outcome goes."""

    json_file: Path | None
    report: Path | None
    old: Evaluation[Row] | None
    fresh: bool
    verbose: bool

    @classmethod
    def prepared(
        cls, json_file: Path | None, report: Path | None, compare: Path | None, fresh: bool, verbose: bool
    ) -> _Output:
        """Checked before the run, which may take hours. Raises DatasetError."""
        from assistant.evaluation import load_evaluation

        if json_file is not None and json_file != _STDOUT:
            _require_writable(json_file.parent, create=False)
        if report is not None:
            _require_writable(report, create=True)
        return cls(json_file, report, load_evaluation(compare) if compare else None, fresh, verbose)

    def of(self, evaluate: Callable[[RunOptions], Evaluation[Row]], limit: int | None, sample: int | None) -> None:
        """Run ``evaluate`` with progress, show and write what came of it; exits with 4 when it is partial."""
        from assistant.apps.terminal import progress_bars
        from assistant.evaluation import RunOptions

        journal = self._journal()
        if journal is not None and self.fresh:
            journal.unlink(missing_ok=True)
        try:
            with progress_bars() as progress:
                result = evaluate(RunOptions(limit, sample, journal, progress))
        except KeyboardInterrupt:
            _say_interrupted(journal)
            raise
        self._conclude(result)
        if journal is not None:
            journal.unlink(missing_ok=True)
        raise typer.Exit(Exit.DONE if result.complete else Exit.SKIPPED)

    def _conclude(self, result: Evaluation[Any]) -> None:
        """Files first: what took hours is safe before anything is shown."""
        from assistant.apps.evaluation_view import show_evaluation
        from assistant.evaluation import compare, write_report

        comparison = compare(result, self.old) if self.old is not None else None
        written = []
        if self.json_file is not None and self.json_file != _STDOUT:
            _write(self.json_file, json.dumps(result.to_dict(), indent=1) + "\n")
            written.append(f"Figures and rows: {self.json_file}")
        if self.report is not None:
            written.append(f"Report: {write_report(result, self.report, comparison)}")
        if self.json_file == _STDOUT:
            print(json.dumps(result.to_dict()), flush=True)
        else:
            show_evaluation(result, verbose=self.verbose, comparison=comparison)
        for line in written:
            print(line, file=sys.stderr)

    def _journal(self) -> Path | None:
        """Beside the result, so that the same command finds it again."""
        if self.json_file is not None and self.json_file != _STDOUT:
            return self.json_file.with_name(f"{self.json_file.name}.partial")
        return self.report / _JOURNAL if self.report is not None else None


def _require_writable(folder: Path, *, create: bool) -> None:
    try:
        if create:
            folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DatasetError(f"The folder {folder} cannot be made: {error.strerror}.", "Name another one.") from error
    if not folder.is_dir() or not os.access(folder, os.W_OK):
        raise DatasetError(f"Nothing can be written into {folder}.", "Make the folder, or name another one.")


def _write(path: Path, text: str) -> None:
    """All of it or nothing."""
    whole = path.with_name(f"{path.name}.new")
    try:
        whole.write_text(text, encoding="utf-8")
        os.replace(whole, path)
    except OSError as error:
        raise DatasetError(f"{path} cannot be written: {error.strerror}.", "Write the result elsewhere.") from error


def _say_interrupted(journal: Path | None) -> None:
    if journal is not None and journal.exists():
        print("Interrupted; the same command goes on from here.", file=sys.stderr)
    else:
        print("Interrupted; with --json FILE or --report DIR a run can go on later.", file=sys.stderr)


_register("reading", _reading)
_register("open", _open)
_register_over_index("questions", _questions)
_register_over_index("conversation", _conversation)
_register("cleaning", _cleaning)
