"""Bring stored stories to the kind of fingerprint of this version, so that new ones find them: day by day.

May be stopped and begun anew at any moment: a day that is done costs a look at its texts.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

from newsmonitor.records import Story, UInt32
from newsmonitor.shingles import fingerprint
from newsmonitor.warehouse import Warehouse

_STORED = "select story_id, copy_of, text, fingerprint from stories where day = ?"


def days_of(warehouse: Warehouse, *, since: date | None = None, until: date | None = None) -> list[date]:
    """The days on which stories were filed, the newest first: those are most likely to be copied."""
    sql = """
        select distinct day from stories
        where ($since is null or day >= $since) and ($until is null or day <= $until) order by day desc
    """
    days: list[date] = warehouse.query(sql, {"since": since, "until": until})["day"].to_pylist()
    return days


def refingerprint(warehouse: Warehouse, days: list[date], *, tell: Callable[[], object]) -> dict[str, int]:
    """Give the stories of these days the fingerprints of this version; returns days, stories, changed.

    tell is called at each day.
    """
    counts = {"days": 0, "stories": 0, "changed": 0}
    for day in days:
        with warehouse.lock("file_stories.step"):
            stories, changed = _one_day(warehouse, day)
        counts["days"] += 1
        counts["stories"] += stories
        counts["changed"] += changed
        tell()
    return counts


def _one_day(warehouse: Warehouse, day: date) -> tuple[int, int]:
    stored = warehouse.query(_STORED, [day]).to_pylist()
    right = {
        # A copy is found through the first story of its group.
        row["story_id"]: fingerprint(row["text"]) if row["copy_of"] is None else ()
        for row in stored
    }
    wrong = [row["story_id"] for row in stored if tuple(row["fingerprint"] or ()) != right[row["story_id"]]]
    if wrong:
        stories = warehouse.read(Story, "day = ? and story_id in (select unnest(?))", [day, wrong])
        new = [replace(each, fingerprint=tuple(map(UInt32, right[each.story_id]))) for each in stories]
        warehouse.replace(new, days=[day])
    return len(stored), len(wrong)
