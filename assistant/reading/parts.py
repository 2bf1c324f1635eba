"""An answer of several parts: the spans of one place that are nearly as good as the best."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.articles import sentence_spans
from assistant.records import AnswerSpan

#: How far a part's margin may lie below the best span's, in logits: the best F1 on ESTER's training questions
#: (Han et al. 2021, https://arxiv.org/abs/2104.08350); ``python -m tools.choose_gap`` chooses it anew.
GAP = 1.5
#: Sentences a part may stand away from the best span's.
_SENTENCES_AWAY = 1


def parts(spans: Sequence[AnswerSpan], texts: Sequence[str], *, gap: float = GAP) -> list[AnswerSpan]:
    """The spans that together answer a question which asks for several things, in text order.

    They stand in the best span's text, in its sentence or a neighbouring one, and none has a margin that is more
    than ``gap`` below the best span's. The best span is always among them. A span that already names several things
    ("A, B and C") is one part.

    Args:
        spans: a reader's, best first; those of one text do not overlap.
        texts: what was read (``AnswerSpan.index``).
        gap: in logits, not negative.
    """
    if not spans:
        return []
    best = spans[0]
    sentences = sentence_spans(texts[best.index])
    home = _sentence_number(sentences, best)
    chosen = [
        span
        for span in spans
        if span.index == best.index
        and span.margin >= best.margin - gap
        and abs(_sentence_number(sentences, span) - home) <= _SENTENCES_AWAY
    ]
    return sorted(chosen, key=lambda span: span.start)


def _sentence_number(sentences: Sequence[tuple[int, int]], span: AnswerSpan) -> int:
    """Which sentence the span begins in, from 0."""
    return sum(end <= span.start for _, end in sentences)
