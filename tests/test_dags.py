"""The DAGs, run by Airflow itself against a real local site."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from desk import NOON, PEACE, ROOT, TEN_MINUTES, WAR, Desk
from newsmonitor.dagdefaults import every
from newsmonitor.records import Story
from newsroom import faults

# Airflow reads its settings at import and keeps module state, so it runs in a process of its own: one for all
# of these tests, which runs the DAGs as told and prints what came of it.
DRIVER = """
import json, logging, os, sys
from datetime import datetime
# What Airflow prints goes with the errors; the answers have a file of their own.
told = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)
logging.disable(logging.CRITICAL)
from airflow.dag_processing.dagbag import DagBag
from airflow.models.asset import AssetEvent
from airflow.models.pool import Pool
from airflow.utils.db import initdb
from airflow.utils.session import create_session
initdb()
Pool.create_or_update_pool("warehouse", 1, "one writer", include_deferred=False)
bag = DagBag(dag_folder=os.environ["AIRFLOW__CORE__DAGS_FOLDER"])
assert not bag.import_errors, bag.import_errors
def describe():
    return {
        dag_id: {
            "schedule": getattr(getattr(dag.schedule, "timetable", None), "expression", dag.schedule),
            "params": {name: dag.params.get_param(name).schema for name in dag.params},
            "assets": [each.name for each in getattr(dag.timetable.asset_condition, "objects", [])],
            "tasks": {
                task.task_id: {
                    "retries": task.retries,
                    "backoff": bool(task.retry_exponential_backoff),
                    "timeout": task.execution_timeout.total_seconds() if task.execution_timeout else None,
                    "doc": task.doc_md, "display": task.task_display_name, "pool": task.pool,
                    "mapped": task.is_mapped, "label": task.map_index_template,
                    "downstream": sorted(task.downstream_task_ids),
                }
                for task in dag.tasks
            },
            "doc": dag.doc_md,
            "catchup": dag.catchup,
            "max_active_runs": dag.max_active_runs,
            "told": dag.has_on_failure_callback and all(task.has_on_failure_callback for task in dag.tasks),
        }
        for dag_id, dag in bag.dags.items()
    }
def run(dag, at, env, conf):
    os.environ.update(env)
    moment = datetime.fromisoformat(at)
    result = bag.dags[dag].test(run_after=moment, logical_date=moment, run_conf=conf)
    instances = result.get_task_instances()
    with create_session() as session:
        events = [[e.asset.name, e.extra] for e in session.query(AssetEvent).order_by(AssetEvent.id)]
    return {
        "state": str(result.state),
        "tasks": {f"{ti.task_id}[{ti.map_index}]": [str(ti.state), ti.rendered_map_index] for ti in instances},
        "counts": {ti.task_id: ti.xcom_pull(task_ids=ti.task_id, map_indexes=None if ti.map_index < 0 else ti.map_index)
                   for ti in instances if ti.state == "success"},
        "events": events,
    }
def executed():
    from airflow import plugins_manager
    plugins_manager._get_plugins()
    ours = os.environ["AIRFLOW__CORE__PLUGINS_FOLDER"]
    files = {name: getattr(module, "__file__", None) or "" for name, module in sys.modules.items()}
    return sorted(name for name, file in files.items() if "." not in name and file.startswith(ours))
def files():
    return sorted(os.path.basename(path) for path in bag.file_last_changed)
for line in sys.stdin:
    order = json.loads(line)
    answer = {"describe": describe, "executed": executed, "files": files, "run": run}[order.pop("do")](**order)
    print(json.dumps(answer), file=told, flush=True)
"""


class Airflow:
    """An Airflow of its own, driven line by line."""

    def __init__(self, home: Path) -> None:
        home.mkdir()
        env = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("AIRFLOW", "NEWSMONITOR"))
        }
        env |= {
            "AIRFLOW_HOME": str(home),
            "AIRFLOW__CORE__DAGS_FOLDER": str(ROOT / "dags"),
            "AIRFLOW__CORE__PLUGINS_FOLDER": str(ROOT / "plugins"),
            "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
            "AIRFLOW__CORE__UNIT_TEST_MODE": "False",
            "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{home}/airflow.db",
            # The processes of Airflow find what lies beside a DAG file by themselves.
            "PYTHONPATH": f"{ROOT / 'plugins'}{os.pathsep}{ROOT / 'dags'}",
        }
        env.pop("PYTHONDONTWRITEBYTECODE", None)
        self._log = (home / "driver.log").open("w+")
        self._process = subprocess.Popen(
            [sys.executable, "-c", DRIVER],
            env=env,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            text=True,
        )

    def ask(self, **order) -> dict:
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        if not answer:
            self._log.seek(0)
            pytest.fail(f"Airflow ended: {self._log.read()[-3000:]}")
        return json.loads(answer)

    def run(self, dag: str, desk: Desk, at, **conf: object) -> dict:
        settings = desk.settings()
        env = {
            "NEWSMONITOR_WAREHOUSE": str(settings.warehouse),
            "NEWSMONITOR_FEEDS": str(settings.feeds),
            "NEWSMONITOR_SEEDS": str(settings.seeds),
            "NEWSMONITOR_ALLOW_NETWORKS": "127.0.0.0/8",
            "NEWSMONITOR_ALERT_URLS": " ".join(desk.alert_urls),
        }
        return self.ask(do="run", dag=dag, at=at.isoformat(), env=env, conf=conf)

    def close(self) -> None:
        self._process.communicate(timeout=30)
        self._log.close()


@pytest.fixture(scope="module")
def airflow(tmp_path_factory):
    airflow = Airflow(tmp_path_factory.mktemp("airflow") / "home")
    yield airflow
    airflow.close()


@pytest.fixture
def desk(site, tmp_path) -> Desk:
    return Desk(site, tmp_path)


def test_the_dags_are_as_documented(airflow):
    dags = airflow.ask(do="describe")

    assert set(dags) == {"ingest_news", "recheck_stories", "retag_stories", "send_alerts"}
    assert (dags["ingest_news"]["schedule"], dags["ingest_news"]["assets"]) == ("*/5 * * * *", [])
    assert (dags["send_alerts"]["schedule"], dags["send_alerts"]["assets"]) == (
        "*/5 * * * *",
        ["stories/kursk", "stories/zaporizhzhia-npp"],
    )
    assert (dags["recheck_stories"]["schedule"], dags["recheck_stories"]["assets"]) == ("*/10 * * * *", [])
    [task] = dags["recheck_stories"]["tasks"].values()
    assert (task["mapped"], task["downstream"]) == (True, [])
    assert dags["retag_stories"]["schedule"] is None
    assert {name: schema["format"] for name, schema in dags["retag_stories"]["params"].items()} == {
        "since": "date",
        "until": "date",
    }
    assert {name: (t["pool"], t["mapped"]) for name, t in dags["retag_stories"]["tasks"].items()} == {
        "list_days": ("default_pool", False),
        "retag_day": ("warehouse", True),
    }
    tasks = dags["ingest_news"]["tasks"]
    assert {name: task["downstream"] for name, task in tasks.items()} == {
        "poll_feeds": ["fetch_pages"],
        "fetch_pages": ["file_stories"],
        "file_stories": [],
    }
    assert tasks["file_stories"]["pool"] == "warehouse"
    assert {name for name, task in tasks.items() if task["mapped"]} == {"poll_feeds", "fetch_pages"}
    for dag in dags.values():
        assert dag["doc"]
        assert (dag["catchup"], dag["max_active_runs"], dag["told"]) == (False, 1, True)
        for task in dag["tasks"].values():
            assert task["doc"]
            assert task["display"]
            assert task["retries"] >= 1
            assert task["backoff"]
            assert task["timeout"]
            assert task["label"] or not task["mapped"]


@pytest.mark.parametrize(
    ("minutes", "line"), [(1, "*/1 * * * *"), (5, "*/5 * * * *"), (30, "*/30 * * * *"), (60, "0 * * * *")]
)
def test_a_dag_that_runs_every_so_many_minutes_has_this_cron_line(minutes, line):
    assert every(minutes) == line


def test_what_the_dag_files_share_is_not_read_as_a_dag_file(airflow):
    assert airflow.ask(do="files") == [
        "ingest_news.py",
        "recheck_stories.py",
        "retag_stories.py",
        "send_alerts.py",
    ]


def test_airflow_executes_no_module_of_the_package_as_a_plugin(airflow):
    # What begins with newsmonitor_ beside it is a plugin, and means to be executed.
    assert [name for name in airflow.ask(do="executed") if not name.startswith("newsmonitor_")] == [
        "newsmonitor"
    ]


def test_a_run_stores_stories_returns_counts_and_updates_the_assets_and_a_second_adds_no_row(airflow, desk):
    desk.feed("ledger", [desk.article("/1", "Fighting near Sudzha", WAR), desk.article("/2", "Market hall")])

    first = airflow.run("ingest_news", desk, NOON)

    assert first["state"] == "success"
    assert first["tasks"]["poll_feeds[0]"] == ["success", "all feeds"]
    assert first["counts"]["file_stories"] == {"stories": 2, "duplicates": 0, "matches": 1, "alerts_owed": 0}
    assert sorted(first["events"]) == [
        ["stories", {"stories": 2, "main": 1}],
        ["stories/kursk", {"stories": 1, "main": 1}],
    ]

    rows = desk.counts()
    second = airflow.run("ingest_news", desk, NOON + TEN_MINUTES)

    assert second["state"] == "success"
    assert second["counts"]["file_stories"]["stories"] == 0
    assert second["events"] == first["events"]
    assert desk.counts() == {**rows, "polls": rows["polls"] + 1}


def test_a_run_that_is_cleared_and_run_again_adds_no_row(airflow, desk):
    desk.feed(
        "ledger", [desk.article("/1", "Fighting near Sudzha", WAR), desk.article("/2", "Market hall", PEACE)]
    )
    at = NOON + 5 * TEN_MINUTES
    first = airflow.run("ingest_news", desk, at)
    rows = desk.counts()

    again = airflow.run("ingest_news", desk, at)

    assert desk.counts() == rows
    assert again["counts"] == first["counts"]


@pytest.fixture
def messages(desk, site) -> list[dict[str, str]]:
    """What the webhook of the desk gets."""
    taken = []

    def take(exchange):
        taken.append(json.loads(exchange.request.body))
        exchange.answer(b"ok")

    site.reply("/hook", take)
    desk.alert_urls = (f"json://127.0.0.1:{site.port}/hook",)
    return taken


def test_when_no_feed_answers_the_run_fails_at_its_end_and_the_operator_is_told_once(
    airflow, desk, site, messages
):
    desk.feeds["down"] = site.reply("/down.xml", faults.reset)
    at = NOON + 8 * TEN_MINUTES

    result = airflow.run("ingest_news", desk, at)
    airflow.run("ingest_news", desk, at + TEN_MINUTES)

    assert result["state"] == "failed"
    assert result["tasks"]["poll_feeds[0]"][0] == "success"
    assert result["tasks"]["file_stories[-1]"][0] == "failed"
    [message] = messages
    assert message["title"] == "ingest_news failed: file_stories"
    assert message["message"].startswith("none of the 1 feeds answered")


def test_send_alerts_delivers_what_ingest_found(airflow, desk, messages):
    desk.feed("ledger", [desk.article("/1", "Market hall")])
    airflow.run("ingest_news", desk, NOON + 9 * TEN_MINUTES)
    desk.feed("ledger", [desk.article("/2", "Fighting near Sudzha", WAR)])
    airflow.run("ingest_news", desk, NOON + 10 * TEN_MINUTES)

    sent = airflow.run("send_alerts", desk, NOON + 10 * TEN_MINUTES)
    airflow.run("send_alerts", desk, NOON + 11 * TEN_MINUTES)

    assert sent["counts"]["send_alerts"] == {"owed": 1, "sent": 1, "failed": 0, "given_up": 0}
    assert [message["title"] for message in messages] == ["Fighting near Sudzha"]


def test_recheck_stories_finds_what_was_edited_an_hour_later(airflow, desk):
    desk.feed("ledger", [desk.article("/1", "Fighting near Sudzha", WAR)])
    desk.cycle()
    desk.article("/1", "Losses near Sudzha", WAR)

    result = airflow.run("recheck_stories", desk, NOON + 6 * TEN_MINUTES)

    assert result["tasks"] == {"recheck_stories[0]": ["success", "all stories"]}
    assert result["counts"]["recheck_stories"] == {"checked": 1, "revised": 1, "gone": 0, "failed": 0}
    assert desk.rows("select diff from revisions") == [{"diff": "# [-Fighting-]{+Losses+} near Sudzha"}]


def test_retag_stories_gives_the_chosen_days_the_tags_of_today(airflow, desk):
    later = NOON + timedelta(days=1)
    for at, path in ((NOON, "/1"), (later, "/2")):
        desk.feed("ledger", [desk.article(path, f"Fighting near Sudzha {path}", WAR)], at=at)
        desk.cycle(at)
    stories = desk.warehouse.read(Story)
    days = [NOON.date(), later.date()]
    bare = {"topics": (), "tags": (), "level": None, "matches": (), "places": (), "events": (), "actors": ()}
    desk.warehouse.replace([replace(story, **bare) for story in stories], days=days)

    result = airflow.run("retag_stories", desk, later + TEN_MINUTES, since=f"{later:%Y-%m-%d}")

    assert result["tasks"]["retag_day[0]"] == ["success", "2026-11-25"]
    assert result["counts"]["list_days"] == ["2026-11-25"]
    assert (result["counts"]["retag_day"]["stories"], result["counts"]["retag_day"]["gained"]) == (1, 1)
    assert desk.rows("select day, level from stories order by day") == [
        {"day": days[0], "level": None},
        {"day": days[1], "level": "main"},
    ]

    # Airflow keeps the params of a run in its DAG while the process lives: so the day is given here too.
    rest = airflow.run("retag_stories", desk, later + 2 * TEN_MINUTES, since=f"{NOON:%Y-%m-%d}")

    assert rest["counts"]["list_days"] == ["2026-11-25", "2026-11-24"]
    assert desk.rows("select count(*) as n from stories where level = 'main'") == [{"n": 2}]


def test_a_test_message_goes_to_every_channel_and_nothing_else_is_sent(airflow, desk, messages):
    desk.feed("ledger", [])

    result = airflow.run("send_alerts", desk, NOON + 12 * TEN_MINUTES, test=True)

    assert (result["state"], result["counts"]["send_alerts"]) == ("success", {"tested": 1})
    assert [message["title"] for message in messages] == ["A test message from newsmonitor"]

    desk.site.page("/hook", status=500)
    assert airflow.run("send_alerts", desk, NOON + 13 * TEN_MINUTES, test=True)["state"] == "failed"
