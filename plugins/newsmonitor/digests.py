"""The digest of a rule over a period: what matched, loaded, counted and put into every form of a message."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from newsmonitor.alertforms import moment, rfc3339
from newsmonitor.alertlist import newly_broken_feeds
from newsmonitor.alerts import About, headline, time_of, why
from newsmonitor.alertspec import Rule
from newsmonitor.context import Run
from newsmonitor.digestpage import (
    BrokenFeed,
    Digest,
    also_at,
    delay,
    language_name,
    many,
    page,
    period,
    summary,
    title_of,
)
from newsmonitor.harmless import address, cleaned, stranger
from newsmonitor.messages import Message
from newsmonitor.records import Story
from newsmonitor.telling import about
from newsmonitor.topicspec import LEVELS

# Gmail shows the first 102 kB of an e-mail; its other parts and headers do not count, some room is left all the same.
EMAIL_BYTES = 96_000
_DIGEST_PAGE = "newsmonitor/digest"
# A chat shows some 4,000 signs in one piece; a hundred stories of two lines are about five pieces.
_MOST_IN_TEXT, _MOST_IN_PAYLOAD = 100, 500
# Fewer than that are told with why they matched, too.
_FEW = 10
_MOST_NAMED = 12
_MOST_BROKEN = 40


def make(
    run: Run,
    rule: Rule,
    story_ids: Sequence[str],
    *,
    since: datetime,
    until: datetime,
    reason: str | None = None,
    most_bytes: int | None = EMAIL_BYTES,
) -> Message:
    """The digest of a rule over (since, until], of the stories that tell of their groups.

    reason: why it is a digest now, where it was to be single alerts. most_bytes: what the HTML may weigh, None for a
    file: then up to 500 stories are told in full. Stories that the warehouse does not have are left out.
    """
    digest = load(run, rule, story_ids, since=since, until=until, reason=reason)
    return Message(
        title=title_of(digest),
        body=_text(digest),
        short=_short(digest),
        html=page(digest, most_bytes=most_bytes),
        payload=_payload(digest),
    )


def load(
    run: Run,
    rule: Rule,
    story_ids: Sequence[str],
    *,
    since: datetime,
    until: datetime,
    reason: str | None = None,
) -> Digest:
    """What the digest says, before it is put into words: the most widely told story first, of these the newest."""
    told: dict[str, About] = {}
    for each in about(run, _stories(run, story_ids), rule):
        # Groups that were linked meanwhile are one story.
        told.setdefault(each.group_id, each)
    topic = next((topic for topic in run.topics if topic.topic_id == rule.topic), None)
    return Digest(
        rule=rule.name,
        topic_id=rule.topic,
        topic=topic.title if topic else None,
        since=since,
        until=until,
        zone=topic.timezone if topic else _common_zone(told.values(), rule),
        told=tuple(sorted(told.values(), key=_weight)),
        broken=_broken(run, since=since, until=until),
        reason=reason,
        link=link_of(run, rule, since, until),
    )


def link_of(run: Run, rule: Rule, since: datetime, until: datetime) -> str | None:
    """The address of the page of a rule's digest over a period; None where the settings do not say where the UI is."""
    if not run.settings.ui_url:
        return None
    period = f"since={rfc3339(since)}&until={rfc3339(until)}"
    return address(f"{run.settings.ui_url}/{_DIGEST_PAGE}/{rule.name}?{period}")


def _stories(run: Run, story_ids: Sequence[str]) -> list[Story]:
    ids = list(dict.fromkeys(story_ids))
    if not ids:
        return []
    # The days say which files need be opened.
    days = run.warehouse.query("select distinct day from stories where story_id in (select unnest(?))", [ids])
    where = "day in (select unnest(?)) and story_id in (select unnest(?))"
    return run.warehouse.read(Story, where, [days["day"].to_pylist(), ids], order="filed_at, story_id")


def _weight(told: About) -> tuple[int, int, float, str]:
    story = told.story
    level = LEVELS.index(told.level) if told.level in LEVELS else len(LEVELS)
    return -len(told.outlets), level, -(story.published_at or story.seen_at).timestamp(), story.story_id


def _common_zone(told: Iterable[About], rule: Rule) -> ZoneInfo:
    """The zone of the event where it is the same for all, else that of the rule."""
    zones = {each.zone for each in told}
    return zones.pop() if len(zones) == 1 else rule.timezone


def _broken(run: Run, *, since: datetime, until: datetime) -> tuple[BrokenFeed, ...]:
    outlets = {feed.url: feed.outlet for feed in run.feeds}
    rows = newly_broken_feeds(run.warehouse, since=since, until=until)
    return tuple(
        BrokenFeed(outlet=outlets[row["feed_url"]], since=row["since"], words=row["words"])
        for row in rows
        # Feeds that the list no longer has are nobody's worry.
        if row["feed_url"] in outlets
    )


def _short(digest: Digest) -> str:
    return f"{title_of(digest)} {digest.link}" if digest.link else title_of(digest)


def _text(digest: Digest) -> str:
    """The plain form: complete by itself, a hundred stories at most."""
    lines = [stranger(digest.reason), ""] if digest.reason else []
    lines += [summary(digest), period(digest)]
    if digest.topic:
        lines.append(stranger(digest.topic))
    if digest.link:
        lines.append(digest.link)
    lines += _stories_in_text(digest)
    counts = (
        ("When", _times(digest)),
        ("Where", _named([(stranger(name, 60), count) for name, count in digest.places])),
        ("Outlets", _named([(stranger(name, 80), first + also) for name, first, also in digest.outlets])),
    )
    for name, words in counts:
        if words:
            lines += ["", f"{name}: {words}"]
    lines += ["", *_broken_in_text(digest)]
    return "\n".join(lines)


def _stories_in_text(digest: Digest) -> list[str]:
    lines = []
    is_few = len(digest.told) <= _FEW
    for number, told in enumerate(digest.told[:_MOST_IN_TEXT], 1):
        story = told.story
        also = [f"{stranger(copy.outlet, 80)} ({delay(after)})" for copy, after in also_at(told)]
        more = f" and {len(also) - 3} more" if len(also) > 3 else ""
        lines += ["", f"{number}. {headline(story)}"]
        facts = [
            stranger(story.outlet, 80),
            time_of(story, digest.zone),
            told.level or "no level",
            language_name(story),
        ]
        lines.append(f"   {' · '.join(facts)}")
        if also:
            lines.append(f"   Also at {', '.join(also[:3])}{more}")
        if is_few:
            lines.append(f"   Why: {stranger(why(story), 300)}")
        lines.append(f"   {address(story.url) or '(no address)'}")
    if len(digest.told) > _MOST_IN_TEXT:
        lines += ["", f"And {many(len(digest.told) - _MOST_IN_TEXT, 'more story', 'more stories')}."]
    return lines


def _times(digest: Digest) -> str:
    form = "%d %b %H:%M" if digest.is_hourly else "%d %b"
    told = [f"{column.start:{form}} {column.total}" for column in digest.columns if column.total]
    return ", ".join(told)


def _named(counted: Sequence[tuple[str, int]]) -> str:
    more = f" and {len(counted) - _MOST_NAMED:,} more" if len(counted) > _MOST_NAMED else ""
    return ", ".join(f"{name} {count:,}" for name, count in counted[:_MOST_NAMED]) + more


def _broken_in_text(digest: Digest) -> list[str]:
    if not digest.broken:
        return ["No feed broke in this time."]
    lines = ["Feeds that broke:"]
    for feed in digest.broken[:_MOST_BROKEN]:
        since = moment(feed.since, digest.zone)
        lines.append(f"- {stranger(feed.outlet, 80)}: {stranger(feed.words, 300)}, since {since}")
    if len(digest.broken) > _MOST_BROKEN:
        lines.append(f"- and {len(digest.broken) - _MOST_BROKEN:,} more")
    return lines


def _payload(digest: Digest) -> Mapping[str, Any]:
    return {
        "kind": "digest",
        "rule": digest.rule,
        "topic": digest.topic_id,
        "since": rfc3339(digest.since),
        "until": rfc3339(digest.until),
        "reason": digest.reason,
        "story_count": len(digest.told),
        "outlet_count": len(digest.outlets),
        "languages": dict(Counter(each.story.language or "unknown" for each in digest.told)),
        "timeline": [
            {"start": rfc3339(column.start), "count": column.total}
            for column in digest.columns
            if column.total
        ],
        "places": [
            {
                "name": spot.name,
                "latitude": spot.latitude,
                "longitude": spot.longitude,
                "count": len(spot.stories),
            }
            for spot in digest.spots
        ],
        "stories": [_story_payload(each) for each in digest.told[:_MOST_IN_PAYLOAD]],
        "broken_feeds": [
            {"outlet": feed.outlet, "since": rfc3339(feed.since), "words": feed.words}
            for feed in digest.broken[:_MOST_BROKEN]
        ],
        "links": {"digest": digest.link},
    }


def _story_payload(told: About) -> dict[str, Any]:
    story = told.story
    return {
        "story_id": story.story_id,
        "group_id": told.group_id,
        "level": told.level,
        "title": cleaned(story.title or "") or None,
        "outlet": cleaned(story.outlet),
        "language": story.language,
        "published_at": rfc3339(story.published_at) if story.published_at else None,
        "seen_at": rfc3339(story.seen_at),
        "outlets": [cleaned(outlet) for outlet in told.outlets[:_MOST_IN_PAYLOAD]],
        "links": {"original": address(story.url), "story": told.page_url},
    }
