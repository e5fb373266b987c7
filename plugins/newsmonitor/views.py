"""The views that `newsmonitor sql` knows beside the tables, as SQL. Pure."""

from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any, get_args, get_type_hints

from newsmonitor.records import Match, Tag

_AS_IN_STORIES = "as in stories"


def _is(doc: str) -> Any:
    return field(metadata={"doc": doc})


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One story, and the group that it belongs to now."""

    story_id: str = _is(_AS_IN_STORIES)
    group_id: str = _is(
        "group it belongs to now: the one it was given, or what that is part of by group_links"
    )
    given_group_id: str = _is("stories.group_id: given at filing, never changed")
    is_first: bool = _is("the group's first story; a group of a seed document has none")
    appeared_at: datetime = _is(
        "when it came out: published_at, where that is known to the minute and not after seen_at; else seen_at"
    )
    appeared_from: str = _is("which of the two that is: published_at, seen_at")
    outlet: str = _is(_AS_IN_STORIES)
    language: str | None = _is(_AS_IN_STORIES)
    title: str | None = _is(_AS_IN_STORIES)
    url: str | None = _is(_AS_IN_STORIES)
    published_at: datetime | None = _is(_AS_IN_STORIES)
    seen_at: datetime = _is(_AS_IN_STORIES)
    filed_at: datetime = _is(_AS_IN_STORIES)
    copy_of: str | None = _is(_AS_IN_STORIES)
    copy_kind: str | None = _is(_AS_IN_STORIES)
    similarity: float | None = _is(_AS_IN_STORIES)
    shared_share: float | None = _is(_AS_IN_STORIES)
    kept_share: float | None = _is(_AS_IN_STORIES)
    added_count: int | None = _is(_AS_IN_STORIES)
    added_text: str | None = _is(_AS_IN_STORIES)
    similar_id: str | None = _is(_AS_IN_STORIES)
    topics: tuple[str, ...] = _is(_AS_IN_STORIES)
    level: str | None = _is(_AS_IN_STORIES)
    is_backlog: bool = _is(_AS_IN_STORIES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """One group of stories as it is now: a story and its copies."""

    group_id: str = _is("story_id of the group's first story, or the id of the seed document")
    is_seed: bool = _is("a document of the seed corpus stands first, which is no story")
    title: str | None = _is(
        "headline of the first story; where a seed document is first, of the first member"
    )
    url: str | None = _is("address of the same")
    outlet: str = _is("who published the same")
    first_at: datetime = _is("earliest members.appeared_at")
    last_at: datetime = _is("latest members.appeared_at")
    story_count: int = _is("stories, the first included")
    outlet_count: int = _is("outlets that ran it")
    outlets: tuple[str, ...] = _is("those, in order of time")
    languages: tuple[str, ...] = _is("languages of the stories")
    topics: tuple[str, ...] = _is("topics of any of the stories")
    level: str | None = _is("highest level of any of the stories: main or mention")
    revision_count: int = _is("later versions found of any of the stories")


_SQL_TYPES = {str: "varchar", int: "bigint", float: "double", bool: "boolean"}


def _unnested(name: str, record: type) -> str:
    """The view of a list of structs in stories, a row each; also where no file of the warehouse has all of it yet."""
    hints = get_type_hints(record)
    kinds = [(field.name, get_args(hints[field.name]) or (hints[field.name],)) for field in fields(record)]
    struct = ", ".join(f'"{name}" {_SQL_TYPES[kind[0]]}' for name, kind in kinds)
    columns = ", ".join(f'm."{name}"' for name, _ in kinds)
    return f"""
create or replace view {name} as
select story_id, day, {columns}
from (
    select story_id, day, unnest({name}) as m
    from (from stories union all by name select null::struct({struct})[] as {name} where false)
)
"""


MATCHES = _unnested("matches", Match)
TAGS = _unnested("tags", Tag)

# A feed that has brought nothing for so long may be dead without failing.
_SILENT_DAYS = 14
# A muted feed is asked once a month; what was not asked for longer is no longer in the list.
_REMEMBERED_DAYS = 40

FEED_HEALTH = f"""
create or replace view feed_health as
with newest as (
    select * from polls where day >= (select max(day) from polls) - {_REMEMBERED_DAYS}
    qualify row_number() over (partition by feed_url order by polled_at desc) = 1
), holds as (
    select domain, max(hold_until) as hold_until from newest where domain is not null group by domain
), judged as (
    select newest.* exclude (hold_until), holds.hold_until,
        case
            when outcome = 'failed' and failure_class = 'gone' then 'muted'
            when outcome = 'failed' and failure_class = 'throttled' then 'slowed'
            when outcome = 'failed' then 'failing'
            when holds.hold_until > polled_at then 'slowed'
            when entry_count = 0 then 'empty'
            when last_new_at < polled_at - interval {_SILENT_DAYS} days then 'silent'
            else 'well'
        end as state
    from newest left join holds using (domain)
)
select feed_url, state,
    case
        when outcome = 'failed' then failing_since
        when state in ('empty', 'silent') then last_new_at
        when state = 'slowed' then polled_at
    end as since,
    concat_ws('; ',
        case
            when state = 'muted' then 'the server says that it is gone for good (HTTP 410)'
            when state = 'slowed' and outcome = 'failed' then 'the server asks us to slow down: ' || error
            when state = 'slowed' then 'another feed or page of ' || domain || ' was told to slow down'
            when state = 'failing' then error
            when state = 'empty' then 'answers, and has no entry'
            when state = 'silent' then 'answers, and has brought nothing new'
            else 'well'
        end,
        if(failure_count > 1, failure_count || ' times in a row', null),
        if(outcome <> 'failed', error, null),
        if(held_count > 0, held_count || ' old entries that came as new were held back', null),
        if(is_lying, 'its validators lie, so it is always asked in full', null),
        if(suggested_url is not null, 'put ' || suggested_url || ' into the feed list', null),
        'asked again after ' || strftime(greatest(next_poll_at, hold_until), '%Y-%m-%d %H:%M') || ' UTC'
    ) as words,
    failure_class, http_status, failure_count, entry_count, last_new_at, polled_at,
    greatest(next_poll_at, hold_until) as next_poll_at, suggested_url, domain
from judged
"""

# Columns that no file of an older warehouse has.
_NEW_COLUMNS = """
    null::double as shared_share, null::double as kept_share, null::bigint as added_count,
    null::varchar as added_text, null::varchar as similar_id, null::boolean as is_day_only
"""
# The stories with every column, whatever version wrote them; to stand where a query names a table.
KNOWN_STORIES = f"""(
    from stories union all by name select {_NEW_COLUMNS}, null::boolean as is_late_match,
        null::struct(topic varchar, level varchar, filed_level varchar)[] as tags where false
)"""
# Of a `tag` of theirs the level when the story was filed: older versions say only whether it rose since.
FILED_LEVEL = "coalesce(tag.filed_level, if(is_late_match, null, tag.level))"
_IS_THEIRS = "published_at <= seen_at and not coalesce(is_day_only, false)"

MEMBERS = f"""
create or replace view members as
with links as (
    select group_id, into_group_id from group_links
    qualify row_number() over (partition by group_id order by linked_at, into_group_id) = 1
), known as {KNOWN_STORIES}
select story_id, coalesce(into_group_id, known.group_id) as group_id, known.group_id as given_group_id,
    story_id = coalesce(into_group_id, known.group_id) as is_first,
    if({_IS_THEIRS}, published_at, seen_at) as appeared_at,
    if({_IS_THEIRS}, 'published_at', 'seen_at') as appeared_from,
    outlet, language, title, url, published_at, seen_at, filed_at, copy_of, copy_kind, similarity, shared_share,
    kept_share, added_count, added_text, similar_id, topics, level, is_backlog, day
from known left join links on links.group_id = known.group_id
"""

# A list that is sorted takes a third of the time of an aggregate that sorts, which does it anew for each group.
GROUPS = """
create or replace view groups as
with told as (
    select story_id, count(*) as revisions from revisions group by story_id
), gathered as (
    select group_id,
        not bool_or(is_first)
            and coalesce(bool_or(copy_kind = 'seed' or given_group_id <> group_id), false) as is_seed,
        arg_min({'title': title, 'url': url, 'outlet': outlet},
            (not is_first, appeared_at, seen_at, story_id)) as first,
        min(appeared_at) as first_at,
        max(appeared_at) as last_at,
        count(*) as story_count,
        count(distinct outlet) as outlet_count,
        list_sort(list((appeared_at, seen_at, story_id, outlet))) as appearances,
        list_sort(list(distinct language) filter (language is not null)) as languages,
        list_sort(list_distinct(flatten(list(topics)))) as topics,
        case when bool_or(level = 'main') then 'main'
            when bool_or(level = 'mention') then 'mention' end as level,
        coalesce(sum(revisions), 0)::bigint as revision_count
    from members left join told using (story_id) group by group_id
)
select group_id, is_seed, first.title as title, first.url as url, first.outlet as outlet, first_at, last_at,
    story_count, outlet_count,
    list_filter(
        list_transform(appearances, lambda one: one[4]),
        lambda outlet, place: list_position(list_transform(appearances, lambda one: one[4]), outlet) = place
    ) as outlets,
    coalesce(languages, []) as languages, coalesce(topics, []) as topics, level, revision_count
from gathered
"""

VIEWS = (MATCHES, TAGS, FEED_HEALTH, MEMBERS, GROUPS)
