"""Quiet hours and schedules: the clock of a time zone, also in the nights in which it is set."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from newsmonitor.alertspec import Quiet, Rule
from newsmonitor.alerttimes import check_cron, is_quiet, last_moment, next_moment, quiet_until

MINUTE = timedelta(minutes=1)
LONDON, KYIV, NEW_YORK = "Europe/London", "Europe/Kyiv", "America/New_York"
# The last four: half an hour; an hour at midnight; two hours; no change, and far from UTC.
ZONES = [
    LONDON,
    KYIV,
    NEW_YORK,
    "Australia/Lord_Howe",
    "Africa/Cairo",
    "Antarctica/Troll",
    "Pacific/Kiritimati",
]
NIGHT = "22:00-07:00"


def rule(*, zone: str = "UTC", quiet: str | None = None, schedule: str = "0 7 * * *") -> Rule:
    hours = [time.fromisoformat(each) for each in quiet.split("-")] if quiet else []
    between = Quiet(begin=hours[0], end=hours[1]) if hours else None
    return Rule(name="r", timezone=ZoneInfo(zone), quiet=between, schedule=schedule)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def moments(schedule: str, zone: str, begin: str, end: str) -> list[str]:
    """The moments of a schedule in a time, in UTC, found by going forward."""
    asked, at, found = rule(schedule=schedule, zone=zone), utc(begin), []
    while (at := next_moment(asked, at)) < utc(end):
        found.append(f"{at:%d %H:%M}")
    return found


@pytest.mark.parametrize(
    "quiet, clock, expected",
    [
        (NIGHT, "21:59:59", False),
        (NIGHT, "22:00:00", True),
        (NIGHT, "00:00:00", True),
        (NIGHT, "06:59:59", True),
        (NIGHT, "07:00:00", False),
        ("13:00-14:30", "12:59:59", False),
        ("13:00-14:30", "13:00:00", True),
        ("13:00-14:30", "14:29:59", True),
        ("13:00-14:30", "14:30:00", False),
        ("00:00-07:00", "23:59:59", False),
        ("00:00-07:00", "00:00:00", True),
        ("22:00-00:00", "23:59:59", True),
        ("22:00-00:00", "00:00:00", False),
    ],
)
def test_a_rule_keeps_still_from_the_first_hour_to_the_second(quiet, clock, expected):
    assert is_quiet(rule(quiet=quiet), utc(f"2026-01-15T{clock}")) is expected


def test_a_rule_without_quiet_hours_never_keeps_still():
    assert is_quiet(rule(), utc("2026-01-15T03:00")) is False
    assert quiet_until(rule(), utc("2026-01-15T03:00")) is None


def test_quiet_hours_are_those_of_the_zone():
    kyiv = rule(quiet=NIGHT, zone=KYIV)

    assert is_quiet(kyiv, utc("2026-01-15T20:00")) is True
    assert is_quiet(kyiv, utc("2026-07-15T19:00")) is True
    assert is_quiet(kyiv, utc("2026-07-15T18:59")) is False


@pytest.mark.parametrize(
    "zone, quiet, at, until",
    [
        ("UTC", NIGHT, "2026-01-15T21:59:59", None),
        ("UTC", NIGHT, "2026-01-15T22:00", "2026-01-16T07:00"),
        ("UTC", NIGHT, "2026-01-16T06:59:59.999999", "2026-01-16T07:00"),
        ("UTC", NIGHT, "2026-01-16T07:00", None),
        # A night is an hour shorter in spring and an hour longer in autumn.
        (LONDON, NIGHT, "2026-03-28T22:00", "2026-03-29T06:00"),
        (LONDON, NIGHT, "2026-10-24T21:00", "2026-10-25T07:00"),
        (KYIV, NIGHT, "2026-03-28T20:00", "2026-03-29T04:00"),
        (KYIV, NIGHT, "2026-10-24T19:00", "2026-10-25T05:00"),
        (NEW_YORK, NIGHT, "2026-03-08T03:00", "2026-03-08T11:00"),
        (NEW_YORK, NIGHT, "2026-11-01T02:00", "2026-11-01T12:00"),
        # The clock goes from 00:59 to 02:00: an end between them is reached at 02:00.
        (LONDON, "22:00-01:30", "2026-03-29T00:30", "2026-03-29T01:00"),
        # It shows 01:00 to 01:59 twice: quiet, awake, quiet again.
        (LONDON, "22:00-01:30", "2026-10-25T00:15", "2026-10-25T00:30"),
        (LONDON, "22:00-01:30", "2026-10-25T00:45", None),
        (LONDON, "22:00-01:30", "2026-10-25T01:15", "2026-10-25T01:30"),
        # Awake for one minute a day, and on that day the clock leaves it out.
        (LONDON, "01:30-01:29", "2026-03-29T00:30", "2026-03-30T00:29"),
    ],
)
def test_quiet_ends_when_the_clock_shows_it(zone, quiet, at, until):
    found = quiet_until(rule(zone=zone, quiet=quiet), utc(at))

    assert found == (utc(until) if until else None)


def test_a_moment_may_come_in_any_zone():
    at = datetime(2026, 1, 15, 23, 30, tzinfo=ZoneInfo(NEW_YORK))

    assert quiet_until(rule(quiet=NIGHT), at) == utc("2026-01-16T07:00")
    assert last_moment(rule(), at) == utc("2026-01-15T07:00")
    assert next_moment(rule(), at).tzinfo is UTC


def test_the_last_moment_may_be_now_and_the_next_is_later():
    at = utc("2026-01-15T07:00")

    assert (last_moment(rule(), at), next_moment(rule(), at)) == (at, utc("2026-01-16T07:00"))
    assert last_moment(rule(), at - timedelta(microseconds=1)) == utc("2026-01-14T07:00")
    assert last_moment(rule(), at + timedelta(microseconds=1)) == at


@pytest.mark.parametrize(
    "schedule, last, following",
    [
        ("0 7 * * 1", "2026-01-12T07:00", "2026-01-19T07:00"),
        ("30 8 1 * *", "2026-01-01T08:30", "2026-02-01T08:30"),
        ("0 7 L * *", "2025-12-31T07:00", "2026-01-31T07:00"),
        ("0 7 * * fri#2", "2026-01-09T07:00", "2026-02-13T07:00"),
        ("0 7 29 2 *", "2024-02-29T07:00", "2028-02-29T07:00"),
        ("*/15 * * * *", "2026-01-15T12:00", "2026-01-15T12:15"),
        # crontab(5): where both days are given, one of them is enough.
        ("0 7 13 * 5", "2026-01-13T07:00", "2026-01-16T07:00"),
    ],
)
def test_a_cron_line_has_its_moments(schedule, last, following):
    at = utc("2026-01-15T12:07")

    assert last_moment(rule(schedule=schedule), at) == utc(last)
    assert next_moment(rule(schedule=schedule), at) == utc(following)


@pytest.mark.parametrize(
    "zone, schedule, begin, expected",
    [
        # Spring: 01:30 does not exist in London, 03:30 in Kyiv, 02:30 in New York; it comes an hour late.
        (LONDON, "30 1 * * *", "2026-03-28", ["28 01:30", "29 01:30", "30 00:30"]),
        (KYIV, "30 3 * * *", "2026-03-28", ["28 01:30", "29 01:30", "30 00:30"]),
        (NEW_YORK, "30 2 * * *", "2026-03-07", ["07 07:30", "08 07:30", "09 06:30"]),
        # Autumn: it comes twice; the first counts.
        (LONDON, "30 1 * * *", "2026-10-24", ["24 00:30", "25 00:30", "26 01:30"]),
        (KYIV, "30 3 * * *", "2026-10-24", ["24 00:30", "25 00:30", "26 01:30"]),
        (NEW_YORK, "30 1 * * *", "2026-10-31", ["31 05:30", "01 05:30", "02 06:30"]),
        # A digest at seven is at seven by the clock on either side.
        (LONDON, "0 7 * * *", "2026-03-28", ["28 07:00", "29 06:00", "30 06:00"]),
        (LONDON, "0 7 * * *", "2026-10-24", ["24 06:00", "25 07:00", "26 07:00"]),
    ],
)
def test_a_schedule_comes_once_a_day_when_clocks_are_set(zone, schedule, begin, expected):
    end = f"{date.fromisoformat(begin) + timedelta(days=3)}"

    assert moments(schedule, zone, begin, end) == expected


def test_what_is_due_each_hour_leaves_out_the_hour_that_comes_again():
    assert moments("0 * * * *", LONDON, "2026-10-24T22:30", "2026-10-25T04:00") == [
        "24 23:00", "25 00:00", "25 02:00", "25 03:00",
    ]  # fmt: skip
    assert moments("0 * * * *", LONDON, "2026-03-28T23:30", "2026-03-29T04:00") == [
        "29 00:00", "29 01:00", "29 02:00", "29 03:00",
    ]  # fmt: skip


ROUND_2026 = st.integers(0, 366 * 24 * 60).map(lambda minutes: utc("2026-01-01") + minutes * MINUTE)
CLOCKS = st.tuples(st.integers(0, 23), st.sampled_from([0, 15, 30, 45, 59]))


@settings(max_examples=300, deadline=None)
@given(ROUND_2026, CLOCKS, CLOCKS, st.sampled_from(ZONES))
@example(utc("2026-03-29T00:30"), (22, 0), (1, 30), LONDON)
@example(utc("2026-10-03T15:45"), (22, 0), (2, 15), "Australia/Lord_Howe")
def test_quiet_lasts_as_long_as_each_minute_of_it_is_quiet(at, begin, end, zone):
    if begin == end:
        return
    asked = rule(zone=zone, quiet="{:02}:{:02}-{:02}:{:02}".format(*begin, *end))
    until = quiet_until(asked, at)

    assert (until is not None) is is_quiet(asked, at)
    if until is not None:
        assert not is_quiet(asked, until)
        assert until > at
        before = [at + number * MINUTE for number in range(int((until - at) / MINUTE))]
        assert all(is_quiet(asked, each) for each in before)
        assert is_quiet(asked, until - timedelta(microseconds=1))


def all_moments(zone: str, around: datetime, hours: set[int], minutes: set[int]) -> list[datetime]:
    """The moments of the schedule, by RFC 5545 for each minute of each day near a time."""
    day = around.date() - timedelta(days=3)
    days = [day + timedelta(days=number) for number in range(7)]
    found = {
        datetime.combine(each, time(hour, minute), tzinfo=ZoneInfo(zone)).astimezone(UTC)
        for each in days
        for hour in hours
        for minute in minutes
    }
    return sorted(found)


@settings(max_examples=300, deadline=None)
@given(
    ROUND_2026,
    st.integers(0, 59),
    st.sets(st.integers(0, 23), min_size=1, max_size=5),
    st.sets(st.integers(0, 59), min_size=1, max_size=5),
    st.sampled_from(ZONES),
)
@example(utc("2026-03-29T01:30"), 0, {1, 2}, {30}, LONDON)
@example(utc("2026-03-29T01:10"), 0, {1}, {30}, LONDON)
@example(utc("2026-03-29T01:10"), 0, {1, 2}, {10, 30}, LONDON)
@example(utc("2026-10-25T01:10"), 0, {1}, {30}, LONDON)
@example(utc("2026-10-04T01:00"), 0, {2}, {15, 40}, "Australia/Lord_Howe")
@example(utc("2026-03-29T01:30"), 0, {1, 2, 3}, {0, 30, 45}, "Antarctica/Troll")
def test_the_moments_are_those_that_the_rfc_gives(at, second, hours, minutes, zone):
    at += timedelta(seconds=second)
    schedule = f"{','.join(map(str, minutes))} {','.join(map(str, hours))} * * *"
    every = all_moments(zone, at, hours, minutes)

    assert last_moment(rule(zone=zone, schedule=schedule), at) == max(each for each in every if each <= at)
    assert next_moment(rule(zone=zone, schedule=schedule), at) == min(each for each in every if each > at)


@settings(max_examples=100, deadline=None)
@given(
    ROUND_2026,
    st.sampled_from(ZONES),
    st.sampled_from(["* * * * *", "*/20 1-3 * * *", "0 0 * * 0", "5 4 1 * *"]),
)
def test_going_back_and_forward_meet(at, zone, schedule):
    asked = rule(zone=zone, schedule=schedule)
    following = next_moment(asked, at)

    assert last_moment(asked, following) == following
    assert last_moment(asked, following - timedelta(microseconds=1)) == last_moment(asked, at) <= at


FIELD = st.one_of(
    st.sampled_from(
        ["*", "*/2", "0", "1", "7", "L", "l5", "5#2", "mon", "jan", "mon-fri", "1,2", "6-1", "60", "?"]
    ),
    st.text("0123456789*,-/#lLWrh ?", max_size=6),
)


@settings(max_examples=500, deadline=None)
@given(st.lists(FIELD, min_size=5, max_size=5).map(" ".join) | st.text(max_size=30))
@example("0 0 31 2,4 *")
@example("0 0 1 mon *")
@example("0 0 * * 1#5,2")
@example("R R * * *")
@example("٣ 7 * * *")
def test_a_cron_line_that_is_not_refused_has_moments(line):
    at = utc("2026-10-25T01:10")
    asked = rule(zone=KYIV, schedule=line)

    assert check_cron(line) is not None or last_moment(asked, at) <= at < next_moment(asked, at)
