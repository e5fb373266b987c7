"""When to ask again: a feed after a poll, a page after a look. Pure: times and counts in, a time out."""

import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from zlib import crc32

# Minutes from run to run, unless the settings say otherwise.
POLL_MINUTES = 5
# A run may come a little early; then it shall still poll. Of a shorter interval, a fifth.
_SLACK, _SLACK_SHARE = timedelta(minutes=1), 5
_LONGEST = timedelta(days=1)

# A feed that was silent for a day is asked every hour: what it brings then is found within 1/24 of the silence.
_SILENCE_SHARE = 24
# A quarter of what stands in a feed may be new at a poll: had it been polled a little late, nothing would have
# fallen out at its end. (Seen at peers: items lost in short feeds, jekyll-feed #56.)
_TURNOVER = 0.25
# Many ask for full seconds or for :00; so that not all feeds come at once, up to a tenth is added.
_JITTER = 0.1

# What each failure in a row adds to the wait, as at Media Cloud: its weights 0.25, 0.5 and 1.
_LIGHT, _MEDIUM, _HEAVY = timedelta(minutes=10), timedelta(minutes=20), timedelta(minutes=40)
# What is not in the table weighs _MEDIUM: a host or an answer that may be well again by itself (connection,
# timeout, http_5xx, throttled, parse).
_WEIGHTS = {
    # A resolver's hiccup is over at the next run; an empty answer is a half-done upload.
    "dns_temporary": _LIGHT,
    "empty": _LIGHT,
    # Somebody has to mend these: moved, gone, forbidden, replaced by a web page.
    "dns": _HEAVY,
    "http_4xx": _HEAVY,
    "not_a_feed": _HEAVY,
    "tls": _HEAVY,
    "bad_url": _HEAVY,
    "refused_address": _HEAVY,
    "too_large": _HEAVY,
    "too_many_redirects": _HEAVY,
    # Read anew once a day (RFC 9309, 2.4): before that the answer cannot change.
    "robots": _LONGEST,
}
# A feed is never given up: feeds come back after months of 404, of names that do not resolve, of HTML (Media
# Cloud raised its limit from 4 failures to 30, then dropped it). After a month of it, one look a week.
_DEAD_AFTER, _DEAD_WAIT = timedelta(days=30), timedelta(days=7)
# 410: the server says that it is meant. Asked once more the next day, for that may have been a mistake.
_MUTED_WAIT = timedelta(days=30)
# Failures of the way, not of the feed: where no feed gets through, the fault is ours. A hotel's network gives
# every name an address of its own, which is refused.
OUR_SIDE = frozenset({"dns", "dns_temporary", "connection", "timeout", "refused_address"})
# Of fewer feeds nothing can be concluded.
FEW = 3
# Where a server says 429 or 503 and not for how long.
_UNSAID_HOLD = timedelta(minutes=10)
# From so many polls in a row on, a permanent redirect is believed (NewsBlur's number).
MOVES_BELIEVED = 10
# Validators are left out once in so long, for servers that lie: between 9 and 15 hours, by the feed.
_FULL_AFTER, _FULL_SPREAD = timedelta(hours=9), timedelta(hours=6)

# The waits after the first, second and third look at a page; there is no fifth look.
_PAGE_WAITS = (timedelta(minutes=4), timedelta(hours=1), timedelta(hours=6))

_STANDING_WALLS = frozenset({"paywall", "login", "geo_block", "script_only"})

_MAX_AGE = re.compile(r"(?:^|[,\s])max-age\s*=\s*\"?(\d{1,10})", re.IGNORECASE)
_UNCACHED = re.compile(r"(?:^|[,\s])no-(?:cache|store)(?:$|[,\s])", re.IGNORECASE)


def shortest_wait(poll_minutes: int = POLL_MINUTES) -> timedelta:
    """The shortest wait of a feed: until the next run, which comes poll_minutes after this one or a little earlier."""
    interval = timedelta(minutes=poll_minutes)
    return interval - min(_SLACK, interval / _SLACK_SHARE)


def next_after_answer(
    feed_url: str,
    *,
    at: datetime,
    last_new_at: datetime | None,
    spacing: timedelta | None,
    new_share: float,
    pace_seconds: int | None,
    cache_seconds: float | None,
    span_seconds: float | None = None,
    poll_minutes: int = POLL_MINUTES,
) -> datetime:
    """The time before which a feed that answered is not asked again: at the next run, or in up to a day.

    The longer it was silent, the later; but before more than a quarter of it can be new: by the share that was
    new after `spacing` (the time since the poll before), and within a day of its last news by the time that its
    entries span. Not before what it asks for itself: pace_seconds, and
    cache_seconds, for which its answer may come from a cache; unless entries would fall out meanwhile.
    """
    silence = max(at - last_new_at, timedelta()) if last_new_at else timedelta()
    interval, shortest = timedelta(minutes=poll_minutes), shortest_wait(poll_minutes)
    wait = max(silence / _SILENCE_SHARE, interval)
    if wait > 2 * interval:
        wait *= 1 + _JITTER * _chance(feed_url, at)
    asked = max(
        timedelta(seconds=min(s or 0, _LONGEST.total_seconds())) for s in (pace_seconds, cache_seconds)
    )
    wait = max(wait - (interval - shortest), asked)
    turned_over = [_LONGEST.total_seconds()]
    if new_share > 0 and spacing is not None:
        # In seconds, for a timedelta has an end. All of it new: something may have fallen out already.
        turned_over.append(spacing.total_seconds() * _TURNOVER / new_share if new_share < 1 else 0.0)
    if span_seconds is not None and silence < _LONGEST:
        turned_over.append(span_seconds * _TURNOVER)
    wait = min(wait, timedelta(seconds=min(turned_over)))
    return at + min(max(wait, shortest), _LONGEST)


def next_after_failure(
    *,
    at: datetime,
    failure_class: str,
    failure_count: int,
    failing_since: datetime,
    retry_after: float | None,
) -> datetime:
    """The time before which a feed that failed is not asked again, ever later with each failure in a row.

    By the kind of the last failure, at most a day; a week after a month of it; 410 the next day, then a month.
    Not less than its Retry-After (seconds, obeyed up to a day).
    """
    weight = _WEIGHTS.get(failure_class, _MEDIUM)
    wait = min(weight * min(failure_count, _LONGEST // weight), _LONGEST) - _SLACK
    if at - failing_since > _DEAD_AFTER:
        wait = _DEAD_WAIT
    if failure_class == "gone":
        wait = _LONGEST if failure_count == 1 else _MUTED_WAIT
    return at + max(wait, _asked_for(retry_after))


def hold_until(*, at: datetime, failure_class: str | None, retry_after: float | None) -> datetime | None:
    """Until when no feed or page of a domain is asked, after an answer of one; None: no hold."""
    if failure_class != "throttled":
        return None
    return at + (_asked_for(retry_after) or _UNSAID_HOLD)


def wants_full(feed_url: str, *, at: datetime, last_full_at: datetime | None) -> bool:
    """Whether a feed is to be asked without its validators this time, to catch a server that lies with them."""
    return last_full_at is None or at - last_full_at >= _FULL_AFTER + _FULL_SPREAD * _chance(
        feed_url, last_full_at
    )


def cache_seconds(
    *, cache_control: str | None, expires: str | None, date: str | None, age: str | None
) -> float | None:
    """For how many seconds an answer may be repeated by a cache; None where its headers say nothing of it.

    RFC 9111, 4.2: max-age goes before Expires less Date; what it has aged on its way counts.
    """
    if cache_control and _UNCACHED.search(cache_control):
        return None
    if cache_control and (match := _MAX_AGE.search(cache_control)):
        seconds = float(match[1])
    elif (until := http_date(expires)) and (since := http_date(date)):
        seconds = (until - since).total_seconds()
    else:
        return None
    aged = float(age) if age and re.fullmatch(r"\d{1,10}", age.strip()) else 0.0
    return max(seconds - aged, 0.0) or None


def pace_of(said_seconds: int | None, *, newest: list[datetime]) -> int | None:
    """The wait that a feed asks for in its own words, in seconds; None where its own dates belie it.

    newest are the times of its entries. WordPress says "hourly" whatever a site does: a feed that brings two
    entries or more in each period it names has named it without meaning it.
    """
    if said_seconds is None:
        return None
    times = sorted(newest, reverse=True)[:10]
    if len(times) >= 4 and (times[0] - times[-1]) / (len(times) - 1) < timedelta(seconds=said_seconds) / 2:
        return None
    return said_seconds


def page_retry_at(
    *, at: datetime, transient: bool, attempt: int, retry_after: float | None
) -> datetime | None:
    """The time before which a page that failed is not looked at again; None where no further look helps.

    Four looks within eight hours: a story waits for its page that long, then its feed's own text stands in.
    """
    if not transient or not 1 <= attempt <= len(_PAGE_WAITS):
        return None
    return at + max(_PAGE_WAITS[attempt - 1], _asked_for(retry_after))


def wall_retry_at(*, at: datetime, kind: str, attempt: int) -> datetime | None:
    """The time before which a page behind a wall is not looked at again; None where it was looked at often enough.

    A check of robots or a page not yet there may be gone in an hour; what wants money, a login or another country
    may at best have been a mistake, and is looked at once more.
    """
    if kind in _STANDING_WALLS:
        return at + _PAGE_WAITS[-1] if attempt == 1 else None
    return page_retry_at(at=at, transient=True, attempt=attempt, retry_after=None)


def _asked_for(retry_after: float | None) -> timedelta:
    # Written so that NaN counts as nothing asked.
    if retry_after is None or not retry_after > 0:
        return timedelta()
    return timedelta(seconds=min(retry_after, _LONGEST.total_seconds()))


def _chance(feed_url: str, at: datetime) -> float:
    """A number from 0 to 1 that looks like chance, and is the same when the run is run again."""
    return crc32(f"{feed_url} {at.timestamp()}".encode("utf-8", "replace")) / 2**32


def http_date(text: str | None) -> datetime | None:
    """The time in a header (RFC 9110, 5.6.7), in any form that mail has too; None where it is none."""
    try:
        parsed = parsedate_to_datetime(text or "")
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)
