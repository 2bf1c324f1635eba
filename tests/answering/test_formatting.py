"""Lists and evidence: what is said, what is cited, and what stays as it was."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from assistant.answering.answerer import AnswerComposer
from assistant.answering.evidence import Evidence, Logistic
from assistant.records import Answer, AnswerSpan, Article, Trace
from tests.answering.test_answering import make_article, whole

#: Half sure at a margin of 0, one logit a logit; refuses below that.
EVIDENCE = Evidence(Logistic({"margin": 1.0}, 0.0), Logistic({"log_odds": 1.0}, 0.0), no_answer_threshold=0.5)
WHICH = "Which towns did the choir visit?"
WHETHER = "Did the choir visit Ballin?"

TOUR = "The choir sang in Dunmore on Monday and in Port Ellery a day later. It never came to Ballin, said Tom Reyes."
ECHO = "Dunmore and Port Ellery have heard the choir: Port Ellery twice."


def trace_of(question: str, articles: list[Article], found: list[tuple[int, str, float]], **options: float) -> Trace:
    """Composed from (index of the article, words found in it, margin)."""
    spans = []
    for index, words, margin in found:
        start = articles[index].text.index(words)
        spans.append(AnswerSpan(words, index, start, start + len(words), margin, 0.0))
    held = {article.id: article for article in articles}
    composer = AnswerComposer(held.__getitem__, EVIDENCE, options.get("min_confidence"), max_alternatives=3)
    return composer.compose(question, question, [whole(article) for article in articles], spans)


def answer_to(question: str, blocks: list[str], found: list[tuple[int, str, float]], **options: float) -> Answer:
    articles = [make_article(f"{number}", (block,)) for number, block in enumerate(blocks)]
    return trace_of(question, articles, found, **options).answer


def test_a_list_is_its_parts_in_text_order_each_with_its_own_citation() -> None:
    answer = answer_to(WHICH, [TOUR], [(0, "Port Ellery", 4.0), (0, "Dunmore", 3.5), (0, "Tom Reyes", 1.0)])

    assert answer.kind == "list"
    assert answer.parts == ("Dunmore", "Port Ellery")
    assert answer.text == "Dunmore; Port Ellery"
    assert [citation.answer_text for citation in answer.citations] == ["Port Ellery", "Dunmore"]
    assert [other.text for other in answer.alternatives] == ["Tom Reyes"]


def test_a_list_is_as_sure_as_its_surest_part() -> None:
    single = answer_to("Where was it?", [TOUR], [(0, "Port Ellery", 4.0), (0, "Dunmore", 3.5)])
    answer = answer_to(WHICH, [TOUR], [(0, "Port Ellery", 4.0), (0, "Dunmore", 3.5)])
    assert answer.confidence == single.confidence


def test_a_list_is_supported_by_the_articles_that_cite_every_part() -> None:
    found = [(0, "Port Ellery", 4.0), (0, "Dunmore", 3.5), (1, "Port Ellery", 2.0), (2, "Port Ellery", 1.0)]
    both = answer_to(WHICH, [TOUR, ECHO, "Port Ellery."], [*found, (1, "Dunmore", 1.5)])
    assert both.support == 2
    places = [(citation.article_id, citation.answer_text) for citation in both.citations]
    assert places == [
        ("0", "Port Ellery"),
        ("0", "Dunmore"),
        ("1", "Port Ellery"),
        ("1", "Dunmore"),
        ("2", "Port Ellery"),
    ]

    one = answer_to(WHICH, [TOUR, ECHO, "Port Ellery."], found)
    assert one.support == 1


def test_parts_that_say_the_same_or_less_count_once() -> None:
    article = make_article("a", ("Ada Marsh and Tom Reyes sang. Then Marsh spoke, and so did Tom Reyes.",))
    again = article.text.rindex("Tom Reyes")
    spans = [
        AnswerSpan("Ada Marsh", 0, 0, 9, 4.0, 0.0),
        AnswerSpan("Tom Reyes", 0, again, again + 9, 3.9, 0.0),
        AnswerSpan("Marsh", 0, article.text.index("Marsh spoke"), article.text.index(" spoke"), 3.8, 0.0),
        AnswerSpan("Tom Reyes", 0, article.text.index("Tom"), article.text.index("Tom") + 9, 3.7, 0.0),
    ]
    composer = AnswerComposer(lambda _: article, EVIDENCE, None, max_alternatives=3)
    question = "Who were the singers of the choir?"
    assert composer.compose(question, question, [whole(article)], spans).answer.parts == ("Ada Marsh", "Tom Reyes")


def test_where_only_one_span_qualifies_the_answer_is_a_span() -> None:
    asked = answer_to(WHICH, [TOUR], [(0, "Dunmore", 4.0), (0, "Tom Reyes", 1.0)])
    assert (asked.kind, asked.text, asked.parts) == ("span", "Dunmore", ())


def test_a_question_for_one_thing_never_gets_a_list() -> None:
    answer = answer_to("Which town did the choir visit first?", [TOUR], [(0, "Dunmore", 4.0), (0, "Port Ellery", 4.0)])
    assert (answer.kind, answer.text, answer.parts) == ("span", "Dunmore", ())


def test_evidence_is_the_whole_sentence_and_its_citation_keeps_the_readers_span() -> None:
    answer = answer_to(WHETHER, [TOUR], [(0, "never came to Ballin", 4.0), (0, "Dunmore", 2.0)])

    assert answer.kind == "evidence"
    assert answer.text == answer.citations[0].quote == "It never came to Ballin, said Tom Reyes."
    assert answer.citations[0].answer_text == "never came to Ballin"
    first = "The choir sang in Dunmore on Monday and in Port Ellery a day later."
    assert [other.text for other in answer.alternatives] == [first]


def test_evidence_never_offers_the_same_sentence_twice() -> None:
    found = [(0, "never came", 4.0), (0, "Tom Reyes", 3.0), (0, "Ballin", 2.0), (0, "Dunmore", 1.0)]
    answer = answer_to(WHETHER, [TOUR, TOUR], [*found, (1, "came to Ballin", 1.0)])
    sentences = [answer.text, *(other.text for other in answer.alternatives)]
    assert len(sentences) == len(set(sentences)) == 2
    assert answer.support == 2
    assert [(citation.article_id, citation.answer_text) for citation in answer.citations] == [
        ("0", "never came"),
        ("1", "came to Ballin"),
    ]


def test_evidence_is_supported_only_by_articles_with_its_very_sentence() -> None:
    other = "Tom Reyes has a boat in Ballin."
    found = [(0, "Ballin", 4.0), (1, "Ballin", 3.0), (2, "Ballin", 2.0)]
    answer = answer_to(WHETHER, [TOUR, other, TOUR], found)

    assert answer.support == 2
    assert [citation.article_id for citation in answer.citations] == ["0", "2"]
    (alternative,) = answer.alternatives
    assert (alternative.text, alternative.support) == (other, 1)
    assert [citation.quote for citation in alternative.citations] == [other]
    assert alternative.confidence <= answer.confidence


def test_an_article_that_repeats_its_sentence_supports_it_once() -> None:
    sentence = "The choir never came to Ballin."
    article = make_article("a", (sentence, "It was late.", sentence))
    again = article.text.rindex("Ballin")
    spans = [AnswerSpan("Ballin", 0, start, start + 6, 4.0, 0.0) for start in (sentence.index("Ballin"), again)]
    composer = AnswerComposer(lambda _: article, EVIDENCE, None, max_alternatives=3)
    answer = composer.compose(WHETHER, WHETHER, [whole(article)], spans).answer
    assert (answer.text, answer.support, len(answer.citations)) == (sentence, 1, 2)


def test_what_was_found_stays_spans_for_those_who_measure() -> None:
    articles = [make_article("a", (TOUR,))]
    trace = trace_of(WHETHER, articles, [(0, "never came to Ballin", 4.0)])
    assert [candidate.text for candidate in trace.candidates] == ["never came to Ballin"]
    listed = trace_of(WHICH, articles, [(0, "Dunmore", 4.0), (0, "Port Ellery", 4.0)])
    assert listed.candidates[0].text == listed.answer.text == "Dunmore; Port Ellery"


def test_refusals_follow_the_same_threshold_and_show_what_was_nearest() -> None:
    for question, nearest in ((WHETHER, TOUR.split(". ")[0] + "."), (WHICH, "Dunmore; Port Ellery")):
        for minimum, refusal in ((None, "not_in_articles"), (0.1, None)):
            found = [(0, "Dunmore", -1.0), (0, "Port Ellery", -1.5)]
            options = {} if minimum is None else {"min_confidence": minimum}
            answer = answer_to(question, [TOUR], found, **options)
            assert answer.refusal == refusal
            assert (answer.alternatives[0].text if refusal else answer.text) == nearest
            assert answer.parts == () or answer.answered


def test_nothing_found_is_a_refusal_for_every_kind() -> None:
    for question, kind in ((WHETHER, "evidence"), (WHICH, "list"), ("Who sang?", "span")):
        answer = answer_to(question, [TOUR], [])
        assert (answer.kind, answer.text, answer.refusal) == (kind, None, "not_in_articles")


def test_kind_and_parts_are_in_the_json() -> None:
    answer = answer_to(WHICH, [TOUR], [(0, "Port Ellery", 4.0), (0, "Dunmore", 3.5)])
    plain = json.loads(json.dumps(answer.to_dict()))
    assert (plain["kind"], plain["parts"]) == ("list", ["Dunmore", "Port Ellery"])


@given(st.data())
def test_every_part_slices_the_raw_file(data: st.DataObject) -> None:
    words = st.lists(
        st.sampled_from(["Ada", "Tom", "née", "sang", "Ballin", "\U0001f600", "1,5"]), min_size=1, max_size=6
    )
    blocks = data.draw(st.lists(words.map(lambda chosen: " ".join(chosen) + "."), min_size=1, max_size=4))
    article = make_article("a", tuple(blocks), before="\ufeffmenu\r\n")
    edges = data.draw(st.lists(st.integers(0, len(article.text)), min_size=2, max_size=10, unique=True).map(sorted))
    spans = [
        AnswerSpan(article.text[start:end], 0, start, end, data.draw(st.floats(0, 2)), 0.0)
        for start, end in zip(edges[::2], edges[1::2], strict=False)
    ]
    composer = AnswerComposer(lambda _: article, EVIDENCE, None, max_alternatives=3)
    ranked = sorted(spans, key=lambda span: -span.margin)
    answer = composer.compose(WHICH, WHICH, [whole(article)], ranked).answer

    own = answer.citations[: len(answer.parts)]
    assert sorted(answer.parts) == sorted(citation.answer_text for citation in own)
    assert answer.kind == ("list" if answer.parts or not answer.answered else "span")
    for citation in answer.citations:
        assert article.raw_text[citation.answer_start : citation.answer_end] == citation.answer_text
        assert article.raw_text[citation.raw_start : citation.raw_end] == citation.quote


def test_the_short_text_fits_into_a_sentence() -> None:
    three = [(0, "Dunmore", 4.0), (0, "Port Ellery", 3.5), (0, "Ballin", 3.0)]
    assert answer_to(WHICH, [TOUR], three[:2]).short_text == "Dunmore and Port Ellery"
    assert answer_to(WHICH, [TOUR], three).short_text == "Dunmore, Port Ellery and Ballin"
    assert answer_to(WHETHER, [TOUR], [(0, "never came to Ballin", 4.0)]).short_text is None
    assert answer_to("Who spoke?", [TOUR], [(0, "Tom Reyes", 4.0)]).short_text == "Tom Reyes"
    assert answer_to("Who spoke?", [TOUR], []).short_text is None
