"""A real HTTP server on 127.0.0.1, a thread for each connection, driven by the test beside it."""

import socket
import ssl
import struct
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from email.message import Message
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Lock, Thread
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What a client asked; `headers` finds a name in any case."""

    method: str
    path: str
    headers: Message
    body: bytes = b""


class Exchange:
    """One request and the bare connection it came on: a reply writes whatever bytes it likes.

    The connection ends after the reply, unless it was `answer` that wrote it.
    """

    def __init__(self, request: Request, connection: socket.socket, closing: Event) -> None:
        self.request = request
        self.keeps_alive = False
        self._connection = connection
        self._closing = closing

    def send(self, data: bytes) -> None:
        self._connection.sendall(data)

    def answer(self, body: bytes, *, status: int = 200, headers: Mapping[str, str] | None = None) -> None:
        """A proper answer; 304 if the request carries the ETag or the Last-Modified of the headers."""
        headers = headers or {}
        if _is_known(self.request.headers, headers):
            status, body = 304, b""
        lines = [f"HTTP/1.1 {status} {_phrase(status)}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        if "content-length" not in {name.lower() for name in headers}:
            lines.append(f"Content-Length: {len(body)}")
        self.keeps_alive = True
        self.send("\r\n".join([*lines, "", ""]).encode() + (b"" if status == 304 else body))

    def wait(self, seconds: float | None = None) -> bool:
        """True when the site closes; False after the seconds, if any were given."""
        return self._closing.wait(seconds)

    def wait_for_client(self) -> None:
        """Return when the client has gone, or when the site closes its connections."""
        with suppress(OSError):
            while self._connection.recv(65536):
                pass

    def reset(self) -> None:
        """End the connection with a TCP reset instead of a polite close."""
        self._connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._connection.close()


Reply = Callable[[Exchange], None]


class Site:
    """A web site on this machine. Use it as a context manager, or through the fixture `site`."""

    def __init__(self, *, host: str = "127.0.0.1", tls: ssl.SSLContext | None = None) -> None:
        self.requests: list[Request] = []
        self.connection_count = 0
        self.faults: list[BaseException] = []
        self._pages: dict[str, Reply] = {}
        self._lock = Lock()
        self._closing = Event()
        self._open: set[socket.socket] = set()
        self._server = _Server((host, 0), self, tls)
        self._thread = Thread(target=self._server.serve_forever, args=(0.01,))
        self.port = self._server.server_port
        self.url = f"{'https' if tls else 'http'}://{host}:{self.port}"

    def __enter__(self) -> "Site":
        self._thread.start()
        return self

    def __exit__(self, *args: object) -> None:
        self.close()

    def page(self, path: str, body: bytes = b"", *, status: int = 200, **headers: str) -> str:
        """The address of a page with this body; headers as ETag='"1"', Content_Type="text/html"."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.reply(path, lambda exchange: exchange.answer(body, status=status, headers=named))

    def reply(self, path: str, reply: Reply) -> str:
        """The address of a page whose bytes the reply writes itself."""
        self._pages[path] = reply
        return self.url + path

    def asked(self, path: str) -> list[Request]:
        """The requests for one path, in order of arrival."""
        return [request for request in self.requests if request.path == path]

    def close(self) -> None:
        """End every connection, wait for the server's threads, raise what went wrong in a reply."""
        self._closing.set()
        self._server.shutdown()
        self._thread.join()
        with self._lock:
            for connection in self._open:
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)
        self._server.server_close()
        if self.faults:
            raise self.faults[0]

    def opened(self, connection: socket.socket) -> None:
        with self._lock:
            self._open.add(connection)

    def closed(self, connection: socket.socket) -> None:
        with self._lock:
            self._open.discard(connection)

    def serve(self, request: Request, connection: socket.socket) -> bool:
        """Write the reply; True if the connection can carry another request."""
        with self._lock:
            self.requests.append(request)
        path = request.path
        reply = self._pages.get(path) or self._pages.get(path.partition("?")[0], _missing)
        exchange = Exchange(request, connection, self._closing)
        reply(exchange)
        return exchange.keeps_alive


class _Server(ThreadingHTTPServer):
    daemon_threads = False
    request_queue_size = 512

    def __init__(self, address: tuple[str, int], site: Site, tls: ssl.SSLContext | None) -> None:
        super().__init__(address, _Handler)
        self.site = site
        self.tls = tls

    def finish_request(self, request: Any, client_address: Any) -> None:
        self.site.connection_count += 1
        if self.tls is not None:
            request.settimeout(5)
            request = self.tls.wrap_socket(request, server_side=True)
            request.settimeout(None)
        self.site.opened(request)
        try:
            super().finish_request(request, client_address)
        finally:
            self.site.closed(request)
            request.close()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that goes away is part of the game; anything else is a fault of the test's own reply."""
        error = sys.exc_info()[1]
        if error is not None and not isinstance(error, OSError):
            self.site.faults.append(error)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Without it the kernel holds back the second part of an answer for 40 ms.
    disable_nagle_algorithm = True
    server: _Server

    def do_GET(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length)
        request = Request(method=self.command, path=self.path, headers=self.headers, body=body)
        if not self.server.site.serve(request, self.connection):
            self.close_connection = True

    do_POST = do_GET

    def log_message(self, format: str, *args: object) -> None:
        pass


def _missing(exchange: Exchange) -> None:
    exchange.answer(b"not here", status=404)


def _phrase(status: int) -> str:
    return HTTPStatus(status).phrase if status in set(HTTPStatus) else "Unusual"


def _is_known(asked: Message, headers: Mapping[str, str]) -> bool:
    if asked.get("If-None-Match") is not None:
        return asked.get("If-None-Match") == headers.get("ETag")
    since = asked.get("If-Modified-Since")
    return since is not None and since == headers.get("Last-Modified")
