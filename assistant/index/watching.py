"""Waits for changes in watched folders, and for a store's writer to finish."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from threading import Event
from time import sleep

from assistant.errors import NothingToIndexError, StoreLockedError
from assistant.index.store import Store

#: Milliseconds without a change after which changes are reported, and after which they are in any case.
_QUIET_MS, _LONGEST_MS = 1000, 60_000
#: Seconds between looks at a lock.
_LOCK_LOOK = 1.0


def changes(paths: Sequence[Path], ignored: Path, stop: Event | None = None) -> Iterator[None]:
    """Yields once the watch is on, then whenever something under ``paths`` has changed; until ``stop`` is set.

    A change is reported when nothing has changed for a second, or after a minute. What changes while the caller is busy
    is reported afterwards; a path that is replaced, or goes and comes back, stays watched.

    Args:
        paths: files and folders.
        ignored: a folder whose own changes do not count (the index may lie inside a watched folder).
        stop: ends the watch.

    Raises:
        NothingToIndexError: a path does not exist at the beginning.
    """
    from watchfiles import Change, watch

    roots, ignored = {_existing(path) for path in paths}, ignored.expanduser().resolve()

    def counts(_: Change, path: str) -> bool:
        return not Path(path).is_relative_to(ignored)

    while True:
        there, is_new = {root for root in roots if root.exists()}, True
        for found in watch(
            *there,
            watch_filter=counts,
            debounce=_LONGEST_MS,
            step=_QUIET_MS,
            stop_event=stop,
            rust_timeout=_QUIET_MS,
            yield_on_timeout=True,
            raise_interrupt=True,
            ignore_permission_denied=True,
        ):
            if found or is_new:
                yield
            is_new = False
            gone = {Path(path) for change, path in found if change is Change.deleted}
            if gone & roots or there != {root for root in roots if root.exists()}:
                break  # the system watches what was there, not what has its name now
        else:
            return


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
