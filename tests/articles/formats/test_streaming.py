"""Files far larger than what may be held are read in little memory, whatever their format."""

from __future__ import annotations

import gzip
import io
import json
import random
import tracemalloc
from collections.abc import Callable, Iterator
from itertools import chain, repeat

import pytest

from assistant.articles.formats import Limits, RawSource, Skipped, read_source
from assistant.articles.formats.base import Budget
from tests.articles.formats.conftest import WORDS, page
from tests.articles.formats.test_warc import record

LENGTH = 50_000_000
_DRAW = random.Random(5)
TEXTS = [" ".join(_DRAW.choices(WORDS, k=20_000)) for _ in range(8)]
PAGES = [page(["The bridge reopened. " * 3] * 5 + [f"Engineers {text[:300]}."]) + " " * 100_000 for text in TEXTS]


def _csv() -> Iterator[bytes]:
    yield b"id,text\n"
    yield from (f'{number},"{text}"\n'.encode() for number, text in _numbered(TEXTS))


def _feed() -> Iterator[bytes]:
    yield b"<?xml version='1.0'?><rss version='2.0'><channel><title>Daily</title>\n"
    for number, text in _numbered(TEXTS):
        yield f"<item><title>{number}</title><description>{text}</description></item>\n".encode()
    yield b"</channel></rss>"


def _array() -> Iterator[bytes]:
    yield b"["
    yield from (json.dumps({"id": number, "text": text}).encode() + b"," for number, text in _numbered(TEXTS))
    yield b'{"text": "Last."}]'


def _gzipped(pieces: Iterator[bytes]) -> Iterator[bytes]:
    return (gzip.compress(piece, 1) for piece in pieces)


def _numbered(texts: list[str]) -> Iterator[tuple[int, str]]:
    written = 0
    for number, text in enumerate(chain.from_iterable(repeat(texts)), 1):
        if written > LENGTH:
            return
        written += len(text)
        yield number, text


def _lines() -> Iterator[bytes]:
    return (json.dumps({"id": number, "text": text}).encode() + b"\n" for number, text in _numbered(TEXTS))


def _crawl() -> Iterator[bytes]:
    return (record(f"https://d.example/{number}", text.encode()) for number, text in _numbered(PAGES))


class _Counted(io.RawIOBase):
    """A file of pieces that are made when they are read."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._left = b""
        self.given = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        self._left = self._left or next(self._pieces, b"")
        data, self._left = self._left[: len(buffer)], self._left[len(buffer) :]
        buffer[: len(data)] = data
        self.given += len(data)
        return len(data)


@pytest.mark.parametrize(
    ("name", "pieces"),
    [
        ("dump.jsonl.gz", lambda: _gzipped(_lines())),
        ("dump.csv", _csv),
        ("dump.json", _array),
        ("crawl.warc", _crawl),
        ("crawl.warc.gz", lambda: _gzipped(_crawl())),
        ("dump.rss", _feed),
    ],
)
def test_memory_does_not_grow_with_the_file(name: str, pieces: Callable[[], Iterator[bytes]]) -> None:
    limits = Limits(ratio=10_000)
    file = _Counted(pieces())
    stream = io.BufferedReader(file)
    source = RawSource(f"/d/{name}", "", name, lambda: stream, Budget(limits.unpacked_bytes, limits.members))
    read = ahead = 0
    tracemalloc.start()
    for item in read_source(source, limits):
        assert not isinstance(item, Skipped), item
        read += len(item.text)
        ahead = max(ahead, file.given - read)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert stream.closed or not file.readline()
    if not name.startswith("crawl"):
        assert read > LENGTH
    if name in ("dump.csv", "dump.json", "dump.rss"):
        assert ahead < 4_000_000, "articles come as they are read"
    assert peak < 30_000_000
