"""Step 2: fetch and read the pages of new entries. Stores the WARC, then `pages`."""

import asyncio
import logging
from collections import deque
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from time import monotonic

from newsmonitor import policy, worklist
from newsmonitor.archive import Archive, ArchiveWriter
from newsmonitor.context import Run, open_robots, open_web, open_workers
from newsmonitor.errors import FetchError, NewsmonitorError, WorkerFailure
from newsmonitor.reading import read_page
from newsmonitor.records import Page
from newsmonitor.robots import Robots, store_looks
from newsmonitor.urls import by_turns, canonical_url, registered_domain, url_key
from newsmonitor.walls import wall_of
from newsmonitor.web import MAX_REDIRECTS, Answer, Web
from newsmonitor.workers import Workers
from newsmonitor.worklist import Pending

log = logging.getLogger(__name__)

_FLUSH_ROWS = 100
# What is left when the time is up stands on the next run's list.
_STEP_SECONDS = 480.0
_SAME_TEXT = "several addresses of the site give this very text under other headlines"
# Pages that only send on are small; six large ones would take as many times the deadline.
_FOLLOW_SECONDS = 2.0
_ACCEPT = "text/html, application/xhtml+xml, */*;q=0.5"


def fetch_pages(run: Run, shard: int = 0) -> dict[str, int]:
    """Store one look at the page of every entry of the shard that waits for one; a dead page is a row.

    Returns pages (looked at), read, failed, known: counted from the rows of this batch.
    """
    batch = run.batch(shard)
    if run.settings.archive_days is not None:
        archive = Archive(run.warehouse.root / "archive")
        archive.forget(run.at.date() - timedelta(days=run.settings.archive_days))
    waiting = worklist.unread_entries(run.warehouse, at=run.at, window=run.window)
    held = worklist.held_domains(run.warehouse, at=run.at)
    mine = [
        entry
        for entry in waiting
        if run.owns(shard, url := entry.canonical_url or entry.feed_url)
        and registered_domain(url) not in held
    ]
    to_fetch, settled = _split(run, mine)
    run.warehouse.append(settled, batch=batch, day=run.at.date())
    asyncio.run(_Fetch(run=run, batch=batch).all(to_fetch))
    _unmask(run, batch)
    return _counts(run, batch)


def _unmask(run: Run, batch: str) -> None:
    """Make walls of the pages that gave the text which other addresses of their site gave under other headlines.

    That is a wall that nothing else told; or a video's page, without any text of its own. Those of earlier runs
    are changed where they lie: their stories have the wrong text, and file_stories files them again.
    """
    same = worklist.same_texts(run.warehouse, batch=batch, at=run.at)
    walled = [
        _to_retry(replace(page, outcome="wall", failure_class="same_text", error=_SAME_TEXT), run.at)
        for page in same
    ]
    days = [(run.at - timedelta(days=back)).date() for back in range(worklist.SAME_TEXT_DAYS + 1)]
    run.warehouse.replace(walled, days=days, key=("entry_id", "attempt"))


def _split(run: Run, waiting: list[Pending]) -> tuple[list[Pending], list[Page]]:
    """Those to fetch, and rows for those that need no request: no address, or that of another entry."""
    keys = {entry.entry_id: url_key(entry.canonical_url) for entry in waiting if entry.canonical_url}
    taken = worklist.url_keys_in_hand(
        run.warehouse, set(keys.values()), [entry.entry_id for entry in waiting]
    )
    to_fetch: list[Pending] = []
    settled: list[Page] = []
    for entry in waiting:
        key = keys.get(entry.entry_id)
        if key is None:
            settled.append(_unasked(run, entry, "no_address", "the entry has no usable link"))
        elif key in taken:
            settled.append(_unasked(run, entry, "known", None))
        else:
            taken.add(key)
            to_fetch.append(entry)
    return to_fetch, settled


def _unasked(run: Run, entry: Pending, outcome: str, error: str | None) -> Page:
    return Page(
        entry_id=entry.entry_id,
        requested_url=entry.url,
        canonical_url=entry.canonical_url,
        outcome=outcome,
        error=error,
        fetched_at=run.at,
        attempt=entry.attempt,
    )


@dataclass(slots=True, kw_only=True)
class _Fetch:
    """The fetching of one shard: a few consumers share one queue, rows are stored a hundred at a time."""

    run: Run
    batch: str

    async def all(self, entries: list[Pending]) -> None:
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
        self.run.warehouse.append(rows, batch=self.batch, day=self.run.at.date())
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
                return _to_retry(page, self.run.at)
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
        return _to_retry(replace(page, outcome="wall", failure_class=wall.kind, error=words), self.run.at)

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


def _to_retry(page: Page, at: datetime) -> Page:
    """The row with the time of the next look, if what it met was a wall."""
    if page.outcome != "wall":
        return page
    again = policy.wall_retry_at(at=at, kind=page.failure_class or "", attempt=page.attempt)
    # A hold of the domain goes before: it is what the server asked for.
    waits = [moment for moment in (again, page.next_try_at if again else None) if moment]
    return replace(page, next_try_at=max(waits, default=None))


def _counts(run: Run, batch: str) -> dict[str, int]:
    sql = """
        select count(*) as pages, count(*) filter (outcome = 'read') as read,
               count(*) filter (outcome in ('failed', 'wall', 'no_text')) as failed,
               count(*) filter (outcome = 'known') as known
        from pages where day = $day and batch = $batch
    """
    return run.warehouse.counts(sql, day=run.at.date(), batch=batch)
