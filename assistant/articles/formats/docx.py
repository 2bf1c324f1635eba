"""DOCX documents of single articles."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import lxml.etree

from assistant.articles.formats.base import Limits, RawSource, ends_with
from assistant.articles.formats.streams import seekable
from assistant.errors import ArticleError
from assistant.records import Claim, RawArticle

_WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_TITLE = "{http://purl.org/dc/elements/1.1/}title"
_DOCUMENT = "word/document.xml"
_SURE_OF_TITLE = 0.3
_AGAIN = "Save it again as DOCX, or as plain text."


@dataclass(frozen=True, slots=True)
class Docx:
    """One article a document; of its properties only the title is used, the dates are those of the file."""

    name: str = "a DOCX document"
    suffixes: tuple[str, ...] = (".docx",)

    def claims(self, head: bytes, name: str) -> bool:
        """When it is a ZIP archive with parts of a document at its beginning, or under such a name."""
        return head.startswith(b"PK\x03\x04") and (ends_with(name, self.suffixes) or _starts_as_document(head))

    def read(self, source: RawSource, limits: Limits) -> Iterator[RawArticle]:
        """The article: its paragraphs in order, those of tables too, deleted text left out."""
        with source.open() as stream, seekable(stream) as file, zipfile.ZipFile(file) as archive:
            root = _part(archive, _DOCUMENT, source, limits)
            if root is None:
                raise ArticleError("It holds no document.", _AGAIN)
            properties = _part(archive, "docProps/core.xml", source, limits)
        title = (properties.findtext(_TITLE) or "").strip() if properties is not None else ""
        claims = [Claim("title", title, "document properties", _SURE_OF_TITLE)] if title else []
        yield source.article("\n\n".join(_paragraphs(root)), claims)


def _starts_as_document(head: bytes) -> bool:
    return b"[Content_Types].xml" in head[:100] and b"word/" in head


def _part(archive: zipfile.ZipFile, name: str, source: RawSource, limits: Limits) -> Any:
    try:
        info = archive.getinfo(name)
    except KeyError:
        return None
    # Markup makes a document several times as large as its text.
    if info.file_size > 4 * limits.article_bytes or info.file_size > limits.ratio * (info.compress_size + 10_000):
        raise ArticleError("The document unpacks to more than the limit.", _AGAIN)
    source.budget.unpack(info.file_size)
    parser = lxml.etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True
    )
    with archive.open(info) as part:
        return lxml.etree.fromstring(part.read(info.file_size), parser)


def _paragraphs(root: Any) -> Iterator[str]:
    for fallback in list(root.iter(_FALLBACK)):  # it repeats a text box
        fallback.getparent().remove(fallback)
    for paragraph in root.iter(f"{_WORD}p"):
        pieces = (
            (each.text or "") if each.tag == f"{_WORD}t" else " "
            for each in paragraph.iter(f"{_WORD}t", f"{_WORD}tab", f"{_WORD}br")
        )
        if text := " ".join("".join(pieces).split()):
            yield text
