"""The composition root: one object that holds an opened index and answers from it."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, NamedTuple

from assistant.answering.answerer import AnswerComposer
from assistant.answering.conversation import Conversation
from assistant.answering.evidence import Evidence
from assistant.errors import QuestionError
from assistant.records import (
    Answer,
    AnswerSpan,
    Article,
    ArticleEntry,
    ArticleFilter,
    Fingerprints,
    IndexState,
    Passage,
    Query,
    RetrievedPassage,
    SkippedFile,
    SyncPreview,
    SyncReport,
    Trace,
)
from assistant.settings import Settings, load_settings

if TYPE_CHECKING:
    from assistant.index.embedder import Embedder
    from assistant.index.opened import Index, View
    from assistant.index.plan import Progress
    from assistant.index.sync import Synchroniser
    from assistant.reading.reader import Reader

_log = logging.getLogger(__name__)

EVERYTHING = ArticleFilter()

#: Cleaned articles kept in memory for citations; news articles are a few kilobytes each.
_ARTICLES_CACHED = 512
#: Spans kept of all passages.
_SPANS = 20
#: Neighbouring passages joined for the reader: two fit one of its windows beside the question.
_JOINED = 2
#: Skipped files that are logged one by one.
_SKIPS_LOGGED = 20


class Assistant:
    """Answers questions from an index, with spans found in its articles.

    >>> assistant = Assistant.build("articles/", store="vectorstore")
    >>> answer = assistant.ask("Who heads the liaison team?")
    >>> answer.text, answer.citations[0].quote

    Safe to use from several threads. Close it, or use it as a context manager.
    """

    def __init__(self, index: Index, embedder: Embedder, reader: Reader, settings: Settings) -> None:
        """Compose from parts (the seam for fakes); most callers want ``open`` or ``build``."""
        from assistant.retrieval.retriever import HybridRetriever

        self.settings = settings
        self._index = index
        self._reader = reader
        self._retriever = HybridRetriever(embedder, settings.candidates)
        self._evidence = Evidence.fitted_for(reader.fingerprint, embedder.fingerprint)
        self._present = self._over_view(index.view())

    @classmethod
    def open(cls, store: str | Path | None = None, *, settings: Settings | None = None) -> Assistant:
        """Open the index in ``store`` (default: the settings' store).

        Raises StoreMissingError, StoreMismatchError, StoreDamagedError or ModelError.
        """
        chosen = _settings(store, settings)
        return cls._over(chosen, *_models(chosen))

    @classmethod
    def build(
        cls,
        articles: str | Path | Sequence[str | Path],
        *,
        store: str | Path | None = None,
        settings: Settings | None = None,
    ) -> Assistant:
        """Sync the article files under ``articles`` into ``store``, then open it.

        Files that cannot be read are skipped and logged as warnings; to have them as values, call ``sync``, which
        returns the whole report, and then ``open``. Raises NothingToIndexError when
        there are none at all, and whatever ``open`` raises.
        """
        chosen = _settings(store, settings)
        embedder, reader = _models(chosen)
        _log_skipped(_sync(articles, chosen, embedder, reader).skipped)
        return cls._over(chosen, embedder, reader)

    @classmethod
    def _over(cls, settings: Settings, embedder: Embedder, reader: Reader) -> Assistant:
        from assistant.index.opened import Index
        from assistant.index.sync import manifest

        index = Index(settings.store, manifest(embedder, settings))
        _log.info("opened the index in %s", settings.store)
        return cls(index, embedder, reader, settings)

    @property
    def state(self) -> IndexState:
        """What the index holds by now and when it was synced."""
        return self._now().view.state

    @property
    def required_confidence(self) -> float:
        """Answers are given from this confidence on, 0..1: the settings' own, or that of the models."""
        return self._present.composer.required_confidence

    def ask(self, question: str, *, where: ArticleFilter = EVERYTHING) -> Answer:
        """Answer one question that stands on its own.

        ``where`` restricts which articles may answer.
        Raises QuestionError when the question is empty or too long.
        """
        return self._trace(Query.of(question, where), {}).answer

    def trace(self, question: str, *, where: ArticleFilter = EVERYTHING) -> Trace:
        """Like ``ask``, with what was read and every answer that was found there."""
        return self._trace(Query.of(question, where), {})

    def conversation(self) -> Conversation:
        """A conversation with this assistant: follow-up questions are understood from earlier turns."""
        return Conversation(self._trace)

    def retrieve(
        self, query: str, k: int | None = None, *, where: ArticleFilter = EVERYTHING
    ) -> list[RetrievedPassage]:
        """The ``k`` (default: ``settings.passages_read``) best passages for ``query``, best first."""
        self._check(query)
        wanted = self.settings.passages_read if k is None else k
        if wanted < 1:
            raise QuestionError(f"{wanted} passages were asked for.", "Ask for at least one.")
        with self._index.reading():
            return self._retriever.retrieve(self._now().view, query, wanted, where)

    def passages_to_read(self, question: str, *, where: ArticleFilter = EVERYTHING) -> list[RetrievedPassage]:
        """What the reader is given for ``question``: the retrieved passages, neighbours joined."""
        self._check(question)
        with self._index.reading():
            return self._to_read(self._now().view, question, where)

    def read(self, question: str, texts: Sequence[str], allow_refusal: bool = True) -> list[AnswerSpan]:
        """The reader alone: spans of ``texts`` that answer ``question``, best first.

        Empty when refused: when no span scores higher than "no answer". Never refused with ``allow_refusal=False``.
        The reader "accurate" has spans of the three texts alone that look best to "fast".
        """
        self._check(question)
        spans = self._reader.read(question, texts, max_answer_tokens=self.settings.max_answer_tokens)
        if not allow_refusal:
            return spans
        return [span for span in spans if span.margin >= 0]

    def article(self, article_id: str) -> Article:
        """A cleaned article with its raw text; KeyError when the index does not hold it."""
        with self._index.reading():
            return self._now().article(article_id)

    def passages(self, article_id: str) -> list[Passage]:
        """The passages of an article, in order; KeyError when the index does not hold it."""
        with self._index.reading():
            return self._now().view.catalogue.article_passages(article_id)

    def articles(self, *, where: ArticleFilter = EVERYTHING) -> list[ArticleEntry]:
        """What the index holds, in the order in which it came; filtered as ``ask`` is."""
        with self._index.reading():
            return [entry for entry in self._now().view.catalogue.entries() if where.admits(entry.metadata)]

    def files(self) -> dict[str, list[str]]:
        """Absolute path of every indexed file, to the ids of its articles."""
        with self._index.reading():
            return self._now().view.catalogue.file_articles()

    def fingerprints(self) -> Fingerprints:
        """What answers depend on besides the settings."""
        digest = self._now().view.digest()
        return Fingerprints(self._reader.fingerprint, self._retriever.embedder.fingerprint, digest)

    def close(self) -> None:
        """Release the index's files."""
        self._index.close()

    def __enter__(self) -> Assistant:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _trace(self, query: Query, timings: dict[str, float]) -> Trace:
        self._check(query.asked)
        with self._index.reading():
            return self._answered(query, timings)

    def _answered(self, query: Query, timings: dict[str, float]) -> Trace:
        now = self._now()  # what is synced meanwhile is for the next question
        started = time.perf_counter()
        retrieved = self._to_read(now.view, query.search_text, query.where)
        timings["retrieve"] = time.perf_counter() - started

        started = time.perf_counter()
        texts = [item.passage.text for item in retrieved]
        longest = self.settings.max_answer_tokens
        spans = self._reader.read(query.standalone, texts, max_spans=_SPANS, max_answer_tokens=longest)
        timings["read"] = time.perf_counter() - started

        started = time.perf_counter()
        trace = now.composer.compose(query.asked, query.standalone, retrieved, spans)
        timings["answer"] = time.perf_counter() - started
        _log.info("%d spans in %d texts: %s", len(spans), len(texts), trace.answer.refusal or "answered")
        answer = replace(trace.answer, timings={**timings, "total": sum(timings.values())})
        return replace(trace, answer=answer, query=query)

    def _to_read(self, view: View, question: str, where: ArticleFilter) -> list[RetrievedPassage]:
        from assistant.retrieval.retriever import merge_neighbours

        found = self._retriever.retrieve(view, question, self.settings.passages_read, where)
        return merge_neighbours(found, view, _JOINED)

    def _now(self) -> _Present:
        view = self._index.view()
        if view is not self._present.view:
            _log.info("the index is at %s", view.state.commit)
            self._present = self._over_view(view)
        return self._present

    def _over_view(self, view: View) -> _Present:
        article = lru_cache(maxsize=_ARTICLES_CACHED)(view.catalogue.article)
        chosen = self.settings
        composer = AnswerComposer(article, self._evidence, chosen.min_confidence, chosen.max_alternatives)
        return _Present(view, article, composer)

    def _check(self, question: str) -> None:
        longest = self.settings.max_question_characters
        if not any(character.isalnum() for character in question):
            raise QuestionError("The question has no words.", "Ask something in plain English.")
        if any("\ud800" <= character <= "\udfff" for character in question):
            raise QuestionError("The question holds bytes that are no text.", "Send it as UTF-8.")
        if len(question) > longest:
            raise QuestionError(
                f"The question has {len(question)} characters ({len(question.split())} words);"
                f" at most {longest} characters are read.",
                "Ask a shorter question.",
            )


class _Present(NamedTuple):
    """A generation of the index, with what answers from it."""

    view: View
    article: Callable[[str], Article]
    composer: AnswerComposer


def sync(
    articles: str | Path | Sequence[str | Path],
    *,
    store: str | Path | None = None,
    settings: Settings | None = None,
    rebuild: bool = False,
    progress: Progress | None = None,
) -> SyncReport:
    """Bring the index in ``store`` into step with ``articles``: files, folders, or addresses of pages and feeds.

    Raises what ``assistant.index.sync.Synchroniser.run`` raises. ``progress`` is called with a stage
    ("read", "load", "clean", "embed"), how many are done, and how many there are.
    """
    chosen = _settings(store, settings)
    return _sync(articles, chosen, *_models(chosen), rebuild=rebuild, progress=progress)


def preview(
    articles: str | Path | Sequence[str | Path],
    *,
    store: str | Path | None = None,
    settings: Settings | None = None,
) -> SyncPreview:
    """What ``sync`` would do; nothing is changed. Raises what it raises."""
    chosen = _settings(store, settings)
    return _synchroniser(chosen, *_models(chosen)).preview(_paths(articles))


def remove(
    articles: str | Path | Sequence[str | Path],
    *,
    store: str | Path | None = None,
    settings: Settings | None = None,
) -> SyncReport:
    """Take files, folders or addresses out of the index; they stay out until a sync names the file itself.

    Raises what ``assistant.index.sync.Synchroniser.remove`` raises.
    """
    chosen = _settings(store, settings)
    return _synchroniser(chosen, *_models(chosen)).remove(_paths(articles))


def removal(
    articles: str | Path | Sequence[str | Path],
    *,
    store: str | Path | None = None,
    settings: Settings | None = None,
) -> tuple[int, int]:
    """How many articles ``remove`` would take out, and how many the index holds; nothing is changed."""
    chosen = _settings(store, settings)
    return _synchroniser(chosen, *_models(chosen)).removal(_paths(articles))


def backup(folder: str | Path, *, store: str | Path | None = None, settings: Settings | None = None) -> None:
    """Copy the index into a new or empty ``folder`` while it answers. Raises what ``index.upkeep.backup`` raises."""
    from assistant.index import upkeep

    upkeep.backup(_settings(store, settings).store, Path(folder))


def compact(*, store: str | Path | None = None, settings: Settings | None = None) -> None:
    """Erase from the disk what was removed from the index. Raises what ``index.upkeep.compact`` raises."""
    from assistant.index import upkeep

    upkeep.compact(_settings(store, settings).store)


def _sync(
    articles: str | Path | Sequence[str | Path],
    settings: Settings,
    embedder: Embedder,
    reader: Reader,
    *,
    rebuild: bool = False,
    progress: Progress | None = None,
) -> SyncReport:
    return _synchroniser(settings, embedder, reader, progress).run(_paths(articles), rebuild=rebuild)


def _log_skipped(skipped: Sequence[SkippedFile]) -> None:
    for item in skipped[:_SKIPS_LOGGED]:
        _log.warning("skipped: %s", item.reason)
    if len(skipped) > _SKIPS_LOGGED:
        _log.warning("%d more files were skipped", len(skipped) - _SKIPS_LOGGED)


def _synchroniser(
    settings: Settings, embedder: Embedder, reader: Reader, progress: Progress | None = None
) -> Synchroniser:
    from assistant.index.sync import Synchroniser

    return Synchroniser(settings.store, embedder, reader.count_tokens, settings, progress)


def _paths(articles: str | Path | Sequence[str | Path]) -> list[str | Path]:
    return [articles] if isinstance(articles, str | Path) else list(articles)


def _models(settings: Settings) -> tuple[Embedder, Reader]:
    from assistant.index.embedder import open_embedder
    from assistant.reading.opening import open_reader

    embedder, reader = open_embedder(settings), open_reader(settings)
    _log.info("loaded the embedder %s and the reader %s", embedder.fingerprint, reader.fingerprint)
    return embedder, reader


def _settings(store: str | Path | None, settings: Settings | None) -> Settings:
    chosen = settings or load_settings()
    return chosen if store is None else chosen.model_copy(update={"store": Path(store)})
