"""The channels of an alert file: opened one by one, so that what is wrong with one is that one's failure."""

import json
import os
import subprocess
import sys
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsmonitor import digestfiles
from newsmonitor.alertspec import AlertPlan, ChannelSpec, Rule
from newsmonitor.channels import names_for, open_channels, operator_names, url_of_connection
from newsmonitor.errors import DeliveryFailed, InputError
from newsmonitor.messages import Message
from newsmonitor.notify import Notifier
from newsmonitor.settings import Settings

ROOT = Path(__file__).resolve().parents[1]
SECRET = "hunter22-sesame"
URL = f"json://desk:{SECRET}@example.org/hook"
NONE = Settings()


def a_plan(*specs: ChannelSpec, where: str = "seeds/alerts.toml") -> AlertPlan:
    return AlertPlan(where=where, rules=(), channels=specs)


def a_channel(name: str = "desk", **more) -> ChannelSpec:
    return ChannelSpec(**{"name": name, "line": 4, **more})


def test_a_channel_has_its_address_from_the_variable_that_the_file_names(monkeypatch):
    monkeypatch.setenv("DESK_URL", URL)

    [address], problems = open_channels(a_plan(a_channel(env="DESK_URL", form="short")), NONE)

    assert (address.name, address.url, address.form) == ("desk", URL, "short")
    assert address.where == "seeds/alerts.toml, line 4"
    assert problems == {}
    assert SECRET not in repr(address)


def test_the_channels_of_the_settings_come_first_under_the_names_they_have():
    settings = Settings(alert_urls=("json://a.example.org/x", "json://b.example.org/x"))

    addresses, _ = open_channels(a_plan(a_channel(folder="/srv/digests")), settings)

    names = names_for(Rule(name="r"), a_plan(), settings)
    assert [address.name for address in addresses] == [*names, "desk"]
    assert [channel.name for channel in Notifier(addresses).channels] == [*names, "desk"]


def test_what_is_wrong_with_one_channel_is_its_own_failure_and_no_secret_is_in_it(monkeypatch):
    monkeypatch.setenv("GOOD", URL)
    monkeypatch.setenv("BAD", f"nope://{SECRET}")
    monkeypatch.setenv("EMPTY", "")
    plan = a_plan(
        a_channel("unset", env="NOBODY_SETS_THIS"),
        a_channel("empty", env="EMPTY"),
        a_channel("bad", env="BAD"),
        a_channel("unknown", connection="nobody_has_this"),
        a_channel("nowhere"),
        a_channel("good", env="GOOD"),
    )

    addresses, problems = open_channels(plan, NONE)

    assert [address.name for address in addresses] == ["good"]
    assert problems == {
        "unset": "NOBODY_SETS_THIS: is not set; set it to an Apprise URL, in the environment or in .env",
        "empty": "EMPTY: is not set; set it to an Apprise URL, in the environment or in .env",
        "bad": "seeds/alerts.toml, line 4: is none that Apprise can use; write it as Apprise names it, see "
        "github.com/caronc/apprise/wiki",
        "unknown": "connection nobody_has_this: is known to Airflow alone, if at all; or set "
        "AIRFLOW_CONN_NOBODY_HAS_THIS, which both read",
        "nowhere": "seeds/alerts.toml, line 4: the channel nowhere has no address; give it one of env, connection, "
        "folder",
    }


def test_a_name_that_is_taken_is_that_channels_failure(monkeypatch):
    monkeypatch.setenv("DESK_URL", URL)
    settings = Settings(alert_urls=("json://a.example.org/x",))
    [taken] = names_for(Rule(name="r"), a_plan(), settings)

    addresses, problems = open_channels(a_plan(a_channel(taken, env="DESK_URL")), settings)

    assert [address.url for address in addresses] == ["json://a.example.org/x"]
    assert "is there twice" in problems[taken]


def test_a_wrong_url_of_the_settings_is_an_error_as_before():
    with pytest.raises(InputError, match="URL number 2 is none that Apprise can use"):
        open_channels(a_plan(), Settings(alert_urls=("json://example.org/", "nope://x")))


def test_a_connection_is_asked_of_airflow_where_it_is_there_to_ask():
    def connections(conn_id: str) -> str:
        if conn_id != "known":
            raise InputError(f"connection {conn_id}", "is not there", "add it")
        return URL

    plan = a_plan(a_channel("a", connection="known"), a_channel("b", connection="other"))

    addresses, problems = open_channels(plan, NONE, connections)

    assert [(address.name, address.url) for address in addresses] == [("a", URL)]
    assert problems == {"b": "connection other: is not there; add it"}


CONFIG = {"config": [{"path": URL, "tag": "alerts"}]}
CONNECTIONS = {
    "apprise": json.dumps({"conn_type": "apprise", "extra": CONFIG}),
    "extra as text": json.dumps({"conn_type": "apprise", "extra": json.dumps({"config": CONFIG["config"][0]})}),
    "path": json.dumps({"conn_type": "apprise", "extra": {"path": URL}}),
    "url": json.dumps({"conn_type": "generic", "extra": {"url": URL}}),
    "password": json.dumps({"conn_type": "generic", "password": URL}),
    "the same twice": json.dumps({"conn_type": "generic", "password": URL, "extra": {"url": URL}}),
    "URI, password": "generic://:json%3A%2F%2Fdesk%3Ahunter22-sesame%40example.org%2Fhook@",
    "URI, url": "generic://?url=json%3A%2F%2Fdesk%3Ahunter22-sesame%40example.org%2Fhook",
    "URI, extra": "apprise://?__extra__=%7B%22path%22%3A%22json%3A%2F%2Fdesk%3Ahunter22-sesame%40example.org%2Fhook%22%7D",
}  # fmt: skip
NO_CONNECTIONS = {
    "no URL": (json.dumps({"conn_type": "http", "host": "example.org", "password": SECRET}), "holds no URL"),
    "two URLs": (
        json.dumps({"conn_type": "x", "password": URL, "extra": {"url": URL + "2"}}),
        "holds 2 URLs",
    ),
    "extra is no JSON": (
        json.dumps({"conn_type": "x", "extra": "{" + SECRET}),
        "has an extra that is no JSON",
    ),
    "a list": (json.dumps({"conn_type": "x", "extra": [URL]}), "holds no URL"),
    "bare URI": (f"smtp://u:{SECRET}@example.org", "holds no URL"),
}


@pytest.mark.parametrize("text", CONNECTIONS.values(), ids=CONNECTIONS)
def test_a_connection_in_the_environment_is_read_without_airflow_in_both_of_its_forms(text, monkeypatch):
    monkeypatch.setenv("AIRFLOW_CONN_DESK", text)

    [address], problems = open_channels(a_plan(a_channel(connection="desk")), NONE)

    assert (address.url, problems) == (URL, {})


@pytest.mark.parametrize("text, problem", NO_CONNECTIONS.values(), ids=NO_CONNECTIONS)
def test_a_connection_that_holds_no_single_url_is_told_and_not_shown(text, problem, monkeypatch):
    monkeypatch.setenv("AIRFLOW_CONN_DESK", text)

    addresses, problems = open_channels(a_plan(a_channel(connection="desk")), NONE)

    assert addresses == ()
    assert problem in problems["desk"]
    assert SECRET not in problems["desk"]


def test_airflow_itself_reads_the_same_from_the_same_connections(tmp_path):
    names = {f"C{number}": text for number, text in enumerate(CONNECTIONS.values())}
    wrong = {f"W{number}": text for number, (text, _) in enumerate(NO_CONNECTIONS.values())}
    code = """
import json, sys
from newsmonitor.errors import InputError
from newsmonitor_connections import connection_url
said = {}
for name in json.loads(sys.argv[1]):
    try:
        said[name] = connection_url(name.lower())
    except InputError as error:
        said[name] = "! " + str(error)
print("SAID " + json.dumps(said))
"""
    variables = {f"AIRFLOW_CONN_{name}": text for name, text in {**names, **wrong}.items()}
    done = subprocess.run(
        [sys.executable, "-c", code, json.dumps([*names, *wrong, "NOBODY"])],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
        env={
            **{name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ},
            **variables,
            "AIRFLOW_HOME": str(tmp_path),
            "AIRFLOW__CORE__UNIT_TEST_MODE": "False",
            "PYTHONPATH": os.pathsep.join([str(ROOT / "plugins"), str(ROOT / "dags")]),
        },
    )

    [line] = [line for line in done.stdout.splitlines() if line.startswith("SAID ")]
    said = json.loads(line.removeprefix("SAID "))
    assert {name: said[name] for name in names} == dict.fromkeys(names, URL)
    for name, (_, problem) in zip(wrong, NO_CONNECTIONS.values(), strict=True):
        assert said[name].startswith(f"! connection {name.lower()}: {problem}")
    assert said["NOBODY"].startswith("! connection nobody: cannot be had from Airflow (AirflowNotFound")
    assert SECRET not in "".join(text for name, text in said.items() if name not in names)


def test_airflow_passes_the_helper_by_when_it_looks_for_dags():
    # What its safe mode (core.dag_discovery_safe_mode) looks for in a file: both words, or it is not opened.
    text = (ROOT / "dags" / "newsmonitor_connections.py").read_bytes().lower()

    assert b"airflow" in text
    assert b"dag" not in text


WORDS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=9)
    | st.sampled_from([URL, "[", '{"path": 1}'])
)
KEYS = st.sampled_from(["url", "path", "config", "other"])


@given(
    st.recursive(
        WORDS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner), max_leaves=8
    )
)
def test_any_extra_is_a_url_or_refused(extra):
    try:
        url = url_of_connection("x", password=None, extra=extra)
    except InputError:
        return
    assert url == URL


def test_a_rule_goes_to_the_channels_it_names_and_default_are_those_of_the_settings():
    settings = Settings(alert_urls=("json://a.example.org/x", "json://b.example.org/x"))
    both = names_for(Rule(name="r"), a_plan(), settings)
    plan = a_plan(a_channel("desk", env="X"), a_channel("night", env="Y"))

    assert len(both) == 2
    assert names_for(Rule(name="r", channels=("desk", "default", "desk")), plan, settings) == ["desk", *both]
    assert names_for(Rule(name="r", channels=("night",)), plan, settings) == ["night"]
    assert names_for(Rule(name="r"), plan, NONE) == []
    assert names_for(Rule(name="r"), a_plan(a_channel("default", env="X")), settings) == ["default"]


def test_the_operator_is_told_on_the_marked_channels_else_on_all_but_folders():
    settings = Settings(alert_urls=("json://a.example.org/x",))
    desk, files = a_channel("desk", env="X"), a_channel("files", folder="/srv")
    names = names_for(Rule(name="r"), a_plan(), settings)

    assert operator_names(a_plan(desk, files), settings) == [*names, "desk"]
    assert operator_names(a_plan(desk, a_channel("ops", env="Y", is_operator=True)), settings) == ["ops"]


MOSCOW = timezone(timedelta(hours=3))
DIGEST = {"rule": "kursk-daily", "until": "2026-11-24T07:00:00+03:00"}


def to_folder(folder: Path, **more) -> None:
    [address], _ = open_channels(a_plan(a_channel(folder=str(folder))), NONE)
    Notifier([address]).send(
        "desk", Message(**{"title": "t", "body": "a < b", "html": "<p>Суджа", **more}), key="k"
    )


def test_a_digest_is_a_file_of_its_own_and_the_newest_has_names_that_stay(tmp_path):
    folder = tmp_path / "with space" / "digests"

    to_folder(folder, payload=DIGEST)
    to_folder(folder, payload=DIGEST)
    to_folder(folder, payload={**DIGEST, "until": "2026-11-25T07:00:00+03:00"}, html="<p>next")

    assert sorted(path.name for path in folder.iterdir()) == [
        "kursk-daily-2026-11-24T0700.html",
        "kursk-daily-2026-11-25T0700.html",
        "kursk-daily.html",
        "latest.html",
    ]
    assert (folder / "kursk-daily-2026-11-24T0700.html").read_text(encoding="utf-8") == "<p>Суджа"
    assert (folder / "latest.html").read_text() == (folder / "kursk-daily.html").read_text() == "<p>next"


def test_a_digest_that_comes_late_is_not_the_newest(tmp_path):
    for day in (25, 24):
        digestfiles.write(tmp_path, "r", f"day {day}", until=datetime(2026, 11, day, 7, tzinfo=MOSCOW))

    assert (tmp_path / "latest.html").read_text() == "day 25"
    assert (tmp_path / "r.html").read_text() == "day 25"


def test_a_relative_folder_is_taken_from_the_alert_file(tmp_path):
    plan = a_plan(a_channel(folder="../digests"), where=str(tmp_path / "seeds" / "alerts.toml"))

    [address], _ = open_channels(plan, NONE)
    Notifier([address]).send("desk", Message(title="t", body="a < b"), key="k")

    assert "a &lt; b" in (tmp_path / "digests" / "desk.html").read_text()


@pytest.mark.parametrize("rule", ["../../etc/passwd", "/abs", "..", ".hidden", "a/b\\c", ""])
def test_no_name_leads_out_of_the_folder(tmp_path, rule):
    folder = tmp_path / "in"

    digestfiles.write(folder, rule, "x", until=datetime(2026, 11, 24, tzinfo=MOSCOW))

    assert {path.parent for path in tmp_path.rglob("*.html")} == {folder}
    assert not any(path.name.startswith(".") for path in folder.iterdir())


def test_a_folder_that_cannot_be_written_is_a_failure_of_the_channel_and_leaves_no_rest(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(DeliveryFailed, match="cannot be written"):
        to_folder(tmp_path / "file")

    folder = tmp_path / "digests"
    (folder / "latest.html").mkdir(parents=True)
    with pytest.raises(DeliveryFailed, match="cannot be written"):
        to_folder(folder, payload=DIGEST)
    assert not list(folder.glob("*.part"))
    assert not list(folder.glob(".*"))


def test_a_reader_sees_the_old_file_or_the_new_one_and_nothing_between(tmp_path):
    digestfiles.write(tmp_path, "r", "old")
    with (tmp_path / "r.html").open() as reader:
        digestfiles.write(tmp_path, "r", "new")

        assert reader.read() == "old"
    assert (tmp_path / "r.html").read_text() == "new"
