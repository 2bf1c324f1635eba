"""The report: one HTML page that holds everything, needs no network and runs nothing but its own filter.

A folder of reports may be written into again and again; a page that is not a report is never replaced.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.errors import DatasetError
from assistant.evaluation.report.content import content, showable
from assistant.evaluation.results import Evaluation

if TYPE_CHECKING:
    from jinja2 import Template

    from assistant.evaluation.comparison import Comparison

_PAGE = "index.html"
#: Near the beginning of every report (see page.html), and of no other page.
_GENERATOR = b'<meta name="generator" content="assistant eval">'
#: Bytes of a page in which that line is looked for.
_HEAD = 4096


def write_report(evaluation: Evaluation[Any], folder: str | Path, comparison: Comparison | None = None) -> Path:
    """Write ``index.html`` into ``folder``, which is made when it is not there, and return its path.

    The page is self-contained and fetches nothing; text from the data is shown, never obeyed. An earlier report is
    replaced whole, or not at all. Raises DatasetError when the page cannot be written, or another page is there.
    """
    folder = Path(folder)
    require_report_folder(folder)
    page = _template().render(content(evaluation, comparison)).encode("utf-8")
    path = folder / _PAGE
    with _failures_named(path), tempfile.TemporaryDirectory(prefix=".report-", dir=folder) as beside:
        whole = Path(beside) / _PAGE
        whole.write_bytes(page)
        os.replace(whole, path)
    return path


def require_report_folder(folder: Path) -> None:
    """Make sure, before a long run, that its report can be written into ``folder``; make it when it is not there.

    Raises DatasetError when nothing can be written there, or when ``index.html`` there is not a report.
    """
    path = folder / _PAGE
    with _failures_named(path):
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
        if path.is_dir() or (path.exists() and not _is_report(path)):
            raise DatasetError(
                f"{path} is not a report of this program, and would be replaced.",
                "Name another folder for the report.",
            )


def _is_report(path: Path) -> bool:
    with path.open("rb") as file:
        return _GENERATOR in file.read(_HEAD)


@contextmanager
def _failures_named(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        problem = f"The report {path} cannot be written: {error.strerror or error}."
        raise DatasetError(problem, "Name another folder, or make room there.") from error


@cache
def _template() -> Template:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=showable,
    )
    return environment.get_template("page.html")


__all__ = ["require_report_folder", "write_report"]
