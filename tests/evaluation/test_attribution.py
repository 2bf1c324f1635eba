"""Each stage loses a question of a real index, and that stage, no other, is named."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from assistant.datasets.questions import Gold
from assistant.evaluation.attribution import Attribution, Outcome, attribute
from assistant.evaluation.locations import GoldLocator
from assistant.evaluation.results import Stage
from assistant.evaluation.scores import exact_match, token_f1
from assistant.pipeline import Assistant
from tests.evaluation.asking import CHOIR, LIGHTHOUSE, assistant_over, cut_out, write

WHO = "Who led the repairs of the lighthouse?"
FILES = {"lighthouse.txt": LIGHTHOUSE, "news/choir.txt": CHOIR}
#: Files that share words with the question, each a passage of its own, so that rankings are long.
CROWD = {
    f"{number:02}.txt": f"The lighthouse repairs number {number} were led by somebody who led the repairs then.\n"
    for number in range(60)
}

Attribute = Callable[..., Attribution]


@pytest.fixture
def attributed(tmp_path: Path) -> Iterator[Attribute]:
    """Asks a question of an index of files, with a reader that finds phrases, and attributes the outcome."""
    opened: list[Assistant] = []

    def run(
        golds: list[Gold],
        margins: Mapping[str, float],
        *,
        question: str = WHO,
        files: Mapping[str, str] = FILES,
        skipped: Mapping[str, str] | None = None,
        **settings: Any,
    ) -> Attribution:
        assistant = assistant_over(write(tmp_path / "articles", files), margins, **settings)
        opened.append(assistant)
        trace = assistant.trace(question)
        found = GoldLocator(assistant, skipped).find(golds)
        surest = trace.candidates[0].text if trace.candidates else ""
        scores = (exact_match(surest, found.texts), token_f1(surest, found.texts)) if found.texts else (None, None)
        ranking = tuple(assistant.retrieve(question, max(20, assistant.settings.candidates)))
        return attribute(assistant, Outcome(trace, ranking, found, *scores))

    yield run
    for assistant in opened:
        assistant.close()


def at(words: str, *, file: str = "lighthouse.txt", text: str = LIGHTHOUSE) -> Gold:
    return Gold(file, *cut_out(text, words), words)


def worded(text: str) -> Gold:
    return Gold(None, None, None, text)


def marked(found: Attribution) -> str:
    """What the gold excerpt marks."""
    assert found.gold_excerpt is not None
    excerpt = found.gold_excerpt
    return excerpt.text[excerpt.start : excerpt.end]


def test_a_record_is_named_with_its_place_in_the_file(attributed: Attribute) -> None:
    files = {"dump.jsonl": "\n".join(json.dumps({"text": text}) for text in (LIGHTHOUSE, CHOIR))}
    given = attributed([], {"Tom Reyes": 4.0}, files=files)
    assert "(dump.jsonl!2)" in (given.because or "")
    found = attributed([worded("Ada Marsh")], {"Tom Reyes": 4.0}, files=files)
    assert found.gold_excerpt is not None
    assert "(dump.jsonl!1)" in found.gold_excerpt.where


@pytest.mark.parametrize(
    "golds",
    [
        [at("Ada Marsh")],
        [worded("the ADA marsh")],
        [at("March 3"), at("Ada Marsh")],
        [Gold("lighthouse.txt", None, None, None)],
    ],
    ids=["offsets", "words", "one of several", "file alone"],
)
def test_an_answer_that_is_exactly_right_is_lost_nowhere(attributed: Attribute, golds: list[Gold]) -> None:
    assert attributed(golds, {"Ada Marsh": 4.0}) == Attribution(None)


def test_a_right_refusal_is_lost_nowhere(attributed: Attribute) -> None:
    assert attributed([], {"Ada Marsh": -4.0}) == Attribution(None)


@pytest.mark.parametrize(
    ("gold", "because"),
    [
        (Gold("bridge.txt", 0, 9, "Ada Marsh"), "bridge.txt is not in the index"),
        (Gold("bridge.txt", None, None, "Ada Marsh"), "bridge.txt is not in the index"),
        (Gold("bridge.txt", None, None, None), "bridge.txt is not in the index"),
        (Gold("house.txt", 0, 9, None), "house.txt is not in the index"),
        (Gold("empty.txt", 0, 9, "Ada Marsh"), "empty.txt is not in the index: it holds no text"),
        (worded("Ada Marshall"), "no indexed file holds these words"),
        (worded("Marsh Ada"), "no indexed file holds these words"),
    ],
)
def test_not_ingested(attributed: Attribute, gold: Gold, because: str) -> None:
    margins = {"Tom Reyes": 4.0}
    found = attributed([gold], margins, skipped={"empty.txt": "it holds no text"})
    assert found == Attribution("not_ingested", because)


@pytest.mark.parametrize("gold", [at("Harbour Press"), worded("Harbour Press"), at("night.\n\nFollow us")])
def test_cleaned_away(attributed: Attribute, gold: Gold) -> None:
    found = attributed([gold], {"Ada Marsh": 4.0})
    assert found.stage == "cleaned_away"
    assert "lighthouse.txt" in (found.because or "")
    assert marked(found) == gold.text


ACROSS = "on Monday. She had waited"


@pytest.mark.parametrize("gold", [at(ACROSS), worded(ACROSS)])
def test_not_in_passage(attributed: Attribute, gold: Gold) -> None:
    found = attributed([gold], {"Ada Marsh": 4.0}, passages_read=1)
    assert found.stage == "not_in_passage"
    assert "lighthouse.txt" in (found.because or "")
    assert marked(found) == ACROSS


def test_an_answer_across_passages_that_were_read_joined_was_read(attributed: Attribute) -> None:
    found = attributed([at(ACROSS)], {"Tom Reyes": 4.0}, passages_read=8)
    assert found.stage == "out_scored"
    assert marked(found) == ACROSS


@pytest.mark.parametrize("gold", [at("Tom Reyes", file="choir.txt", text=CHOIR), worded("tom reyes")])
def test_not_retrieved_tells_the_rank(attributed: Attribute, gold: Gold) -> None:
    found = attributed([gold], {"Ada Marsh": 4.0}, passages_read=1)
    assert found.stage == "not_retrieved"
    assert (found.because or "").startswith("first at rank ")
    assert (found.because or "").endswith("; the reader got 1")
    assert marked(found) == "Tom Reyes"


@pytest.mark.parametrize("gold", [at("Tom Reyes", file="choir.txt", text=CHOIR), worded("Tom Reyes")])
def test_not_retrieved_by_far(attributed: Attribute, gold: Gold) -> None:
    files = {"choir.txt": CHOIR, **CROWD}
    found = attributed([gold], {"somebody": 4.0}, files=files, question="lighthouse repairs led", candidates=20)
    assert (found.stage, found.because) == ("not_retrieved", "not among the first 20; the reader got 8")
    assert marked(found) == "Tom Reyes"


def test_out_scored(attributed: Attribute) -> None:
    margins = {"harbour board": 4.0, "March 3": 3.0, "Marsh led": 2.0}
    found = attributed([at("chief engineer Ada Marsh")], margins)
    assert found.stage == "out_scored"
    assert "by 'harbour board' at 0.88 in “Builders Restore" in (found.because or "")
    assert "the gold answer came 3rd, as 'Marsh led' at 0.73" in (found.because or "")
    assert marked(found) == "chief engineer Ada Marsh"


def test_out_scored_where_the_reader_found_nothing_of_the_gold_answer(attributed: Attribute) -> None:
    found = attributed([at("Ada Marsh led")], {"harbour board": 4.0, "March 3": 3.0})
    assert (found.because or "").endswith("no span of the gold answer is among the 2 found")
    nothing = attributed([at("Ada Marsh led")], {})
    assert (nothing.stage, nothing.because) == ("out_scored", "no span was found in what was read")


def test_refusing_a_wrong_span_is_out_scored_too(attributed: Attribute) -> None:
    assert attributed([at("Ada Marsh")], {"harbour board": -1.0, "Ada Marsh": -2.0}).stage == "out_scored"


def test_out_scored_where_only_the_file_is_known(attributed: Attribute) -> None:
    found = attributed([Gold("lighthouse.txt", None, None, None)], {"Tom Reyes": 4.0, "Ada Marsh": 3.0})
    assert found.stage == "out_scored"
    assert "the gold answer came 2nd, as 'Ada Marsh'" in (found.because or "")


@pytest.mark.parametrize(
    ("gold", "because"),
    [
        (at("chief engineer Ada Marsh"), "'Ada Marsh' overlaps 'chief engineer Ada Marsh'"),
        (at("Marsh"), "'Ada Marsh' overlaps 'Marsh'"),
        (worded("engineer Ada Marsh"), "'Ada Marsh' overlaps 'engineer Ada Marsh'"),
        (worded("Ada"), "'Ada Marsh' overlaps 'Ada'"),
    ],
)
def test_wrong_boundaries(attributed: Attribute, gold: Gold, because: str) -> None:
    found = attributed([gold], {"Ada Marsh": 4.0})
    assert (found.stage, found.because) == ("wrong_boundaries", because)


def test_the_excerpt_marks_the_gold_answer_that_was_nearly_given(attributed: Attribute) -> None:
    golds = [at("harbour board"), at("March 3"), at("before June 8-9", file="choir.txt", text=CHOIR)]
    for phrase, gold in (
        ("June 8-9", "before June 8-9"),
        ("March 3 before", "March 3"),
        ("the harbour", "harbour board"),
    ):
        found = attributed(golds, {phrase: 4.0})
        assert (found.stage, marked(found)) == ("wrong_boundaries", gold)


def test_another_wording_elsewhere_has_wrong_boundaries(attributed: Attribute) -> None:
    files = {**FILES, "award.txt": "The award of the town for the best repairs went to the engineer Marsh on Friday.\n"}
    found = attributed([at("Ada Marsh")], {"engineer Marsh": 1.0, "Marsh on": 4.0}, files=files)
    assert found.stage == "out_scored"
    found = attributed([at("Ada Marsh")], {"Marsh": 4.0}, files=files)
    assert found.stage == "wrong_boundaries"


def test_wrongly_refused(attributed: Attribute) -> None:
    found = attributed([at("Ada Marsh")], {"Ada Marsh": -1.0, "March 3": -2.0})
    assert found.stage == "wrongly_refused"
    assert found.because == "'Ada Marsh' at 0.38; answers are given from 0.50"
    assert marked(found) == "Ada Marsh"
    assert attributed([at("engineer Ada")], {"Ada Marsh": -1.0}).stage == "wrongly_refused"  # F1 50
    assert attributed([at("Ada Marsh")], {"Ada Marsh": 3.0}, min_confidence=0.95).stage == "wrongly_refused"


def test_at_the_right_place_but_with_few_of_the_words_the_boundaries_are_wrong_refused_or_not(
    attributed: Attribute,
) -> None:
    golds = [at("chief engineer Ada Marsh")]
    given = attributed(golds, {"Marsh led the repairs": 2.0})
    assert (given.stage, given.because) == (
        "wrong_boundaries",
        "'Marsh led the repairs' overlaps 'chief engineer Ada Marsh'",
    )
    refused = attributed(golds, {"Marsh led the repairs": -1.0})
    assert refused.stage == "wrong_boundaries"
    assert (refused.because or "") == (
        f"{given.because}; refused too, 'Marsh led the repairs' at 0.38; answers are given from 0.50"
    )


def test_the_right_words_at_another_place_can_only_have_been_refused(attributed: Attribute) -> None:
    """Had it been given, it would have been exactly right, though its gold place was never read."""
    golds = [at("Sunday", file="choir.txt", text=CHOIR)]
    files = {**FILES, "lighthouse.txt": LIGHTHOUSE.replace("Monday", "Sunday")}
    assert attributed(golds, {"Sunday": 4.0}, files=files, passages_read=1) == Attribution(None)
    found = attributed(golds, {"Sunday": -4.0}, files=files, passages_read=1)
    assert found.stage == "wrongly_refused"


def test_wrongly_answered(attributed: Attribute) -> None:
    found = attributed([], {"Ada Marsh": 4.0})
    assert found.stage == "wrongly_answered"
    assert (found.because or "").startswith("'Ada Marsh' at 0.88 in “Builders Restore the Lighthouse at Port Ellery”")
    assert (found.because or "").endswith("; answers are given from 0.50")
    assert found.gold_excerpt is None


STAGED: list[tuple[Gold, Stage]] = [
    (Gold("bridge.txt", 0, 9, "Rosa Lind"), "not_ingested"),
    (at("Harbour Press"), "cleaned_away"),
    (at(ACROSS), "not_in_passage"),
    (at("Tom Reyes", file="news/choir.txt", text=CHOIR), "not_retrieved"),
    (at("harbour board"), "out_scored"),
    (at("engineer Ada"), "wrong_boundaries"),
]


@pytest.mark.parametrize("furthest", range(len(STAGED)))
def test_the_gold_answer_that_got_furthest_decides(attributed: Attribute, furthest: int) -> None:
    golds = [gold for gold, _ in STAGED[: furthest + 1]]
    assert attributed(golds, {"Ada Marsh": 4.0}, passages_read=1).stage == STAGED[furthest][1]
    assert attributed(golds[::-1], {"Ada Marsh": 4.0}, passages_read=1).stage == STAGED[furthest][1]
