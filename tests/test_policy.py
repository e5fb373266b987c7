"""When to ask again, as tables of rules."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsmonitor.policy import next_poll_at, page_retry_at

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
TEN_MINUTES = timedelta(minutes=10)
DAY = timedelta(days=1)
CLASSES = st.sampled_from(
    ["dns", "connection", "timeout", "http_4xx", "http_5xx", "tls", "not_a_feed", "parse", None]
)
SECONDS = st.none() | st.floats()


def wait(outcome="failed", failure_class=None, failure_count=0, retry_after=None):
    return (
        next_poll_at(
            at=NOON,
            outcome=outcome,
            failure_class=failure_class,
            failure_count=failure_count,
            retry_after=retry_after,
        )
        - NOON
    )


@pytest.mark.parametrize("outcome", ["new", "same", "unchanged"])
def test_a_feed_that_answers_is_due_at_the_next_run_even_if_that_comes_a_little_early(outcome):
    assert TEN_MINUTES - timedelta(minutes=2) <= wait(outcome) <= TEN_MINUTES - timedelta(seconds=30)


@pytest.mark.parametrize("failure_class", ["dns"])
def test_a_name_that_does_not_resolve_once_is_asked_at_the_next_run(failure_class):
    assert wait(failure_class=failure_class, failure_count=1) < TEN_MINUTES


def test_the_heavier_the_failure_the_longer_the_wait():
    light, medium, heavy = (
        wait(failure_class=name, failure_count=3) for name in ("dns", "http_5xx", "not_a_feed")
    )

    assert light < medium < heavy
    assert (
        heavy == wait(failure_class="http_4xx", failure_count=3) == wait(failure_class="tls", failure_count=3)
    )
    assert (
        medium
        == wait(failure_class="timeout", failure_count=3)
        == wait(failure_class="parse", failure_count=3)
    )


@given(CLASSES, st.integers(min_value=1, max_value=10**9))
def test_each_failure_in_a_row_waits_longer_and_none_longer_than_a_day(failure_class, count):
    now, then = (wait(failure_class=failure_class, failure_count=count + more) for more in (0, 1))

    assert TEN_MINUTES - timedelta(minutes=1) <= now <= then <= DAY


@pytest.mark.parametrize("failure_class", ["dns", "http_5xx", "http_4xx"])
def test_a_feed_that_is_long_dead_is_still_asked_once_a_day(failure_class):
    assert wait(failure_class=failure_class, failure_count=1000) == pytest.approx(DAY, abs=timedelta(hours=1))


@pytest.mark.parametrize(
    "asked, waits",
    [(3600, timedelta(hours=1)), (10**9, DAY), (float("inf"), DAY), (86400, DAY)],
)
def test_a_server_that_names_a_time_is_obeyed_up_to_a_day(asked, waits):
    assert wait(failure_class="http_5xx", failure_count=1, retry_after=asked) == waits
    assert wait("unchanged", retry_after=asked) == waits


@given(CLASSES, st.integers(min_value=0, max_value=10**6), SECONDS)
def test_no_figure_of_a_server_makes_a_feed_wait_over_a_day_or_less_than_without_it(
    failure_class, count, asked
):
    assert wait(failure_class=failure_class, failure_count=count) <= wait(
        failure_class=failure_class, failure_count=count, retry_after=asked
    ) <= DAY  # fmt: skip


def retry(attempt=1, transient=True, retry_after=None):
    return page_retry_at(at=NOON, transient=transient, attempt=attempt, retry_after=retry_after)


def test_a_page_that_failed_for_the_moment_is_looked_at_by_the_next_run():
    assert NOON < retry() < NOON + TEN_MINUTES


def test_a_page_is_looked_at_four_times_at_growing_distances():
    times = [retry(attempt) for attempt in range(1, 6)]

    assert times[3:] == [None, None]
    assert times[:3] == sorted(set(times[:3]))
    assert times[2] - NOON < DAY


def test_a_page_that_no_look_will_mend_is_not_looked_at_again():
    assert retry(transient=False) is None
    assert retry(transient=False, retry_after=60) is None


@pytest.mark.parametrize("asked, waits", [(7200, timedelta(hours=2)), (10**9, DAY), (float("inf"), DAY)])
def test_a_page_waits_as_long_as_the_server_asks_up_to_a_day(asked, waits):
    assert retry(retry_after=asked) == NOON + waits


@given(st.integers(), SECONDS)
def test_no_figure_makes_a_page_wait_for_ever(attempt, asked):
    again = retry(attempt, retry_after=asked)

    assert again is None or NOON < again <= NOON + DAY
