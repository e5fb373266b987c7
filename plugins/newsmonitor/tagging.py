"""A story's tags: what every topic makes of it, as the columns of `stories`. Pure."""

from collections.abc import Sequence
from typing import Any

from newsmonitor.folding import parts_of
from newsmonitor.records import Tag
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
        score=tagging.score,
        title_points=round(parts.title, 2),
        lead_points=round(parts.lead, 2),
        body_points=round(parts.body, 2),
        place_points=round(parts.places, 2),
        context_points=round(parts.context, 2),
        factor=parts.factor,
        reason=parts.reason,
    )


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
