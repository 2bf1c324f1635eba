"""Scraped pages with their gold bodies: a folder of HTML, or JSON lines with gold spans."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from pathlib import Path, PurePosixPath
from typing import Any

from assistant.articles import load_article
from assistant.articles.formats import Limits, read_articles
from assistant.articles.formats.html import decode_html
from assistant.datasets.fields import (
    MalformedError,
    as_object,
    has_words,
    id_field,
    list_field,
    offset_field,
    question_field,
    shown,
    text_field,
)
from assistant.datasets.lines import LineEntry, LineSource, Loaded, Problem, gather, load_lines, read_source
from assistant.errors import ArticleError, DatasetError
from assistant.records import RawArticle

_GOLD = "ground-truth.json"
_FOLDER_FORM = f'Give a folder with {_GOLD} ({{id: {{"articleBody": …}}}}) and html/<id>.html or .html.gz.'
_LINES_FORM = (
    "Give a folder with ground-truth.json and html/, or one JSON object a line with file (or text) and spans, "
    "each span with start and end."
)
#: Bytes of one page, unpacked; the largest news pages hold about two million.
_LARGEST_PAGE = 10_000_000


@dataclass(frozen=True, slots=True)
class GoldPage:
    """A page and what of it is the article.

    Attributes:
        id: unique in its data.
        text: the page as text, with its clutter; HTML laid out as it looks.
        body: the article alone; gold spans are joined by blank lines.
        where: ``"file:line"``.
        article: the page as it is read for the index; None when no article is found in it.
    """

    id: str
    text: str
    body: str
    where: str
    article: RawArticle | None


def load_pages(path: Path) -> Loaded[GoldPage]:
    """The pages of a folder, or of a file of JSON lines, gzipped or not.

    The folder holds ``ground-truth.json`` (``{id: {"articleBody": …}}``) and ``html/<id>.html`` or ``.html.gz``,
    which are read as any file of articles is, and laid out as text by inscriptis, as someone who saves pages as text
    would have them. Lines are
    ``{"file" or "text", "spans": [{"start", "end"}]}``, optionally with "id": half-open raw offsets in code
    points; a file is in the folder of the JSON lines or below it. Raises DatasetError when nothing in it
    can be used.
    """
    if path.name == _GOLD and path.is_file():
        raise DatasetError(f"{path} alone holds no pages.", f"Give its folder, {path.parent}.")
    if not path.is_dir():
        return load_lines(path, partial(_marked_page, folder=path.parent), _LINES_FORM)
    if not (path / _GOLD).is_file():
        raise DatasetError(f"The folder {path} has no {_GOLD}.", _FOLDER_FORM)
    source = read_source(path / _GOLD)
    return gather(source, _gold_bodies(source), partial(_html_page, folder=path / "html"), _FOLDER_FORM)


def _gold_bodies(source: LineSource) -> Iterator[LineEntry | Problem]:
    """An object for each page, its id among its fields."""
    text = source.data.decode("utf-8", "surrogateescape")
    try:
        # Pairs, not a dict: that would hide an id that is there twice.
        pages = json.loads(text, object_pairs_hook=tuple)
    except (ValueError, RecursionError) as error:
        yield Problem(source.name, None, f"The file is not JSON ({error}): correct it.")
        return
    if not isinstance(pages, tuple):
        yield Problem(source.name, None, "The file is not a JSON object: write it as {id: {…}, …}.")
        return
    line, counted = 1, 0
    for name, fields in pages:
        end = _after_key(text, name, counted)
        line, counted = line + text.count("\n", counted, end), end
        where = f"{source.name}:{line}"
        if isinstance(fields, tuple):
            yield LineEntry(where, {**dict(fields), "id": name})
        else:
            yield Problem(where, name, 'It is not a JSON object: write it as {"articleBody": …}.')


def _after_key(text: str, key: str, start: int) -> int:
    """The end of ``key`` in a JSON text, from ``start`` on; ``start`` when it is written in another way."""
    written = "|".join(re.escape(json.dumps(key, ensure_ascii=ascii_only)) for ascii_only in (False, True))
    found = re.compile(rf"(?:{written})(?=\s*:)").search(text, start)
    return found.end() if found else start


def _html_page(entry: LineEntry, folder: Path) -> tuple[GoldPage]:
    name = id_field(entry.record)
    body = question_field(entry.record, "articleBody")
    path = _html_file(folder, name)
    text = _page_text(path)
    found = (item for item in read_articles(path, Limits(_LARGEST_PAGE)) if isinstance(item, RawArticle))
    return (GoldPage(name, text, body, entry.where, next(found, None)),)


def _html_file(folder: Path, name: str) -> Path:
    if name != PurePosixPath(name).name or "\\" in name or "\0" in name:
        raise MalformedError(f"The id {shown(name)} cannot be the name of a file: give it another one.")
    for candidate in (folder / f"{name}.html.gz", folder / f"{name}.html"):
        try:
            if candidate.is_file():
                return candidate
        except OSError as error:
            raise MalformedError(f"{candidate} cannot be read: {error.strerror}.") from error
    raise MalformedError(f"There is neither {name}.html nor {name}.html.gz in {folder}: add it.")


def _page_text(path: Path) -> str:
    """The text of an HTML file, without its markup."""
    from inscriptis import get_text

    try:
        source = read_source(path)
    except DatasetError as error:
        raise MalformedError(f"{error.problem} Save the page again.") from error
    if source.damage is not None:
        raise MalformedError(f"{path}: {source.damage}")
    if len(source.data) > _LARGEST_PAGE:
        raise MalformedError(f"{path} has more than {_LARGEST_PAGE:,} bytes: check what it is.")
    try:
        text = str(get_text(decode_html(source.data, str(path))))
    except ArticleError as error:
        raise MalformedError(f"{error}") from error
    if not has_words(text):
        raise MalformedError(f"{path} holds no words: save the page again.")
    return text


def _marked_page(entry: LineEntry, folder: Path) -> tuple[GoldPage]:
    record = entry.record
    if ("file" in record) == ("text" in record):
        raise MalformedError("Give 'file' or 'text', one of them.")
    name = _name(entry)
    if "file" in record:
        article = _article(folder, text_field(record, "file"))
    else:
        text = question_field(record, "text")
        article = RawArticle(name, text, "utf-8", hashlib.sha256(text.encode()).hexdigest())
    body = _spans_text(article.text, list_field(record, "spans"))
    return (GoldPage(name, article.text, body, entry.where, article),)


def _name(entry: LineEntry) -> str:
    """The id; without one, the file; without that, its file and line."""
    if "id" in entry.record:
        return id_field(entry.record)
    return str(entry.record.get("file", PurePosixPath(entry.where).name))


def _article(folder: Path, name: str) -> RawArticle:
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts:
        raise MalformedError(f"The file {shown(name)} is not below {folder}: move this data to its files.")
    try:
        return load_article(folder / path, _LARGEST_PAGE)
    except (ArticleError, ValueError) as error:  # ValueError: a path with a null character
        raise MalformedError(f"{error}") from error


def _spans_text(text: str, spans: list[Any]) -> str:
    """The marked parts of ``text``, in its order, apart by blank lines."""
    offsets = sorted(_offsets(as_object(span, "A span"), len(text)) for span in spans)
    for (_, end), (start, _) in pairwise(offsets):
        if start < end:
            raise MalformedError(f"Two spans overlap at {start}: join them.")
    body = "\n\n".join(text[start:end] for start, end in offsets)
    if not has_words(body):
        raise MalformedError("'spans' hold no words: mark the article, or take the entry out.")
    return body


def _offsets(span: Mapping[str, Any], length: int) -> tuple[int, int]:
    start, end = offset_field(span, "start"), offset_field(span, "end")
    if not start < end <= length:
        raise MalformedError(f"The span from {start} to {end} is not inside the text of {length:,} characters.")
    return start, end
