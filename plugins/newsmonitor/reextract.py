"""Read the captured pages again after the rules of reading improved: `stories` and `pages` follow, day by day.

Nobody is alerted by it: a story that matches only now is marked so (`is_late_match`). It may be stopped and begun
anew at any moment: a page that was stored reads the same, and its story is stored before it.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TypeVar

from newsmonitor import filing
from newsmonitor.archive import Archive, CaptureMissing
from newsmonitor.context import Run, open_workers
from newsmonitor.errors import WorkerFailure
from newsmonitor.pageview import archive_of
from newsmonitor.reading import read_capture
from newsmonitor.records import Entry, Page, Story
from newsmonitor.schemas import from_table, to_table
from newsmonitor.warehouse import Warehouse
from newsmonitor.workers import Workers

Row = TypeVar("Row", Page, Story)

COUNTS = (
    "read",
    "changed",
    "now_wall",
    "no_longer_wall",
    "lost_text",
    "stories",
    "gone",
    "failed",
)
# So many pages, with their texts, are in memory at a time; of those only the changed ones stay.
_CHUNK = 500
_LOOK = ("entry_id", "attempt")
# Not answers that were refusals, whatever text they bring; nor pages that were judged by comparing many: one of
# them, read alone, says nothing against that.
_SETTLED = """
    archive_ref is not null and next_try_at is null and http_status = 200 and outcome in ('read', 'no_text', 'wall')
    and coalesce(failure_class, '') <> 'same_text'
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A page that reads otherwise now; entry is None where its row is gone."""

    day: date
    entry: Entry | None
    before: Page
    after: Page


def captured_pages(
    warehouse: Warehouse,
    *,
    since: date | None = None,
    until: date | None = None,
    host: str | None = None,
    limit: int | None = None,
) -> dict[date, list[str]]:
    """The entries with a captured and settled page, by the day of the look, oldest first.

    host is the page's host or a domain above it.
    """
    sql = f"""
        select day, list(entry_id order by fetched_at, entry_id) as ids from (
            from pages where {_SETTLED}
                and ($since is null or day >= $since) and ($until is null or day <= $until)
                and ($host is null or ends_with('.' || regexp_extract(final_url, '^https?://([^/:?#]+)', 1), $host))
            order by day, fetched_at, entry_id limit $limit
        ) group by day order by day
    """
    params = {
        "since": since,
        "until": until,
        "host": f".{host.lower().strip('.')}" if host else None,
        "limit": limit or 2**62,
    }
    rows = warehouse.query(sql, params).to_pylist()
    return {row["day"]: row["ids"] for row in rows}


def reextract(
    run: Run, selected: Mapping[date, Sequence[str]], *, tell: Callable[[], object]
) -> dict[str, int]:
    """Read the selected pages again and store what changed; the counts of COUNTS. tell is called at each page."""
    counts = Counter(dict.fromkeys(COUNTS, 0))

    def store(changes: list[Change]) -> None:
        _store(run, changes, counts)

    asyncio.run(_read_all(run, selected, counts, store, tell))
    return dict(counts)


def would_change(
    run: Run,
    selected: Mapping[date, Sequence[str]],
    *,
    show: Callable[[Change], object],
    tell: Callable[[], object],
) -> dict[str, int]:
    """Read the selected pages again and show what differs; stores nothing. The counts are those of the pages."""
    counts = Counter(dict.fromkeys(COUNTS, 0))

    def show_all(changes: list[Change]) -> None:
        for change in changes:
            show(change)

    asyncio.run(_read_all(run, selected, counts, show_all, tell))
    return dict(counts)


async def _read_all(
    run: Run,
    selected: Mapping[date, Sequence[str]],
    counts: Counter[str],
    take: Callable[[list[Change]], None],
    tell: Callable[[], object],
) -> None:
    """Hand over the changes of each day together: replacing rows writes a day's file whole."""
    async with open_workers(run.settings) as workers:
        reader = _Reader(run=run, workers=workers, counts=counts, tell=tell)
        for day, ids in selected.items():
            changes: list[Change] = []
            for start in range(0, len(ids), _CHUNK):
                changes += await reader.changes(day, ids[start : start + _CHUNK])
            _count(changes, counts)
            take(changes)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reader:
    """Reads captures again, as many at a time as there are workers."""

    run: Run
    workers: Workers
    counts: Counter[str]
    tell: Callable[[], object]

    async def changes(self, day: date, ids: Sequence[str]) -> list[Change]:
        """Those of the pages that read otherwise now."""
        house = self.run.warehouse
        chosen = "entry_id in (select unnest(?))"
        pages = house.read(
            Page, f"day = ? and {chosen} and {_SETTLED}", [day, ids], order="fetched_at, entry_id"
        )
        entries = {e.entry_id: e for e in house.read(Entry, f"day <= ? and {chosen}", [day, ids])}
        archive = archive_of(house)
        # One more than the workers: its capture is read from the disk while they are busy.
        gate = asyncio.Semaphore(self.run.settings.workers + 1)
        found = await asyncio.gather(
            *(self._again(archive, gate, page, entries.get(page.entry_id)) for page in pages)
        )
        pairs = [(before, after) for before, after in zip(pages, found, strict=True) if after is not None]
        stored = _as_stored([after for _, after in pairs], Page)
        return [
            Change(day=day, entry=entries.get(after.entry_id), before=before, after=after)
            for (before, _), after in zip(pairs, stored, strict=True)
            if before != after
        ]

    async def _again(
        self, archive: Archive, gate: asyncio.Semaphore, page: Page, entry: Entry | None
    ) -> Page | None:
        """The row as it is read now; None where its capture is gone, or the page could not be read this time."""
        async with gate:
            self.tell()
            try:
                capture = archive.read(page.archive_ref or "")
                after = await read_capture(self.workers, capture, page, entry)
            except CaptureMissing:
                self.counts["gone"] += 1
                return None
            except WorkerFailure:
                # The machine may be busy: what was read once is not given up for that.
                self.counts["failed"] += 1
                return None
            self.counts["read"] += 1
            return after


def _count(changes: Sequence[Change], counts: Counter[str]) -> None:
    counts["changed"] += len(changes)
    for change in changes:
        before, after = change.before.outcome, change.after.outcome
        counts["now_wall"] += before != "wall" and after == "wall"
        counts["no_longer_wall"] += before == "wall" and after != "wall"
        counts["lost_text"] += before == "read" and after == "no_text"


def _store(run: Run, changes: Sequence[Change], counts: Counter[str]) -> None:
    """Put the changed rows into their places: stories first, for a page that reads as stored is not looked at."""
    if not changes:
        return
    by_entry = {change.after.entry_id: change for change in changes}
    # Or a story could be filed from the old row of its page, in between.
    with run.warehouse.lock("file_stories.step"):
        found = "select distinct day from stories where entry_id in (select unnest(?))"
        days: list[date] = run.warehouse.query(found, [list(by_entry)])["day"].to_pylist()
        where = "day in (select unnest(?)) and entry_id in (select unnest(?))"
        stories = run.warehouse.read(Story, where, [days, list(by_entry)])
        work = [
            (story, change.entry, change.after)
            for story in stories
            if (change := by_entry[story.entry_id]).entry is not None
        ]
        refiled = _as_stored(filing.refiled(run, work), Story)
        new = [
            after
            for (before, _, _), after in zip(work, refiled, strict=True)
            if before != replace(after, refiled_at=before.refiled_at)
        ]
        counts["stories"] += len(new) - len(run.warehouse.replace(new, days=days))
        pages = [change.after for change in changes]
        run.warehouse.replace(pages, days={change.day for change in changes}, key=_LOOK)


def _as_stored(rows: Sequence[Row], record: type[Row]) -> list[Row]:
    """The rows as they come back from a file, which has mended what no Parquet string can hold."""
    return from_table(to_table(rows, record, ""), record)
