"""What an evaluation command does with a run: checks before it, files and figures after it, a word when it is cut."""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import typer

from assistant.apps.options import Exit
from assistant.errors import DatasetError

if TYPE_CHECKING:
    from assistant.evaluation.comparison import Comparison
    from assistant.evaluation.results import Evaluation, Kind, Row
    from assistant.evaluation.run import RunOptions

_JOURNAL = "evaluation.partial"
_STDOUT = Path("-")
#: How every file of ``--json`` begins.
_OPENING = b'{\n "complete"'


@dataclass(frozen=True, slots=True)
class Output:
    """Where a run's outcome goes.

    Attributes:
        json_file: for figures and rows; "-" is standard output.
        report: folder of the HTML report.
        old: the run to compare with.
        verbose: list every miss.
    """

    json_file: Path | None
    report: Path | None
    old: Evaluation[Row] | None
    verbose: bool

    @classmethod
    def prepared(
        cls, kind: Kind, data: Path, *, json_file: Path | None, report: Path | None, compare: Path | None, verbose: bool
    ) -> Output:
        """Checked before the run, which may take hours.

        Raises DatasetError when something could not be written or would be lost, or the old run is of another kind.
        """
        from assistant.evaluation import load_evaluation

        if json_file is not None and json_file != _STDOUT:
            _check_json_file(json_file, data)
        if report is not None:
            _check_report(report, data)
        old = load_evaluation(compare) if compare is not None else None
        if old is not None and old.provenance.kind != kind:
            raise DatasetError(
                f"{compare} is a run of `eval {old.provenance.kind}`, not of `eval {kind}`.",
                "Compare with a run of the same kind.",
            )
        return cls(json_file, report, old, verbose)

    def of(
        self,
        evaluate: Callable[[RunOptions], Evaluation[Row]],
        *,
        limit: int | None,
        sample: int | None,
        fresh: bool,
    ) -> None:
        """Run ``evaluate`` with progress, write and show what came of it; exits with 4 when it is partial."""
        from assistant.apps.terminal import progress_bars
        from assistant.evaluation.run import RunOptions, discard_journal

        journal = self._journal()
        with _interruptions_explained(journal), progress_bars() as progress:
            options = RunOptions(limit, sample, journal, fresh, progress)
            result = evaluate(options)
        self._conclude(result)
        discard_journal(options)
        raise typer.Exit(Exit.DONE if result.complete else Exit.SKIPPED)

    def _conclude(self, result: Evaluation[Any]) -> None:
        """Files first: what took hours is safe before anything is compared or shown."""
        from assistant.apps.evaluation_view import show_evaluation
        from assistant.evaluation import write_report

        written = []
        if self.json_file is not None and self.json_file != _STDOUT:
            _write(self.json_file, json.dumps(result.to_dict(), indent=1) + "\n")
            written.append(f"Figures and rows: {self.json_file}")
        comparison, failure = self._compared(result)
        if self.report is not None:
            written.append(f"Report: {write_report(result, self.report, comparison)}")
        if self.json_file == _STDOUT:
            print(json.dumps(result.to_dict()), flush=True)
        else:
            show_evaluation(result, verbose=self.verbose, comparison=comparison)
        for line in written:
            print(line, file=sys.stderr)
        if failure is not None:
            raise failure

    def _compared(self, result: Evaluation[Any]) -> tuple[Comparison | None, DatasetError | None]:
        """The comparison with the old run, or why there is none."""
        from assistant.evaluation import compare

        if self.old is None:
            return None, None
        try:
            return compare(result, self.old), None
        except DatasetError as error:
            return None, error

    def _journal(self) -> Path | None:
        """Beside the result, so that the same command finds it again."""
        if self.json_file is not None and self.json_file != _STDOUT:
            return self.json_file.with_name(f"{self.json_file.name}.partial")
        return self.report / _JOURNAL if self.report is not None else None


def _check_json_file(path: Path, data: Path) -> None:
    if path.exists() and not path.is_file():
        raise DatasetError(f"{path} is not a regular file.", "Name a file for --json; - prints it.")
    if path.exists() and data.exists() and path.samefile(data):
        raise DatasetError(f"{path} is the data; the figures would replace it.", "Name another file for --json.")
    if path.exists() and path.stat().st_size and not _is_ours(path):
        raise DatasetError(f"{path} is there and is no evaluation; it is not replaced.", "Name another file.")
    if not path.parent.is_dir() or not os.access(path.parent, os.W_OK):
        raise DatasetError(f"Nothing can be written into {path.parent}.", "Make the folder, or name another one.")


def _is_ours(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(len(_OPENING)) == _OPENING


def _check_report(folder: Path, data: Path) -> None:
    from assistant.evaluation.report import require_report_folder

    if data.is_dir() and folder.resolve().is_relative_to(data.resolve()):
        raise DatasetError(f"The report's folder {folder} lies in the data.", "Name one outside of it.")
    require_report_folder(folder)


def _write(path: Path, text: str) -> None:
    """All of it or nothing."""
    whole = path.with_name(f"{path.name}.new")
    try:
        whole.write_text(text, encoding="utf-8")
        os.replace(whole, path)
    except OSError as error:
        whole.unlink(missing_ok=True)
        raise DatasetError(
            f"{path} cannot be written: {error.strerror}.",
            "Free some space or write elsewhere; what was scored is kept, so the same command is quick.",
        ) from error


@contextmanager
def _interruptions_explained(journal: Path | None) -> Iterator[None]:
    """Says how to resume after Ctrl-C; a request to terminate also leaves in order, temporary folders removed."""

    def leave(*_: object) -> NoReturn:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, leave)
    try:
        yield
    except KeyboardInterrupt:
        if journal is None:
            print("Interrupted; a run with --json FILE or --report DIR can be resumed.", file=sys.stderr)
        elif journal.exists():
            print("Interrupted; the same command resumes the run.", file=sys.stderr)
        else:
            print("Interrupted before anything was scored.", file=sys.stderr)
        raise
    finally:
        signal.signal(signal.SIGTERM, before)
