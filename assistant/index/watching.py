"""Telling when watched folders have changed and come to rest, and when a store's writer has finished."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import inf
from pathlib import Path
from threading import Event
from time import monotonic, sleep

from assistant.errors import NothingToIndexError, StoreLockedError
from assistant.index.store import Store

#: Milliseconds without a change after which folders have come to rest.
_REST_MS = 1000
#: Seconds after which a change is told although there is no rest.
_LONGEST_UNREST = 60.0
#: Seconds between looks at a lock.
_LOCK_LOOK = 1.0


def changes(paths: Sequence[Path], ignored: Path, stop: Event | None = None) -> Iterator[None]:
    """Yields once the watch is on, then whenever something under ``paths`` has changed; until ``stop`` is set.

    A change is told when nothing has changed for a second, or after a minute. What changes while the caller is busy is
    told afterwards; a path that is replaced, or goes and comes back, is watched further.

    Args:
        paths: files and folders.
        ignored: a folder whose own changes do not count (the index may lie inside a watched folder).
        stop: ends the watch.

    Raises:
        NothingToIndexError: a path does not exist at the beginning.
    """
    since: float | None = -inf
    for changed in _ticks({_existing(path) for path in paths}, ignored.expanduser().resolve(), stop):
        if changed and since is None:
            since = monotonic()
        if since is not None and (not changed or monotonic() - since > _LONGEST_UNREST):
            since = None
            yield


def wait_until_free(store: Path) -> None:
    """Returns when no process writes to the index in ``store``."""
    while True:
        try:
            with Store(store).writing():
                return
        except StoreLockedError:
            sleep(_LOCK_LOOK)


def _existing(path: Path) -> Path:
    try:
        return path.expanduser().resolve(strict=True)
    except (OSError, RuntimeError) as error:
        raise NothingToIndexError(
            f"The path {path} does not exist or cannot be reached.", "Check its spelling and its permissions."
        ) from error


def _ticks(roots: set[Path], ignored: Path, stop: Event | None) -> Iterator[bool]:
    """Whether something has changed since the last tick, at least one tick every second."""
    from watchfiles import Change, watch

    def counts(_: Change, path: str) -> bool:
        return not Path(path).is_relative_to(ignored)

    while True:
        there, renewed = {root for root in roots if root.exists()}, True
        for found in watch(
            *there,
            watch_filter=counts,
            stop_event=stop,
            rust_timeout=_REST_MS,
            yield_on_timeout=True,
            raise_interrupt=True,
            ignore_permission_denied=True,
        ):
            yield renewed or bool(found)
            renewed = False
            gone = {Path(path) for change, path in found if change is Change.deleted}
            if gone & roots or there != {root for root in roots if root.exists()}:
                break  # the system watches what was there, not what has its name now
        else:
            return
