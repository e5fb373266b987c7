"""A body without its content coding, never longer than a limit. Pure: bytes in, bytes out.

Every library here is called with a bound on its output: a body of 1 KB can unpack to a gigabyte.
"""

import zlib
from collections.abc import Callable

import brotli  # type: ignore[import-untyped]
from backports import zstd

from newsmonitor.webfailure import Failure, too_large

ACCEPTED = "gzip, deflate, br, zstd"

# Real servers send one member or frame; a thousand empty ones cost more time than they are worth.
_MAX_MEMBERS = 64
# 8 MB, the largest window that a zstd body may ask for (RFC 9659); the format itself allows terabytes.
_ZSTD_WINDOW_LOG = 23
_GZIP_MAGIC = b"\x1f\x8b"
# A frame with content, and sixteen kinds of frames to be skipped (RFC 8878, 3.1).
_ZSTD_MAGICS = (b"\x28\xb5\x2f\xfd", *(bytes([kind]) + b"\x2a\x4d\x18" for kind in range(0x50, 0x60)))

# One stream, the most bytes it may give: what it gave (one byte more means too much), and the bytes after it.
_Unpack = Callable[[bytes, int], tuple[bytes, bytes]]


def content_coding(values: list[str]) -> str:
    """The codings that Content-Encoding headers name, as "gzip" or "br,gzip"; empty for none."""
    codings = [coding.strip().lower() for coding in ",".join(values).split(",")]
    return ",".join(coding for coding in codings if coding not in ("", "identity"))


def unpacked(raw: bytes, coding: str, limit: int) -> bytes:
    """The body without its coding; raises Failure, bad_encoding or too_large.

    A body that ends too early is broken: half a feed must not pass for a whole one, its validator would hide
    the rest for good.
    """
    if not coding or not raw:
        return raw
    if coding not in _CODINGS:
        raise Failure("bad_encoding", f"content coding {coding[:40]!r} was not asked for")
    unpack, beginnings = _CODINGS[coding]
    try:
        return _members(raw, unpack, beginnings, limit)
    except (zlib.error, brotli.error, zstd.ZstdError, EOFError) as error:
        raise Failure("bad_encoding", f"broken {coding} body: {error}"[:180], transient=True) from error


def _members(raw: bytes, unpack: _Unpack, beginnings: tuple[bytes, ...], limit: int) -> bytes:
    """All members or frames of a body (RFC 1952, 2.2; RFC 8878, 3.1); what follows without being one is left."""
    body = b""
    for _ in range(_MAX_MEMBERS):
        part, raw = unpack(raw, limit - len(body))
        body += part
        if len(body) > limit:
            raise too_large("unpacked body", limit)
        if not raw.startswith(beginnings):
            return body
    raise Failure("bad_encoding", f"body of more than {_MAX_MEMBERS} compressed parts")


def _gunzip(raw: bytes, most: int) -> tuple[bytes, bytes]:
    return _zlib(raw, 31, most)


def _inflate(raw: bytes, most: int) -> tuple[bytes, bytes]:
    """zlib's format by the standard (RFC 9110, 8.4.1.2), the bare one by habit of servers."""
    try:
        return _zlib(raw, 15, most)
    except zlib.error:
        return _zlib(raw, -15, most)


def _zlib(raw: bytes, wbits: int, most: int) -> tuple[bytes, bytes]:
    unpacker = zlib.decompressobj(wbits)
    body = unpacker.decompress(raw, most + 1)
    return body, _rest(unpacker.eof, len(body) > most, unpacker.unused_data)


def _unbrotli(raw: bytes, most: int) -> tuple[bytes, bytes]:
    unpacker = brotli.Decompressor()
    # It stops at the end of the block of its buffer in which the limit lies: at most about twice as far.
    body: bytes = unpacker.process(raw, output_buffer_limit=most + 1)
    return body, _rest(unpacker.is_finished(), len(body) > most, b"")


def _unzstd(raw: bytes, most: int) -> tuple[bytes, bytes]:
    unpacker = zstd.ZstdDecompressor(options={zstd.DecompressionParameter.window_log_max: _ZSTD_WINDOW_LOG})
    body = unpacker.decompress(raw, max_length=most + 1)
    return body, _rest(unpacker.eof, len(body) > most, unpacker.unused_data)


def _rest(is_whole: bool, is_too_long: bool, rest: bytes) -> bytes:
    if not is_whole and not is_too_long:
        raise EOFError("it ends too early")
    return rest


# Each coding, and how a further member or frame of it begins.
_CODINGS: dict[str, tuple[_Unpack, tuple[bytes, ...]]] = {
    "gzip": (_gunzip, (_GZIP_MAGIC,)),
    "x-gzip": (_gunzip, (_GZIP_MAGIC,)),
    "deflate": (_inflate, ()),
    "br": (_unbrotli, ()),
    "zstd": (_unzstd, _ZSTD_MAGICS),
}
