"""What is done to a whole index besides syncing: a copy of it, and erasing what was removed from it."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from assistant.errors import StoreError
from assistant.index.catalogue.schema import open_for_reading
from assistant.index.catalogue.writer import CatalogueWriter
from assistant.index.repair import rewrite_lexical
from assistant.index.store import Store, flush


def backup(store: Path, folder: Path) -> None:
    """Copies the index in ``store`` into ``folder``, as of its present commit; questions are answered meanwhile.

    The copy is an index of its own, on this machine or another one.

    Raises StoreLockedError while a sync is running, StoreError when ``folder`` holds something, and whatever opening
    the index raises.
    """
    source, folder = Store(store), folder.expanduser().resolve()
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise StoreError(f"{folder} is not an empty folder.", "Name a new or an empty one.")
    if folder.is_relative_to(source.directory):
        raise StoreError(f"{folder} lies in the index itself.", "Name a folder outside of it.")
    source.require_current()  # where there is no index, no lock is left
    with source.writing():  # so that no sync changes anything
        version = source.require_current()
        copied = Store(folder).start()
        for name in ("lexical", "vectors"):
            shutil.copytree(version.directory / name, copied.directory / name)
        with (
            closing(open_for_reading(version.catalogue)) as there,
            closing(sqlite3.connect(copied.catalogue)) as here,
        ):
            there.backup(here)
        for path in copied.directory.rglob("*"):
            flush(path)
        Store(folder).switch(copied)


def compact(store: Path) -> None:
    """Erases from the disk what has gone from the index in ``store``: no file of it holds a removed text any more.

    A question that is being answered meanwhile may fail. Raises StoreLockedError while a sync is running.
    """
    source = Store(store)
    version = source.require_current()
    with source.writing():
        with closing(CatalogueWriter(version.catalogue)) as writer:
            writer.erase()
            rewrite_lexical(version.lexical, writer)
        source.drop_others()
