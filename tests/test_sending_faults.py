"""Channels that fail and senders that are killed: what is owed is tried again, once taken never again."""

from contextlib import suppress
from datetime import timedelta
from threading import Event

import pytest

from alertdesk import ONE_RULE, AlertDesk, a_match
from desk import NOON
from newsmonitor.alerts import alert_id
from newsmonitor.alertspec import Rule
from newsmonitor.errors import AlertsGivenUp
from newsmonitor.sendmarks import SendMarks
from newsroom import faults
from storyrows import minutes

DAY = timedelta(days=1)


@pytest.fixture
def desk(site, tmp_path, monkeypatch) -> AlertDesk:
    return AlertDesk(site, tmp_path).with_a_rule(monkeypatch)


def test_a_channel_that_is_down_holds_back_no_other_and_gets_its_own_later(desk, monkeypatch):
    desk.rules = '[[rule]]\nname = "all"\nchannel = ["desk", "phone"]\n'
    desk.channel(monkeypatch, "phone")
    desk.send(-30)
    desk.site.reply("/desk", faults.hang)
    desk.file(a_match("a", at=1), a_match("b", at=2))

    assert desk.send(5) == {"owed": 4, "sent": 2, "failed": 2, "given_up": 0}

    assert desk.titles("phone") == ["Headline a", "Headline b"]
    desk.works("desk")
    assert desk.send(10) == {"owed": 2, "sent": 2, "failed": 0, "given_up": 0}
    assert sorted(desk.titles("desk")) == ["Headline a", "Headline b"]
    assert desk.states() == [("owed", 1), ("owed", 1), ("sent", 2), ("sent", 2)]


def test_all_channels_are_served_at_the_same_time(desk, monkeypatch):
    desk.rules = '[[rule]]\nname = "all"\nchannel = ["desk", "phone"]\n'
    for name in ("desk", "phone"):
        desk.channel(monkeypatch, name, seconds=30)
    desk.send(-30)
    desk.file(a_match("a", at=1))
    is_told = Event()

    def wait_for_the_other(exchange) -> None:
        assert is_told.wait(20)
        desk.note("desk", exchange)
        exchange.answer(b"ok")

    def tell(exchange) -> None:
        is_told.set()
        exchange.answer(b"ok")

    desk.site.reply("/desk", wait_for_the_other)
    desk.site.reply("/phone", tell)

    assert desk.send(5) == {"owed": 2, "sent": 2, "failed": 0, "given_up": 0}


def test_a_channel_without_its_secret_is_a_channel_that_is_down(desk, monkeypatch):
    monkeypatch.delenv("TEST_DESK")
    desk.file(a_match("a", at=1))

    assert desk.send(5) == {"owed": 1, "sent": 0, "failed": 1, "given_up": 0}

    [row] = desk.rows("select error from alerts where state = 'owed'")
    assert "TEST_DESK" in row["error"]


def refusing(desk: AlertDesk, *names: str) -> None:
    """The channel refuses these headlines for good, and takes all others."""

    def picky(exchange) -> None:
        if any(f"Headline {name}".encode() in exchange.request.body for name in names):
            exchange.answer(b"no", status=400)
        else:
            desk.note("desk", exchange)
            exchange.answer(b"ok")

    desk.site.reply("/desk", picky)


def test_a_message_that_is_refused_holds_up_no_other(desk):
    refusing(desk, "a", "c")
    desk.file(*(a_match(name, at=number) for number, name in enumerate("abcde", 1)))

    # Two refusals, but not in a row.
    assert desk.send(6) == {"owed": 5, "sent": 3, "failed": 2, "given_up": 0}
    assert desk.titles() == ["Headline b", "Headline d", "Headline e"]


def test_messages_that_are_always_refused_come_last_the_next_time(desk):
    refusing(desk, "a", "b")
    desk.file(a_match("a", at=1), a_match("b", at=2), a_match("c", at=3), a_match("d", at=4))
    # Two in a row, and the channel is left alone.
    assert desk.send(5) == {"owed": 4, "sent": 0, "failed": 2, "given_up": 0}

    assert desk.send(10) == {"owed": 4, "sent": 2, "failed": 2, "given_up": 0}

    assert desk.titles() == ["Headline c", "Headline d"]


def test_a_message_is_not_tried_again_before_its_time(desk):
    desk.site.page("/desk", status=500)
    desk.file(a_match("a", at=1))
    desk.send(5)
    desk.works("desk")

    assert desk.send(5.5)["sent"] == 0
    assert desk.send(7)["sent"] == 1


def test_a_pause_that_a_channel_asks_for_is_kept_within_the_run(desk):
    answers = [429, 200]

    def busy(exchange) -> None:
        status = answers.pop(0)
        if status == 200:
            desk.note("desk", exchange)
        exchange.answer(b"", status=status, headers={"Retry-After": "1"})

    desk.site.reply("/desk", busy)
    desk.file(a_match("a", at=1))

    assert desk.send(5) == {"owed": 1, "sent": 1, "failed": 1, "given_up": 0}
    assert desk.states() == [("owed", 1), ("sent", 2)]
    # The pause is over, though a run that was due meanwhile is told an earlier time.
    desk.works("desk")
    desk.file(a_match("b", at=5))
    assert desk.send(5)["sent"] == 1


def test_a_longer_pause_is_kept_by_the_runs_that_follow(desk):
    desk.site.page("/desk", status=429, Retry_After="1800")
    desk.file(a_match("a", at=1), a_match("b", at=1))
    assert desk.send(5)["failed"] == 1
    desk.works("desk")

    assert desk.send(10)["sent"] == 0
    assert desk.send(30)["sent"] == 0
    assert len(desk.site.asked("/desk?rto=0.3&cto=0.3")) + len(desk.site.asked("/desk")) == 1

    assert desk.send(36)["sent"] == 2


def test_what_is_not_taken_for_a_day_is_given_up_aloud_and_owed_again_on_request(desk, monkeypatch):
    desk.channel(monkeypatch, "ops", more="operator = true\n")
    desk.site.page("/desk", status=500)
    desk.file(a_match("a", at=1))
    for hours in range(0, 24, 4):
        desk.send(NOON + minutes(5) + timedelta(hours=hours))

    with pytest.raises(AlertsGivenUp, match=r"1 alert for desk not taken within 24 hours.*alerts retry"):
        desk.send(NOON + DAY + minutes(2))

    assert desk.states()[-1] == ("failed", 6)
    [row] = desk.rows("select error from alerts where state = 'failed'")
    assert "500" in row["error"]
    assert desk.titles("ops") == ["1 alert given up: desk has taken nothing for a day"]
    assert desk.send(NOON + DAY + minutes(7)) == {"owed": 0, "sent": 0, "failed": 0, "given_up": 0}


def test_a_desk_that_was_off_says_what_nobody_was_told(desk):
    desk.file(a_match("a", at=1))

    with pytest.raises(AlertsGivenUp):
        desk.send(NOON + 2 * DAY)

    assert desk.rows("select state, attempt, error from alerts where state = 'failed'") == [
        {"state": "failed", "attempt": 0, "error": "was never tried: no run sent alerts in time"}
    ]
    assert desk.titles() == ["1 alert given up: desk has taken nothing for a day"]


def killed(desk: AlertDesk, *rows: dict[str, object], is_taken: bool) -> SendMarks:
    """The mark that a sender leaves that was killed before or after the channel's yes."""
    marks = SendMarks(desk.warehouse.root / ".sending")
    with suppress(KeyboardInterrupt), marks.sending("desk", {"rows": rows}) as mark:
        if is_taken:
            mark.taken()
        raise KeyboardInterrupt
    return marks


def a_mark(group: str, **values) -> dict[str, object]:
    name = alert_id(group, Rule(name="all"))
    return {"alert_id": name, "attempt": 1, "rule": "all", "channel": "desk", "story_id": group, **values}


def test_a_message_about_several_has_tries_of_its_own(desk):
    desk.rules = f"{ONE_RULE}per_hour = 2\n"
    desk.site.page("/desk", status=500)
    desk.file(*(a_match(name, at=1) for name in "abc"))
    assert desk.send(5)["failed"] == 1
    assert desk.send(5.5)["failed"] == 0
    assert desk.send(7)["failed"] == 1
    desk.works("desk")

    assert desk.send(15)["sent"] == 1

    tries = "select alert_id, state, attempt from alerts where told_by is null and state <> 'began' order by attempt"
    rows = desk.rows(tries)
    assert [(row["state"], row["attempt"]) for row in rows] == [("owed", 1), ("owed", 2), ("sent", 3)]
    assert len({row["alert_id"] for row in rows}) == 1


def test_what_was_being_sent_when_the_sender_was_killed_is_sent_again_and_the_ledger_says_so(desk):
    desk.file(a_match("a", at=1))
    marks = killed(desk, a_mark("a"), is_taken=False)

    assert desk.send(5)["sent"] == 1

    assert desk.states() == [("owed", 1), ("sent", 2)]
    [row] = desk.rows("select error from alerts where state = 'owed'")
    assert row["error"] == "the sender was stopped during this try: the message may have arrived"
    assert marks.left_behind() == []


def test_what_was_taken_before_the_sender_was_killed_is_not_sent_again(desk):
    desk.file(a_match("a", at=1), a_match("b", at=2))
    digest = {"alert_id": "digest", "attempt": 1, "rule": "all", "channel": "desk"}
    told = [a_mark(group, attempt=0, told_by="digest") for group in "ab"]
    killed(desk, digest, *told, is_taken=True)

    assert desk.send(5) == {"owed": 0, "sent": 0, "failed": 0, "given_up": 0}

    rows = desk.rows("select story_id, told_by, state from alerts where state <> 'began' order by story_id")
    assert rows == [
        {"story_id": "a", "told_by": "digest", "state": "sent"},
        {"story_id": "b", "told_by": "digest", "state": "sent"},
        {"story_id": None, "told_by": None, "state": "sent"},
    ]


def test_what_was_taken_and_could_not_be_recorded_is_recorded_by_the_next_run(desk):
    ledger, away = desk.warehouse.root / "alerts", desk.warehouse.root / "alerts.away"

    def take(exchange) -> None:
        desk.note("desk", exchange)
        # As if the disk had gone.
        ledger.rename(away)
        ledger.write_bytes(b"")
        exchange.answer(b"ok")

    desk.site.reply("/desk", take)
    desk.file(a_match("a", at=1))
    with pytest.raises((NotADirectoryError, FileExistsError)):
        desk.send(5)
    ledger.unlink()
    away.rename(ledger)
    desk.works("desk")

    assert desk.send(10) == {"owed": 0, "sent": 0, "failed": 0, "given_up": 0}

    assert desk.titles() == ["Headline a"]
    assert desk.states() == [("sent", 1)]


def test_a_mark_of_what_is_recorded_or_that_cannot_be_read_changes_nothing(desk):
    desk.file(a_match("a", at=1))
    desk.send(5)
    marks = killed(desk, a_mark("a"), is_taken=False)
    (desk.warehouse.root / ".sending" / "phone.json").write_text('{"rows": [')

    assert desk.send(10)["sent"] == 0

    assert desk.states() == [("sent", 1)]
    assert marks.left_behind() == []


def test_each_try_of_a_message_has_the_same_key_and_each_message_its_own(site, tmp_path, monkeypatch):
    desk = AlertDesk(site, tmp_path)
    desk.channel(monkeypatch, scheme="webhook")
    desk.send(-60)
    site.page("/desk", status=500)
    desk.file(a_match("a", at=1))
    desk.send(5)
    desk.works("desk")
    desk.file(a_match("b", at=6))

    desk.send(10)

    keys = [request.headers["webhook-id"] for request in site.asked("/desk")]
    assert len(keys) == 3
    assert len(set(keys)) == 2
