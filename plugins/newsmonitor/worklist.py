"""What stands upstream and not yet downstream: the work of each step, asked of the warehouse.

No step remembers anything: a run that died leaves its work on these lists, and the next one does it.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from newsmonitor.boilerplate import FEWEST_PAGES
from newsmonitor.identity import Known
from newsmonitor.records import STAND_INS, Announced, Entry, Feed, Page, Poll, Story
from newsmonitor.urls import canonical_url, registered_domain, url_key
from newsmonitor.warehouse import Warehouse

# Where the last poll of a feed is looked for: most are alive; one that is long dead is asked once a week, a muted
# one once a month; and what is not found there (a new feed, or a desk long off) is looked for in everything.
_POLL_WINDOWS = (timedelta(days=3), timedelta(days=40), None)
# What of a poll decides about the next one; the rest is for people.
_REMEMBERED = (
    "feed_url", "polled_at", "outcome", "asked_url", "etag", "last_modified", "body_sha256", "entry_count",
    "failure_class", "failure_count", "failing_since", "next_poll_at", "pace_seconds", "span_seconds",
    "last_full_at", "last_new_at", "is_lying", "moved_url", "moved_count", "suggested_url", "hub_urls",
)  # fmt: skip
# Most entries of a feed were there at the poll before.
_RECENT = timedelta(days=14)
# A twin of an entry waits for it this long, then it is filed on its own.
_TWIN_PATIENCE = timedelta(days=1)

# A wall is up for hours; a site's footer changes within months.
SAME_TEXT_DAYS = 2
_SAME_TEXT_LEAST = 3
_SITE_DAYS = timedelta(days=7)
_SITE_PAGES = 300

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
    announced: Announced


def due_feeds(warehouse: Warehouse, feeds: Sequence[Feed], *, at: datetime, batch: str) -> list[FeedState]:
    """The feeds to poll now: due by their last poll, not yet answered in this batch, their domain not held.

    Those that failed last time come last: a 503 of one holds its whole domain.
    """
    answered = "select feed_url from polls where day = ? and batch = ? and outcome <> 'failed'"
    done = set(warehouse.query(answered, [at.date(), batch])["feed_url"].to_pylist())
    left = [feed for feed in feeds if feed.url not in done]
    last = _last_polls(warehouse, left, at=at, batch=batch, condition="true")
    held = held_domains(warehouse, at=at)
    due = [
        feed for feed in left if _is_due(last.get(feed.url), at) and registered_domain(feed.url) not in held
    ]
    good = {url: poll for url, poll in last.items() if poll.outcome != "failed"}
    failing = [feed for feed in due if feed.url not in good]
    good |= _last_polls(warehouse, failing, at=at, batch=batch, condition="outcome <> 'failed'")
    known = _feeds_with_entries(warehouse, [feed.url for feed in due if feed.url not in good], batch=batch)
    states = [
        FeedState(
            feed=feed,
            last=last.get(feed.url),
            last_good=good.get(feed.url),
            is_first=feed.url not in good and feed.url not in known,
        )
        for feed in due
    ]
    return sorted(states, key=lambda state: state.last is not None and state.last.outcome == "failed")


def _is_due(last: Poll | None, at: datetime) -> bool:
    return last is None or last.next_poll_at is None or last.next_poll_at <= at


def held_domains(warehouse: Warehouse, *, at: datetime) -> dict[str, datetime]:
    """The registered domains that asked us to slow down (429, 503), each with the time until which."""
    sql = """
        select feed_url as url, max(hold_until) as until from polls
        where day >= $day and hold_until > $at group by all
        union all
        select requested_url, max(hold_until) from pages
        where day >= $day and hold_until > $at and requested_url is not null group by all
        union all
        select final_url, max(hold_until) from rechecks
        where day >= $day and hold_until > $at and final_url is not null group by all
    """
    # No hold is longer than a day.
    rows = warehouse.query(sql, {"day": (at - timedelta(days=1)).date(), "at": at}).to_pylist()
    held: dict[str, datetime] = {}
    for row in rows:
        domain = registered_domain(row["url"])
        held[domain] = max(row["until"], held.get(domain, row["until"]))
    return held


def _last_polls(
    warehouse: Warehouse, feeds: Sequence[Feed], *, at: datetime, batch: str, condition: str
) -> dict[str, Poll]:
    polls: dict[str, Poll] = {}
    for window in _POLL_WINDOWS:
        missing = [feed.url for feed in feeds if feed.url not in polls]
        if not missing:
            break
        where = f"""
            day >= ? and batch <> ? and {condition} and feed_url in (select unnest(?))
            qualify row_number() over (partition by feed_url order by polled_at desc) = 1
        """
        since = (at - window).date() if window else date.min
        found = warehouse.read(Poll, where, [since, batch, missing], columns=_REMEMBERED)
        polls |= {poll.feed_url: poll for poll in found}
    return polls


def _feeds_with_entries(warehouse: Warehouse, feed_urls: Sequence[str], *, batch: str) -> set[str]:
    if not feed_urls:
        return set()
    sql = "select distinct feed_url from entries where list_contains(?, feed_url) and batch <> ?"
    return set(warehouse.query(sql, [feed_urls, batch])["feed_url"].to_pylist())


def known_entries(
    warehouse: Warehouse, entries: Sequence[Entry], *, at: datetime, batch: str
) -> dict[str, list[Known]]:
    """What other batches have stored, at any time, that one of these entries may repeat; by feed_url.

    Those of the last days by their ids; for what is not among them, the whole history by id, guid, address and
    headline within the feed.
    """
    recent = "day >= ? and batch <> ? and entry_id in (select unnest(?))"
    ids = [entry.entry_id for entry in entries]
    found = _known(warehouse, recent, [(at - _RECENT).date(), batch, ids]) if ids else []
    have = {known.entry_id: known for _, known in found}
    left = [entry for entry in entries if not _is_plainly(entry, have.get(entry.entry_id))]
    if left:
        anywhere = """
            batch <> ? and feed_url in (select unnest(?)) and (
                entry_id in (select unnest(?)) or guid in (select unnest(?))
                or canonical_url in (select unnest(?)) or title in (select unnest(?)))
        """
        urls = [url for entry in left for url in _spellings(entry.canonical_url)]
        guids = [
            guid
            for entry in left
            for name in {entry.guid, canonical_url(entry.guid or "")}
            for guid in _spellings(name)
        ]
        titles = [entry.title for entry in left if entry.title]
        names = [entry.entry_id for entry in left]
        feeds = list({entry.feed_url for entry in left})
        found += _known(warehouse, anywhere, [batch, feeds, names, guids, urls, titles])
    known: dict[str, dict[str, Known]] = defaultdict(dict)
    for feed_url, one in found:
        known[feed_url][one.entry_id] = one
    return {feed_url: list(each.values()) for feed_url, each in known.items()}


def _known(warehouse: Warehouse, where: str, params: Sequence[object]) -> list[tuple[str, Known]]:
    sql = f"select feed_url, entry_id, guid, canonical_url, title, published_at from entries where {where}"
    columns = warehouse.query(sql, params).to_pydict().values()
    return [
        (feed_url, Known(entry_id=entry_id, guid=guid, canonical_url=url, title=title, published_at=time))
        for feed_url, entry_id, guid, url, title, time in zip(*columns, strict=True)
    ]


def _is_plainly(entry: Entry, known: Known | None) -> bool:
    return known is not None and (known.canonical_url, known.title) == (entry.canonical_url, entry.title)


def _spellings(url: str | None) -> list[str]:
    """An address as it may be stored: with either scheme, with and without www; any other guid as it is."""
    if not url or not url.startswith(("http://", "https://")):
        return [url] if url else []
    return _spelled(url_key(url))


def _spelled(key: str) -> list[str]:
    return [f"{scheme}://{www}{key}" for scheme in ("http", "https") for www in ("", "www.")]


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
               coalesce(attempts, 0) + 1 as attempt, title, coalesce(content, summary) as text, byline,
               published_at
        from entries left join looks using (entry_id)
        where day >= ? and not coalesce(is_settled, false) and coalesce(next_try_at, seen_at) <= ?
        order by seen_at, least(published_at, seen_at), entry_id
    """
    rows = warehouse.query(sql, [since, since, at]).to_pylist()
    return [_pending(row) for row in rows]


def _pending(row: dict[str, Any]) -> Pending:
    announced = Announced(
        url=row["canonical_url"],
        title=row.pop("title"),
        text=row.pop("text"),
        byline=tuple(row.pop("byline") or ()),
        published_at=row.pop("published_at"),
    )
    return Pending(**row, announced=announced)


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

    What stands behind a wall is filed, too: its page is looked at again, but its news is not kept waiting. A page
    that is `known` comes after the entry it repeats, once that one is filed.
    """
    since = _first_day(warehouse, at, window)
    key = URL_KEY.format("entries.canonical_url")
    ids = warehouse.query(
        f"""
        with filed as (
            select entry_id, {URL_KEY.format("canonical_url")} as url_key from stories where day >= ?
        )
        select entry_id from entries join pages using (entry_id)
        where entries.day >= ? and pages.day >= ? and (pages.next_try_at is null or pages.outcome = 'wall')
          and entry_id not in (select entry_id from filed)
          and (pages.outcome <> 'known' or {key} in (select url_key from filed) or seen_at <= ?
               or {key} in (select {URL_KEY.format("canonical_url")} from stories))
        order by pages.outcome = 'known', seen_at, least(entries.published_at, seen_at), entry_id limit ?
        """,
        [since, since, since, at - _TWIN_PATIENCE, limit],
    )["entry_id"].to_pylist()
    chosen = "day >= ? and entry_id in (select unnest(?))"
    entries = {entry.entry_id: entry for entry in warehouse.read(Entry, chosen, [since, ids])}
    settled = warehouse.read(
        Page, f"{chosen} and (next_try_at is null or outcome = 'wall')", [since, ids], order="attempt"
    )
    pages = {page.entry_id: page for page in settled}
    return [(entries[entry_id], pages[entry_id]) for entry_id in dict.fromkeys(ids)]


def late_pages(warehouse: Warehouse, *, at: datetime, window: timedelta) -> list[tuple[Story, Entry, Page]]:
    """Stories of the window that were filed without their text, with the page that was read since.

    Also those that were filed with a text which turned out to be a wall's.
    """
    since = (at - window).date()
    rows = warehouse.query(
        f"""
        with last as (
            select entry_id, max_by(outcome, attempt) as outcome, max_by(failure_class, attempt) as kind,
                   max_by(fetched_at, attempt) as fetched_at
            from pages where day >= $day and entry_id in (select entry_id from stories where day >= $day)
            group by entry_id
        )
        select entry_id from stories join last using (entry_id) where day >= $day and (
            (last.outcome = 'read' and last.fetched_at > stories.fetched_at)
            or (last.kind = 'same_text' and extraction not in {STAND_INS}))
        """,
        {"day": since},
    )
    ids = rows["entry_id"].to_pylist()
    if not ids:
        return []
    chosen = "day >= ? and entry_id in (select unnest(?))"
    entries = {
        entry.entry_id: entry for entry in warehouse.read(Entry, "entry_id in (select unnest(?))", [ids])
    }
    pages = {page.entry_id: page for page in warehouse.read(Page, chosen, [since, ids], order="attempt")}
    return [
        (story, entries[story.entry_id], pages[story.entry_id])
        for story in warehouse.read(Story, chosen, [since, ids])
        if story.entry_id in entries
    ]


def last_refiled(warehouse: Warehouse, *, at: datetime) -> datetime | None:
    """When a story was last filed again, today or yesterday."""
    sql = "select max(refiled_at) as last from stories where day >= ?"
    last: datetime | None = warehouse.query(sql, [(at - timedelta(days=1)).date()])["last"].to_pylist()[0]
    return last


def same_texts(warehouse: Warehouse, *, batch: str, at: datetime) -> list[Page]:
    """The pages of the last days whose text three addresses of the site or more give, under other headlines.

    Only of the texts that this batch has read; and of one outlet, for a host may serve many that print one agency.
    """
    since = (at - timedelta(days=SAME_TEXT_DAYS)).date()
    sql = """
        with fresh as (
            select distinct domain, text_sha256 from pages
            where day >= $since and batch = $batch and outcome = 'read' and text_sha256 is not null
        ), found as (
            select domain, outlet, text_sha256, pages.entry_id, entries.title as title,
                   pages.canonical_url as url
            from pages join fresh using (domain, text_sha256) join entries on entries.entry_id = pages.entry_id
            where pages.day >= $since and outcome = 'read'
        ), masks as (
            select domain, outlet, text_sha256 from found group by all
            having count(distinct url) >= $least and count(distinct title) >= $least
        )
        select entry_id from found join masks using (domain, outlet, text_sha256)
    """
    ids = warehouse.query(sql, {"since": since, "batch": batch, "least": _SAME_TEXT_LEAST})[
        "entry_id"
    ].to_pylist()
    return warehouse.read(
        Page, "day >= ? and outcome = 'read' and entry_id in (select unnest(?))", [since, ids]
    )


def site_lines(
    warehouse: Warehouse, domains: Iterable[str], *, at: datetime
) -> dict[str, tuple[int, dict[int, int]]]:
    """Of each registered domain the pages read in the last days, and on how many of them each line stands."""
    sql = """
        with chosen as (
            select domain, entry_id, list_distinct(line_ids) as line_ids from pages
            where day >= $since and outcome = 'read' and domain in (select unnest($domains))
            qualify row_number() over (partition by domain order by fetched_at desc) <= $most
        ), totals as (select domain, count(distinct entry_id) as pages from chosen group by domain)
        select domain, pages, line_id, count(distinct entry_id) as count
        from (select domain, entry_id, unnest(line_ids) as line_id from chosen) join totals using (domain)
        group by all having count >= $fewest
    """
    params = {
        "since": (at - _SITE_DAYS).date(),
        "domains": list(domains),
        "most": _SITE_PAGES,
        "fewest": FEWEST_PAGES,
    }
    found: dict[str, tuple[int, dict[int, int]]] = {}
    for row in warehouse.query(sql, params).to_pylist():
        found.setdefault(row["domain"], (row["pages"], {}))[1][row["line_id"]] = row["count"]
    return found


def groups_by_url(warehouse: Warehouse, keys: Iterable[str]) -> dict[str, str]:
    """The group of each of the address keys that a stored story has."""
    spellings = [spelling for key in keys for spelling in _spelled(key)]
    sql = f"""
        select {URL_KEY.format("canonical_url")}, arg_min(group_id, filed_at) from stories
        where canonical_url in (select unnest(?)) group by all
    """
    return _pairs(warehouse, sql, spellings)


def stories_at(warehouse: Warehouse, keys: Iterable[str]) -> dict[str, tuple[str, date]]:
    """The first story at each of the address keys that has a page of its own there, and the day it was filed."""
    sql = f"""
        select {URL_KEY.format("canonical_url")}, struct_pack(a := story_id, b := day) from stories
        where canonical_url in (select unnest(?)) and copy_kind is distinct from 'url'
        order by filed_at desc, story_id desc
    """
    found = _pairs(warehouse, sql, [spelling for key in keys for spelling in _spelled(key)])
    return {key: (story["a"], story["b"]) for key, story in found.items()}


def groups_by_text(warehouse: Warehouse, hashes: Iterable[str]) -> dict[str, str]:
    """The group of each of the text hashes that a stored story has."""
    sql = """
        select text_sha256, arg_min(group_id, filed_at) from stories
        where text_sha256 in (select unnest(?)) group by all
    """
    return _pairs(warehouse, sql, list(hashes))


def flashes(
    warehouse: Warehouse, hashes: Iterable[str], *, since: datetime
) -> list[tuple[str, str, str, datetime]]:
    """Hash, group, outlet and time of the stories filed since then that have one of the text hashes."""
    sql = """
        select text_sha256, group_id, outlet, coalesce(published_at, seen_at) as moment from stories
        where text_sha256 in (select unnest(?)) and day >= ? and filed_at >= ? order by moment, story_id
    """
    found = warehouse.query(sql, [list(hashes), since.date(), since])
    return list(zip(*found.to_pydict().values(), strict=True))


def _pairs(warehouse: Warehouse, sql: str, *params: object) -> dict[str, Any]:
    """The two columns of an answer as a dictionary."""
    found = warehouse.query(sql, params)
    return dict(zip(*found.to_pydict().values(), strict=True))


def recent_headlines(
    warehouse: Warehouse, *, day: date, since: datetime, until: datetime
) -> list[tuple[str, str, datetime]]:
    """The headlines of stories that are no copies, filed since a day and published in this time, oldest first."""
    sql = """
        select story_id, title, coalesce(published_at, seen_at) as moment from stories
        where day >= $day and copy_of is null and title is not null and moment between $since and $until
        order by moment, story_id
    """
    found = warehouse.query(sql, {"day": day, "since": since, "until": until})
    return list(zip(*found.to_pydict().values(), strict=True))


def groups_begun(warehouse: Warehouse, group_ids: Iterable[str]) -> dict[str, datetime]:
    """When the first story of each of the groups was filed; a seed document's group has none."""
    sql = "select story_id, filed_at from stories where story_id in (select unnest(?))"
    return _pairs(warehouse, sql, list(group_ids)) if group_ids else {}


def linked_groups(warehouse: Warehouse) -> dict[str, str]:
    """The groups that were found to be part of another, with that one; of two answers the first counts."""
    sql = "select group_id, arg_min(into_group_id, linked_at) from group_links group by all"
    return _pairs(warehouse, sql)
