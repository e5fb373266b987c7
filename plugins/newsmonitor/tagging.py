"""A story's tags: what every topic makes of it, as the columns of `stories`. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from newsmonitor.folding import parts_of
from newsmonitor.records import Story, Tag
from newsmonitor.topics import Tagging, Topic, tag_parts
from newsmonitor.topicspec import LEVELS


def tag_story(
    topics: Sequence[Topic], *, title: str | None, text: str | None, language: str | None
) -> dict[str, Any]:
    """The columns of Story that tagging fills: topics, tags, level, topic_score, places, events, actors, matches."""
    parts = parts_of(title, text)
    taggings = [tag_parts(topic, parts, language) for topic in topics]
    found = [each for each in taggings if each.level]
    return {
        "topics": tuple(each.topic for each in found),
        "tags": tuple(as_tag(each) for each in taggings if each.matches),
        "level": next((level for level in LEVELS if any(each.level == level for each in found)), None),
        "topic_score": max((each.score for each in taggings), default=None),
        "places": _all_of(each.places for each in found),
        "events": _all_of(each.events for each in found),
        "actors": _all_of(each.actors for each in found),
        "matches": tuple(match for each in taggings for match in each.matches),
    }


def _all_of(lists: Any) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for names in lists for name in names))


def as_tag(tagging: Tagging) -> Tag:
    """The level and the score of a tagging, as `stories.tags` has them."""
    parts = tagging.parts
    return Tag(
        topic=tagging.topic,
        level=tagging.level,
        filed_level=tagging.level,
        score=tagging.score,
        title_points=round(parts.title, 2),
        lead_points=round(parts.lead, 2),
        body_points=round(parts.body, 2),
        place_points=round(parts.places, 2),
        context_points=round(parts.context, 2),
        factor=parts.factor,
        reason=parts.reason,
    )


def tagged_later(story: Story, tagged: Mapping[str, Any]) -> dict[str, Any]:
    """The columns that tagging fills, given to a story by newer rules: what it matched when it was filed stays known.

    A topic that had a level then and finds nothing now keeps a tag that says so. is_late_match is set, too.
    """
    was = {topic: level for topic, (level, _) in levels_of(story).items() if level}
    tags = [replace(tag, filed_level=was.get(tag.topic)) for tag in tagged["tags"]]
    found = {tag.topic for tag in tags}
    tags += [_nothing_now(topic, level) for topic, level in was.items() if topic not in found]
    is_late = any(is_raised(tag.filed_level, tag.level) for tag in tags)
    return {**tagged, "tags": tuple(tags), "is_late_match": is_late}


def levels_of(story: Story) -> dict[str, tuple[str | None, str | None]]:
    """By topic, the level that a story had when it was filed and the one it has; as older versions left it, too.

    Their rows say only whether a level rose since, and before there were tags they gave all topics the highest.
    """
    if not story.tags and story.level:
        return dict.fromkeys(story.topics, (None if story.is_late_match else story.level, story.level))
    return {
        tag.topic: (tag.filed_level or (None if story.is_late_match else tag.level), tag.level)
        for tag in story.tags
    }


def levels_now(story: Story) -> dict[str, str]:
    """The level that each topic gives a story, where it gives one."""
    return {topic: now for topic, (_, now) in levels_of(story).items() if now}


def _nothing_now(topic: str, level: str) -> Tag:
    return Tag(
        topic=topic, filed_level=level, score=0.0, title_points=0.0, lead_points=0.0, body_points=0.0,
        place_points=0.0, context_points=0.0, factor=1.0, reason="found nothing by newer rules",
    )  # fmt: skip


def is_raised(before: str | None, after: str | None) -> bool:
    """Whether a level is new or higher than it was."""
    ranks = {level: rank for rank, level in enumerate(reversed(LEVELS), start=1)}
    return ranks.get(after or "", 0) > ranks.get(before or "", 0)


def describe(tag: Tag) -> str:
    """A tag in one line: the level, the score and how it came about."""
    parts = (
        ("title", tag.title_points),
        ("lead", tag.lead_points),
        ("body", tag.body_points),
        ("places", tag.place_points),
        ("context", tag.context_points),
    )
    sum_of = ", ".join(f"{name} {points:g}" for name, points in parts if points)
    times = f", times {tag.factor:.2g}: {tag.reason}" if tag.reason else ""
    points = f": {sum_of}{times}" if sum_of else ""
    return f"{tag.topic} ({tag.level or 'no level'}, score {tag.score:g}{points})"
