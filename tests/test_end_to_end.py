"""The real thing: raw seed articles in, bundled models, real Chroma, cited answers out."""

from __future__ import annotations

import shutil
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assistant import Answer, ArticleFilter, Assistant, QuestionError, Settings, StoreMismatchError
from tests.quality.shipped import shipped_settings


def assert_exact(answer: Answer) -> None:
    """Every citation slices the file on disk to its quote and its answer."""
    for citation in [*answer.citations, *(c for other in answer.alternatives for c in other.citations)]:
        raw = Path(citation.path).read_bytes().decode(citation.encoding)
        assert raw[citation.raw_start : citation.raw_end] == citation.quote
        assert raw[citation.answer_start : citation.answer_end] == citation.answer_text
        assert citation.answer_text in citation.quote


def test_a_follow_up_is_about_what_was_just_said(seed_assistant: Assistant) -> None:
    talk = seed_assistant.conversation()
    talk.ask("Who will head the Japanese liaison team?")
    when = talk.ask("When will he visit?")
    assert when.standalone_question == "When will Kenji Kanasugi visit?"
    assert when.text == "June 11 to 13", "not Friday and Saturday, when he is in Seoul, as another article says"


def test_a_newcomers_first_questions(seed_assistant: Assistant) -> None:
    talk = seed_assistant.conversation()

    first = talk.ask("Who will head the Japanese liaison team?")
    assert first.text == "Kenji Kanasugi"
    assert first.citations[0].quote.startswith("Kenji Kanasugi, director general of the Foreign Ministry's")
    assert first.citations[0].title == "Japan to send senior diplomat to Singapore for U.S.-N Korea summit"
    assert first.support >= 1
    assert_exact(first)

    second = talk.ask("When will he visit Singapore?")
    assert second.standalone_question == "When will Kenji Kanasugi visit Singapore?"
    assert second.text is not None
    assert "June 11 to 13" in second.text
    assert_exact(second)

    refused = talk.ask("What is the phone number of the taxi service?")
    assert not refused.answered
    assert refused.text is None
    assert refused.citations == ()
    assert len(talk.turns) == 3
    assert set(second.timings) == {"interpret", "retrieve", "read", "answer", "total"}


@settings(deadline=None, max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(min_size=1, max_size=80).filter(lambda text: any(map(str.isalnum, text))))
def test_any_question_is_answered_or_refused(seed_assistant: Assistant, question: str) -> None:
    answer = seed_assistant.ask(question)
    assert answer.answered == (answer.text is not None) == bool(answer.citations)
    assert 0 <= answer.confidence <= 1
    assert_exact(answer)


@pytest.mark.parametrize("question", ["", "  \n", "\x1b?!", "word " * 5000, "who \ud800"])
def test_bad_questions_are_told(seed_assistant: Assistant, question: str) -> None:
    for call in (seed_assistant.ask, seed_assistant.conversation().ask, seed_assistant.retrieve):
        with pytest.raises(QuestionError):
            call(question)
    with pytest.raises(QuestionError):
        seed_assistant.read(question, ["some text"])


def test_a_bad_question_leaves_the_conversation_as_it_was(seed_assistant: Assistant) -> None:
    talk = seed_assistant.conversation()
    with pytest.raises(QuestionError):
        talk.ask("")
    assert talk.turns == ()


def test_retrieve_and_read_alone(seed_assistant: Assistant) -> None:
    found = seed_assistant.retrieve("liaison team in Singapore", 3)
    assert len(found) == 3
    assert seed_assistant.retrieve("liaison", 3, where=ArticleFilter(source="Nobody")) == []
    assert (
        seed_assistant.ask("Who heads the liaison team?", where=ArticleFilter(source="Nobody")).refusal == "no_passages"
    )
    texts = ["The weather was fine.", "Ms. Ito leads the choir in Osaka."]
    spans = seed_assistant.read("Who leads the choir?", texts)
    assert spans[0].text == "Ms. Ito"
    assert texts[spans[0].index][spans[0].start : spans[0].end] == spans[0].text
    assert seed_assistant.read("Who won the cup final?", texts[:1]) == []
    assert seed_assistant.read("Who won the cup final?", texts[:1], allow_refusal=False)
    assert seed_assistant.read("Who?", []) == []


def test_the_threshold_is_the_callers_to_choose(seed_assistant: Assistant) -> None:
    store = seed_assistant.settings.store
    for level, answered in ((0.0, True), (1.0, False)):
        with Assistant.open(settings=Settings(store=store, min_confidence=level)) as strict:
            assert strict.ask("Who will head the Japanese liaison team?").answered is answered


def test_another_passage_size_is_another_index(seed_assistant: Assistant) -> None:
    with pytest.raises(StoreMismatchError, match="tokens"):
        Assistant.open(settings=Settings(store=seed_assistant.settings.store, passage_tokens=64))


def test_many_threads_get_what_one_gets(seed_assistant: Assistant) -> None:
    questions = ["Who will head the Japanese liaison team?", "Where is Biegun staying?", "When is the summit?"] * 4
    expected = [seed_assistant.ask(question).text for question in questions]
    got: list[str | None] = [None] * len(questions)

    def ask(place: int) -> None:
        got[place] = seed_assistant.ask(questions[place]).text

    threads = [threading.Thread(target=ask, args=(place,)) for place in range(len(questions))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert got == expected


def test_answering_needs_neither_torch_nor_a_network(seed_assistant: Assistant) -> None:
    """In a process that can open no socket and import no torch."""
    script = """
import socket, sys
class Refused(socket.socket):
    def connect(self, address):
        if self.family != socket.AF_UNIX:
            raise AssertionError(f"connects to {address}")
        return super().connect(address)
socket.socket = Refused
for name in ("torch", "transformers", "sentence_transformers"):
    sys.modules[name] = None
from assistant import Assistant
with Assistant.open(sys.argv[1]) as assistant:
    print(assistant.ask("Who will head the Japanese liaison team?").text)
"""
    command = [sys.executable, "-c", script, str(seed_assistant.settings.store)]
    finished = subprocess.run(command, capture_output=True, text=True)
    assert finished.stdout.strip() == "Kenji Kanasugi", finished.stderr


def test_what_build_skips_is_logged_in_bounds(
    seeds: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("assistant.pipeline._SKIPS_LOGGED", 2)
    folder = tmp_path / "articles"
    folder.mkdir()
    shutil.copy(min(seeds.glob("*.txt")), folder)
    for number in range(5):
        (folder / f"empty{number}.txt").touch()
    with shipped_settings():
        Assistant.build(folder, store=tmp_path / "store").close()
    told = [record.getMessage() for record in caplog.records if record.levelname == "WARNING"]
    assert len(told) == 3
    assert all("empty" in line and "Put text in it" in line for line in told[:2])
    assert told[2] == "3 more files were skipped"
