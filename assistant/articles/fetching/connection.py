"""One request over HTTP: to an address that may be connected to, within limits of time and size."""

from __future__ import annotations

import gzip
import ipaddress
import math
import socket
import ssl
import zlib
from collections.abc import Callable, Iterable, Iterator
from typing import Any, BinaryIO

import httpcore2
import httpx2

from assistant.articles.fetching.base import FetchSettings, Response, Unreachable
from assistant.articles.formats.streams import reader
from assistant.errors import ArticleError

LookUp = Callable[[str, int], list[str]]

_ACCEPT = "text/html, application/xhtml+xml, application/rss+xml, application/atom+xml, text/plain;q=0.9, */*;q=0.5"
#: IPv6 addresses that stand for IPv4 ones, which are their last 32 bits.
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_LATER = "Try again later."
_IDLE_SECONDS = 15.0


def look_up(host: str, port: int) -> list[str]:
    """The IP addresses of a host, as the system knows them; OSError or ValueError when there are none."""
    return [str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


def is_public(ip_address: str) -> bool:
    """Whether an IP address is one of the internet, not of this computer or its network."""
    ip = ipaddress.ip_address(ip_address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        ip = ip.ipv4_mapped or ip.sixtofour or (ipaddress.IPv4Address(int(ip) % 2**32) if ip in _NAT64 else ip)
    return ip.is_global and not ip.is_multicast


class Connections:
    """Sends requests, one at a time.

    What is connected to is what was checked: a host is looked up once for each connection. Certificates are verified
    with the system's authorities. Proxies that the environment names are not used, as they would look hosts up
    themselves; there are no cookies and no passwords. Not limited are the time of the system's look-up of a host, and
    the ports of public hosts.
    """

    def __init__(
        self,
        settings: FetchSettings,
        clock: Callable[[], float],
        look_up: LookUp,
        network: httpcore2.NetworkBackend,
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._look_up = look_up
        trusted = httpcore2.default_ssl_context()
        self._guards = {private: _Guard(private, clock, look_up, network) for private in (False, True)}
        # Apart, so that no connection into the network is used again for one that may not go there.
        self._pools = {
            private: httpcore2.ConnectionPool(trusted, keepalive_expiry=_IDLE_SECONDS, network_backend=guard)
            for private, guard in self._guards.items()
        }

    def close(self) -> None:
        """Close all connections."""
        for pool in self._pools.values():
            pool.close()

    def is_public(self, url: httpx2.URL) -> bool:
        """Whether all IP addresses of a host are public; Unreachable when it has none."""
        return all(map(is_public, _addresses(self._look_up, url.host, url.port or 0)))

    def get(self, url: httpx2.URL, limit: int, private: bool) -> Response:
        """The answer of a server, whatever its status; redirects are not followed.

        Args:
            url: the address.
            limit: longest body, decompressed; a longer one is cut.
            private: whether the host may have a private address.

        Raises:
            Unreachable: no connection can be made, or none may be.
            ArticleError: the answer does not come in time, or cannot be read.
        """
        until = self._guards[private].until = self._clock() + self._settings.total_timeout
        target = httpcore2.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path)
        timeouts = dict.fromkeys(("connect", "read", "write", "pool"), self._settings.timeout)
        try:
            with self._pools[private].stream(
                "GET", target, headers=self._headers(url), extensions={"timeout": timeouts}
            ) as response:
                headers = {name.decode("ascii").lower(): _text(value) for name, value in response.headers}
                coding = headers.get("content-encoding", "").lower()
                body = _body(response.iter_stream(), coding, limit + 1) if response.status < 300 else b""
        except httpcore2.TimeoutException as error:
            if self._clock() >= until:
                raise ArticleError(f"It took longer than {self._settings.total_timeout:g} s.", _LATER) from error
            raise ArticleError(f"{url.host} sent nothing for {self._settings.timeout:g} s.", _LATER) from error
        except (httpcore2.NetworkError, httpcore2.ProtocolError) as error:
            raise ArticleError(f"{url.host} broke its answer off, or it is not HTTP.", _LATER) from error
        return Response(url, response.status, headers, body[:limit], len(body) > limit)

    def _headers(self, url: httpx2.URL) -> list[tuple[str, str]]:
        return [
            ("Host", url.netloc.decode("ascii")),
            ("User-Agent", self._settings.user_agent),
            ("Accept", _ACCEPT),
            ("Accept-Encoding", "gzip"),
        ]


class _Guard(httpcore2.NetworkBackend):
    """Connects to hosts whose addresses were checked, until a time."""

    def __init__(
        self, private: bool, clock: Callable[[], float], look_up: LookUp, network: httpcore2.NetworkBackend
    ) -> None:
        self._private = private
        self._clock = clock
        self._look_up = look_up
        self._network = network
        self.until = math.inf

    def left(self, timeout: float | None) -> float:
        """The time a step may take, seconds; ReadTimeout when there is none."""
        left = self.until - self._clock()
        if left <= 0:
            raise httpcore2.ReadTimeout("the time for the request is over")
        return left if timeout is None else min(timeout, left)

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Any = None,
    ) -> httpcore2.NetworkStream:
        """A connection to the first address of the host that takes one."""
        addresses = _addresses(self._look_up, host, port)
        if not self._private and not all(map(is_public, addresses)):
            raise Unreachable(
                f"{host} is inside this computer or its network, where nothing is fetched.",
                "If it is meant, set fetch_private = true (ASSISTANT_FETCH_PRIVATE=1) and name the address itself.",
            )
        for address in addresses:
            try:
                stream = self._network.connect_tcp(address, port, self.left(timeout), local_address, socket_options)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout):
                continue
            return _Stream(stream, self, host)
        raise Unreachable(f"{host} does not take connections at port {port}.", "Check the address, or try again later.")


class _Stream(httpcore2.NetworkStream):
    """A connection whose every step ends when the time of its guard is over."""

    def __init__(self, stream: httpcore2.NetworkStream, guard: _Guard, host: str) -> None:
        self._stream = stream
        self._guard = guard
        self._host = host

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._guard.left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._guard.left(timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore2.NetworkStream:
        try:
            stream = self._stream.start_tls(ssl_context, server_hostname, self._guard.left(timeout))
        except httpcore2.ConnectError as error:
            raise Unreachable(
                f"No secure connection to {self._host} can be made: {_tls_reason(error)}.",
                "Check the address, and the clock and the certificates of this computer.",
            ) from error
        return _Stream(stream, self._guard, self._host)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def _addresses(look_up: LookUp, host: str, port: int) -> list[str]:
    try:
        return look_up(host, port)
    except (OSError, ValueError, OverflowError) as error:
        raise Unreachable(
            f"The host {host} is not known.", "Check its spelling, and that this computer is connected."
        ) from error


def _tls_reason(error: httpcore2.ConnectError) -> str:
    cause = error.__cause__ or error
    return str(getattr(cause, "verify_message", "") or getattr(cause, "reason", "") or cause).rstrip(".")


def _text(header: bytes) -> str:
    try:
        return header.decode("utf-8")
    except UnicodeDecodeError:
        return header.decode("latin-1")


def _body(chunks: Iterable[bytes], coding: str, count: int) -> bytes:
    """Up to ``count`` decompressed bytes."""
    if coding not in ("", "identity", "gzip", "x-gzip"):
        raise ArticleError(f"It is compressed in a way that was not asked for ({coding}).", "Save the page as a file.")
    stream = _stream(iter(chunks))
    try:
        return (gzip.GzipFile(fileobj=stream) if coding.endswith("gzip") else stream).read(count)
    except (gzip.BadGzipFile, zlib.error, EOFError) as error:
        raise ArticleError("Its compressed form is damaged or cut short.", _LATER) from error


def _stream(chunks: Iterator[bytes]) -> BinaryIO:
    left = b""

    def take(count: int) -> bytes:
        nonlocal left
        left = left or next(filter(None, chunks), b"")
        data, left = left[:count], left[count:]
        return data

    return reader(take)
