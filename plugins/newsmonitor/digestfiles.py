"""Digests as files in a folder, for a web server or a shared drive: each whole or not there at all."""

import os
import re
from contextlib import suppress
from datetime import datetime
from pathlib import Path

LATEST = "latest.html"
_UNSAFE = re.compile(r"[^\w.-]+")


def write(folder: Path, rule: str, html: str, *, until: datetime | None = None) -> Path:
    """The file of a digest, `<rule>-YYYY-MM-DDTHHMM.html` (of its end, in its own zone), written whole.

    `<rule>.html` and `latest.html` are copies of the newest, under names that stay. The same digest written again
    has the same name. Without until it is `<rule>.html` alone. Raises OSError.
    """
    folder.mkdir(parents=True, exist_ok=True)
    name = _UNSAFE.sub("-", rule).strip(".-") or "digest"
    page = html.encode("utf-8", "replace")
    if until is None:
        return _replace(folder / f"{name}.html", page)
    stamp = f"{until:%Y-%m-%dT%H%M}"
    file = _replace(folder / f"{name}-{stamp}.html", page)
    later = (each.stem[len(name) + 1 :] for each in folder.glob(f"{name}-????-??-??T????.html"))
    # One that was tried again late is not the newest.
    if stamp == max(later, default=stamp):
        _replace(folder / f"{name}.html", page)
        _replace(folder / LATEST, page)
    return file


def _replace(file: Path, page: bytes) -> Path:
    """A rename is atomic (POSIX), but only a file whose bytes are on the disk survives a power cut whole."""
    part = file.with_name(f".{file.name}.{os.getpid()}.part")
    try:
        with part.open("wb") as out:
            out.write(page)
            out.flush()
            os.fsync(out.fileno())
        part.replace(file)
    except OSError:
        with suppress(OSError):
            part.unlink()
        raise
    return file
