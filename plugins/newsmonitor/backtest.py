"""What a changed topic file would make of stored stories: kept, gained, lost, against what is stored."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from newsmonitor import worklist
from newsmonitor.alerts import why
from newsmonitor.judgedagain import Again, judged_pages
from newsmonitor.records import Story, Tag
from newsmonitor.tagging import levels_now
from newsmonitor.topics import Topic
from newsmonitor.warehouse import Warehouse

OUTCOMES = ("kept", "gained", "lost", "changed")


@dataclass(frozen=True, slots=True, kw_only=True)
class Differs:
    """A story of which a topic file makes something else than what is stored; `copies` are those in its group."""

    outcome: str
    day: date
    outlet: str
    language: str | None
    title: str | None
    level_before: str | None
    level_after: str | None
    score_before: float
    score_after: float
    why: str
    url: str | None
    story_id: str
    group_id: str
    copies: int = 0


@dataclass(slots=True, kw_only=True)
class Backtest:
    """What one topic file makes of the stories of some days; `counts` are of stories, copies among them."""

    topic: Topic
    counts: Counter[str] = field(default_factory=lambda: Counter(dict.fromkeys(OUTCOMES, 0)))
    # By outcome and group the first story, in order of time.
    groups: dict[tuple[str, str], Differs] = field(default_factory=dict)

    def differing(self, outcome: str) -> list[Differs]:
        """The stories gained, lost or changed, one a group, the highest score before or now first."""
        found = [each for each in self.groups.values() if each.outcome == outcome]
        return sorted(found, key=lambda each: (-max(each.score_before, each.score_after), each.story_id))


def last_days(warehouse: Warehouse, count: int) -> tuple[date, date] | None:
    """The last so many days of the warehouse, first and last; None where it holds no story."""
    newest: date | None = warehouse.query("select max(day) as day from stories")["day"].to_pylist()[0]
    return (newest - timedelta(days=count - 1), newest) if newest else None


def backtest(
    warehouse: Warehouse,
    topics: Sequence[Topic],
    days: Sequence[date],
    *,
    level: str | None = None,
    tell: Callable[[], object] = lambda: None,
) -> tuple[int, list[Backtest]]:
    """The number of stories filed on these days, and what each topic makes of them; tell is called at each day.

    level: only stories that have it, or had it. A story without a text of its own goes with the one it repeats, and
    is not counted.
    """
    linked = worklist.linked_groups(warehouse)
    results = [Backtest(topic=topic) for topic in topics]
    stories = 0
    # From the oldest on, so that the first story of a group stands for it.
    for day in sorted(days):
        for page in judged_pages(warehouse, topics, day):
            stories += page.stories
            for again in sorted(page.found, key=lambda each: (each.before.filed_at, each.before.story_id)):
                if not again.is_borrowed:
                    _count(
                        results, again, day, linked.get(again.before.group_id, again.before.group_id), level
                    )
        tell()
    return stories, results


def _count(results: Sequence[Backtest], again: Again, day: date, group_id: str, level: str | None) -> None:
    after = {tag.topic: tag for tag in again.tagged["tags"]}
    before = levels_now(again.before)
    for result in results:
        topic = result.topic.topic_id
        now = after.get(topic)
        levels = before.get(topic), now.level if now else None
        if levels == (None, None) or (level and level not in levels):
            continue
        outcome = _outcome(*levels)
        result.counts[outcome] += 1
        if outcome != "kept":
            known = result.groups.get((outcome, group_id))
            result.groups[outcome, group_id] = (
                replace(known, copies=known.copies + 1)
                if known
                else _differs(again, result.topic, outcome, levels, now, day)
            )


def _outcome(before: str | None, after: str | None) -> str:
    if before == after:
        return "kept"
    if before is None:
        return "gained"
    return "lost" if after is None else "changed"


def _differs(
    again: Again,
    topic: Topic,
    outcome: str,
    levels: tuple[str | None, str | None],
    now: Tag | None,
    day: date,
) -> Differs:
    story = again.before
    stored = next((tag for tag in story.tags if tag.topic == topic.topic_id), None)
    if stored is None and topic.topic_id in story.topics:
        # A row from before `tags` was a column.
        score = story.topic_score or 0.0
    else:
        score = stored.score if stored else 0.0
    return Differs(
        outcome=outcome,
        day=day,
        outlet=story.outlet,
        language=story.language,
        title=story.title,
        level_before=levels[0],
        level_after=levels[1],
        score_before=score,
        score_after=now.score if now else 0.0,
        why=_why(again, topic, now),
        url=story.url,
        story_id=story.story_id,
        group_id=story.group_id,
    )


def _why(again: Again, topic: Topic, now: Tag | None) -> str:
    """The terms found now and what was ruled out; where nothing is found any more, what was found before."""
    if now is None:
        return f"no term is found; before: {why(_of_topic(again.before, topic))}"
    words = why(_of_topic(replace(again.before, **again.tagged), topic))
    if now.reason:
        return f"{words}; {now.reason}"
    is_short = now.level is None and now.score > 0
    return f"{words}; below {topic.spec.weights.mention:g} points" if is_short else words


def _of_topic(story: Story, topic: Topic) -> Story:
    return replace(story, matches=tuple(each for each in story.matches if each.topic == topic.topic_id))
