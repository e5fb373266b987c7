"""Rows of stories, links and revisions for the tests of groups, put straight into a warehouse."""

from datetime import UTC, datetime, timedelta
from typing import Any

from newsmonitor.records import Entry, GroupLink, Revision, Story, Tag
from newsmonitor.warehouse import Warehouse

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


def a_story(story_id: str, outlet: str = "Ledger", *, at: float = 0, **values: Any) -> Story:
    """A story published and seen so many minutes after noon; of its own group, unless it is said otherwise."""
    url = f"https://{outlet.lower()}.example/{story_id}"
    seen_at = values.get("seen_at", NOON + minutes(at + 5))
    usual = {
        "story_id": story_id, "entry_id": story_id, "url": url, "canonical_url": url, "outlet": outlet,
        "feed_url": "https://ledger.example/rss", "title": f"Headline {story_id}", "language": "en",
        "published_at": NOON + minutes(at), "seen_at": seen_at, "filed_at": seen_at,
        "text": "Fighting near Sudzha.", "extraction": "blocks", "group_id": values.get("copy_of") or story_id,
        "is_backlog": False,
    }  # fmt: skip
    return Story(**{**usual, **values})


def a_tag(level: str | None = "main", topic: str = "kursk", **values: Any) -> Tag:
    """A tag of a level that the story had when it was filed, unless it is said otherwise."""
    usual = {
        "topic": topic, "level": level, "filed_level": level, "score": 30.0, "title_points": 0.0, "lead_points": 22.0,
        "body_points": 8.0, "place_points": 0.0, "context_points": 0.0, "factor": 1.0,
    }  # fmt: skip
    return Tag(**{**usual, **values})


def a_copy(story_id: str, of: str, outlet: str, *, at: float = 0, kind: str = "near", **values: Any) -> Story:
    usual = {"similarity": 0.93, "shared_share": 0.96, "kept_share": 0.41, "added_count": 41}
    told = usual if kind == "near" else {"similarity": 1.0}
    return a_story(story_id, outlet, at=at, **{"copy_of": of, "copy_kind": kind, **told, **values})


def a_link(group_id: str, into: str, *, at: float = 60, **values: Any) -> GroupLink:
    usual = {
        "group_id": group_id, "into_group_id": into, "story_id": group_id, "reason": "near", "similarity": 0.9,
        "linked_at": NOON + minutes(at),
    }  # fmt: skip
    return GroupLink(**{**usual, **values})


def a_revision(story_id: str, number: int = 1, *, at: float = 60, **values: Any) -> Revision:
    usual = {
        "story_id": story_id, "number": number, "outlet": "Ledger", "found_at": NOON + minutes(at),
        "found_by": "recheck", "is_title_changed": False, "added_count": 3, "removed_count": 2, "text": "New text.",
        "numbers": ("12 → 15",), "diff": "[-12-] {+15+}",
    }  # fmt: skip
    return Revision(**{**usual, **values})


def an_entry(story: Story) -> Entry:
    """The entry that a story came from."""
    names = "entry_id", "canonical_url", "outlet", "feed_url", "seen_at"
    return Entry(entry_url=story.url, is_backlog=False, **{name: getattr(story, name) for name in names})


def store(warehouse: Warehouse, *rows: Any) -> None:
    """Append rows of any tables in one batch, and of stories the entries."""
    rows = (*rows, *(an_entry(row) for row in rows if isinstance(row, Story)))
    for record in dict.fromkeys(type(row) for row in rows):
        warehouse.append([row for row in rows if type(row) is record], batch="b", day=NOON.date())
