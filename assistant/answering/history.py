"""A follow-up question with what was said before in front of it, for retrieval."""

from __future__ import annotations

from collections.abc import Sequence

#: Longest question and answer put in front, in characters, so that the question itself keeps its place in a window.
_LONGEST_QUESTION = 200
_LONGEST_ANSWER = 120


def with_history(turns: Sequence[tuple[str, str]], question: str) -> str:
    """The last turn's question and answer, then the question: "Who leads it? Ann Lee. When was she chosen?".

    Missing marks are put at the ends of what was said
    before, runs of white space become one space, and what is very long is cut after a word; the question is never cut.

    Args:
        turns: (question, answer) pairs, oldest first; an answer that is not known is "".
        question: the follow-up.
    """
    said = []
    if turns:
        earlier, answer = turns[-1]
        said = [_ended(_shortened(earlier, _LONGEST_QUESTION), "?"), _ended(_shortened(answer, _LONGEST_ANSWER), ".")]
    return " ".join(filter(None, [*said, " ".join(question.split())]))


def _shortened(text: str, longest: int) -> str:
    """Text on one line, cut after a word where it is longer."""
    line = " ".join(text.split())
    if len(line) <= longest:
        return line
    return line[: longest + 1].rsplit(" ", 1)[0][:longest]


def _ended(text: str, mark: str) -> str:
    return text if not text or text[-1] in ".?!…" else text + mark
