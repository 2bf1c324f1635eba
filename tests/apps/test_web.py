"""The chat without a browser: private, offline, confined, and plain about failures."""

from __future__ import annotations

import html
import re
import shutil
import socket
from collections.abc import Callable, Iterator
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path

import gradio as gr
import httpx
import pytest

from assistant.answering.prompts import Prompts
from assistant.apps.web import ChatWindow, Shown, build_chat, is_loopback, launch_chat
from assistant.apps.web_guard import MAX_BODY_BYTES
from assistant.apps.web_sessions import MAX_EXCHANGES, Answerer, Sessions
from assistant.errors import AssistantError
from assistant.records import Answer
from tests.apps.chat_fakes import HARBOUR, FakeAssistant, FakeConversation

PROMPTS = Prompts.open()
ME, YOU = (gr.Request(session_hash=page) for page in ("me", "you"))


@pytest.fixture
def window() -> ChatWindow:
    return ChatWindow(FakeAssistant(), PROMPTS)


@pytest.fixture(scope="session")
def client(chat_server: Callable[[Answerer | None], str]) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=chat_server(FakeAssistant()), trust_env=False, timeout=30) as http:
        yield http


def ask(window: ChatWindow, question: str, page: gr.Request = ME) -> Shown:
    """What the window shows in the end."""
    return list(window.ask(question, page))[-1]


# What the window does


def test_the_question_shows_before_its_answer(window: ChatWindow) -> None:
    first, last = window.ask("Who is the chief engineer?", ME)
    assert PROMPTS.say("thinking") in first[0] and "Ada Marsh" not in first[0]
    assert "Ada Marsh" in last[0] and PROMPTS.say("thinking") not in last[0]
    assert first[1] == "" and last[1] == gr.skip(), "what is typed while waiting is not wiped out"


def test_sessions_do_not_share_a_conversation(window: ChatWindow) -> None:
    ask(window, "Who is the chief engineer?", ME)
    assert "Ada Marsh" in ask(window, "What did she repair?", ME)[0]
    assert "Ada Marsh" not in ask(window, "What did she repair?", YOU)[0]
    assert window.open_article(YOU, gr.EventData(None, {"reference": "0.0.0"})) == ""


def test_who_names_no_page_shares_none(window: ChatWindow) -> None:
    nobody = gr.Request(session_hash=None)
    ask(window, "Who is the chief engineer?", nobody)
    first, *_ = window.ask("What did she repair?", nobody)
    assert "chief engineer" not in str(first)


def test_a_citation_opens_its_article(window: ChatWindow) -> None:
    ask(window, "Who is the chief engineer?")
    assert "Harbour wall to be rebuilt" in window.open_article(ME, gr.EventData(None, {"reference": "0.0.0"}))
    assert "No date was given" in window.open_article(ME, gr.EventData(None, {"reference": "0.1.0"}))


def test_a_list_opens_its_article_with_every_part_of_the_sentence_marked(window: ChatWindow) -> None:
    ask(window, "Which officials were heard?")
    for place in (0, 1):
        opened = window.open_article(ME, gr.EventData(None, {"reference": f"0.0.{place}"}))
        assert '<mark class="span">Ada Marsh</mark>' in opened
        assert '<mark class="span">the chief engineer</mark>' in opened


@pytest.mark.parametrize(
    "sent",
    [
        None,
        {},
        [],
        {"reference": None},
        {"reference": 0},
        {"reference": "0.0"},
        {"reference": "-1.0.0"},
        {"reference": "9.0.0"},
        {"reference": "0.9.0"},
        {"reference": "0.0.9"},
        {"reference": "0.0.0\n"},
        {"reference": "٠.٠.٠"},
        {"reference": "../../etc/passwd"},
        {"reference": HARBOUR.id},
    ],
)
def test_a_made_up_citation_opens_nothing(window: ChatWindow, sent: object) -> None:
    ask(window, "Who is the chief engineer?")
    assert window.open_article(ME, gr.EventData(None, sent)) == ""


def test_an_article_that_has_left_the_index_is_said_to_have(window: ChatWindow) -> None:
    ask(window, "Who is the chief engineer?")
    window._assistant.articles.clear()  # type: ignore[attr-defined]
    assert PROMPTS.say("article_unavailable") in window.open_article(ME, gr.EventData(None, {"reference": "0.0.0"}))


@pytest.mark.parametrize("number", [-1, 99, "0", None, 0.5])
def test_a_made_up_example_asks_nothing(window: ChatWindow, number: object) -> None:
    list(window.ask_example(ME, gr.EventData(None, {"number": number})))
    assert window.sessions.get("me").exchanges == []


def test_an_example_is_asked(window: ChatWindow) -> None:
    list(window.ask_example(ME, gr.EventData(None, {"number": 0})))
    assert window.sessions.get("me").exchanges[0].question == PROMPTS.examples()[0]


def test_an_empty_question_is_not_asked(window: ChatWindow) -> None:
    _, _, notice = ask(window, " \n ")
    assert PROMPTS.say("empty_question") in notice
    assert window.sessions.get("me").exchanges == []


def test_an_expected_failure_is_told_in_its_own_words(window: ChatWindow) -> None:
    conversation, _, _ = ask(window, "why " * 5000)
    assert "The question is too long (1,000 characters at most). Shorten it." in conversation


def test_an_unexpected_failure_tells_no_details(window: ChatWindow, caplog: pytest.LogCaptureFixture) -> None:
    conversation, _, _ = ask(window, "Please crash")
    assert PROMPTS.say("failure_unexpected") in conversation
    assert "secret" not in conversation and "Traceback" not in conversation
    assert "secret detail" in caplog.text


def test_a_conversation_is_bounded(window: ChatWindow) -> None:
    for _ in range(MAX_EXCHANGES):
        ask(window, "Anything?")
    _, kept, notice = ask(window, "One more?")
    assert kept == gr.skip() and str(MAX_EXCHANGES) in notice
    assert len(window.sessions.get("me").exchanges) == MAX_EXCHANGES


def test_a_new_conversation_forgets_the_old_one(window: ChatWindow) -> None:
    ask(window, "Who is the chief engineer?")
    conversation, question, notice, article = window.start_afresh(ME)
    assert 'data-example="0"' in conversation and (question, notice, article) == ("", "", "")
    assert window.sessions.get("me").talk.turns == ()  # type: ignore[attr-defined]


def test_an_answer_that_comes_after_a_new_start_stays_away(window: ChatWindow) -> None:
    asking = window.ask("Who is the chief engineer?", ME)
    next(asking)
    window.start_afresh(ME)
    assert "Ada Marsh" not in next(asking)[0]


def test_only_so_many_sessions_are_kept() -> None:
    sessions = Sessions(FakeConversation, limit=3)
    first = sessions.get("0")
    for key in ("1", "2", "0", "3"):
        sessions.get(key)
    assert len(sessions) == 3
    assert sessions.get("0") is first


# How it is served


def post(client: httpx.Client, path: str, **headers: str) -> int:
    """The status a POST gets for its headers alone: no body is sent that a refusal could cut off."""
    connection = HTTPConnection(client.base_url.host, client.base_url.port or 80)
    with closing(connection):
        connection.putrequest("POST", path)
        for name, value in headers.items():
            connection.putheader(name.replace("_", "-"), value)
        connection.endheaders()
        return connection.getresponse().status


def test_every_event_is_private() -> None:
    functions = build_chat(FakeAssistant(), PROMPTS).fns.values()
    assert len(functions) >= 6
    assert {function.api_visibility for function in functions} == {"private"}


def test_buttons_and_labels_speak_in_the_words_of_the_prompts(tmp_path: Path) -> None:
    shutil.copytree(PROMPTS.folder, tmp_path, dirs_exist_ok=True)
    labels = sorted(path.stem for path in tmp_path.glob("label_*.txt"))
    for label in labels:
        (tmp_path / f"{label}.txt").write_text(f"{label} <changed>", encoding="utf-8")
    prompts = Prompts.open(tmp_path)
    window = ChatWindow(FakeAssistant(), prompts)
    answered = ask(window, "Who is the chief engineer?")[0]
    opened = window.open_article(ME, gr.EventData(None, {"reference": "0.0.0"}))
    layout = [
        f"{part['props'].get('value')} {part['props'].get('label')}"
        for part in build_chat(FakeAssistant(), prompts).get_config_file()["components"]
    ]
    shown = html.unescape("\n".join([*layout, answered, opened]))
    assert len(labels) == 6
    assert [label for label in labels if f"{label} <changed>" not in shown] == []


def test_telemetry_is_off_and_the_queue_bounded() -> None:
    chat = build_chat(FakeAssistant(), PROMPTS)
    assert chat.analytics_enabled is False
    assert 0 < chat._queue.max_size <= 64
    assert chat._queue.default_concurrency_limit == 1


def test_nothing_indexed_is_said_with_the_remedy(chat_server: Callable[[Answerer | None], str]) -> None:
    page = httpx.get(chat_server(None), trust_env=False, timeout=30).text
    assert PROMPTS.say("nothing_indexed") in page
    assert "assistant index FOLDER" in page
    assert PROMPTS.say("question_placeholder") not in page


def test_the_page_refers_to_nothing_elsewhere(client: httpx.Client) -> None:
    response = client.get("/")
    assert response.status_code == 200
    fetched = re.findall(r"""(?:<script[^>]*\ssrc|<link[^>]*\shref|url\()=?["'(]*(https?://[^"')]+)""", response.text)
    assert fetched == []
    policy = response.headers["content-security-policy"]
    assert "default-src 'none'" in policy and "connect-src 'self'" in policy and "http" not in policy


@pytest.mark.parametrize(
    "path",
    [
        "/gradio_api/info",
        "/gradio_api/openapi.json",
        "/gradio_api/file=/etc/passwd",
        "/gradio_api/proxy=http://news.example",
        "/gradio_api/runs",
        "/monitoring",
        "/docs",
        "/openapi.json",
        "/gradio_api/vibe-code/",
        "/assets/../../secret",
    ],
)
def test_what_the_chat_does_not_need_is_closed(client: httpx.Client, path: str) -> None:
    assert client.get(path).status_code == 404


@pytest.mark.parametrize("path", ["/gradio_api/upload", "/gradio_api/run/ask", "/gradio_api/call/ask", "/login"])
def test_nothing_can_be_uploaded_or_called(client: httpx.Client, path: str) -> None:
    assert post(client, path, Content_Length="2") == 404


def test_only_this_computers_names_are_answered(client: httpx.Client) -> None:
    assert client.get("/", headers={"Host": "news.example"}).status_code == 421
    assert client.get("/", headers={"Host": "localhost:80"}).status_code == 200


def test_requests_are_small(client: httpx.Client) -> None:
    assert post(client, "/gradio_api/queue/join", Content_Length=str(MAX_BODY_BYTES + 1)) == 413
    assert post(client, "/gradio_api/queue/join", Transfer_Encoding="chunked") == 411
    assert post(client, "/gradio_api/queue/join") == 411


@pytest.mark.parametrize(
    ("host", "local"),
    [
        ("127.0.0.1", True),
        ("127.1.2.3", True),
        ("::1", True),
        ("localhost", True),
        ("0.0.0.0", False),
        ("::", False),
        ("192.168.1.5", False),
        ("localhost.news.example", False),
    ],
)
def test_loopback_is_told_from_the_rest(host: str, local: bool) -> None:
    assert is_loopback(host) is local


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int]]:
    """Lets ``launch_chat`` return at once; holds the addresses that it listened on."""
    addresses: list[tuple[str, int]] = []
    monkeypatch.setattr(
        "uvicorn.Server.run", lambda _, sockets: addresses.extend(each.getsockname() for each in sockets)
    )
    return addresses


def test_the_chat_listens_on_this_computer_only_by_default(
    served: list[tuple[str, int]], capsys: pytest.CaptureFixture[str]
) -> None:
    launch_chat(FakeAssistant(), PROMPTS, port=0)
    said = capsys.readouterr()
    assert [host for host, _ in served] == ["127.0.0.1"]
    assert f"http://127.0.0.1:{served[0][1]}" in said.out
    assert said.err == ""


def test_listening_elsewhere_is_possible_and_warned_about(
    served: list[tuple[str, int]], capsys: pytest.CaptureFixture[str]
) -> None:
    launch_chat(FakeAssistant(), PROMPTS, host="0.0.0.0", port=0)
    assert [host for host, _ in served] == ["0.0.0.0"]
    assert "no login" in capsys.readouterr().err


def test_the_browser_is_opened_only_when_asked(served: list[tuple[str, int]], monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    monkeypatch.setattr("webbrowser.open", opened.append)
    launch_chat(None, PROMPTS, port=0)
    assert opened == []
    launch_chat(None, PROMPTS, port=0, open_browser=True)
    assert opened == [f"http://127.0.0.1:{served[1][1]}"]


def test_a_taken_port_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(AssistantError, match=rf"127\.0\.0\.1:{port}.*--port"):
            launch_chat(FakeAssistant(), PROMPTS, port=port)


@pytest.mark.parametrize("port", [-1, 65536])
def test_an_impossible_port_is_named(port: int) -> None:
    with pytest.raises(AssistantError, match=str(port)):
        launch_chat(FakeAssistant(), PROMPTS, port=port)


def test_the_fake_is_an_answerer() -> None:
    fake: Answerer = FakeAssistant()
    assert isinstance(fake.conversation().ask("Anything?"), Answer)
