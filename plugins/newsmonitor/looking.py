"""Pages looked at politely: an answer, its capture, and what was read from it, as a row of `pages` for each address.

The one way to strangers' pages: for those of new entries, and for those that are looked at again.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from datetime import datetime
from time import monotonic

from newsmonitor import policy
from newsmonitor.archive import Archive, ArchiveWriter
from newsmonitor.context import Run, open_robots, open_web, open_workers
from newsmonitor.errors import FetchError, NewsmonitorError, WorkerFailure
from newsmonitor.reading import read_page
from newsmonitor.records import Page
from newsmonitor.robots import Robots, store_looks
from newsmonitor.urls import by_turns, canonical_url, registered_domain
from newsmonitor.walls import wall_of
from newsmonitor.web import MAX_REDIRECTS, Answer, Web
from newsmonitor.workers import Workers
from newsmonitor.worklist import Pending

log = logging.getLogger(__name__)

_FLUSH_ROWS = 100
# What is left when the time is up stands on the next run's list.
_STEP_SECONDS = 480.0
# Pages that only send on are small; six large ones would take as many times the deadline.
_FOLLOW_SECONDS = 2.0
_ACCEPT = "text/html, application/xhtml+xml, */*;q=0.5"


def look_at(run: Run, pending: Sequence[Pending], *, batch: str, store: Callable[[list[Page]], None]) -> None:
    """Look at the pages and hand their rows to `store`, up to a hundred at a time, when the captures are on the disk.

    A page has no row where its domain asked us meanwhile to slow down, or where the time was up.
    """
    asyncio.run(_Looks(run=run, batch=batch, store=store).all(pending))


@dataclass(slots=True, kw_only=True)
class _Looks:
    """The looks of one shard: a few consumers share one queue, rows are stored a hundred at a time."""

    run: Run
    batch: str
    store: Callable[[list[Page]], None]

    async def all(self, entries: Sequence[Pending]) -> None:
        if not entries:
            return
        settings = self.run.settings
        queue = deque(by_turns(entries, lambda entry: entry.canonical_url or ""))
        rows: list[Page] = []
        deadline = monotonic() + _STEP_SECONDS
        async with AsyncExitStack() as stack:
            web = await stack.enter_async_context(open_web(settings))
            robots = open_robots(self.run, web)
            workers = await stack.enter_async_context(open_workers(settings))
            writer = self._open_archive(stack)

            async def consume() -> None:
                while queue and monotonic() < deadline:
                    page = await self._look(web, robots, workers, writer, queue.popleft())
                    if page is not None:
                        rows.append(page)
                    if len(rows) >= _FLUSH_ROWS:
                        self._flush(robots, writer, rows)

            try:
                async with asyncio.TaskGroup() as group:
                    for _ in range(min(settings.fetch_concurrency, len(entries))):
                        group.create_task(consume())
            except* (OSError, NewsmonitorError) as failures:
                # One cause is enough to tell, and a group of errors is no plain line.
                raise failures.exceptions[0] from None
            finally:
                self._flush(robots, writer, rows)

    def _open_archive(self, stack: AsyncExitStack) -> ArchiveWriter | None:
        if not self.run.settings.archive_pages:
            return None
        archive = Archive(self.run.warehouse.root / "archive")
        return stack.enter_context(archive.open(self.run.at.date(), self.batch))

    def _flush(self, robots: Robots | None, writer: ArchiveWriter | None, rows: list[Page]) -> None:
        if robots is not None:
            store_looks(self.run.warehouse, robots.drain(), batch=self.batch, at=self.run.at)
        if writer is not None:
            # First: an archive_ref promises that the capture is on the disk.
            writer.sync()
        self.store(rows[:])
        rows.clear()

    async def _look(
        self, web: Web, robots: Robots | None, workers: Workers, writer: ArchiveWriter | None, entry: Pending
    ) -> Page | None:
        """The row of one look; None where the domain asked us meanwhile to slow down, so it was not asked."""
        url = entry.canonical_url or entry.url or ""
        obeys = robots is not None and entry.feed_url not in self.run.robots_ignored
        permit = robots.permit if robots and obeys else None
        asked: list[str] = []
        reading = 0.0
        while url not in asked and len(asked) <= MAX_REDIRECTS and reading < _FOLLOW_SECONDS:
            asked.append(url)
            try:
                answer = await web.get(url, accept=_ACCEPT, permit=permit)
            except FetchError as error:
                if error.failure_class == "held":
                    return None
                log.warning("page of entry %s: %s", entry.entry_id, error)
                return self._refused(entry, error)
            page = _answered(entry, answer, _archived(writer, answer))
            began = monotonic()
            try:
                page, moved_to = await read_page(
                    workers, page, answer.body, headers=answer.headers, announced=entry.announced
                )
            except WorkerFailure as error:
                log.warning("page of entry %s: %s: %s", entry.entry_id, url, error.reason)
                return replace(page, failure_class="extraction_failed", error=error.reason)
            reading += monotonic() - began
            if moved_to is None:
                return to_retry(page, self.run.at)
            url = moved_to
        if page.outcome == "read":
            # A flash of a few lines that reloads itself.
            return page
        words = f"{len(asked)} pages that only send on to the next, in a circle or without end (meta refresh)"
        return replace(page, outcome="failed", failure_class="too_many_redirects", error=words)

    def _refused(self, entry: Pending, error: FetchError) -> Page:
        """The row of a look that gave no page: a wall, where the refusal shows one, else a failure."""
        page = self._failed(entry, error)
        wall = wall_of(error.body, dict(error.headers), status=error.status or 0)
        if wall is None:
            return page
        words = f"HTTP {error.status}: {wall.words}"
        return to_retry(replace(page, outcome="wall", failure_class=wall.kind, error=words), self.run.at)

    def _failed(self, entry: Pending, error: FetchError) -> Page:
        return Page(
            entry_id=entry.entry_id,
            domain=registered_domain(entry.canonical_url or "") or None,
            requested_url=entry.url,
            canonical_url=entry.canonical_url,
            http_status=error.status,
            outcome="failed",
            failure_class=error.failure_class,
            error=error.reason,
            fetched_at=self.run.at,
            attempt=entry.attempt,
            next_try_at=policy.page_retry_at(
                at=self.run.at,
                transient=error.transient,
                attempt=entry.attempt,
                retry_after=error.retry_after,
            ),
            hold_until=policy.hold_until(
                at=self.run.at, failure_class=error.failure_class, retry_after=error.retry_after
            ),
        )


def _archived(writer: ArchiveWriter | None, answer: Answer) -> str | None:
    if writer is None:
        return None
    return writer.write(
        url=answer.final_url,
        status=answer.status,
        headers=answer.raw_headers,
        body=answer.body,
        fetched_at=answer.received_at,
        request_headers=answer.request_headers,
    )


def _answered(entry: Pending, answer: Answer, archive_ref: str | None) -> Page:
    return Page(
        entry_id=entry.entry_id,
        domain=registered_domain(answer.final_url),
        requested_url=entry.url,
        final_url=answer.final_url,
        http_status=answer.status,
        outcome="no_text",
        fetched_at=answer.received_at,
        elapsed_ms=answer.elapsed_ms,
        byte_count=len(answer.body),
        content_type=answer.header("content-type"),
        archive_ref=archive_ref,
        canonical_url=canonical_url(answer.final_url),
        attempt=entry.attempt,
    )


def to_retry(page: Page, at: datetime) -> Page:
    """The row with the time of the next look, if what it met was a wall."""
    if page.outcome != "wall":
        return page
    again = policy.wall_retry_at(at=at, kind=page.failure_class or "", attempt=page.attempt)
    # A hold of the domain goes before: it is what the server asked for.
    waits = [moment for moment in (again, page.next_try_at if again else None) if moment]
    return replace(page, next_try_at=max(waits, default=None))
