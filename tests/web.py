"""A made-up web: a server on this computer that plays every host; only the clock and the names are made up."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpcore2
import pytest

from assistant.articles.fetching import Fetcher, FetchSettings
from assistant.articles.formats import Skipped
from assistant.records import RawArticle
from tests.articles.formats.conftest import page, story

HOSTS = {
    "news.example": ["93.184.216.34"],
    "other.example": ["93.184.216.35"],
    "inside.example": ["10.0.0.5"],
    "half.example": ["93.184.216.34", "127.0.0.1"],
    "169.254.169.254": ["169.254.169.254"],
}
STORY = story(1)
HTML = page(STORY).encode()
Fetched = tuple[list[RawArticle], list[Skipped]]


@dataclass
class Time:
    """A clock that only moves when somebody sleeps."""

    now: float = 1000.0
    slept: list[float] = field(default_factory=list)

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


@dataclass
class Web:
    """Every host of the made-up web: bodies by address without its scheme, or what writes the answer itself."""

    port: int = 0
    pages: dict[str, tuple[int, dict[str, str], bytes] | Callable[[BaseHTTPRequestHandler], None]] = field(
        default_factory=dict
    )
    asked: list[str] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)

    def add(self, address: str, body: bytes | str = b"", status: int = 200, **headers: str) -> None:
        data = body.encode() if isinstance(body, str) else body
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.pages[address] = (status, {"Content-Type": "text/html; charset=utf-8", **named}, data)

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        address = str(handler.headers["Host"]).partition(":")[0] + handler.path
        self.asked.append(address)
        self.headers.append({name.lower(): value for name, value in handler.headers.items()})
        found = self.pages.get(address, (404, {}, b"Not here."))
        if callable(found):
            found(handler)
            return
        status, headers, body = found
        handler.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(body)


class Network(httpcore2.SyncBackend):
    """Connects to the local server, whatever the IP address; remembers which were asked for."""

    def __init__(self, port: int) -> None:
        self._port = port
        self.dialled: list[str] = []

    def connect_tcp(self, host: str, port: int, *args: Any, **options: Any) -> httpcore2.NetworkStream:
        self.dialled.append(host)
        return super().connect_tcp("127.0.0.1", self._port, *args, **options)


@pytest.fixture
def web() -> Iterator[Web]:
    made = Web()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            try:
                made.answer(self)
            except OSError:
                self.close_connection = True

        def log_message(self, format: str, *args: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        def handle_error(self, *_: object) -> None:
            """Say nothing: clients that leave are what is tested."""

    server = Server(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    made.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield made
    server.shutdown()
    server.server_close()


def look_up(host: str, port: int) -> list[str]:
    if host not in HOSTS:
        raise socket.gaierror(-2, "Name or service not known")
    return HOSTS[host]


def fetch(web: Web, url: str, clock: Time | None = None, network: Network | None = None, **settings: Any) -> Fetched:
    now = clock or Time()
    with Fetcher(
        FetchSettings(**{"timeout": 20.0, **settings}),
        clock=now,
        sleep=now.sleep,
        look_up=look_up,
        network=network or Network(web.port),
    ) as fetcher:
        return parted(fetcher.fetch(url))


def parted(items: Iterator[RawArticle | Skipped]) -> Fetched:
    found = list(items)
    skipped = [item for item in found if isinstance(item, Skipped)]
    assert all(each.reason.endswith(".") and each.remedy.endswith(".") for each in skipped)
    return [item for item in found if isinstance(item, RawArticle)], skipped


def skip_of(fetched: Fetched) -> Skipped:
    articles, (skipped,) = fetched
    assert not articles
    return skipped


def article_of(fetched: Fetched) -> RawArticle:
    (article,), skipped = fetched
    assert not skipped
    return article


def rss(*entries: str) -> str:
    items = "".join(f"<item>{entry}</item>" for entry in entries)
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>Daily</title>{items}</channel></rss>'
