"""Which files of the given paths are articles."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePath

from assistant.articles.formats import SUFFIXES
from assistant.errors import NothingToIndexError

_SUFFIXES_IN_WORDS = ", ".join(SUFFIXES)
_PAGES = (".html", ".htm", ".xhtml")


def find_article_files(paths: Sequence[str | Path]) -> list[Path]:
    """All article files among ``paths`` (files or folders), absolute, sorted, each once.

    Folders are searched to any depth. Names that begin with a dot are skipped there, linked folders are
    not entered, and a linked file counts only if its target lies in the same folder tree, so that nothing
    outside the given paths is ever read. Nor is the folder entered that a browser saves beside a page
    ("story_files" beside "story.html"): it holds frames, scripts and data, and no article. In folders a file
    is told by its suffix; one that is named itself is taken whatever it is called.

    Raises:
        NothingToIndexError: a path does not exist or cannot be listed, or there is no article at all.
    """
    found: set[Path] = set()
    for given in paths:
        found.update(_files_of(Path(given)))
    if not found:
        places = ", ".join(str(path) for path in paths) or "no path at all"
        raise NothingToIndexError(
            f"No article files in {places}.",
            f"Put articles there, or name another folder. Read are: {_SUFFIXES_IN_WORDS}.",
        )
    return sorted(found)


def _files_of(given: Path) -> Iterator[Path]:
    try:
        path = given.expanduser().resolve(strict=True)
    except (OSError, RuntimeError) as error:
        raise NothingToIndexError(
            f"The path {given} does not exist or cannot be reached.", "Check its spelling and its permissions."
        ) from error
    if path.is_dir():
        yield from _files_under(path)
    else:
        yield path


def _files_under(root: Path) -> Iterator[Path]:
    for folder, subfolders, names in os.walk(root, onerror=_refuse):
        belongings = {f"{PurePath(name).stem}_files" for name in names if name.lower().endswith(_PAGES)}
        subfolders[:] = [name for name in subfolders if not name.startswith(".") and name not in belongings]
        for name in names:
            if name.startswith(".") or not _is_article_name(name):
                continue
            path = Path(folder, name)
            if not path.is_symlink():
                yield path
            elif (target := _target_within(path, root)) is not None:
                yield target


def _target_within(link: Path, root: Path) -> Path | None:
    try:
        target = link.resolve(strict=True)
    except (OSError, RuntimeError):  # a broken link, or one that leads to itself
        return None
    confined = target.is_relative_to(root) and target.is_file() and _is_article_name(target.name)
    hidden = any(part.startswith(".") for part in target.relative_to(root).parts) if confined else True
    return target if confined and not hidden else None


def _is_article_name(name: str) -> bool:
    return name.lower().endswith(SUFFIXES)


def _refuse(error: OSError) -> None:
    # A folder skipped in silence would make its articles look removed.
    raise NothingToIndexError(
        f"Cannot list the folder {error.filename}: {error.strerror}.", "Give read permission, or name other folders."
    ) from error
