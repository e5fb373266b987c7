"""`make run` as a person meets it: the launcher, real Airflow processes, real signals, and its ways to refuse."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from airflow_api import ENDED, AirflowApi, DagRun
from desk import ROOT, WAR, Desk


def environment(desk: Desk | None = None, **more: str) -> dict[str, str]:
    env = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("AIRFLOW", "NEWSMONITOR", "MAKE"))
    }
    if desk is not None:
        settings = desk.settings()
        env |= {
            "NEWSMONITOR_WAREHOUSE": str(settings.warehouse),
            "NEWSMONITOR_FEEDS": str(settings.feeds),
            "NEWSMONITOR_ALLOW_NETWORKS": "127.0.0.0/8",
        }
    return env | more


def is_alive(process: psutil.Process) -> bool:
    """Whether it runs; one that is dead and not yet reaped does not."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _airflow_home(process: psutil.Process) -> str | None:
    try:
        return process.environ().get("AIRFLOW_HOME")
    except psutil.Error:
        return None


def free_port() -> int:
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        return int(trial.getsockname()[1])


class Launcher:
    """`tools/run.py` at work, its Airflow under a folder of the test's."""

    def __init__(self, desk: Desk, port: int) -> None:
        self.home = desk.folder / "airflow"
        self.process = subprocess.Popen(
            [sys.executable, str(ROOT / "tools" / "run.py"), "--port", str(port), "--home", str(self.home)],
            env=environment(desk),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.said: list[str] = []

    def wait_for(self, pattern: str) -> str:
        """The first line that the launcher says from now on and that holds the pattern."""
        for line in self.process.stdout:
            self.said.append(line)
            if re.search(pattern, line):
                return line
        pytest.fail(f"the launcher ended without saying {pattern!r}:\n{''.join(self.said)}")

    def family(self) -> set[psutil.Process]:
        """Every process of this Airflow: what the launcher started, what that started, also what was orphaned.

        By descent and by environment: an orphan has lost its parent, and a program that sets its own title
        (the API server) its environment.
        """
        found = {process for process in psutil.process_iter() if _airflow_home(process) == str(self.home)}
        started = self.home / "processes.json"
        pids = [pid for pid, _ in json.loads(started.read_text())] if started.is_file() else []
        for pid in [self.process.pid, *pids]:
            if psutil.pid_exists(pid):
                process = psutil.Process(pid)
                found |= {process, *process.children(recursive=True)}
        return {process for process in found - {psutil.Process(os.getpid())} if is_alive(process)}

    def stop(self, number: int) -> int:
        self.process.send_signal(number)
        if number == signal.SIGKILL:
            # Its children have the other end of the pipe too.
            return self.process.wait()
        self.said += self.process.stdout.readlines()
        return self.process.wait()


@pytest.fixture
def launch(desk):
    """Start launchers; what a failed test has left of them is ended."""
    started: list[Launcher] = []

    def start(port: int) -> Launcher:
        started.append(Launcher(desk, port))
        return started[-1]

    yield start
    for launcher in started:
        if launcher.process.poll() is None:
            launcher.stop(signal.SIGTERM)
        launcher.process.stdout.close()


@pytest.fixture
def desk(site, tmp_path) -> Desk:
    desk = Desk(site, tmp_path)
    desk.feed("ledger", [desk.article("/1", "Fighting near Sudzha", WAR), desk.article("/2", "Market hall")])
    return desk


def listeners(processes: set[psutil.Process]) -> set[str]:
    """The addresses that these processes listen on."""
    return {
        connection.laddr.ip
        for process in processes
        for connection in process.net_connections("tcp")
        if connection.status == psutil.CONN_LISTEN
    }


def run_of(api: AirflowApi, run_id: str) -> DagRun:
    return next(run for run in api.runs("ingest_news") if run.run_id == run_id)


def clear_and_wait(launcher: Launcher, api: AirflowApi, run_id: str, task: str) -> None:
    """Clear one task of a run, as the button in the UI does, and wait until the run has ended again."""
    body = {"dag_run_id": run_id, "task_ids": [task], "dry_run": False, "only_failed": False}
    before = run_of(api, run_id).ended_at
    api._client.post("/api/v2/dags/ingest_news/clearTaskInstances", json=body).raise_for_status()
    while (run := run_of(api, run_id)).state not in ENDED or run.ended_at == before:
        assert launcher.process.poll() is None
    assert run.state == "success"


def rows_of(desk: Desk) -> dict[str, int]:
    """Rows of every table; of the polls those beyond one for each feed and run, for the next run may come by."""
    [polls] = desk.rows("select count(*) - count(distinct (batch, feed_url)) as n from polls")
    return {**desk.counts(), "polls": polls["n"]}


def test_the_first_cycle_comes_by_itself_any_task_may_be_cleared_and_ctrl_c_leaves_no_process(desk, launch):
    port = free_port()
    launcher = launch(port)

    line = launcher.wait_for("stored")

    assert (
        "1 of 1 feed answered, 2 new entries, 2 stories stored (0 duplicates), 1 match, 0 alerts owed" in line
    )
    family = launcher.family()
    assert len(family) >= 4
    assert listeners(family) == {"127.0.0.1"}

    api = AirflowApi(f"http://127.0.0.1:{port}")
    api.log_in()
    # The first: at a full five minutes the next one has begun meanwhile.
    run, *_ = api.runs("ingest_news", limit=5)
    rows, counts = rows_of(desk), api.counts("ingest_news", run)
    for task in ("poll_feeds", "fetch_pages", "file_stories"):
        clear_and_wait(launcher, api, run.run_id, task)
    assert rows_of(desk) == rows
    assert api.counts("ingest_news", run_of(api, run.run_id)) == counts
    api.close()

    assert launcher.stop(signal.SIGINT) == 0
    assert launcher.family() | {process for process in family if is_alive(process)} == set()
    assert "no process is left" in launcher.said[-1]


def test_a_killed_launcher_leaves_orphans_that_the_next_one_ends(desk, launch):
    port = free_port()
    killed = launch(port)
    killed.wait_for("The desk is open")
    orphans = killed.family() - {psutil.Process(killed.process.pid)}
    killed.stop(signal.SIGKILL)

    launcher = launch(port)
    launcher.wait_for("The desk is open")

    assert any("that an earlier desk had left" in line for line in launcher.said)
    assert len(orphans) >= 4
    assert [process for process in orphans if is_alive(process)] == []
    assert launcher.stop(signal.SIGTERM) == 0
    assert launcher.family() == set()


def refused(*arguments: str, **env: str) -> tuple[int, list[str]]:
    """The status of a launcher that does not start, and what it said."""
    done = subprocess.run(
        [sys.executable, str(ROOT / "tools" / "run.py"), *arguments],
        env=environment(**env),
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Traceback" not in done.stderr
    return done.returncode, done.stderr.splitlines()


def test_a_taken_port_is_one_line_with_another_to_take(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        status, said = refused("--port", str(port), "--home", str(tmp_path / "airflow"))

    assert status == 1
    assert said == [
        f"newsmonitor: port {port} is taken by another program; stop that, or take another: PORT={port + 1}"
    ]


@pytest.mark.parametrize("port", ["eighty", "0", "65536", "-1", ""])
def test_a_port_that_is_none_is_one_line(tmp_path, port):
    status, [line] = refused(f"--port={port}", "--home", str(tmp_path / "airflow"))

    assert status == 2
    assert line.startswith(f"newsmonitor: PORT={port} is no port; give a number")


def test_a_wrong_setting_is_told_before_anything_starts(tmp_path):
    status, [line] = refused("--home", str(tmp_path / "airflow"), NEWSMONITOR_FEEDS=str(tmp_path / "no.opml"))

    assert status == 2
    assert str(tmp_path / "no.opml") in line
    assert not (tmp_path / "airflow").exists()


def test_a_home_that_cannot_be_made_is_one_line(tmp_path):
    (tmp_path / "file").write_text("in the way")

    status, [line] = refused("--home", str(tmp_path / "file" / "airflow"))

    assert status == 1
    assert "cannot be written (Not a directory)" in line


def make(folder: Path, *arguments: str, **env: str) -> tuple[int, str]:
    done = subprocess.run(
        ["make", "-C", str(folder), *arguments],
        env=environment(**env),
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Traceback" not in done.stderr
    return done.returncode, next(line for line in done.stderr.splitlines() if not line.startswith("make"))


@pytest.fixture
def copy(tmp_path) -> Path:
    """The parts of the project that an install needs, in a folder with no .venv."""
    folder = tmp_path / "clone"
    shutil.copytree(ROOT / "tools", folder / "tools", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("Makefile", "requirements.txt", "pyproject.toml"):
        shutil.copy(ROOT / name, folder)
    return folder


def test_without_a_python_make_says_which_to_install(copy):
    status, line = make(copy, "run", "PYTHON=")

    assert status != 0
    assert line.startswith("newsmonitor: no Python from 3.11 to 3.13 was found; install one")


def test_without_a_network_the_install_says_so(copy):
    status, line = make(
        copy,
        "run",
        f"PYTHON={sys.executable}",
        PIP_INDEX_URL="http://127.0.0.1:9/simple",
        PIP_EXTRA_INDEX_URL="",
        PIP_FIND_LINKS="",
        PIP_CONFIG_FILE=os.devnull,
        PIP_RETRIES="0",
        PIP_NO_CACHE_DIR="1",
    )

    assert status != 0
    assert line.startswith("newsmonitor: the package index cannot be reached: check the network")
    assert not (copy / ".venv" / ".installed").exists()
