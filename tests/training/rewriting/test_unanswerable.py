"""Questions made unanswerable."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.training.rewriting.unanswerable import made_unanswerable

TRIES = range(60)


def all_unanswerable(
    question: str, context: str, golds: Sequence[str] = (), neighbours: Sequence[str] = ()
) -> set[str | None]:
    return {made_unanswerable(question, context, golds, neighbours, random.Random(seed)) for seed in TRIES}


class TestOffices:
    asked = "Who was finance chief of the company?"

    def test_another_office_takes_its_place(self) -> None:
        found = all_unanswerable(self.asked, "Its finance chief, Ann Lee, left in May.", ["Ann Lee"])
        assert "Who was chief executive of the company?" in found

    def test_an_office_of_the_context_is_not_asked_for(self) -> None:
        context = "Its finance chief, Ann Lee, left in May. So did its chief executive, Bo Ek."
        found = all_unanswerable(self.asked, context, ["Ann Lee"])
        assert found - {None}
        assert "Who was chief executive of the company?" not in found

    def test_another_name_of_the_same_office_changes_nothing(self) -> None:
        found = all_unanswerable(self.asked, "Its finance chief, Ann Lee, left in May.", ["Ann Lee"])
        assert "Who was finance director of the company?" not in found

    def test_an_office_that_the_context_lacks_is_left_alone(self) -> None:
        assert all_unanswerable(self.asked, "Ann Lee left in May.", ["Ann Lee"]) == {None}


class TestNames:
    context = "The mayor of Lisbon opened a library in March. It holds old maps."

    def test_another_of_its_kind_takes_its_place(self) -> None:
        found = all_unanswerable("Who governs Lisbon?", self.context, ["The mayor"], ["He later moved to Madrid."])
        assert "Who governs Madrid?" in found

    def test_a_name_that_the_context_lacks_is_left_alone(self) -> None:
        assert all_unanswerable("Who governs Vienna?", self.context, ["The mayor"], ["He moved to Madrid."]) == {None}

    def test_a_person_is_not_replaced_by_a_city(self) -> None:
        context = "Maria Silva said that the harbour would be enlarged."
        neighbours = ["He lived in Madrid. Peter Kovacs said so."]
        found = all_unanswerable("What did Maria Silva say about the harbour?", context, ["enlarged"], neighbours)
        assert "What did Peter Kovacs say about the harbour?" in found
        assert not any(text and "Madrid" in text for text in found)

    def test_a_people_with_the_before_it_is_left_alone_unless_a_noun_follows(self) -> None:
        context = "The French built the bridge. A French engineer drew it."
        assert all_unanswerable("Where did the French camp?", context, ["bridge"]) == {None}
        found = all_unanswerable("Where was the French plan drawn?", context, ["bridge"]) - {None}
        assert found
        assert all(re.fullmatch(r"Where was the \w+ plan drawn\?", str(text)) for text in found)

    def test_parts_and_spellings_of_the_same_name_are_not_others(self) -> None:
        context = "Maria Silva said that the harbour would be enlarged. Silva said more."
        neighbours = ["Silva said it. Marija Silvá said it."]
        assert all_unanswerable("When did Maria Silva speak of it?", context, ["enlarged"], neighbours) == {None}

    def test_a_name_of_the_context_is_used_only_away_from_what_is_asked(self) -> None:
        asked = "How many bridges were repaired in Lisbon after the storm?"
        parallel = "Workers repaired nine bridges in Lisbon after the storm. In Madrid they repaired four bridges."
        apart = "Workers repaired nine bridges in Lisbon after the storm. Concerts took place in Madrid."
        changed = asked.replace("Lisbon", "Madrid")
        assert changed not in all_unanswerable(asked, parallel, ["nine"])
        assert changed in all_unanswerable(asked, apart, ["nine"])


class TestNumbers:
    def test_a_year_changes_to_one_that_is_not_there(self) -> None:
        context = "The room is from 1995 and was rebuilt in 1997."
        found = all_unanswerable("Which room is from 1995?", context) - {None}
        assert len(found) > 3
        assert all(re.fullmatch(r"Which room is from \d{4}\?", str(text)) for text in found)
        assert not any("1995" in str(text) or "1997" in str(text) for text in found)

    @pytest.mark.parametrize("amount", ["more than 500", "about 500", "500 to 600"])
    def test_a_bound_is_left_alone(self, amount: str) -> None:
        context = "Two towns, Brill and Oakley, have 500 people, 600 in summer."
        assert all_unanswerable(f"Where do {amount} people live?", context, ["Brill"]) == {None}


class TestOpposites:
    @pytest.mark.parametrize(
        ("question", "changed"),
        [
            ("What was the first book about it?", "What was the last book about it?"),
            ("What happened before the vote?", "What happened after the vote?"),
            ("Which is the largest lake there?", "Which is the smallest lake there?"),
            ("Who won the final?", "Who lost the final?"),
            ("What did they increase?", "What did they reduce?"),
            ("What lies in northern waters?", "What lies in southern waters?"),
            ("Who was her mother?", "Who was her father?"),
            ("Was it an incredibly wet month?", "Was it an incredibly dry month?"),
        ],
    )
    def test_it_takes_the_place_of_a_word(self, question: str, changed: str) -> None:
        assert changed in all_unanswerable(question, "Something else is told here.")

    def test_not_when_the_context_has_it_in_any_form(self) -> None:
        asked = "Who won the final?"
        assert all_unanswerable(asked, "Brill won the final; Oakley were the losers, and lost badly.") == {None}

    @pytest.mark.parametrize(
        "question",
        ["What is her first name?", "How old was he?", "How long did the war last?", "Who are most people here?"],
    )
    def test_set_phrases_are_left_alone(self, question: str) -> None:
        assert all_unanswerable(question, "Something else is told here.") == {None}

    def test_a_span_of_time_answers_both_ends(self) -> None:
        assert all_unanswerable("When did it begin?", "It lasted from 1990 to 1995.") == {None}
        assert "When did it first open?" not in all_unanswerable("When did it last open?", "It ran 1990-1995.")

    def test_the_article_before_it_fits(self) -> None:
        assert "Who made an indirect claim?" in all_unanswerable("Who made a direct claim?", "Nothing.")
        assert "Who made a direct claim?" in all_unanswerable("Who made an indirect claim?", "Nothing.")

    def test_a_gold_answer_is_never_put_in(self) -> None:
        assert all_unanswerable("Who was her mother?", "It was told.", ["the father"]).isdisjoint(
            {"Who was her father?"}
        )


class TestNegations:
    def test_it_is_put_in_after_the_wh_word(self) -> None:
        assert "What didn't the envoy bring?" in all_unanswerable("What did the envoy bring?", "Nothing.")

    def test_it_is_taken_out_after_why(self) -> None:
        assert "Why did the envoy come?" in all_unanswerable("Why didn't the envoy come?", "Nothing.")

    def test_most_questions_get_none(self) -> None:
        made = [made_unanswerable("What did it bring?", "It.", [], [], random.Random(seed)) for seed in range(400)]
        assert 0 < sum(text is not None for text in made) < 200


def test_wh_words_stay() -> None:
    for question in ("Who won?", "When did it begin?", "Where was the first one?"):
        for text in all_unanswerable(question, "Nothing.") - {None}:
            assert text is not None
            assert text.split()[0] == question.split()[0]


@given(
    question=st.text(), context=st.text(), golds=st.lists(st.text(), max_size=3), neighbours=st.lists(st.text()),
    seed=st.integers(),
)  # fmt: skip
def test_any_text_gives_another_question_or_none(
    question: str, context: str, golds: list[str], neighbours: list[str], seed: int
) -> None:
    text = made_unanswerable(question, context, golds, neighbours, random.Random(seed))
    assert text is None or (text.strip() and text != question)
    assert text == made_unanswerable(question, context, golds, neighbours, random.Random(seed))


WORDS = st.one_of(
    st.sampled_from(["who", "what", "when", "why", "did", "won", "the", "first", "mother", "of", "a", "an", "in", "?"]),
    st.sampled_from(["Lisbon", "Maria", "Madrid", "USA", "1995", "30", "didn't", "was", "'s", "İ", "ß"]),
)


@given(question=st.lists(WORDS).map(" ".join), context=st.lists(WORDS).map(" ".join), seed=st.integers())
def test_any_words_give_a_question_changed_in_one_place(question: str, context: str, seed: int) -> None:
    text = made_unanswerable(question, context, [], [context], random.Random(seed))
    if text is not None:
        assert text != question
        assert abs(len(text.split()) - len(question.split())) <= 2
