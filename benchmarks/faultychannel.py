"""A channel that fails in every way it knows, on this machine; it notes what it took and what it said to it."""

import json
import random
import socket
import struct
from collections import Counter
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from time import sleep

# What a request meets; `refuses` is no answer of a server, but that there is none (see Channel.close).
FAULTS = ("429", "500", "hangs", "drops")


@dataclass(slots=True)
class Taken:
    """One message that arrived whole."""

    title: str
    key: str | None
    # Whether the sender was told so.
    is_confirmed: bool


@dataclass(slots=True)
class Channel:
    """A webhook that fails one request in so many; each fault once, and then the same request succeeds."""

    name: str
    fail_share: float
    hang_seconds: float
    chance: random.Random
    taken: list[Taken] = field(default_factory=list)
    faults: Counter[str] = field(default_factory=Counter)
    port: int = 0
    # Requests that came whole, whatever they met.
    met: int = 0
    _server: ThreadingHTTPServer | None = None
    _lock: Lock = field(default_factory=Lock)

    def open(self) -> None:
        """Listen, on the same port as before."""
        channel = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                length = int(self.headers["Content-Length"])
                body = self.rfile.read(length)
                # A sender that is killed while it writes has sent nothing.
                if len(body) == length:
                    channel.meet(self, json.loads(body))

            def log_message(self, *args: object) -> None:
                pass

        ThreadingHTTPServer.allow_reuse_address = True
        self._server = ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        self._server.daemon_threads = True
        self.port = self._server.server_port
        Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def close(self) -> None:
        """Stop listening: from now on connections are refused."""
        if self._server:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    def meet(self, request: BaseHTTPRequestHandler, body: dict) -> None:
        with self._lock:
            self.met += 1
            fault = self.chance.choice(FAULTS) if self.chance.random() < self.fail_share else None
            if fault:
                self.faults[fault] += 1
            if fault in (None, "drops"):
                data = body.get("data", body)
                key = request.headers.get("webhook-id")
                self.taken.append(Taken(data["title"], key, is_confirmed=fault is None))
        if fault == "hangs":
            sleep(self.hang_seconds)
        if fault in ("hangs", "drops"):
            # A reset, and not an end that could be taken for an empty answer.
            linger = struct.pack("ii", 1, 0)
            request.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            request.close_connection = True
            return
        headers = {"Retry-After": "1"} if fault == "429" else {}
        try:
            request.send_response(int(fault or 200))
            for name, value in {**headers, "Content-Length": "0"}.items():
                request.send_header(name, value)
            request.end_headers()
        except OSError:
            # The sender was killed meanwhile: it has not heard it.
            if fault is None:
                self.taken[-1].is_confirmed = False
