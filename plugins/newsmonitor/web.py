"""The guarded HTTP client: every request this package makes to a stranger goes through `Web`.

It asks only public addresses, and asks at the very address it has checked: the name is resolved once, the
answer is checked, the connection goes there, so a name that changes its mind (DNS rebinding) changes nothing.
It follows redirects itself, each with the same check. An answer is limited in its header, in its body before
and after unpacking, and in the time of the whole exchange. No server can raise anything here but FetchError.

httpcore and not the client of httpx on top of it: only httpcore lets the caller open the connection, and
redirects, cookies, proxies and unpacking, which httpx adds, are what has to be done differently here.
"""

import asyncio
import os
import re
import socket
import ssl
import zlib
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import partial
from ipaddress import ip_address
from time import monotonic

import httpcore
import httpx

from newsmonitor.addresses import Network, is_public, is_within
from newsmonitor.errors import FetchError

Resolver = Callable[[str, int], Awaitable[Sequence[str]]]
Headers = tuple[tuple[str, str], ...]
Redirects = list[tuple[int, str]]

MAX_REDIRECTS = 5

# Only what zlib unpacks with a bound on its output; br and zstd would need libraries that have one.
_ACCEPT_ENCODING = "gzip, deflate"
# A body in more pieces than this is an attack on our processor: a page of 10 MB has about 200.
_MAX_PIECES = 100_000
# Real servers send one gzip member; a thousand empty ones cost more time than they are worth.
_MAX_GZIP_MEMBERS = 64
# A host may have one dead address (often IPv6) beside a good one, hardly four.
_MAX_ADDRESSES = 4
_KEEPALIVE_SECONDS = 30.0
_MAX_RESOLVERS = 32
_VALIDATORS = frozenset({"If-None-Match", "If-Modified-Since"})
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_PERMANENT = frozenset({301, 308})
_TRANSIENT_STATUS = frozenset({408, 425, 429})

_FOREIGN = (
    httpcore.NetworkError,
    httpcore.ProtocolError,
    httpcore.TimeoutException,
    OSError,  # also ssl.SSLError, socket.gaierror, TimeoutError
    ValueError,  # also UnicodeError: a host name that cannot be encoded
)


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
        return next((value for key, value in self.headers if key == name), None)


class Web:
    """The web, guarded: at most `concurrency` exchanges at a time, and `per_host` with one host.

    timeout is in seconds, for the whole exchange with its redirects, without the wait for a free slot.
    max_body_bytes bounds the body as sent and as unpacked. pause_seconds lies between the beginnings of two
    requests to one host. host_key says what counts as one host, for instance the registered domain of a URL.
    allow_networks are private networks that may be asked all the same. Use it as an async context manager.
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
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._user_agent = user_agent
        self._timeout = timeout
        self._max_body_bytes = max_body_bytes
        self._pause_seconds = pause_seconds
        self._host_key = host_key
        self._per_host = per_host
        self._hosts: dict[str, _Host] = {}
        self._slots = asyncio.Semaphore(concurrency)
        self._resolvers = ThreadPoolExecutor(min(concurrency, _MAX_RESOLVERS), "resolve")
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=tls or httpx.create_ssl_context(trust_env=False),
            max_connections=concurrency,
            keepalive_expiry=_KEEPALIVE_SECONDS,
            network_backend=_GuardedNetwork(
                resolve=resolve or partial(_system_resolve, self._resolvers),
                allow_networks=allow_networks,
                patience=timeout / _MAX_ADDRESSES,
            ),
        )

    async def __aenter__(self) -> "Web":
        return self

    async def __aexit__(self, *error: object) -> None:
        await self._pool.aclose()
        self._resolvers.shutdown(wait=False, cancel_futures=True)

    async def get(
        self, url: str, *, accept: str, etag: str | None = None, last_modified: str | None = None
    ) -> Answer:
        """The answer at an address, after at most five redirects. With a validator, also "not modified".

        Raises FetchError for everything else: transient says whether trying again can help, retry_after is in
        seconds. The address of the error is the one asked for; the reason names the one that failed.
        """
        headers = self._request_headers(accept, etag, last_modified)
        redirects: Redirects = []
        try:
            answer, seconds = await self._follow(url, headers, redirects)
        except _Failure as failure:
            raise failure.at(url, redirects) from failure.__cause__
        return replace(
            answer,
            url=url,
            elapsed_ms=round(seconds * 1000),
            not_modified=answer.status == 304,
            redirects=tuple(redirects),
            permanent_url=_permanent(redirects),
        )

    def _request_headers(self, accept: str, etag: str | None, last_modified: str | None) -> Headers:
        pairs = (
            ("User-Agent", self._user_agent),
            ("Accept", accept),
            ("Accept-Encoding", _ACCEPT_ENCODING),
            ("If-None-Match", etag),
            ("If-Modified-Since", last_modified),
        )
        return tuple((name, value) for name, value in pairs if value)

    async def _follow(self, url: str, headers: Headers, redirects: Redirects) -> tuple[Answer, float]:
        """The first answer that is no redirect, and the seconds spent; notes the redirects on the way."""
        target = _parse(url)
        spent = 0.0
        while True:
            answer, seconds = await self._ask(target, headers, self._timeout - spent)
            spent += seconds
            location = _location(answer)
            if location is None:
                return answer, spent
            if len(redirects) == MAX_REDIRECTS:
                raise _Failure("too_many_redirects", f"more than {MAX_REDIRECTS} redirects")
            target = _parse(location, base=target)
            redirects.append((answer.status, str(target)))

    async def _ask(self, target: httpx.URL, headers: Headers, seconds: float) -> tuple[Answer, float]:
        key = self._host_key(str(target)) if self._host_key else target.raw_host.decode("ascii")
        host = self._hosts.setdefault(key, _Host(asyncio.Semaphore(self._per_host)))
        # The host's slot first: who waits for a slow host must not hold back the others.
        async with host.slots:
            await host.pause(self._pause_seconds)
            async with self._slots:
                began = monotonic()
                try:
                    async with asyncio.timeout(seconds):
                        answer = await self._exchange(target, headers)
                except _FOREIGN as error:
                    raise _failure(error, self._timeout) from error
                return answer, monotonic() - began

    async def _exchange(self, target: httpx.URL, headers: Headers) -> Answer:
        sent = (("Host", target.netloc.decode("ascii")), *headers)
        where = httpcore.URL(
            scheme=target.raw_scheme, host=target.raw_host, port=target.port, target=target.raw_path
        )
        raw_sent = [(name.encode("ascii"), value.encode()) for name, value in sent]
        async with self._pool.stream("GET", where, headers=raw_sent) as response:
            raw_headers = tuple(_text_headers(response.headers))
            answer = Answer(
                url=str(target),
                final_url=str(target),
                status=response.status,
                headers=tuple((name.lower(), value) for name, value in raw_headers),
                raw_headers=raw_headers,
                request_headers=sent,
                received_at=datetime.now(UTC),
            )
            _check(answer)
            if answer.status == 304:
                # Read to its end, empty as it is: only then can the connection be used again.
                await response.aread()
            if answer.status != 200:
                return answer
            raw = await self._body(response, answer.header("content-length") or "")
            body = _unpacked(raw, _coding(answer), self._max_body_bytes)
            return replace(answer, body=body, received_at=datetime.now(UTC))

    async def _body(self, response: httpcore.Response, declared: str) -> bytes:
        """The body as sent, which is never longer than the limit."""
        if declared.isdecimal() and int(declared) > self._max_body_bytes:
            raise _too_large(f"Content-Length is {declared}", self._max_body_bytes)
        body = bytearray()
        pieces = 0
        async for piece in response.aiter_stream():
            body += piece
            pieces += 1
            if len(body) > self._max_body_bytes:
                raise _too_large("body", self._max_body_bytes)
            if pieces > _MAX_PIECES:
                raise _Failure("too_large", f"body in more than {_MAX_PIECES:,} pieces")
        return bytes(body)


@dataclass(slots=True)
class _Host:
    """What politeness needs to remember of one host."""

    slots: asyncio.Semaphore
    free_at: float = 0.0

    async def pause(self, seconds: float) -> None:
        now = monotonic()
        begin = max(now, self.free_at)
        self.free_at = begin + seconds
        if begin > now:
            await asyncio.sleep(begin - now)


@dataclass(kw_only=True, eq=False)
class _Failure(Exception):
    """A FetchError in the making: it does not know yet which address was asked for first."""

    failure_class: str = field(kw_only=False)
    reason: str = field(kw_only=False)
    transient: bool = False
    status: int | None = None
    retry_after: float | None = None

    def at(self, url: str, redirects: Redirects) -> FetchError:
        way = f" (redirected to {redirects[-1][1]})" if redirects else ""
        return FetchError(
            url,
            self.reason + way,
            failure_class=self.failure_class,
            transient=self.transient,
            status=self.status,
            retry_after=self.retry_after,
        )


class _GuardedNetwork(httpcore.AsyncNetworkBackend):
    """Opens connections to addresses that may be asked, and to no others."""

    def __init__(self, *, resolve: Resolver, allow_networks: tuple[Network, ...], patience: float) -> None:
        self._resolve = resolve
        self._allow_networks = allow_networks
        self._patience = patience
        self._network = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,  # noqa: ARG002 - the signature is httpcore's
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,  # noqa: ARG002
    ) -> httpcore.AsyncNetworkStream:
        """A connection to the first address of the host that answers; the last one gets all the time left."""
        *others, last = self._allowed(host, await self._addresses(host, port))
        for address in others:
            try:
                return await self._network.connect_tcp(address, port, timeout=self._patience)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                continue
        return await self._network.connect_tcp(last, port, timeout)

    async def _addresses(self, host: str, port: int) -> Sequence[str]:
        try:
            return (str(ip_address(host)),)
        except ValueError:
            return await self._resolve(host, port)

    def _allowed(self, host: str, addresses: Sequence[str]) -> list[str]:
        allowed = [
            address for address in addresses if is_public(address) or is_within(address, self._allow_networks)
        ]
        if allowed:
            return allowed[:_MAX_ADDRESSES]
        if not addresses:
            raise _Failure("dns", f"{host} has no address")
        raise _Failure("refused_address", f"{host}: {addresses[0]} is not a public address")


def retry_after(value: str | None, date: str | None, received_at: datetime) -> float | None:
    """The seconds a Retry-After header asks for, never negative; None where it says nothing usable.

    A date counts from the server's own Date where it has one: its clock may be wrong (RFC 9110, 10.2.3).
    """
    text = (value or "").strip()
    if re.fullmatch(r"[0-9]{1,18}", text):
        return float(text)
    until = _http_date(text)
    if until is None:
        return None
    since = _http_date((date or "").strip()) or received_at
    return max(0.0, (until - since).total_seconds())


def _http_date(text: str) -> datetime | None:
    try:
        parsed = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)


async def _system_resolve(threads: ThreadPoolExecutor, host: str, port: int) -> Sequence[str]:
    """The addresses of a name. In threads of its own: dead names would fill the shared ones for long."""
    look_up = partial(socket.getaddrinfo, host, port, type=socket.SOCK_STREAM)
    found = await asyncio.get_running_loop().run_in_executor(threads, look_up)
    return tuple(dict.fromkeys(str(entry[4][0]) for entry in found))


def _parse(url: str, base: httpx.URL | None = None) -> httpx.URL:
    """The address to ask, http or https, without its fragment; with a base it is where a redirect leads."""
    what = f"redirect to {url[:200]!r}" if base else "address"
    try:
        target = (base.join(url.strip()) if base else httpx.URL(url.strip())).copy_with(fragment=None)
    except (httpx.InvalidURL, ValueError) as error:
        raise _Failure("bad_url", f"{what} cannot be used: {error}"[:300]) from error
    if target.scheme not in ("http", "https") or not target.raw_host:
        raise _Failure("bad_url", f"{what} is not http or https")
    if target.userinfo:
        raise _Failure("bad_url", f"{what} carries a user name or password")
    if target.port is not None and not 0 < target.port < 65536:
        raise _Failure("bad_url", f"{what} has no possible port")
    return target


def _text_headers(headers: list[tuple[bytes, bytes]]) -> Iterator[tuple[str, str]]:
    for name, value in headers:
        try:
            # Not what the standard says, but what sites send: Location with a path in Cyrillic.
            yield name.decode("latin-1"), value.decode("utf-8")
        except UnicodeDecodeError:
            yield name.decode("latin-1"), value.decode("latin-1")


def _location(answer: Answer) -> str | None:
    return (answer.header("location") or None) if answer.status in _REDIRECTS else None


def _check(answer: Answer) -> None:
    """Raise the failure that a status means, unless it is one of those we can use."""
    if answer.status == 200 or _location(answer):
        return
    if answer.status == 304 and any(name in _VALIDATORS for name, _ in answer.request_headers):
        return
    raise _Failure(
        f"http_{answer.status // 100}xx",
        f"HTTP {answer.status}",
        transient=answer.status >= 500 or answer.status in _TRANSIENT_STATUS,
        status=answer.status,
        retry_after=retry_after(answer.header("retry-after"), answer.header("date"), answer.received_at),
    )


def _coding(answer: Answer) -> str:
    values = ",".join(value for name, value in answer.headers if name == "content-encoding")
    codings = [coding.strip().lower() for coding in values.split(",")]
    return ",".join(coding for coding in codings if coding not in ("", "identity"))


def _unpacked(raw: bytes, coding: str, limit: int) -> bytes:
    """The body without its content coding, never longer than the limit."""
    if not coding or not raw:
        return raw
    try:
        if coding in ("gzip", "x-gzip"):
            return _gunzipped(raw, limit)
        if coding == "deflate":
            return _inflated(raw, limit)
    except zlib.error as error:
        raise _Failure("bad_encoding", f"broken {coding} body: {error}", transient=True) from error
    raise _Failure("bad_encoding", f"content coding {coding[:40]!r} was not asked for")


def _gunzipped(raw: bytes, limit: int) -> bytes:
    """All members of a gzip body (RFC 1952, 2.2); what follows them without being one is left out."""
    body = b""
    for _ in range(_MAX_GZIP_MEMBERS):
        part, raw = _decompressed(raw, 31, limit, len(body))
        body += part
        if not raw.startswith(b"\x1f\x8b"):
            return body
    raise _Failure("bad_encoding", f"gzip body of more than {_MAX_GZIP_MEMBERS} members")


def _inflated(raw: bytes, limit: int) -> bytes:
    """A deflate body: zlib's format by the standard (RFC 9110, 8.4.1.2), the bare one by habit of servers."""
    try:
        return _decompressed(raw, 15, limit, 0)[0]
    except zlib.error:
        return _decompressed(raw, -15, limit, 0)[0]


def _decompressed(raw: bytes, wbits: int, limit: int, before: int) -> tuple[bytes, bytes]:
    """One unpacked stream and the bytes after it, given what was unpacked before."""
    unpacker = zlib.decompressobj(wbits)
    body = unpacker.decompress(raw, limit - before + 1)
    if len(body) + before > limit:
        raise _too_large("unpacked body", limit)
    if not unpacker.eof:
        # Half a feed must not pass for a whole one: its validator would hide the rest for good.
        raise zlib.error("it ends too early")
    return body, unpacker.unused_data


def _too_large(what: str, limit: int) -> _Failure:
    return _Failure("too_large", f"{what}, over the limit of {limit:,} bytes")


def _failure(error: Exception, timeout: float) -> _Failure:
    """The failure that an exception of a library below means."""
    chain = _causes(error)
    for cause in chain:
        if isinstance(cause, TimeoutError | httpcore.TimeoutException):
            return _Failure("timeout", f"no complete answer within {timeout:g} seconds", transient=True)
        if isinstance(cause, socket.gaierror):
            # EAI_AGAIN: our own resolver may be down, and the name may be fine.
            return _Failure("dns", str(cause.strerror), transient=cause.errno == socket.EAI_AGAIN)
        if isinstance(cause, ssl.SSLCertVerificationError):
            return _Failure("tls", f"certificate: {cause.verify_message}")
        if isinstance(cause, ssl.SSLError):
            return _Failure("tls", f"TLS: {cause.reason or cause}".replace("_", " "), transient=True)
        # h11 suggests 431 where the header, or a trailer, is over its 100 KB.
        if getattr(cause, "error_status_hint", None) == 431:
            return _Failure("too_large", "header of more than 100 KB")
    if isinstance(error, ValueError):
        return _Failure("bad_url", f"address cannot be used: {error}"[:200])
    return _Failure("connection", _plain(chain), transient=True)


def _causes(error: BaseException | None) -> tuple[BaseException, ...]:
    """An error, what caused it, what caused that."""
    chain: list[BaseException] = []
    while error is not None and error not in chain:
        chain.append(error)
        error = error.__cause__ or error.__context__
    return tuple(chain)


def _plain(chain: tuple[BaseException, ...]) -> str:
    """The words of the operating system where it has any, else those of the library."""
    for cause in chain:
        if isinstance(cause, OSError) and cause.errno:
            return os.strerror(cause.errno)
    return (str(chain[0]) or type(chain[0]).__name__)[:200]


def _permanent(redirects: Redirects) -> str | None:
    moved: str | None = None
    for status, url in redirects:
        if status not in _PERMANENT:
            break
        moved = url
    return moved
