"""Reading may stop early only where nothing unread can change the answer."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import example, given
from hypothesis import strategies as st

from assistant.answering.evidence import Evidence, Logistic
from assistant.answering.merging import merge
from assistant.answering.settling import settled
from assistant.records import AnswerSpan, Citation, Passage, RetrievedPassage

EVIDENCE = Evidence(
    Logistic({"margin": 0.3, "against_null": 0.1, "similarity": 2.0, "retrieval_score": 40.0}, -2.0),
    Logistic({"log_odds": 0.8, "agreement": 0.7, "lead": 2.0}, 0.3),
    no_answer_threshold=0.4,
    largest_margin=10.0,
    largest_against_null=5.0,
)
WORDS = st.sampled_from(["Ada Marsh", "Marsh", "Tom Reyes", "12", "in Oslo"])
CONFIDENCES = st.floats(0.01, 0.999)


def cited(text: str, confidence: float, article: int) -> Citation:
    name, end = f"a{article}", len(text)
    return Citation(name, f"/{name}", "utf-8", None, None, None, text, 0, end, text, 0, end, confidence)


def unread_passage(similarity: float, article: int = 100) -> RetrievedPassage:
    passage = Passage(f"{article}:0-3", str(article), 0, 0, 3, "Ada")
    return RetrievedPassage(passage, 0.01, similarity, 1, None, None, None, None)


@given(
    read=st.lists(st.tuples(WORDS, CONFIDENCES, st.integers(0, 3)), max_size=5),
    unread=st.lists(st.tuples(WORDS, st.floats(0, 1), st.floats(-1, 0.2)), min_size=1, max_size=3),
    required=st.floats(0, 0.9),
)
@example(read=[("Ada Marsh", 0.999, 0)], unread=[("Tom Reyes", 1.0, -1.0)], required=0.5)
def test_what_is_settled_stays_the_answer_whatever_the_rest_holds(
    read: list[tuple[str, float, int]], unread: list[tuple[str, float, float]], required: float
) -> None:
    citations = [cited(*one) for one in read]
    passages = [unread_passage(similarity, 100 + number) for number, (_, _, similarity) in enumerate(unread)]
    if not settled(citations, passages, EVIDENCE, required):
        return
    before = merge(citations, EVIDENCE)[0]
    more = [
        cited(text, share * EVIDENCE.at_most(passage), 100 + number)
        for number, ((text, share, _), passage) in enumerate(zip(unread, passages, strict=True))
        if share
    ]
    after = merge([*citations, *more], EVIDENCE)[0]
    assert after.text == before.text
    assert after.citations[0] == before.citations[0]
    said = merge(citations, EVIDENCE, max(map(EVIDENCE.at_most, passages)))[0]
    assert required <= said.confidence <= after.confidence + 1e-9, "what is said before the rest is read is modest"


def test_a_sure_answer_before_hopeless_passages_is_settled() -> None:
    assert settled([cited("Ada Marsh", 0.999, 0)], [unread_passage(-1.0)], EVIDENCE, 0.5)


def test_nothing_is_settled_without_an_answer_or_below_what_is_required() -> None:
    assert not settled([], [unread_passage(-1.0)], EVIDENCE, 0.0)
    assert not settled([cited("Ada Marsh", 0.4, 0)], [unread_passage(-1.0)], EVIDENCE, 0.99)


def test_nothing_is_settled_when_it_is_not_known_how_sure_a_span_can_be() -> None:
    unknown = Evidence(EVIDENCE.span, EVIDENCE.answer, 0.4)
    assert not settled([cited("Ada Marsh", 0.999, 0)], [unread_passage(-1.0)], unknown, 0.1)


@given(margin=st.floats(-20, 10), null=st.floats(-5, 20), similarity=st.floats(-1, 1), rank=st.floats(0, 0.04))
def test_no_span_within_the_bounds_is_surer_than_its_passage_allows(
    margin: float, null: float, similarity: float, rank: float
) -> None:
    passage = replace(unread_passage(similarity), retrieval_score=rank)
    span = AnswerSpan("Ada", 0, 0, 3, margin + null, null, 0.5)
    assert EVIDENCE.of_span(span, passage) <= EVIDENCE.at_most(passage) + 1e-12
