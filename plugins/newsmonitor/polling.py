"""Step 1: ask the feeds that are due. Stores `entries`, then `polls`."""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from hashlib import sha256
from itertools import islice

from newsmonitor import feeds, policy, worklist
from newsmonitor.context import Run, open_web, open_workers
from newsmonitor.errors import FetchError, NotAFeed, WorkerFailure
from newsmonitor.records import Entry, Feed, Poll
from newsmonitor.web import Answer, Web
from newsmonitor.workers import Workers
from newsmonitor.worklist import FeedState

log = logging.getLogger(__name__)

_CHUNK = 64
_PARSE_SECONDS = 20.0
_ACCEPT = "application/rss+xml, application/atom+xml, application/feed+json, application/xml;q=0.9, */*;q=0.5"
# Failures of the way, not of the feed.
_OUR_SIDE = frozenset({"dns", "connection", "timeout"})
_FEW = 3


def poll_feeds(run: Run, shard: int = 0) -> dict[str, int]:
    """Store the new entries of every feed of the shard that is due; a dead feed is a row, not a failure.

    Returns feeds (asked), answered, failed, unchanged, new_entries: counted from the rows of this batch.
    """
    batch = run.batch(shard)
    mine = [feed for feed in run.feeds if run.owns(shard, feed.url)]
    due = worklist.due_feeds(run.warehouse, mine, at=run.at, batch=batch)
    asyncio.run(_poll_all(run, batch, due))
    return _counts(run, batch)


def try_feeds(run: Run, feeds_to_try: Sequence[Feed]) -> list[tuple[Poll, tuple[Entry, ...]]]:
    """Each feed polled now, without validators: what the poll would be, and the entries. Stores nothing."""

    async def all_of_them() -> list[tuple[Poll, tuple[Entry, ...]]]:
        states = [FeedState(feed=feed, last=None, last_good=None, is_first=True) for feed in feeds_to_try]
        async with open_web(run.settings) as web, open_workers(run.settings) as workers:
            return await asyncio.gather(*(_poll(web, workers, state, run.at) for state in states))

    return asyncio.run(all_of_them())


async def _poll_all(run: Run, batch: str, due: Sequence[FeedState]) -> None:
    left = iter(due)
    async with open_web(run.settings) as web, open_workers(run.settings) as workers:
        while chunk := list(islice(left, _CHUNK)):
            polled = await asyncio.gather(*(_poll(web, workers, state, run.at) for state in chunk))
            _store(run, batch, polled)


def _store(run: Run, batch: str, polled: Sequence[tuple[Poll, tuple[Entry, ...]]]) -> None:
    day = run.at.date()
    ids = [entry.entry_id for _, entries in polled for entry in entries]
    known = worklist.known_entries(run.warehouse, ids, batch=batch)
    new = {entry.entry_id: entry for _, entries in polled for entry in entries if entry.entry_id not in known}
    polls = [
        replace(poll, new_count=sum(entry.entry_id not in known for entry in entries))
        if poll.outcome != "failed"
        else poll
        for poll, entries in polled
    ]
    run.warehouse.append(list(new.values()), batch=batch, day=day)
    # Last: a stored validator promises that the entries it stands for are stored too.
    run.warehouse.append(_forgiven(polls, run.at), batch=batch, day=day)


def _forgiven(polls: Sequence[Poll], at: datetime) -> list[Poll]:
    """The polls; where none got through, the fault is ours, and no feed's back-off grows by it.

    Seen at peers: three polls during an outage of one's own network, and every feed was given up.
    """
    if len(polls) < _FEW or any(poll.failure_class not in _OUR_SIDE for poll in polls):
        return list(polls)
    again = policy.next_poll_at(at=at, outcome="new", failure_class=None, failure_count=0, retry_after=None)
    return [replace(p, failure_count=max(p.failure_count - 1, 0), next_poll_at=again) for p in polls]


async def _poll(web: Web, workers: Workers, state: FeedState, at: datetime) -> tuple[Poll, tuple[Entry, ...]]:
    feed, good = state.feed, state.last_good
    try:
        answer = await web.get(
            feed.url,
            etag=good.etag if good else None,
            last_modified=good.last_modified if good else None,
            accept=_ACCEPT,
        )
        if answer.not_modified and good is not None:
            return _unchanged(good, answer, at), ()
        digest = sha256(answer.body).hexdigest()
        if good is not None and good.body_sha256 == digest:
            return _good_poll(feed, answer, at, outcome="same", digest=digest, count=good.entry_count), ()
        parsed: feeds.ParsedFeed = await workers.run(
            "newsmonitor.feeds:parse_feed",
            answer.body,
            content_type=answer.header("content-type"),
            url=answer.final_url,
            timeout=_PARSE_SECONDS,
        )
    except FetchError as error:
        return _failed(state, at, error.failure_class, str(error), error.status, error.retry_after), ()
    except NotAFeed as error:
        return _failed(state, at, "not_a_feed", f"{feed.url}: {error}"), ()
    except WorkerFailure as error:
        return _failed(state, at, "parse", f"{feed.url}: {error.reason}"), ()
    entries = feeds.to_entries(parsed, feed, seen_at=at, is_backlog=state.is_first)
    return _good_poll(feed, answer, at, outcome="new", digest=digest, count=len(entries)), entries


def _good_poll(
    feed: Feed, answer: Answer, at: datetime, *, outcome: str, digest: str, count: int | None
) -> Poll:
    return Poll(
        feed_url=feed.url,
        polled_at=at,
        outcome=outcome,
        final_url=answer.final_url,
        http_status=answer.status,
        etag=answer.header("etag"),
        last_modified=answer.header("last-modified"),
        body_sha256=digest,
        entry_count=count,
        elapsed_ms=answer.elapsed_ms,
        byte_count=len(answer.body),
        next_poll_at=_next(at, outcome),
    )


def _unchanged(good: Poll, answer: Answer, at: datetime) -> Poll:
    return replace(
        good,
        polled_at=at,
        outcome="unchanged",
        final_url=answer.final_url,
        http_status=answer.status,
        elapsed_ms=answer.elapsed_ms,
        byte_count=0,
        failure_count=0,
        next_poll_at=_next(at, "unchanged"),
    )


def _failed(
    state: FeedState,
    at: datetime,
    failure_class: str,
    error: str,
    status: int | None = None,
    retry_after: float | None = None,
) -> Poll:
    log.warning("feed %s", error)
    count = (state.last.failure_count if state.last else 0) + 1
    return Poll(
        feed_url=state.feed.url,
        polled_at=at,
        outcome="failed",
        http_status=status,
        failure_class=failure_class,
        error=error,
        failure_count=count,
        next_poll_at=policy.next_poll_at(
            at=at,
            outcome="failed",
            failure_class=failure_class,
            failure_count=count,
            retry_after=retry_after,
        ),
    )


def _next(at: datetime, outcome: str) -> datetime:
    return policy.next_poll_at(at=at, outcome=outcome, failure_class=None, failure_count=0, retry_after=None)


def _counts(run: Run, batch: str) -> dict[str, int]:
    sql = """
        select count(*) as feeds, count(*) filter (outcome <> 'failed') as answered,
               count(*) filter (outcome = 'failed') as failed,
               count(*) filter (outcome in ('same', 'unchanged')) as unchanged,
               (select count(*) from entries where day = $day and batch = $batch) as new_entries
        from polls where day = $day and batch = $batch
    """
    return run.warehouse.counts(sql, day=run.at.date(), batch=batch)
