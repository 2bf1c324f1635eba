"""PDF documents of single articles: lines by their positions, lines into paragraphs."""

from __future__ import annotations

import io
import re
import statistics
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from assistant.articles.formats.base import Limits, RawSource
from assistant.errors import ArticleError
from assistant.records import Claim, RawArticle

_SAME_LINE = 2.0  # points
_LOOSE = 1.25  # times the usual step from line to line
_SURE_OF_TITLE = 0.3


@dataclass(frozen=True, slots=True)
class _Line:
    height: float  # points above the foot of the page
    size: float  # of the letters, in points
    text: str


@dataclass(frozen=True, slots=True)
class Pdf:
    """One article a document; of its properties only the title is used, the dates are those of the file."""

    name: str = "a PDF document"
    suffixes: tuple[str, ...] = (".pdf",)

    def claims(self, head: bytes, name: str) -> bool:
        """By signature, which may come a little after the beginning."""
        return head.startswith(b"%PDF-") or (b"%PDF-" in head[:1024] and b"\x00" in head[:1024])

    def read(self, source: RawSource, limits: Limits) -> Iterator[RawArticle]:
        """The article; ArticleError when there is no text in it (a scan)."""
        import pypdf  # slow to import

        data = source.read_whole(limits.article_bytes)
        if b"%PDF-" not in data[:1024]:
            raise ArticleError("It is not a PDF document.", "Give it the suffix of its format.")
        with pypdf.apply_configuration(zlib_maximum_output_length=2 * limits.article_bytes):
            reader = pypdf.PdfReader(io.BytesIO(data), strict=False)
            pages: list[list[_Line]] = []
            characters = 0
            for page in reader.pages:
                pages.append(_lines(page))
                characters += sum(len(line.text) for line in pages[-1])
                if characters > limits.article_bytes:
                    raise ArticleError("It holds more text than the limit.", "Split it, or raise max_file_bytes.")
            title = (reader.metadata.title or "").strip() if reader.metadata else ""
        text = "\n\n".join(_paragraphs(pages))
        if not text:
            raise ArticleError("No text is found in it; it may be a scan.", "Recognise its text first (OCR).")
        claims = [Claim("title", title, "document properties", _SURE_OF_TITLE)] if title else []
        yield source.article(text, claims)


def _lines(page: Any) -> list[_Line]:
    """A page's lines in the order they are written."""
    lines: list[_Line] = []

    def visit(text: str, cm: Sequence[float], tm: Sequence[float], font: Any, size: float) -> None:
        if not text.strip():
            return
        height = tm[4] * cm[1] + tm[5] * cm[3] + cm[5]
        scaled = round(abs(size * tm[3] * cm[3]) or size, 1)
        if lines and abs(lines[-1].height - height) < _SAME_LINE:
            lines[-1] = _Line(lines[-1].height, lines[-1].size, lines[-1].text + text)
        else:
            lines.append(_Line(height, scaled, text))

    page.extract_text(visitor_text=visit)
    return [_Line(line.height, line.size, " ".join(line.text.split())) for line in lines]


def _paragraphs(pages: Sequence[Sequence[_Line]]) -> list[str]:
    """Lines joined into paragraphs; heads and feet that most pages repeat are left out."""
    seen = Counter(key for page in pages for key in {_running(line) for line in page})
    paragraphs: list[str] = []
    for page in pages:
        kept = [line for line in page if len(pages) < 3 or seen[_running(line)] <= len(pages) / 2]
        step = _usual_step(kept)
        previous = None
        for line in kept:
            if previous is None or not paragraphs or _begins(previous, line, step, paragraphs[-1]):
                paragraphs.append(line.text)
            else:
                paragraphs[-1] = _joined(paragraphs[-1], line.text)
            previous = line
    return paragraphs


def _running(line: _Line) -> tuple[str, int]:
    return re.sub(r"\d+", "#", line.text), round(line.height)


def _usual_step(lines: Sequence[_Line]) -> float:
    steps = [
        above.height - below.height
        for above, below in pairwise(lines)
        if 0 < above.height - below.height < 3 * max(below.size, 6)
    ]
    return statistics.multimode(round(step) for step in steps)[0] if steps else 12.0


def _begins(previous: _Line, line: _Line, step: float, before: str) -> bool:
    """Whether a line begins a paragraph: other letters, a wide gap, or a new column after a finished sentence."""
    if line.size != previous.size:
        return True
    drop = previous.height - line.height
    if drop < -_SAME_LINE:
        return not (before[-1].isalnum() or before[-1] in ",-")
    return drop > step * _LOOSE


def _joined(before: str, text: str) -> str:
    if not before.endswith("-"):
        return f"{before} {text}"
    return before[:-1] + text if text[:1].islower() else before + text
