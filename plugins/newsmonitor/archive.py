"""The page archive: what was fetched, as it came, in WARC 1.1 files that the usual tools of web archives read.

A batch writes a file of its own for each attempt, `day=YYYY-MM-DD/<batch>-000.warc.gz`, and never touches an
older one, so neither a retry nor a torn end of an attempt that was killed can harm what is stored. Each record
is a gzip member of its own: a reference is a file, an offset and the SHA-256 of the body, and what stands behind
a torn record does not matter. A file to which no row refers is harmless. A day is forgotten whole. The source of
the format is ISO 28500:2017.

The digests inside the files are SHA-1 in base 32, which the tools of web archives expect; SHA-256 stands in the
reference, for a row is to prove which bytes it was read from.
"""

import errno
import os
import re
import zlib
from collections.abc import Iterable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from hashlib import sha256
from http import HTTPStatus
from io import BytesIO
from itertools import count
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import urlsplit

from warcio.archiveiterator import WARCIterator
from warcio.exceptions import ArchiveLoadFailed
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from newsmonitor.errors import NewsmonitorError

Headers = tuple[tuple[str, str], ...]

# Stored bodies are without chunks and content coding, so the headers that tell of them, or of the length before,
# get a prefix; Common Crawl's is used, since tools know it. A header that had it from the start gets a second.
_PREFIX = "X-Crawl-"
_PREFIXED = frozenset({"content-encoding", "content-length", "transfer-encoding"})
# A line break inside a header would be read back as two of them.
_LINE_BREAKS = str.maketrans({"\r": " ", "\n": " ", "\0": " "})
_DAY = r"day=([0-9]{4}-[0-9]{2}-[0-9]{2})"
_DAY_FOLDER = re.compile(_DAY)
# Those of earlier versions end after the offset.
_REFERENCE = re.compile(
    rf"(?P<file>{_DAY}/[A-Za-z0-9_][A-Za-z0-9._-]*\.warc\.gz)#(?P<offset>[0-9]{{1,15}})"
    r"(?::sha256-(?P<digest>[0-9a-f]{64}))?"
)
# zlib's own default: level 9, which warcio would use, takes three times as long for 1 % less (measured on pages).
_GZIP_LEVEL = 6
_READ_BYTES = 1 << 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Capture:
    """One archived page: what the server sent, the body without its content coding."""

    url: str
    status: int
    headers: Headers
    body: bytes
    fetched_at: datetime


class CaptureMissing(NewsmonitorError):
    """The archive holds no whole capture at a reference."""

    def __init__(self, ref: str, reason: str) -> None:
        super().__init__(ref, reason)
        self.ref = ref
        self.reason = reason

    def __str__(self) -> str:
        return f"{self.ref}: {self.reason}"


class Archive:
    """All captured pages under one folder."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def open(self, day: date, batch: str) -> "ArchiveWriter":
        """A writer for one attempt of one batch, to be used as a context manager. No file before the first page."""
        return ArchiveWriter(self._root, day, batch)

    def read(self, ref: str) -> Capture:
        """The capture at a reference that a writer gave. Raises CaptureMissing: unknown, gone, torn or another."""
        place = _REFERENCE.fullmatch(ref)
        if place is None:
            raise CaptureMissing(ref, "not a reference into the archive")
        try:
            with (self._root / place["file"]).open("rb") as file:
                file.seek(int(place["offset"]))
                capture = _read(file)
        except FileNotFoundError as error:
            raise CaptureMissing(ref, "the file is not there") from error
        except (ArchiveLoadFailed, OSError, ValueError, EOFError, zlib.error) as error:
            raise CaptureMissing(ref, f"no whole capture there: {error}") from error
        if place["digest"] not in (None, sha256(capture.body).hexdigest()):
            raise CaptureMissing(ref, "another page stands there: its SHA-256 differs")
        return capture

    def forget(self, before: date) -> int:
        """How many days were removed: the folders of the days before this one, with all that is in them.

        What was left by a removal that was killed is removed too. A folder that is a link stays: somebody put it
        elsewhere on purpose. A reader at work keeps what it has open, and is told at its next page.
        """
        old = [folder for day, folder in self._days() if day < before]
        return sum(_remove(folder) for folder in old)

    def oldest_day(self) -> date | None:
        """The first day of which captures are kept; None where there are none."""
        return min((day for day, _ in self._days()), default=None)

    def _days(self) -> Iterator[tuple[date, Path]]:
        with suppress(FileNotFoundError), os.scandir(self._root) as found:
            for folder in found:
                name = _DAY_FOLDER.fullmatch(folder.name)
                if name and folder.is_dir(follow_symlinks=False):
                    with suppress(ValueError):
                        yield date.fromisoformat(name[1]), Path(folder.path)


def day_of(ref: str) -> date | None:
    """The day whose folder a reference names; None where it is no reference."""
    place = _REFERENCE.fullmatch(ref)
    with suppress(ValueError):
        return date.fromisoformat(place[2]) if place else None
    return None


class ArchiveWriter:
    """Appends captures to one new file; for one thread at a time.

    A reference is good to be stored after `sync`, not before: until then a crash can take the page away.
    """

    def __init__(self, root: Path, day: date, batch: str) -> None:
        self._root = root
        self._folder = root / f"day={day.isoformat()}"
        self._batch = re.sub(r"[^A-Za-z0-9._-]+", "-", batch).strip(".-")[:150] or "batch"
        self._file: BinaryIO | None = None
        self._name = ""

    def __enter__(self) -> "ArchiveWriter":
        return self

    def __exit__(self, kind: type[BaseException] | None, *error: object) -> None:
        if self._file is None:
            return
        with closing(self._file):
            if kind is None:
                self.sync()

    def write(
        self,
        *,
        url: str,
        status: int,
        headers: Iterable[tuple[str, str]],
        body: bytes,
        fetched_at: datetime,
        request_headers: Iterable[tuple[str, str]],
    ) -> str:
        """The reference of the page: file, offset of its response record, digest. A request record follows it.

        fetched_at is a time with a zone. Raises OSError when the disk is full.
        """
        file = self._file or self._create()
        offset = file.tell()
        response, request = _records(url, status, tuple(headers), body, fetched_at, tuple(request_headers))
        file.write(_packed(response))
        file.write(_packed(request))
        return f"{self._folder.name}/{self._name}#{offset}:sha256-{sha256(body).hexdigest()}"

    def sync(self) -> None:
        """Return when everything written so far would survive a power cut."""
        if self._file is not None:
            self._file.flush()
            os.fsync(self._file.fileno())
            for folder in (self._folder, self._root):
                _sync_folder(folder)

    def _create(self) -> BinaryIO:
        """A file that did not exist: the first number that no other attempt has taken."""
        self._folder.mkdir(parents=True, exist_ok=True)
        for number in count():
            name = f"{self._batch}-{number:03d}.warc.gz"
            try:
                self._file = (self._folder / name).open("xb")
            except FileExistsError:
                continue
            self._name = name
            break
        assert self._file is not None
        info = {"software": "newsmonitor", "format": "WARC File Format 1.1", "isPartOf": self._batch}
        self._file.write(_packed(_builder().create_warcinfo_record(self._name, info)))
        return self._file


class _Utf8Headers(StatusAndHeaders):  # type: ignore[misc]  # warcio has no types
    """HTTP headers written as they were read; warcio would percent-encode what is not ASCII."""

    def to_ascii_bytes(self, filter_func: Any = None) -> bytes:
        return bytes(self.to_bytes(filter_func))


def _builder(out: BinaryIO | None = None) -> Any:
    return WARCWriter(out, gzip=False, warc_version="1.1")


def _packed(record: Any) -> bytes:
    """A WARC record as a gzip member of its own."""
    plain = BytesIO()
    _builder(plain).write_record(record)
    packer = zlib.compressobj(_GZIP_LEVEL, zlib.DEFLATED, 31)
    return packer.compress(plain.getbuffer()) + packer.flush()


def _records(
    url: str, status: int, headers: Headers, body: bytes, fetched_at: datetime, request_headers: Headers
) -> tuple[Any, Any]:
    """The response and the request, which names the response as its counterpart."""
    when = fetched_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    builder = _builder()
    response = builder.create_warc_record(
        url,
        "response",
        payload=BytesIO(body),
        length=len(body),
        warc_headers_dict={"WARC-Date": when},
        http_headers=_Utf8Headers(_status_line(status), _stored(headers, len(body)), protocol="HTTP/1.1"),
    )
    counterpart = response.rec_headers.get_header("WARC-Record-ID")
    request = builder.create_warc_record(
        url,
        "request",
        warc_headers_dict={"WARC-Date": when, "WARC-Concurrent-To": counterpart},
        http_headers=_Utf8Headers(f"{_target(url)} HTTP/1.1", _clean(request_headers), protocol="GET"),
    )
    return response, request


def _status_line(status: int) -> str:
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return f"{status} Unknown"


def _target(url: str) -> str:
    parts = urlsplit(url)
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def _clean(headers: Headers) -> list[tuple[str, str]]:
    return [(name.translate(_LINE_BREAKS), value.translate(_LINE_BREAKS)) for name, value in headers]


def _stored(headers: Headers, length: int) -> list[tuple[str, str]]:
    """The headers that fit the body as it is stored, the others under the prefix."""
    stored = [(_PREFIX + name if _is_prefixed(name) else name, value) for name, value in _clean(headers)]
    return [*stored, ("Content-Length", str(length))]


def _is_prefixed(name: str) -> bool:
    return name.lower() in _PREFIXED or name.startswith(_PREFIX)


def _restored(headers: Iterable[tuple[str, str]]) -> Headers:
    """The headers as the server sent them: ours left out, the prefix taken off."""
    return tuple(
        (name.removeprefix(_PREFIX), value) for name, value in headers if name.lower() != "content-length"
    )


def _read(file: BinaryIO) -> Capture:
    record = next(iter(WARCIterator(BytesIO(_unpacked(file)), check_digests="raise")), None)
    if record is None or record.rec_type != "response" or record.http_headers is None:
        raise ValueError("not a response record")
    # Not its content_stream, which would unpack once more what only looks packed.
    body = record.raw_stream.read()
    if str(len(body)) != record.http_headers.get_header("Content-Length"):
        raise ValueError("the record is cut off")
    return Capture(
        url=record.rec_headers.get_header("WARC-Target-URI"),
        status=int(record.http_headers.get_statuscode()),
        headers=_restored(record.http_headers.headers),
        body=body,
        fetched_at=datetime.fromisoformat(record.rec_headers.get_header("WARC-Date", "")),
    )


def _unpacked(file: BinaryIO) -> bytes:
    """The gzip member that begins here, whole: warcio itself takes one that is cut off for one that ends there."""
    unpacker = zlib.decompressobj(31)
    parts = []
    while not unpacker.eof:
        packed = file.read(_READ_BYTES)
        if not packed:
            raise EOFError("the record is cut off")
        parts.append(unpacker.decompress(packed))
    return b"".join(parts)


def _remove(folder: Path) -> bool:
    """Remove a folder and what is in it; false where it is still there, or where another process was faster."""
    with suppress(FileNotFoundError), os.scandir(folder) as found:
        for entry in list(found):
            if entry.is_dir(follow_symlinks=False):
                _remove(Path(entry.path))
            else:
                Path(entry.path).unlink(missing_ok=True)
    try:
        folder.rmdir()
    except OSError as error:
        # A run of that day has just begun a file in it.
        if error.errno not in (errno.ENOENT, errno.ENOTEMPTY):
            raise
        return False
    return True


def _sync_folder(folder: Path) -> None:
    """Make the names in a folder durable: a file whose name is lost is lost."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
