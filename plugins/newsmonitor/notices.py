"""What the desk has to say about its feeds: a storm that was held back, the feeds that broke. Asked of the tables.

A notice is owed to each channel once, as an alert is, and in the same ledger.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from newsmonitor.alertlist import newly_broken_feeds, storms
from newsmonitor.alerts import Message
from newsmonitor.records import Feed, identify
from newsmonitor.warehouse import Warehouse

STORM, BROKEN = "storm", "broken feeds"
_DAY = timedelta(days=1)
_MOST_LINES = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A message about feeds: what it is about (its id), since when it is owed, and its words."""

    notice_id: str
    kind: str
    since: datetime
    message: Message


def open_notices(
    warehouse: Warehouse, feeds: Iterable[Feed], *, at: datetime, age: timedelta, digest_hour: int
) -> list[Notice]:
    """Every notice of the last `age`: a storm at once, the feeds that broke once a day at an hour (UTC)."""
    outlets = {feed.url: feed.outlet for feed in feeds}
    notices = [
        Notice(
            # One a feed and day: a feed that storms at every poll is told of daily, not at every poll.
            notice_id=identify("notice", STORM, row["feed_url"], f"{row['polled_at']:%Y-%m-%d}"),
            kind=STORM,
            since=row["polled_at"],
            message=_about_storm(outlets.get(row["feed_url"], row["feed_url"]), row),
        )
        for row in storms(warehouse, at=at, age=age)
    ]
    moment = at.replace(hour=digest_hour, minute=0, second=0, microsecond=0)
    moment = moment if moment <= at else moment - _DAY
    while moment > at - age:
        # Feeds that the list no longer has are nobody's worry.
        broken = [
            row
            for row in newly_broken_feeds(warehouse, since=moment - _DAY, until=moment)
            if row["feed_url"] in outlets
        ]
        if broken:
            name = identify("notice", BROKEN, f"{moment:%Y-%m-%d}")
            message = _about_broken(outlets, broken)
            notices.append(Notice(notice_id=name, kind=BROKEN, since=moment, message=message))
        moment -= _DAY
    return notices


def _about_storm(outlet: str, row: dict[str, object]) -> Message:
    held, new = row["held_count"], row["new_count"]
    return Message(
        title=f"{outlet} announced {held} old entries as new",
        body=f"They are stored, and alert nobody; of {new} new entries in that poll {held} were held back.\n"
        f"{row['feed_url']}\nWhich: newsmonitor sql \"from entries where backlog_reason = 'storm'\"",
    )


def _about_broken(outlets: dict[str, str], rows: Sequence[dict[str, object]]) -> Message:
    count = len(rows)
    lines = [
        f"- {outlets[str(row['feed_url'])]}: {row['words']} (since {row['since']:%Y-%m-%d %H:%M} UTC)"
        for row in rows[:_MOST_LINES]
    ]
    if count > _MOST_LINES:
        lines.append(f"- and {count - _MOST_LINES} more")
    return Message(
        title=f"{count} feed{'s' if count > 1 else ''} broke since yesterday",
        body="\n".join([*lines, "", "Each is asked on, ever more rarely. All: newsmonitor feeds health"]),
    )
