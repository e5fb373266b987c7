"""What stands upstream and not yet downstream: the work of each step, asked of the warehouse.

No step remembers anything: a run that died leaves its work on these lists, and the next one does it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from newsmonitor.records import Alert, Entry, Feed, Page, Poll, Story
from newsmonitor.warehouse import Warehouse

# The longest back-off is a day, so a feed that is alive or dying has a poll in this window.
_POLL_WINDOW = timedelta(days=3)
# A twin of an entry waits for it this long, then it is filed on its own.
_TWIN_PATIENCE = timedelta(days=1)

# The same fold as urls.url_key, for addresses that are in normal form already.
URL_KEY = r"regexp_replace({0}, '^https?://(www\.)?', '')"


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedState:
    """A feed that is due, and what is remembered of it: its last poll, and the last one that succeeded."""

    feed: Feed
    last: Poll | None
    last_good: Poll | None
    is_first: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    """An entry whose page has not been read."""

    entry_id: str
    feed_url: str
    url: str | None
    canonical_url: str | None
    seen_at: datetime
    attempt: int


def due_feeds(warehouse: Warehouse, feeds: Sequence[Feed], *, at: datetime, batch: str) -> list[FeedState]:
    """The feeds to poll now: due by their last poll, and not yet answered in this batch."""
    done = {
        poll.feed_url
        for poll in warehouse.read(Poll, "day = ? and batch = ? and outcome <> 'failed'", [at.date(), batch])
    }
    left = [feed for feed in feeds if feed.url not in done]
    last = _last_polls(warehouse, left, at=at, batch=batch, condition="true")
    good = _last_polls(warehouse, left, at=at, batch=batch, condition="outcome <> 'failed'")
    silent = [feed.url for feed in left if feed.url not in good]
    known = _feeds_with_entries(warehouse, silent, batch=batch)
    return [
        FeedState(
            feed=feed,
            last=last.get(feed.url),
            last_good=good.get(feed.url),
            is_first=feed.url not in good and feed.url not in known,
        )
        for feed in left
        if (poll := last.get(feed.url)) is None or poll.next_poll_at is None or poll.next_poll_at <= at
    ]


def _last_polls(
    warehouse: Warehouse, feeds: Sequence[Feed], *, at: datetime, batch: str, condition: str
) -> dict[str, Poll]:
    newest = "qualify row_number() over (partition by feed_url order by polled_at desc) = 1"
    recent = warehouse.read(
        Poll, f"day >= ? and batch <> ? and {condition} {newest}", [(at - _POLL_WINDOW).date(), batch]
    )
    polls = {poll.feed_url: poll for poll in recent}
    missing = [feed.url for feed in feeds if feed.url not in polls]
    if missing:
        # Long paused, or never good: then the whole history decides, for these feeds only.
        older = warehouse.read(
            Poll, f"list_contains(?, feed_url) and batch <> ? and {condition} {newest}", [missing, batch]
        )
        polls |= {poll.feed_url: poll for poll in older}
    return polls


def _feeds_with_entries(warehouse: Warehouse, feed_urls: Sequence[str], *, batch: str) -> set[str]:
    if not feed_urls:
        return set()
    sql = "select distinct feed_url from entries where list_contains(?, feed_url) and batch <> ?"
    return set(warehouse.query(sql, [feed_urls, batch])["feed_url"].to_pylist())


def known_entries(warehouse: Warehouse, entry_ids: Sequence[str], *, batch: str) -> set[str]:
    """Those of the ids that another batch has stored, at any time."""
    if not entry_ids:
        return set()
    sql = "select entry_id from entries where entry_id in (select unnest(?)) and batch <> ?"
    return set(warehouse.query(sql, [list(entry_ids), batch])["entry_id"].to_pylist())


def _first_day(warehouse: Warehouse, at: datetime, window: timedelta) -> date:
    """So many days back: from this run, or from the last day before it on which the desk was at work.

    A desk that was off for a month finds what it had left undone when it was stopped.
    """
    [last] = warehouse.query("select max(day) as day from polls where day < ?", [at.date()])[
        "day"
    ].to_pylist()
    return (last or at.date()) - window


def unread_entries(warehouse: Warehouse, *, at: datetime, window: timedelta) -> list[Pending]:
    """The entries of the window without a settled page whose time to be looked at has come, oldest first."""
    since = _first_day(warehouse, at, window)
    sql = """
        with looks as (
            select entry_id, max(attempt) as attempts, arg_max(next_try_at, attempt) as next_try_at,
                   bool_or(next_try_at is null) as is_settled
            from pages where day >= ? group by entry_id
        )
        select entry_id, feed_url, entry_url as url, canonical_url, seen_at,
               coalesce(attempts, 0) + 1 as attempt
        from entries left join looks using (entry_id)
        where day >= ? and not coalesce(is_settled, false) and coalesce(next_try_at, seen_at) <= ?
        order by seen_at, published_at, entry_id
    """
    rows = warehouse.query(sql, [since, since, at]).to_pylist()
    return [Pending(**row) for row in rows]


def url_keys_in_hand(warehouse: Warehouse, keys: Iterable[str], entry_ids: Iterable[str]) -> set[str]:
    """Those of the address keys whose page an entry other than the given ones has been asked for, or filed with.

    An entry that is only `known` does not count: it waits for its twin, and if the run died between the two,
    the twin would wait for it in turn.
    """
    sql = f"""
        select distinct {URL_KEY.format("canonical_url")} as url_key from entries
        where url_key in (select unnest(?)) and entry_id not in (select unnest(?))
          and (entry_id in (select entry_id from pages where outcome <> 'known')
               or entry_id in (select entry_id from stories))
    """
    return set(warehouse.query(sql, [list(keys), list(entry_ids)])["url_key"].to_pylist())


def unfiled_pages(
    warehouse: Warehouse, *, at: datetime, window: timedelta, limit: int
) -> list[tuple[Entry, Page]]:
    """Entries of the window with a settled page and no story, with that page; at most `limit`, oldest first.

    A page that is `known` comes after the entry it repeats, once that one is filed.
    """
    since = _first_day(warehouse, at, window)
    key = URL_KEY.format("entries.canonical_url")
    ids = warehouse.query(
        f"""
        with filed as (
            select entry_id, {URL_KEY.format("canonical_url")} as url_key from stories where day >= ?
        )
        select entry_id from entries join pages using (entry_id)
        where entries.day >= ? and pages.day >= ? and pages.next_try_at is null
          and entry_id not in (select entry_id from filed)
          and (pages.outcome <> 'known' or {key} in (select url_key from filed) or seen_at <= ?
               or {key} in (select {URL_KEY.format("canonical_url")} from stories))
        order by pages.outcome = 'known', seen_at, entries.published_at, entry_id limit ?
        """,
        [since, since, since, at - _TWIN_PATIENCE, limit],
    )["entry_id"].to_pylist()
    chosen = "day >= ? and entry_id in (select unnest(?))"
    entries = {entry.entry_id: entry for entry in warehouse.read(Entry, chosen, [since, ids])}
    settled = warehouse.read(Page, f"{chosen} and next_try_at is null", [since, ids])
    pages = {page.entry_id: page for page in settled}
    return [(entries[entry_id], pages[entry_id]) for entry_id in dict.fromkeys(ids)]


def groups_by_url(warehouse: Warehouse, keys: Iterable[str]) -> dict[str, str]:
    """The group of each of the address keys that a stored story has."""
    key = URL_KEY.format("canonical_url")
    sql = f"""
        select {key} as name, arg_min(group_id, filed_at) as group_id from stories
        where {key} in (select unnest(?)) group by all
    """
    return _pairs(warehouse, sql, keys)


def groups_by_text(warehouse: Warehouse, hashes: Iterable[str]) -> dict[str, str]:
    """The group of each of the text hashes that a stored story has."""
    sql = """
        select text_sha256 as name, arg_min(group_id, filed_at) as group_id from stories
        where text_sha256 in (select unnest(?)) group by all
    """
    return _pairs(warehouse, sql, hashes)


def _pairs(warehouse: Warehouse, sql: str, names: Iterable[str]) -> dict[str, str]:
    found = warehouse.query(sql, [list(names)])
    return dict(zip(found["name"].to_pylist(), found["group_id"].to_pylist(), strict=True))


def alertable_stories(
    warehouse: Warehouse, *, at: datetime, levels: Sequence[str], age: timedelta
) -> list[Story]:
    """The first stories of the groups that a rule of these levels tells about, filed within `age`."""
    condition = """
        day >= ? and filed_at > ? and filed_at <= ? and copy_of is null and not is_backlog
        and level in (select unnest(?))
    """
    params = [(at - age).date(), at - age, at, list(levels)]
    return warehouse.read(Story, condition, params, order="filed_at, published_at, story_id")


def alert_history(warehouse: Warehouse, *, at: datetime, age: timedelta) -> list[Alert]:
    """Every state change of the alerts of stories filed within `age`."""
    return warehouse.read(Alert, "day >= ?", [(at - age).date()], order="tried_at")


def first_alerts(warehouse: Warehouse) -> dict[str, datetime]:
    """When each channel was first tried."""
    found = warehouse.query("select channel, min(tried_at) as first from alerts group by channel")
    return dict(zip(found["channel"].to_pylist(), found["first"].to_pylist(), strict=True))
