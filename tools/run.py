"""`make run`: Airflow on this machine with our DAGs, one plain line a cycle, until Ctrl-C.

Airflow lives under .airflow/ (SQLite, LocalExecutor) and listens on 127.0.0.1 only, so it asks nobody to log in.
Its own words go to .airflow/logs/.
"""

import argparse
import fcntl
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import httpx
from rich.console import Console

from airflow_api import ENDED, AirflowApi, DagRun
from components import BIN, COMPONENTS, Processes
from newsmonitor.context import check_settings
from newsmonitor.demo import half_a_desk
from newsmonitor.errors import NewsmonitorError
from newsmonitor.report import cycle_line
from newsmonitor.settings import Settings

ROOT = Path(__file__).resolve().parents[1]
INGEST = "ingest_news"
NEEDED_BYTES = 500_000_000
START_SECONDS = 120
# As long as the scheduler may take to begin the last interval by itself.
SELF_START_SECONDS = 6.0
LOOK_SECONDS = 1.0


class Stop(Exception):
    """The desk cannot start or go on: one plain line for the person, and the exit status."""

    def __init__(self, problem: str, status: int = 1) -> None:
        super().__init__(problem)
        self.status = status


def main() -> int:
    parser = argparse.ArgumentParser(description="The news desk on this machine.")
    parser.add_argument("--port", default="8080", help="port of the UI, on 127.0.0.1")
    parser.add_argument("--demo", action="store_true", help="on the sample site and the demo's warehouse")
    parser.add_argument("--home", type=Path, help="folder of this Airflow; the default is under .airflow/")
    options = parser.parse_args()
    asked = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: asked.set())
    try:
        port = read_port(options.port)
        with ExitStack() as stack:
            show = None
            if options.demo:
                settings, show = stack.enter_context(half_a_desk(Console(highlight=False)))
            else:
                settings = Settings.from_env()
            for note in check_settings(settings):
                print(f"newsmonitor: {note}", file=sys.stderr)
            home = home_of(options)
            stack.enter_context(only_one(home))
            if left := Processes(home, {}).end_leftovers():
                say(f"Ended {left} processes that an earlier desk had left.")
            check_machine(port, home)
            run(Desk(home, port, settings, after_first=show), asked)
    except Stop as stop:
        print(f"newsmonitor: {stop}", file=sys.stderr)
        return stop.status
    except NewsmonitorError as error:
        print(f"newsmonitor: {error}", file=sys.stderr)
        return 2
    except OSError as error:
        print(
            f"newsmonitor: {error.filename or home_of(options)}: {error.strerror or error}", file=sys.stderr
        )
        return 1
    return 0


def home_of(options: argparse.Namespace) -> Path:
    home: Path = options.home or ROOT / ".airflow" / ("demo" if options.demo else "desk")
    return home


def read_port(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 65535:
        raise Stop(f"PORT={text} is no port; give a number from 1024 to 65535, such as PORT=8081", 2)
    return int(text)


@contextmanager
def only_one(home: Path) -> Iterator[None]:
    """Hold the lock of this Airflow home; a launcher that was killed has let go of it."""
    try:
        home.mkdir(parents=True, exist_ok=True)
        handle = (home / "lock").open("a")
    except OSError as error:
        raise Stop(
            f"{home}: cannot be written ({error.strerror}); give yourself the right to write there"
        ) from error
    with handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Stop("the desk of this folder is running already; stop it there with Ctrl-C") from None
        yield


def check_machine(port: int, home: Path) -> None:
    free = shutil.disk_usage(home).free
    if free < NEEDED_BYTES:
        raise Stop(f"{home}: only {free / 1e6:.0f} MB free; free {NEEDED_BYTES / 1e6:.0f} MB and try again")
    with socket.socket() as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind(("127.0.0.1", port))
        except PermissionError:
            raise Stop(f"port {port} is not for you to open; take one from 1024 up: PORT=8081", 2) from None
        except OSError:
            raise Stop(
                f"port {port} is taken by another program; stop that, or take another: PORT={port + 1}"
            ) from None


class Desk:
    """The Airflow of one home folder and port."""

    def __init__(
        self, home: Path, port: int, settings: Settings, *, after_first: Callable[[], None] | None = None
    ) -> None:
        self.home = home
        self.after_first = after_first
        self.url = f"http://127.0.0.1:{port}"
        self.settings = settings
        self.environment = environment(home, port, settings)
        self.processes = Processes(home, self.environment)
        self.api = AirflowApi(self.url)

    def migrate(self) -> None:
        """Make the database, or bring it to this version of Airflow; nothing to do where that was done."""
        from importlib.metadata import version

        stamp, wanted = self.home / "migrated", version("apache-airflow-core")
        if stamp.is_file() and stamp.read_text() == wanted and (self.home / "airflow.db").is_file():
            return
        with self.processes.log_of("migrate").open("wb") as log:
            done = subprocess.run(
                [str(BIN / "airflow"), "db", "migrate"],
                env=self.environment,
                stdout=log,
                stderr=log,
                check=False,
            )
        if done.returncode:
            raise Stop(f"Airflow could not make its database; it says why in {self.shown_log('migrate')}")
        stamp.write_text(wanted)

    def shown_log(self, name: str) -> str:
        return shown(self.processes.log_of(name))


def environment(home: Path, port: int, settings: Settings) -> dict[str, str]:
    """The environment of every process: this Airflow and no other, and our settings as they were checked."""
    keep = {
        name: value
        for name, value in os.environ.items()
        # Connections and variables are the person's; the rest would be that of another Airflow on this machine.
        if not name.startswith("AIRFLOW") or name.startswith(("AIRFLOW_CONN_", "AIRFLOW_VAR_"))
    }
    keep.pop("PYTHONDONTWRITEBYTECODE", None)
    if not settings.alert_urls:
        # Empty, not absent: then .env would speak, and the demo alerts nobody.
        keep["NEWSMONITOR_ALERT_URLS"] = ""
    url = f"http://127.0.0.1:{port}"
    secret = read_secrets(home)
    return keep | {
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__CORE__DAGS_FOLDER": str(ROOT / "dags"),
        "AIRFLOW__CORE__PLUGINS_FOLDER": str(ROOT / "plugins"),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__EXECUTOR": "LocalExecutor",
        "AIRFLOW__CORE__PARALLELISM": "4",
        "AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION": "False",
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS": "True",
        "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"{url}/execution/",
        "AIRFLOW__CORE__FERNET_KEY": secret["fernet_key"],
        # After a crash the tasks of the dead scheduler are noticed within a minute; Airflow's own five minutes suit a
        # cluster, and hold up the next cycle here.
        "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT": "60",
        "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT_DETECTION_INTERVAL": "10",
        "AIRFLOW__SCHEDULER__ORPHANED_TASKS_CHECK_INTERVAL": "30",
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{home}/airflow.db",
        "AIRFLOW__API__HOST": "127.0.0.1",
        "AIRFLOW__API__PORT": str(port),
        "AIRFLOW__API__BASE_URL": url,
        "AIRFLOW__API__WORKERS": "1",
        "AIRFLOW__API__SECRET_KEY": secret["secret_key"],
        "AIRFLOW__API_AUTH__JWT_SECRET": secret["jwt_secret"],
        "AIRFLOW__LOGGING__BASE_LOG_FOLDER": str(home / "logs"),
        "AIRFLOW__USAGE_DATA_COLLECTION__ENABLED": "False",
        "NEWSMONITOR_WAREHOUSE": str(settings.warehouse),
        "NEWSMONITOR_SEEDS": str(settings.seeds),
        "NEWSMONITOR_FEEDS": str(settings.feeds),
        "NEWSMONITOR_ALERTS": str(settings.alerts),
        "NEWSMONITOR_POLL_MINUTES": str(settings.poll_minutes),
        # Links in messages lead to this UI, unless the person has another address for it.
        "NEWSMONITOR_UI_URL": settings.ui_url or url,
        "NEWSMONITOR_ALLOW_NETWORKS": ",".join(map(str, settings.allow_networks)),
        "NEWSMONITOR_FETCH_PER_HOST": str(settings.fetch_per_host),
        "NEWSMONITOR_FETCH_PAUSE": str(settings.fetch_pause),
        "NEWSMONITOR_SHARDS": str(settings.shards),
        "NO_PROXY": ",".join(filter(None, (os.environ.get("NO_PROXY"), "127.0.0.1,localhost"))),
    }


def read_secrets(home: Path) -> dict[str, str]:
    """The keys of this Airflow, made once; only their owner may read them."""
    path = home / "secrets.json"
    if not path.is_file():
        import base64

        made = {
            "fernet_key": base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
            "jwt_secret": secrets.token_hex(32),
            "secret_key": secrets.token_hex(32),
        }
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            json.dump(made, file)
    known: dict[str, str] = json.loads(path.read_text())
    return known


def run(desk: Desk, asked: threading.Event) -> None:
    """Start everything, tell of each cycle, and end everything: on Ctrl-C, or when a part of it dies."""
    say("Starting Airflow ...")
    begun = datetime.now(UTC)
    try:
        desk.migrate()
        for component in COMPONENTS:
            desk.processes.start(component)
        if wait_until_up(desk, asked):
            seconds = (datetime.now(UTC) - begun).total_seconds()
            say(f"The desk is open after {seconds:.0f} s: {desk.url}  (only from this machine; no login)")
            say(
                f"Stories go to {shown(desk.settings.warehouse)}; feeds come from {shown(desk.settings.feeds)}."
            )
            often = pace(desk.settings.poll_minutes)
            say(f"One line a cycle, {often}; times are UTC. Ctrl-C ends everything.\n")
            watch(desk, begun, asked)
    finally:
        say("\nStopping ...")
        desk.api.close()
        desk.processes.stop()
        say("Stopped: no process is left. The next `make run` goes on where this one was.")


def pace(minutes: int) -> str:
    """How often a cycle comes, in words."""
    return {1: "every minute", 5: "every five minutes", 60: "every hour"}.get(
        minutes, f"every {minutes} minutes"
    )


def wait_until_up(desk: Desk, asked: threading.Event) -> bool:
    """True when every component is healthy and the DAGs are read; False where Ctrl-C came first."""
    for _ in range(START_SECONDS * 2):
        raise_if_ended(desk)
        states = desk.api.components()
        try:
            if states and all(state == "healthy" for state in states.values()) and is_ready(desk):
                return True
        except httpx.HTTPError:
            # Healthy, and yet too busy to answer: asked again in a moment.
            pass
        if asked.wait(0.5):
            return False
    raise Stop(
        f"Airflow did not come up within {START_SECONDS} s; its logs are in {shown(desk.home / 'logs')}"
    )


def is_ready(desk: Desk) -> bool:
    """Whether the DAGs are read; the pool they need is made meanwhile."""
    desk.api.log_in()
    desk.api.make_pool("warehouse", 1, "One writer of stories at a time")
    if desk.api.knows(INGEST):
        return True
    if errors := desk.api.import_errors():
        raise Stop(f"Airflow cannot read a DAG: {errors[0]}")
    return False


def watch(desk: Desk, begun: datetime, asked: threading.Event) -> None:
    """Print a line for each cycle that ends, until Ctrl-C."""
    told: set[str] = set()
    up_at = datetime.now(UTC)
    first_is_sure = False
    while not asked.wait(LOOK_SECONDS):
        raise_if_ended(desk)
        try:
            runs = [
                each for each in desk.api.runs(INGEST) if each.started_at is None or each.started_at >= begun
            ]
            if (
                not runs
                and not first_is_sure
                and (datetime.now(UTC) - up_at).total_seconds() > SELF_START_SECONDS
            ):
                # The last interval was run before: do not let a person wait for the next.
                desk.api.trigger(INGEST)
            first_is_sure = first_is_sure or bool(runs)
            for each in runs:
                if each.state in ENDED and each.run_id not in told:
                    told.add(each.run_id)
                    say(line_of(desk, each))
                    if len(told) == 1 and desk.after_first is not None:
                        desk.after_first()
        except (httpx.HTTPError, KeyError, ValueError) as error:
            # The server may be busy for a moment; whether it lives is seen above.
            desk.processes.log_of("launcher").write_text(f"{datetime.now(UTC)} {error!r}\n")


def line_of(desk: Desk, run: DagRun) -> str:
    if run.state == "success":
        return cycle_line(run.run_after, desk.api.counts(INGEST, run), run.seconds)
    where = f"{desk.url}/dags/{INGEST}/runs/{run.run_id}"
    return f"{run.run_after:%H:%M}  FAILED in {desk.api.failure(INGEST, run)}\n       {where}"


def raise_if_ended(desk: Desk) -> None:
    if name := desk.processes.ended():
        lines = desk.processes.log_of(name).read_text(errors="replace").strip().splitlines()
        last = f" ({lines[-1][:160]})" if lines else ""
        raise Stop(f"Airflow's {name} has ended by itself{last}; all it said: {desk.shown_log(name)}")


def shown(path: Path) -> str:
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else str(path)


def say(text: str) -> None:
    print(text, flush=True)


if __name__ == "__main__":
    sys.exit(main())
