"""Settings of a person: read from one place, wrong ones told in one line that names where and how to mend it."""

import os
from ipaddress import ip_network
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from newsmonitor.errors import InputError
from newsmonitor.settings import Settings

ROOT = Path(__file__).resolve().parents[1]
SECRET = "hunter22-sesame"


@pytest.fixture(autouse=True)
def no_settings_of_the_person_who_runs_this(monkeypatch):
    for name in list(os.environ):
        if name.upper().startswith("NEWSMONITOR_"):
            monkeypatch.delenv(name)


def said(root: Path) -> str:
    with pytest.raises(InputError) as caught:
        Settings.from_env(root)
    assert "\n" not in str(caught.value)
    assert "pydantic" not in str(caught.value)
    return str(caught.value)


def test_without_a_word_from_the_person_the_defaults_hold(tmp_path):
    settings = Settings.from_env(tmp_path)

    assert settings.warehouse == tmp_path / "warehouse"
    assert settings.seeds == tmp_path / "seeds"
    assert settings.feeds == tmp_path / "seeds" / "feeds.opml"
    assert (settings.alert_urls, settings.allow_networks, settings.shards) == ((), (), 1)
    assert settings.user_agent.startswith("newsmonitor/")
    assert 1 <= settings.workers <= 4


def test_the_root_is_the_source_tree():
    assert Settings.from_env().seeds == ROOT / "seeds"


def test_the_environment_goes_before_the_file_and_the_file_before_the_default(tmp_path, monkeypatch):
    (tmp_path / ".env").write_text("# mine\nNEWSMONITOR_SHARDS=3\nexport NEWSMONITOR_WORKERS='2'\nOTHER=x\n")
    monkeypatch.setenv("NEWSMONITOR_SHARDS", "5")
    monkeypatch.setenv("NEWSMONITOR_WINDOW_DAYS", "")

    settings = Settings.from_env(tmp_path)

    assert (settings.shards, settings.workers, settings.window_days) == (5, 2, 7)


def test_a_list_that_is_empty_in_the_environment_is_empty_whatever_the_file_says(tmp_path, monkeypatch):
    (tmp_path / ".env").write_text(
        "NEWSMONITOR_ALERT_URLS=json://a.example\nNEWSMONITOR_ALLOW_NETWORKS=10.0.0.0/8\n"
    )
    monkeypatch.setenv("NEWSMONITOR_ALERT_URLS", "")
    monkeypatch.setenv("NEWSMONITOR_ALLOW_NETWORKS", "")

    settings = Settings.from_env(tmp_path)

    assert (settings.alert_urls, settings.allow_networks) == ((), ())


def test_names_of_others_in_the_file_are_none_of_our_business(tmp_path):
    (tmp_path / ".env").write_text("AIRFLOW_UID=50000\nSHARDS=9\nshards=9\nNEWSMONITOR_WORKERS=2\n")

    settings = Settings.from_env(tmp_path)

    assert (settings.shards, settings.workers) == (1, 2)


def test_the_constructor_reads_nothing(monkeypatch):
    monkeypatch.setenv("NEWSMONITOR_SHARDS", "5")

    assert Settings().shards == 1


def test_paths_are_taken_from_the_root_and_the_feed_list_follows_the_seeds(tmp_path, monkeypatch):
    monkeypatch.setenv("NEWSMONITOR_SEEDS", "mine")
    assert Settings.from_env(tmp_path).feeds == tmp_path / "mine" / "feeds.opml"

    monkeypatch.setenv("NEWSMONITOR_FEEDS", "/lists/x.csv")
    monkeypatch.setenv("NEWSMONITOR_WAREHOUSE", "~/house")
    settings = Settings.from_env(tmp_path)
    assert settings.feeds == Path("/lists/x.csv")
    assert settings.warehouse == Path.home() / "house"


@pytest.mark.parametrize(
    "name, value, problem",
    [
        (
            "SHARDS",
            "many",
            "is 'many', not a whole number from 1 to 64; set it to e.g. 4, in the environment",
        ),
        ("SHARDS", "0", "is '0', not a whole number"),
        ("SHARDS", "1.5", "is '1.5', not a whole number"),
        ("PAGE_TIMEOUT", "nan", "is 'nan', not a number of seconds from 0.1 to 300"),
        ("PAGE_TIMEOUT", "inf", "is 'inf', not a number of seconds"),
        ("ARCHIVE_PAGES", "perhaps", "is 'perhaps', not yes or no; set it to e.g. yes"),
        (
            "WAREHOUSE",
            "s3://bucket/x",
            "is 's3://bucket/x', an address; this version reads and writes folders only",
        ),
        ("ALLOW_NETWORKS", "10.0.0.0/8, 10.0.0.1/8", "names '10.0.0.1/8', which is no network in CIDR form"),
        ("ALLOW_NETWORKS", "intranet", "names 'intranet', which is no network"),
        ("USER_AGENT", "desk\r\nX-Evil: 1", "holds letters that may not stand in an HTTP header"),
        ("CONTACT", "Редакция", "holds letters that may not stand in an HTTP header"),
        ("ALERT_URLS", f"json://ok.example desk:{SECRET}", "is wrong: its URL number 1 is no Apprise URL"),
    ],
)
def test_a_wrong_value_is_told_with_its_variable_and_a_mend(tmp_path, monkeypatch, name, value, problem):
    monkeypatch.setenv(f"NEWSMONITOR_{name}", value)

    text = said(tmp_path)

    assert text.startswith(f"NEWSMONITOR_{name}: {problem}")
    assert SECRET not in text


def test_a_wrong_value_in_the_file_is_told_with_its_line(tmp_path):
    (tmp_path / ".env").write_text("\n# shards\nNEWSMONITOR_SHARDS=many\n")

    assert said(tmp_path) == (
        f"{tmp_path}/.env, line 3: NEWSMONITOR_SHARDS is 'many', not a whole number from 1 to 64; set it to e.g. 4"
    )


def test_a_name_that_is_no_setting_is_told_with_the_nearest_that_is_one(tmp_path, monkeypatch):
    monkeypatch.setenv("NEWSMONITOR_WAREHOSE", "x")

    assert said(tmp_path) == "NEWSMONITOR_WAREHOSE: is no setting; did you mean NEWSMONITOR_WAREHOUSE?"


def test_a_name_in_the_file_that_is_no_setting_is_told_with_its_line(tmp_path):
    (tmp_path / ".env").write_text("NEWSMONITOR_SHARDS=1\nNEWSMONITOR_XYZZY=1\n")

    text = said(tmp_path)

    assert text.startswith(
        f"{tmp_path}/.env, line 2: NEWSMONITOR_XYZZY is no setting; the settings are NEWSMONITOR_"
    )


def test_what_kubernetes_sets_for_a_service_of_our_name_is_nobodys_typo(tmp_path, monkeypatch):
    for name in (
        "SERVICE_HOST",
        "SERVICE_PORT",
        "SERVICE_PORT_HTTP",
        "PORT",
        "PORT_8080_TCP",
        "PORT_8080_TCP_ADDR",
    ):
        monkeypatch.setenv(f"NEWSMONITOR_{name}", "10.0.0.1")

    assert Settings.from_env(tmp_path).shards == 1


@pytest.mark.parametrize(
    "data, line, problem",
    [
        (b"NEWSMONITOR_SHARDS=1\nnonsense\n", 2, "cannot be read as NAME=value"),
        (b"NEWSMONITOR_CONTACT='open\n", 1, "cannot be read as NAME=value"),
        (b"\nNEWSMONITOR_CONTACT=\xff\xfe\n", 2, "is not UTF-8 text"),
    ],
)
def test_a_broken_file_is_told_with_the_line(tmp_path, data, line, problem):
    (tmp_path / ".env").write_bytes(data)

    assert said(tmp_path).startswith(f"{tmp_path}/.env, line {line}: {problem}")


def test_a_file_that_an_editor_of_windows_saved_is_read(tmp_path):
    (tmp_path / ".env").write_bytes("\ufeffNEWSMONITOR_SHARDS=2\r\nNEWSMONITOR_WORKERS=3\r\n".encode())

    settings = Settings.from_env(tmp_path)

    assert (settings.shards, settings.workers) == (2, 3)


@pytest.mark.parametrize(
    "text, urls",
    [
        ("json://a.example/x", ("json://a.example/x",)),
        ("json://a.example/x, json://b.example", ("json://a.example/x", "json://b.example")),
        (" json://a.example/x\n\tjson://b.example ,", ("json://a.example/x", "json://b.example")),
        (
            "mailto://u:p@a.example?to=b@c.example,d@e.example",
            ("mailto://u:p@a.example?to=b@c.example,d@e.example",),
        ),
    ],
)
def test_alert_urls_are_parted_between_urls_and_not_inside_one(tmp_path, monkeypatch, text, urls):
    monkeypatch.setenv("NEWSMONITOR_ALERT_URLS", text)

    assert Settings.from_env(tmp_path).alert_urls == urls


def test_no_secret_stands_in_what_settings_show_of_themselves(tmp_path, monkeypatch):
    monkeypatch.setenv("NEWSMONITOR_ALERT_URLS", f"json://desk:{SECRET}@a.example")
    monkeypatch.setenv("NEWSMONITOR_SHARDS", "many")
    assert SECRET not in said(tmp_path)

    monkeypatch.setenv("NEWSMONITOR_SHARDS", "1")
    settings = Settings.from_env(tmp_path)
    assert SECRET not in f"{settings!r} {settings}"


def test_networks_and_the_robots_name(tmp_path, monkeypatch):
    monkeypatch.setenv("NEWSMONITOR_ALLOW_NETWORKS", "127.0.0.0/8 fd00::/8,10.1.0.0/16")
    monkeypatch.setenv("NEWSMONITOR_CONTACT", "desk@example.org")
    assert Settings.from_env(tmp_path).allow_networks == (
        ip_network("127.0.0.0/8"), ip_network("fd00::/8"), ip_network("10.1.0.0/16")
    )  # fmt: skip
    assert Settings.from_env(tmp_path).user_agent.endswith(" (contact: desk@example.org)")

    monkeypatch.setenv("NEWSMONITOR_USER_AGENT", "desk/1 (desk@example.org)")
    assert Settings.from_env(tmp_path).user_agent == "desk/1 (desk@example.org)"


def test_settings_cannot_be_changed_or_misspelt():
    with pytest.raises(ValidationError):
        Settings(warehose="x")
    with pytest.raises(ValidationError):
        Settings().shards = 2


def test_a_warehouse_that_can_be_written_is_made_and_left_empty(tmp_path):
    settings = Settings(warehouse=tmp_path / "a" / "b")

    settings.check_warehouse_writable()

    assert list((tmp_path / "a" / "b").iterdir()) == []


def test_a_warehouse_that_cannot_be_written_is_told_with_the_reason(tmp_path):
    (tmp_path / "file").write_text("x")

    with pytest.raises(InputError) as caught:
        Settings(warehouse=tmp_path / "file").check_warehouse_writable()
    assert str(caught.value) == (
        f"{tmp_path}/file: cannot be written (a file stands in its place); "
        "set NEWSMONITOR_WAREHOUSE to a folder that you may write in"
    )

    with pytest.raises(InputError, match="cannot be written"):
        Settings(warehouse=tmp_path / "file" / "below").check_warehouse_writable()


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=80) | st.text(max_size=40).map(lambda text: b"NEWSMONITOR_SHARDS=" + text.encode()))
def test_any_bytes_of_a_file_are_settings_or_one_plain_line(tmp_path_factory, data):
    root = tmp_path_factory.mktemp("root")
    (root / ".env").write_bytes(data)

    try:
        text = str(Settings.from_env(root).shards)
    except InputError as error:
        text = str(error)

    assert "\n" not in text
