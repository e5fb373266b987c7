"""One captured page, looked at again: who announced it, what was stored of it, what is read from it now."""

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from newsmonitor.archive import Archive, Capture, CaptureMissing, day_of
from newsmonitor.context import open_workers
from newsmonitor.errors import InputError, NewsmonitorError, WorkerFailure
from newsmonitor.reading import read_capture
from newsmonitor.records import Entry, Page, Story
from newsmonitor.settings import Settings
from newsmonitor.urls import canonical_url, url_key
from newsmonitor.warehouse import Warehouse
from newsmonitor.worklist import URL_KEY

_LEAST_LETTERS = 6
_ID = re.compile(r"[0-9a-fA-F]+")
_NAMED = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class PageView:
    """A page as it was stored, and as it is read now; problem says in words why it cannot be."""

    entry: Entry
    story: Story | None
    stored: Page | None
    capture: Capture | None
    now: Page | None = None
    problem: str | None


def archive_of(warehouse: Warehouse) -> Archive:
    """The page archive that belongs to a warehouse."""
    return Archive(warehouse.root / "archive")


def find_page(warehouse: Warehouse, name: str) -> PageView:
    """The page of a story, not yet read again: by its story_id, the beginning of it, or an address.

    Raises InputError where the name is too short or means several, NewsmonitorError where nothing has it.
    """
    entry, stored = _chosen(warehouse, _entry_ids(warehouse, name), name)
    capture, problem = _capture(archive_of(warehouse), stored)
    stories = warehouse.read(Story, "entry_id = ?", [entry.entry_id])
    story = stories[0] if stories else None
    return PageView(entry=entry, story=story, stored=stored, capture=capture, problem=problem)


def read_again(settings: Settings, view: PageView) -> PageView:
    """The same with what is read from the capture now, in a worker that a hostile page cannot hold up for long."""
    if view.capture is None or view.stored is None:
        return view
    try:
        return replace(view, now=asyncio.run(_read(settings, view.capture, view.stored, view.entry)))
    except WorkerFailure as error:
        return replace(view, problem=f"its page could not be read this time: {error.reason}")


async def _read(settings: Settings, capture: Capture, stored: Page, entry: Entry) -> Page:
    async with open_workers(settings) as workers:
        return await read_capture(workers, capture, stored, entry)


def _entry_ids(warehouse: Warehouse, name: str) -> list[str]:
    """The entries that a name may mean: one of this id, or all of this address."""
    canonical = canonical_url(name)
    if canonical is not None:
        return _ids_of_address(warehouse, canonical, name)
    if not _ID.fullmatch(name):
        raise InputError(name, "is neither an address nor a story_id", "see: newsmonitor stories --json")
    if len(name) < _LEAST_LETTERS:
        problem = f"is too short, it may mean many (give {_LEAST_LETTERS} letters or more)"
        raise InputError(name, problem, "see: newsmonitor stories --json")
    sql = f"""
        select distinct entry_id from entries where starts_with(entry_id, ?) order by entry_id limit {_NAMED + 1}
    """
    found: list[str] = warehouse.query(sql, [name.lower()])["entry_id"].to_pylist()
    if len(found) > 1:
        more = ", ..." if len(found) > _NAMED else ""
        raise InputError(name, f"means several: {', '.join(found[:_NAMED])}{more}", "give more letters")
    return found


def _ids_of_address(warehouse: Warehouse, canonical: str, url: str) -> list[str]:
    key = URL_KEY.format("canonical_url")
    sql = f"""
        select entry_id from entries where {key} = $key or entry_url = $url
        union select entry_id from stories where {key} = $key or url = $url
        union select entry_id from pages where {key} = $key or final_url = $url
    """
    found: list[str] = warehouse.query(sql, {"key": url_key(canonical), "url": url})["entry_id"].to_pylist()
    return found


def _chosen(warehouse: Warehouse, ids: Sequence[str], name: str) -> tuple[Entry, Page | None]:
    """Of the entries the one that the page was fetched for, with its last look; else the first seen."""
    entries = _entries(warehouse, ids)
    if not entries:
        raise NewsmonitorError(f"no story, page or entry is known by {name}")
    looks = warehouse.read(Page, "entry_id in (select unnest(?))", [list(entries)])
    # Another entry had the address first: its page is this one's.
    if {look.outcome for look in looks} == {"known"}:
        urls = {entry.canonical_url for entry in entries.values() if entry.canonical_url}
        same = {entry_id for url in urls for entry_id in _ids_of_address(warehouse, url, url)}
        entries |= _entries(warehouse, sorted(same - set(entries)))
        looks = warehouse.read(Page, "entry_id in (select unnest(?))", [list(entries)])
    looks = [look for look in looks if look.entry_id in entries]
    if not looks:
        return next(iter(entries.values())), None
    best = max(
        looks, key=lambda look: (look.archive_ref is not None, look.outcome != "known", look.fetched_at)
    )
    return entries[best.entry_id], best


def _entries(warehouse: Warehouse, ids: Sequence[str]) -> dict[str, Entry]:
    where = "entry_id in (select unnest(?))"
    return {e.entry_id: e for e in warehouse.read(Entry, where, [list(ids)], order="seen_at, entry_id")}


def _capture(archive: Archive, page: Page | None) -> tuple[Capture | None, str | None]:
    """The capture, or in words why there is none."""
    if page is None:
        return None, "its page has not been looked at yet"
    if page.archive_ref is None:
        if page.http_status is None or page.error:
            return None, f"its page was never captured: {page.outcome}: {page.error or 'not asked for'}"
        when = f"{page.fetched_at:%Y-%m-%d}"
        return None, f"its page was fetched on {when} but not kept (NEWSMONITOR_ARCHIVE_PAGES)"
    try:
        return archive.read(page.archive_ref), None
    except CaptureMissing as error:
        day, oldest = day_of(page.archive_ref), archive.oldest_day()
        if day is None or (oldest is not None and day >= oldest):
            return None, f"its capture cannot be read: {error}"
        kept = f"kept since {oldest} only" if oldest else "not kept any more"
        return None, f"its capture of {day} is forgotten: captures are {kept} (NEWSMONITOR_ARCHIVE_DAYS)"
