"""Fetching what does not answer as it should: every failure is told with its remedy."""

from __future__ import annotations

import contextlib
import shutil
import socket
import ssl
import subprocess
import threading
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from tests.web import HTML, Network, Web, fetch, skip_of


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
    assert skipped.location == url


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
