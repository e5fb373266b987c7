"""Dates as feeds write them: right, or none at all. Pure.

In place of feedparser's own dates, which are wrong without a sign: a zone that it does not know (MSK, CET) counts
as UTC, 2016/6/29 is the first of June, MEST is 14 hours off, and it knows no month in Russian. A date that can
be read in two ways is read in none.
"""

import re
from datetime import UTC, datetime, timedelta

# The longest of 1,600 dates in feeds has 32 characters.
_MAX_LENGTH = 80
# What lies before the first web page is a zero, or a year of two digits.
_FIRST = datetime(1990, 1, 1, tzinfo=UTC)
# A zone that is missing puts a time up to a day ahead.
_MAX_AHEAD = timedelta(days=2)

# Hours east of Greenwich. RFC 822 settles the American names; the names of several zones (IST is India, Israel
# and Ireland) are left out.
_ZONES = {
    "z": 0, "ut": 0, "utc": 0, "gmt": 0, "wet": 0,
    "west": 1, "bst": 1, "cet": 1, "met": 1, "mez": 1,
    "cest": 2, "mest": 2, "mesz": 2, "eet": 2, "sast": 2,
    "eest": 3, "msk": 3, "мск": 3, "trt": 3, "msd": 4, "samt": 4, "yekt": 5, "omst": 6, "novt": 7, "krat": 7,
    "irkt": 8, "hkt": 8, "sgt": 8, "awst": 8, "yakt": 9, "jst": 9, "kst": 9, "vlat": 10, "aest": 10, "magt": 11,
    "aedt": 11, "pett": 12, "nzst": 12, "nzdt": 13,
    "ast": -4, "adt": -3, "est": -5, "edt": -4, "cst": -6, "cdt": -5, "mst": -7, "mdt": -6, "pst": -8, "pdt": -7,
}  # fmt: skip

# How the names of the months begin, January first: en de fr es it pt pl ru bg uk be.
_MONTHS = {
    beginning: number
    for number, beginnings in enumerate(
        (
            "jan jän ene gen sty янв яну січ сту",
            "feb fév fev lut фев лют",
            "mar mär мар бер сак",
            "apr avr abr kwi апр кві кра",
            "may mai mag maj май мая тра",
            "jun juin giu cze июн юни чер чэр",
            "jul juil lug lip июл юли лип ліп",
            "aug aoû aou ago sie авг сер жні",
            "sep set wrz сен вер",
            "oct okt ott out paź окт жов кас",
            "nov lis ноя ное лис ліс",
            "dec dez déc dic gru дек гру сне",
        ),
        1,
    )
    for beginning in beginnings.split()
}  # fmt: skip

_WEEKDAY = r"(?:[^\W\d_]{2,12}\.?,?\s+)?"
_DAY = r"(?P<day>\d{1,2})"
_NAME = r"(?P<name>[^\W\d_]{3,12})\.?"
_YEAR = r"(?P<year>\d{4})"
_TIME = (
    r"(?P<hour>\d{1,2})[:.](?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,](?P<fraction>\d{1,9}))?)?"
    r"(?:\s*(?P<half>[ap])\.?m\b\.?)?"
)
_CLOCK = rf"(?:(?:[t,\s]|\s[ов]\s|\sat\s|\s[-–]\s)\s*{_TIME})?"
# "GMT+3", "+03:00", "+0300 MSK", "MSK".
_ZONE = r"(?:\s*(?P<zone>[^\W\d_]{1,5}))?(?:\s*(?P<offset>[+\-−]\d{1,2}(?::?\d{2})?)(?:\s+[^\W\d_]{2,5})?)?"
_FORMS = tuple(
    re.compile(form)
    for form in (
        # 2026-11-24T12:00:00+03:00, 2026/6/29
        rf"{_YEAR}(?P<mark>[-/.])(?P<month>\d{{1,2}})(?P=mark){_DAY}{_CLOCK}{_ZONE}",
        # 20261124T120000Z
        rf"{_YEAR}(?P<month>\d\d)(?P<day>\d\d)(?:t(?P<hour>\d\d):?(?P<minute>\d\d)(?::?(?P<second>\d\d))?)?{_ZONE}",
        # Tue, 24 Nov 2026 12:00:00 MSK; 24 ноября 2026 г., 12:00
        rf"{_WEEKDAY}{_DAY}(?:st|nd|rd|th|\.)?[\s/,-]+(?:de\s+)?{_NAME}[\s/,-]+(?:de\s+)?(?P<year>\d{{4}}|\d{{2}})"
        rf"(?:\s*[гр](?:\.|ода|оку)?,?(?!\w))?{_CLOCK}{_ZONE}",
        # November 24, 2026 1:05 PM
        rf"{_WEEKDAY}{_NAME}\s+{_DAY}(?:st|nd|rd|th)?,?\s+{_YEAR}{_CLOCK}{_ZONE}",
        # Tue Nov 24 12:00:00 UTC 2026
        rf"{_WEEKDAY}{_NAME}\s+{_DAY}\s+{_TIME}{_ZONE}\s+{_YEAR}",
        # 24.11.2026 12:00
        rf"{_DAY}\.(?P<month>\d{{1,2}})\.{_YEAR}{_CLOCK}{_ZONE}",
        # 24/11/2026 or 11/24/2026
        rf"(?P<first>\d{{1,2}})(?P<mark>[/-])(?P<other>\d{{1,2}})(?P=mark){_YEAR}{_CLOCK}{_ZONE}",
    )
)
# What nearly every feed writes: "Tue, 24 Nov 2026 12:00:00 +0300" and "2026-11-24T12:00:00+03:00", or in UTC.
_USUAL = re.compile(
    r"(?:[A-Z][a-z]{2}, (\d\d?) (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) (\d{4}) |(\d{4})-(\d\d)-(\d\d)T)"
    r"([01]\d|2[0-3]):([0-5]\d):([0-5]\d)(?: ?(?:GMT|UTC|Z)| ?([+-])(0\d|1[0-3]):?([0-5]\d))",
    re.ASCII,
)
# "12:00 (MSK)" names its zone so; "(Moscow Standard Time)" after an offset says nothing new.
_ZONE_IN_BRACKETS = re.compile(r"\(\s*([^\W\d_]{1,5})\s*\)")
_COMMENT = re.compile(r"\([^()]*\)")


def parse_date(text: str) -> datetime | None:
    """The time a feed gives, in UTC, of the years 1 to 9999; None where it cannot be read for certain.

    Without a zone it is taken as UTC and without a time as midnight: so do all feed readers.
    """
    if not text or len(text) > _MAX_LENGTH:
        return None
    try:
        if match := _USUAL.fullmatch(text):
            return _usual_moment(match)
        text = _COMMENT.sub(" ", _ZONE_IN_BRACKETS.sub(r" \1 ", text.lower())).strip()
        match = next((match for form in _FORMS if (match := form.fullmatch(text))), None)
        return _moment({name: value for name, value in match.groupdict().items() if value}) if match else None
    except (ValueError, OverflowError):
        return None


def is_plausible(published_at: datetime | None, seen_at: datetime) -> bool:
    """Whether a time may decide anything: from 1990, before the first web page, to two days after it was seen.

    1970-01-01 and 9999-12-31 were seen in feeds: they are kept as announced, and decide nothing.
    """
    return published_at is not None and _FIRST <= published_at <= seen_at + _MAX_AHEAD


def _usual_moment(match: re.Match[str]) -> datetime:
    """The moment of one of the two usual forms, without the detour of the others."""
    day, name, year, year_first, month, day_last, hour, minute, second, sign, hours, minutes = match.groups()
    moment = datetime(
        int(year or year_first),
        _MONTHS[name.lower()] if name else int(month),
        int(day or day_last),
        int(hour),
        int(minute),
        int(second),
        tzinfo=UTC,
    )
    if sign is None or hours == minutes == "00":
        return moment
    offset = timedelta(hours=int(hours), minutes=int(minutes))
    return moment - offset if sign == "+" else moment + offset


def _moment(found: dict[str, str]) -> datetime | None:
    offset, day = _offset(found), _day(found)
    if offset is None or day is None:
        return None
    hour = int(found.get("hour", 0))
    if half := found.get("half"):
        hour = hour % 12 + (12 if half == "p" else 0)
    # Midnight may be the 24th hour of the day before.
    days, hour = (1, 0) if hour == 24 and not int(found.get("minute", 0)) else (0, hour)
    # A leap second has no place in a datetime.
    second = 59 if found.get("second") == "60" else int(found.get("second", 0))
    microsecond = int(found.get("fraction", "0")[:6].ljust(6, "0"))
    clock = day.replace(hour=hour, minute=int(found.get("minute", 0)), second=second, microsecond=microsecond)
    return clock + timedelta(days=days) - offset


def _day(found: dict[str, str]) -> datetime | None:
    year = int(found["year"])
    if len(found["year"]) == 2:
        year += 2000 if year < 90 else 1900
    month, day = found.get("month"), found.get("day")
    if name := found.get("name"):
        number = _MONTHS.get(name[:4]) or _MONTHS.get(name[:3])
        return datetime(year, number, int(day or 0), tzinfo=UTC) if number else None
    if first := found.get("first"):
        low, high = sorted((int(first), int(found["other"])))
        # 11/12/2026 is a day in November or one in December.
        return datetime(year, low, high, tzinfo=UTC) if high > 12 or low == high else None
    return datetime(year, int(month or 0), int(day or 0), tzinfo=UTC)


def _offset(found: dict[str, str]) -> timedelta | None:
    if text := found.get("offset"):
        digits = text[1:].replace(":", "")
        hours, minutes = (int(digits[:-2]), int(digits[-2:])) if len(digits) > 2 else (int(digits), 0)
        size = timedelta(hours=hours, minutes=minutes)
        if size > timedelta(hours=14):
            return None
        return size if text[0] == "+" else -size
    hours_east = _ZONES.get(found.get("zone", "utc"))
    return None if hours_east is None else timedelta(hours=hours_east)
