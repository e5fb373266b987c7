"""Step 2: fetch and read the pages of new entries. Stores the WARC, then `pages`."""

from dataclasses import replace
from datetime import timedelta

from newsmonitor import worklist
from newsmonitor.archive import Archive
from newsmonitor.context import Run
from newsmonitor.looking import look_at, to_retry
from newsmonitor.records import Page
from newsmonitor.urls import registered_domain, url_key
from newsmonitor.worklist import Pending

_SAME_TEXT = "several addresses of the site give this very text under other headlines"


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

    def store(pages: list[Page]) -> None:
        run.warehouse.append(pages, batch=batch, day=run.at.date())

    look_at(run, to_fetch, batch=batch, store=store)
    _unmask(run, batch)
    return _counts(run, batch)


def _unmask(run: Run, batch: str) -> None:
    """Make walls of the pages that gave the text which other addresses of their site gave under other headlines.

    That is a wall that nothing else told; or a video's page, without any text of its own. Those of earlier runs
    are changed where they lie: their stories have the wrong text, and file_stories files them again.
    """
    same = worklist.same_texts(run.warehouse, batch=batch, at=run.at)
    walled = [
        to_retry(replace(page, outcome="wall", failure_class="same_text", error=_SAME_TEXT), run.at)
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


def _counts(run: Run, batch: str) -> dict[str, int]:
    sql = """
        select count(*) as pages, count(*) filter (outcome = 'read') as read,
               count(*) filter (outcome in ('failed', 'wall', 'no_text')) as failed,
               count(*) filter (outcome = 'known') as known
        from pages where day = $day and batch = $batch
    """
    return run.warehouse.counts(sql, day=run.at.date(), batch=batch)
