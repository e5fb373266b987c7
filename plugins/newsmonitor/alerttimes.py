"""When a rule keeps still, and when its digest is due, by the clock of its time zone. Pure.

A schedule reads a local time as iCalendar does (RFC 5545, section 3.3.5): one that comes twice, where clocks are set
back, is the first of the two; one that is left out, where they are set forward, is counted by the offset before, and
so comes an hour late by the new clock. Quiet hours are what the clock shows: an hour that comes twice is quiet twice.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import count

from croniter import croniter
from croniter.croniter import CroniterBadDateError, CroniterError

from newsmonitor.alertspec import Rule

_MINUTE, _DAY = timedelta(minutes=1), timedelta(days=1)
# No clock is set by more in one go: Antarctica/Troll does that, all others move by an hour or less.
_LARGEST_CHANGE = timedelta(hours=2)
_NAMES = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|sun|mon|tue|wed|thu|fri|sat"
_VALUE = rf"(?:[0-9]{{1,2}}|{_NAMES})"
_PART = rf"(?:\*|{_VALUE}(?:-{_VALUE})?)(?:/[0-9]{{1,2}})?"
_LIST = re.compile(rf"{_PART}(?:,{_PART})*")
_LAST_DAY = "l"
_NTH_DAY = re.compile(rf"{_VALUE}#[1-5]|l[0-7]")
_EXAMPLE = "write five fields: minute, hour, day, month, weekday"
_ANY_DAY = datetime(2026, 1, 1)  # noqa: DTZ001  # a local time


def is_quiet(rule: Rule, at: datetime) -> bool:
    """Whether the rule keeps still at this moment; the hour that ends the quiet is quiet no more."""
    if rule.quiet is None:
        return False
    begin, end = rule.quiet.begin, rule.quiet.end
    clock = at.astimezone(rule.timezone).time()
    if begin < end:
        return begin <= clock < end
    return clock >= begin or clock < end


def quiet_until(rule: Rule, at: datetime) -> datetime | None:
    """The first moment after `at`, in UTC, at which the rule keeps still no more; None: it does not keep still."""
    if rule.quiet is None or not is_quiet(rule, at):
        return None
    clock = at.astimezone(rule.timezone)
    wait = (datetime.combine(clock.date(), rule.quiet.end) - clock.replace(tzinfo=None)) % _DAY
    until = at.astimezone(UTC) + wait
    if until.astimezone(rule.timezone).utcoffset() == clock.utcoffset():
        return until
    # The clock is set in that night: minute by minute, for every offset in use is one of whole minutes.
    minute = at.astimezone(UTC).replace(second=0, microsecond=0)
    coming = (minute + number * _MINUTE for number in count(1))
    return next(moment for moment in coming if not is_quiet(rule, moment))


def last_moment(rule: Rule, at: datetime) -> datetime:
    """The newest moment of the rule's schedule that is not after `at`, in UTC."""
    start = _wall(rule, at) + _LARGEST_CHANGE + _MINUTE
    times = croniter(rule.schedule, start).all_prev(datetime)
    return max(_nearest(rule, times, lambda moment: moment <= at))


def next_moment(rule: Rule, at: datetime) -> datetime:
    """The first moment of the rule's schedule that is after `at`, in UTC."""
    start = _wall(rule, at) - _LARGEST_CHANGE - _MINUTE
    times = croniter(rule.schedule, start).all_next(datetime)
    return min(_nearest(rule, times, lambda moment: moment > at))


def check_cron(line: str) -> tuple[str, str] | None:
    """What is wrong with a cron line, and the mend; None: nothing.

    It has the five fields of crontab(5), with names, and of Quartz L, L5 (the last day, Friday) and 5#2 (the second
    Friday). Where day and weekday are both given, either of them is enough, as there.
    """
    fields = line.split()
    if len(fields) != 5:
        return "is neither a time of day nor a cron line", f'write e.g. "07:00"; or {_EXAMPLE}'
    for number, written in enumerate(fields):
        field = written.lower()
        is_special = (number == 2 and field == _LAST_DAY) or (number == 4 and _NTH_DAY.fullmatch(field))
        if not (is_special or _LIST.fullmatch(field)):
            return f'is no cron line: its field "{written}" means nothing', _EXAMPLE
    try:
        croniter(line, _ANY_DAY).get_next(datetime)
    except CroniterBadDateError:
        return "is a day that never comes", "write a day that its month has"
    except CroniterError:
        return "is no cron line: a number is too high, or a name stands in the wrong field", _EXAMPLE
    return None


def _wall(rule: Rule, at: datetime) -> datetime:
    """What a clock on the wall shows, to the minute. Croniter is given no zone: its own way takes an hour twice."""
    return at.astimezone(rule.timezone).replace(second=0, microsecond=0, tzinfo=None)


def _nearest(
    rule: Rule, times: Iterable[datetime], is_wanted: Callable[[datetime], bool]
) -> Iterator[datetime]:
    """Of local times, nearest first, the wanted moments that may be the nearest: a set clock puts them out of order."""
    first: datetime | None = None
    for local in times:
        if first is not None and abs(local - first) > _LARGEST_CHANGE:
            return
        moment = local.replace(tzinfo=rule.timezone).astimezone(UTC)
        if is_wanted(moment):
            first = first or local
            yield moment
