"""A site whose feeds lie, break, vanish and come back: aiohttp, on this machine, one path for each scenario.

A scenario is a name, a line that says what the feed does and where it was seen, and a behaviour: from a visit
(the request, which poll of the test it belongs to, what time the test says it is) comes a reply, or raw bytes.
"""

import asyncio
import re
import socket
import struct
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from email.utils import format_datetime
from threading import Thread
from time import monotonic

from aiohttp import web
from multidict import CIMultiDict


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One request, as a scenario sees it."""

    # Below the scenario's folder: "feed.xml" is the feed in the list.
    path: str
    headers: Mapping[str, str]
    # The address of the scenario's folder, with a slash at its end.
    base: str
    poll: int
    now: datetime

    def carries(self, *, etag: str | None = None, last_modified: str | None = None) -> bool:
        """Whether the request holds this validator, as RFC 9110, 13.1 compares them."""
        if (sent := self.headers.get("If-None-Match")) is not None:
            return etag is not None and sent.removeprefix("W/") == etag.removeprefix("W/")
        return last_modified is not None and self.headers.get("If-Modified-Since") == last_modified


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """A proper answer."""

    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


class Wire:
    """The bare connection of a request, for answers that no web server would send."""

    def __init__(self, transport: asyncio.Transport, closing: asyncio.Event) -> None:
        self._transport = transport
        self._closing = closing

    def send(self, *parts: bytes) -> None:
        self._transport.write(b"".join(parts))

    def reset(self) -> None:
        """End the connection with a TCP reset."""
        peer: socket.socket = self._transport.get_extra_info("socket")
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._transport.abort()

    async def is_open(self, seconds: float) -> bool:
        """Wait so long; False as soon as the client has gone or the site closes."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._closing.wait(), seconds)
        return not (self._closing.is_set() or self._transport.is_closing())

    async def hang(self) -> None:
        """Return when the client has gone."""
        while await self.is_open(0.05):
            pass


RawReply = Callable[[Wire], Awaitable[None]]
Behaviour = Callable[[Visit], Reply | RawReply]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """What one feed does. modes: which of the known ways to fail it plays (facts on peers, section 6)."""

    name: str
    seen: str
    behaviour: Behaviour
    modes: tuple[int, ...] = ()

    @property
    def folder(self) -> str:
        return re.sub(r"[^a-z0-9]+", "-", self.name.lower()).strip("-")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request that the site got."""

    host: str
    path: str
    headers: Mapping[str, str]
    poll: int
    # Of the monotonic clock.
    moment: float

    @property
    def validators(self) -> tuple[str | None, str | None]:
        return self.headers.get("If-None-Match"), self.headers.get("If-Modified-Since")


class FeedSite:
    """The server, on 127.0.0.1, .2 and .3: three addresses are three domains to a polite client.

    The test says which poll it is and what time it is; `requests` are in order of arrival.
    """

    HOSTS = ("127.0.0.1", "127.0.0.2", "127.0.0.3")

    def __init__(self) -> None:
        self.requests: list[Asked] = []
        # How many requests it ever had in hand at a time.
        self.most_at_once = 0
        self.poll = 1
        self.now = datetime.min
        self.robots: Behaviour = lambda visit: Reply(status=404)
        # Where the articles are, in place of news.example: each scenario has a folder of its own there.
        self.outlet: str | None = None
        self.origins: dict[str, str] = {}
        self._scenarios: dict[str, Scenario] = {}
        self._faults: list[str] = []

    def __enter__(self) -> "FeedSite":
        ready: Future[None] = Future()
        self._thread = Thread(target=lambda: asyncio.run(self._serve(ready)))
        self._thread.start()
        ready.result(10)
        return self

    def __exit__(self, *error: object) -> None:
        self._loop.call_soon_threadsafe(self._closing.set)
        self._thread.join()
        assert not self._faults, f"the site itself failed at {self._faults}"

    def add(self, scenario: Scenario, *, host: str = "127.0.0.1", file: str = "feed.xml") -> str:
        """The address of a scenario's feed, on one of the hosts, or under a name that leads to the first."""
        self._scenarios[scenario.folder] = scenario
        origin = self.origins.get(host) or self.origins[self.HOSTS[0]].replace(self.HOSTS[0], host)
        return f"{origin}/{scenario.folder}/{file}"

    def asked(self, path: str) -> list[Asked]:
        """The requests for a path; of a whole folder where it ends with a slash."""
        return [
            a for a in self.requests if a.path == path or (path.endswith("/") and a.path.startswith(path))
        ]

    async def _serve(self, ready: "Future[None]") -> None:
        self._loop, self._closing = asyncio.get_running_loop(), asyncio.Event()
        # A header of 100 KB is our own client's limit: what it may send, the site takes.
        server = web.Server(self._handle, access_log=None, max_field_size=100_000, max_line_size=100_000)
        listeners = [await self._loop.create_server(server, host, 0) for host in self.HOSTS]
        self.origins = {
            host: f"http://{host}:{listener.sockets[0].getsockname()[1]}"
            for host, listener in zip(self.HOSTS, listeners, strict=True)
        }
        ready.set_result(None)
        await self._closing.wait()
        for listener in listeners:
            listener.close()
        await server.shutdown(5)

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        # Taken out again when it has been answered.
        self._faults.append(request.path)
        self.most_at_once = max(self.most_at_once, len(self._faults))
        host = request.host.partition(":")[0]
        headers = CIMultiDict(request.headers)
        asked = Asked(host=host, path=request.path, headers=headers, poll=self.poll, moment=monotonic())
        self.requests.append(asked)
        folder, _, path = request.path.removeprefix("/").partition("/")
        visit = Visit(
            path=path,
            headers=asked.headers,
            base=f"http://{request.host}/{folder}/",
            poll=self.poll,
            now=self.now,
        )
        reply = self._behaviour(request.path, folder)(visit)
        if isinstance(reply, Reply):
            if self.outlet:
                home = f"{self.outlet}/{folder}/".encode()
                reply = replace(reply, body=reply.body.replace(b"https://news.example/", home))
            response = _response(reply, self.now)
        else:
            transport = request.transport
            assert isinstance(transport, asyncio.Transport)
            await reply(Wire(transport, self._closing))
            transport.close()
            # Of this nothing is sent any more.
            response = web.Response()
        self._faults.remove(request.path)
        return response

    def _behaviour(self, path: str, folder: str) -> Behaviour:
        if path == "/robots.txt":
            return self.robots
        scenario = self._scenarios.get(folder)
        return scenario.behaviour if scenario else lambda visit: Reply(status=404)


def _response(reply: Reply, now: datetime) -> web.Response:
    # The server's clock is the test's: Expires and Retry-After count from its Date.
    headers = {
        "Date": format_datetime(now, usegmt=True),
        "Content-Type": "application/rss+xml",
        **reply.headers,
    }
    return web.Response(status=reply.status, body=reply.body, headers=headers)
