"""libcurl in an asyncio event loop: one request in, one bounded answer out, no thread and no polling.

libcurl and not a client written in Python: it answers 304 to a poll some forty times as fast as httpcore did,
speaks HTTP/2, and has met the servers of the world. What it would do by itself (resolve names, follow
redirects, read proxies and passwords from the environment, unpack) is switched off: that is `Web`'s to decide.
"""

import asyncio
import os
import re
import socket
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import certifi
import pycurl  # type: ignore[import-untyped]

from newsmonitor.webfailure import Failure, too_large

Headers = tuple[tuple[str, str], ...]

_MAX_HEADER_BYTES = 100 << 10
# A body in more pieces than this is an attack on our processor: a page of 10 MB has about 700.
_MAX_PIECES = 100_000
# What comes with an error or a redirect is read so that the connection can be used again; what comes with an
# error is kept, too, for it may be a bot check.
_MAX_REFUSED_BYTES = 64 << 10
_IDLE_SECONDS = 30
_ABORT = -1
# CURLE_TOO_LARGE, which pycurl has no name for.
_E_TOO_LARGE = 100
# What libcurl puts around the words of OpenSSL.
_VERIFICATION = re.compile(r"^SSL(?: certificate problem| certificate OpenSSL verify result)?: | \([0-9]+\)$")
_WORDS_OF_CODE = {
    pycurl.E_GOT_NOTHING: "the server closed the connection without an answer",
    pycurl.E_PARTIAL_FILE: "the answer ended before it was whole",
    pycurl.E_UNSUPPORTED_PROTOCOL: "the answer is not HTTP",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What a server answered: header names as sent, the body in its content coding.

    The body is whole with status 200, broken off after 64 kB with an error, and left out with a redirect.
    """

    status: int
    headers: Headers
    body: bytes


class CurlLoop:
    """Transfers of one event loop, which share their connections. Close it in the loop it was used in.

    is_allowed is asked with every IP address at the moment of the connection. authority is a certificate
    authority to trust (PEM) instead of the world's.
    """

    def __init__(
        self,
        *,
        is_allowed: Callable[[str], bool],
        max_body_bytes: int,
        max_idle: int,
        authority: bytes | None = None,
    ) -> None:
        self._is_allowed = is_allowed
        self._max_body_bytes = max_body_bytes
        self._authority = authority
        self._loop: asyncio.AbstractEventLoop | None = None
        self._free: list[_Transfer] = []
        self._active: dict[Any, _Transfer] = {}
        self._watched: dict[int, int] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._due: float | None = None
        self._is_kicked = False
        self._is_closed = False
        self._multi = pycurl.CurlMulti()
        self._multi.setopt(pycurl.M_SOCKETFUNCTION, self._on_socket)
        self._multi.setopt(pycurl.M_TIMERFUNCTION, self._on_timer)
        self._multi.setopt(pycurl.M_MAXCONNECTS, max_idle)

    async def get(self, url: str, *, headers: list[bytes], pins: list[str], seconds: float) -> Reply:
        """The answer to one GET; pins say where a name is, as libcurl's RESOLVE wants it.

        Raises Failure for what the server does, TimeoutError when the seconds are over.
        """
        loop = self._loop
        if loop is None:
            loop = self._loop = asyncio.get_running_loop()
        transfer = self._free.pop() if self._free else _Transfer(self)
        done: asyncio.Future[int] = loop.create_future()
        transfer.begin(url, headers, pins, seconds, done)
        curl = transfer.curl
        self._active[curl] = transfer
        self._multi.add_handle(curl)
        try:
            code = await done
            return transfer.reply(code)
        finally:
            if self._active.pop(curl, None):
                self._multi.remove_handle(curl)
            transfer.clear()
            self._free.append(transfer)

    def close(self) -> None:
        """End every transfer and every connection."""
        for curl, transfer in self._active.items():
            self._multi.remove_handle(curl)
            transfer.done.cancel()
            curl.close()
        self._active.clear()
        for transfer in self._free:
            transfer.curl.close()
        self._free.clear()
        if self._timer is not None:
            self._timer.cancel()
        for fd in list(self._watched):
            self._watch(fd, 0)
        self._is_closed = True
        self._multi.close()

    def configure(self, curl: Any) -> None:
        """Set what is the same in all requests: everything that libcurl may do by itself is off."""
        options = {
            pycurl.NOSIGNAL: 1,
            pycurl.PROTOCOLS: pycurl.PROTO_HTTP | pycurl.PROTO_HTTPS,
            pycurl.HTTP09_ALLOWED: 0,
            pycurl.FOLLOWLOCATION: 0,
            pycurl.PROXY: "",
            pycurl.NETRC: pycurl.NETRC_IGNORED,
            pycurl.PATH_AS_IS: 1,
            pycurl.HTTP_VERSION: pycurl.CURL_HTTP_VERSION_2TLS,
            # Wait to see whether a connection that is being made can carry more than one request.
            pycurl.PIPEWAIT: 1,
            pycurl.MAXAGE_CONN: _IDLE_SECONDS,
            pycurl.BUFFERSIZE: 128 << 10,
        }
        for option, value in options.items():
            curl.setopt(option, value)
        if self._authority is None:
            curl.setopt(pycurl.CAINFO, certifi.where())
        else:
            curl.setopt(pycurl.CAINFO_BLOB, self._authority)

    def open_socket(self, address: Any) -> tuple[socket.socket | int, str | None]:
        """A socket for an address that may be asked, or SOCKET_BAD and the address that may not.

        The second lock: it holds even where what was resolved and checked before is not what is connected to.
        """
        if address.family not in (socket.AF_INET, socket.AF_INET6) or not self._is_allowed(address.addr[0]):
            return pycurl.SOCKET_BAD, str(address.addr[0])
        try:
            opened = socket.socket(address.family, address.socktype, address.protocol)
        except OSError:  # no file descriptors left, or no IPv6 here
            return pycurl.SOCKET_BAD, None
        return opened, None

    @property
    def max_body_bytes(self) -> int:
        return self._max_body_bytes

    def call_soon(self, callback: Callable[[], object]) -> None:
        assert self._loop is not None
        self._loop.call_soon(callback)

    # libcurl says which sockets to watch and when to be woken; nothing may be raised into it.

    def _on_socket(self, what: int, fd: int, *_: object) -> None:
        if not self._is_closed:
            self._watch(fd, 0 if what == pycurl.POLL_REMOVE else what)

    def _watch(self, fd: int, wanted: int) -> None:
        loop = self._loop
        assert loop is not None
        watched = self._watched.pop(fd, 0)
        if wanted:
            self._watched[fd] = wanted
        changed = watched ^ wanted
        if changed & pycurl.POLL_IN:
            if wanted & pycurl.POLL_IN:
                loop.add_reader(fd, self._act, fd, pycurl.CSELECT_IN)
            else:
                loop.remove_reader(fd)
        if changed & pycurl.POLL_OUT:
            if wanted & pycurl.POLL_OUT:
                loop.add_writer(fd, self._act, fd, pycurl.CSELECT_OUT)
            else:
                loop.remove_writer(fd)

    def _on_timer(self, milliseconds: int) -> None:
        loop = self._loop
        if loop is None or self._is_closed:
            return
        if milliseconds == 0:
            if not self._is_kicked:
                self._is_kicked = True
                loop.call_soon(self._kick)
        elif milliseconds < 0:
            self._due = None
        else:
            self._due = loop.time() + milliseconds / 1000
            # It changes with every request, nearly always to a later time: then the timer is left to ring early.
            if self._timer is None or self._timer.when() > self._due:
                self._set_timer(self._due)

    def _set_timer(self, due: float) -> None:
        assert self._loop is not None
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self._loop.call_at(due, self._ring)

    def _ring(self) -> None:
        assert self._loop is not None
        self._timer = None
        if self._due is None:
            return
        if self._loop.time() < self._due - 0.001:
            self._set_timer(self._due)
        else:
            self._due = None
            self._kick()

    def _kick(self) -> None:
        self._is_kicked = False
        if not self._is_closed:
            self._act(pycurl.SOCKET_TIMEOUT, 0)

    def _act(self, fd: int, events: int) -> None:
        _, running = self._multi.socket_action(fd, events)
        if running < len(self._active):
            self._collect()

    def _collect(self) -> None:
        more = 1
        while more:
            more, good, bad = self._multi.info_read()
            for curl in good:
                self._end(curl, pycurl.E_OK, "")
            for curl, code, message in bad:
                self._end(curl, code, message)

    def _end(self, curl: Any, code: int, message: str) -> None:
        transfer = self._active.pop(curl)
        self._multi.remove_handle(curl)
        transfer.message = message
        if not transfer.done.done():
            transfer.done.set_result(code)


class _Transfer:
    """One request after another on one of libcurl's handles, which is dear to make."""

    done: "asyncio.Future[int]"

    def __init__(self, owner: CurlLoop) -> None:
        self.curl = pycurl.Curl()
        self.message = ""
        self._owner = owner
        self._has_pins = False
        self.clear()
        owner.configure(self.curl)
        self.curl.setopt(pycurl.HEADERFUNCTION, self._on_header)
        self.curl.setopt(pycurl.WRITEFUNCTION, self._on_body)
        self.curl.setopt(pycurl.OPENSOCKETFUNCTION, self._on_open)

    def clear(self) -> None:
        """Forget the request."""
        self._failure: Failure | None = None
        self._refused: str | None = None
        self._lines: list[bytes] = []
        self._header_bytes = 0
        self._status = 0
        self._has_header = False
        self._body: list[bytes] = []
        self._body_bytes = 0

    def begin(
        self, url: str, headers: list[bytes], pins: list[str], seconds: float, done: "asyncio.Future[int]"
    ) -> None:
        """Make the handle ready for a request."""
        self.done = done
        setopt = self.curl.setopt
        setopt(pycurl.URL, url)
        setopt(pycurl.HTTPHEADER, headers)
        setopt(pycurl.TIMEOUT_MS, max(1, round(seconds * 1000)))
        if pins or self._has_pins:
            setopt(pycurl.RESOLVE, pins)
            self._has_pins = bool(pins)

    def reply(self, code: int) -> Reply:
        """What the ended transfer brought; raises Failure or TimeoutError."""
        if self._failure is not None:
            raise self._failure
        # The status of an answer whose body nobody wants says all, however the transfer ended.
        if code != pycurl.E_OK and not (self._has_header and self._status != 200):
            raise self._failed(code)
        return Reply(
            status=self._status,
            headers=tuple(_header_pairs(self._lines)),
            body=self._body[0] if len(self._body) == 1 else b"".join(self._body),
        )

    def _failed(self, code: int) -> Exception:
        if code == pycurl.E_OPERATION_TIMEDOUT:
            return TimeoutError()
        if self._refused is not None:
            return Failure("refused_address", f"{self._refused} is not a public address")
        errno = self.curl.getinfo(pycurl.OS_ERRNO) if code == pycurl.E_COULDNT_CONNECT else 0
        return _failure(code, self.message, errno)

    def _stop(self, failure: Failure) -> int:
        self._failure = failure
        return _ABORT

    def _on_open(self, _: int, address: Any) -> socket.socket | int:
        opened, refused = self._owner.open_socket(address)
        self._refused = refused or self._refused
        if isinstance(opened, socket.socket):
            # libcurl takes a duplicate of it as soon as this returns.
            self._owner.call_soon(opened.close)
        return opened

    def _on_header(self, line: bytes) -> int | None:
        """Called for every line: of interim answers (1xx), of the answer, of trailers after its body."""
        self._header_bytes += len(line)
        if self._header_bytes > _MAX_HEADER_BYTES:
            return self._stop(Failure("too_large", "header of more than 100 KB"))
        if self._has_header:
            return None
        if line.strip(b"\r\n"):
            self._lines.append(line)
            return None
        return self._on_header_end()

    def _on_header_end(self) -> int | None:
        self._status = _status(self._lines[0]) if self._lines else 0
        if 100 <= self._status < 200 and self._status != 101:
            self._lines.clear()
            return None
        if not self._status:
            return self._stop(
                Failure("connection", _WORDS_OF_CODE[pycurl.E_UNSUPPORTED_PROTOCOL], transient=True)
            )
        self._has_header = True
        if self._status != 200:
            return None
        # Several that differ are refused by libcurl.
        declared = next(
            (value for name, value in _split(self._lines) if name.lower() == b"content-length"), b""
        )
        if declared.isdigit() and (len(declared) > 18 or int(declared) > self._owner.max_body_bytes):
            what = f"Content-Length is {declared[:40].decode()}"
            return self._stop(too_large(what, self._owner.max_body_bytes))
        return None

    def _on_body(self, piece: bytes) -> int | None:
        self._body_bytes += len(piece)
        if self._status != 200:
            if not 300 <= self._status < 400:
                self._body.append(piece)
            return _ABORT if self._body_bytes > _MAX_REFUSED_BYTES else None
        self._body.append(piece)
        if self._body_bytes > self._owner.max_body_bytes:
            return self._stop(too_large("body", self._owner.max_body_bytes))
        if len(self._body) > _MAX_PIECES:
            return self._stop(Failure("too_large", f"body in more than {_MAX_PIECES:,} pieces"))
        return None


def _status(line: bytes) -> int:
    words = line.split(None, 2)
    return int(words[1]) if len(words) > 1 and words[1].isdigit() and len(words[1]) == 3 else 0


def _split(lines: list[bytes]) -> list[tuple[bytes, bytes]]:
    """Names and values of header lines; a line that goes on (RFC 9112, 5.2) is put to the one before it."""
    pairs: list[tuple[bytes, bytes]] = []
    for line in lines[1:]:
        if line[:1] in (b" ", b"\t") and pairs:
            name, value = pairs[-1]
            pairs[-1] = name, value + b" " + line.strip()
        else:
            name, _, value = line.partition(b":")
            pairs.append((name, value.strip()))
    return pairs


def _header_pairs(lines: list[bytes]) -> list[tuple[str, str]]:
    return [(name.decode("latin-1"), _text(value)) for name, value in _split(lines)]


def _text(value: bytes) -> str:
    try:
        # Not what the standard says, but what sites send: Location with a path in Cyrillic.
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value.decode("latin-1")


def _failure(code: int, message: str, errno: int) -> Failure:
    """The failure that an error of libcurl means, in the words of the operating system where it has any."""
    words = message.rpartition("failure: ")[2] or f"libcurl error {code}"
    if code == pycurl.E_PEER_FAILED_VERIFICATION:
        return Failure("tls", f"certificate: {_VERIFICATION.sub('', words)}"[:200])
    if code == pycurl.E_SSL_CONNECT_ERROR and "error:" in words:
        return Failure("tls", f"TLS: {words.rpartition(':')[2].strip()}"[:200], transient=True)
    if code in (
        pycurl.E_SSL_CERTPROBLEM,
        pycurl.E_SSL_CIPHER,
        pycurl.E_SSL_INVALIDCERTSTATUS,
        pycurl.E_SSL_CACERT_BADFILE,
    ):
        return Failure("tls", f"TLS: {words}"[:200])
    if code == _E_TOO_LARGE:
        return Failure("too_large", "header of more than 100 KB")
    if code == pycurl.E_BAD_CONTENT_ENCODING:
        return Failure("bad_encoding", words[:200])
    if code == pycurl.E_URL_MALFORMAT:
        return Failure("bad_url", f"address cannot be used: {words}"[:200])
    if code == pycurl.E_COULDNT_RESOLVE_HOST:
        return Failure("dns", words[:200])
    if errno:
        return Failure("connection", os.strerror(errno), transient=True)
    return Failure("connection", _WORDS_OF_CODE.get(code, words)[:200], transient=True)
