"""The edges of a span: marks that belong to the sentence rather than to the answer."""

from __future__ import annotations

_BEFORE = "\"'“”‘’«»,;:!?)]}–—-"
_AFTER = "\"'“”‘«»,;:!?([{–—-"
_PAIRS = (("(", ")"), ("[", "]"), ("“", "”"), ("‘", "’"), ("«", "»"), ('"', '"'))


def trim_span(text: str, start: int, end: int) -> tuple[int, int]:
    """``[start, end)`` without stray marks at its edges: a comma, half a pair of brackets or quotes.

    "June 8-9)" loses the bracket, "(June 8-9)" and "U.S." stay, and so does a full stop that may belong
    to an abbreviation. A span of nothing but marks stays as it is.
    """
    first, last = start, end
    while first < last:
        span = text[first:last]
        if span[0].isspace() or (_is_stray(span) and not _paired(span)) or _opens_only(span):
            first += 1
        elif span[-1].isspace() or (span[-1] in _AFTER and not _paired(span)) or _closes_only(span) or _stops(span):
            last -= 1
        else:
            return first, last
    return start, end


def _is_stray(span: str) -> bool:
    """Whether the first mark belongs to what stands before; a minus sign does not."""
    return span[0] in _BEFORE and not (span[0] in "–-" and span[1:2].isdigit())


def _paired(span: str) -> bool:
    return any(span[0] == opening and span[-1] == closing and len(span) > 1 for opening, closing in _PAIRS)


def _opens_only(span: str) -> bool:
    return any(span[0] == opening and closing not in span[1:] for opening, closing in _PAIRS)


def _closes_only(span: str) -> bool:
    return any(span[-1] == closing and opening not in span[:-1] for opening, closing in _PAIRS if closing != "’") or (
        span[-1] == "’" and "‘" not in span and not span[-2:-1].isalpha()
    )


def _stops(span: str) -> bool:
    """A full stop after a lower-case word of four letters or more ends a sentence, not an abbreviation."""
    word = span[:-1].split()[-1] if span[:-1].split() else ""
    return span[-1] == "." and len(word) >= 4 and word.islower() and word.isalpha()
