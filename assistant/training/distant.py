"""Training questions from questions whose answer is known but not where it stands (distant supervision).

A passage that retrieval ranks high and that holds the answer word for word is taken to answer the question, one that
ranks high and lacks it is taken not to (Mintz et al. 2009; for reading Chen et al. 2017, section 4.3).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

#: Passages of either sort kept of one question.
_KEPT = 2


def distant_lines(name: str, question: str, answers: Sequence[str], texts: Sequence[str]) -> Iterator[dict[str, Any]]:
    """Lines of a training file: the question over the best texts that hold an answer and the best that lack all.

    Nothing when no text holds one: a question that its passages do not answer may still be answered by others.

    Args:
        name: the question's id.
        question: its words.
        answers: any of them answers it.
        texts: passages that retrieval returns for it, best first.
    """
    found = [(text, _places(text, answers)) for text in texts]
    holding = [(text, places) for text, places in found if places][:_KEPT]
    lacking = [(text, places) for text, places in found if not places][:_KEPT]
    if not holding:
        return
    for number, (text, places) in enumerate((*holding, *lacking)):
        yield {
            "id": f"{name}-{number}",
            "question": question,
            "context": text,
            "answers": [{"text": text[start:end], "start": start} for start, end in places],
            "source": "distant",
        }


def _places(text: str, answers: Sequence[str]) -> list[tuple[int, int]]:
    """Where an answer stands as whole words, whatever its case; of overlapping places the longest."""
    wanted = sorted((answer for answer in answers if answer.strip()), key=len, reverse=True)
    if not wanted:
        return []
    pattern = "|".join(re.escape(answer.strip()) for answer in wanted)
    return [match.span() for match in re.finditer(rf"(?<!\w)(?:{pattern})(?!\w)", text, re.IGNORECASE)]
