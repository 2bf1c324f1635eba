"""WARC files: the pages of a crawl."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

from assistant.articles.formats.base import Limits, RawSource, Skipped, skip
from assistant.articles.formats.html import decode_html, read_page
from assistant.articles.formats.streams import some
from assistant.articles.loading import decode
from assistant.errors import ArticleError
from assistant.records import Claim, RawArticle

_READ = ("text/html", "application/xhtml+xml", "text/plain")
_OK = 200
_SURE = 0.9


class _Told:
    """A stream that tells its position, as the WARC parser asks, and ends where an error comes up.

    An exception, or a stream that cannot tell, would be a panic inside the parser.
    """

    def __init__(self, stream: BinaryIO) -> None:
        self.error: Exception | None = None
        self._stream = stream
        self._position = 0

    def read(self, size: int = -1) -> bytes:
        if self.error is not None:
            return b""
        try:
            data = some(self._stream, size)
        except Exception as error:
            self.error = error
            return b""
        self._position += len(data)
        return data

    def tell(self) -> int:
        return self._position


@dataclass(frozen=True, slots=True)
class Warc:
    """One article for each response that is a page or plain text; ``fragment`` is the response's number.

    The date of a record is when it was crawled, and is not used.
    """

    name: str = "a WARC file"
    suffixes: tuple[str, ...] = (".warc",)

    def claims(self, head: bytes, name: str) -> bool:
        """By the first line."""
        return head.startswith(b"WARC/")

    def read(self, source: RawSource, limits: Limits) -> Iterator[RawArticle | Skipped]:
        """The articles, record by record; after a damaged record header nothing more is found."""
        from fastwarc.warc import ArchiveIterator, WarcRecordType  # slow to import

        with source.open() as opened:
            stream: Any = _Told(opened)  # Any: the parser's annotation asks for more than it calls
            records = ArchiveIterator(stream, record_types=WarcRecordType.response, parse_http=True, auto_decode="all")
            for number, record in enumerate(records, 1):
                headers: Any = record.http_headers
                if headers is None:
                    yield Skipped(source.location_of(str(number)), "The response has no head.", "Crawl the page again.")
                elif headers.status_code == _OK and (record.http_content_type or "").lower() in _READ:
                    try:
                        yield self._article(source, str(number), record, limits)
                    except ArticleError as error:
                        yield skip(source.location_of(str(number)), error)
            if stream.error is not None:
                raise stream.error

    def _article(self, source: RawSource, fragment: str, record: Any, limits: Limits) -> RawArticle:
        data = record.reader.read(limits.article_bytes + 1)
        if len(data) > limits.article_bytes:
            raise ArticleError(f"The page is larger than {limits.article_bytes:,} bytes.", "Raise max_file_bytes.")
        length = record.http_headers.get("Content-Length") or ""
        plain = not (record.http_headers.get("Content-Encoding") or record.http_headers.get("Transfer-Encoding"))
        if plain and length.isdecimal() and len(data) < int(length[:18]):
            raise ArticleError("The page is cut short.", "Fetch the file again.")
        url = record.headers.get("WARC-Target-URI") or ""
        claims = [Claim("url", url.strip("<>"), "WARC-Target-URI", _SURE)] if url else []
        place = source.location_of(fragment)
        if record.http_content_type.lower() == "text/plain":
            return source.article(decode(place, data)[1], claims, fragment)
        page = read_page(decode_html(data, place, record.http_charset), url or None)
        return source.article(page.text, [*page.claims, *claims], fragment, extracted_body=True)
