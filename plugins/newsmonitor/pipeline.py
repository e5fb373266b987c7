"""The way of the data: four steps, each a task in Airflow and a function here.

1. poll_feeds    asks the feeds that are due; stores `robots`, `entries`, then `polls`
2. fetch_pages   fetches and reads the pages of new entries; stores the WARC, then `pages`
3. file_stories  recognises copies, tags topics; stores `stories`
4. send_alerts   delivers what is owed; stores `alerts`

And beside them `recheck_stories`, which looks at matching stories again; stores `revisions`, then `rechecks`;
and `retag`, which holds stored stories against the topic files of today; replaces `stories`, a day at a time.

A step's work is what stands upstream and not yet downstream (worklist.py), so a run that died heals in the
next one, and any task may be run again. Time is an argument. Rows are stored first, the marker that promises
them last. Each step returns its counts; they are counted from the rows of its batch, so that a step that is
run again says the same.
"""

from collections.abc import Iterable

from newsmonitor.context import Run, check_settings, open_run
from newsmonitor.fetching import fetch_pages
from newsmonitor.filing import file_stories, topic_counts
from newsmonitor.polling import poll_feeds
from newsmonitor.rechecking import recheck_stories
from newsmonitor.refingerprint import days_of as stored_days
from newsmonitor.retag import retag
from newsmonitor.sending import send_alerts, try_channels

__all__ = [
    "Run",
    "check_settings",
    "fetch_pages",
    "file_stories",
    "open_run",
    "poll_feeds",
    "recheck_stories",
    "retag",
    "run_cycle",
    "send_alerts",
    "stored_days",
    "topic_counts",
    "try_channels",
]

Counts = dict[str, int]


def run_cycle(run: Run) -> dict[str, Counts]:
    """The counts of all four steps, run one after another: what the DAGs do, without Airflow."""
    shards = range(run.settings.shards)
    return {
        "poll_feeds": _sum(poll_feeds(run, shard) for shard in shards),
        "fetch_pages": _sum(fetch_pages(run, shard) for shard in shards),
        "file_stories": file_stories(run),
        "send_alerts": send_alerts(run),
    }


def _sum(counts: Iterable[Counts]) -> Counts:
    total: Counts = {}
    for count in counts:
        for name, value in count.items():
            total[name] = total.get(name, 0) + value
    return total
