"""Where gold answers stand in an index, and how early retrieval finds them.

    locator = GoldLocator(assistant)
    golds = locator.find(question.golds)
    gold_rank(assistant.retrieve(query, 50), golds)

A gold answer with offsets has that one location; one given as text, every location of its words (in its
file, when one is named); the name of a file alone, every word of that file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import NamedTuple

from assistant.datasets.fields import has_words, shown
from assistant.datasets.questions import Gold
from assistant.errors import DatasetError
from assistant.pipeline import Assistant
from assistant.records import Article, Citation, Passage, RetrievedPassage

_ARTICLES = frozenset({"a", "an", "the"})
_BETWEEN_WORDS = r"\W+(?:(?:an?|the)\W+)*"
_ANY_WORD = re.compile(r"\S+")


class Span(NamedTuple):
    """Half-open offsets, in code points."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class GoldLocation:
    """One gold answer in an index.

    Attributes:
        article_id: the article that must hold it; None: any may.
        span: its raw offsets there, when they are known.
        words: else matches its words in raw text, whatever their case and the marks between them; None: any word.
    """

    article_id: str | None
    span: Span | None = None
    words: re.Pattern[str] | None = None

    def raw_spans(self, article: Article) -> list[Span]:
        """Where it stands in ``article``, as raw offsets."""
        if self.article_id not in (None, article.id):
            return []
        if self.span is not None:
            return [self.span]
        return [Span(*found.span()) for found in (self.words or _ANY_WORD).finditer(article.raw_text)]


class GoldLocator:
    """Finds gold answers in one index, and keeps what it had to read of it.

    Args:
        assistant: over the index.
        skipped: names of files that could not be indexed, with the reason, for explanations.
    """

    def __init__(self, assistant: Assistant, skipped: Mapping[str, str] | None = None) -> None:
        self.assistant = assistant
        self.skipped = skipped or {}
        self._articles_by_name: dict[str, list[tuple[tuple[str, ...], str]]] = {}
        for path, article_ids in assistant.files().items():
            parts = PurePath(path).parts
            self._articles_by_name.setdefault(parts[-1], []).extend((parts, one) for one in article_ids)
        self._lowered: list[tuple[str, str]] | None = None

    def find(self, golds: Sequence[Gold]) -> GoldAnswers:
        """The gold answers of one question, found.

        Raises DatasetError when one is not where the data says.
        """
        return GoldAnswers(self, golds)

    def articles_named(self, file: str) -> list[str]:
        """Ids of the articles whose path ends in ``file``, by whole components."""
        wanted = PurePath(file).parts
        if not wanted:
            return []
        known = self._articles_by_name.get(wanted[-1], [])
        return list(dict.fromkeys(article_id for parts, article_id in known if parts[-len(wanted) :] == wanted))

    def articles_with(self, words: Sequence[str]) -> Iterator[str]:
        """Ids of the articles whose raw text holds all ``words`` somewhere, whatever their case."""
        if self._lowered is None:
            ids = dict.fromkeys(one for several in self.assistant.files().values() for one in several)
            self._lowered = [(article_id, self.assistant.article(article_id).raw_text.lower()) for article_id in ids]
        wanted = [word.lower() for word in words]
        for article_id, text in self._lowered:
            if all(word in text for word in wanted):
                yield article_id


class GoldAnswers:
    """The gold answers of one question, found in an index; see ``GoldLocator.find``.

    Attributes:
        texts: their texts, each once: as given, or as they stand in the file; empty when only files were given.
        answerable: whether there is any.
        comparable: whether an answer can be compared with them: there is more than the name of a file.
    """

    def __init__(self, locator: GoldLocator, golds: Sequence[Gold]) -> None:
        self._locator = locator
        self._raw: dict[str, tuple[Span, ...]] = {}
        self._clean: dict[str, tuple[Span, ...]] = {}
        self._words_anywhere: list[list[str]] = []
        self.answerable = bool(golds)
        self.comparable = any(gold.text is not None or gold.start is not None for gold in golds)
        self._missing = [gold.file for gold in golds if gold.file and not locator.articles_named(gold.file)]
        whole = [gold.file for gold in golds if gold.file and gold.text is None and gold.start is None]
        self._files = {article for file in whole for article in locator.articles_named(file)}
        located = [found for gold in golds for found in self._located(gold)]
        self._locations = tuple(location for location, _ in located)
        given = [gold.text for gold in golds if gold.text is not None]
        self.texts = tuple(dict.fromkeys([*given, *(text for _, text in located if text)]))

    def raw_spans(self, article_id: str) -> tuple[Span, ...]:
        """Raw offsets of every gold answer in an article."""
        if article_id not in self._raw:
            article = self._locator.assistant.article(article_id)
            self._raw[article_id] = tuple(span for location in self._locations for span in location.raw_spans(article))
        return self._raw[article_id]

    def clean_spans(self, article_id: str) -> tuple[Span, ...]:
        """Clean offsets of every gold answer in an article that cleaning left whole."""
        if article_id not in self._clean:
            spans = (self.clean_span(article_id, raw) for raw in self.raw_spans(article_id))
            self._clean[article_id] = tuple(span for span in spans if span is not None)
        return self._clean[article_id]

    def clean_span(self, article_id: str, raw: Span) -> Span | None:
        """Clean offsets of raw ones; None when cleaning dropped a visible character between them."""
        return _clean_span(self._locator.assistant.article(article_id), raw)

    def within(self, passage: Passage) -> Span | None:
        """Clean offsets of the first gold answer that ``passage`` holds whole."""
        return next((span for span in self.clean_spans(passage.article_id) if holds(passage, span)), None)

    def stands_in(self, article_id: str) -> bool:
        """Whether the article holds a gold answer, or is named as the file of one that is not known further."""
        return article_id in self._files or bool(self.raw_spans(article_id))

    def overlapped_by(self, citation: Citation) -> Span | None:
        """Raw offsets of the first gold answer that shares a character with the cited answer."""
        start, end = citation.answer_start, citation.answer_end
        spans = self.raw_spans(citation.article_id)
        return next((span for span in spans if span.start < end and start < span.end), None)

    def quoted_by(self, citation: Citation) -> bool:
        """Whether the quote holds a whole gold answer, at its own place."""
        start, end = citation.raw_start, citation.raw_end
        return any(start <= span.start and span.end <= end for span in self.raw_spans(citation.article_id))

    def articles(self) -> Iterator[str]:
        """Ids of all articles of the index whose raw text holds a gold answer."""
        named = {found.article_id for found in self._locations if found.article_id is not None}
        anywhere = (article for words in self._words_anywhere for article in self._locator.articles_with(words))
        for article_id in dict.fromkeys([*sorted(named), *anywhere]):
            if self.raw_spans(article_id):
                yield article_id

    def text_at(self, article_id: str, span: Span) -> str:
        """The characters at raw offsets."""
        return self._locator.assistant.article(article_id).raw_text[span.start : span.end]

    def why_missing(self) -> str:
        """In words, for gold answers that no indexed file holds."""
        if not self._missing:
            return "no indexed file holds these words"
        file = self._missing[0]
        reason = self._locator.skipped.get(file)
        return f"{file} is not in the index" + (f": {reason}" if reason else "")

    def _located(self, gold: Gold) -> list[tuple[GoldLocation, str | None]]:
        """Where to look for one gold answer, with its text there; nowhere when its file is not indexed."""
        if gold.file is None:
            return [(self._anywhere(gold.text), gold.text)] if gold.text is not None else []
        articles = self._locator.articles_named(gold.file)
        if gold.start is not None and gold.end is not None:
            return self._at_offsets(gold, Span(gold.start, gold.end), articles)
        if gold.text is not None:
            return self._in_file(gold, gold.text, articles)
        if self.comparable:  # the file only tells which article is right
            return []
        return [(GoldLocation(article), None) for article in articles]

    def _anywhere(self, text: str) -> GoldLocation:
        words = _words(text)
        self._words_anywhere.append(words)
        return GoldLocation(None, words=_pattern(words))

    def _at_offsets(self, gold: Gold, span: Span, articles: Sequence[str]) -> list[tuple[GoldLocation, str | None]]:
        raw = {article: self._locator.assistant.article(article).raw_text for article in articles}
        found = {article: text[span.start : span.end] for article, text in raw.items() if span.end <= len(text)}
        if articles and not found:
            longest = max(map(len, raw.values()))
            raise DatasetError(
                f"The answer at {span.start} to {span.end} lies beyond the {longest} characters of {gold.file}.",
                "Correct the offsets, or index the file as it is now.",
            )
        right = {article: text for article, text in found.items() if gold.text in (None, text)}
        if found and not right:
            raise DatasetError(
                f"{gold.file} holds {shown(next(iter(found.values())))} at {span.start} to {span.end},"
                f" not {shown(gold.text or '')}.",
                "Correct the offsets, or index the file as it is now.",
            )
        if len(right) > 1:
            raise DatasetError(f"{gold.file} names {len(right)} indexed files: give more of its path.")
        if any(not has_words(text) for text in right.values()):
            raise DatasetError(
                f"{gold.file} holds no words at {span.start} to {span.end}: {shown(*right.values())}.",
                "Correct the offsets.",
            )
        return [(GoldLocation(article, _trimmed(raw[article], span)), text) for article, text in right.items()]

    def _in_file(self, gold: Gold, text: str, articles: Sequence[str]) -> list[tuple[GoldLocation, str | None]]:
        locations = [GoldLocation(article, words=_pattern(_words(text))) for article in articles]
        article = self._locator.assistant.article
        right = [location for location in locations if location.raw_spans(article(location.article_id or ""))]
        if locations and not right:
            raise DatasetError(f"{gold.file} does not hold {shown(text)}.", "Correct the text, or leave the file out.")
        return [(location, text) for location in right]


def holds(passage: Passage, span: Span) -> bool:
    """Whether the whole of a clean span of the passage's article lies in it."""
    return passage.start <= span.start and span.end <= passage.end


def gold_rank(ranking: Sequence[RetrievedPassage], golds: GoldAnswers) -> int | None:
    """Rank, from 1, of the first passage that holds a whole gold answer; None when none does."""
    return next((rank for rank, item in enumerate(ranking, start=1) if golds.within(item.passage)), None)


def article_rank(ranking: Sequence[RetrievedPassage], golds: GoldAnswers) -> int | None:
    """Rank, from 1, of the first passage of an article with a gold answer; None when there is none."""
    ranks = enumerate(ranking, start=1)
    return next((rank for rank, item in ranks if golds.stands_in(item.passage.article_id)), None)


def _words(text: str) -> list[str]:
    """The words of an answer that any wording of it must hold: without English articles, if others are left."""
    words = re.findall(r"\w+", text) or text.split()
    return [word for word in words if word.lower() not in _ARTICLES] or words


def _pattern(words: Sequence[str]) -> re.Pattern[str]:
    """Matches the words in a row, none of them as a part of a longer word."""
    before = r"(?<!\w)" if words[0][0].isalnum() else ""
    after = r"(?!\w)" if words[-1][-1].isalnum() else ""
    return re.compile(before + _BETWEEN_WORDS.join(map(re.escape, words)) + after, re.IGNORECASE)


def _trimmed(text: str, span: Span) -> Span:
    """Without white space at its ends."""
    inner = text[span.start : span.end]
    start = span.start + len(inner) - len(inner.lstrip())
    return Span(start, max(start, span.start + len(inner.rstrip())))


def _clean_span(article: Article, raw: Span) -> Span | None:
    kept = [
        (max(raw.start, segment.raw_start), min(raw.end, segment.raw_start + segment.length), segment)
        for segment in article.alignment
        if segment.raw_start < raw.end and raw.start < segment.raw_start + segment.length
    ]
    visible = sum(_visible(article.raw_text[start:end]) for start, end, _ in kept)
    if not kept or visible < _visible(article.raw_text[raw.start : raw.end]):
        return None
    (start, _, first), (_, end, last) = kept[0], kept[-1]
    return Span(start - first.raw_start + first.clean_start, end - last.raw_start + last.clean_start)


def _visible(text: str) -> int:
    return len(text) - sum(map(str.isspace, text))
