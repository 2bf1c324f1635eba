"""Clean offsets <-> raw offsets."""

from __future__ import annotations

from bisect import bisect_right

from assistant.records import AlignedRun


class OffsetMap:
    """Maps spans between the clean and the raw text of one article, in O(log segments).

    A span is mapped only if it lies within one segment: then its characters are the same in both texts.

    Args:
        segments: in clean and raw order, not overlapping (``Article.segments``).
    """

    def __init__(self, alignment: tuple[AlignedRun, ...]) -> None:
        self._segments = alignment
        self._clean_starts = [segment.clean_start for segment in alignment]
        self._raw_starts = [segment.raw_start for segment in alignment]

    def to_raw(self, start: int, end: int) -> tuple[int, int] | None:
        """Raw span of the clean span ``[start, end)``; None if it is not inside one segment."""
        segment = self._containing(self._clean_starts, start)
        if segment is None or not start <= end <= segment.clean_start + segment.length:
            return None
        shift = segment.raw_start - segment.clean_start
        return start + shift, end + shift

    def to_clean(self, start: int, end: int) -> tuple[int, int] | None:
        """Clean span of the raw span ``[start, end)``; None if part of it was dropped."""
        segment = self._containing(self._raw_starts, start)
        if segment is None or not start <= end <= segment.raw_start + segment.length:
            return None
        shift = segment.clean_start - segment.raw_start
        return start + shift, end + shift

    def block_around(self, start: int) -> tuple[int, int] | None:
        """Clean span of the block that the clean offset ``start`` lies in; None between blocks."""
        segment = self._containing(self._clean_starts, start)
        if segment is None or start >= segment.clean_start + segment.length:
            return None
        return segment.clean_start, segment.clean_start + segment.length

    def _containing(self, starts: list[int], offset: int) -> AlignedRun | None:
        index = bisect_right(starts, offset) - 1
        return self._segments[index] if index >= 0 else None
