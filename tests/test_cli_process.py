"""The command line as a process: what only shows from outside."""

import subprocess
import sys

import pytest

from desk import ROOT, Desk
from newsmonitor import __version__
from newsroom import faults


def as_process(
    *words: str, settings: dict[str, str] | None = None, **more: object
) -> subprocess.CompletedProcess[str]:
    environment = {"PYTHONPATH": str(ROOT / "plugins"), "PATH": "/usr/bin:/bin"}
    environment |= {f"NEWSMONITOR_{name}": value for name, value in (settings or {}).items()}
    return subprocess.run(
        [sys.executable, "-m", "newsmonitor", *words],
        capture_output=True,
        text=True,
        env=environment,
        check=False,
        timeout=60,
        **more,
    )


@pytest.mark.parametrize("words, lines", [((), 0), (("--verbose",), 1)])
def test_ingest_tells_of_each_failure_where_that_is_asked_for(site, tmp_path, words, lines):
    desk = Desk(site, tmp_path)
    desk.feed("good", [desk.article("/1", "Market hall")])
    desk.feeds["down"] = site.reply("/down.xml", faults.reset)
    settings = desk.settings()

    done = as_process(
        "ingest",
        *words,
        settings={
            "WAREHOUSE": str(settings.warehouse),
            "FEEDS": str(settings.feeds),
            "ALLOW_NETWORKS": "127.0.0.0/8",
        },
    )

    assert done.returncode == 0
    told = [line for line in done.stderr.splitlines() if line.startswith("feed ")]
    assert len([line for line in told if "/down.xml: " in line]) == len(told) == lines


def test_the_module_is_the_command():
    done = as_process("--version")

    assert (done.returncode, done.stdout, done.stderr) == (0, f"newsmonitor, version {__version__}\n", "")


def test_a_reader_that_goes_away_gets_no_traceback():
    command = f"'{sys.executable}' -m newsmonitor tables | head -c 10"

    done = subprocess.run(
        command,
        shell=True,
        capture_output=True,
        text=True,
        env={"PYTHONPATH": str(ROOT / "plugins"), "PATH": "/usr/bin:/bin"},
        check=False,
        timeout=60,
    )

    assert (done.stdout, done.stderr) == ("# Tables\n\n", "")
