"""Files into raw articles: parsers run in processes of their own, so that one that hangs or grows is ended."""

from __future__ import annotations

import logging
import math
import os
import subprocess
import sys
import threading
import time
from collections.abc import Generator, Iterator, Sequence
from contextlib import ExitStack, suppress
from dataclasses import replace
from pathlib import Path
from typing import IO, cast

from assistant.articles.formats import FieldMap, Limits, Skipped, is_plain
from assistant.errors import AssistantError
from assistant.index.parsing import READY, Item, Task, item_of, read_file

_log = logging.getLogger(__name__)

#: Seconds in which a file must give its next article (parsers of hostile files may never come back).
ITEM_TIMEOUT = 60.0
#: Not multiprocessing, which would run the caller's own script once more; -P: nothing is imported from where it runs.
COMMAND = (sys.executable, "-P", "-m", "assistant.index.parsing")
_FIELDS = FieldMap()
_TRY_AGAIN = (
    "Index it again: memory may have been short, or the disk slow. If this happens again, the file may be damaged or "
    "made to harm: delete it, or save it as text."
)
#: So much is kept of what a process says, bytes, and so much of its last line is told, characters.
_HEARD, _LINE = 4096, 300


class BrokenOff(Skipped):
    """The rest of a place whose process ended or was late: chance may have done it, and another try may read it."""


class ParserPool:
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
        """Each file with its articles and what of it gives none; to be read to its end before the next.

        Raises AssistantError when the processes cannot be started.
        """
        # What is only decoded is read at once, without the second that a process takes to start.
        parsed = [path for path in files if not is_plain(path.name)]
        place = {path: number for number, path in enumerate(parsed)}
        with ExitStack() as stack:
            shares = [parsed[first :: self._count] for first in range(min(self._count, len(parsed)))]
            tasks = [Task(tuple(map(str, share)), self._limits, self._fields) for share in shares]
            workers = [stack.enter_context(Worker(task, ITEM_TIMEOUT)) for task in tasks]
            for path in files:
                if path in place:
                    yield path, workers[place[path] % self._count].items()
                else:
                    yield path, read_file(path, self._limits, self._fields)


class Worker:
    """A process that does a task; a new one takes over after a place it does not survive.

    Args:
        task: what to parse.
        timeout: seconds in which it must give its next item.
    """

    def __init__(self, task: Task, timeout: float) -> None:
        self._task = task
        self._timeout = timeout
        self._deadline = math.inf
        self._starting = True

    def __enter__(self) -> Worker:
        self._start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._stop()

    def items(self) -> Iterator[Item]:
        """What the next place of the task holds; AssistantError when the process cannot be started."""
        path, *left = self._task.paths
        self._task = replace(self._task, paths=tuple(left))
        self._wait_until_ready()
        taken = 0
        while (line := self._next_line()).endswith(b"\n"):
            item = item_of(line)
            if item is None:
                return
            taken += not isinstance(item, Skipped)
            yield item
        late = time.monotonic() > self._deadline
        reason = f"It took more than {self._timeout:.0f} seconds" if late else "Reading it ended the process"
        self._stop()
        _log.info("%s: %s; last words of the process: %r", path, reason, self._words.last())
        self._start()
        yield BrokenOff(path, f"{reason} (articles before that: {taken}).", _TRY_AGAIN, cut=True)

    def _wait_until_ready(self) -> None:
        """Importing the parsers takes no file's time, and is no file's fault when it fails."""
        while self._starting:
            line = self._out.readline()
            if not line:
                raise _not_started(self._words.last())
            self._starting = line != READY

    def _next_line(self) -> bytes:
        """Empty when the process has ended, by itself or by being late."""
        self._deadline = time.monotonic() + self._timeout
        line = self._out.readline()
        if line:
            self._deadline = math.inf
        return line

    def _start(self) -> None:
        path = os.pathsep.join(folder or os.getcwd() for folder in sys.path)
        pipe, environment = subprocess.PIPE, {**os.environ, "PYTHONPATH": path}
        try:
            self._process = subprocess.Popen(COMMAND, stdin=pipe, stdout=pipe, stderr=pipe, env=environment)
        except OSError as error:
            raise _not_started(str(error)) from error
        self._in, self._out = cast(IO[bytes], self._process.stdin), cast(IO[bytes], self._process.stdout)
        self._words = _Words(cast(IO[bytes], self._process.stderr))
        self._starting, self._deadline = True, math.inf
        with suppress(OSError):  # one that ended at once is found out by its silence
            self._in.write(f"{self._task.to_json()}\n".encode("ascii"))
            self._in.flush()  # and not closed: when it closes, the process ends itself
        self._over = threading.Event()
        threading.Thread(target=self._end_if_late, args=(self._process, self._over), daemon=True).start()

    def _end_if_late(self, process: subprocess.Popen[bytes], over: threading.Event) -> None:
        while not over.wait(min(1.0, self._timeout / 4)):
            if time.monotonic() > self._deadline:
                process.kill()
                return

    def _stop(self) -> None:
        self._over.set()
        self._process.kill()
        self._process.wait()
        self._out.close()
        with suppress(OSError):  # what it was not told any more
            self._in.close()


class _Words:
    """What a process says on its error output; it is listened to, so that it never waits for being heard."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._heard = b""
        self._listening = threading.Thread(target=self._listen, args=(stream,), daemon=True)
        self._listening.start()

    def last(self) -> str:
        """The last line, once the process has ended."""
        self._listening.join(timeout=1.0)  # something that it started may go on speaking
        lines = self._heard.decode("utf-8", "replace").split("\n")
        return next((line.strip()[-_LINE:] for line in reversed(lines) if line.strip()), "it gave no reason")

    def _listen(self, stream: IO[bytes]) -> None:
        with stream:
            while heard := os.read(stream.fileno(), _HEARD):
                self._heard = (self._heard + heard)[-_HEARD:]


def _not_started(reason: str) -> AssistantError:
    return AssistantError(
        f"The process that reads pages, PDFs and records did not start: {reason.rstrip('.')}.",
        "Nothing was changed. Allow more memory (ulimit -v) if it is short; install again if a module is missing.",
    )
