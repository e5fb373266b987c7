"""The processes of an Airflow on this machine: start them, watch them, end every one of them."""

import json
import os
import signal
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic, sleep

import psutil

BIN = Path(sys.executable).parent
_PATIENCE_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Component:
    """One long-running command of Airflow, and where it writes."""

    name: str
    arguments: tuple[str, ...]


# The log servers of scheduler and triggerer listen on every interface, whatever the settings say (Airflow 3.3,
# utils/serve_logs: the host is empty). On one machine the UI reads the logs from the disk and needs neither.
COMPONENTS = (
    Component("api-server", ("api-server",)),
    Component("dag-processor", ("dag-processor",)),
    Component("scheduler", ("scheduler", "--skip-serve-logs")),
    Component("triggerer", ("triggerer", "--skip-serve-logs")),
)


@dataclass(slots=True)
class Processes:
    """What was started; the list is also on the disk, so that a launcher that was killed leaves no orphans."""

    home: Path
    environment: dict[str, str]
    started: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def start(self, component: Component) -> None:
        """Start a component in a session of its own: Ctrl-C goes to the launcher alone, which ends them in order."""
        log = self.log_of(component.name)
        with log.open("wb") as out:
            self.started[component.name] = subprocess.Popen(
                [str(BIN / "airflow"), *component.arguments],
                cwd=self.home.parent,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self._remember()

    def log_of(self, name: str) -> Path:
        folder = self.home / "logs"
        folder.mkdir(parents=True, exist_ok=True)
        return folder / f"{name}.log"

    def ended(self) -> str | None:
        """The name of a component that has ended by itself; None while all run."""
        return next((name for name, process in self.started.items() if process.poll() is not None), None)

    def stop(self) -> None:
        """End every process that was started, and all that these started."""
        end([process.pid for process in self.started.values()])
        for process in self.started.values():
            process.wait()
        self._list.unlink(missing_ok=True)

    def end_leftovers(self) -> int:
        """How many processes a launcher that was killed had left, which are ended now."""
        try:
            known = json.loads(self._list.read_text())
        except (FileNotFoundError, ValueError):
            return 0
        alive = [
            pid
            for pid, created in known
            if (p := _process(pid)) and _is_alive(p) and _created(pid) == created
        ]
        end(alive)
        self._list.unlink(missing_ok=True)
        return len(alive)

    @property
    def _list(self) -> Path:
        return self.home / "processes.json"

    def _remember(self) -> None:
        # With the time of birth: a number alone may be another process by now.
        pids = [process.pid for process in self.started.values()]
        self._list.write_text(json.dumps([(pid, _created(pid)) for pid in pids]))


def end(pids: list[int]) -> None:
    """End these processes and their descendants: asked first, killed after five seconds."""
    found = [process for pid in pids if (process := _process(pid))]
    family = {process.pid: process for process in found}
    for process in found:
        family |= {child.pid: child for child in _children(process)}
    # Interrupt to the heads alone: Airflow's commands pass it on, and their task processes finish tidily.
    for process in found:
        _send(process, signal.SIGTERM)
    left = _wait(list(family.values()))
    for pid in pids:
        # What was started since, in the same session.
        _kill_group(pid)
    for process in left:
        _send(process, signal.SIGKILL)
    _wait(left)


def _wait(processes: list[psutil.Process]) -> list[psutil.Process]:
    """Those that are still alive after five seconds.

    Not psutil's own wait: for it a dead process lives that nobody has reaped, as an orphan in a container without
    an init that does so.
    """
    until = monotonic() + _PATIENCE_SECONDS
    while (left := [process for process in processes if _is_alive(process)]) and monotonic() < until:
        sleep(0.05)
    return left


def _is_alive(process: psutil.Process) -> bool:
    try:
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def _process(pid: int) -> psutil.Process | None:
    try:
        return psutil.Process(pid)
    except psutil.NoSuchProcess:
        return None


def _children(process: psutil.Process) -> list[psutil.Process]:
    try:
        return list(process.children(recursive=True))
    except psutil.NoSuchProcess:
        return []


def _created(pid: int) -> float | None:
    process = _process(pid)
    return process.create_time() if process else None


def _send(process: psutil.Process, number: int) -> None:
    try:
        process.send_signal(number)
    except psutil.NoSuchProcess:
        return


def _kill_group(pid: int) -> None:
    try:
        os.killpg(pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return
