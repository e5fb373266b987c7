"""Dates of feeds: right, or none."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsmonitor.feeddates import parse_date

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
        ("2016-12-31T23:59:60Z", datetime(2016, 12, 31, 23, 59, 59, tzinfo=UTC)),
    ],
)
def test_a_date_is_read_right_in_every_form(text, time):
    assert parse_date(text) == time


@pytest.mark.parametrize(
    "text",
    ["", "yesterday", "11/12/2026", "Tue, 24 Nov 2026 12:00:00 IST", "Tue, 24 Nov 2026 12:00:00 (IST)",
     "Tue, 24 Nov 2026 12:00:00 Europe/Moscow", "2026-13-01", "2026-02-30", "2026-11-24T25:00:00", "2026",
     "2026-11-24T12:00:61Z", "2026-11-24T12:00:00+99:00", "1970-01-01T00:00:00Z", "0000-00-00 00:00:00",
     "9999-12-31T23:59:59-12:00", "24 Foo 2026", "2" * 100_000],
)  # fmt: skip
def test_a_date_that_is_not_certain_is_none(text):
    assert parse_date(text) is None


@given(st.text(max_size=60) | st.from_regex(r"\A[0-9TZ:+. MSKаяn/-]{1,40}\Z"))
def test_no_text_makes_the_reading_of_a_date_fail(text):
    time = parse_date(text)

    assert time is None or (time.tzinfo is UTC and time.year >= 1990)
