"""2,000 feeds on loopback, as fast as Python can: so that what is measured is the poller and not this.

Each feed has 30 items; /version/N makes three of them new in each feed, and with them its ETag. An answer to the
ETag of the version is a 304.
"""

import asyncio
import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.client import HTTPConnection
from types import TracebackType

ITEMS, NEW = 30, 3
# As in the feeds of newsrooms: a sentence or three.
WORDS = (
    "&lt;p&gt;" + "Some words of a summary about things that happened near the border. " * 4 + "&lt;/p&gt;"
)
BEGAN = datetime(2026, 11, 24, 6, tzinfo=UTC)


@dataclass
class FeedServer:
    """The server in a process of its own; a context manager."""

    url: str = ""

    def __enter__(self) -> "FeedServer":
        self._process = subprocess.Popen([sys.executable, __file__], stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        self.url = f"http://127.0.0.1:{self._process.stdout.readline().strip()}"
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.terminate()
        self._process.wait()

    def turn_to(self, version: int) -> None:
        connection = HTTPConnection(self.url.removeprefix("http://"))
        connection.request("GET", f"/version/{version}")
        connection.getresponse().read()
        connection.close()


class _Connection(asyncio.Protocol):
    version = 1
    items: dict[int, bytes] = {}  # noqa: RUF012 - shared by all connections, on purpose

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self.received = b""

    def data_received(self, data: bytes) -> None:
        self.received += data
        while b"\r\n\r\n" in self.received:
            head, self.received = self.received.split(b"\r\n\r\n", 1)
            self.transport.write(self.answer(head))
            if b"onnection: close" in head:
                self.transport.close()

    def answer(self, head: bytes) -> bytes:
        path = head.split(b" ", 2)[1].decode()
        if path == "/robots.txt":
            return b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"
        if path.startswith("/version/"):
            _Connection.version = int(path.rpartition("/")[2])
            return b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
        etag = b'"v%d"' % self.version
        if b": " + etag in head:
            return b"HTTP/1.1 304 Not Modified\r\nETag: " + etag + b"\r\n\r\n"
        body = feed(int(path[2:-4]), self.version).encode()
        kind = b"Content-Type: application/rss+xml; charset=utf-8\r\n"
        return b"HTTP/1.1 200 OK\r\n%sETag: %s\r\nContent-Length: %d\r\n\r\n%s" % (
            kind,
            etag,
            len(body),
            body,
        )


def feed(number: int, version: int) -> str:
    newest = version * NEW + ITEMS
    items = "".join(_item(number, serial) for serial in range(newest, newest - ITEMS, -1))
    return (
        "<?xml version='1.0' encoding='UTF-8'?><rss version='2.0' xmlns:dc='http://purl.org/dc/elements/1.1/'>"
        f"<channel><title>Outlet {number}</title><link>https://{number}.example/</link>"
        f"<description>News</description>{items}</channel></rss>"
    )


def _item(number: int, serial: int) -> str:
    url = f"https://{number}.example/2026/11/24/story-{serial}.html"
    return (
        f"<item><title>Report {serial} of outlet {number}: fighting near the border goes on</title>"
        f"<link>{url}?utm_source=rss</link><guid isPermaLink='false'>{url}</guid><dc:creator>A. Writer</dc:creator>"
        f"<pubDate>{format_datetime(BEGAN + timedelta(minutes=serial))}</pubDate><category>World</category>"
        f"<description>{WORDS}</description></item>"
    )


async def _serve() -> None:
    server = await asyncio.get_running_loop().create_server(_Connection, "127.0.0.1", 0, backlog=2048)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_serve())
