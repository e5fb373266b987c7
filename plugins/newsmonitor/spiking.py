"""The notices of rules of kind spike: what is counted is asked of stories and polls, what was told of the ledger.

Counted are story groups, each when its first story that matches was filed: one agency text in forty outlets is one.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from newsmonitor.alertforms import rfc3339
from newsmonitor.alertspec import OWED_FOR, Rule
from newsmonitor.context import Run
from newsmonitor.digests import link_of
from newsmonitor.harmless import address, cleaned, stranger
from newsmonitor.messages import Message, Notice
from newsmonitor.records import identify
from newsmonitor.spikes import DAY, HISTORY_SECONDS, HOUR, PLACE, SECONDS, TOPIC, Series, Spike, find
from newsmonitor.topicspec import LEVELS
from newsmonitor.views import FILED_LEVEL, KNOWN_STORIES

_MOST_HEADLINES = 5
# A story read late is counted late: an episode may turn out to have begun a little before, and is the same one.
_SAME_EPISODE = (0, -1, 1, -2, 2, -3, 3)

# A story counts if it matched when it was filed and does still; it is compared with what did either.
_COUNTED = """
with links as (
    select group_id, arg_min(into_group_id, linked_at) as into_group_id from group_links group by group_id
), known as {known}, levelled as (
    select story_id, group_id, filed_at, is_backlog, places,
        list_filter(
            list_transform(tags, lambda tag: {{
                'topic': tag.topic,
                'was': coalesce({filed_level} in {levels}, false),
                'is': coalesce(tag.level in {levels}, false)
            }}),
            lambda tag: (tag.was or tag.is) and {topic}
        ) as found
    from known
    where day >= $day and filed_at > $since and filed_at <= $at and len(tags) > 0 and {narrowed}
), named as (
    select story_id, group_id, filed_at, is_backlog, 'topic' as kind, tag.topic as name, tag.was and tag.is as counts
    from (select *, unnest(found) as tag from levelled)
    union all
    select story_id, group_id, filed_at, is_backlog, 'place', unnest(places),
        len(list_filter(found, lambda tag: tag.was and tag.is)) > 0
    from levelled where len(found) > 0
), firsts as (
    select kind, name, coalesce(into_group_id, named.group_id) as group_id,
        arg_min({{'at': filed_at, 'is_old': is_backlog}}, (filed_at, story_id)) as usual,
        arg_min({{'at': filed_at, 'is_old': is_backlog, 'story': story_id}}, (filed_at, story_id))
            filter (counts) as counted
    from named left join links on links.group_id = named.group_id where {asked}
    group by all
)
select kind, name,
    coalesce(list(epoch(usual.at) order by usual.at) filter (not usual.is_old), []) as usual,
    coalesce(list(epoch(counted.at) order by counted.at, counted.story) filter (not counted.is_old), []) as counted,
    coalesce(list(counted.story order by counted.at, counted.story)
        filter (not counted.is_old and counted.at > $recent), []) as recent
from firsts
-- A text of the seed corpus was known before; and a group that began before all this is no news.
where group_id in (select story_id from stories where day >= $day)
group by kind, name order by kind, name
"""
_POLLED = """
select distinct epoch(polled_at) as moment from polls where day >= $day and outcome <> 'failed' and polled_at <= $at
order by moment
"""


def spike_notices(run: Run, rule: Rule, *, age: timedelta = OWED_FOR) -> list[Notice]:
    """A notice for each spike found in the last `age`, in order of time: of its topic or place, window and episode.

    A run gives the same ones, under the same ids, as the run before, and what came since.
    """
    since = (run.at - age).timestamp()
    begin = datetime.fromtimestamp(since - HISTORY_SECONDS, UTC)
    recent = run.at - age - timedelta(seconds=SECONDS[DAY])
    rows = _counted(run, rule, since=begin, recent=recent)
    polled = run.warehouse.query(_POLLED, {"day": begin.date(), "at": run.at})["moment"].to_pylist()
    spikes = find(
        [Series(**{name: row[name] for name in ("kind", "name", "counted", "usual")}) for row in rows],
        polled=polled,
        since=since,
        until=run.at.timestamp(),
        sensitivity=rule.sensitivity,
        least=rule.least,
    )
    if not spikes:
        return []
    stories = _stories_of(run, spikes, rows)
    told = _told(run, rule, age)
    names = _names(run)
    return [
        Notice(
            notice_id=_identity(rule, spike, told),
            kind=rule.name,
            since=_time(spike.found_at),
            message=_message(run, rule, spike, names.get((spike.kind, spike.name), spike.name), of_it),
        )
        for spike, of_it in zip(spikes, stories, strict=True)
    ]


def _counted(run: Run, rule: Rule, *, since: datetime, recent: datetime) -> list[dict[str, Any]]:
    """Of each topic and place: kind, name, counted, usual (seconds, in order), recent (ids of the last counted)."""
    params: dict[str, Any] = {"day": since.date(), "since": since, "at": run.at, "recent": recent}
    narrowed, asked = [], []
    for column, values in (("language", rule.languages), ("outlet", rule.outlets)):
        if values:
            params[column] = list(values)
            narrowed.append(f"{column} in (select unnest(${column}))")
    if rule.places:
        params["places"] = list(rule.places)
        narrowed.append("list_has_any(places, $places)")
        # Of these places it is asked, not of the topic at them: that would be the same told twice.
        asked.append("kind = 'place' and list_contains($places, name)")
    if rule.topic is not None:
        params["topic"] = rule.topic
    levels = ", ".join(f"'{level}'" for level in LEVELS if rule.reaches(level))
    sql = _COUNTED.format(
        known=KNOWN_STORIES,
        filed_level=FILED_LEVEL,
        levels=f"({levels})",
        topic="true" if rule.topic is None else "tag.topic = $topic",
        narrowed=" and ".join(narrowed) or "true",
        asked=" and ".join(asked) or "true",
    )
    rows: list[dict[str, Any]] = run.warehouse.query(sql, params).to_pylist()
    return rows


def _stories_of(
    run: Run, spikes: Sequence[Spike], rows: Iterable[Mapping[str, Any]]
) -> list[list[dict[str, Any]]]:
    """The stories that each spike counts, the newest first."""
    by_series = {(row["kind"], row["name"]): row for row in rows}
    ids = []
    for spike in spikes:
        row = by_series[spike.kind, spike.name]
        times = row["counted"][len(row["counted"]) - len(row["recent"]) :]
        begin = spike.found_at - SECONDS[spike.window]
        found = zip(times, row["recent"], strict=True)
        ids.append([story for at, story in found if begin < at <= spike.found_at][::-1])
    days = {
        _time(moment).date()
        for spike in spikes
        for moment in (spike.found_at - SECONDS[spike.window], spike.found_at)
    }
    sql = """
        select story_id, title, outlet, url, language, filed_at from stories
        where day in (select unnest($days)) and story_id in (select unnest($ids))
    """
    params = {"days": sorted(days), "ids": list({one for each in ids for one in each})}
    stories = {row["story_id"]: row for row in run.warehouse.query(sql, params).to_pylist()}
    return [[stories[one] for one in each if one in stories] for each in ids]


def _told(run: Run, rule: Rule, age: timedelta) -> frozenset[str]:
    """The ids of the rule that the ledger has: what they are about keeps them."""
    sql = "select distinct alert_id from alerts where rule = $rule and day >= $day"
    day = (run.at - age - timedelta(days=1)).date()
    return frozenset(run.warehouse.query(sql, {"rule": rule.name, "day": day})["alert_id"].to_pylist())


def _identity(rule: Rule, spike: Spike, told: frozenset[str]) -> str:
    """The id of a spike: of the hour in which its episode began and of its step, so that every run gives it again."""

    def named(anchor: str, step: int) -> str:
        return identify("spike", rule.name, spike.kind, spike.name, spike.window, anchor, str(step))

    if spike.began_at is None:
        # Weeks of much news: the beginning is not known, and of a day there is one of a size.
        return named(f"{_time(spike.found_at):%Y-%m-%d}", spike.count.bit_length())
    began = _time(spike.began_at)
    for hours in _SAME_EPISODE:
        anchor = f"{began + timedelta(hours=hours):%Y-%m-%dT%H}"
        if any(named(anchor, step) in told for step in range(spike.step + 1)):
            return named(anchor, spike.step)
    return named(f"{began:%Y-%m-%dT%H}", spike.step)


def _names(run: Run) -> dict[tuple[str, str], str]:
    names = {(TOPIC, topic.topic_id): topic.title for topic in run.topics}
    for topic in run.topics:
        for place in topic.spec.places:
            names.setdefault((PLACE, place.place_id), place.name)
    return names


def _message(run: Run, rule: Rule, spike: Spike, name: str, stories: Sequence[Mapping[str, Any]]) -> Message:
    begin, end = _time(spike.found_at - SECONDS[spike.window]), _time(spike.found_at)
    is_hour = spike.window == HOUR
    usual = _rounded(spike.usual)
    title = f"{name}: {spike.count} stories in the last {'hour' if is_hour else '24 hours'}; usual" + (
        f" at this hour: {usual}" if is_hour else f": {usual}"
    )
    outlets = len({story["outlet"] for story in stories})
    page = link_of(run, rule, begin, end)
    lines = [
        f"{begin:%Y-%m-%d %H:%M} to {end:%Y-%m-%d %H:%M} UTC: {spike.count} stories, "
        f"from {outlets} outlet{'' if outlets == 1 else 's'}. A copy is not counted.",
        f"The same {'hour' if is_hour else '24 hours'} of {spike.days} days before: {usual} on average, "
        f"{spike.most} at most.",
    ]
    if spike.step:
        lines.append("It was told before, and has doubled since.")
    lines += ["", "The newest:", *(line for story in stories[:_MOST_HEADLINES] for line in _lines(story))]
    if len(stories) > _MOST_HEADLINES:
        lines.append(f"- and {len(stories) - _MOST_HEADLINES} more")
    if page:
        lines += ["", f"All: {page}"]
    return Message(
        title=title,
        body="\n".join(lines),
        short=f"{title} {page}" if page else title,
        payload=_payload(rule, spike, name, stories, page),
    )


def _payload(
    rule: Rule, spike: Spike, name: str, stories: Sequence[Mapping[str, Any]], page: str | None
) -> dict[str, Any]:
    return {
        "kind": "spike",
        "rule": rule.name,
        spike.kind: spike.name,
        "name": name,
        "window": spike.window,
        "from": rfc3339(_time(spike.found_at - SECONDS[spike.window])),
        "until": rfc3339(_time(spike.found_at)),
        "count": spike.count,
        "usual": round(spike.usual, 2),
        "usual_most": spike.most,
        "usual_days": spike.days,
        "chance": spike.chance,
        "step": spike.step,
        "outlet_count": len({story["outlet"] for story in stories}),
        "stories": [
            {
                "story_id": story["story_id"],
                "title": cleaned(story["title"] or "") or None,
                "outlet": cleaned(story["outlet"]),
                "url": address(story["url"]),
                "language": story["language"],
                "filed_at": rfc3339(story["filed_at"]),
            }
            for story in stories[:_MOST_HEADLINES]
        ],
        "links": {"digest": page},
    }


def _lines(story: Mapping[str, Any]) -> list[str]:
    url = address(story["url"])
    title = stranger(story["title"] or "(no headline)", 200)
    said = f"- {story['filed_at']:%H:%M} {stranger(story['outlet'], 80)}: {title}"
    return [said, f"  {url}"] if url else [said]


def _rounded(mean: float) -> str:
    """As people say it: 0.3, 1.5, 12; what is nearly nothing is 0."""
    return f"{mean:.0f}" if mean >= 10 else f"{mean:.1f}".removesuffix(".0")


def _time(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
