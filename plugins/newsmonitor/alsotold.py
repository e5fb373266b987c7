"""The notices of rules of the kinds outlet and revision: what became of matching stories after they were filed.

Another outlet runs one, an outlet edits it, or takes it down. Asked of the tables by days; nothing is remembered.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from newsmonitor.alertforms import rfc3339
from newsmonitor.alertspec import OWED_FOR, Rule
from newsmonitor.context import Run
from newsmonitor.harmless import address, cleaned, stranger
from newsmonitor.messages import Message, Notice
from newsmonitor.records import identify
from newsmonitor.telling import story_page
from newsmonitor.topicspec import LEVELS
from newsmonitor.views import FILED_LEVEL, KNOWN_STORIES

_Row = dict[str, Any]

_MOST_OUTLETS = 12
_MOST_LINES, _LINE_LIMIT = 12, 400
_TITLE_LIMIT, _NAME_LIMIT = 200, 80
_NO_HEADLINE = "(no headline)"

# As other rules have it: it had the level when it was filed, and has it still.
_MATCHES = f"""coalesce(len(list_filter(tags, lambda tag: {{topic}} and tag.level in {{levels}}
    and {FILED_LEVEL} in {{levels}})) > 0 and {{places}}, false)"""
# In the order of filing, and at each whether its group matched before: the first that matches is told as a story, and
# so is what was first in a group that was found to be part of another. A group without a first story is that of a
# text of the seed corpus, which was known before.
_NEW_OUTLETS = """
with links as (
    select group_id, arg_min(into_group_id, linked_at) as into_group_id from group_links group by group_id
), fresh as (
    select distinct coalesce(into_group_id, stories.group_id) as group_id
    from stories left join links on links.group_id = stories.group_id
    where day >= $day and filed_at > $since and filed_at <= $at and not is_backlog and {asked}
        and story_id <> stories.group_id
), wanted as (
    from fresh union select links.group_id from links where into_group_id in (from fresh)
), grouped as (
    select story_id, coalesce(into_group_id, stories.group_id) as group_id, outlet, filed_at, day,
        story_id <> stories.group_id and not is_backlog and filed_at > $since and {asked} as is_fresh,
        {matches} as matches
    from {known} as stories left join links on links.group_id = stories.group_id
    where stories.group_id in (from wanted) and filed_at <= $at
), ordered as (
    select *,
        coalesce(bool_or(matches) over earlier, false) as has_matched,
        bool_or(story_id = group_id) over (partition by group_id) as is_begun,
        row_number() over (
            partition by group_id, outlet order by filed_at, story_id <> group_id, story_id
        ) as nth
    from grouped
    window earlier as (
        partition by group_id order by filed_at, story_id <> group_id, story_id
        rows between unbounded preceding and 1 preceding
    )
)
select story_id, group_id, outlet, filed_at, day, is_fresh and has_matched as is_told from ordered
where nth = 1 and is_begun
qualify bool_or(is_fresh and has_matched) over (partition by group_id)
order by filed_at, story_id <> group_id, story_id
"""
# Three looks within two days: whether a look is the first that found it gone, the days before say.
_CHANGES = """
select story_id, number, found_at, title, title_before, is_title_changed, added_count, removed_count, numbers, diff,
    url, null::bigint as http_status
from revisions where day >= $day and found_at > $since and found_at <= $at
union all by name
select story_id, min(checked_at) as found_at, arg_min(final_url, checked_at) as url,
    arg_min(http_status, checked_at) as http_status
from rechecks where day >= $before and outcome = 'gone' and checked_at <= $at group by story_id
having min(checked_at) > $since
order by found_at, story_id, number
"""
_LOOKS = timedelta(days=3)


def outlet_notices(run: Run, rule: Rule, *, age: timedelta = OWED_FOR) -> list[Notice]:
    """A notice for each outlet that ran a matching story within `age` after another had it, in the order of filing.

    What the rule asks of topic, level and places, any story of the group has that was filed by then; languages and
    outlets are those of the copy.
    """
    since = run.at - age
    params: dict[str, Any] = {"day": since.date(), "since": since, "at": run.at}
    sql = _NEW_OUTLETS.format(known=KNOWN_STORIES, asked=_asked(rule, params), matches=_matches(rule, params))
    groups: dict[str, list[_Row]] = {}
    for row in run.warehouse.query(sql, params).to_pylist():
        groups.setdefault(row["group_id"], []).append(row)
    told = [
        (row, members[:at]) for members in groups.values() for at, row in enumerate(members) if row["is_told"]
    ]
    stories = _stories(run, [each for row, before in told for each in (row, before[0])])
    return [
        Notice(
            # The copy's: a group's id changes when it turns out to be part of another.
            notice_id=identify("outlet", rule.name, row["story_id"]),
            kind=rule.name,
            since=row["filed_at"],
            message=_about_outlet(run, rule, row, before, stories),
            story_id=row["story_id"],
            group_id=row["group_id"],
        )
        for row, before in sorted(told, key=lambda pair: (pair[0]["filed_at"], pair[0]["story_id"]))
    ]


def revision_notices(run: Run, rule: Rule, *, age: timedelta = OWED_FOR) -> list[Notice]:
    """A notice for each later version of a matching story found within `age`, and for each that was taken down."""
    since = run.at - age
    span = {"day": since.date(), "since": since, "at": run.at, "before": (since - _LOOKS).date()}
    changes = run.warehouse.query(_CHANGES, span).to_pylist()
    if not changes:
        return []
    params: dict[str, Any] = {"ids": list({row["story_id"] for row in changes})}
    sql = f"""
        select story_id, group_id, outlet, title, url, language, filed_at from {KNOWN_STORIES}
        where story_id in (select unnest($ids)) and not is_backlog and {_asked(rule, params)}
            and {_matches(rule, params)}
    """
    stories = {row["story_id"]: row for row in run.warehouse.query(sql, params).to_pylist()}
    return [
        Notice(
            notice_id=identify("revision", rule.name, row["story_id"], str(row["number"] or "gone")),
            kind=rule.name,
            since=row["found_at"],
            message=_about_change(run, rule, story, row),
            story_id=row["story_id"],
            group_id=story["group_id"],
        )
        for row in changes
        if (story := stories.get(row["story_id"]))
    ]


def _asked(rule: Rule, params: dict[str, Any]) -> str:
    """What a rule asks of a story itself, as SQL."""
    conditions = []
    for column, values in (("language", rule.languages), ("outlet", rule.outlets)):
        if values:
            params[column] = list(values)
            conditions.append(f"coalesce(list_contains(${column}, {column}), false)")
    return " and ".join(conditions) or "true"


def _matches(rule: Rule, params: dict[str, Any]) -> str:
    """What a rule asks of a story's matter, as SQL."""
    if rule.topic is not None:
        params["topic"] = rule.topic
    if rule.places:
        params["places"] = list(rule.places)
    levels = ", ".join(f"'{level}'" for level in LEVELS if rule.reaches(level))
    return _MATCHES.format(
        topic="true" if rule.topic is None else "tag.topic = $topic",
        levels=f"({levels})",
        places="list_has_any(places, $places)" if rule.places else "true",
    )


def _stories(run: Run, rows: Sequence[_Row]) -> dict[str, _Row]:
    """By id, what is told of the stories of these rows; the days say which files need be opened."""
    if not rows:
        return {}
    sql = f"""
        select story_id, outlet, title, url, language, added_count, added_text, kept_share
        from {KNOWN_STORIES} where day in (select unnest($days)) and story_id in (select unnest($ids))
    """
    params = {name: list({row[key] for row in rows}) for name, key in (("days", "day"), ("ids", "story_id"))}
    return {row["story_id"]: row for row in run.warehouse.query(sql, params).to_pylist()}


def _about_outlet(
    run: Run, rule: Rule, row: _Row, before: Sequence[_Row], stories: Mapping[str, _Row]
) -> Message:
    copy, first = stories[row["story_id"]], stories[before[0]["story_id"]]
    outlet = stranger(copy["outlet"], _NAME_LIMIT)
    headline = stranger(first["title"] or _NO_HEADLINE, _TITLE_LIMIT)
    begun = before[0]["filed_at"]
    lines = [f"Its headline: {stranger(copy['title'] or _NO_HEADLINE, _TITLE_LIMIT)}"]
    if copy["added_count"]:
        kept = f", and keeps {copy['kept_share']:.0%} of it" if copy["kept_share"] is not None else ""
        added = copy["added_count"]
        lines.append(f"It adds {added} word{'' if added == 1 else 's'} to the first text{kept}.")
    if copy["added_text"]:
        lines.append(f"Added: {stranger(copy['added_text'], _LINE_LIMIT)}")
    named = [
        f"{stranger(each['outlet'], _NAME_LIMIT)} {_later(each, begun)}" for each in before[:_MOST_OUTLETS]
    ]
    if len(before) > _MOST_OUTLETS:
        named.append(f"and {len(before) - _MOST_OUTLETS} more")
    lines += [
        "",
        f"Found at {row['filed_at'].astimezone(UTC):%Y-%m-%d %H:%M} UTC, "
        f"{_lag(row['filed_at'] - begun)} after the first.",
        f"Before it: {', '.join(named)}",
        "",
        address(copy["url"]) or "(no address)",
        *_desk_link(run, copy["story_id"]),
    ]
    title = f"{outlet} runs it, too: {headline}"
    return Message(
        title=title,
        body="\n".join(lines),
        payload={
            "kind": "outlet",
            "rule": rule.name,
            "story_id": copy["story_id"],
            "group_id": row["group_id"],
            "outlet": cleaned(copy["outlet"]),
            "title": cleaned(copy["title"] or "") or None,
            "first_title": cleaned(first["title"] or "") or None,
            "language": copy["language"],
            "filed_at": rfc3339(row["filed_at"]),
            "added_count": copy["added_count"],
            "added_text": cleaned(copy["added_text"] or "") or None,
            "outlets_before": [cleaned(each["outlet"]) for each in before[:_MOST_OUTLETS]],
            "outlet_count": len(before) + 1,
            "links": {"original": address(copy["url"]), "story": story_page(run, copy["story_id"])},
        },
    )


def _about_change(run: Run, rule: Rule, story: _Row, row: _Row) -> Message:
    is_gone = row["number"] is None
    outlet = stranger(story["outlet"], _NAME_LIMIT)
    headline = stranger((None if is_gone else row["title"]) or story["title"] or _NO_HEADLINE, _TITLE_LIMIT)
    url = address(row["url"]) or address(story["url"])
    if is_gone:
        title = f"{outlet} took it down: {headline}"
        status = f"HTTP {row['http_status']}" if row["http_status"] else "no answer"
        said = "a page that says so" if row["http_status"] == 200 else status
        lines = [f"Where it stood there is now: {said}."]
    else:
        title = f"{outlet} edited{' the headline' if row['is_title_changed'] else ''}: {headline}"
        lines = _edit_lines(row)
    lines += [
        "",
        f"Found at {row['found_at'].astimezone(UTC):%Y-%m-%d %H:%M} UTC; filed at "
        f"{story['filed_at'].astimezone(UTC):%Y-%m-%d %H:%M} UTC.",
        url or "(no address)",
        *_desk_link(run, story["story_id"]),
    ]
    edit = {
        "revision": row["number"],
        "title_before": cleaned(row["title_before"] or "") or None,
        "is_title_changed": row["is_title_changed"],
        "numbers": [cleaned(each) for each in row["numbers"] or ()],
        "added_count": row["added_count"],
        "removed_count": row["removed_count"],
        "diff": [cleaned(line, _LINE_LIMIT) for line in (row["diff"] or "").splitlines()[:_MOST_LINES]],
    }
    return Message(
        title=title,
        body="\n".join(lines),
        payload={
            "kind": "revision",
            "rule": rule.name,
            "story_id": story["story_id"],
            "group_id": story["group_id"],
            "outlet": cleaned(story["outlet"]),
            "title": cleaned(row["title"] or story["title"] or "") or None,
            "language": story["language"],
            "found_at": rfc3339(row["found_at"]),
            "is_gone": is_gone,
            "http_status": row["http_status"],
            **({} if is_gone else edit),
            "links": {"original": url, "story": story_page(run, story["story_id"])},
        },
    )


def _edit_lines(row: _Row) -> list[str]:
    lines = []
    if row["is_title_changed"]:
        lines.append(f"Headline before: {stranger(row['title_before'] or _NO_HEADLINE, _TITLE_LIMIT)}")
        lines.append(f"Headline now: {stranger(row['title'] or _NO_HEADLINE, _TITLE_LIMIT)}")
    if row["numbers"]:
        lines.append(f"Numbers: {', '.join(stranger(each, 60) for each in row['numbers'])}")
    lines.append(f"Words added: {row['added_count']}, removed: {row['removed_count']}")
    # A line that begins with # is the headline's, which stands above.
    shown = [line for line in (row["diff"] or "").splitlines() if line.strip() and not line.startswith("# ")]
    if shown:
        lines += ["", *(stranger(line, _LINE_LIMIT) for line in shown[:_MOST_LINES])]
    if len(shown) > _MOST_LINES:
        more = len(shown) - _MOST_LINES
        lines.append(f"… and {more} more paragraph{'' if more == 1 else 's'}")
    return lines


def _desk_link(run: Run, story_id: str) -> list[str]:
    page = story_page(run, story_id)
    return [f"In the desk: {page}"] if page else []


def _later(each: Mapping[str, Any], begun: datetime) -> str:
    return "(first)" if each["filed_at"] <= begun else f"(+{_lag(each['filed_at'] - begun)})"


def _lag(time: timedelta) -> str:
    """As people say it: 5 min, 3 h, 2 days."""
    minutes = round(time.total_seconds() / 60)
    if minutes < 90:
        return f"{minutes} min"
    return f"{round(minutes / 60)} h" if minutes < 48 * 60 else f"{round(minutes / 1440)} days"
