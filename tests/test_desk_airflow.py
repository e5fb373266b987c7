"""The desk in a real Airflow: who is let in, by which way."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from lxml import html

from desk import ROOT
from deskapp import (
    FIRST,
    STORY,
    TOKEN,
    nobody,
)
from newsmonitor.warehouse import Warehouse
from newsmonitor_desk.app import create_app
from storyrows import store

SERVER = """
import os, sys, socket
told = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)
from airflow.utils.db import initdb
initdb()
import uvicorn
from airflow.api_fastapi.app import create_app
app = create_app(apps="core")
door = socket.socket()
door.bind(("127.0.0.1", 0))
door.listen()
desk = [name for name in sys.modules if name.startswith("newsmonitor_desk")]
print(door.getsockname()[1], len(desk), file=told, flush=True)
uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="off", ws="none")).run(sockets=[door])
"""


@pytest.fixture(scope="module")
def airflow(tmp_path_factory) -> Iterator[httpx.Client]:
    """The API server of a real Airflow with our plugin, a viewer and a warehouse."""
    home: Path = tmp_path_factory.mktemp("airflow")
    house = Warehouse(home / "warehouse")
    store(house, STORY)
    (home / "passwords.json").write_text(json.dumps({"reader": "reader's", "chief": "chief's"}))
    env = {
        name: value for name, value in os.environ.items() if not name.startswith(("AIRFLOW", "NEWSMONITOR"))
    }
    env |= {
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__API_AUTH__JWT_SECRET": "0123456789abcdef" * 4,
        "AIRFLOW__CORE__DAGS_FOLDER": str(home / "dags"),
        "AIRFLOW__CORE__PLUGINS_FOLDER": str(ROOT / "plugins"),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS": "reader:viewer,chief:admin",
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(home / "passwords.json"),
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{home}/airflow.db",
        "NEWSMONITOR_WAREHOUSE": str(house.root),
        "NEWSMONITOR_SEEDS": str(ROOT / "seeds"),
        "NEWSMONITOR_FEED_TOKEN": TOKEN,
    }
    env.pop("PYTHONDONTWRITEBYTECODE", None)
    with (home / "server.log").open("w+") as log:
        process = subprocess.Popen(
            [sys.executable, "-c", SERVER], env=env, stdout=subprocess.PIPE, stderr=log, text=True
        )
        try:
            line = process.stdout.readline().split()
            if not line:
                log.seek(0)
                pytest.fail(f"Airflow ended: {log.read()[-3000:]}")
            # The other processes of Airflow load the plugin too, and have no use for its pages.
            assert line[1] == "0"
            with httpx.Client(base_url=f"http://127.0.0.1:{line[0]}", timeout=60) as client:
                yield client
        finally:
            process.terminate()
            process.communicate(timeout=30)


def test_airflow_lets_its_viewers_in_by_bearer_token_and_by_cookie(airflow):
    answer = airflow.post("/auth/token", json={"username": "reader", "password": "reader's"})
    token = answer.json()["access_token"]
    paths = [f"/newsmonitor/stories/{FIRST}", "/newsmonitor/feeds/kursk.atom", "/newsmonitor/digest/default"]

    for path in paths:
        assert airflow.get(path, headers={"Authorization": f"Bearer {token}"}).status_code == 200
        assert airflow.get(path, headers={"Cookie": f"_token={token}"}).status_code == 200
        assert airflow.get(path, headers={"Authorization": f"Bearer {token[:-3]}xyz"}).status_code in (
            401,
            403,
        )

    page = airflow.get(paths[0], headers={"Cookie": f"_token={token}"})
    sheet = html.fromstring(page.content).find(".//link").get("href")
    assert sheet == "/newsmonitor/static/desk.css"
    assert (
        airflow.get(sheet, headers={"Cookie": f"_token={token}"}).headers["content-type"]
        == "text/css; charset=utf-8"
    )
    # And a viewer is nobody who may change anything.
    pause = airflow.patch(
        "/api/v2/dags/x", json={"is_paused": True}, headers={"Authorization": f"Bearer {token}"}
    )
    assert pause.status_code == 403


def test_airflow_lets_nobody_else_in_but_a_feed_reader_with_the_token(airflow):
    assert airflow.get("/newsmonitor/feeds/kursk.atom", params={"token": TOKEN}).status_code == 200
    assert airflow.get("/newsmonitor/feeds/kursk.atom", params={"token": TOKEN[:-1]}).status_code == 401
    for route in create_app(check_viewer=nobody).routes:
        path = "/newsmonitor" + route.path.format(topic_id="kursk", story_id=FIRST, rule="default")
        assert airflow.get(path).status_code == 401
    for path in ("/docs", "/openapi.json", "/redoc", "/"):
        assert airflow.get(f"/newsmonitor{path}").status_code in (401, 404)


def test_who_is_not_logged_in_is_led_to_the_login_and_back(airflow):
    answer = airflow.get(f"/newsmonitor/stories/{FIRST}")

    link = html.fromstring(answer.content).find(".//a").get("href")
    assert link == f"/api/v2/auth/login?next=%2Fnewsmonitor%2Fstories%2F{FIRST}"
    led = airflow.get(link)
    assert (
        led.status_code,
        led.headers["location"].endswith(f"next=%2Fnewsmonitor%2Fstories%2F{FIRST}"),
    ) == (307, True)
