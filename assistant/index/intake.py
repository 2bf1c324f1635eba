"""Files into incoming articles: parsers run in processes of their own, so that one that hangs or grows is ended."""

from __future__ import annotations

import multiprocessing
from collections.abc import Generator, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TypeAlias

from assistant.articles import fingerprints, source_key
from assistant.articles.formats import FieldMap, Limits, Skipped, read_articles
from assistant.records import RawArticle

#: Seconds in which a file must give its next article (parsers of hostile files may never come back).
PATIENCE = 60.0
#: What a process may hold, where the system can limit it.
_MEMORY = 4 << 30
#: Text and Markdown are only decoded: that is done at once, without the half second that a process takes to start.
_DECODED_ONLY = (".txt", ".text", ".md", ".markdown")
_FIELDS = FieldMap()


@dataclass(frozen=True, slots=True)
class Incoming:
    """An article of a file that is taken in, with what the statistics of repetition need to know.

    Attributes:
        raw: as its file has it.
        source_key: articles with the same key are compared for repeated blocks.
        fingerprints: of its blocks, in order.
    """

    raw: RawArticle
    source_key: str
    fingerprints: tuple[str, ...]


Item: TypeAlias = Incoming | Skipped


class Intake:
    """Reads files, in order, each as a stream of what it holds.

    Args:
        limits: how much of a file is read.
        workers: processes that parse; they read ahead of what is asked for.
        fields: names of the fields of records.
    """

    def __init__(self, limits: Limits, workers: int = 1, fields: FieldMap = _FIELDS) -> None:
        self._limits = limits
        self._fields = fields
        self._count = max(1, workers)

    def read(self, files: Sequence[Path]) -> Generator[tuple[Path, Iterator[Item]]]:
        """Each file with its articles and what of it gives none; to be read to its end before the next."""
        parsed = [path for path in files if not path.name.lower().endswith(_DECODED_ONLY)]
        place = {path: number for number, path in enumerate(parsed)}
        with ExitStack() as stack:
            shares = [parsed[first :: self._count] for first in range(min(self._count, len(parsed)))]
            workers = [stack.enter_context(_Worker(share, self._limits, self._fields)) for share in shares]
            for path in files:
                if path in place:
                    yield path, workers[place[path] % self._count].items()
                else:
                    yield path, _items(path, self._limits, self._fields)


def incoming(raw: RawArticle) -> Incoming:
    """With its source and the fingerprints of its blocks."""
    return Incoming(raw, source_key(raw.path), fingerprints(raw))


def _items(path: Path, limits: Limits, fields: FieldMap) -> Iterator[Item]:
    for item in read_articles(path, limits, fields):
        yield item if isinstance(item, Skipped) else incoming(item)


class _Worker:
    """A process that reads its share of files; a new one takes over after a file it does not survive."""

    def __init__(self, files: Sequence[Path], limits: Limits, fields: FieldMap) -> None:
        self._left = list(files)
        self._how = limits, fields
        self._starting = True

    def __enter__(self) -> _Worker:
        self._start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._stop()

    def items(self) -> Iterator[Item]:
        """What the next file of the share holds."""
        path = self._left.pop(0)
        while True:
            try:
                if self._starting:  # importing the parsers is not the file's fault
                    self._pipe.recv()
                    self._starting = False
                if not self._pipe.poll(PATIENCE):
                    yield self._lost(path, f"It took more than {PATIENCE:.0f} seconds.")
                    return
                item: Item | None = self._pipe.recv()
            except (EOFError, OSError):
                yield self._lost(path, "Reading it ended the process that read it.")
                return
            if item is None:
                return
            yield item

    def _lost(self, path: Path, reason: str) -> Skipped:
        self._stop()
        self._start()
        remedy = "It may be made to harm or be damaged: delete it, or save it as plain text."
        return Skipped(str(path), reason, remedy, cut=True)

    def _start(self) -> None:
        # A fork would copy the models' threads in whatever state they are.
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe(duplex=False)
        self._process = context.Process(target=_work, args=(theirs, self._left, *self._how), daemon=True)
        self._process.start()
        self._starting = True
        theirs.close()

    def _stop(self) -> None:
        self._process.kill()
        self._process.join()
        self._pipe.close()


def _work(pipe: Connection, files: Sequence[Path], limits: Limits, fields: FieldMap) -> None:
    _limit_memory()
    try:
        pipe.send(None)
        for path in files:
            for item in _items(path, limits, fields):
                pipe.send(item)
            pipe.send(None)
    except (BrokenPipeError, KeyboardInterrupt):  # nobody listens any more
        pass


def _limit_memory() -> None:
    try:
        import resource
    except ImportError:  # not on this system
        return
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
