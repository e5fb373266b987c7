"""A small real HTTP/2 server on TLS, for what a client does with many streams on one connection."""

import socket
import ssl
from collections.abc import Callable
from contextlib import suppress
from threading import Event, Lock, Thread

from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.events import RequestReceived, WindowUpdated
from h2.exceptions import ProtocolError

# Given the headers of a request: status, headers and body of the answer.
Answering = Callable[[dict[str, str]], tuple[int, dict[str, str], bytes]]


class H2Site:
    """Answers every request of HTTP/2 with what `answer` gives; counts connections. A context manager.

    Requests are answered when `together` of them are open on the connection, so a test can see that they
    travel at the same time; answers begin in the order of the requests.
    """

    def __init__(self, tls: ssl.SSLContext, answer: Answering, *, together: int = 1) -> None:
        tls.set_alpn_protocols(["h2"])
        self.connection_count = 0
        self.requests: list[dict[str, str]] = []
        self._tls = tls
        self._answer = answer
        self._together = together
        self._closing = Event()
        self._lock = Lock()
        self._threads: list[Thread] = []
        self._open: list[socket.socket] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]

    def __enter__(self) -> "H2Site":
        self._start(self._accept)
        return self

    def __exit__(self, *error: object) -> None:
        self._closing.set()
        with self._lock:
            for connection in [self._listener, *self._open]:
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)
        for thread in list(self._threads):
            thread.join()
        self._listener.close()

    def _start(self, work: Callable[..., None], *args: object) -> None:
        thread = Thread(target=work, args=args)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        with suppress(OSError):
            while not self._closing.is_set():
                connection, _ = self._listener.accept()
                self._start(self._serve, connection)

    def _serve(self, plain: socket.socket) -> None:
        with plain, suppress(OSError, ProtocolError):
            with self._lock:
                self._open.append(plain)
            plain.settimeout(5)
            # Without it the kernel holds back the second part of an answer for 40 ms.
            plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self._tls.wrap_socket(plain, server_side=True) as connection:
                connection.settimeout(None)
                with self._lock:
                    self.connection_count += 1
                    self._open.append(connection)
                self._talk(connection)

    def _talk(self, connection: ssl.SSLSocket) -> None:
        http = H2Connection(H2Configuration(client_side=False, header_encoding="utf-8"))
        http.initiate_connection()
        waiting: list[tuple[int, dict[str, str]]] = []
        bodies: dict[int, bytes] = {}
        connection.sendall(http.data_to_send())
        while data := connection.recv(65536):
            for event in http.receive_data(data):
                if isinstance(event, RequestReceived):
                    headers = {str(name): str(value) for name, value in event.headers}
                    self.requests.append(headers)
                    waiting.append((event.stream_id, headers))
                elif isinstance(event, WindowUpdated):
                    _send_bodies(http, bodies)
            if len(waiting) >= self._together:
                for stream, headers in waiting:
                    status, answered, bodies[stream] = self._answer(headers)
                    http.send_headers(stream, [(":status", str(status)), *answered.items()])
                waiting.clear()
                _send_bodies(http, bodies)
            connection.sendall(http.data_to_send())


def _send_bodies(http: H2Connection, bodies: dict[int, bytes]) -> None:
    """As much of each body as the client's windows let through."""
    for stream, body in list(bodies.items()):
        while True:
            room = min(http.local_flow_control_window(stream), http.max_outbound_frame_size)
            piece, body = body[:room], body[room:]
            if piece or not body:
                http.send_data(stream, piece, end_stream=not body)
            if not body:
                del bodies[stream]
                break
            bodies[stream] = body
            if not piece:
                break
