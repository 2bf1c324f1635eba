"""Plain text and Markdown: one article a file, as it stands."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import yaml

from assistant.articles.blocks import split_blocks
from assistant.articles.formats.base import Limits, RawSource, has_suffix
from assistant.articles.formats.fields import FieldMap
from assistant.articles.formats.streams import HEAD_BYTES
from assistant.articles.loading import decode, decode_as, load_article
from assistant.articles.scripts import is_prose
from assistant.errors import ArticleError
from assistant.records import Claim, RawArticle

_FRONT = re.compile(r"\A\ufeff?---[ \t]*\r?\n(.{0,65536}?)^(?:---|\.\.\.)[ \t]*\r?$\n?", re.DOTALL | re.MULTILINE)
_SURE = 0.95
#: What the keys of front matter state: those that records usually have, and some of its own.
_FRONT_MATTER = {key: name for name, keys in FieldMap().of_metadata for key in keys} | {
    "site": "source",
    "sitename": "source",
    "by": "byline",
}


@dataclass(frozen=True, slots=True)
class PlainText:
    """One article a file, decoded and otherwise untouched.

    A whole file keeps its encoding and the hash of its bytes; a member of an archive is extracted.
    """

    name: str = "plain text"
    suffixes: tuple[str, ...] = (".txt", ".text")

    def claims(self, head: bytes, name: str) -> bool:
        """When most of it is paragraphs of prose and the name has no suffix; else any bytes may be text."""
        return not has_suffix(name) and _is_prose(head)

    def read(self, source: RawSource, limits: Limits) -> Iterator[RawArticle]:
        """The article; ArticleError as for ``load_article``."""
        yield whole_text(source, limits)


def _is_prose(head: bytes) -> bool:
    if len(head) >= HEAD_BYTES:  # it may end within a character
        head = head[: head.rfind(b"\n") + 1]
    try:
        blocks = split_blocks(decode("", head)[1])
    except ArticleError:
        return False
    prose = sum(len(block.text) for block in blocks if is_prose(block.text))
    return 2 * prose >= sum(len(block.text) for block in blocks) > 0


@dataclass(frozen=True, slots=True)
class Markdown:
    """One article a file, decoded and otherwise untouched; its front matter is also what is stated."""

    name: str = "Markdown"
    suffixes: tuple[str, ...] = (".md", ".markdown")

    def claims(self, head: bytes, name: str) -> bool:
        """Never: any bytes may be text."""
        return False

    def read(self, source: RawSource, limits: Limits) -> Iterator[RawArticle]:
        """The article; ArticleError as for ``load_article``."""
        article = whole_text(source, limits)
        claims = front_matter(article.text)
        if article.encoding is None:
            yield source.article(article.text, claims)
        else:
            yield replace(article, claims=claims)


def whole_text(source: RawSource, limits: Limits) -> RawArticle:
    """All of a source as one article's text; ArticleError as for ``load_article``."""
    if source.on_disk and not source.fragment:
        return load_article(Path(source.path), limits.article_bytes)
    data = source.read_whole(limits.article_bytes)
    text = decode_as(data, source.charset)
    return source.article(decode(source.location, data)[1] if text is None else text)


def front_matter(text: str) -> tuple[Claim, ...]:
    """What the front matter at the head of ``text`` states; nothing when there is none or it is not YAML."""
    match = _FRONT.match(text)
    if match is None:
        return ()
    try:
        # BaseLoader leaves every value a string and makes no objects; the C loaders crash on deep nesting.
        known = yaml.load(match[1], Loader=yaml.BaseLoader)  # noqa: S506
    except (yaml.YAMLError, ValueError, RecursionError, OverflowError, IndexError):
        return ()
    if not isinstance(known, dict):
        return ()
    claims = []
    for key, value in known.items():
        name = front_matter_field(key) if isinstance(key, str) else None
        if isinstance(value, list):
            value = ", ".join(each for each in value if isinstance(each, str))
        if name is not None and isinstance(value, str) and value.strip():
            claims.append(Claim(name, value.strip(), f"front matter '{key}'", _SURE))
    return tuple(claims)


def front_matter_field(key: str) -> str | None:
    """What a key of front matter states, as ``Stated`` names it; None when it is none of metadata."""
    return _FRONT_MATTER.get(key.strip().lower().replace(" ", "_").replace("-", "_"))
