"""Whatever channels answer, and whenever the sender runs: in the end each alert was taken once by each channel."""

from collections import Counter
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from alertdesk import ONE_RULE, AlertDesk, a_match
from desk import NOON
from newsmonitor import ledger
from newsmonitor.backoff import hold_until, next_try
from newsmonitor.records import Alert
from newsmonitor.warehouse import Warehouse
from newsroom import Site
from storyrows import minutes


def an_alert(state: str, attempt: int = 1, *, at: float = 0, **values) -> Alert:
    usual = {"alert_id": "x", "rule": "r", "channel": "c", "state": state, "attempt": attempt}
    return Alert(**{**usual, "tried_at": NOON + minutes(at), **values})


def standing(tmp_path, *rows: Alert) -> ledger.Standing:
    warehouse = Warehouse(tmp_path)
    for number, row in enumerate(rows):
        warehouse.append([row], batch=f"b{number}", day=row.tried_at.date())
    return ledger.standings(warehouse, ["x"])[("x", "c")]


def test_the_last_state_of_an_alert_counts(tmp_path):
    later = NOON + minutes(1)
    assert standing(tmp_path / "a", an_alert("owed", next_try_at=later)).next_try_at == later
    assert standing(tmp_path / "b", an_alert("owed"), an_alert("sent", 2)).is_settled
    given_up = (an_alert("owed", 3), an_alert("failed", 3))
    assert standing(tmp_path / "c", *given_up).state == "failed"
    again = an_alert("owed", 3, at=9, error=ledger.ASKED_AGAIN)
    found = standing(tmp_path / "d", *given_up, again)
    assert (found.state, found.attempts, found.asked_again_at) == ("owed", 3, NOON + minutes(9))


def test_nothing_makes_a_message_unsent(tmp_path):
    assert standing(tmp_path, an_alert("sent", 1), an_alert("owed", 2, at=5)).is_settled


def test_a_try_that_is_not_to_be_waited_for_any_more_has_no_time(tmp_path):
    waiting = an_alert("owed", 1, next_try_at=NOON + minutes(60))

    assert standing(tmp_path, waiting, an_alert("owed", 1, at=1)).next_try_at is None


@pytest.mark.parametrize("attempts, pause", [(1, 1), (2, 2), (3, 4), (6, 32), (7, 60), (500, 60)])
def test_pauses_double_up_to_an_hour(attempts, pause):
    assert next_try(NOON, attempts=attempts, retry_after=None) == NOON + minutes(pause)


def test_a_pause_that_is_asked_for_is_kept_where_it_is_longer_and_believed_up_to_twelve_hours():
    assert next_try(NOON, attempts=1, retry_after=600) == NOON + minutes(10)
    assert next_try(NOON, attempts=7, retry_after=5) == NOON + minutes(60)
    assert hold_until(NOON, 1e12) == NOON + timedelta(hours=12)
    assert hold_until(NOON, float("nan")) is None
    assert hold_until(NOON, 0) is None
    assert hold_until(NOON, None) is None


moves = st.lists(
    st.one_of(
        st.tuples(st.just("file"), st.integers(1, 3)),
        st.tuples(st.sampled_from(["one", "two"]), st.sampled_from([200, 400, 429, 500, "reset"])),
        st.tuples(st.just("send"), st.integers(1, 40)),
    ),
    min_size=2,
    max_size=9,
)


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(moves=moves)
def test_in_the_end_each_alert_was_taken_once_by_each_channel(moves, tmp_path_factory, monkeypatch):
    with Site() as site:
        desk = AlertDesk(
            site, tmp_path_factory.mktemp("desk"), rules=ONE_RULE.replace('"desk"', '["one", "two"]')
        )
        for name in ("one", "two"):
            desk.channel(monkeypatch, name)
        desk.send(-1)
        clock, filed = 0.0, 0
        for move, value in moves:
            if move == "file":
                desk.file(*(a_match(f"s{filed + number}", at=clock) for number in range(value)))
                filed += value
            elif move == "send":
                clock += value
                desk.send(clock)
            elif value == 200:
                desk.works(move)
            elif value == "reset":
                desk.site.reply(f"/{move}", lambda exchange: exchange.reset())
            else:
                pause = {"Retry_After": "600"} if value == 429 else {}
                desk.site.page(f"/{move}", status=value, **pause)
        for name in ("one", "two"):
            desk.works(name)
        for _ in range(3):
            clock += 65
            desk.send(clock)

    once = Counter({f"Headline s{number}": 1 for number in range(filed)})
    assert Counter(desk.titles("one")) == once
    assert Counter(desk.titles("two")) == once
    sent = desk.rows(
        "select count(*) as n, count(distinct (alert_id, channel)) as k from alerts where state = 'sent'"
    )
    assert sent == [{"n": 2 * filed, "k": 2 * filed}]
