"""`newsmonitor alerts`: what the file says, what is owed and sent, a test message, another try."""

from datetime import UTC, datetime, timedelta

import pytest

from alertdesk import ONE_RULE, AlertDesk, a_match
from commandline import Result, command
from desk import NOON, ROOT


def ago(**span: float) -> float:
    """Minutes from noon of the tests to a time before now, for commands go by the clock."""
    return (datetime.now(UTC) - timedelta(**span) - NOON) / timedelta(minutes=1)


@pytest.fixture
def desk(site, tmp_path, monkeypatch) -> AlertDesk:
    """A desk with one channel and a rule that began two days ago."""
    desk = AlertDesk(site, tmp_path)
    desk.channel(monkeypatch)
    desk.send(ago(days=2))
    return desk


@pytest.fixture
def run(desk, monkeypatch, capsys):
    def alerts(*arguments: str) -> Result:
        settings = desk.settings()
        for name in ("warehouse", "feeds", "alerts"):
            monkeypatch.setenv(f"NEWSMONITOR_{name.upper()}", str(getattr(settings, name)))
        monkeypatch.setenv("NEWSMONITOR_SEEDS", str(ROOT / "seeds"))
        monkeypatch.setenv("NEWSMONITOR_ALERT_URLS", "")
        return command(monkeypatch, capsys, "alerts", *arguments)

    return alerts


def test_check_says_each_rule_in_a_sentence_and_what_is_wrong_with_a_channel(desk, run, monkeypatch):
    desk.channel(monkeypatch, "phone")
    monkeypatch.delenv("TEST_PHONE")

    result = run("check")

    assert result.status == 0
    lines = result.out.splitlines()
    assert lines[0] == "all: stories about any topic (main), to desk at once; at most 30 an hour"
    assert lines[1].startswith("channel desk: ready")
    assert lines[2].startswith("channel phone: cannot be used here: ")
    assert "TEST_PHONE" in lines[2]


def test_a_fault_in_the_file_is_one_line(desk, run):
    desk.rules = f'{ONE_RULE}levle = "main"\n'

    result = run("check")

    assert (result.status, result.out) == (2, "")
    assert result.err.count("\n") == 1
    assert "alerts.toml, line 7: " in result.err
    assert 'write "level"' in result.err


def test_a_file_that_is_named_and_not_there_is_told(run, tmp_path, desk, monkeypatch, capsys):
    run("check")
    monkeypatch.setenv("NEWSMONITOR_ALERTS", str(tmp_path / "none.toml"))

    result = command(monkeypatch, capsys, "alerts", "check")

    assert result.status == 2
    assert "none.toml: is not there" in result.err


def test_list_shows_what_is_owed_then_what_was_sent_and_given_up(desk, run):
    assert run("list").out == "No alerts yet.\n"
    desk.file(a_match("told", at=ago(hours=3)))
    desk.send(ago(hours=2))
    desk.file(a_match("new", at=ago(minutes=5)))

    rows = run("list", "--json").rows

    assert [(row["state"], row["title"], row["tries"]) for row in rows] == [
        ("owed", "Headline new", 0),
        ("sent", "Headline told", 1),
    ]
    assert [row["title"] for row in run("list", "--state", "sent", "--json").rows] == ["Headline told"]
    assert run("list", "--rule", "none", "--json").rows == []
    assert run("list", "--channel", "none", "--json").rows == []


def test_a_dry_run_says_the_words_and_sends_nothing(desk, run):
    desk.file(a_match("new", at=ago(minutes=5), title="Fire \x1b[31mnear Sudzha"))

    out = run("send", "--dry-run").out

    assert "--- to desk, by all\nFire [31mnear Sudzha\n" in out
    assert out.endswith("1 message would be sent.\n")
    assert desk.taken == []
    [row] = run("send", "--dry-run", "--json").rows
    assert (row["channel"], row["rule"]) == ("desk", "all")


def test_send_does_what_the_dag_does(desk, run):
    desk.file(a_match("new", at=ago(minutes=5)))

    [counts] = run("send", "--json").rows

    assert counts == {"owed": 1, "sent": 1, "failed": 0, "given_up": 0}
    assert desk.titles() == ["Headline new"]


def test_a_test_message_says_of_each_channel_whether_it_was_taken(desk, run, monkeypatch):
    desk.channel(monkeypatch, "phone")
    desk.site.page("/phone", status=401)

    dry = run("test", "--dry-run")
    result = run("test")

    assert (dry.status, result.status) == (0, 1)
    assert dry.out.splitlines()[0] == "desk: would be sent: A test message from newsmonitor"
    assert result.out.splitlines()[0] == "desk: taken"
    assert result.out.splitlines()[1].startswith("phone: not taken: ")
    assert "401" in result.out
    assert desk.titles() == ["A test message from newsmonitor"]
    assert run("test", "desk").status == 0
    assert "fax: is no channel; there are: desk, phone" in run("test", "fax").err
    assert desk.rows("select count(*) as n from alerts where state = 'sent'") == [{"n": 0}]


def test_what_was_given_up_is_owed_again_when_it_is_asked_for(desk, run):
    desk.file(a_match("old", at=ago(hours=30)))
    with pytest.raises(Exception, match="given up"):
        desk.send(ago(hours=2))
    desk.taken.clear()
    assert [row["state"] for row in run("list", "--rule", "all", "--json").rows] == ["failed"]

    assert run("retry", "--dry-run").out == "1 alert would be owed again.\n"
    assert run("retry", "--rule", "none").out == "0 alerts are owed again.\n"
    assert run("retry", "not-an-id").out == "0 alerts are owed again.\n"
    assert run("retry").out == "1 alert is owed again.\n"

    assert [row["state"] for row in run("list", "--rule", "all", "--json").rows] == ["owed"]
    run("send")
    assert "Headline old" in desk.titles()
    assert run("retry").out == "0 alerts are owed again.\n"
