"""The chat over real HTTP on this computer, and the system's Chromium to look at it."""

from __future__ import annotations

import os
import shutil
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from assistant.answering.prompts import Prompts

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from assistant.apps.web_sessions import Answerer

ARTEFACTS = Path(__file__).resolve().parents[2] / "test-artefacts"
BROWSER_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@contextmanager
def serving(assistant: Answerer | None) -> Iterator[str]:
    """Serve the chat of ``assistant`` on a free loopback port; yields its address."""
    import uvicorn

    from assistant.apps.web import build_chat, chat_app

    app = chat_app(build_chat(assistant, Prompts.open()), loopback_only=True)
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=1))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        try:
            while not server.started and thread.is_alive():
                time.sleep(0.01)
            assert server.started, "the chat server did not start"
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()


@pytest.fixture(scope="session")
def chat_server() -> Iterator[Callable[[Answerer | None], str]]:
    """``chat_server(assistant)`` serves the chat until the tests end and returns its address."""
    with ExitStack() as servers:
        yield lambda assistant: servers.enter_context(serving(assistant))


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The system's Chromium, without a window. Its absence is a failure: a skip would hide a gap."""
    from playwright.sync_api import sync_playwright

    names = ("chromium", "chromium-browser", "google-chrome")
    executable = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, names)), None)
    if executable is None:
        pytest.fail("No Chromium found. Install it (Debian: apt-get install chromium) or set CHROMIUM to its path.")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=executable, args=BROWSER_ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def artefacts() -> Path:
    """Where screenshots are kept; ignored by git."""
    ARTEFACTS.mkdir(exist_ok=True)
    return ARTEFACTS
