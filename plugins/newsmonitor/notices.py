"""What the desk has to say about its feeds: a storm that was held back, the feeds that broke. Asked of the tables.

A notice is owed to each channel once, as an alert is, and in the same ledger.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from newsmonitor.alertlist import newly_broken_feeds, storms
from newsmonitor.messages import Message, Notice
from newsmonitor.records import Feed, identify
from newsmonitor.warehouse import Warehouse

STORM, BROKEN, GIVEN_UP = "storm", "broken feeds", "given up"
FAILURE = "failure"
# What the desk says of itself, in the place of a rule's name.
OF_THE_DESK = (STORM, BROKEN, GIVEN_UP, FAILURE)
_DAY = timedelta(days=1)
_MOST_LINES = 40


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


def given_up(warehouse: Warehouse, *, at: datetime, age: timedelta) -> list[Notice]:
    """A notice for each channel and run that gave alerts up within `age`; of notices that were given up, none."""
    sql = """
        select channel, tried_at, count(*) as alerts, list(distinct rule order by rule) as rules,
            arg_max(error, attempt) as error
        from alerts where day >= $day and tried_at > $since and tried_at <= $at and state = 'failed'
            and not list_contains($ours, rule)
        group by channel, tried_at order by tried_at, channel
    """
    params = {"day": (at - age).date(), "since": at - age, "at": at, "ours": list(OF_THE_DESK)}
    return [
        Notice(
            notice_id=identify("notice", GIVEN_UP, row["channel"], row["tried_at"].isoformat()),
            kind=GIVEN_UP,
            since=row["tried_at"],
            message=_about_given_up(row),
        )
        for row in warehouse.query(sql, params).to_pylist()
    ]


def _about_given_up(row: dict[str, Any]) -> Message:
    count = row["alerts"]
    alerts = f"{count} alert{'s' if count > 1 else ''}"
    return Message(
        title=f"{alerts} given up: {row['channel']} has taken nothing for a day",
        body=f"Rules: {', '.join(row['rules'])}.\nThe channel said last: {row['error'] or 'nothing'}.\n"
        "When it is well again: newsmonitor alerts retry\nWhich: newsmonitor alerts list --state failed",
    )


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
