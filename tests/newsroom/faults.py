"""Ways for a site to go wrong. Each is a reply, or makes one: `site.reply("/feed.xml", faults.hang)`."""

import gzip
import zlib
from contextlib import suppress
from functools import partial

import brotli
from backports import zstd

from newsroom.site import Exchange, Reply

OK = b"HTTP/1.1 200 OK\r\n"


def raw(*parts: bytes) -> Reply:
    """These bytes and nothing else, then the end of the connection."""

    def reply(exchange: Exchange) -> None:
        exchange.send(b"".join(parts))

    return reply


def hang(exchange: Exchange) -> None:
    """Takes the request and never answers."""
    exchange.wait_for_client()


def hang_after_headers(exchange: Exchange) -> None:
    """Promises a body that never comes."""
    exchange.send(OK + b"Content-Length: 10\r\n\r\n")
    exchange.wait_for_client()


def drip(exchange: Exchange) -> None:
    """A byte every hundredth of a second, for ever."""
    with suppress(OSError):
        exchange.send(OK + b"Content-Length: 1000000\r\n\r\n")
        while not exchange.wait(0.01):
            exchange.send(b".")


def drip_headers(exchange: Exchange) -> None:
    """A status line, then a header that grows by a byte every hundredth of a second, for ever."""
    with suppress(OSError):
        exchange.send(OK + b"X-Slow: ")
        while not exchange.wait(0.01):
            exchange.send(b".")


def endless(exchange: Exchange) -> None:
    """A body without a length that goes on as fast as the client takes it."""
    with suppress(OSError):
        exchange.send(OK + b"Connection: close\r\n\r\n")
        while not exchange.wait(0):
            exchange.send(b"n" * 65536)


def crumbs(exchange: Exchange) -> None:
    """A chunked body, one byte a chunk, for ever: cheap to send, dear to parse."""
    with suppress(OSError):
        exchange.send(OK + b"Transfer-Encoding: chunked\r\n\r\n")
        while not exchange.wait(0):
            exchange.send(b"1\r\nn\r\n" * 10_000)


def reset(exchange: Exchange) -> None:
    """A TCP reset instead of an answer."""
    exchange.reset()


def bomb(decoded_bytes: int) -> Reply:
    """A small gzip body that unpacks to so many bytes."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    parts = [packer.compress(bytes(1 << 20)) for _ in range(decoded_bytes >> 20)]
    body = b"".join([*parts, packer.compress(bytes(decoded_bytes % (1 << 20))), packer.flush()])
    return encoded("gzip", body)


def packed_bomb(coding: str, decoded_bytes: int) -> Reply:
    """A small body in br or zstd that unpacks to so many bytes."""
    pack = {"br": partial(brotli.compress, quality=4), "zstd": zstd.compress}[coding]
    return encoded(coding, pack(bytes(decoded_bytes)))


def encoded(coding: str, body: bytes) -> Reply:
    """This body, said to be in this content coding."""
    return raw(OK, f"Content-Encoding: {coding}\r\nContent-Length: {len(body)}\r\n\r\n".encode(), body)


def broken_gzip(page: bytes) -> Reply:
    """A gzip body whose checksum is wrong, as after a fault in a cache."""
    packed = bytearray(gzip.compress(page))
    packed[-8] ^= 0xFF
    return encoded("gzip", bytes(packed))


def cut_gzip(page: bytes) -> Reply:
    """A gzip body that ends early, with a Content-Length that agrees."""
    return encoded("gzip", gzip.compress(page)[:-12])


def wrong_length(body: bytes, declared: int) -> Reply:
    """A body that is not as long as its Content-Length says."""
    return raw(OK, f"Content-Length: {declared}\r\nConnection: close\r\n\r\n".encode(), body)


def many_headers(count: int, body: bytes) -> Reply:
    """A proper answer behind so many headers."""
    lines = b"".join(b"X-Header-%d: value\r\n" % number for number in range(count))
    return raw(OK, lines, b"Content-Length: %d\r\nConnection: close\r\n\r\n" % len(body), body)


def long_header(length: int) -> Reply:
    """A proper answer with one header of so many bytes."""
    return raw(OK, b"X-Long: " + b"x" * length + b"\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")


def long_trailers(body: bytes, length: int) -> Reply:
    """A proper chunked answer whose trailers have so many bytes together."""
    lines = b"".join(b"X-Trailer-%d: value\r\n" % number for number in range(length // 20))
    chunk = b"%x\r\n%b\r\n0\r\n" % (len(body), body)
    return raw(OK, b"Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n", chunk, lines, b"\r\n")


def redirect(location: str, status: int = 302) -> Reply:
    """Sends the client on to another address."""
    return raw(
        f"HTTP/1.1 {status} Elsewhere\r\nLocation: {location}\r\nContent-Length: 0\r\n".encode(),
        b"Connection: close\r\n\r\n",
    )
