"""`kill -9` at random points of each step: no row lost, none twice, no reader's error."""

import json
import os
import random
import signal
import subprocess
import sys
from time import monotonic

import pytest

from desk import NOON, PEACE, ROOT, TEN_MINUTES, WAR, Desk
from newsroom import Exchange

STEPS = ("poll_feeds", "fetch_pages", "file_stories", "send_alerts")

# Imports once, then runs each order in a fork of its own: what is killed is a real process at real work.
RUNNER = """
import json, logging, os, sys
from datetime import datetime
from ipaddress import ip_network
from pathlib import Path
logging.disable(logging.CRITICAL)
from newsmonitor import pipeline
from newsmonitor.settings import Settings
# All that is loaded at first use, before the first fork: the kills are to hit the work, not the imports.
import apprise, feedparser, pandas
from newsmonitor import extract, feeds, topicfile
extract.warm_up()
apprise.Apprise.instantiate("json://127.0.0.1")
for line in sys.stdin:
    order = json.loads(line)
    child = os.fork()
    if child == 0:
        os.setpgid(0, 0)
        settings = Settings.from_env(Path(order["root"])).model_copy(update={
            "warehouse": Path(order["warehouse"]), "feeds": Path(order["feeds"]),
            "allow_networks": (ip_network("127.0.0.0/8"),), "alert_urls": tuple(order["alert_urls"]),
            "fetch_per_host": 8, "fetch_pause": 0.0, "workers": 0,
        })
        status = 1
        try:
            with pipeline.open_run(datetime.fromisoformat(order["at"]), settings) as run:
                getattr(pipeline, order["step"])(run)
            status = 0
        finally:
            os._exit(status)
    print(child, flush=True)
    _, status = os.waitpid(child, 0)
    print(os.waitstatus_to_exitcode(status), flush=True)
"""

READER = """
import os, sys
os.nice(10)
from pathlib import Path
import duckdb, pandas as pd, polars as pl
from newsmonitor.warehouse import Warehouse
root, stop = Path(sys.argv[1]), Path(sys.argv[2])
keys = {"polls": "feed_url", "entries": "entry_id", "pages": "entry_id", "stories": "story_id", "alerts": "alert_id"}
house = Warehouse(root)
def by_duckdb(table, key):
    glob = f"{root}/{table}/**/*.parquet"
    return duckdb.sql(f"select count(*), count(distinct (batch, {key})) from '{glob}'").fetchone()
def by_pandas(table, key):
    rows = pd.read_parquet(root / table)
    return len(rows), len(rows[["batch", key]].drop_duplicates())
def by_polars(table, key):
    rows = pl.read_parquet(f"{root}/{table}/**/*.parquet")
    return len(rows), rows.select("batch", key).n_unique()
def by_newsmonitor_sql(table, key):
    found = house.query(f"select count(*) as n, count(distinct (batch, {key})) as k from {table}")
    return tuple(found.to_pylist()[0].values())
last, queries = dict.fromkeys(keys, 0), 0
while True:
    is_over = stop.exists()
    for table, key in keys.items():
        if not any((root / table).glob("day=*/*.parquet")):
            continue
        answers = [read(table, key) for read in (by_duckdb, by_pandas, by_polars, by_newsmonitor_sql)]
        for count, distinct in answers:
            assert count == distinct, (table, "twice", answers)
            assert count >= last[table], (table, "lost", last[table], answers)
            last[table] = count
        queries += len(answers)
        assert not is_over or len(set(answers)) == 1, (table, "not the same", answers)
    if is_over:
        break
print(queries)
"""


class Runner:
    """Runs single steps of a desk, to the end or to a kill."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        env = {**os.environ, "PYTHONPATH": str(ROOT / "plugins")}
        self._process = subprocess.Popen(
            [sys.executable, "-W", "ignore", "-c", RUNNER],
            env=env,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def start(self, step: str, at) -> int:
        settings = self.desk.settings()
        order = {
            "step": step,
            "at": at.isoformat(),
            "root": str(ROOT),
            "warehouse": str(settings.warehouse),
            "feeds": str(settings.feeds),
            "alert_urls": list(self.desk.alert_urls),
        }
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())

    def status(self) -> int:
        return int(self._process.stdout.readline())

    def run(self, step: str, at) -> float:
        """Seconds that the step took, run to its end."""
        begun = monotonic()
        self.start(step, at)
        assert self.status() == 0
        return monotonic() - begun

    def close(self) -> None:
        self._process.stdin.close()
        self._process.wait()
        self._process.stdout.close()


def kill_after(pid: int, seconds: float) -> None:
    """Send SIGKILL to a process after some seconds, unless it ends before."""
    handle = os.pidfd_open(pid)
    try:
        import select

        ended, _, _ = select.select([handle], [], [], seconds)
        if not ended:
            signal.pidfd_send_signal(handle, signal.SIGKILL)
    finally:
        os.close(handle)


@pytest.fixture
def desk(site, tmp_path) -> Desk:
    return Desk(site, tmp_path)


@pytest.fixture
def runner(desk):
    runner = Runner(desk)
    yield runner
    runner.close()


def publish(desk: Desk, cycle: int) -> list[str]:
    """New articles at two feeds, one of them about the topic, one a copy; the paths of the new ones."""
    war = desk.article(
        f"/{cycle}/war", f"Kursk region, report {cycle}", (f"Report {cycle}. " + WAR[0], WAR[1])
    )
    # No paragraph of one cycle is in another: what a site repeats is cut.
    hall = [f"{paragraph} {'Again. ' * cycle}" for paragraph in (f"Item {cycle}. " + PEACE[0], PEACE[1])]
    peace = desk.article(f"/{cycle}/hall", f"Market hall {cycle}", hall)
    copy = desk.article(f"/{cycle}/copy", f"Our own hall {cycle}", hall)
    desk.feed("a", [war, peace])
    desk.feed("b", [copy, (war[0], war[1] + "?utm_source=b")])
    return [path for _, path in (war, peace, copy)]


def test_kills_at_random_points_of_each_step_lose_no_row_and_double_none(
    desk, runner, site, tmp_path, pytestconfig
):
    wanted = pytestconfig.getoption("kills")
    taken: list[str] = []

    def take(exchange: Exchange) -> None:
        taken.append(json.loads(exchange.request.body)["title"])
        exchange.answer(b"ok")

    site.reply("/hook", take)
    desk.alert_urls = (f"json://127.0.0.1:{site.port}/hook",)
    chance = random.Random(20261124)
    # The first cycle warms up what is shared; how long a step takes is measured on the second.
    for cycle in range(2):
        publish(desk, cycle)
        usual = {step: runner.run(step, NOON + cycle * TEN_MINUTES) for step in STEPS}
    stop = tmp_path / "stop"
    reader = subprocess.Popen(
        [sys.executable, "-c", READER, str(desk.warehouse.root), str(stop)],
        env={**os.environ, "PYTHONPATH": str(ROOT / "plugins")},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )

    kills = dict.fromkeys(STEPS, 0)
    while min(kills.values()) < wanted:
        cycle += 1
        at = NOON + cycle * TEN_MINUTES
        publish(desk, cycle)
        for step in STEPS:
            for _ in range(10):
                if kills[step] >= wanted:
                    break
                pid = runner.start(step, at)
                kill_after(pid, chance.uniform(0, 1.1 * usual[step]))
                kills[step] += runner.status() == -signal.SIGKILL
            runner.run(step, at)
    stop.touch()
    queries, errors = reader.communicate(timeout=60)

    assert reader.returncode == 0, errors
    assert int(queries) > 20
    cycles = cycle + 1
    check_rows(desk, cycles)
    check_alerts(desk, cycles, taken, kills["send_alerts"])
    print(f"\n{sum(kills.values())} kills in {cycles} cycles, {queries.strip()} reads beside: {kills}")


def check_rows(desk: Desk, cycles: int) -> None:
    """Every entry once, every entry one settled page and one story, every copy a copy of the right one."""
    [row] = desk.rows(
        "select count(*) as n, count(distinct entry_id) as k, count(distinct (feed_url, entry_url)) as u from entries"
    )
    assert (row["n"], row["k"], row["u"]) == (4 * cycles,) * 3
    for table in ("pages", "stories"):
        [row] = desk.rows(f"select count(*) as n, count(distinct entry_id) as k from {table}")
        assert (row["n"], row["k"]) == (4 * cycles,) * 2, table
    kinds = desk.rows(
        "select coalesce(copy_kind, '-') as kind, count(*) as n from stories group by 1 order by 1"
    )
    assert kinds == [
        {"kind": "-", "n": 2 * cycles},
        {"kind": "exact", "n": cycles},
        {"kind": "url", "n": cycles},
    ]
    [row] = desk.rows("select count(*) as n, count(distinct (batch, feed_url)) as k from polls")
    assert row == {"n": 2 * cycles, "k": 2 * cycles}


def check_alerts(desk: Desk, cycles: int, taken: list[str], kills: int) -> None:
    """Each match after the first poll told: recorded once, sent once, or once more for a kill in between."""
    sent = desk.rows("select count(*) as n, count(distinct alert_id) as k from alerts where state = 'sent'")
    assert sent == [{"n": cycles - 1, "k": cycles - 1}]
    assert len(set(taken)) == cycles - 1
    assert len(taken) - len(set(taken)) <= kills
