"""Scraped pages with their gold bodies: a folder of HTML, or JSON lines with gold spans."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from pathlib import Path, PurePosixPath
from typing import Any

from assistant.articles import load_article
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
from assistant.datasets.lines import Entry, Loaded, Problem, Source, gather, load_lines, read_source
from assistant.errors import ArticleError, DatasetError

_GOLD = "ground-truth.json"
_FOLDER_FORM = f'Give a folder with {_GOLD} ({{id: {{"articleBody": …}}}}) and html/<id>.html or .html.gz.'
_LINES_FORM = (
    "Give a folder with ground-truth.json and html/, or one JSON object a line with file (or text) and spans, "
    "each span with start and end."
)
#: Bytes of one page, unpacked; the largest news pages hold about two million.
_LARGEST_PAGE = 10_000_000
#: Where and how HTML declares its encoding (https://html.spec.whatwg.org/#prescan-a-byte-stream-to-determine-its-encoding).
_DECLARED_WITHIN = 1024
_CHARSET = re.compile(rb"charset\s*=\s*[\"']?([A-Za-z0-9._:-]+)")


@dataclass(frozen=True, slots=True)
class GoldPage:
    """A page and what of it is the article.

    Attributes:
        id: unique in its data.
        text: the page as text, with its clutter.
        body: the article alone; gold spans are joined by blank lines.
        where: ``"file:line"``.
    """

    id: str
    text: str
    body: str
    where: str


def load_pages(path: Path) -> Loaded[GoldPage]:
    """The pages of a folder, or of a file of JSON lines, gzipped or not.

    The folder holds ``ground-truth.json`` (``{id: {"articleBody": …}}``) and ``html/<id>.html`` or ``.html.gz``,
    whose text is laid out by inscriptis, as someone who saves pages as text would have it. Lines are
    ``{"file" or "text", "spans": [{"start", "end"}]}``, optionally with "id": half-open raw offsets in code
    points; a file stands in the folder of the JSON lines or below it. Raises DatasetError when nothing in it
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


def _gold_bodies(source: Source) -> Iterator[Entry | Problem]:
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
        place = _after_key(text, name, counted)
        line, counted = line + text.count("\n", counted, place), place
        where = f"{source.name}:{line}"
        if isinstance(fields, tuple):
            yield Entry(where, {**dict(fields), "id": name})
        else:
            yield Problem(where, name, 'It is not a JSON object: write it as {"articleBody": …}.')


def _after_key(text: str, key: str, start: int) -> int:
    """The end of ``key`` in a JSON text, from ``start`` on; ``start`` when it is written in another way."""
    written = "|".join(re.escape(json.dumps(key, ensure_ascii=ascii_only)) for ascii_only in (False, True))
    found = re.compile(rf"(?:{written})(?=\s*:)").search(text, start)
    return found.end() if found else start


def _html_page(entry: Entry, folder: Path) -> tuple[GoldPage]:
    name = id_field(entry.record)
    body = question_field(entry.record, "articleBody")
    return (GoldPage(name, _page_text(_html_file(folder, name)), body, entry.where),)


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
    text = str(get_text(_decoded(source.data)))
    if not has_words(text):
        raise MalformedError(f"{path} holds no words: save the page again.")
    return text


def _decoded(data: bytes) -> str:
    """As browsers do it: UTF-8, else what the page declares, else Windows' Western encoding."""
    declared = _CHARSET.search(data[:_DECLARED_WITHIN])
    for encoding in ("utf-8", declared[1].decode("ascii") if declared else "utf-8"):
        try:
            text = data.decode(encoding)
            text.encode()  # some codecs give halves of surrogate pairs
        except (UnicodeError, LookupError):
            continue
        return text
    return data.decode("cp1252", "replace")


def _marked_page(entry: Entry, folder: Path) -> tuple[GoldPage]:
    record = entry.record
    if ("file" in record) == ("text" in record):
        raise MalformedError("Give 'file' or 'text', one of them.")
    text = _article_text(folder, text_field(record, "file")) if "file" in record else question_field(record, "text")
    return (GoldPage(_name(entry), text, _spans_text(text, list_field(record, "spans")), entry.where),)


def _name(entry: Entry) -> str:
    """The id; without one, the file; without that, where it stands."""
    if "id" in entry.record:
        return id_field(entry.record)
    return str(entry.record.get("file", PurePosixPath(entry.where).name))


def _article_text(folder: Path, name: str) -> str:
    place = PurePosixPath(name)
    if place.is_absolute() or ".." in place.parts:
        raise MalformedError(f"The file {shown(name)} is not below {folder}: put this data where its files are.")
    try:
        return load_article(folder / place, _LARGEST_PAGE).text
    except (ArticleError, ValueError) as error:  # ValueError: a path with a null character
        raise MalformedError(f"{error}") from error


def _spans_text(text: str, spans: list[Any]) -> str:
    """The marked parts of ``text``, in its order, apart by blank lines."""
    places = sorted(_place(as_object(span, "A span"), len(text)) for span in spans)
    for (_, end), (start, _) in pairwise(places):
        if start < end:
            raise MalformedError(f"Two spans overlap at {start}: join them.")
    body = "\n\n".join(text[start:end] for start, end in places)
    if not has_words(body):
        raise MalformedError("'spans' hold no words: mark the article, or take the entry out.")
    return body


def _place(span: Mapping[str, Any], length: int) -> tuple[int, int]:
    start, end = offset_field(span, "start"), offset_field(span, "end")
    if not start < end <= length:
        raise MalformedError(f"The span from {start} to {end} is not inside the text of {length:,} characters.")
    return start, end
