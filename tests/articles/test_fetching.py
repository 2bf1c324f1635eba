"""Fetching, from a server on this computer that plays every host; only the clock and the names are made up."""

from __future__ import annotations

import contextlib
import gzip
import shutil
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpcore2
import pytest

from assistant.articles.fetching import Fetcher, FetchSettings
from assistant.articles.fetching.connection import is_public
from assistant.articles.formats import Skipped, read_articles
from assistant.records import RawArticle
from tests.articles.formats.conftest import page, stated, story

HOSTS = {
    "news.example": ["93.184.216.34"],
    "other.example": ["93.184.216.35"],
    "inside.example": ["10.0.0.5"],
    "half.example": ["93.184.216.34", "127.0.0.1"],
    "169.254.169.254": ["169.254.169.254"],
}
STORY = story(1)
HTML = page(STORY).encode()
HTML_TYPE = {"Content-Type": "text/html; charset=utf-8"}
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


# Pages


def test_a_page(web: Web) -> None:
    web.add("news.example/a?b=1", HTML)
    article = article_of(fetch(web, "HTTP://News.example:80/a?b=1#part"))
    assert article.path == "http://news.example/a?b=1"
    assert article.encoding is None
    assert article.member == ""
    assert STORY[0] in article.text
    assert stated(article, "url") == article.path
    assert web.asked == ["news.example/robots.txt", "news.example/a?b=1"]
    assert web.headers[1]["user-agent"].startswith("news-assistant/")
    assert "cookie" not in web.headers[1]


def test_a_stated_address_stays_and_the_path_is_where_the_page_was(web: Web) -> None:
    web.add("news.example/a", page(STORY, '<link rel="canonical" href="https://canonical.example/x">'))
    article = article_of(fetch(web, "http://news.example/a"))
    assert article.path == "http://news.example/a"
    assert [each.value for each in article.stated if each.field == "url"] == ["https://canonical.example/x"]


@pytest.mark.parametrize(
    ("path", "content_type", "body"),
    [
        ("story", "text/plain", b"A plain story of the bridge."),
        ("story", "text/plain; charset=iso-8859-1", "A plain story of the caf\xe9 bridge.".encode("latin-1")),
        ("story.md", "text/plain", b"---\ntitle: Bridge\n---\n\nA plain story."),
        ("story.txt", "application/octet-stream", b"A plain story."),
        ("story", "application/json", b'{"title": "Bridge", "text": "A plain story of the bridge."}'),
        ("story", "", b"<!doctype html><p>" + STORY[0].encode()),
    ],
)
def test_other_formats_are_read_too(web: Web, path: str, content_type: str, body: bytes) -> None:
    web.add(f"news.example/{path}", body, **{"Content-Type": content_type})
    article = article_of(fetch(web, f"http://news.example/{path}"))
    assert "plain story" in article.text or STORY[0] in article.text
    assert article.path == f"http://news.example/{path}"
    assert "\ufffd" not in article.text
    assert ("é" in article.text) == ("8859" in content_type)


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("story.txt", "\ufeffA story of the café.".encode()),
        ("story.md", b"---\ntitle: Bridge\n---\n\nA story."),
        ("story.html", HTML),
        (
            "feed.xml.gz",
            gzip.compress(b"<rss><channel><item><description>A story.</description></item></channel></rss>"),
        ),
        ("all.jsonl", b'{"text": "One story."}\n{"text": "Another."}\n'),
    ],
)
def test_a_file_gives_the_same_text_from_the_disk_and_from_the_web(
    web: Web, tmp_path: Path, name: str, body: bytes
) -> None:
    (tmp_path / name).write_bytes(body)
    web.add(f"news.example/{name}", body, **{"Content-Type": "application/octet-stream"})
    articles, skipped = fetch(web, f"http://news.example/{name}")
    assert not skipped
    from_disk, _ = parted(read_articles(tmp_path / name))
    assert [(each.text, each.member) for each in articles] == [(each.text, each.member) for each in from_disk]
    assert len(articles) > 0


def test_records_have_no_address_but_their_file(web: Web) -> None:
    web.add("news.example/all.jsonl", b'{"text": "One story."}\n{"text": "Another."}\n', Content_Type="text/plain")
    articles, skipped = fetch(web, "http://news.example/all.jsonl")
    assert [article.member for article in articles] == ["1", "2"]
    assert all(stated(article, "url") is None for article in articles)
    assert not skipped


@pytest.mark.parametrize(
    ("charset", "encoding", "meta"),
    [
        ("windows-1251", "cp1251", ""),
        ("windows-1251", "cp1251", "utf-8"),
        ("utf-8", "cp1251", "windows-1251"),
        ("no-such-charset", "utf-8", ""),
        ("punycode", "utf-8", "unicode_escape"),
        ("utf-8", "utf-8-sig", "windows-1251"),
    ],
    ids=["as told", "server before page", "wrong, page is right", "unknown", "of no text", "mark"],
)
def test_encodings(web: Web, charset: str, encoding: str, meta: str) -> None:
    text = ["Мост через гавань открылся в понедельник после ремонта, сообщил городской совет. " * 3]
    head = f'<meta charset="{meta}">' if meta else ""
    web.add("news.example/a", page(text, head).encode(encoding), Content_Type=f"text/html; charset={charset}")
    assert text[0].strip() in article_of(fetch(web, "http://news.example/a")).text


def test_what_is_no_article(web: Web) -> None:
    web.add("news.example/empty", "<!doctype html><html><body><script>load()</script></body></html>")
    web.add("news.example/logo", b"\x89PNG\r\n\x1a\n" + bytes(50), Content_Type="image/png")
    assert "No article text" in skip_of(fetch(web, "http://news.example/empty")).reason
    assert "no format that is read" in skip_of(fetch(web, "http://news.example/logo")).reason


# Failures


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("news.example/a", "begin with http"),
        ("file:///etc/passwd", "begin with http"),
        ("ftp://news.example/a", "begin with http"),
        ("http:///a", "begin with http"),
        ("http://news.example/\x00", "not an address"),
        ("http://kim:secret@news.example/a", "password"),
        ("http://unknown.example/a", "not known"),
        (f"http://{'a' * 70}.example/", "not known"),
        ("http://news.example/gone", "no page at this address (404)"),
        ("https://news.example/a", "secure connection"),
    ],
)
def test_addresses_that_cannot_be_fetched(web: Web, url: str, words: str) -> None:
    skipped = skip_of(fetch(web, url))
    assert words in skipped.reason
    assert skipped.place == url


@pytest.mark.parametrize(
    ("status", "headers", "reason", "remedy"),
    [
        (403, {}, "does not give it to everyone (403)", "browser"),
        (410, {}, "no page", "Check"),
        (418, {}, "status 418", "browser"),
        (429, {"Retry-After": "120"}, "fewer visits", "120 seconds"),
        (429, {}, "fewer visits", "later"),
        (503, {"Retry-After": "Wed, 21 Oct 2015 07:28:00 GMT"}, "busy", "0 seconds"),
        (503, {"Retry-After": "soon"}, "busy", "later"),
        (503, {"Retry-After": "Wed, 21 Oct 2015 07:28:00 +99999999999999999"}, "busy", "later"),
        (500, {}, "error of its own (500)", "later"),
        (302, {}, "status 302", "browser"),
    ],
)
def test_statuses(web: Web, status: int, headers: dict[str, str], reason: str, remedy: str) -> None:
    web.add("news.example/a", HTML, status, **headers)
    skipped = skip_of(fetch(web, "http://news.example/a"))
    assert reason in skipped.reason
    assert remedy in skipped.remedy


def test_a_refused_connection(web: Web) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        network = Network(closed.getsockname()[1])
        assert "does not take connections" in skip_of(fetch(web, "http://news.example/a", network=network)).reason


def test_a_certificate_of_nobody(web: Web, tmp_path: Path) -> None:
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("openssl is not installed")
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    kind = ["-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]
    names = ["-subj", "/CN=news.example", "-keyout", str(key), "-out", str(certificate)]
    subprocess.run([openssl, "req", *kind, *names], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    with socket.create_server(("127.0.0.1", 0)) as server:

        def shake_hands() -> None:
            with contextlib.suppress(OSError):
                context.wrap_socket(server.accept()[0], server_side=True).close()

        threading.Thread(target=shake_hands, daemon=True).start()
        network = Network(server.getsockname()[1])
        skipped = skip_of(fetch(web, "https://news.example/a", network=network))
    assert "self-signed certificate" in skipped.reason


def test_an_answer_that_is_not_http(web: Web) -> None:
    def shout(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(b"HELLO\r\n\r\n")
        handler.close_connection = True

    web.pages["news.example/a"] = shout
    assert "not HTTP" in skip_of(fetch(web, "http://news.example/a")).reason


def test_an_answer_cut_short(web: Web) -> None:
    def stop(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", "1000")
        handler.end_headers()
        handler.wfile.write(HTML[:100])
        handler.close_connection = True

    web.pages["news.example/a"] = stop
    assert "broke its answer off" in skip_of(fetch(web, "http://news.example/a")).reason


# Limits of time and size


def drip(head: bytes) -> Callable[[BaseHTTPRequestHandler], None]:
    """Sends ``head`` and then a byte every 20 ms, for ten seconds at most."""

    def send(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(head)
        for _ in range(500):
            handler.wfile.write(b"x")
            time.sleep(0.02)
        handler.close_connection = True

    return send


@pytest.mark.parametrize("head", [b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n", b"HTTP/1.1 200 OK\r\nX-Slow: "])
def test_a_slow_drip_ends(web: Web, head: bytes) -> None:
    web.pages["news.example/a"] = drip(head)
    settings = FetchSettings(timeout=5.0, total_timeout=0.3, delay=0.0)
    with Fetcher(settings, look_up=look_up, network=Network(web.port)) as fetcher:
        skipped = skip_of(parted(fetcher.fetch("http://news.example/a")))
    assert "longer than 0.3 s" in skipped.reason


def test_a_silent_server(web: Web) -> None:
    done = threading.Event()
    web.pages["news.example/a"] = lambda handler: done.wait(10) and None
    try:
        assert "sent nothing for 0.2 s" in skip_of(fetch(web, "http://news.example/a", timeout=0.2)).reason
    finally:
        done.set()


def test_a_huge_page_is_left_before_its_end(web: Web) -> None:
    sent = 0

    def flood(handler: BaseHTTPRequestHandler) -> None:
        nonlocal sent
        handler.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n")
        handler.close_connection = True
        while sent < 2000:
            handler.wfile.write(bytes(100_000))
            sent += 1

    web.pages["news.example/a"] = flood
    skipped = skip_of(fetch(web, "http://news.example/a", max_bytes=50_000))
    assert "more than 50,000 bytes" in skipped.reason
    assert sent < 2000


def test_the_limit_is_of_what_is_allowed(web: Web) -> None:
    web.add("news.example/a", HTML)
    assert article_of(fetch(web, "http://news.example/a", max_bytes=len(HTML)))
    assert skip_of(fetch(web, "http://news.example/a", max_bytes=len(HTML) - 1))


def test_gzip(web: Web) -> None:
    web.add("news.example/a", gzip.compress(HTML[:300]) + gzip.compress(HTML[300:]), Content_Encoding="gzip")
    assert STORY[-1] in article_of(fetch(web, "http://news.example/a")).text


def test_a_gzip_bomb_is_cut(web: Web) -> None:
    web.add("news.example/a", gzip.compress(bytes(30_000_000), 1), Content_Encoding="gzip")
    assert "more than 100,000 bytes" in skip_of(fetch(web, "http://news.example/a", max_bytes=100_000)).reason


@pytest.mark.parametrize(
    ("body", "coding", "words"),
    [
        (gzip.compress(HTML)[:-20], "gzip", "cut short"),
        (HTML, "gzip", "damaged"),
        (HTML, "br", "not asked for (br)"),
    ],
)
def test_bad_compression(web: Web, body: bytes, coding: str, words: str) -> None:
    web.add("news.example/a", body, Content_Encoding=coding)
    assert words in skip_of(fetch(web, "http://news.example/a")).reason


# Redirects


def test_a_redirect_gives_its_target_as_path(web: Web) -> None:
    web.add("news.example/old", b"", 301, Location="//other.example/caf\u00e9?x#part".encode().decode("latin-1"))
    web.add("other.example/caf%C3%A9?x", HTML)
    article = article_of(fetch(web, "http://news.example/old"))
    assert article.path == stated(article, "url") == "http://other.example/caf%C3%A9?x"
    assert "other.example/robots.txt" in web.asked


@pytest.mark.parametrize(
    ("location", "words"),
    [
        ("/a", "circle"),
        ("/b", "circle"),
        ("file:///etc/passwd", "begin with http"),
        ("http://inside.example/", "inside this computer"),
        ("http://half.example/", "inside this computer"),
        ("http://169.254.169.254/latest/meta-data", "inside this computer"),
        ("http://kim:secret@other.example/", "password"),
    ],
)
def test_redirects_that_are_not_followed(web: Web, location: str, words: str) -> None:
    web.add("news.example/a", b"", 302, Location=location)
    web.add("news.example/b", b"", 302, Location="/a")
    network = Network(web.port)
    assert words in skip_of(fetch(web, "http://news.example/a", network=network)).reason
    assert set(network.dialled) == {"93.184.216.34"}


def test_a_redirect_to_a_page_that_is_not_secure(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    class WithoutTls(Network):
        def connect_tcp(self, host: str, port: int, *args: Any, **options: Any) -> httpcore2.NetworkStream:
            stream = super().connect_tcp(host, port, *args, **options)
            monkeypatch.setattr(stream, "start_tls", lambda *args: stream)
            return stream

    web.add("news.example/a", b"", 302, Location="http://news.example/b")
    skipped = skip_of(fetch(web, "https://news.example/a", network=WithoutTls(web.port)))
    assert "not: http://news.example/b" in skipped.reason


def test_five_redirects_and_no_more(web: Web) -> None:
    for number in range(6):
        web.add(f"news.example/{number}", b"", 307, Location=str(number + 1))
    web.add("news.example/6", HTML)
    assert article_of(fetch(web, "http://news.example/1")).path == "http://news.example/6"
    assert "more than 5 times" in skip_of(fetch(web, "http://news.example/0")).reason


# Addresses inside


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("8.8.8.8", True),
        ("2606:4700::1", True),
        ("::ffff:8.8.8.8", True),
        ("127.0.0.1", False),
        ("10.1.2.3", False),
        ("100.64.0.1", False),
        ("169.254.169.254", False),
        ("0.0.0.0", False),
        ("224.0.0.1", False),
        ("::1", False),
        ("fe80::1%eth0", False),
        ("fd00::1", False),
        ("::ffff:127.0.0.1", False),
        ("64:ff9b::7f00:1", False),
        ("2002:7f00:1::", False),
    ],
)
def test_public_addresses(address: str, public: bool) -> None:
    assert is_public(address) == public


def test_an_address_inside_needs_leave(web: Web) -> None:
    web.add("inside.example/a", HTML)
    refused = skip_of(fetch(web, "http://inside.example/a"))
    assert "inside this computer" in refused.reason
    assert "fetch_private = true (ASSISTANT_FETCH_PRIVATE=1)" in refused.remedy
    assert not web.asked
    assert article_of(fetch(web, "http://inside.example/a", private=True))


def test_leave_is_only_for_what_was_given(web: Web) -> None:
    web.add("inside.example/a", b"", 302, Location="http://169.254.169.254/")
    web.add("169.254.169.254/", HTML)
    assert article_of(fetch(web, "http://inside.example/a", private=True))
    web.add("news.example/a", b"", 302, Location="http://169.254.169.254/")
    assert skip_of(fetch(web, "http://news.example/a", private=True))


def test_a_connection_inside_is_not_used_again_from_outside(web: Web) -> None:
    web.add("inside.example/a", HTML)
    web.add("news.example/a", b"", 302, Location="http://inside.example/a")
    clock = Time()
    settings = FetchSettings(private=True)
    with Fetcher(settings, clock=clock, sleep=clock.sleep, look_up=look_up, network=Network(web.port)) as fetcher:
        assert article_of(parted(fetcher.fetch("http://inside.example/a")))
        assert "inside this computer" in skip_of(parted(fetcher.fetch("http://news.example/a"))).reason


def test_the_real_network_as_far_as_this_computer(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    web.add("localhost/a", HTML)
    url = f"http://localhost:{web.port}/a"
    with Fetcher(FetchSettings(private=True)) as fetcher:
        assert article_of(parted(fetcher.fetch(url))).path == url
    with Fetcher() as fetcher:
        assert "inside this computer" in skip_of(parted(fetcher.fetch(url))).reason


# Manners


def test_robots(web: Web) -> None:
    rules = "User-agent: *\nDisallow: /\n\nUser-agent: news-assistant\nDisallow: /private\n"
    web.add("news.example/robots.txt", rules, Content_Type="text/plain")
    web.add("news.example/a", HTML)
    web.add("news.example/b", b"", 302, Location="/private/a")
    assert article_of(fetch(web, "http://news.example/a"))
    for url in ("http://news.example/private/a", "http://news.example/b"):
        assert "robots.txt" in skip_of(fetch(web, url)).reason
    assert "news.example/private/a" not in web.asked
    assert "robots.txt" in skip_of(fetch(web, "http://news.example/a", user_agent="other/1.0")).reason


@pytest.mark.parametrize(("status", "allowed"), [(404, True), (403, True), (500, False), (503, False)])
def test_robots_that_are_not_there(web: Web, status: int, allowed: bool) -> None:
    web.add("news.example/robots.txt", "User-agent: *\nDisallow: /", status)
    web.add("news.example/a", HTML)
    articles, skipped = fetch(web, "http://news.example/a")
    assert len(articles) == allowed
    assert allowed or "http://news.example/robots.txt allows cannot be told" in skipped[0].reason


def test_robots_that_do_not_answer_are_asked_once(web: Web) -> None:
    done = threading.Event()
    web.pages["news.example/robots.txt"] = lambda handler: done.wait(10) and None
    web.add("other.example/feed", rss("<link>http://news.example/1</link>", "<link>http://news.example/2</link>"))
    try:
        _, skipped = fetch(web, "http://other.example/feed", timeout=0.5)
    finally:
        done.set()
    assert ["sent nothing" in each.reason for each in skipped] == [True, True]
    assert web.asked.count("news.example/robots.txt") == 1


def test_long_robots_are_read_as_far_as_their_last_whole_rule(web: Web) -> None:
    rules = "User-agent: *\nDisallow: /secret\n"
    rules += "#" * (500_000 - len(rules) - len("\nDisallow: /")) + "\nDisallow: /nowhere\n"
    web.add("news.example/robots.txt", rules)
    web.add("news.example/a", HTML)
    assert article_of(fetch(web, "http://news.example/a"))
    assert skip_of(fetch(web, "http://news.example/secret"))


@pytest.mark.parametrize(
    ("rules", "pauses"),
    [
        ("", [1.0, 1.0]),
        ("User-agent: *\nCrawl-delay: 2.5", [2.5, 2.5]),
        ("User-agent: *\nCrawl-delay: 900", [30.0] * 2),
    ],
)
def test_pauses(web: Web, rules: str, pauses: list[float]) -> None:
    web.add("news.example/robots.txt", rules)
    web.add(
        "news.example/feed", rss(*(f"<link>/{number}</link>" for number in range(2)), "<link>//other.example/</link>")
    )
    clock = Time()
    fetch(web, "http://news.example/feed", clock)
    assert clock.slept == pauses
    assert web.asked.count("news.example/robots.txt") == 1


def test_a_host_that_asks_for_a_pause_has_it(web: Web) -> None:
    web.add("news.example/feed", rss(*(f"<link>/{number}</link>" for number in range(4))))
    web.add("news.example/0", HTML, 429, Retry_After="20")
    web.add("news.example/1", HTML)
    web.add("news.example/2", HTML, 503, Retry_After="3600")
    clock = Time()
    articles, skipped = fetch(web, "http://news.example/feed", clock)
    assert clock.slept == [1.0, 20.0, 1.0]
    assert [article.path for article in articles] == ["http://news.example/1"]
    assert skipped[-1].reason == "news.example asked for a pause."
    assert skipped[-1].remedy == "Try again in 3,600 seconds."
    assert "news.example/3" not in web.asked


def test_a_host_cannot_ask_for_less_than_the_usual_pause(web: Web) -> None:
    web.add("news.example/feed", rss("<link>/0</link>", "<link>/1</link>"))
    web.add("news.example/0", HTML, 429, Retry_After="0")
    clock = Time()
    fetch(web, "http://news.example/feed", clock)
    assert clock.slept == [1.0, 1.0]


def test_no_cookies(web: Web) -> None:
    web.add("news.example/a", b"", 302, Location="/b", Set_Cookie="id=1; Path=/")
    web.add("news.example/b", HTML)
    assert article_of(fetch(web, "http://news.example/a"))
    assert not any("cookie" in headers for headers in web.headers)


# Feeds


def test_a_feed(web: Web) -> None:
    bare = f"<html><body><article>{''.join(f'<p>{text}</p>' for text in story(2))}</article></body></html>"
    first = "<title>From the feed</title><link>/1#top</link><pubDate>Mon, 02 Mar 2026 23:30:00 GMT</pubDate>"
    web.add("news.example/feed", rss(first, "<title>Again</title><link>http://news.example/1</link>", "<link>2</link>"))
    web.add("news.example/1", bare)
    web.add("news.example/2", page(STORY, '<meta property="og:title" content="From the page">'))
    articles, skipped = fetch(web, "http://news.example/feed")
    assert not skipped
    assert [article.path for article in articles] == ["http://news.example/1", "http://news.example/2"]
    assert stated(articles[0], "title") == "From the feed"
    assert stated(articles[0], "published") == "Mon, 02 Mar 2026 23:30:00 GMT"
    assert stated(articles[0], "source") == "Daily"
    assert stated(articles[0], "url") == "http://news.example/1"
    assert stated(articles[1], "title") == "From the page"
    assert [web.asked.count(f"news.example/{number}") for number in (1, 2)] == [1, 1]


def test_a_page_is_the_same_article_from_a_feed_and_by_itself(web: Web) -> None:
    head = (
        '<meta property="og:title" content="Bridge"><meta property="og:site_name" content="The Daily">'
        '<meta property="article:published_time" content="2026-03-02">'
    )
    web.add("news.example/1", page(STORY, head))
    web.add("news.example/feed", rss("<title>Other words</title><link>http://news.example/1</link>"))
    (article,), _ = fetch(web, "http://news.example/feed")
    assert article == article_of(fetch(web, "http://news.example/1"))


def test_the_feeds_own_text_where_there_is_no_page(web: Web) -> None:
    entry = "<title>Gone</title><link>http://news.example/{}</link><description>{}</description>"
    entries = [
        entry.format("gone", "Its own text."),
        entry.format("gone-too", ""),
        "<description>No link.</description>",
    ]
    web.add("news.example/feed", rss(*entries, "<title>Nothing</title>"))
    articles, skipped = fetch(web, "http://news.example/feed")
    assert [(article.path, article.member, article.text) for article in articles] == [
        ("http://news.example/gone", "", "Its own text."),
        ("http://news.example/feed", "3", "No link."),
    ]
    assert stated(articles[0], "url") == "http://news.example/gone"
    assert stated(articles[0], "title") == "Gone"
    assert stated(articles[1], "url") is None
    assert [each.place for each in skipped] == [
        "http://news.example/gone",
        "http://news.example/gone-too",
        "http://news.example/feed!4",
    ]


def test_feeds_in_feeds_end(web: Web) -> None:
    links = ["http://news.example/feed", "/start", "/other", "/back"]
    web.add("news.example/start", b"", 302, Location="/feed")
    web.add("news.example/back", b"", 302, Location="/feed")
    web.add("news.example/feed", rss(*(f"<link>{link}</link><description>Own text.</description>" for link in links)))
    web.add("news.example/other", rss("<link>http://news.example/feed</link>", "<link>/deeper</link>"))
    articles, skipped = fetch(web, "http://news.example/start")
    assert [article.place for article in articles] == [
        "http://news.example/feed!1",
        "http://news.example/other",
        "http://news.example/back",
    ]
    assert "feeds in feeds" in skipped[0].reason
    assert "read already" in skipped[1].reason
    assert "news.example/deeper" not in web.asked


def test_only_so_many_entries(web: Web) -> None:
    web.add("news.example/feed", rss(*(f"<link>/{number}</link>" for number in range(9))))
    for number in range(9):
        web.add(f"news.example/{number}", page(story(number)))
    articles, (skipped,) = fetch(web, "http://news.example/feed", max_entries=3)
    assert len(articles) == 3
    assert skipped.reason == "It has 9 entries; the first 3 are read."


def test_links_of_a_feed_are_checked_like_redirects(web: Web) -> None:
    links = ["http://inside.example/", "file:///etc/passwd", "javascript:alert(1)"]
    web.add("news.example/feed", rss(*(f"<title>T</title><link>{link}</link>" for link in links)))
    network = Network(web.port)
    articles, skipped = fetch(web, "http://news.example/feed", network=network, private=True)
    assert not articles
    assert "inside this computer" in skipped[0].reason
    assert set(network.dialled) == {"93.184.216.34"}


@pytest.mark.parametrize("body", ["<rss><channel></channel></rss>", "<rss", rss("<link>/1</link>")[:-30] + "&bad;"])
def test_damaged_feeds(web: Web, body: str) -> None:
    web.add("news.example/feed", body)
    _, skipped = fetch(web, "http://news.example/feed")
    assert skipped
