"""One command of the command line, run in this process."""

import json
import sys
from dataclasses import dataclass

import pytest

from newsmonitor.cli import main


@dataclass(frozen=True)
class Result:
    """The exit status of a command, and what it printed."""

    status: int
    out: str
    err: str

    @property
    def rows(self) -> list[dict]:
        return json.loads(self.out)


def command(monkeypatch, capsys, *arguments: str) -> Result:
    """What `newsmonitor <arguments>` does; a traceback is a failure of the test."""
    with monkeypatch.context() as patch:
        patch.setattr(sys, "argv", ["newsmonitor", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
    printed = capsys.readouterr()
    assert "Traceback" not in printed.out + printed.err
    return Result(ended.value.code or 0, printed.out, printed.err)
