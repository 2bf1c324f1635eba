"""The process that parses: told on its input which files or addresses, it writes what they hold, an item a line."""

from __future__ import annotations

import json
import os
import select
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, TypeAlias

from assistant.articles import fingerprints
from assistant.articles.fetching import Fetcher, FetchSettings
from assistant.articles.formats import FieldMap, Limits, Skipped, read_articles
from assistant.records import RawArticle, Stated

#: What the process may hold, bytes, where the system can limit it.
_MEMORY = 4 << 30
_FIELDS = FieldMap()


@dataclass(frozen=True, slots=True)
class Incoming:
    """An article of a file that is taken in, with what the statistics of repetition need to know.

    Attributes:
        raw: as its file has it.
        fingerprints: of its blocks, in order.
    """

    raw: RawArticle
    fingerprints: tuple[str, ...]


Item: TypeAlias = Incoming | Skipped


@dataclass(frozen=True, slots=True)
class Task:
    """What is to be parsed.

    Attributes:
        places: paths of files, or addresses where there are ``manners``.
        limits: how much is read of each.
        fields: names of the fields of records.
        manners: how pages are fetched.
    """

    places: tuple[str, ...]
    limits: Limits
    fields: FieldMap = _FIELDS
    manners: FetchSettings | None = None

    def to_json(self) -> str:
        """What ``from_json`` reads."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, told: str) -> Task:
        """The task in another process."""
        task = json.loads(told)
        return cls(
            places=tuple(task["places"]),
            limits=Limits(**task["limits"]),
            fields=FieldMap.named(task["fields"]),
            manners=FetchSettings(**task["manners"]) if task["manners"] else None,
        )


def incoming(raw: RawArticle) -> Incoming:
    """With the fingerprints of its blocks."""
    return Incoming(raw, fingerprints(raw))


def read_file(path: Path, limits: Limits, fields: FieldMap) -> Iterator[Item]:
    """The articles of a file, and what of it gives none."""
    return map(_taken_in, read_articles(path, limits, fields))


def line_of(item: Item | None) -> str:
    """An item as a line; None ends a place."""
    named: dict[str, Any] | None = None
    if isinstance(item, Skipped):
        named = {"skipped": {field.name: getattr(item, field.name) for field in fields(Skipped)}}
    elif item is not None:
        named = {"incoming": asdict(item)}
    return json.dumps(named) + "\n"


def item_of(line: str | bytes) -> Item | None:
    """The item that ``line_of`` wrote."""
    named: dict[str, Any] | None = json.loads(line)
    if named is None:
        return None
    if "skipped" in named:
        return Skipped(**named["skipped"])
    found = named["incoming"]
    stated = tuple(Stated(**one) for one in found["raw"].pop("stated"))
    raw = RawArticle(**found["raw"], stated=stated)
    return Incoming(raw, tuple(found["fingerprints"]))


#: The line that says that the task begins.
READY = line_of(None).encode("ascii")


def main() -> None:
    """Do the task that the first line of standard input holds, and end when that is closed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever started it ends it
    _limit_memory()
    task = Task.from_json(sys.stdin.readline())
    _end_with_starter(sys.stdin.fileno())
    out = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="ascii")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # what parsers print is no item
    try:
        _write(out, None)
        for items in _parsed(task):
            for item in items:
                _write(out, item)
            _write(out, None)
    except BrokenPipeError:  # nobody listens any more
        os._exit(0)


def _parsed(task: Task) -> Iterator[Iterator[Item]]:
    """What each place holds, in order."""
    if task.manners is None:
        for place in task.places:
            yield read_file(Path(place), task.limits, task.fields)
        return
    with Fetcher(task.manners, task.limits, task.fields) as fetcher:
        for place in task.places:
            yield map(_taken_in, fetcher.fetch(place))


def _taken_in(item: RawArticle | Skipped) -> Item:
    return item if isinstance(item, Skipped) else incoming(item)


def _write(out: Any, item: Item | None) -> None:
    out.write(line_of(item))
    out.flush()


def _limit_memory() -> None:
    try:
        import resource
    except ImportError:  # not on this system
        return
    allowed = (limit for limit in resource.getrlimit(resource.RLIMIT_AS) if limit != resource.RLIM_INFINITY)
    limit = min([_MEMORY, *allowed])
    with suppress(ValueError, OSError):  # as on macOS
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))


def _end_with_starter(told: int) -> None:
    """However the process ends that holds the other end of ``told``, this one ends then, whatever a parser does."""
    if os.name != "posix":  # elsewhere a thread that waits for input keeps libraries from being loaded
        return
    import fcntl

    threading.Thread(target=_end_if_closed, args=(told, None), daemon=True).start()
    # A parser that lets no thread run, as a regular expression does, still looks for signals; not sent on every system.
    signal.signal(signal.SIGIO, lambda *_: _end_if_closed(told, 0))
    with suppress(OSError):
        fcntl.fcntl(told, fcntl.F_SETOWN, os.getpid())
        fcntl.fcntl(told, fcntl.F_SETFL, fcntl.fcntl(told, fcntl.F_GETFL) | os.O_ASYNC)


def _end_if_closed(told: int, seconds: float | None) -> None:
    if select.select([told], [], [], seconds)[0]:  # nothing more is told, so this is its end
        os._exit(0)


if __name__ == "__main__":
    main()
