"""Files into incoming articles: parsers run in processes of their own, so that one that hangs or grows is ended."""

from __future__ import annotations

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
from assistant.index.parsing import Item, Task, item_of, read_file

#: Seconds in which a file must give its next article (parsers of hostile files may never come back).
PATIENCE = 60.0
#: Not multiprocessing, which would run the caller's own script once more; -P: nothing is imported from where it runs.
COMMAND = (sys.executable, "-P", "-m", "assistant.index.parsing")
_FIELDS = FieldMap()


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
        # What is only decoded is read at once, without the second that a process takes to start.
        parsed = [path for path in files if not is_plain(path.name)]
        place = {path: number for number, path in enumerate(parsed)}
        with ExitStack() as stack:
            shares = [parsed[first :: self._count] for first in range(min(self._count, len(parsed)))]
            tasks = [Task(tuple(map(str, share)), self._limits, self._fields) for share in shares]
            workers = [stack.enter_context(Worker(task, PATIENCE)) for task in tasks]
            for path in files:
                if path in place:
                    yield path, workers[place[path] % self._count].items()
                else:
                    yield path, read_file(path, self._limits, self._fields)


class Worker:
    """A process that does a task; a new one takes over after a place it does not survive.

    Args:
        task: what to parse.
        patience: seconds in which it must give its next item.
    """

    def __init__(self, task: Task, patience: float) -> None:
        self._task = task
        self._patience = patience
        self._deadline = math.inf
        self._starting = True

    def __enter__(self) -> Worker:
        self._start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._stop()

    def items(self) -> Iterator[Item]:
        """What the next place of the task holds."""
        place, *left = self._task.places
        self._task = replace(self._task, places=tuple(left))
        if self._starting:  # importing the parsers is not the file's fault
            self._out.readline()
            self._starting = False
        while (line := self._next_line()).endswith(b"\n"):
            item = item_of(line)
            if item is None:
                return
            yield item
        late = time.monotonic() > self._deadline
        reason = f"It took more than {self._patience:.0f} seconds." if late else "Reading it ended the process."
        self._stop()
        self._start()
        yield Skipped(place, reason, "It may be made to harm or be damaged: delete it, or save it as text.", cut=True)

    def _next_line(self) -> bytes:
        """Empty when the process has ended, by itself or by being late."""
        self._deadline = time.monotonic() + self._patience
        line = self._out.readline()
        if line:
            self._deadline = math.inf
        return line

    def _start(self) -> None:
        path = os.pathsep.join(folder or os.getcwd() for folder in sys.path)
        self._process = subprocess.Popen(
            COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": path}
        )
        self._out = cast(IO[bytes], self._process.stdout)
        self._starting, self._deadline = True, math.inf
        with (
            suppress(OSError),
            cast(IO[bytes], self._process.stdin) as told,
        ):  # one that ended at once is found out by its silence
            told.write(self._task.to_json().encode("ascii"))
        self._over = threading.Event()
        threading.Thread(target=self._end_if_late, args=(self._process, self._over), daemon=True).start()

    def _end_if_late(self, process: subprocess.Popen[bytes], over: threading.Event) -> None:
        while not over.wait(min(1.0, self._patience / 4)):
            if time.monotonic() > self._deadline:
                process.kill()
                return

    def _stop(self) -> None:
        self._over.set()
        self._process.kill()
        self._process.wait()
        self._out.close()
