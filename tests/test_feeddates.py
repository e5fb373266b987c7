"""Dates of feeds: right, or none."""

from datetime import UTC, datetime, timedelta, timezone
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsmonitor.feeddates import is_plausible, parse_date

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    "text, time",
    [
        ("Tue, 24 Nov 2026 15:00:00 +0300", NOON),
        ("Tue, 24 Nov 2026 15:00:00 MSK", NOON),
        ("Tue, 24 Nov 2026 15:00:00 (MSK)", NOON),
        ("Tue, 24 Nov 2026 15:00:00 +0300 (Moscow Standard Time)", NOON),
        ("Tue, 24 Nov 2026 12:00:00 GMT", NOON),
        ("Tue, 24 Nov 2026 12:00:00", NOON),
        ("24 Nov 26 14:00 EET", NOON),
        ("Tue, 24 Nov 2026 13:00:00 CET", NOON),
        ("Fri, 24 Jul 2026 13:00:00 BST", datetime(2026, 7, 24, 12, tzinfo=UTC)),
        ("Fri, 24 Jul 2026 14:00:00 MEST", datetime(2026, 7, 24, 12, tzinfo=UTC)),
        ("Fri, 24 Jul 2026 15:00:00 EEST", datetime(2026, 7, 24, 12, tzinfo=UTC)),
        ("Tue, 24 Nov 2026 07:00:00 EST", NOON),
        ("Tue Nov 24 2026 15:00:00 GMT+0300", NOON),
        ("Tue Nov 24 12:00:00 UTC 2026", NOON),
        ("November 24, 2026 12:00 PM", NOON),
        ("24 ноября 2026 г., 15:00 МСК", NOON),
        ("Вт, 24 ноя 2026 15:00:00 +0300", NOON),
        ("24 листопада 2026 року о 12:00", NOON),
        ("24.11.2026 12:00", NOON),
        ("2026-11-24T12:00:00Z", NOON),
        ("2026-11-24 15:00:00.123+03", NOON + timedelta(microseconds=123000)),
        ("2026/6/29", datetime(2026, 6, 29, tzinfo=UTC)),
        ("29/6/2026", datetime(2026, 6, 29, tzinfo=UTC)),
        ("20261124T120000Z", NOON),
        ("2026-11-24T24:00:00+12:00", NOON),
        ("1970-01-01T00:00:00Z", datetime(1970, 1, 1, tzinfo=UTC)),
        ("Thu, 01 Jan 1970 00:00:00 +0000", datetime(1970, 1, 1, tzinfo=UTC)),
        ("0001-01-01T00:00:00Z", datetime(1, 1, 1, tzinfo=UTC)),
        ("Mon, 01 Jan 0001 00:00:00 -0100", datetime(1, 1, 1, 1, tzinfo=UTC)),
        ("9999-12-31T23:59:59Z", datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)),
        ("2016-12-31T23:59:60Z", datetime(2016, 12, 31, 23, 59, 59, tzinfo=UTC)),
    ],
)
def test_a_date_is_read_right_in_every_form(text, time):
    assert parse_date(text) == time


@pytest.mark.parametrize(
    "text",
    ["", "yesterday", "11/12/2026", "Tue, 24 Nov 2026 12:00:00 IST", "Tue, 24 Nov 2026 12:00:00 (IST)",
     "Tue, 24 Nov 2026 12:00:00 Europe/Moscow", "2026-13-01", "2026-02-30", "2026-11-24T25:00:00", "2026",
     "2026-11-24T12:00:61Z", "2026-11-24T12:00:00+99:00", "0000-00-00 00:00:00", "Mon, 01 Jan 0000 00:00:00 GMT",
     "9999-12-31T23:59:59-12:00", "9999-12-31T24:00:00Z", "0001-01-01T00:00:00+01:00", "24 Foo 2026", "2" * 100_000],
)  # fmt: skip
def test_a_date_that_is_not_certain_is_none(text):
    assert parse_date(text) is None


@given(st.text(max_size=60) | st.from_regex(r"\A[0-9TZ:+. MSKаяn/-]{1,40}\Z"))
def test_no_text_makes_the_reading_of_a_date_fail(text):
    time = parse_date(text)

    assert time is None or time.tzinfo is UTC


ANY_TIME = st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30)).map(
    lambda time: time.replace(microsecond=0, tzinfo=UTC)
)
OFFSETS = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))


@given(ANY_TIME, OFFSETS)
def test_the_usual_forms_are_read_as_the_others_are(time, zone):
    there = time.astimezone(zone)

    for text in (there.isoformat(), format_datetime(there)):
        # A remark in brackets is not usual, and says nothing.
        assert parse_date(text) == parse_date(f"{text} (a remark)") == time


@pytest.mark.parametrize(
    "time, plausible",
    [
        (None, False),
        (datetime(1, 1, 1, tzinfo=UTC), False),
        (datetime(1989, 12, 31, 23, 59, tzinfo=UTC), False),
        (datetime(1990, 1, 1, tzinfo=UTC), True),
        (NOON, True),
        (NOON + timedelta(days=2), True),
        (NOON + timedelta(days=2, seconds=1), False),
        (datetime(9999, 12, 31, tzinfo=UTC), False),
    ],
)
def test_a_time_of_the_far_past_or_of_the_future_decides_nothing(time, plausible):
    assert is_plausible(time, NOON) is plausible
