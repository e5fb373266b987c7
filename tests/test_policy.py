"""When to ask again, as tables of rules."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsmonitor import policy

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
FIVE = 5 * MINUTE
FEED = "https://news.example/feed.xml"
CLASSES = st.sampled_from(
    [
        "dns",
        "dns_temporary",
        "connection",
        "timeout",
        "http_4xx",
        "http_5xx",
        "tls",
        "not_a_feed",
        "parse",
        "empty",
    ]
)
SECONDS = st.none() | st.floats()


def after_answer(*, silence=timedelta(), spacing=FIVE, share=0.0, pace=None, cache=None):
    """The wait after a poll that succeeded."""
    next_at = policy.next_after_answer(
        FEED,
        at=NOON,
        last_new_at=NOON - silence,
        spacing=spacing,
        new_share=share,
        pace_seconds=pace,
        cache_seconds=cache,
    )
    return next_at - NOON


def after_failure(failure_class="http_5xx", *, count=1, since=timedelta(), retry_after=None):
    next_at = policy.next_after_failure(
        at=NOON,
        failure_class=failure_class,
        failure_count=count,
        failing_since=NOON - since,
        retry_after=retry_after,
    )
    return next_at - NOON


def test_a_feed_that_has_just_brought_something_is_due_at_the_next_run_even_if_that_comes_a_little_early():
    assert after_answer() == FIVE - MINUTE


@pytest.mark.parametrize(
    ("silence", "least", "most"),
    [
        (HOUR, 4 * MINUTE, 5 * MINUTE),
        (12 * HOUR, 29 * MINUTE, 33 * MINUTE),
        (DAY, 59 * MINUTE, 66 * MINUTE),
        (7 * DAY, 6.9 * HOUR, 7.7 * HOUR),
        (24 * DAY, 23 * HOUR, DAY),
        (3000 * DAY, DAY, DAY),
    ],
)
def test_the_longer_a_feed_was_silent_the_later_it_is_asked(silence, least, most):
    assert least <= after_answer(silence=silence) <= most


def test_a_feed_is_asked_before_more_than_a_quarter_of_it_can_be_new():
    # Half of it was new within an hour: in half an hour it may be a quarter.
    assert after_answer(silence=10 * DAY, spacing=HOUR, share=0.5) == 30 * MINUTE
    assert after_answer(silence=10 * DAY, spacing=HOUR, share=0.9) == timedelta(seconds=1000)


def test_a_feed_that_was_new_from_end_to_end_is_asked_at_the_next_run():
    assert after_answer(silence=10 * DAY, spacing=HOUR, share=1.0, cache=3600) == FIVE - MINUTE


def test_the_dates_in_a_feed_say_how_soon_entries_fall_out_whatever_its_caches_say():
    def wait(silence):
        at = policy.next_after_answer(
            FEED,
            at=NOON,
            last_new_at=NOON - silence,
            spacing=None,
            new_share=0,
            pace_seconds=None,
            cache_seconds=3600,
            span_seconds=40 * 60,
        )
        return at - NOON

    assert wait(timedelta()) == 10 * MINUTE
    # A feed that has gone quiet may rest.
    assert wait(2 * DAY) >= HOUR


@pytest.mark.parametrize("hint", ["pace", "cache"])
def test_a_feed_is_not_asked_before_it_says(hint):
    assert after_answer(**{hint: 3600}) == HOUR
    assert after_answer(**{hint: 10}) == FIVE - MINUTE
    assert after_answer(**{hint: 10**9}) == DAY


def test_what_a_feed_says_yields_where_entries_would_fall_out_meanwhile():
    assert after_answer(pace=86400, spacing=HOUR, share=0.5) == 30 * MINUTE


def test_feeds_that_are_quiet_alike_are_not_asked_all_at_once():
    waits = {
        policy.next_after_answer(
            f"https://news.example/{number}",
            at=NOON,
            last_new_at=NOON - DAY,
            spacing=HOUR,
            new_share=0,
            pace_seconds=None,
            cache_seconds=None,
        )
        for number in range(20)
    }

    assert len(waits) > 15


@given(
    st.timedeltas(timedelta(), 9000 * DAY),
    st.none() | st.timedeltas(timedelta(), 9000 * DAY),
    st.floats(0, 1),
    st.none() | st.integers(0, 10**12),
    st.none() | st.floats(0, 1e300),
)
def test_a_feed_that_answers_is_asked_within_five_minutes_and_a_day(silence, spacing, share, pace, cache):
    assert (
        FIVE - MINUTE
        <= after_answer(silence=silence, spacing=spacing, share=share, pace=pace, cache=cache)
        <= DAY
    )


@pytest.mark.parametrize("failure_class", ["dns_temporary", "empty"])
def test_a_hiccup_is_asked_about_within_ten_minutes(failure_class):
    assert after_failure(failure_class) < 10 * MINUTE


def test_the_heavier_the_failure_the_longer_the_wait():
    light, medium, heavy = (
        after_failure(name, count=3) for name in ("dns_temporary", "http_5xx", "not_a_feed")
    )

    assert light < medium < heavy
    assert {after_failure(name, count=3) for name in ("http_4xx", "tls", "dns")} == {heavy}
    assert {after_failure(name, count=3) for name in ("timeout", "connection", "parse", "throttled")} == {
        medium
    }


@given(CLASSES, st.integers(1, 10**9))
def test_each_failure_in_a_row_waits_longer_and_none_longer_than_a_day(failure_class, count):
    first, then = (after_failure(failure_class, count=n) for n in (count, count + 1))

    assert first <= then <= DAY


@given(CLASSES, st.integers(1, 10**9), st.timedeltas(timedelta(), 9000 * DAY), SECONDS)
def test_no_feed_is_ever_given_up(failure_class, count, since, retry_after):
    assert after_failure(failure_class, count=count, since=since, retry_after=retry_after) <= 7 * DAY


def test_a_feed_that_is_dead_for_a_month_is_asked_once_a_week():
    assert after_failure("dns", count=50, since=29 * DAY) <= DAY
    assert after_failure("dns", count=50, since=31 * DAY) == 7 * DAY


def test_a_feed_that_is_gone_is_asked_the_next_day_and_then_once_a_month():
    assert after_failure("gone", count=1) == DAY
    assert after_failure("gone", count=2, since=DAY) == 30 * DAY


def test_a_robots_file_that_forbids_a_feed_is_asked_about_once_a_day():
    assert after_failure("robots") == DAY - MINUTE


@pytest.mark.parametrize(
    ("retry_after", "wait"),
    [(7200, 2 * HOUR), (10**9, DAY), (1, 19 * MINUTE), (-5, 19 * MINUTE), (None, 19 * MINUTE)],
)
def test_a_retry_after_is_obeyed_up_to_a_day(retry_after, wait):
    assert after_failure("throttled", retry_after=retry_after) == wait


@pytest.mark.parametrize(
    ("failure_class", "retry_after", "hold"),
    [
        ("throttled", 3600, HOUR),
        ("throttled", None, 10 * MINUTE),
        ("throttled", 10**9, DAY),
        ("http_5xx", 3600, None),
        (None, 3600, None),
    ],
)
def test_a_domain_is_held_where_one_of_its_addresses_asks_us_to_slow_down(failure_class, retry_after, hold):
    until = policy.hold_until(at=NOON, failure_class=failure_class, retry_after=retry_after)

    assert until == (NOON + hold if hold else None)


def test_validators_are_left_out_at_least_every_fifteen_hours_and_not_within_nine():
    def full(hours, feed=FEED):
        return policy.wants_full(feed, at=NOON, last_full_at=NOON - hours * HOUR)

    feeds = [f"https://news.example/{number}" for number in range(100)]
    assert not any(full(8.9, feed) for feed in feeds)
    assert all(full(15, feed) for feed in feeds)
    assert 20 < sum(full(12, feed) for feed in feeds) < 80
    assert policy.wants_full(FEED, at=NOON, last_full_at=None)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"cache_control": "public, max-age=300"}, 300),
        ({"cache_control": 'max-age="60"'}, 60),
        ({"cache_control": "MAX-AGE = 60, must-revalidate"}, 60),
        ({"cache_control": "max-age=300", "age": "100"}, 200),
        ({"cache_control": "max-age=300", "age": "400"}, None),
        ({"cache_control": "no-cache, max-age=300"}, None),
        ({"cache_control": "no-store"}, None),
        ({"cache_control": "s-maxage=300"}, None),
        ({"cache_control": "max-age=soon"}, None),
        ({"cache_control": "max-age=-1"}, None),
        (
            {"expires": "Tue, 24 Nov 2026 13:00:00 GMT", "date": "Tue, 24 Nov 2026 12:00:00 GMT"},
            3600,
        ),
        ({"expires": "Tue, 24 Nov 2026 11:00:00 GMT", "date": "Tue, 24 Nov 2026 12:00:00 GMT"}, None),
        ({"expires": "0", "date": "Tue, 24 Nov 2026 12:00:00 GMT"}, None),
        ({"expires": "Tue, 24 Nov 2026 13:00:00 GMT"}, None),
        ({}, None),
    ],
)
def test_how_long_an_answer_may_be_repeated_by_a_cache(headers, seconds):
    usual = {"cache_control": None, "expires": None, "date": None, "age": None}

    assert policy.cache_seconds(**{**usual, **headers}) == seconds


def test_a_feed_that_says_hourly_and_brings_four_an_hour_is_not_believed():
    busy = [NOON - n * 15 * MINUTE for n in range(10)]
    quiet = [NOON - n * 2 * HOUR for n in range(10)]

    assert policy.pace_of(3600, newest=busy) is None
    assert policy.pace_of(3600, newest=quiet) == 3600
    assert policy.pace_of(3600, newest=busy[:3]) == 3600
    assert policy.pace_of(None, newest=busy) is None


def test_a_page_is_looked_at_four_times_within_eight_hours():
    looks, at = 0, NOON
    while at is not None:
        looks, last = looks + 1, at
        at = policy.page_retry_at(at=at, transient=True, attempt=looks, retry_after=None)

    assert (looks, last - NOON < 8 * HOUR) == (4, True)
    assert policy.page_retry_at(at=NOON, transient=False, attempt=1, retry_after=None) is None


@given(SECONDS, st.integers(1, 3))
def test_a_page_waits_for_its_retry_after_up_to_a_day(retry_after, attempt):
    at = policy.page_retry_at(at=NOON, transient=True, attempt=attempt, retry_after=retry_after)

    assert MINUTE < at - NOON <= DAY
    if retry_after is not None and 0 < retry_after <= 86400:
        assert at - NOON >= timedelta(seconds=retry_after) - timedelta(microseconds=1)


def after_answer_every(poll_minutes, *, silence=timedelta(), cache=None):
    next_at = policy.next_after_answer(
        FEED,
        at=NOON,
        last_new_at=NOON - silence,
        spacing=MINUTE,
        new_share=0.0,
        pace_seconds=None,
        cache_seconds=cache,
        poll_minutes=poll_minutes,
    )
    return next_at - NOON


@pytest.mark.parametrize(
    ("poll_minutes", "wait"), [(1, 48), (2, 96), (3, 144), (5, 240), (10, 540), (30, 1740), (60, 3540)]
)
def test_a_lively_feed_is_asked_by_each_run_however_often_one_comes(poll_minutes, wait):
    assert after_answer_every(poll_minutes) == timedelta(seconds=wait)
    assert policy.shortest_wait(poll_minutes) == timedelta(seconds=wait)


def test_with_a_run_each_minute_a_silent_feed_waits_as_long_as_with_one_each_five():
    assert 29 * MINUTE < after_answer_every(1, silence=12 * HOUR) < 33 * MINUTE
    assert 59 * MINUTE < after_answer_every(1, silence=DAY) < 66 * MINUTE


def test_with_a_run_each_minute_a_feed_is_not_asked_before_a_cache_lets_go_of_its_answer():
    assert after_answer_every(1, cache=300.0) == FIVE


@given(st.sampled_from([1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 30, 60]), st.timedeltas(timedelta(), 40 * DAY))
def test_no_feed_that_answered_waits_less_than_to_the_next_run_or_more_than_a_day(poll_minutes, silence):
    wait = after_answer_every(poll_minutes, silence=silence)

    assert policy.shortest_wait(poll_minutes) <= wait <= DAY
