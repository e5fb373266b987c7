"""Hold stored stories against the topic files of today: day by day, the newest first. Alerts nobody.

May be stopped and begun anew at any moment: a day is replaced whole, and a day that is done changes no more.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from newsmonitor import worklist
from newsmonitor.alerts import DEFAULT_RULE, OWED_FOR
from newsmonitor.context import Run
from newsmonitor.judgedagain import judged_pages, levels_of
from newsmonitor.records import Story
from newsmonitor.tagging import is_raised

COUNTS = ("days", "stories", "changed", "gained", "lost", "level_changed")


def retag(
    run: Run, days: Iterable[date], *, tell: Callable[[], object] = lambda: None, is_dry: bool = False
) -> dict[str, int]:
    """Give the stories filed on these days the tags of the run's topics; the counts of COUNTS.

    tell is called at each day. is_dry: only counts, stores nothing. A story counts as gained where a topic has it
    that had it not, as lost where a topic has it no more, and with level_changed where one has it at another level.
    """
    counts = Counter(dict.fromkeys(COUNTS, 0))
    for day in days:
        if is_dry:
            _changes(run, day, counts)
        else:
            # Or a story could be filed again from an old row, in between.
            with run.warehouse.lock("file_stories.step"):
                _store(run, day, _changes(run, day, counts))
        counts["days"] += 1
        tell()
    return dict(counts)


@dataclass(frozen=True, slots=True)
class _Change:
    """A story whose tags are others now; is_late_match is still as it was."""

    before: Story
    after: Story

    @property
    def is_raised(self) -> bool:
        return is_raised(self.before.level, self.after.level)

    @property
    def is_told_by(self) -> tuple[bool, bool]:
        """Whether the rule of alerts would tell of it: before, and now."""
        return self.before.level in DEFAULT_RULE.levels, self.after.level in DEFAULT_RULE.levels


def _changes(run: Run, day: date, counts: Counter[str]) -> list[_Change]:
    changes = []
    for page in judged_pages(run.warehouse, run.topics, day):
        counts["stories"] += page.stories
        for again in page.found:
            after = replace(again.before, **again.tagged)
            if after != again.before:
                changes.append(_Change(again.before, after))
    for change in changes:
        had, has = levels_of(change.before), levels_of(change.after)
        counts["changed"] += 1
        counts["gained"] += bool(has.keys() - had.keys())
        counts["lost"] += bool(had.keys() - has.keys())
        counts["level_changed"] += any(had[topic] != has[topic] for topic in had.keys() & has.keys())
    return changes


def _store(run: Run, day: date, changes: Sequence[_Change]) -> None:
    if not changes:
        return
    owed, silenced = _settle_groups(run, changes)
    # First, since a day that is stored is not looked at again. Nobody is told by it, for another story speaks still.
    for other in sorted({filed_on for filed_on, _ in silenced}):
        ids = [story_id for filed_on, story_id in silenced if filed_on == other]
        stories = run.warehouse.read(Story, "day = ? and story_id in (select unnest(?))", [other, ids])
        run.warehouse.replace([replace(each, is_late_match=True) for each in stories], days=[other])
    marked = {story_id for _, story_id in silenced}
    new = []
    for change in changes:
        story_id = change.after.story_id
        is_late = story_id in marked or (change.is_raised and story_id not in owed)
        new.append(replace(change.after, is_late_match=change.before.is_late_match or is_late))
    run.warehouse.replace(new, days=[day])


@dataclass(frozen=True, slots=True)
class _Member:
    """A story of a group, in the order in which one is chosen that tells of it."""

    day: date
    story_id: str
    filed_at: datetime
    is_silent: bool
    level: str | None


def _settle_groups(run: Run, changes: Sequence[_Change]) -> tuple[set[str], set[tuple[date, str]]]:
    """What follows for the groups whose stories begin or cease to be told of.

    The first story of a group that is told of speaks for it (alertlist.tellers_of). So where one that nobody heard
    of ceases, the next would be told, of the past: those are to be marked (second). And where a group is told of
    already, a story before the teller that matches now would silence it: such a one is not to be marked (first).
    """
    turned = [change for change in changes if len(set(change.is_told_by)) == 2]
    levels = {change.after.story_id: change.after.level for change in turned}
    still_told = run.at - OWED_FOR
    owed: set[str] = set()
    silenced: set[tuple[date, str]] = set()
    for members in _groups(run, [change.before.group_id for change in turned]):
        before = [each for each in members if each.level in DEFAULT_RULE.levels]
        after = [each for each in members if levels.get(each.story_id, each.level) in DEFAULT_RULE.levels]
        if before and not before[0].is_silent and before[0].filed_at > still_told:
            owed |= {each.story_id for each in after if each not in before}
        elif after and after[0] in before and after[0].filed_at > still_told:
            silenced.add((after[0].day, after[0].story_id))
    return owed, silenced


def _groups(run: Run, group_ids: Sequence[str]) -> list[list[_Member]]:
    """The stories of the groups as they are now, those of each in order."""
    if not group_ids:
        return []
    linked = worklist.linked_groups(run.warehouse)
    wanted = {linked.get(group_id, group_id) for group_id in group_ids}
    parts = {part: whole for part, whole in linked.items() if whole in wanted}
    sql = """
        select group_id, day, story_id, filed_at, is_backlog or coalesce(is_late_match, false) as is_silent, level
        from (from stories union all by name select null::boolean as is_late_match where false)
        where group_id in (select unnest(?)) order by filed_at, published_at, story_id
    """
    groups: dict[str, list[_Member]] = {}
    rows: list[dict[str, Any]] = run.warehouse.query(sql, [[*wanted, *parts]]).to_pylist()
    for row in rows:
        group_id = row.pop("group_id")
        groups.setdefault(parts.get(group_id, group_id), []).append(_Member(**row))
    return list(groups.values())
