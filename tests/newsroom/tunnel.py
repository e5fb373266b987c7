"""A proxy on this machine that leads to local sites: who asks a public service by name meets one of ours."""

import socket
from collections.abc import Mapping
from contextlib import suppress
from socketserver import StreamRequestHandler, ThreadingTCPServer
from threading import Thread

from newsroom.site import Site


class Tunnel:
    """Takes CONNECT for the hosts that it is given (RFC 9110, section 9.3.6), and refuses all others."""

    def __init__(self, sites: Mapping[str, Site]) -> None:
        self.sites = sites
        self._server = _Server(("127.0.0.1", 0), self)
        self._thread = Thread(target=self._server.serve_forever, args=(0.01,))
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> "Tunnel":
        self._thread.start()
        return self

    def __exit__(self, *args: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


class _Server(ThreadingTCPServer):
    def __init__(self, address: tuple[str, int], tunnel: Tunnel) -> None:
        super().__init__(address, _Handler)
        self.tunnel = tunnel


class _Handler(StreamRequestHandler):
    server: _Server
    # A byte of the client's TLS read with the lines of CONNECT would be lost to the site.
    rbufsize = 0

    def handle(self) -> None:
        method, target, _ = self.rfile.readline().decode().split()
        while self.rfile.readline().strip():
            pass
        site = self.server.tunnel.sites.get(target.rpartition(":")[0])
        if method != "CONNECT" or site is None:
            self.wfile.write(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n")
            return
        with socket.create_connection(("127.0.0.1", site.port)) as far:
            self.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n")
            back = Thread(target=_copy, args=(far, self.connection))
            back.start()
            _copy(self.connection, far)
            back.join()


def _copy(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
    with suppress(OSError):
        target.shutdown(socket.SHUT_WR)
