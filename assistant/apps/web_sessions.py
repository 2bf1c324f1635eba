"""What the chat remembers: one bounded conversation for each browser session, all on the server."""

from __future__ import annotations

import re
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from assistant.answering.citing import by_sentence
from assistant.records import Answer, Article, Citation, IndexState

#: The most questions one conversation holds, and the most conversations kept at once.
MAX_EXCHANGES = 50
MAX_SESSIONS = 200

_REFERENCE = re.compile(r"(\d{1,3})\.(\d{1,3})\.(\d{1,4})", re.ASCII)


class Talk(Protocol):
    """The part of a ``Conversation`` that the chat uses."""

    def ask(self, question: str) -> Answer:
        """Answer ``question`` in the light of the turns before it."""


class Answerer(Protocol):
    """The part of an ``Assistant`` that the chat uses."""

    @property
    def state(self) -> IndexState:
        """What the index holds."""

    def conversation(self) -> Talk:
        """A conversation that remembers its turns."""

    def article(self, article_id: str) -> Article:
        """A whole cleaned article."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """A question and what came of it: an answer, or else the words of a failure."""

    question: str
    answer: Answer | None
    failure: str = ""


@dataclass(slots=True)
class ChatSession:
    """One browser session's conversation."""

    talk: Talk
    exchanges: list[Exchange] = field(default_factory=list)

    @property
    def full(self) -> bool:
        """Whether the conversation has reached its last question."""
        return len(self.exchanges) >= MAX_EXCHANGES

    def citations(self, reference: object) -> tuple[Citation, ...]:
        """The citation a browser names and others of its answer in the same sentence; empty when it names none.

        ``reference`` is "exchange.answer.citation", all from 0; answer 0 is the answer itself, the
        ones after it are its alternatives.
        """
        named = _REFERENCE.fullmatch(reference) if isinstance(reference, str) else None
        if named is None:
            return ()
        exchange, answer, citation = (int(number) for number in named.groups())
        try:
            found = self.exchanges[exchange].answer
            listed = () if found is None else citation_lists(found)[answer]
            chosen = listed[citation]
        except IndexError:
            return ()
        return next(group for group in by_sentence(listed) if chosen in group)


def citation_lists(answer: Answer) -> list[tuple[Citation, ...]]:
    """The citations of the answer itself, then of each alternative."""
    return [answer.citations, *(alternative.citations for alternative in answer.alternatives)]


class Sessions:
    """The chat's sessions by key; the one unused for longest goes when there are too many."""

    def __init__(self, new_talk: Callable[[], Talk], limit: int = MAX_SESSIONS) -> None:
        """``new_talk`` starts an empty conversation; ``limit`` bounds the sessions kept."""
        self._new_talk = new_talk
        self._limit = limit
        self._sessions: OrderedDict[str, ChatSession] = OrderedDict()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        """How many sessions are kept."""
        return len(self._sessions)

    def get(self, key: str) -> ChatSession:
        """The session of ``key``, a new one when there is none."""
        with self._lock:
            if key not in self._sessions:
                self._sessions[key] = ChatSession(self._new_talk())
                while len(self._sessions) > self._limit:
                    self._sessions.popitem(last=False)
            self._sessions.move_to_end(key)
            return self._sessions[key]

    def forget(self, key: str) -> None:
        """Drop the session of ``key``."""
        with self._lock:
            self._sessions.pop(key, None)
