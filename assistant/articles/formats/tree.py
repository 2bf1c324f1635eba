"""HTML as a tree of bounded depth, and the text of its blocks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import lxml.etree
import lxml.html

_DEPTH = 120
_KEPT_ANYWHERE = ("p", "br")
_MARKUP = re.compile(
    r"<(?:p|div|br|html|body|article|h[1-6]|ul|ol|span|a|b|i|em|strong|img|table)\b[^<>]*>", re.IGNORECASE
)
_ENTITY = re.compile(r"&(?:[a-z]{2,8}|#\d{1,7}|#x[0-9a-f]{1,6});", re.IGNORECASE)
_BLOCKS = frozenset(
    (
        *("address", "article", "aside", "blockquote", "body", "br", "caption", "dd", "div", "dl", "dt", "fieldset"),
        *("figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "html", "li"),
        *("main", "nav", "ol", "p", "pre", "section", "table", "tbody", "td", "th", "thead", "tr", "ul"),
    )
)
_UNSEEN = frozenset(("script", "style", "noscript", "template", "head", "title", "svg", "iframe", "object", "button"))


class _Flat:
    """Builds the tree without the elements that lie too deep, whose text and paragraphs stay, and empty paragraphs.

    lxml itself drops all text below a depth of 256, and what comes after it. Many empty paragraphs, which say nothing,
    would cost much time later.
    """

    def __init__(self) -> None:
        self._builder = lxml.etree.TreeBuilder(element_factory=lxml.html.html_parser.makeelement)
        self._kept: list[bool] = []
        self._depth = 0
        self._begun = False  # a paragraph with nothing in it so far

    def start(self, tag: str, attributes: Any) -> None:
        keep = self._depth < _DEPTH or tag in _KEPT_ANYWHERE
        self._kept.append(keep)
        self._depth += keep
        self._go_on()
        if keep and tag == "p" and not attributes:
            self._begun = True
        elif keep:
            self._builder.start(tag, dict(attributes))

    def end(self, tag: str) -> None:
        if self._kept.pop():
            self._depth -= 1
            if not self._begun:
                self._builder.end(tag)
            self._begun = False

    def data(self, data: str) -> None:
        self._go_on()
        self._builder.data(data)

    def _go_on(self) -> None:
        if self._begun:
            self._builder.start("p", {})
            self._begun = False

    def close(self) -> Any:
        return self._builder.close()


def parse(html: str) -> Any:
    """The tree of a page or a fragment, an ``lxml.html.HtmlElement``; ValueError when there is nothing in it."""
    parser = lxml.etree.HTMLParser(target=_Flat(), huge_tree=True, encoding="utf-8")
    try:
        tree = lxml.etree.fromstring(html.encode("utf-8", "replace"), parser)
    except (lxml.etree.LxmlError, AssertionError) as error:
        raise ValueError(f"not HTML: {error}") from error
    if tree is None:
        raise ValueError("not HTML: it has no element")
    return tree


def is_markup(text: str) -> bool:
    """Whether a text is HTML, not plain text: it has at least one tag of HTML."""
    return _MARKUP.search(text) is not None


def fragment_text(html: str) -> str:
    """The text of all blocks of a page or a fragment, separated by blank lines; "" when there is none."""
    if not is_markup(html) and not _ENTITY.search(html):
        return html.strip()
    try:
        tree = parse(f"<html><body>{html}</body></html>")
    except ValueError:
        return ""
    return "\n\n".join(_blocks(tree))


def _blocks(tree: Any) -> Iterator[str]:
    """Runs of text between the edges of blocks, their white space collapsed."""
    run: list[str] = []
    unseen = 0
    for event, element in lxml.etree.iterwalk(tree, events=("start", "end")):
        tag = element.tag if isinstance(element.tag, str) else ""
        if tag in _BLOCKS:
            if text := " ".join("".join(run).split()):
                yield text
            run.clear()
        if event == "start":
            unseen += tag in _UNSEEN
            piece = element.text if tag else None
        else:
            unseen -= tag in _UNSEEN
            piece = element.tail
        if piece and not unseen:
            run.append(piece)
    if text := " ".join("".join(run).split()):
        yield text
