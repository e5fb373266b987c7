"""Hold stored stories against the topic files of today: day by day, the newest first.

Alerts nobody, for rules go by what a story matched when it was filed. May be stopped and begun anew at any
moment: a day is replaced whole, and a day that is done changes no more.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date

from newsmonitor.context import Run
from newsmonitor.judgedagain import judged_pages
from newsmonitor.records import Story
from newsmonitor.tagging import levels_now, tagged_later

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
                changes = _changes(run, day, counts)
                run.warehouse.replace([after for _, after in changes], days=[day])
        counts["days"] += 1
        tell()
    return dict(counts)


def _changes(run: Run, day: date, counts: Counter[str]) -> list[tuple[Story, Story]]:
    changes = []
    for page in judged_pages(run.warehouse, run.topics, day):
        counts["stories"] += page.stories
        for again in page.found:
            after = replace(again.before, **tagged_later(again.before, again.tagged))
            if after != again.before:
                changes.append((again.before, after))
    for before, after in changes:
        had, has = levels_now(before), levels_now(after)
        counts["changed"] += 1
        counts["gained"] += bool(has.keys() - had.keys())
        counts["lost"] += bool(had.keys() - has.keys())
        counts["level_changed"] += any(had[topic] != has[topic] for topic in had.keys() & has.keys())
    return changes
