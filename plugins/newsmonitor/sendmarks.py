"""What is being sent at this moment, a small file for each channel: what a killed sender leaves behind.

A killed sender cannot say whether the channel had taken its last message. The file says which one that was, so that
the next run can write it into the ledger.
"""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any


class SendMarks:
    """The marks below one folder; each channel is used by one thread at a time."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @contextmanager
    def sending(self, channel: str, what: dict[str, Any]) -> Iterator[None]:
        """Keep a mark of what is sent to the channel until it is recorded; a kill inside leaves it there."""
        path = self._folder / f"{channel}.json"
        self._folder.mkdir(parents=True, exist_ok=True)
        temporary = path.with_suffix(f".{os.getpid()}")
        temporary.write_text(json.dumps({**what, "channel": channel}), encoding="utf-8")
        temporary.replace(path)
        yield
        path.unlink(missing_ok=True)

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
