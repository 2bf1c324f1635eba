"""A conversation: each question is understood in the light of the earlier ones."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date

from assistant.answering.followups import interpret
from assistant.answering.history import with_history
from assistant.records import Answer, ArticleFilter, Trace, Turn

#: Answers a question: as asked, as it stands on its own, what to retrieve for it, over which articles, and the seconds
#: spent on it so far.
Ask = Callable[[str, str, str, ArticleFilter, dict[str, float]], Trace]
#: A longer question says enough itself, and with more in front its end would not be embedded.
_LONGEST_LOOKED_BACK = 400


class Conversation:
    """Turns with one assistant; ``Assistant.conversation`` begins one.

    Args:
        ask: answers a question that stands on its own.
    """

    def __init__(self, ask: Ask) -> None:
        self._answer = ask
        self._turns: list[Turn] = []

    @property
    def turns(self) -> tuple[Turn, ...]:
        """The exchanges so far, oldest first."""
        return tuple(self._turns)

    def ask(
        self,
        question: str,
        *,
        after: date | None = None,
        before: date | None = None,
        source: str | None = None,
        language: str | None = None,
    ) -> Answer:
        """Answer ``question``, completed from earlier turns; see ``Answer.standalone_question``."""
        return self.trace(question, after=after, before=before, source=source, language=language).answer

    def trace(
        self,
        question: str,
        *,
        after: date | None = None,
        before: date | None = None,
        source: str | None = None,
        language: str | None = None,
    ) -> Trace:
        """Like ``ask``, with what was read and every answer that was found there."""
        started = time.perf_counter()
        standalone = interpret(question, self._turns)
        timings = {"interpret": time.perf_counter() - started}
        query = self._query(question, standalone)
        trace = self._answer(question, standalone, query, ArticleFilter(after, before, source, language), timings)
        self._turns.append(Turn(question, standalone, trace.answer))
        return trace

    def _query(self, question: str, standalone: str) -> str:
        """A follow-up is looked for where its topic was found: the last exchange stands in front of it."""
        if standalone == question or len(standalone) > _LONGEST_LOOKED_BACK:
            return standalone
        last = self._turns[-1]
        return with_history([(last.standalone_question, last.answer.text or "")], standalone)
