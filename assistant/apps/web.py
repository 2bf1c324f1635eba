"""The chat window: Gradio around ``Assistant``, thin, offline and private by default."""

from __future__ import annotations

import ipaddress
import logging
import os
import secrets
import socket
import sys
import webbrowser
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"  # before gradio is imported

import gradio as gr

from assistant.answering.prompts import Prompts
from assistant.apps import web_rendering as rendering
from assistant.apps.web_events import ARTICLE, CONVERSATION
from assistant.apps.web_guard import Guard
from assistant.apps.web_sessions import MAX_EXCHANGES, Answerer, ChatSession, Exchange, Sessions
from assistant.errors import AssistantError

if TYPE_CHECKING:
    from fastapi import FastAPI

#: Questions that may wait for their turn before the server says it is busy.
QUEUE_SIZE = 32

#: New values of the conversation, the question box (or "leave it") and the notice.
Shown = tuple[str, str | dict[str, Any], str]

_STYLE = Path(__file__).with_name("web.css")
_log = logging.getLogger(__name__)


def launch_chat(
    assistant: Answerer | None,
    prompts: Prompts,
    *,
    host: str = "127.0.0.1",
    port: int = 7860,
    open_browser: bool = False,
) -> None:
    """Serve the chat at ``http://host:port`` until interrupted.

    The default host is reachable from this computer only; any other is served with a warning, for
    the chat has no login. Without an assistant the page says how to index articles. Raises
    AssistantError when nothing can listen there.
    """
    import uvicorn

    app = chat_app(build_chat(assistant, prompts), loopback_only=is_loopback(host))
    with _listen(host, port) as listener:
        if not is_loopback(host):
            print(prompts.say("chat_exposed", host=host), file=sys.stderr)
        url = f"http://{f'[{host}]' if ':' in host else host}:{listener.getsockname()[1]}"
        print(prompts.say("chat_ready", url=url), flush=True)
        if open_browser:
            webbrowser.open(url)  # the socket already listens: the page waits until it is served
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=1))
        # Stopping cuts open pages off, which uvicorn would report with tracebacks.
        logging.getLogger("uvicorn.error").addFilter(lambda _: not server.should_exit)
        server.run(sockets=[listener])


def chat_app(chat: gr.Blocks, *, loopback_only: bool) -> FastAPI:
    """The chat as an ASGI app: offline, without files, uploads, API pages, history or telemetry."""
    from fastapi import FastAPI

    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    app.add_middleware(Guard, loopback_only=loopback_only)
    served: FastAPI = gr.mount_gradio_app(
        app,
        chat,
        path="",
        # The default theme fetches fonts from the web.
        theme=gr.themes.Base(font=["system-ui", "sans-serif"], font_mono=["ui-monospace", "monospace"]),
        css_paths=_STYLE,
        footer_links=[],
        run_history=False,
        show_error=False,
        max_file_size=1,
        enable_monitoring=False,
        ssr_mode=False,
        pwa=False,
        mcp_server=False,
    )
    return served


def build_chat(assistant: Answerer | None, prompts: Prompts) -> gr.Blocks:
    """The chat window, not yet served; every event it listens to is private."""
    title = prompts.say("title")
    chat: gr.Blocks = gr.Blocks(title=title, analytics_enabled=False, fill_width=True)
    with chat:
        with gr.Column(elem_id="page"):
            with gr.Row(elem_id="top"):
                heading = gr.HTML(f"<h1>{rendering.as_text(title)}</h1>", elem_id="heading", apply_default_css=False)
                words = prompts.say("label_new_conversation")
                fresh = gr.Button(words, elem_id="fresh", size="sm", visible=assistant is not None)
            if assistant is None:
                gr.HTML(rendering.render_nothing_indexed(prompts), elem_id="conversation", apply_default_css=False)
            else:
                _conversation(ChatWindow(assistant, prompts), title, heading, fresh, chat)
    for event in chat.fns.values():
        event.api_visibility = "private"  # also those gradio adds itself, for the initial values
    chat.queue(max_size=QUEUE_SIZE, default_concurrency_limit=1, api_open=False)
    return chat


def _conversation(window: ChatWindow, title: str, heading: gr.HTML, fresh: gr.Button, chat: gr.Blocks) -> None:
    """Lay out the conversation, the question box and the article panel, and connect them."""
    conversation = gr.HTML(window.welcome(), elem_id="conversation", js_on_load=CONVERSATION, apply_default_css=False)
    with gr.Row(elem_id="composer"):
        question = gr.Textbox(
            placeholder=window.prompts.say("question_placeholder"),
            label=window.prompts.say("label_question"),
            show_label=False,
            container=False,
            autofocus=True,
            scale=1,
            elem_id="question",
        )
        words = window.prompts.say("label_ask")
        ask = gr.Button(words, variant="primary", elem_id="ask", scale=0, min_width=88)
    notice = gr.HTML("", elem_id="notice", apply_default_css=False)
    article = gr.HTML("", elem_id="article", js_on_load=ARTICLE, apply_default_css=False)

    quiet: dict[str, Any] = {"show_progress": "hidden"}
    shown = [conversation, question, notice]
    question.submit(window.ask, question, shown, concurrency_id="ask", **quiet)
    ask.click(window.ask, question, shown, concurrency_id="ask", **quiet)
    conversation.example_select(window.ask_example, None, shown, concurrency_id="ask", **quiet)
    conversation.select(window.open_article, None, article, concurrency_limit=4, **quiet)
    article.clear(lambda: "", None, article, concurrency_limit=4, **quiet)
    fresh.click(window.start_afresh, None, [*shown, article], **quiet)
    chat.load(lambda: f"<h1>{rendering.as_text(title)}</h1><p>{window.state()}</p>", None, heading, **quiet)


class ChatWindow:
    """What the chat does on each event. Methods return the new HTML of the parts they change.

    Their ``request`` tells one open page from another.
    """

    def __init__(self, assistant: Answerer, prompts: Prompts) -> None:
        """The window answers from ``assistant`` in the words of ``prompts``."""
        self._assistant = assistant
        self.prompts = prompts
        self._examples = prompts.examples()
        self.sessions = Sessions(assistant.conversation)

    def welcome(self) -> str:
        """An empty conversation."""
        return rendering.render_welcome(self.prompts, self._examples)

    def state(self) -> str:
        """The line about the index; empty when its state cannot be read."""
        try:
            return rendering.render_state(self._assistant.state, self.prompts)
        except AssistantError:
            _log.exception("the state of the index cannot be read")
            return ""

    def ask(self, question: str, request: gr.Request) -> Iterator[Shown]:
        """Show the question at once, then what came of it: conversation, question box, notice.

        The box is emptied only as the question is taken: what is typed after that stays.
        """
        session = self._session(request)
        if not question.strip():
            yield self._conversation(session), gr.skip(), rendering.render_notice(self.prompts.say("empty_question"))
        elif session.full:
            full = self.prompts.say("conversation_full", limit=MAX_EXCHANGES)
            yield self._conversation(session), gr.skip(), rendering.render_notice(full)
        else:
            yield self._conversation(session, pending=question), "", ""
            session.exchanges.append(self._exchange(session, question))
            yield self._conversation(self._session(request)), gr.skip(), ""  # a new one if it was started meanwhile

    def ask_example(self, request: gr.Request, event: gr.EventData) -> Iterator[Shown]:
        """Ask the example question whose button was clicked."""
        number = _sent(event, "number")
        if isinstance(number, int) and 0 <= number < len(self._examples):
            yield from self.ask(self._examples[number], request)
        else:
            yield self._conversation(self._session(request)), gr.skip(), ""

    def open_article(self, request: gr.Request, event: gr.EventData) -> str:
        """The article panel at a citation of this session; empty when it names none."""
        citations = self._session(request).citations(_sent(event, "reference"))
        if not citations:
            return ""
        try:
            article = self._assistant.article(citations[0].article_id)
        except AssistantError:
            _log.exception("article %s cannot be opened", citations[0].article_id)
            return rendering.render_article_failure(self.prompts.say("article_unavailable"), self.prompts)
        return rendering.render_article(article, citations, self.prompts)

    def start_afresh(self, request: gr.Request) -> tuple[str, str, str, str]:
        """Forget this session's conversation: conversation, question box, notice, article."""
        self.sessions.forget(_page(request))
        return self.welcome(), "", "", ""

    def _session(self, request: gr.Request) -> ChatSession:
        return self.sessions.get(_page(request))

    def _conversation(self, session: ChatSession, pending: str | None = None) -> str:
        if not session.exchanges and pending is None:
            return self.welcome()
        return rendering.render_conversation(session.exchanges, pending, self.prompts)

    def _exchange(self, session: ChatSession, question: str) -> Exchange:
        """Ask, and turn whatever happens into something to show."""
        try:
            return Exchange(question, session.talk.ask(question))
        except AssistantError as error:
            words = self.prompts.say("failure", problem=error.problem, remedy=error.remedy)
        except Exception:
            _log.exception("a question failed")
            words = self.prompts.say("failure_unexpected")
        return Exchange(question, None, words)


def _page(request: gr.Request) -> str:
    """The key of the open page that asks; a ``gr.State`` would change when the page's load event comes late."""
    return request.session_hash or secrets.token_urlsafe(16)  # who names no page shares none


def _sent(event: gr.EventData, name: str) -> Any:
    """A value the browser sent with an event, unchecked; None when it sent none."""
    return event._data.get(name) if isinstance(event._data, dict) else None


def is_loopback(host: str) -> bool:
    """Whether only this computer can reach a server on ``host``."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _listen(host: str, port: int) -> socket.socket:
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        return socket.create_server((host, port), family=family)
    except (OSError, OverflowError) as error:
        raise AssistantError(f"The chat cannot listen on {host}:{port}: {error}.", "Choose another --port.") from error
