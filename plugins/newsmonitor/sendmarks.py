"""What is being sent at this moment, a small file for each channel: what a killed sender leaves behind.

A killed sender cannot say what came of its last message. The file says which one that was, and from the moment of the
channel's yes on that it was taken; so the next run writes into the ledger what is known, and sends again only what
nobody knows of.
"""

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Mark:
    """What is being sent to one channel."""

    path: Path
    what: Mapping[str, Any]

    def taken(self) -> None:
        """Note that the channel has said yes; a file and a rename, a hundredth of the time that a row takes."""
        self.write(is_taken=True)

    def write(self, *, is_taken: bool) -> None:
        """Put the file into its place at once."""
        temporary = self.path.with_suffix(f".{os.getpid()}")
        temporary.write_text(json.dumps({**self.what, "is_taken": is_taken}), encoding="utf-8")
        temporary.replace(self.path)


class SendMarks:
    """The marks below one folder; each channel is used by one thread at a time."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @contextmanager
    def sending(self, channel: str, what: Mapping[str, Any]) -> Iterator[Mark]:
        """Keep a mark of what is sent to the channel until it is recorded; a kill inside leaves it there."""
        self._folder.mkdir(parents=True, exist_ok=True)
        mark = Mark(self._folder / f"{channel}.json", {**what, "channel": channel})
        mark.write(is_taken=False)
        yield mark
        mark.path.unlink(missing_ok=True)

    def left_behind(self) -> list[dict[str, Any]]:
        """What killed senders were sending, by channel; a file that cannot be read is no mark."""
        found = []
        for path in sorted(self._folder.glob("*.json")):
            try:
                found.append(json.loads(path.read_text(encoding="utf-8")))
            except (OSError, ValueError):
                continue
        return [mark for mark in found if isinstance(mark, dict)]

    def clear(self) -> None:
        """Forget all marks, once they are recorded."""
        for path in self._folder.glob("*"):
            path.unlink(missing_ok=True)
