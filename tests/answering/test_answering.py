"""Merging, citing, refusing: from spans to one answer."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.answering.answerer import AnswerComposer
from assistant.answering.citing import cite
from assistant.answering.evidence import Evidence, Logistic
from assistant.answering.normalise import meaning
from assistant.errors import StoreDamagedError
from assistant.records import AlignedRun, Answer, AnswerSpan, Article, Metadata, OtherSource, Passage, RetrievedPassage

MENU = "Home | World | Sport\n\n"
BLOCKS = (
    "Mr. Kanasugi will visit Singapore from June 11 to 13. Masaaki Kanai plans to accompany him.",
    "The team’s work starts on June 12, the sources said.",
)


def make_article(article_id: str, blocks: tuple[str, ...] = BLOCKS, before: str = MENU) -> Article:
    raw, clean, alignment = before, "", []
    for block in blocks:
        alignment.append(AlignedRun(len(clean), len(raw), len(block)))
        raw += block + "\r\nShare this\r\n"
        clean += block + "\n\n"
    metadata = Metadata(title="A title", published=date(2018, 5, 19), source="Kyodo")
    return Article(article_id, f"/news/{article_id}.txt", "utf-8", raw, clean[:-2], tuple(alignment), metadata)


def whole(article: Article) -> RetrievedPassage:
    passage = Passage(f"{article.id}:0-{len(article.text)}", article.id, 0, 0, len(article.text), article.text)
    return RetrievedPassage(passage, 1.0, 0.5, 1, 1, "A title", "Kyodo", date(2018, 5, 19))


#: Half sure at a margin of 0; refuses below that.
EVIDENCE = Evidence.of_margins()


def answer_with(
    articles: list[Article],
    found: list[tuple[int, str, float]],
    evidence: Evidence = EVIDENCE,
    min_confidence: float | None = None,
) -> Answer:
    """Compose from (index of the article, words found in it, margin)."""
    spans = []
    for index, words, margin in found:
        start = articles[index].text.index(words)
        spans.append(AnswerSpan(words, index, start, start + len(words), margin, 0.0))
    held = {article.id: article for article in articles}
    composer = AnswerComposer(held.__getitem__, evidence, min_confidence, max_alternatives=3)
    return composer.compose("When?", "When will he visit?", [whole(article) for article in articles], spans).answer


def test_the_quote_is_the_whole_sentence_in_the_raw_file() -> None:
    article = make_article("a")
    answer = answer_with([article], [(0, "June 11 to 13", 3.0)])

    (citation,) = answer.citations
    assert answer.text == citation.answer_text == "June 11 to 13"
    assert citation.quote == "Mr. Kanasugi will visit Singapore from June 11 to 13."
    assert article.raw_text[citation.raw_start : citation.raw_end] == citation.quote
    assert article.raw_text[citation.answer_start : citation.answer_end] == "June 11 to 13"
    assert (citation.title, citation.source, citation.published) == ("A title", "Kyodo", date(2018, 5, 19))


def test_spans_of_one_meaning_are_one_answer_with_several_citations() -> None:
    articles = [make_article("a"), make_article("b", ("It opens on the JUNE 12!",)), make_article("c")]
    answer = answer_with(articles, [(0, "June 12", 4.0), (1, "the JUNE 12", 5.0), (2, "Masaaki Kanai", 1.0)])

    assert answer.text == "the JUNE 12"
    assert answer.support == 2
    assert [citation.article_id for citation in answer.citations] == ["b", "a"]
    assert [(other.text, other.support) for other in answer.alternatives] == [("Masaaki Kanai", 1)]


def test_the_same_answer_twice_in_one_article_is_supported_by_one() -> None:
    article = make_article("a", ("June 12 it is.", "It is June 12."))
    spans = [AnswerSpan("June 12", 0, s, s + 7, 2.0, 0.0) for s in (0, article.text.rindex("June"))]
    composer = AnswerComposer(lambda _: article, EVIDENCE, None, max_alternatives=3)
    answer = composer.compose("When?", "When?", [whole(article)], spans).answer
    assert (answer.support, len(answer.citations)) == (1, 2)


def test_a_worse_reading_of_the_same_place_is_no_alternative() -> None:
    answer = answer_with([make_article("a")], [(0, "Masaaki Kanai", 4.0), (0, "Kanai", 3.0)])
    assert answer.alternatives == ()


def test_a_span_across_sentences_or_a_dropped_block_is_never_cited() -> None:
    article = make_article("a")
    assert cite(article, article.text.index("June 11"), article.text.index("Kanai"), 0.9) is None
    start = article.text.index("him.")
    assert cite(article, start, article.text.index("work"), 0.9) is None
    assert cite(article, article.text.index("\n\n"), article.text.index("\n\n") + 2, 0.9) is None


@pytest.mark.parametrize(
    ("found", "min_confidence", "refusal"),
    [
        ([], None, "not_in_articles"),
        ([(0, "June 12", -1.0)], None, "not_in_articles"),
        ([(0, "June 12", -1.0)], 0.1, None),
        ([(0, "June 12", -1.0)], 0.9, "not_in_articles"),
        ([(0, "June 12", 1.0)], 0.9, "low_confidence"),
        ([(0, "June 12", 1.0)], None, None),
    ],
)
def test_refusal(found: list[tuple[int, str, float]], min_confidence: float | None, refusal: str | None) -> None:
    answer = answer_with([make_article("a")], found, min_confidence=min_confidence)

    assert answer.refusal == refusal
    assert answer.answered is (refusal is None)
    assert (answer.text is None) is (refusal is not None)
    if refusal and found:
        assert answer.alternatives[0].text == "June 12", "what was nearest is still shown"


def test_a_passage_nearer_to_the_question_wins_between_equal_margins() -> None:
    articles = [make_article("a"), make_article("b", ("It opens on July 1.",))]
    retrieved = [replace(whole(articles[0]), similarity=0.2), replace(whole(articles[1]), similarity=0.8)]
    spans = [AnswerSpan("June 12", 0, *_place(articles[0], "June 12"), 2.0, 0.0),
             AnswerSpan("July 1", 1, *_place(articles[1], "July 1"), 2.0, 0.0)]  # fmt: skip
    held = {article.id: article for article in articles}
    evidence = Evidence(Logistic({"margin": 1.0, "similarity": 3.0}, -2.0), EVIDENCE.answer, 0.1)
    composer = AnswerComposer(held.__getitem__, evidence, None, max_alternatives=3)
    answer = composer.compose("When?", "When?", retrieved, spans).answer
    assert [answer.text, answer.alternatives[0].text] == ["July 1", "June 12"]


def _place(article: Article, words: str) -> tuple[int, int]:
    start = article.text.index(words)
    return start, start + len(words)


def test_no_passages_is_its_own_refusal() -> None:
    assert answer_with([], []).refusal == "no_passages"


def test_alternatives_below_the_threshold_are_not_shown_beside_an_answer() -> None:
    answer = answer_with([make_article("a")], [(0, "June 12", 1.0), (0, "Singapore", -1.0)])
    assert answer.alternatives == ()


def test_a_tampered_store_is_told_rather_than_misquoted() -> None:
    article = make_article("a")
    tampered = replace(article, raw_text="x" + article.raw_text)
    with pytest.raises(StoreDamagedError, match="--rebuild"):
        cite(tampered, 0, 12, 0.9)


def test_answers_turn_into_json() -> None:
    plain = answer_with([make_article("a")], [(0, "June 12", 1.0)]).to_dict()
    assert plain["answered"] is True
    assert plain["citations"][0]["published"] == "2018-05-19"


@given(
    st.lists(
        st.text(alphabet=st.characters(exclude_categories=["Cs"]), min_size=1, max_size=60), min_size=1, max_size=5
    ),
    st.data(),
)
def test_every_citation_slices_the_raw_text(blocks: list[str], data: st.DataObject) -> None:
    article = make_article("a", tuple(blocks), before="\ufeffmenu\0\n")
    start = data.draw(st.integers(0, max(0, len(article.text) - 1)))
    end = data.draw(st.integers(start + 1, max(start + 1, len(article.text))))
    citation = cite(article, start, end, 0.5)
    inside = any(s.clean_start <= start and end <= s.clean_start + s.length for s in article.alignment)
    if not inside:
        assert citation is None
    if citation is not None:
        assert article.raw_text[citation.raw_start : citation.raw_end] == citation.quote
        assert article.raw_text[citation.answer_start : citation.answer_end] == article.text[start:end]
        assert citation.raw_start <= citation.answer_start < citation.answer_end <= citation.raw_end


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        ("The Ministry", "ministry", True),
        ("an “official”", 'official"', True),
        ("U.S.", "US", True),
        ("June\u00a012", "june 12", True),
        ("director-general", "director general", True),
        ("1,500 people", "1500 people", True),
        ("June 8–9", "June 8-9", True),
        ("Feb. 27", "Feb 27", True),
        ("12.", "12", True),
        ("$5", "5", False),
        ("5%", "5", False),
        ("1.5 percent", "15 percent", False),
        ("June 8-9", "June 89", False),
        ("1/2", "12", False),
        ("-5", "5", False),
        ("12:30", "1230", False),
        ("2.0", "20", False),
        ("theory", "ory", False),
        ("A", "the", False),
    ],
)
def test_answers_of_one_meaning(first: str, second: str, same: bool) -> None:
    assert (meaning(first) == meaning(second)) is same
    assert meaning(first)


@given(st.text())
def test_every_answer_has_a_meaning(text: str) -> None:
    assert bool(meaning(text)) == bool(text.split())
    assert meaning(meaning(text)) == meaning(meaning(meaning(text)))


def test_a_citation_tells_the_language_and_where_else_the_story_stands_in_json_too() -> None:
    other = OtherSource("b" * 16, "/news/dump.zip!b.html", "B", "Times", date(2018, 5, 20), "https://times.example/b")
    article = replace(
        make_article("a"), metadata=Metadata(title="A title", language="es"), also_in=(other,), other_source_count=60
    )
    answer = answer_with([article], [(0, "from June 11 to 13", 3.0)])
    (citation,) = answer.citations
    assert (citation.language, citation.also_in, citation.other_source_count) == ("es", (other,), 60)
    (told,) = json.loads(json.dumps(answer.to_dict()))["citations"]
    assert (told["language"], told["other_source_count"]) == ("es", 60)
    assert told["also_in"] == [
        {
            "article_id": "b" * 16,
            "location": "/news/dump.zip!b.html",
            "title": "B",
            "source": "Times",
            "published": "2018-05-20",
            "url": "https://times.example/b",
        }
    ]


def test_a_citation_names_its_location_in_a_file() -> None:
    article = replace(make_article("a"), path="/news/dump.zip", fragment="2018/a.html")
    (citation,) = answer_with([article], [(0, "from June 11 to 13", 3.0)]).citations
    assert citation.location == article.location == "/news/dump.zip!2018/a.html"
