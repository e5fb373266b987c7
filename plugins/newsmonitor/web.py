"""The guarded HTTP client: every request this package makes to a stranger goes through `Web`.

It asks only public addresses, and asks at the very address it has checked: the name is resolved once, the
answer is checked, the connection goes there and is checked once more as it opens, so a name that changes its
mind (DNS rebinding) changes nothing. It follows redirects itself, each with the same checks. An answer is
limited in its header, in its body before and after unpacking, and in the time of the whole exchange. No server
can raise anything here but FetchError.

The parts: targets reads an address, addresses knows the public ones, curlloop asks, codings unpacks, politeness
waits. Here they are put in order.
"""

import asyncio
import re
import socket
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from ipaddress import ip_address
from time import monotonic
from typing import TypeGuard

from newsmonitor import codings, targets
from newsmonitor.addresses import Network, is_public, is_within
from newsmonitor.curlloop import CurlLoop, Headers, Reply
from newsmonitor.policy import http_date
from newsmonitor.politeness import Host, Hosts
from newsmonitor.targets import Target
from newsmonitor.webfailure import Failure

Resolver = Callable[[str, int], Awaitable[Sequence[str]]]
# Awaited before each hop with its address: the pause in seconds that its host asks for, or a FetchError.
Permit = Callable[[str], Awaitable[float]]
Redirects = list[tuple[int, str]]

MAX_REDIRECTS = 5

# A host may have one dead address (often IPv6) beside a good one, hardly four.
_MAX_ADDRESSES = 4
_MAX_RESOLVERS = 32
# How long a name is taken at its word; so long does libcurl remember one, too.
_NAME_SECONDS = 60.0
# Of a refused answer: unpacked at most, and kept. Challenges are small; some carry 100 kB of script.
_MAX_REFUSED_UNPACKED = 1 << 20
_MAX_REFUSED_BYTES = 64 << 10
_CONTROLS = re.compile(r"[\x00-\x1f\x7f]")
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_PERMANENT = frozenset({301, 308})
_THROTTLED = frozenset({429, 503})
_TRANSIENT_STATUS = frozenset({408, 425})


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A usable answer: status 200, or 304 to a request that carried a validator.

    url is the address asked for, final_url the one that answered; redirects are pairs of status and target.
    permanent_url is where the page lives now: the end of the permanent redirects (301, 308) that come first.
    Header names are lower-case in headers, as sent in raw_headers; body is without its content coding.
    """

    url: str
    final_url: str
    status: int
    headers: Headers
    raw_headers: Headers
    request_headers: Headers
    received_at: datetime
    body: bytes = b""
    elapsed_ms: int = 0
    not_modified: bool = False
    redirects: tuple[tuple[int, str], ...] = ()
    permanent_url: str | None = None

    def header(self, name: str) -> str | None:
        """The first value of a header, its name in lower case; None where the server sent none."""
        return _first(self.headers, name)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Request:
    """What is the same at every hop of one `get`."""

    headers: Headers
    wire_headers: list[bytes]
    has_validator: bool
    permit: Permit | None


class Web:
    """The web, guarded: at most `concurrency` exchanges at a time, and `per_host` with one host.

    timeout is in seconds, for the whole exchange with its redirects, without the wait for a free slot.
    max_body_bytes bounds the body as sent and as unpacked. pause_seconds lies between the beginnings of two
    requests to one host. host_key says what counts as one host, for instance the registered domain of a URL;
    it is asked once for each scheme, name and port. holds: a host that answers 429 or 503 is left alone until
    its Retry-After is over. allow_networks are private networks that may be asked all the same. authority is a
    certificate authority (PEM) to trust instead of the world's. Use it as an async context manager.
    """

    def __init__(
        self,
        *,
        user_agent: str,
        allow_networks: tuple[Network, ...] = (),
        timeout: float,
        max_body_bytes: int,
        concurrency: int,
        per_host: int,
        pause_seconds: float = 0.0,
        host_key: Callable[[str], str] | None = None,
        resolve: Resolver | None = None,
        authority: bytes | None = None,
        holds: bool = True,
    ) -> None:
        self._user_agent = user_agent
        self._allow_networks = allow_networks
        self._timeout = timeout
        self._max_body_bytes = max_body_bytes
        self._pause_seconds = pause_seconds
        self._hosts = Hosts(key=host_key, per_host=per_host, holds=holds)
        self._slots = asyncio.Semaphore(concurrency)
        self._resolvers = ThreadPoolExecutor(min(concurrency, _MAX_RESOLVERS), "resolve")
        self._resolve = resolve or partial(_system_resolve, self._resolvers)
        self._pins: dict[tuple[str, int], tuple[float, list[str]]] = {}
        self._curls = CurlLoop(
            is_allowed=self._may_ask,
            max_body_bytes=max_body_bytes,
            max_idle=concurrency,
            authority=authority,
        )

    async def __aenter__(self) -> "Web":
        return self

    async def __aexit__(self, *error: object) -> None:
        self._curls.close()
        self._resolvers.shutdown(wait=False, cancel_futures=True)

    async def get(
        self,
        url: str,
        *,
        accept: str,
        etag: str | None = None,
        last_modified: str | None = None,
        permit: Permit | None = None,
        fresh: bool = False,
    ) -> Answer:
        """The answer at an address, after at most five redirects. With a validator, also "not modified".

        permit is awaited before each hop, while no slot is held: it may ask this client for robots.txt. fresh
        asks caches on the way to look again.

        Raises FetchError for everything else: transient says whether trying again can help, retry_after is in
        seconds. The address of the error is the one asked for; the reason names the one that failed. What
        permit raises goes out unchanged.
        """
        request = self._request(accept, etag, last_modified, permit, fresh)
        redirects: Redirects = []
        try:
            return await self._follow(url, request, redirects)
        except Failure as failure:
            raise failure.at(url, redirects) from failure.__cause__

    def _request(
        self, accept: str, etag: str | None, last_modified: str | None, permit: Permit | None, fresh: bool
    ) -> _Request:
        pairs: tuple[tuple[str, str | None], ...] = (
            ("User-Agent", self._user_agent),
            ("Accept", accept),
            ("Accept-Encoding", codings.ACCEPTED),
            ("Cache-Control", "no-cache" if fresh else None),
            ("If-None-Match", etag),
            ("If-Modified-Since", last_modified),
        )
        headers = tuple([(name, value) for name, value in pairs if _is_header_value(value)])
        return _Request(
            headers=headers,
            wire_headers=[f"{name}: {value}".encode("utf-8", "replace") for name, value in headers],
            has_validator=headers[-1][0].startswith("If-"),
            permit=permit,
        )

    async def _follow(self, url: str, request: _Request, redirects: Redirects) -> Answer:
        """The first answer that is no redirect; notes the redirects on the way."""
        target = targets.parse(url)
        spent = 0.0
        while True:
            reply, seconds = await self._ask(target, request, self._timeout - spent)
            spent += seconds
            headers = tuple((name.lower(), value) for name, value in reply.headers)
            location = _first(headers, "location") if reply.status in _REDIRECTS else None
            if not location:
                break
            if len(redirects) == MAX_REDIRECTS:
                raise Failure("too_many_redirects", f"more than {MAX_REDIRECTS} redirects")
            target = targets.parse(location, base=target)
            redirects.append((reply.status, target.url))
        return Answer(
            url=url,
            final_url=target.url,
            status=reply.status,
            headers=headers,
            raw_headers=reply.headers,
            request_headers=(("Host", target.netloc), *request.headers),
            received_at=datetime.now(UTC),
            body=codings.unpacked(reply.body, _coding(headers), self._max_body_bytes),
            elapsed_ms=round(spent * 1000),
            not_modified=reply.status == 304,
            redirects=tuple(redirects),
            permanent_url=_permanent(redirects),
        )

    async def _ask(self, target: Target, request: _Request, seconds: float) -> tuple[Reply, float]:
        """A usable reply or a redirect, and the seconds it took without the waiting."""
        host = self._hosts.of(target)
        host.check()
        pause = self._pause_seconds
        if request.permit is not None:
            pause = max(pause, await request.permit(target.url))
        # The host's slot first: who waits for a slow host must not hold back the others.
        async with host.slots:
            host.check()
            await host.pause(pause)
            async with self._slots:
                host.check()
                began = monotonic()
                reply = await self._exchange(target, request, seconds)
                if reply.status not in (200, 304) or (reply.status == 304 and not request.has_validator):
                    self._check(reply, host)
                return reply, monotonic() - began

    async def _exchange(self, target: Target, request: _Request, seconds: float) -> Reply:
        began = monotonic()
        try:
            pins = self._known_pins(target)
            if pins is None:
                async with asyncio.timeout(seconds):
                    pins = await self._look_up(target)
                seconds -= monotonic() - began
            return await self._curls.get(target.url, headers=request.wire_headers, pins=pins, seconds=seconds)
        except TimeoutError as error:
            reason = f"no complete answer within {self._timeout:g} seconds"
            raise Failure("timeout", reason, transient=True) from error

    def _check(self, reply: Reply, host: Host) -> None:
        """Raise the failure that a status means, unless it is a redirect's."""
        headers = tuple((name.lower(), value) for name, value in reply.headers)
        if reply.status in _REDIRECTS and _first(headers, "location"):
            return
        seconds = retry_after(_first(headers, "retry-after"), _first(headers, "date"), datetime.now(UTC))
        if reply.status in _THROTTLED:
            self._hosts.throttled(host, seconds)
        raise Failure(
            _failure_class(reply.status),
            f"HTTP {reply.status}",
            transient=reply.status >= 500 or reply.status in _TRANSIENT_STATUS | _THROTTLED,
            status=reply.status,
            retry_after=seconds,
            headers=headers,
            body=_refused_body(reply.body, headers),
        )

    def _known_pins(self, target: Target) -> list[str] | None:
        """Where the host of an address is, if that was found out a moment ago."""
        until, pins = self._pins.get((target.host, target.port), (0.0, []))
        return pins if until > monotonic() else None

    async def _look_up(self, target: Target) -> list[str]:
        """The addresses of a host that may be asked, in libcurl's words; none for one that is an address."""
        if target.is_numeric:
            self._allowed(target.host, [target.host])
            pins = []
        else:
            allowed = self._allowed(target.host, await self._addresses(target))
            pins = [f"{target.host}:{target.port}:{','.join(allowed)}"]
        self._pins[target.host, target.port] = monotonic() + _NAME_SECONDS, pins
        return pins

    async def _addresses(self, target: Target) -> Sequence[str]:
        try:
            return await self._resolve(target.host, target.port)
        except socket.gaierror as error:
            # EAI_AGAIN: our own resolver may be down, and the name may be fine.
            is_passing = error.errno == socket.EAI_AGAIN
            name = "dns_temporary" if is_passing else "dns"
            raise Failure(name, str(error.strerror), transient=is_passing) from error
        except TimeoutError:
            raise
        except OSError as error:
            raise Failure("dns_temporary", f"{target.host}: {error}"[:200], transient=True) from error
        except UnicodeError as error:
            raise Failure("bad_url", f"address cannot be used: {error}"[:200]) from error

    def _allowed(self, host: str, addresses: Sequence[str]) -> list[str]:
        allowed = [_in_pin(address) for address in addresses if self._may_ask(address)]
        if allowed:
            return allowed[:_MAX_ADDRESSES]
        if not addresses:
            raise Failure("dns", f"{host} has no address")
        raise Failure("refused_address", f"{host}: {addresses[0]} is not a public address"[:300])

    def _may_ask(self, address: str) -> bool:
        try:
            # A zone ("fe80::1%eth0") says which of our own networks is meant; none of them is the internet.
            return "%" not in address and (is_public(address) or is_within(address, self._allow_networks))
        except ValueError:
            return False


def _coding(headers: Headers) -> str:
    return codings.content_coding([value for name, value in headers if name == "content-encoding"])


def _refused_body(raw: bytes, headers: Headers) -> bytes:
    """The beginning of a refused answer's body; empty where it cannot be unpacked, as where it was cut short."""
    try:
        return codings.unpacked(raw, _coding(headers), _MAX_REFUSED_UNPACKED)[:_MAX_REFUSED_BYTES]
    except Failure:
        return b""


def _in_pin(address: str) -> str:
    plain = str(ip_address(address))
    return f"[{plain}]" if ":" in plain else plain


def retry_after(value: str | None, date: str | None, received_at: datetime) -> float | None:
    """The seconds a Retry-After header asks for, never negative; None where it says nothing usable.

    A date counts from the server's own Date where it has one: its clock may be wrong (RFC 9110, 10.2.3).
    """
    text = (value or "").strip()
    if re.fullmatch(r"[0-9]{1,18}", text):
        return float(text)
    until = http_date(text)
    if until is None:
        return None
    since = http_date((date or "").strip()) or received_at
    return max(0.0, (until - since).total_seconds())


async def _system_resolve(threads: ThreadPoolExecutor, host: str, port: int) -> Sequence[str]:
    """The addresses of a name. In threads of its own: dead names would fill the shared ones for long."""
    look_up = partial(socket.getaddrinfo, host, port, type=socket.SOCK_STREAM)
    found = await asyncio.get_running_loop().run_in_executor(threads, look_up)
    return tuple(dict.fromkeys(str(entry[4][0]) for entry in found))


def _is_header_value(value: str | None) -> TypeGuard[str]:
    """Whether there is a value to send. One with a line break in it would write headers of its own."""
    return bool(value) and not _CONTROLS.search(value or "")


def _first(headers: Headers, name: str) -> str | None:
    for key, value in headers:
        if key == name:
            return value
    return None


def _failure_class(status: int) -> str:
    if status in _THROTTLED:
        return "throttled"
    return "gone" if status == 410 else f"http_{status // 100}xx"


def _permanent(redirects: Redirects) -> str | None:
    moved: str | None = None
    for status, url in redirects:
        if status not in _PERMANENT:
            break
        moved = url
    return moved
