"""What is owed is sent, once, to each channel: through failures, kills, edited rules, quiet hours and limits."""

import json
from contextlib import suppress
from datetime import timedelta

import pytest

from alertdesk import ONE_RULE, AlertDesk, a_match
from desk import NOON
from newsmonitor.alerts import alert_id
from newsmonitor.alertspec import Rule
from newsmonitor.errors import AlertsGivenUp
from newsmonitor.records import Alert
from newsmonitor.sendmarks import SendMarks
from newsroom import faults
from storyrows import a_copy, a_link, a_revision, a_tag, minutes, store

DAY = timedelta(days=1)


@pytest.fixture
def desk(site, tmp_path, monkeypatch) -> AlertDesk:
    """One channel, one rule that began an hour before noon."""
    desk = AlertDesk(site, tmp_path)
    desk.channel(monkeypatch)
    desk.send(-60)
    return desk


def a_matching_copy(story_id: str, of: str, outlet: str, *, at: float, **values):
    story = a_match(story_id, outlet, at=at)
    kept = {name: getattr(story, name) for name in ("tags", "topics", "level", "filed_at", "seen_at")}
    return a_copy(story_id, of, outlet, at=at, **{**kept, **values})


def test_a_group_is_told_once_and_its_copies_are_silent(desk):
    desk.file(a_match("a", at=1), a_matching_copy("b", "a", "Post", at=2))
    assert desk.send(5) == {"owed": 1, "sent": 1, "failed": 0, "given_up": 0}

    desk.file(a_matching_copy("c", "a", "Herald", at=7))

    assert desk.send(10) == {"owed": 0, "sent": 0, "failed": 0, "given_up": 0}
    assert desk.titles() == ["Headline a"]
    assert desk.rows(
        "select group_id, story_id, rule, state, attempt from alerts where state <> 'began'"
    ) == [{"group_id": "a", "story_id": "a", "rule": "all", "state": "sent", "attempt": 1}]


def test_two_groups_that_are_found_to_be_one_are_told_once(desk):
    desk.file(a_match("a", at=1))
    desk.send(5)
    desk.file(a_match("b", "Post", at=0))
    store(desk.warehouse, a_link("a", "b", at=6))

    assert desk.send(10)["sent"] == 0


def test_the_first_of_a_group_that_matches_tells(desk):
    cut_short = a_match("a", at=1, tags=())
    desk.file(cut_short, a_matching_copy("b", "a", "Post", at=2))

    desk.send(5)

    assert desk.titles() == ["Headline b"]


def test_backlog_is_told_to_nobody_and_neither_are_its_copies(desk):
    desk.file(a_match("a", at=1, is_backlog=True), a_matching_copy("b", "a", "Post", at=2))

    assert desk.send(5)["owed"] == 0


def test_what_matches_only_by_newer_rules_is_told_to_nobody(desk):
    late = a_match("a", at=1, tags=(a_tag(filed_level=None),), is_late_match=True)
    raised = a_match("b", at=1, tags=(a_tag(filed_level="mention"),), is_late_match=True)
    desk.file(late, raised)

    assert desk.send(5)["owed"] == 0


def test_what_newer_rules_find_before_it_silences_no_story_that_is_owed(desk):
    late = a_match("a", at=-300, tags=(a_tag(filed_level=None),), is_late_match=True)
    desk.file(late, a_matching_copy("b", "a", "Post", at=2))

    desk.send(5)

    assert desk.titles() == ["Headline b"]


def test_where_a_story_matches_no_more_the_next_of_its_group_tells(desk):
    lost = a_match("a", at=1, tags=(a_tag(None, filed_level="main"),))
    desk.file(lost, a_matching_copy("b", "a", "Post", at=2))

    desk.send(5)

    assert desk.titles() == ["Headline b"]


def test_rows_of_an_older_version_tell_by_the_level_they_have(desk):
    desk.file(a_match("a", at=1, tags=(a_tag(filed_level=None),)))

    desk.send(5)

    assert desk.titles() == ["Headline a"]


def test_a_rule_alerts_on_nothing_older_than_itself(desk, monkeypatch):
    desk.file(a_match("a", at=1))
    desk.send(5)
    desk.rules = f'{ONE_RULE}[[rule]]\nname = "new"\nchannel = "phone"\n'
    desk.channel(monkeypatch, "phone")

    assert desk.send(10)["owed"] == 0

    desk.file(a_match("b", at=11))
    desk.send(15)
    assert desk.titles("phone") == ["Headline b"]
    assert desk.titles("desk") == ["Headline a", "Headline b"]


def test_a_rule_that_is_widened_tells_nothing_of_before(desk):
    desk.file(a_match("a", at=1, level="mention"))
    desk.send(5)
    desk.rules = f'{ONE_RULE}level = "mention"\n'

    assert desk.send(10)["owed"] == 0

    desk.file(a_match("b", at=11, level="mention"))
    desk.send(15)
    assert desk.titles() == ["Headline b"]


def test_a_story_that_is_owed_stays_owed_where_the_rule_is_changed(desk):
    desk.site.page("/desk", status=500)
    desk.file(a_match("a", at=1))
    desk.send(5)
    desk.rules = f'{ONE_RULE}level = "mention"\n'
    desk.works("desk")

    desk.send(10)

    assert desk.titles() == ["Headline a"]


@pytest.mark.parametrize(
    "asked, told",
    [
        ('topic = "kursk"', ["kursk-en"]),
        ('topic = "zaporizhzhia-npp"\nlevel = "mention"', ["npp-ru"]),
        ('level = "mention"', ["kursk-en", "npp-ru"]),
        ('level = "mention"\nlanguages = ["ru", "uk"]', ["npp-ru"]),
        ('outlets = ["Ledger"]', ["kursk-en"]),
        ('places = ["sudzha"]', ["kursk-en"]),
        ('places = ["rylsk"]', []),
    ],
)
def test_a_rule_hears_of_what_it_asks_for(site, tmp_path, monkeypatch, asked, told):
    desk = AlertDesk(site, tmp_path, rules=f"{ONE_RULE}{asked}\n")
    desk.channel(monkeypatch)
    desk.send(-60)
    desk.file(
        a_match("kursk-en", at=1, places=("sudzha",)),
        a_match("npp-ru", "Post", at=2, language="ru", tags=(a_tag("mention", "zaporizhzhia-npp"),)),
    )

    desk.send(5)

    assert desk.titles() == [f"Headline {name}" for name in told]


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


def test_a_channel_without_its_secret_is_a_channel_that_is_down(desk, monkeypatch):
    monkeypatch.delenv("TEST_DESK")
    desk.file(a_match("a", at=1))

    assert desk.send(5) == {"owed": 1, "sent": 0, "failed": 1, "given_up": 0}

    [row] = desk.rows("select error from alerts where state = 'owed'")
    assert "TEST_DESK" in row["error"]


def test_a_message_that_is_refused_holds_up_no_other(desk):
    def picky(exchange) -> None:
        if b"Headline a" in exchange.request.body:
            exchange.answer(b"no", status=400)
        else:
            desk.note("desk", exchange)
            exchange.answer(b"ok")

    desk.site.reply("/desk", picky)
    desk.file(*(a_match(name, at=1) for name in "abcd"))

    assert desk.send(5) == {"owed": 4, "sent": 3, "failed": 1, "given_up": 0}
    assert sorted(desk.titles()) == ["Headline b", "Headline c", "Headline d"]


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


def test_nothing_is_told_in_quiet_hours_and_all_of_it_after(desk):
    desk.rules = f'{ONE_RULE}quiet = "15:00-16:00"\ntimezone = "Europe/Kyiv"\n'
    desk.send(-30)
    desk.file(a_match("a", at=65))

    assert desk.send(70) == {"owed": 1, "sent": 0, "failed": 0, "given_up": 0}
    assert desk.send(115)["sent"] == 0

    assert desk.send(121)["sent"] == 1
    assert desk.titles() == ["Headline a"]


def test_a_digest_comes_when_it_is_due_and_tells_each_group_once(desk):
    desk.rules = f'{ONE_RULE}mode = "digest"\nschedule = "13:00"\n'
    desk.send(-30)
    desk.file(a_match("a", at=1), a_match("b", at=2))
    assert desk.send(30) == {"owed": 2, "sent": 0, "failed": 0, "given_up": 0}

    assert desk.send(61) == {"owed": 2, "sent": 1, "failed": 0, "given_up": 0}

    assert len(desk.titles()) == 1
    rows = desk.rows(
        "select story_id, told_by is null as is_own, state from alerts where state <> 'began' order by story_id"
    )
    assert rows == [
        {"story_id": "a", "is_own": False, "state": "sent"},
        {"story_id": "b", "is_own": False, "state": "sent"},
        {"story_id": None, "is_own": True, "state": "sent"},
    ]
    desk.file(a_match("c", at=62))
    assert desk.send(65)["sent"] == 0
    assert desk.send(NOON + DAY + minutes(61))["sent"] == 1


def test_a_digest_that_was_not_taken_comes_with_what_is_new_at_the_next(desk):
    desk.rules = f'{ONE_RULE}mode = "digest"\nschedule = "13:00"\n'
    desk.send(-30)
    desk.file(a_match("a", at=1))
    desk.site.page("/desk", status=500)
    desk.send(61)
    desk.file(a_match("b", at=90))
    desk.works("desk")

    assert desk.send(NOON + DAY + minutes(61))["sent"] == 1

    told = desk.rows("select story_id from alerts where state = 'sent' and told_by is not null order by 1")
    assert [row["story_id"] for row in told] == ["a", "b"]


def test_more_than_the_limit_is_one_message_that_says_so_and_once_an_hour(desk):
    desk.rules = f"{ONE_RULE}per_hour = 2\n"
    desk.file(*(a_match(name, at=1) for name in "abcde"))

    assert desk.send(5) == {"owed": 5, "sent": 1, "failed": 0, "given_up": 0}
    assert len(desk.titles()) == 1

    desk.file(a_match("f", at=6), a_match("g", at=6))
    assert desk.send(10)["sent"] == 1
    assert desk.send(20)["sent"] == 0
    assert desk.send(66)["sent"] == 1
    assert sorted(desk.titles()[1:]) == ["Headline f", "Headline g"]


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


def test_rules_of_other_kinds_tell_each_of_their_own_once(desk):
    desk.rules = "".join(
        f'[[rule]]\nname = "{kind}"\nchannel = "desk"\nkind = "{kind}"\n' for kind in ("outlet", "revision")
    )
    desk.send(-30)
    desk.file(a_match("a", at=1), a_matching_copy("b", "a", "Post", at=2))
    store(desk.warehouse, a_revision("a", at=4, title="Headline now", is_title_changed=True))

    assert desk.send(5)["sent"] == 2
    assert desk.send(10)["sent"] == 0

    rows = desk.rows("select rule, story_id, group_id from alerts where state = 'sent' order by rule")
    assert rows == [
        {"rule": "outlet", "story_id": "b", "group_id": "a"},
        {"rule": "revision", "story_id": "a", "group_id": "a"},
    ]
    assert all("Headline" in title or "Post" in title for title in desk.titles())


def test_more_of_another_kind_than_the_limit_is_one_message_too(desk):
    desk.rules = '[[rule]]\nname = "outlet"\nchannel = "desk"\nkind = "outlet"\nper_hour = 2\n'
    desk.send(-30)
    others = (a_matching_copy(name, "a", f"Post {name}", at=2) for name in "bcde")
    desk.file(a_match("a", at=1), *others)

    assert desk.send(5) == {"owed": 4, "sent": 1, "failed": 0, "given_up": 0}

    assert desk.titles() == ["outlet: 4 messages"]
    assert desk.send(10)["owed"] == 0


def test_the_operator_hears_of_the_desk_and_readers_do_not(desk, monkeypatch):
    desk.channel(monkeypatch, "ops", more="operator = true\n")
    desk.send(-30)
    failure = {
        "title": "ingest_news failed: poll_feeds",
        "body": "No space left",
        "cause": "c",
        "dag_id": "d",
    }
    row = Alert(
        alert_id="f", rule="failure", channel="(operator)", state="owed", attempt=0, tried_at=NOON,
        extra=json.dumps({**failure, "run_id": "r"}),
    )  # fmt: skip
    desk.warehouse.append([row], batch="f", day=NOON.date())

    desk.send(5)
    desk.send(10)

    assert desk.taken == [("ops", "ingest_news failed: poll_feeds")]
