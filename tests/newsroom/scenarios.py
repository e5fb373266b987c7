"""What scenarios are made of: feeds with honest validators, answers in turn, answers that are no answers."""

import gzip
import zlib
from collections.abc import Iterable, Sequence
from hashlib import sha256

from newsroom.feedbytes import Item, rss, stories
from newsroom.feedsite import Behaviour, RawReply, Reply, Visit, Wire

OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml\r\n"


def etag_of(body: bytes) -> str:
    return f'"{sha256(body).hexdigest()[:16]}"'


def document(body: bytes, **headers: str) -> Behaviour:
    """This body, with an honest ETag; 304 to who has it. Headers as Content_Type="text/xml"; "" for none."""
    named = {"ETag": etag_of(body), **{name.replace("_", "-"): value for name, value in headers.items()}}

    def behave(visit: Visit) -> Reply:
        if visit.carries(etag=named["ETag"]):
            return Reply(status=304, headers={"ETag": named["ETag"]})
        return Reply(body=body, headers=named)

    return behave


def feed(*numbers: int, **headers: str) -> Behaviour:
    """A proper feed of these stories, with an honest ETag."""
    return document(rss(stories(*numbers)), **headers)


def items(found: Iterable[Item], **headers: str) -> Behaviour:
    """A proper feed of these items, with an honest ETag."""
    return document(rss(found), **headers)


def status(code: int, body: bytes = b"", **headers: str) -> Behaviour:
    """An answer of this status."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda visit: Reply(status=code, body=body, headers=named)


def raw(*parts: bytes) -> Behaviour:
    """These bytes and nothing else, then the end of the connection."""

    async def reply(wire: Wire) -> None:
        wire.send(*parts)

    return lambda visit: reply


def on_the_wire(reply: RawReply) -> Behaviour:
    """An answer that is written by hand."""
    return lambda visit: reply


def redirect(location: str, code: int = 302) -> Behaviour:
    """Sends the client on; {base} stands for the scenario's folder."""
    return lambda visit: Reply(status=code, headers={"Location": location.format(base=visit.base)})


def in_turn(*behaviours: Behaviour) -> Behaviour:
    """The first at the first poll, the second at the second, the last from then on."""
    return lambda visit: behaviours[min(visit.poll, len(behaviours)) - 1](visit)


def at_paths(**behaviours: Behaviour) -> Behaviour:
    """A folder of several files: feed=..., login=... stand for feed.xml and login.xml; else 404."""
    files = {f"{name}.xml": behaviour for name, behaviour in behaviours.items()}
    return lambda visit: files.get(visit.path, status(404))(visit)


def with_header_lines(lines: Sequence[bytes], body: bytes) -> Behaviour:
    """An answer with these lines among its header, as they are."""
    length = b"Content-Length: %d\r\nConnection: close\r\n\r\n" % len(body)
    return raw(OK, *(line + b"\r\n" for line in lines), length, body)


def bomb(decoded_bytes: int) -> bytes:
    """A little gzip that unpacks to so many bytes."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    return b"".join(packer.compress(bytes(1 << 20)) for _ in range(decoded_bytes >> 20)) + packer.flush()


def broken_gzip(body: bytes) -> bytes:
    """A gzip whose checksum is wrong, as after a fault in a cache."""
    packed = bytearray(gzip.compress(body))
    packed[-8] ^= 0xFF
    return bytes(packed)


async def hang(wire: Wire) -> None:
    """Takes the request and never answers."""
    await wire.hang()


async def reset(wire: Wire) -> None:
    """A TCP reset instead of an answer."""
    wire.reset()


async def reset_after_headers(wire: Wire) -> None:
    """Headers, a piece of the body, and a TCP reset."""
    wire.send(OK, b"Content-Length: 5000\r\n\r\n<rss version='2.0'>")
    await wire.is_open(0.05)
    wire.reset()


async def drip(wire: Wire) -> None:
    """A letter every hundredth of a second, for ever."""
    wire.send(OK, b"Content-Length: 1000000\r\n\r\n")
    while await wire.is_open(0.01):
        wire.send(b" ")


async def endless(wire: Wire) -> None:
    """A body without a length that goes on as long as the client takes it."""
    wire.send(OK, b"Connection: close\r\n\r\n<rss version='2.0'><channel>")
    while await wire.is_open(0.001):
        wire.send(b"<item/>" * 9000)
