"""What may be told to people, asked of the warehouse: stories, what was told of them, and feeds that broke."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from newsmonitor.alertspec import Candidate
from newsmonitor.views import FILED_LEVEL, KNOWN_STORIES
from newsmonitor.warehouse import Warehouse
from newsmonitor.worklist import groups_begun, linked_groups

_HAD_A_LEVEL = f"""(
    len(list_filter(tags, lambda tag: {FILED_LEVEL} is not null)) > 0
    or coalesce(len(tags), 0) = 0 and level is not null and not coalesce(is_late_match, false)
)"""


def recent_candidates(warehouse: Warehouse, *, since: datetime, until: datetime) -> list[Candidate]:
    """The matching stories of every group that has one filed in (since, until], in the order they were filed.

    Their groups are as groups are now. None of a seed document's group: that text was known before. A story matches
    here if it had a level when it was filed; rows of older versions, which do not say, by the level they have.
    """
    recent = f"""
        select distinct group_id from {KNOWN_STORIES}
        where day >= ? and filed_at > ? and filed_at <= ? and not is_backlog and {_HAD_A_LEVEL}
    """
    given = warehouse.query(recent, [since.date(), since, until])["group_id"].to_pylist()
    return group_candidates(warehouse, given, until=until)


def group_candidates(warehouse: Warehouse, group_ids: Iterable[str], *, until: datetime) -> list[Candidate]:
    """The matching stories of these groups as they are now, filed up to a time, in the order they were filed."""
    linked = linked_groups(warehouse)
    groups = {linked.get(group_id, group_id) for group_id in group_ids}
    if not groups:
        return []
    parts = {part: whole for part, whole in linked.items() if whole in groups}
    asked = [*groups, *parts]
    # The days say which files need be opened: of all others one column is read.
    days = warehouse.query("select distinct day from stories where group_id in (select unnest(?))", [asked])
    sql = f"""
        select story_id, group_id, outlet, language, places, filed_at, is_backlog, topics, level,
            coalesce(is_late_match, false) as is_late,
            list_transform(tags, lambda one: {{'topic': one.topic, 'was': one.filed_level, 'now': one.level}}) as levels
        from {KNOWN_STORIES}
        where day in (select unnest(?)) and group_id in (select unnest(?)) and filed_at <= ? and {_HAD_A_LEVEL}
        order by filed_at, published_at, story_id
    """
    rows = warehouse.query(sql, [days["day"].to_pylist(), asked, until]).to_pylist()
    begun = groups_begun(warehouse, groups)
    return [
        _candidate(row, group)
        for row in rows
        if (group := parts.get(row["group_id"], row["group_id"])) in begun
    ]


def _candidate(row: dict[str, Any], group_id: str) -> Candidate:
    return Candidate(
        story_id=row["story_id"],
        group_id=group_id,
        outlet=row["outlet"],
        language=row["language"],
        places=tuple(row["places"] or ()),
        filed_at=row["filed_at"],
        is_backlog=row["is_backlog"],
        levels={
            each["topic"]: (each["was"] or (None if row["is_late"] else each["now"]), each["now"])
            for each in row["levels"] or ()
        }
        # Of before there were tags.
        or dict.fromkeys(row["topics"] or (), (row["level"], row["level"])),
    )


def storms(warehouse: Warehouse, *, at: datetime, age: timedelta) -> list[dict[str, Any]]:
    """The polls within `age` whose old entries were held back: feed_url, polled_at, new_count, held_count."""
    sql = """
        select feed_url, polled_at, new_count, held_count from polls
        where day >= ? and polled_at > ? and polled_at <= ? and held_count > 0 order by polled_at, feed_url
    """
    found: list[dict[str, Any]] = warehouse.query(sql, [(at - age).date(), at - age, at]).to_pylist()
    return found


def newly_broken_feeds(warehouse: Warehouse, *, since: datetime, until: datetime) -> list[dict[str, Any]]:
    """The feeds that broke in this time and are not well again: feed_url, since, words.

    Broke: failed for the third time in a row, or said that it is gone (410).
    """
    broke = """
        select distinct feed_url from polls
        where day between $first and $last and polled_at > $since and polled_at <= $until
          and (failure_count = 3 or (failure_class = 'gone' and failure_count = 1))
    """
    params = {"first": since.date(), "last": until.date(), "since": since, "until": until}
    urls = warehouse.query(broke, params)["feed_url"].to_pylist()
    if not urls:
        # On most days, and the health of all feeds takes four times as long.
        return []
    health = """
        select feed_url, since, words from feed_health
        where feed_url in (select unnest(?)) and state in ('failing', 'slowed', 'muted') order by since, feed_url
    """
    found: list[dict[str, Any]] = warehouse.query(health, [urls]).to_pylist()
    return found
