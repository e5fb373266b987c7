"""The digest of a rule over a period, the last day if none is named, as its page shows it."""

from datetime import UTC, datetime, timedelta

from newsmonitor import digests, owing
from newsmonitor.context import POLLED_KINDS, Run, read_topics
from newsmonitor.seeds import read_feed_list
from newsmonitor.settings import Settings
from newsmonitor.warehouse import Warehouse

_DAY = timedelta(days=1)


def read_digest(
    settings: Settings,
    warehouse: Warehouse,
    rule: str,
    *,
    at: datetime,
    since: datetime | None = None,
    until: datetime | None = None,
) -> str | None:
    """The HTML of the digest of this rule, until `at` and over 24 hours if not said otherwise; None: no such rule.

    Times without a zone are UTC.
    """
    end = min(_utc(until), at) if until else at
    start = _utc(since) if since else end - _DAY
    feeds, _ = read_feed_list(settings.feeds)
    # Not by open_run: that makes sure that the warehouse can be written, and whoever serves pages need not.
    run = Run(
        at=end,
        settings=settings,
        warehouse=warehouse,
        feeds=tuple(feed for feed in feeds if feed.kind in POLLED_KINDS),
        topics=read_topics(settings),
        seeds=(),
    )
    chosen = next((each for each in run.plan.rules if each.name == rule), None)
    if chosen is None:
        return None
    found = owing.matched(run, chosen, since=start, until=end)
    return digests.make(run, chosen, found, since=start, until=end, most_bytes=None).html


def _utc(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
