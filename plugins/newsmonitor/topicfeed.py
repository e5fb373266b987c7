"""The feed of a topic, asked of the warehouse: its newest story groups, who else ran each, what was edited."""

from collections import defaultdict
from dataclasses import fields
from datetime import datetime
from typing import Any

from newsmonitor.atom import Edit, Other, TopicEntry, TopicFeed
from newsmonitor.context import read_topics
from newsmonitor.errors import InputError
from newsmonitor.explain import changes
from newsmonitor.records import GroupLink, Revision, Story
from newsmonitor.settings import Settings
from newsmonitor.topics import Topic
from newsmonitor.warehouse import Warehouse

# Where the desk's pages are, under the address of the UI.
_DESK = "newsmonitor"

# What stood in a feed before us, or came in a storm of old entries, takes the place of its own time: by the time
# that we filed it, it would push out what is new. Groups of seed documents are none of stories.
_CHOSEN = """
with told as (
    select story_id, group_id, appeared_at, filed_at, published_at, is_backlog, day from members
    where list_contains(topics, $topic) and filed_at <= $at
    qualify row_number() over (partition by group_id order by not is_first, filed_at, story_id) = 1
)
select story_id, group_id, day, appeared_at from told where group_id in (select story_id from stories)
order by if(is_backlog, least(appeared_at, filed_at), filed_at) desc, published_at desc, story_id limit $limit
"""
# By the groups as they were given: that is a column, so of most rows nothing else need be read.
_MEMBERS = """
select story_id, group_id, outlet, url, appeared_at, filed_at from members
where given_group_id in (select unnest($given)) and group_id in (select unnest($groups)) and filed_at <= $at
order by appeared_at, not is_first, seen_at, story_id
"""
# Columns that are as large as all the others together.
_STORY = [field.name for field in fields(Story) if field.name not in ("fingerprint", "extra")]
_REVISION = [field.name for field in fields(Revision) if field.name not in ("text", "extra")]

Row = dict[str, Any]


def topic_feed(
    warehouse: Warehouse, topic_id: str, title: str, *, ui_url: str | None, at: datetime, limit: int = 100
) -> TopicFeed:
    """The feed of a topic as it is at a time: its newest groups, main and mention, as they are now.

    ui_url is the address of the Airflow UI, without a slash at its end; None: no link leads to the desk. A feed
    without a story was updated at the beginning of the day, so that it stays the same for as long.
    """
    rows: list[Row] = warehouse.query(_CHOSEN, {"topic": topic_id, "at": at, "limit": limit}).to_pylist()
    desk = f"{ui_url}/{_DESK}" if ui_url else None
    entries = _entries(warehouse, topic_id, rows, desk, at) if rows else []
    day = at.replace(hour=0, minute=0, second=0, microsecond=0)
    return TopicFeed(
        topic_id=topic_id,
        title=title,
        updated_at=max((entry.updated_at for entry in entries), default=day),
        entries=tuple(entries),
        self_url=f"{desk}/feeds/{topic_id}.atom" if desk else None,
        site_url=ui_url,
    )


def find_topic(settings: Settings, topic_id: str) -> Topic:
    """The topic of this id; raises InputError where no topic file has it, or where a topic file is wrong."""
    topics = {topic.topic_id: topic for topic in read_topics(settings)}
    if topic_id not in topics:
        known = ", ".join(topics) or "none"
        raise InputError(topic_id, "is the id of no topic", f"the topics are: {known}")
    return topics[topic_id]


def _entries(
    warehouse: Warehouse, topic_id: str, rows: list[Row], desk: str | None, at: datetime
) -> list[TopicEntry]:
    ids, groups = [row["story_id"] for row in rows], [row["group_id"] for row in rows]
    # The days say which files need be opened.
    days = list({row["day"] for row in rows})
    where = "day in (select unnest(?)) and story_id in (select unnest(?))"
    found = warehouse.read(Story, where, [days, ids], order="story_id", columns=_STORY)
    stories = {story.story_id: story for story in found}
    links = warehouse.read(GroupLink, "into_group_id in (select unnest(?))", [groups])
    params = {"given": [*groups, *(link.group_id for link in links)], "groups": groups, "at": at}
    members: dict[str, list[Row]] = defaultdict(list)
    for member in warehouse.query(_MEMBERS, params).to_pylist():
        members[member["group_id"]].append(member)
    edits = _edits(warehouse, [member for group in members.values() for member in group], at)
    return [
        _entry(
            row, topic_id, stories[row["story_id"]], members[row["group_id"]], edits[row["group_id"]], desk
        )
        for row in rows
    ]


def _edits(warehouse: Warehouse, members: list[Row], at: datetime) -> dict[str, list[Edit]]:
    """By group, the later versions of its stories, in order of time."""
    known = {member["story_id"]: member for member in members}
    first_day = min(member["filed_at"] for member in members).date()
    where = "day >= ? and story_id in (select unnest(?)) and found_at <= ?"
    order = "found_at, story_id, number"
    found = warehouse.read(Revision, where, [first_day, list(known), at], order=order, columns=_REVISION)
    edits: dict[str, list[Edit]] = defaultdict(list)
    for revision in found:
        whose = known[revision.story_id]
        edit = Edit(at=revision.found_at, outlet=whose["outlet"], said=changes(revision))
        edits[whose["group_id"]].append(edit)
    return edits


def _entry(
    row: Row, topic_id: str, story: Story, members: list[Row], edits: list[Edit], desk: str | None
) -> TopicEntry:
    # The same address, announced by another feed, is no other place to read it.
    others = [each for each in members if each["story_id"] != story.story_id and each["url"] != story.url]
    return TopicEntry(
        group_id=row["group_id"],
        story=story,
        # Rows of before there were tags have one level for all topics.
        level=next((tag.level for tag in story.tags if tag.topic == topic_id), story.level),
        appeared_at=row["appeared_at"],
        updated_at=max([*(member["filed_at"] for member in members), *(edit.at for edit in edits)]),
        others=tuple(
            Other(outlet=each["outlet"], url=each["url"], appeared_at=each["appeared_at"]) for each in others
        ),
        edits=tuple(edits),
        page_url=f"{desk}/stories/{story.story_id}" if desk else None,
    )
