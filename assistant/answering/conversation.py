"""A conversation: each question is understood in the light of the earlier ones."""

from __future__ import annotations

import time
from collections.abc import Callable

from assistant.answering.followups import interpret
from assistant.answering.history import with_history
from assistant.records import Answer, ArticleFilter, Query, Trace, Turn

#: Answers a query, given the seconds spent on it so far.
Ask = Callable[[Query, dict[str, float]], Trace]
_EVERYTHING = ArticleFilter()
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

    def ask(self, question: str, *, where: ArticleFilter = _EVERYTHING) -> Answer:
        """Answer ``question``, completed from earlier turns; see ``Answer.standalone_question``."""
        return self.trace(question, where=where).answer

    def trace(self, question: str, *, where: ArticleFilter = _EVERYTHING) -> Trace:
        """Like ``ask``, with what was read and every answer that was found there."""
        started = time.perf_counter()
        standalone = interpret(question, self._turns)
        timings = {"interpret": time.perf_counter() - started}
        query = Query(question, standalone, self._search_text(question, standalone), where)
        trace = self._answer(query, timings)
        self._turns.append(Turn(question, standalone, trace.answer))
        return trace

    def _search_text(self, question: str, standalone: str) -> str:
        """A follow-up is looked for where its topic was found: the last exchange stands in front of it."""
        if standalone == question or len(standalone) > _LONGEST_LOOKED_BACK:
            return standalone
        last = self._turns[-1]
        return with_history([(last.standalone_question, last.answer.text or "")], standalone)
