"""Step 1: ask the feeds that are due. Stores `robots`, `entries`, then `polls`."""

import asyncio
import gc
import logging
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from time import monotonic

import uvloop

from newsmonitor import identity, policy, worklist
from newsmonitor.asking import Asked, Asker
from newsmonitor.context import Run, open_robots, open_web, open_workers
from newsmonitor.errors import NewsmonitorError
from newsmonitor.identity import Known
from newsmonitor.records import Entry, Feed, Poll
from newsmonitor.robots import Robots, store_looks
from newsmonitor.urls import by_turns
from newsmonitor.worklist import FeedState

log = logging.getLogger(__name__)

# Rows are stored when so many wait, or have waited so long: each append is a rename and a sync to the disk.
_FLUSH_POLLS = 1_000
_FLUSH_ENTRIES = 10_000
_FLUSH_SECONDS = 15.0
# Feeds at work at a time, from the request to the parsed entries: what bounds the memory.
_AT_WORK = 128
# The libraries that read feeds keep no caches, and a start costs half a second.
_RECYCLE_AFTER = 10_000
# Feeds that have not been asked when the time is up are due at the next run.
_STEP_SECONDS = 240.0


def poll_feeds(run: Run, shard: int = 0) -> dict[str, int]:
    """Store the new entries of every feed of the shard that is due; a dead feed is a row, not a failure.

    Returns feeds (asked), answered, failed, unchanged, new_entries: counted from the rows of this batch.
    """
    batch = run.batch(shard)
    mine = [feed for feed in run.feeds if run.owns(shard, feed.url)]
    # All that was loaded before lives on; to look through it again and again took a fifth of the time.
    gc.freeze()
    try:
        due = worklist.due_feeds(run.warehouse, mine, at=run.at, batch=batch)
        if due:
            # 50,000 small steps in a second: the loop in C takes a tenth less of the whole than Python's own.
            uvloop.run(_Polling(run=run, batch=batch).all(due))
    finally:
        gc.unfreeze()
    return _counts(run, batch)


def try_feeds(run: Run, feeds_to_try: Sequence[Feed]) -> list[tuple[Poll, tuple[Entry, ...]]]:
    """Each feed polled now, without validators: what the poll would be, and the entries. Stores nothing."""

    async def all_of_them() -> list[tuple[Poll, tuple[Entry, ...]]]:
        states = [FeedState(feed=feed, last=None, last_good=None, is_first=True) for feed in feeds_to_try]
        async with open_web(run.settings, holds=False) as web, open_workers(run.settings) as workers:
            asker = Asker(web=web, workers=workers, robots=open_robots(run, web), at=run.at)
            return [
                (asked.poll, asked.entries)
                for asked in await asyncio.gather(*map(asker.ask, states))
                if asked is not None
            ]

    return asyncio.run(all_of_them())


@dataclass(slots=True, kw_only=True)
class _Polling:
    """The polling of one shard: many feeds at a time, rows stored as they gather."""

    run: Run
    batch: str
    asked: list[Asked] = field(default_factory=list)
    entry_count: int = 0
    flushed_at: float = field(default_factory=monotonic)

    async def all(self, due: Sequence[FeedState]) -> None:
        deadline = monotonic() + _STEP_SECONDS
        left = deque(by_turns(due, lambda state: state.feed.url))
        settings = self.run.settings
        async with open_web(settings) as web, open_workers(settings, recycle_after=_RECYCLE_AFTER) as workers:
            robots = open_robots(self.run, web)
            asker = Asker(web=web, workers=workers, robots=robots, at=self.run.at)

            async def consume() -> None:
                while left and monotonic() < deadline:
                    asked = await asker.ask(left.popleft())
                    if asked is not None:
                        self.asked.append(asked)
                        self.entry_count += len(asked.entries)
                        if self._is_full():
                            self._flush(robots)

            try:
                async with asyncio.TaskGroup() as group:
                    for _ in range(min(_AT_WORK, len(left))):
                        group.create_task(consume())
            except* (OSError, NewsmonitorError) as failures:
                # One cause is enough to tell, and a group of errors is no plain line.
                raise failures.exceptions[0] from None
            finally:
                self._flush(robots)

    def _is_full(self) -> bool:
        return (
            len(self.asked) >= _FLUSH_POLLS
            or self.entry_count >= _FLUSH_ENTRIES
            or monotonic() - self.flushed_at > _FLUSH_SECONDS
        )

    def _flush(self, robots: Robots | None) -> None:
        asked, self.asked, self.entry_count = self.asked, [], 0
        if robots is not None:
            store_looks(self.run.warehouse, robots.drain(), batch=self.batch, at=self.run.at)
        _store(self.run, self.batch, asked)
        self.flushed_at = monotonic()


def _store(run: Run, batch: str, asked: Sequence[Asked]) -> None:
    day = run.at.date()
    entries = [entry for each in asked for entry in each.entries]
    known = worklist.known_entries(run.warehouse, entries, at=run.at, batch=batch)
    minutes = run.settings.poll_minutes
    settled = [
        _settle(each, known.get(each.poll.feed_url, ()), run.at, poll_minutes=minutes) for each in asked
    ]
    new = {entry.entry_id: entry for _, found in settled for entry in found}
    for poll, _ in settled:
        if poll.error:
            log.warning("feed %s", poll.error)
    run.warehouse.append(list(new.values()), batch=batch, day=day)
    # Last: a stored validator promises that the entries it stands for are stored too.
    polls = _forgiven([poll for poll, _ in settled], run.at, poll_minutes=minutes)
    run.warehouse.append(polls, batch=batch, day=day)


def _settle(
    asked: Asked, known: Sequence[Known], at: datetime, *, poll_minutes: int
) -> tuple[Poll, tuple[Entry, ...]]:
    """The row and the new entries of a poll, now that it is known what of it is new."""
    poll, state = asked.poll, asked.state
    if poll.outcome == "failed":
        return poll, ()
    new = identity.find_new(asked.entries, known)
    good_at = state.last_good.polled_at if state.last_good else None
    held: frozenset[str] = frozenset()
    if new and not state.is_first:
        held = identity.hold_back(new, known, at=at, last_good_at=good_at)
    fresh_count = len(new) - len(held)
    last_new_at = at if fresh_count and not state.is_first else poll.last_new_at
    share = fresh_count / max(poll.entry_count or 0, 1) if not state.is_first else 0.0
    poll = replace(
        poll,
        new_count=len(new) if poll.outcome == "new" else 0,
        held_count=len(held) or None,
        last_new_at=last_new_at,
        is_lying=poll.is_lying or (asked.may_lie and bool(new)),
        next_poll_at=policy.next_after_answer(
            poll.feed_url,
            at=at,
            last_new_at=last_new_at,
            spacing=at - good_at if good_at else None,
            new_share=share,
            pace_seconds=poll.pace_seconds,
            cache_seconds=asked.cache_seconds,
            span_seconds=poll.span_seconds,
            poll_minutes=poll_minutes,
        ),
    )
    return poll, tuple(_with_reason(entry, held) for entry in new)


def _with_reason(entry: Entry, held: frozenset[str]) -> Entry:
    if entry.entry_id in held:
        return replace(entry, is_backlog=True, backlog_reason="storm")
    return replace(entry, backlog_reason="first poll") if entry.is_backlog else entry


def _forgiven(polls: Sequence[Poll], at: datetime, *, poll_minutes: int) -> list[Poll]:
    """The polls; where none got through, the fault is ours, and no feed's back-off grows by it.

    Seen at peers: three polls during an outage of one's own network, and every feed was given up. One of them at
    least must have been well before: dead feeds that are due together are no outage.
    """
    ours = all(poll.failure_class in policy.OUR_SIDE for poll in polls)
    if not ours or len(polls) < policy.FEW or min(poll.failure_count for poll in polls) > 1:
        return list(polls)
    return [
        replace(
            poll,
            failure_count=poll.failure_count - 1,
            failing_since=poll.failing_since if poll.failure_count > 1 else None,
            next_poll_at=at + policy.shortest_wait(poll_minutes),
        )
        for poll in polls
    ]


def _counts(run: Run, batch: str) -> dict[str, int]:
    sql = """
        select count(*) as feeds, count(*) filter (outcome <> 'failed') as answered,
               count(*) filter (outcome = 'failed') as failed,
               count(*) filter (outcome in ('same', 'unchanged')) as unchanged,
               (select count(*) from entries where day = $day and batch = $batch) as new_entries
        from polls where day = $day and batch = $batch
    """
    return run.warehouse.counts(sql, day=run.at.date(), batch=batch)
