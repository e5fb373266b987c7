"""What the message about a story says of the rest: its group so far, its topics, its page. Asked of the warehouse."""

from collections.abc import Sequence

from newsmonitor.alerts import About, Copy, compose
from newsmonitor.alertspec import UTC_ZONE, Rule
from newsmonitor.context import Run
from newsmonitor.messages import Message
from newsmonitor.records import Story
from newsmonitor.topicspec import MAIN

_STORY_PAGE = "newsmonitor/stories"


def messages(run: Run, stories: Sequence[Story], rule: Rule) -> list[Message]:
    """The message about each of the stories, in their order."""
    return [compose(each) for each in about(run, stories, rule)]


def about(run: Run, stories: Sequence[Story], rule: Rule) -> list[About]:
    """What is told of each of the stories, in their order; of its group, what was filed up to this run."""
    groups = _groups(run, [story.story_id for story in stories])
    topics = {topic.topic_id: topic for topic in run.topics}
    titles = {name: topic.title for name, topic in topics.items()}
    found = []
    for story in stories:
        group_id, copies = groups.get(story.story_id, (story.group_id, ()))
        topic = _topic_of(story, rule)
        found.append(
            About(
                story=story,
                rule=rule.name,
                group_id=group_id,
                level=next((tag.level for tag in story.tags if tag.topic == topic), story.level),
                topic_titles=titles,
                zone=topics[topic].timezone if topic in topics else UTC_ZONE,
                copies=copies,
                page_url=story_page(run, story.story_id),
            )
        )
    return found


def story_page(run: Run, story_id: str) -> str | None:
    """The address of a story's page of the desk; None where the settings do not say where the UI is."""
    return f"{run.settings.ui_url}/{_STORY_PAGE}/{story_id}" if run.settings.ui_url else None


def _topic_of(story: Story, rule: Rule) -> str | None:
    """The topic that the rule asks for, else the one that the story is most about."""
    if rule.topic:
        return rule.topic
    ranks = {tag.topic: (tag.level == MAIN, tag.score) for tag in story.tags if tag.level}
    return max(story.topics, key=lambda name: ranks.get(name, (False, 0.0)), default=None)


def _groups(run: Run, story_ids: Sequence[str]) -> dict[str, tuple[str, tuple[Copy, ...]]]:
    """By story, the group it belongs to now and all that is in it so far, in order of time."""
    sql = """
        select group_id, story_id, outlet, url, language, appeared_at from members
        where group_id in (select group_id from members where story_id in (select unnest($ids)))
          and (filed_at <= $at or story_id in (select unnest($ids)))
        order by appeared_at, not is_first, seen_at, story_id
    """
    if not story_ids:
        return {}
    rows = run.warehouse.query(sql, {"ids": list(story_ids), "at": run.at}).to_pylist()
    members: dict[str, list[Copy]] = {}
    group_of: dict[str, str] = {}
    for row in rows:
        group_id = row.pop("group_id")
        group_of[row["story_id"]] = group_id
        members.setdefault(group_id, []).append(Copy(**row))
    return {
        story_id: (group_of[story_id], tuple(members[group_of[story_id]]))
        for story_id in story_ids
        if story_id in group_of
    }
