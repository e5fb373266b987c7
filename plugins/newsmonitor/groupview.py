"""One group of stories as it is now: its members in order of time, who was first, what was linked to it and revised."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from newsmonitor.errors import InputError, NewsmonitorError
from newsmonitor.explain import as_stored, revisions_of
from newsmonitor.records import GroupLink, Revision, Story
from newsmonitor.schemas import from_table
from newsmonitor.views import Member
from newsmonitor.warehouse import Warehouse

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LIST = "see: newsmonitor stories --json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lookalike:
    """A story of another group that has nearly the headline of a member: no copy, but worth a look."""

    story: Member
    member_id: str
    similarity: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A group in a list: the story that stands for it, and how many there are."""

    group_id: str
    story: Story
    story_count: int
    outlet_count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupView:
    """A group: members in order of time, the links that made it of several, later versions, like headlines.

    first is the group's first story: the one that was filed first. Of a group of a seed document, which is no
    story, it is the first member in order of time.
    """

    group_id: str
    first: Member
    members: tuple[Member, ...]
    links: tuple[GroupLink, ...]
    revisions: tuple[Revision, ...]
    lookalikes: tuple[Lookalike, ...]

    @property
    def is_seed(self) -> bool:
        """Whether a document of the seed corpus stands first; as the view `groups` has it."""
        return not self.first.is_first and any(
            member.copy_kind == "seed" or member.given_group_id != self.group_id for member in self.members
        )

    @property
    def outlets(self) -> list[str]:
        """Who ran it, in order of time."""
        return list(dict.fromkeys(member.outlet for member in self.members))

    @property
    def languages(self) -> list[str]:
        """The languages of its members, in order of time."""
        return list(dict.fromkeys(member.language for member in self.members if member.language))

    @property
    def span(self) -> timedelta:
        """From the first appearance to the last."""
        return self.members[-1].appeared_at - self.members[0].appeared_at

    @property
    def first_published(self) -> Member | None:
        """The member with the earliest time of publication, which need not be the first seen; None: nobody says."""
        return next((member for member in self.members if member.appeared_from == "published_at"), None)


def find_group(warehouse: Warehouse, name: str) -> GroupView:
    """The group of a story_id, the beginning of one, an address, or the id of a group or a seed document.

    Raises InputError where no story is known by the name, or where it may mean several.
    """
    group_id = _group_of(warehouse, name) or _group_at(warehouse, name)
    links = warehouse.read(GroupLink, "into_group_id = ?", [group_id], order="linked_at, group_id")
    # By the groups as they were given: that is a column, so most rows need not be read.
    given = [group_id, *(link.group_id for link in links)]
    members = _members(warehouse, "given_group_id in (select unnest(?)) and group_id = ?", [given, group_id])
    ids = [member.story_id for member in members]
    return GroupView(
        group_id=group_id,
        first=next((member for member in members if member.is_first), members[0]),
        members=tuple(members),
        links=tuple(links),
        revisions=tuple(revisions_of(warehouse, ids)),
        lookalikes=tuple(_lookalikes(warehouse, members)),
    )


def newest_groups(
    warehouse: Warehouse,
    *,
    topic: str | None,
    level: str | None,
    language: str | None,
    since: datetime | None,
    limit: int,
    is_matching: bool,
) -> list[Listed]:
    """The newest groups as they are now, but those of seed documents; is_matching: only what matches a topic.

    For a group stands its first story that is as asked: where that is a copy cut short, a longer one may match.
    """
    conditions, params = [], []
    for condition, value in (
        ("level is not null or not ?", is_matching),
        ("list_contains(topics, ?)", topic),
        ("level = ?", level),
        ("language = ?", language),
    ):
        if value is not None:
            conditions.append(f"({condition})")
            params.append(value)
    sql = f"""
        with asked as (
            select story_id, group_id, filed_at, published_at, day from members where {" and ".join(conditions)}
            qualify row_number() over (partition by group_id order by not is_first, filed_at, story_id) = 1
        ), chosen as (
            from asked where filed_at >= ? and group_id in (select story_id from stories)
            order by filed_at desc, published_at desc, story_id limit ?
        )
        select story_id, group_id, day, story_count, outlet_count
        from chosen join (
            select group_id, count(*) as story_count, count(distinct outlet) as outlet_count
            from members where group_id in (select group_id from chosen) group by group_id
        ) using (group_id)
        order by filed_at desc, published_at desc, story_id
    """
    rows = warehouse.query(sql, [*params, since or _EPOCH, limit]).to_pylist()
    ids = [row["story_id"] for row in rows]
    # The days say which files need be opened.
    where = "day in (select unnest(?)) and story_id in (select unnest(?))"
    days = list({row.pop("day") for row in rows})
    stories = {s.story_id: s for s in warehouse.read(Story, where, [days, ids], order="story_id")}
    return [Listed(story=stories[row.pop("story_id")], **row) for row in rows]


def _group_of(warehouse: Warehouse, name: str) -> str | None:
    """The group as it is now of the story, the group or the seed document that has this very id."""
    sql = """
        select group_id from members where story_id = $name or given_group_id = $name or group_id = $name limit 1
    """
    found: list[str] = warehouse.query(sql, {"name": as_stored(name)})["group_id"].to_pylist()
    return found[0] if found else None


def _group_at(warehouse: Warehouse, name: str) -> str:
    # Here and not above: an eighth of a second, which a list of groups need not spend.
    from newsmonitor.pageview import find_page

    try:
        story = find_page(warehouse, as_stored(name)).story
    except InputError:
        raise
    except NewsmonitorError as error:
        raise InputError(name, "is no story that is known", _LIST) from error
    if story is None:
        raise InputError(name, "is announced, but not filed as a story yet", f"see: newsmonitor why {name}")
    return _group_of(warehouse, story.story_id) or story.group_id


def _members(warehouse: Warehouse, where: str, params: Sequence[Any]) -> list[Member]:
    order = "appeared_at, not is_first, seen_at, story_id"
    return from_table(warehouse.query(f"from members where {where} order by {order}", params), Member)


def _lookalikes(warehouse: Warehouse, members: Sequence[Member]) -> list[Lookalike]:
    """Whatever has nearly the headline of a member, seen before it or after, and is no member itself."""
    ours = {member.story_id for member in members}
    ahead = {member.similar_id: member for member in members if member.similar_id}
    # Two questions: asked as one, DuckDB reads every column of every story.
    found = _members(warehouse, "similar_id in (select unnest(?))", [list(ours)])
    if ahead:
        found += _members(warehouse, "story_id in (select unnest(?))", [list(ahead)])
    others = {story.story_id: story for story in found if story.story_id not in ours}
    return [
        _lookalike(story, ahead.get(story.story_id))
        for story in sorted(others.values(), key=lambda each: (each.appeared_at, each.story_id))
    ]


def _lookalike(story: Member, later: Member | None) -> Lookalike:
    """The story with the member that has its headline; where none has, it is the other way round."""
    if later is not None:
        return Lookalike(story=story, member_id=later.story_id, similarity=later.similarity)
    return Lookalike(story=story, member_id=story.similar_id or "", similarity=story.similarity)
