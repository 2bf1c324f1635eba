"""The process that parses: its input names files or addresses, and it writes what they hold, an item a line."""

from __future__ import annotations

import ctypes
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

from assistant.articles.fetching import Fetcher, FetchSettings
from assistant.articles.formats import FieldMap, Limits, Skipped, read_articles
from assistant.records import Claim, RawArticle

#: What the process may hold, bytes, where the system can limit it.
_MEMORY = 4 << 30
_FIELDS = FieldMap()
#: Of prctl(2), PR_SET_PDEATHSIG.
_DIE_WITH_PARENT = 1

Item: TypeAlias = RawArticle | Skipped


@dataclass(frozen=True, slots=True)
class Task:
    """What is to be parsed.

    Attributes:
        paths: of files, or addresses where there is a ``policy``.
        limits: how much is read of each.
        fields: names of the fields of records.
        policy: how pages are fetched.
    """

    paths: tuple[str, ...]
    limits: Limits
    fields: FieldMap = _FIELDS
    policy: FetchSettings | None = None

    def to_json(self) -> str:
        """What ``from_json`` reads."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, line: str) -> Task:
        """The task in another process."""
        task = json.loads(line)
        return cls(
            paths=tuple(task["paths"]),
            limits=Limits(**task["limits"]),
            fields=FieldMap.named(task["fields"]),
            policy=FetchSettings(**task["policy"]) if task["policy"] else None,
        )


def read_file(path: Path, limits: Limits, fields: FieldMap) -> Iterator[Item]:
    """The articles of a file, and what of it gives none."""
    return read_articles(path, limits, fields)


def line_of(item: Item | None) -> str:
    """An item as a line; None ends a place."""
    named: dict[str, Any] | None = None
    if isinstance(item, Skipped):
        named = {"skipped": {field.name: getattr(item, field.name) for field in fields(Skipped)}}
    elif item is not None:
        named = {"article": asdict(item)}
    return json.dumps(named) + "\n"


def item_of(line: str | bytes) -> Item | None:
    """The item that ``line_of`` wrote."""
    named: dict[str, Any] | None = json.loads(line)
    if named is None:
        return None
    if "skipped" in named:
        return Skipped(**named["skipped"])
    found = named["article"]
    return RawArticle(**found | {"claims": tuple(Claim(**one) for one in found["claims"])})


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
    if task.policy is None:
        for path in task.paths:
            yield read_file(Path(path), task.limits, task.fields)
        return
    with Fetcher(task.policy, task.limits, task.fields) as fetcher:
        for path in task.paths:
            yield fetcher.fetch(path)


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


def _end_with_starter(stream: int) -> None:
    """However the process ends that holds the other end of ``stream``, this one ends then."""
    if os.name != "posix":  # elsewhere a thread that waits for input keeps libraries from being loaded
        return

    if sys.platform == "linux":  # also while a parser, as a regular expression does, lets no thread run
        ctypes.CDLL(None).prctl(_DIE_WITH_PARENT, signal.SIGKILL)

    def wait() -> None:
        select.select([stream], [], [])
        os._exit(0)

    threading.Thread(target=wait, daemon=True).start()


if __name__ == "__main__":
    main()
