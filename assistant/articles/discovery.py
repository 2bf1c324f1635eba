"""Which files of the given paths are articles."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePath

from assistant.articles.formats.base import has_suffix
from assistant.articles.formats.driver import SUFFIXES, is_claimed
from assistant.articles.formats.streams import HEAD_BYTES
from assistant.articles.loading import open_regular
from assistant.errors import ArticleError, NothingToIndexError

_log = logging.getLogger(__name__)

_SUFFIXES_IN_WORDS = ", ".join(SUFFIXES)
#: Of pages that a server makes; what such a file holds, only its content tells.
_SERVED = (".php", ".phtml", ".asp", ".aspx", ".jsp", ".shtml", ".cgi", ".cfm")
_PAGES = (".html", ".htm", ".xhtml", *_SERVED)


def find_article_files(paths: Sequence[str | Path]) -> list[Path]:
    """All article files among ``paths`` (files or folders), absolute, sorted, each once.

    Folders are searched to any depth. Names that begin with a dot are skipped there, linked folders are
    not entered, and a linked file counts only if its target lies in the same folder tree, so that nothing
    outside the given paths is ever read. Nor is the folder entered that a browser saves beside a page
    ("story_files" beside "story.html"): it holds frames, scripts and data, and no article. In folders a file
    is told by its suffix, or by its first bytes where the name has none or that of a page made by a server; one that is
    named itself is taken whatever it is called. Links that are not followed are counted in a warning.

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
    astray = 0
    for folder, subfolders, names in os.walk(root, onerror=_refuse):
        belongings = {f"{PurePath(name).stem}_files" for name in names if name.lower().endswith(_PAGES)}
        subfolders[:] = [name for name in subfolders if not name.startswith(".") and name not in belongings]
        astray += sum(_leads_out(Path(folder, name), root) for name in subfolders)
        for name in names:
            path = Path(folder, name)
            if name.startswith(".") or not _may_be_named(name):
                continue
            if _leads_out(path, root):
                astray += 1
            elif _is_article(target := path.resolve() if path.is_symlink() else path, root):
                yield target
    if astray:
        _log.warning("Links in %s that lead out of it or nowhere, and are not followed: %d.", root, astray)


def _leads_out(path: Path, root: Path) -> bool:
    """Whether it is a link out of the folder, a broken one, or one that leads to itself."""
    if not path.is_symlink():
        return False
    try:
        return not path.resolve(strict=True).is_relative_to(root)
    except (OSError, RuntimeError):
        return True


def _is_article(path: Path, root: Path) -> bool:
    hidden = any(part.startswith(".") for part in path.relative_to(root).parts)
    if hidden or not _may_be_named(path.name):
        return False
    if path.name.lower().endswith(SUFFIXES):
        return True
    try:
        with open_regular(path) as file:
            return is_claimed(file.read(HEAD_BYTES), path.name)
    except (ArticleError, OSError):
        return False


def _may_be_named(name: str) -> bool:
    return name.lower().endswith((*SUFFIXES, *_SERVED)) or not has_suffix(name)


def _refuse(error: OSError) -> None:
    # A folder skipped in silence would make its articles look removed.
    raise NothingToIndexError(
        f"Cannot list the folder {error.filename}: {error.strerror}.", "Give read permission, or name other folders."
    ) from error
