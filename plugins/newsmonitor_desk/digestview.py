"""The digest of a rule over the last day, as its page shows it."""

from datetime import datetime, timedelta

from newsmonitor import digests, owing
from newsmonitor.context import POLLED_KINDS, Run, read_topics
from newsmonitor.seeds import read_feed_list
from newsmonitor.settings import Settings
from newsmonitor.warehouse import Warehouse

_DAY = timedelta(days=1)


def read_digest(settings: Settings, warehouse: Warehouse, rule: str, *, at: datetime) -> str | None:
    """The HTML of the digest of this rule over the 24 hours before a time; None where there is no such rule."""
    feeds, _ = read_feed_list(settings.feeds)
    # Not by open_run: that makes sure that the warehouse can be written, and whoever serves pages need not.
    run = Run(
        at=at,
        settings=settings,
        warehouse=warehouse,
        feeds=tuple(feed for feed in feeds if feed.kind in POLLED_KINDS),
        topics=read_topics(settings),
        seeds=(),
    )
    chosen = next((each for each in run.plan.rules if each.name == rule), None)
    if chosen is None:
        return None
    found = owing.matched(run, chosen, since=at - _DAY, until=at)
    return digests.make(run, chosen, found, since=at - _DAY, until=at, most_bytes=None).html
