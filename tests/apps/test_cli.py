"""The command line as a script sees it: output, exit codes, errors without tracebacks."""

from __future__ import annotations

import json
import os
import pty
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from assistant.answering.prompts import Prompts
from assistant.apps.terminal import printable, show_answer
from assistant.pipeline import Assistant
from assistant.records import OtherSource

from .chat_fakes import HARMFUL, HOSTILE, FakeConversation, answer, cite

WHO = "Who will head the Japanese liaison team?"


def run(*arguments: str | Path, stdin: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "assistant.apps.cli", *map(str, arguments)],
        input=stdin,
        capture_output=True,
        text=True,
        errors="surrogateescape",  # bytes that are no text can be sent
        env={**os.environ, **environment},
    )


@pytest.fixture(scope="module")
def store(seed_assistant: Assistant) -> Path:
    return seed_assistant.settings.store


def test_index_tells_what_it_did_and_what_it_skipped(seeds: Path, tmp_path: Path) -> None:
    folder = tmp_path / "articles"
    folder.mkdir()
    for path in seeds.glob("*.txt"):
        (folder / path.name).write_bytes(path.read_bytes())
    first = run("index", folder, "--store", tmp_path / "store")
    assert first.returncode == 0, first.stderr
    assert first.stdout.startswith("5 new, 0 changed, 0 removed, 0 unchanged, 0 skipped.")

    (folder / "bad\x1b[31m.txt").write_bytes(b"\x00\x01\x02\x03" * 100)
    second = run("index", folder, "--store", tmp_path / "store")
    assert second.returncode == 4
    assert "0 new, 0 changed, 0 removed, 5 unchanged, 1 skipped." in second.stdout
    assert "Skipped: " in second.stderr
    assert "\x1b" not in second.stderr, "a file name must not steer the terminal"
    report = json.loads(run("index", folder, "--store", tmp_path / "store", "--json").stdout)
    assert (report["unchanged"], report["embedded"], len(report["skipped"])) == (5, 0, 1)


def test_ask_shows_answer_sentence_and_place(store: Path) -> None:
    finished = run("ask", WHO, "--store", store, "--verbose")
    assert finished.returncode == 0, finished.stderr
    assert finished.stdout.startswith("Kenji Kanasugi\n")
    assert "director general of the Foreign Ministry's" in " ".join(finished.stdout.split())
    assert "000_2a07ebe1bec97343.txt, characters 717–974" in finished.stdout
    assert "retrieve" in finished.stdout


def test_ask_json_is_one_object_whose_offsets_slice_the_file(store: Path) -> None:
    answer = json.loads(run("ask", WHO, "--store", store, "--json").stdout)
    assert answer["answered"] is True
    citation = answer["citations"][0]
    raw = Path(citation["path"]).read_bytes().decode(citation["encoding"])
    assert raw[citation["answer_start"] : citation["answer_end"]] == answer["text"] == "Kenji Kanasugi"


def test_evidence_is_a_quoted_sentence_under_words_that_say_what_it_is(store: Path) -> None:
    question = "Is Abe going to meet Kim Jong Un?"
    shown = run("ask", question, "--store", store)
    assert shown.returncode == 0, shown.stderr
    assert shown.stdout.startswith(f"{Prompts.open().say('evidence')}\n")
    told = json.loads(run("ask", question, "--store", store, "--json").stdout)
    assert (told["kind"], told["parts"]) == ("evidence", [])
    assert told["text"] == told["citations"][0]["quote"] != told["citations"][0]["answer_text"]
    assert " ".join(shown.stdout.split()).count(f"“{told['text']}”") == 1


def test_a_list_quotes_the_sentence_of_its_parts_once(capsys: pytest.CaptureFixture[str]) -> None:
    listed = FakeConversation().ask("Which officials were heard?")
    show_answer(listed, Prompts.open(), as_json=False, verbose=False)
    shown = " ".join(capsys.readouterr().out.split())
    assert shown.startswith("Ada Marsh; the chief engineer ")
    assert shown.count("“The council heard Ada Marsh, the chief engineer, on Tuesday.”") == 1


def test_other_places_of_the_story_are_told_and_listed_when_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    found = FakeConversation().ask("Who is the chief engineer?")
    show_answer(found, Prompts.open(), as_json=False, verbose=False)
    short = capsys.readouterr().out
    assert short.count("Also in KYODO, Japan Times and 3 more\n") == 1
    assert "kyodo.html" not in short
    show_answer(found, Prompts.open(), as_json=False, verbose=True)
    shown = capsys.readouterr().out
    assert "    Harbour wall · KYODO · 9 March 2024 · kyodo.html\n" in shown
    assert "    and 3 other places\n" in shown


def test_a_citation_of_a_record_has_its_whole_place(capsys: pytest.CaptureFixture[str]) -> None:
    (cited, *_) = FakeConversation().ask("Who is the chief engineer?").citations
    cited = replace(cited, path="/news/dump.zip", fragment="2023/a.jsonl!17")
    show_answer(answer("Who?", "Ada Marsh", (cited,)), Prompts.open(), as_json=False, verbose=False)
    place = f"  /news/dump.zip!2023/a.jsonl!17, characters {cited.raw_start}–{cited.raw_end}\n"
    assert place in capsys.readouterr().out


def test_another_language_than_english_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    (first, second) = FakeConversation().ask("Who is the chief engineer?").citations
    foreign = answer("Who?", "Ada Marsh", (replace(first, language="es"), replace(second, language="en")))
    show_answer(foreign, Prompts.open(), as_json=False, verbose=False)
    shown = " ".join(capsys.readouterr().out.split())
    assert "The Coast Courier · 9 March 2024 · Spanish" in shown
    assert "English" not in shown


def test_a_refusal_has_its_own_exit_code(store: Path) -> None:
    finished = run("ask", "Who will succeed Abe as leader?", "--store", store, "--source", "Nobody")
    assert finished.returncode == 1
    assert "found nothing in the articles" in finished.stdout


def test_a_conversation_through_a_pipe(store: Path) -> None:
    finished = run("ask", "--store", store, "--json", stdin=f"{WHO}\n{'x' * 5000}\nWhen will he visit Singapore?\n")
    first, second = map(json.loads, finished.stdout.splitlines())
    assert first["text"] == "Kenji Kanasugi"
    assert second["standalone_question"] == "When will Kenji Kanasugi visit Singapore?"
    assert "5000 characters" in finished.stderr
    assert finished.returncode == 0


def test_a_conversation_in_a_terminal(store: Path) -> None:
    controller, terminal = pty.openpty()
    command = [sys.executable, "-m", "assistant.apps.cli", "ask", "--store", str(store)]
    with subprocess.Popen(command, stdin=terminal, stdout=terminal, stderr=terminal, close_fds=True) as process:
        os.close(terminal)
        os.write(controller, f"{WHO}\n\n".encode())
        shown = b""
        while process.poll() is None or b"Kanasugi" not in shown:
            try:
                shown += os.read(controller, 4096)
            except OSError:  # the other end has closed
                break
        assert process.wait() == 0
    os.close(controller)
    text = shown.decode()
    assert "an empty line ends the conversation" in text
    assert "Kenji Kanasugi" in text
    assert "\x1b[1;7mKenji Kanasugi" in text, "the span is highlighted in its sentence"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["ask", WHO, "--store", "{tmp}/none"], "There is no index in .*none"),
        (["ask", "?", "--store", "{store}"], "The question has no words"),
        (["ask", "word " * 5000, "--store", "{store}"], "5000 words"),
        (["index", "{tmp}/none"], "none"),
        (["index", "{tmp}"], "No"),
        (["ask", WHO, "--config", "{tmp}/none.toml"], r"Cannot read the settings file"),
    ],
)
def test_errors_are_explained_without_a_traceback(store: Path, tmp_path: Path, arguments: list[str], says: str) -> None:
    filled = [argument.format(tmp=tmp_path, store=store) for argument in arguments]
    finished = run(*filled, ASSISTANT_STORE=str(tmp_path / "unused"))
    assert finished.returncode == 3
    assert finished.stdout == ""
    assert finished.stderr.startswith("Error: ")
    assert "Traceback" not in finished.stderr
    assert re.search(says, finished.stderr)


def test_wrong_usage_has_its_own_exit_code() -> None:
    assert run("ask", "--no-such-option").returncode == 2
    assert run("ask", WHO, "--after", "yesterday").returncode == 2


def test_control_characters_are_not_printed() -> None:
    assert printable("a\x1b[31mb\x9b2J\r\nc\td\x00") == "a\ufffd[31mb\ufffd2J\ufffd\nc\td\ufffd"


@pytest.mark.parametrize("character", ["\u202a", "\u202e", "\u2066", "\u2069", "\ud800", "\udcff", "\x85", "\x7f"])
def test_what_reorders_a_line_or_is_no_character_is_not_printed(character: str) -> None:
    assert printable(f"a{character}b") == "a\ufffdb"


def test_text_of_any_language_is_printed() -> None:
    text = "“Ōsaka” – עברית\u200f, العربية, 日本, 😀"
    assert printable(text) == text


def test_json_cannot_steer_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    text = "a\x1bb\x9b2J\x7f\u202e\u2066é\udcff"
    show_answer(answer("?", text), Prompts.open(), as_json=True, verbose=False)
    shown = capsys.readouterr().out
    assert shown.isascii() and shown.rstrip("\n").isprintable()
    assert json.loads(shown)["text"] == text


def test_nothing_from_an_article_steers_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    text = f"{HOSTILE}\x1b\x9b\u2066"
    found = cite(HARMFUL, f"The password is {HOSTILE} swordfish.", HOSTILE, 0.6)
    copy = OtherSource(text, f"/news/{text}", text, text, None, text)
    found = replace(found, also_in=(copy, replace(copy, source=None)), other_source_count=2, language=text)
    show_answer(answer(text, text, (found,), standalone=f"{text}?"), Prompts.open(), as_json=False, verbose=True)
    shown = capsys.readouterr().out
    assert "swordfish" in shown
    assert not set("\x00\x1b\x9b\u202e\u2066") & set(shown)


def test_an_output_without_unicode_loses_nothing(store: Path) -> None:
    finished = run("ask", WHO, "--store", store, PYTHONIOENCODING="ascii")
    assert finished.returncode == 0, finished.stderr
    assert finished.stdout.startswith("Kenji Kanasugi\n")
    assert "\\u201c" in finished.stdout, "the quotation mark that cannot be written is written as its number"
    as_json = run("ask", WHO, "--store", store, "--json", PYTHONIOENCODING="ascii")
    assert json.loads(as_json.stdout)["text"] == "Kenji Kanasugi"


def test_bytes_that_are_no_text_are_refused_and_the_conversation_goes_on(store: Path) -> None:
    finished = run("ask", "--store", store, "--json", stdin=f"caf\udce9?\n{WHO}\n", PYTHONIOENCODING="utf-8")
    assert finished.returncode == 0, finished.stderr
    assert finished.stderr.startswith("Error: The question holds bytes that are no text.")
    assert json.loads(finished.stdout)["text"] == "Kenji Kanasugi"
