"""Which stories are owed to whom by which rule, and when: edited rules, quiet hours, digests and limits."""

import json
from datetime import timedelta

import pytest

from alertdesk import ONE_RULE, AlertDesk, a_match, a_matching_copy
from desk import NOON
from newsmonitor.records import Alert
from storyrows import a_link, a_revision, a_tag, minutes, store

DAY = timedelta(days=1)


@pytest.fixture
def desk(site, tmp_path, monkeypatch) -> AlertDesk:
    return AlertDesk(site, tmp_path).with_a_rule(monkeypatch)


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


def test_nothing_is_told_in_quiet_hours_and_all_of_it_after(desk):
    desk.rules = f'{ONE_RULE}quiet = "15:00-16:00"\ntimezone = "Europe/Kyiv"\n'
    desk.send(-30)
    desk.file(a_match("a", at=65))

    assert desk.send(70) == {"owed": 1, "sent": 0, "failed": 0, "given_up": 0}
    assert desk.send(115)["sent"] == 0

    assert desk.send(121)["sent"] == 1
    assert desk.titles() == ["Headline a"]


def test_what_was_not_taken_before_quiet_hours_is_not_tried_in_them(desk):
    desk.rules = f'{ONE_RULE}quiet = "13:00-14:00"\n'
    desk.send(-30)
    desk.site.page("/desk", status=500)
    desk.file(a_match("a", at=50))
    assert desk.send(55)["failed"] == 1
    desk.works("desk")

    assert desk.send(70)["sent"] == 0
    assert desk.send(121)["sent"] == 1


def test_a_day_of_tries_begins_when_the_quiet_hours_end(desk):
    desk.rules = f'{ONE_RULE}quiet = "11:30-11:00"\n'
    desk.send(-30)
    desk.site.page("/desk", status=500)
    desk.file(a_match("a", at=1))

    assert desk.send(NOON + DAY - minutes(45))["failed"] == 1
    assert desk.send(NOON + DAY + minutes(30))["given_up"] == 0


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


def test_rules_of_other_kinds_tell_each_of_their_own_once(desk):
    desk.rules = "".join(
        f'[[rule]]\nname = "{kind}"\nchannel = "desk"\nkind = "{kind}"\n' for kind in ("outlet", "revision")
    )
    desk.file(a_match("before", at=-50), a_matching_copy("copy", "before", "Post", at=-45))
    store(desk.warehouse, a_revision("before", at=-40))
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


def fail(desk: AlertDesk, at) -> None:
    """Note that a run failed at a time, as the callback of the DAG does."""
    words = {"title": "ingest_news failed: poll_feeds", "body": "No space left", "cause": "c", "dag_id": "d"}
    row = Alert(
        alert_id=f"failure {at}", rule="failure", channel="(operator)", state="owed", attempt=0, tried_at=at,
        extra=json.dumps({**words, "run_id": "r"}),
    )  # fmt: skip
    desk.warehouse.append([row], batch="f", day=at.date())


def test_a_channel_that_is_new_is_not_told_what_the_desk_said_of_itself_days_ago(desk, monkeypatch):
    desk.channel(monkeypatch, "ops", more="operator = true\n")
    fail(desk, NOON - 2 * DAY)

    assert desk.send(5) == {"owed": 0, "sent": 0, "failed": 0, "given_up": 0}


def test_the_operator_hears_of_the_desk_and_readers_do_not(desk, monkeypatch):
    desk.channel(monkeypatch, "ops", more="operator = true\n")
    desk.send(-30)
    fail(desk, NOON)

    desk.send(5)
    desk.send(10)

    assert desk.taken == [("ops", "ingest_news failed: poll_feeds")]
