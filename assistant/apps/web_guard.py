"""A gate in front of Gradio: only the paths the chat needs, small requests, nothing from elsewhere.

Gradio serves more than a chat uses (uploads, files, proxying, an API page); all of that is closed here.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

#: Largest request body; a question is a few hundred bytes.
MAX_BODY_BYTES = 64 * 1024

_LOOPBACK = frozenset({"127.0.0.1", "localhost", "[::1]"})
_NEEDED = re.compile(
    r"/|/(config|theme\.css|favicon\.ico|manifest\.json|robots\.txt)/?"
    r"|/(assets|static|svelte)/.+"
    r"|/gradio_api/(startup-events|queue/join|queue/data|cancel|reset|theme\.css|heartbeat/[A-Za-z0-9_-]+)/?"
)
#: Gradio's own page needs inline scripts and eval; what matters is that nothing comes from or goes elsewhere.
_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self' 'unsafe-inline' 'unsafe-eval'",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data:",
        "font-src 'self' data:",
        "connect-src 'self'",
        "manifest-src 'self'",
        "base-uri 'self'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)
_HEADERS = (
    (b"content-security-policy", _POLICY.encode("ascii")),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
)


class Guard:
    """ASGI middleware that refuses what the chat does not need and forbids the page to reach out."""

    def __init__(self, app: App, loopback_only: bool) -> None:
        """With ``loopback_only``, requests for another host name are refused (DNS rebinding)."""
        self._app = app
        self._loopback_only = loopback_only

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or hand it on."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return

        status = self._refusal(scope)
        if status is None:
            await self._app(scope, receive, _with_headers(send))
        else:
            await send({"type": "http.response.start", "status": status, "headers": list(_HEADERS)})
            await send({"type": "http.response.body", "body": b""})

    def _refusal(self, scope: Scope) -> int | None:
        """The HTTP status to refuse with, or None."""
        headers = dict(scope["headers"])
        host = re.sub(r":\d+$", "", headers.get(b"host", b"").decode("latin-1").lower())
        if self._loopback_only and host not in _LOOPBACK:
            return 421
        if scope["type"] != "http" or not _NEEDED.fullmatch(scope["path"]):
            return 404
        if scope["method"] in ("GET", "HEAD"):
            return None
        length = headers.get(b"content-length", b"")
        if not length.isdigit():
            return 411
        return 413 if int(length) > MAX_BODY_BYTES else None


def _with_headers(send: Send) -> Send:
    async def send_with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            message = {**message, "headers": [*message.get("headers", ()), *_HEADERS]}
        await send(message)

    return send_with_headers
