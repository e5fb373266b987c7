"""What may be told to people, asked of the warehouse: stories, what was told of them, and feeds that broke."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from newsmonitor.records import Alert, Story
from newsmonitor.warehouse import Warehouse
from newsmonitor.worklist import groups_begun, linked_groups


def alertable_stories(
    warehouse: Warehouse, *, at: datetime, levels: Sequence[str], age: timedelta
) -> dict[str, Story]:
    """By group, as groups are now, the first story in it that a rule of these levels tells about, filed within `age`.

    That need not be the group's first: a copy cut short may not say what the whole text does. Where the first that
    matches was backlog, is older, or matches by newer rules only, nobody is told of the group; nor of what repeats
    a text of the seed corpus.
    """
    condition = """
        day >= ? and filed_at > ? and filed_at <= ? and not is_backlog and not coalesce(is_late_match, false)
        and level in (select unnest(?))
    """
    params = [(at - age).date(), at - age, at, list(levels)]
    stories = warehouse.read(Story, condition, params, order="filed_at, published_at, story_id")
    tellers = tellers_of(warehouse, [story.group_id for story in stories], levels=levels)
    by_id = {story.story_id: story for story in stories}
    return {group: by_id[teller] for group, teller in tellers.items() if teller in by_id}


def tellers_of(warehouse: Warehouse, group_ids: Iterable[str], *, levels: Sequence[str]) -> dict[str, str]:
    """By group, as groups are now, the story that tells of it: the first that has one of the levels.

    None of a seed document's group: that text was known before.
    """
    linked = linked_groups(warehouse)
    groups = {linked.get(group_id, group_id) for group_id in group_ids}
    if not groups:
        return {}
    parts = {part: whole for part, whole in linked.items() if whole in groups}
    sql = """
        select group_id, story_id from stories
        where group_id in (select unnest(?)) and level in (select unnest(?))
        order by filed_at, published_at, story_id
    """
    found = warehouse.query(sql, [[*groups, *parts], list(levels)])
    begun = groups_begun(warehouse, groups)
    tellers: dict[str, str] = {}
    for group, story_id in zip(*found.to_pydict().values(), strict=True):
        if (whole := parts.get(group, group)) in begun:
            tellers.setdefault(whole, story_id)
    return tellers


def alert_history(warehouse: Warehouse, *, at: datetime, age: timedelta) -> list[Alert]:
    """Every state change of the alerts of stories filed within `age`."""
    return warehouse.read(Alert, "day >= ?", [(at - age).date()], order="tried_at")


def first_alerts(warehouse: Warehouse) -> dict[str, datetime]:
    """When each channel was first tried."""
    found = warehouse.query("select channel, min(tried_at) as first from alerts group by channel")
    return dict(zip(found["channel"].to_pylist(), found["first"].to_pylist(), strict=True))


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
