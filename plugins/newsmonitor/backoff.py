"""When a message that a channel did not take is tried again. Pure."""

from datetime import datetime, timedelta

# The pause doubles from the first to the last; a run comes every five minutes.
_FIRST, _LAST = timedelta(minutes=1), timedelta(hours=1)
# What a channel may ask for at most: more is an error of it, and the message would be given up unseen.
_MOST = timedelta(hours=12)


def next_try(moment: datetime, *, attempts: int, retry_after: float | None) -> datetime:
    """The time before which a message is not tried again: 1, 2, 4, ... minutes, an hour at most.

    Or as long as the channel asked for, where that is later (Retry-After, RFC 9110, section 10.2.3), up to 12 hours.
    """
    pause: timedelta = min(_FIRST * 2 ** min(max(attempts - 1, 0), 10), _LAST)
    return max(moment + pause, hold_until(moment, retry_after) or moment)


def hold_until(moment: datetime, retry_after: float | None) -> datetime | None:
    """Until when a channel wants to be left alone; None: it did not say so."""
    if retry_after is None or not retry_after > 0:
        return None
    return moment + min(timedelta(seconds=min(retry_after, _MOST.total_seconds())), _MOST)
