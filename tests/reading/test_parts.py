"""Which of a reader's spans together answer a question for several things."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from assistant.reading.parts import GAP, parts
from assistant.records import AnswerSpan

TEXT = (
    "The choir sang in Dunmore and Port Ellery. Tom Reyes and Ada Marsh conducted it. Nobody else came to Kilbride. "
    "A second choir had sung in Ballin before."
)


def found(words: str, margin: float, text: str = TEXT, index: int = 0) -> AnswerSpan:
    start = text.index(words)
    return AnswerSpan(words, index, start, start + len(words), margin, 0.0)


def texts_of(spans: list[AnswerSpan]) -> list[str]:
    return [span.text for span in spans]


def test_parts_stand_in_text_order_whatever_their_rank() -> None:
    spans = [found("Ada Marsh", 5.0), found("Tom Reyes", 4.0)]
    assert texts_of(parts(spans, [TEXT], gap=1.5)) == ["Tom Reyes", "Ada Marsh"]


def test_a_span_further_below_the_best_than_the_gap_is_no_part() -> None:
    spans = [found("Ada Marsh", 5.0), found("Tom Reyes", 3.5), found("Dunmore", 3.4)]
    assert texts_of(parts(spans, [TEXT], gap=1.5)) == ["Tom Reyes", "Ada Marsh"]


def test_parts_are_of_the_best_spans_sentence_or_a_neighbouring_one() -> None:
    spans = [found("Dunmore", 5.0), found("Ada Marsh", 5.0), found("Kilbride", 5.0), found("Ballin", 5.0)]
    assert texts_of(parts(spans, [TEXT])) == ["Dunmore", "Ada Marsh"]


def test_parts_are_of_the_best_spans_text() -> None:
    spans = [found("Dunmore", 5.0, index=1), found("Ada Marsh", 5.0, index=0), found("Port Ellery", 4.8, index=1)]
    assert texts_of(parts(spans, ["", TEXT])) == ["Dunmore", "Port Ellery"]


def test_a_span_that_names_several_things_stays_one_part() -> None:
    assert texts_of(parts([found("Dunmore and Port Ellery", 5.0)], [TEXT])) == ["Dunmore and Port Ellery"]


def test_without_spans_there_are_no_parts() -> None:
    assert parts([], []) == []


@st.composite
def readings(draw: st.DrawFn) -> tuple[list[str], list[AnswerSpan]]:
    """Texts, and spans of them as a reader gives them: best first, those of one text apart."""
    texts = draw(
        st.lists(st.text(alphabet=st.sampled_from("aB .\n?é"), min_size=4, max_size=60), min_size=1, max_size=3)
    )
    spans = []
    for index, text in enumerate(texts):
        edges = draw(st.lists(st.integers(0, len(text)), max_size=10, unique=True).map(sorted))
        for start, end in list(pairwise(edges))[::2]:
            margin = draw(st.floats(-20, 20))
            spans.append(AnswerSpan(text[start:end], index, start, end, margin, 0.0))
    return texts, sorted(spans, key=lambda span: -span.margin)


@given(readings(), st.floats(0, 10), st.floats(0, 10))
def test_parts_hold_the_best_span_slice_one_text_and_grow_with_the_gap(
    reading: tuple[list[str], list[AnswerSpan]], narrow: float, more: float
) -> None:
    texts, spans = reading
    chosen = parts(spans, texts, gap=narrow)
    assert bool(chosen) == bool(spans)
    assert spans[:1] == [span for span in chosen if span == spans[0]]
    assert all(texts[spans[0].index][span.start : span.end] == span.text for span in chosen)
    assert all(first.end <= second.start for first, second in pairwise(chosen))
    assert set(chosen) <= set(parts(spans, texts, gap=narrow + more))


def test_the_shipped_gap_admits_close_spans_only() -> None:
    assert 0 < GAP < 5
