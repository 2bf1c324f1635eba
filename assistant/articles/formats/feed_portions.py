"""A long feed cut into short ones, which are feeds of their own."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any, BinaryIO
from xml.parsers import expat

from assistant.articles.formats.streams import chunks
from assistant.errors import ArticleError

_ENTRIES = ("item", "entry")


def portions(stream: BinaryIO, size: int, limit: int) -> Iterator[bytes]:
    """Feeds with the head of this one and its next entries, in order, one held at a time.

    Where it is not well-formed, all that follows makes the last one, as it stands.

    Args:
        stream: the feed.
        size: bytes of entries after which a portion ends with the entry that is under way.
        limit: most bytes of an entry, or of what comes before the first.

    Raises:
        ArticleError: an entry is longer, there is none, or the feed declares entities.
        expat.ExpatError: more than ``limit`` follow where it is not well-formed.
    """
    watch, head, held, base = _Watch(), b"", b"", 0
    pieces = chunks(stream)
    for chunk in pieces:
        held += chunk
        damage = watch.read(chunk)
        if watch.starts and not head:
            head, held, base = held[: watch.starts[0]], held[watch.starts[0] :], watch.starts[0]
        cut = watch.starts[-1] if watch.starts else 0
        if cut - base >= size:
            yield head + held[: cut - base] + watch.tail
            held, base = held[cut - base :], cut
        if damage is not None:
            yield head + held + b"".join(islice(pieces, limit // len(chunk) + 1))
            if next(pieces, b""):
                raise damage
            return
        if len(held) > limit:
            raise ArticleError(f"An entry is longer than {limit:,} bytes.", "Raise max_file_bytes.")
    if not head:
        raise ArticleError("It is not a feed, or a feed without entries.", "Fetch the feed again.")
    yield head + held[: watch.end - base if watch.end else None] + watch.tail


class _Watch:
    """Tells at which bytes the entries of a feed begin.

    Attributes:
        starts: of every entry.
        end: where what holds the entries ends; 0 as long as it has not.
        tail: what closes all that is open around an entry.
    """

    def __init__(self) -> None:
        self.starts: list[int] = []
        self.end = 0
        self.tail = b""
        self._open: list[str] = []
        self._entry = -1  # how many elements are open around the entry that is under way
        self._around = -1
        self._parser = expat.ParserCreate()
        self._parser.StartElementHandler = self._begin
        self._parser.EndElementHandler = self._finish
        self._parser.EntityDeclHandler = _refuse

    def read(self, data: bytes) -> expat.ExpatError | None:
        """Why what follows cannot be read, if so."""
        try:
            self._parser.Parse(data, False)
        except expat.ExpatError as error:
            return error
        return None

    def _begin(self, name: str, attributes: Any) -> None:
        if self._entry < 0 and name.rpartition(":")[2] in _ENTRIES:
            self.starts.append(self._parser.CurrentByteIndex)
            self._entry = self._around = len(self._open)
            self.tail = "".join(f"</{each}>" for each in reversed(self._open)).encode()
        self._open.append(name)

    def _finish(self, name: str) -> None:
        self._open.pop()
        if len(self._open) == self._entry:
            self._entry = -1
        elif len(self._open) == self._around - 1 and not self.end:
            self.end = self._parser.CurrentByteIndex


def _refuse(*declaration: Any) -> None:
    raise ArticleError("It declares entities, as a bomb does.", "Delete it, or fetch the feed again.")
