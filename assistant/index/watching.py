"""Telling when watched folders have changed and come to rest."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from threading import Event

#: Milliseconds without a change after which folders have come to rest.
_REST_MS = 1000


def changes(paths: Sequence[Path], ignored: Path, stop: Event | None = None) -> Iterator[None]:
    """Yields whenever something under ``paths`` has changed and nothing did for a second; until ``stop`` is set.

    Args:
        paths: existing files and folders.
        ignored: a folder whose own changes do not count (the index may lie inside a watched folder).
        stop: ends the watch.
    """
    from watchfiles import watch

    inside = str(ignored.expanduser().resolve())

    def counts(_: object, path: str) -> bool:
        return not path.startswith(inside)

    pending = False
    for found in watch(
        *paths,
        watch_filter=counts,
        stop_event=stop,
        rust_timeout=_REST_MS,
        yield_on_timeout=True,
        raise_interrupt=True,
        ignore_permission_denied=True,
    ):
        if found:
            pending = True
        elif pending:
            pending = False
            yield
