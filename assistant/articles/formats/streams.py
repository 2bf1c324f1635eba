"""Byte streams: rewound, counted, limited, seekable."""

from __future__ import annotations

import codecs
import io
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import chain
from typing import BinaryIO, cast

from assistant.articles.formats.base import Budget
from assistant.articles.loading import wide_encoding
from assistant.errors import ArticleError

HEAD_BYTES = 8192
#: So much may be unpacked of a stream before its ratio is looked at.
_RATIO_FREE_BYTES = 1_000_000
_IN_MEMORY_BYTES = 1_000_000
_CHUNK = 1 << 16


class _Reader(io.RawIOBase):
    """A readable stream that takes its bytes from ``take(count)``; fewer than asked are fine, none is the end."""

    def __init__(self, take: Callable[[int], bytes]) -> None:
        self._take = take

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        data = self._take(len(buffer))
        buffer[: len(data)] = data
        return len(data)


def reader(take: Callable[[int], bytes]) -> BinaryIO:
    """A buffered stream over a function that hands out up to so many bytes."""
    return cast(BinaryIO, io.BufferedReader(_Reader(take), _CHUNK))


def some(stream: BinaryIO, count: int) -> bytes:
    """Up to ``count`` bytes from one read: a read for more would lose them when damage follows."""
    return cast(io.BufferedReader, stream).read1(count) if hasattr(stream, "read1") else stream.read(count)


def peeked(stream: BinaryIO) -> tuple[bytes, BinaryIO]:
    """The first bytes of a stream, and a stream that begins with them again."""
    head = some(stream, HEAD_BYTES)
    if stream.seekable():
        stream.seek(0)
        return head, stream
    return head, preceded(head, stream)


def preceded(head: bytes, stream: BinaryIO) -> BinaryIO:
    """A stream that begins with ``head`` and goes on as ``stream`` does."""
    return _joined(chain([head], chunks(stream)))


def in_utf8(stream: BinaryIO) -> BinaryIO:
    """The same text in UTF-8 if it is in UTF-16 or UTF-32, wrong characters replaced; else the stream as it is."""
    head, stream = peeked(stream)
    encoding = wide_encoding(head)
    if encoding is None:
        return stream
    return _joined(text.encode("utf-8") for text in codecs.iterdecode(chunks(stream), encoding, "replace"))


def chunks(stream: BinaryIO) -> Iterator[bytes]:
    """The bytes of a stream, some at a time."""
    return iter(lambda: some(stream, _CHUNK), b"")


def _joined(pieces: Iterator[bytes]) -> BinaryIO:
    filled = filter(None, pieces)
    left = b""

    def take(count: int) -> bytes:
        nonlocal left
        left = left or next(filled, b"")
        data, left = left[:count], left[count:]
        return data

    return reader(take)


def unpacked(stream: BinaryIO, packed: Callable[[], int], budget: Budget, ratio: int) -> BinaryIO:
    """A decompressed stream that raises Exhausted or ArticleError rather than give more than is allowed.

    Args:
        stream: gives the unpacked bytes.
        packed: how many packed bytes were used for them until now.
        budget: what may still be unpacked.
        ratio: most unpacked bytes for each packed one.
    """
    given = 0

    def take(count: int) -> bytes:
        nonlocal given
        data = some(stream, min(count, _CHUNK))
        given += len(data)
        if given > _RATIO_FREE_BYTES and given > ratio * packed():
            raise ArticleError(
                f"It unpacks to more than {ratio} times its size, as only a bomb does.", "Delete it, or unpack it."
            )
        budget.unpack(len(data))
        return data

    return reader(take)


def counted(stream: BinaryIO) -> tuple[BinaryIO, Callable[[], int]]:
    """The same stream, and a function that tells how many of its bytes were read."""
    count = 0

    def take(size: int) -> bytes:
        nonlocal count
        data = stream.read(size)
        count += len(data)
        return data

    return reader(take), lambda: count


@contextmanager
def seekable(stream: BinaryIO) -> Iterator[BinaryIO]:
    """The stream itself if it can seek, else a copy of it on disk."""
    if stream.seekable():
        yield stream
        return
    with tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY_BYTES) as copy:
        shutil.copyfileobj(stream, copy, _CHUNK)
        copy.seek(0)
        yield cast(BinaryIO, copy)


def lines(stream: BinaryIO, limit: int) -> Iterator[tuple[int, bytes | None]]:
    """Number, from 1, and bytes of each line, its end taken off; None for a line of more than ``limit`` bytes."""
    number = 0
    while line := stream.readline(limit + 1):
        number += 1
        if len(line) <= limit or line.endswith(b"\n"):
            yield number, line.rstrip(b"\r\n")
            continue
        while line and not line.endswith(b"\n"):
            line = stream.readline(_CHUNK)
        yield number, None
