"""When to ask again: a feed after a poll, a page after a look. Pure: times and counts in, a time out."""

from datetime import datetime, timedelta

# A run comes every 10 minutes. One less, so that a run which comes a little early still polls.
_NEXT_RUN = timedelta(minutes=9)
# Also the longest that a Retry-After is obeyed. A feed is never given up: feeds come back after months of 404,
# of names that do not resolve, of HTML (Media Cloud raised its limit from 4 failures to 30, then dropped it).
_LONGEST = timedelta(days=1)

# What each failure in a row adds to the wait, as at Media Cloud: its weights 0.25, 0.5 and 1.
_LIGHT, _MEDIUM, _HEAVY = timedelta(minutes=10), timedelta(minutes=20), timedelta(minutes=40)
# What is not in the table weighs _MEDIUM: a host or an answer that may be well again by itself (connection,
# timeout, http_5xx, parse).
_WEIGHTS = {
    # A resolver's hiccup is over at the next run.
    "dns": _LIGHT,
    # Somebody has to mend these: moved, gone, forbidden, replaced by a web page.
    "http_4xx": _HEAVY,
    "not_a_feed": _HEAVY,
    "tls": _HEAVY,
    "bad_url": _HEAVY,
    "refused_address": _HEAVY,
    "too_large": _HEAVY,
    "too_many_redirects": _HEAVY,
}

# The waits after the first, second and third look at a page; there is no fifth look.
_PAGE_WAITS = (_NEXT_RUN, timedelta(hours=1), timedelta(hours=6))


def next_poll_at(
    *,
    at: datetime,
    outcome: str,
    failure_class: str | None,
    failure_count: int,
    retry_after: float | None,
) -> datetime:
    """The time before which a feed is not asked again.

    A feed that answers is due at the next run. One that fails waits longer with each failure in a row, by the
    kind of the last; at most a day, and not less than its Retry-After (seconds, obeyed up to a day).
    """
    wait = _NEXT_RUN
    if outcome == "failed":
        weight = _WEIGHTS.get(failure_class or "", _MEDIUM)
        wait = max(wait, weight * min(failure_count, _LONGEST // weight) - (_LIGHT - _NEXT_RUN))
    return at + max(wait, _asked_for(retry_after))


def page_retry_at(
    *, at: datetime, transient: bool, attempt: int, retry_after: float | None
) -> datetime | None:
    """The time before which a page that failed is not looked at again; None where no further look helps.

    Four looks within eight hours: a story waits for its page that long, then its feed's own text stands in.
    """
    if not transient or not 1 <= attempt <= len(_PAGE_WAITS):
        return None
    return at + max(_PAGE_WAITS[attempt - 1], _asked_for(retry_after))


def _asked_for(retry_after: float | None) -> timedelta:
    # Written so that NaN counts as nothing asked.
    if retry_after is None or not retry_after > 0:
        return timedelta()
    return timedelta(seconds=min(retry_after, _LONGEST.total_seconds()))
