"""What a person reads on the terminal: one line a cycle, tables of stories and feeds. Rows in, text out."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from rich import box
from rich.table import Table
from rich.text import Text


def cycle_line(at: datetime, counts: Mapping[str, Mapping[str, int]], seconds: float) -> str:
    """One cycle in one line: feeds, new entries, stories, duplicates, matches, alerts owed, seconds."""
    poll, stories = counts["poll_feeds"], counts["file_stories"]
    duplicates = many(stories["duplicates"], "duplicate")
    asked = (
        f"{poll['answered']} of {many(poll['feeds'], 'feed')} answered" if poll["feeds"] else "no feed due"
    )
    return (
        f"{at:%H:%M}  {asked}, "
        f"{many(poll['new_entries'], 'new entry', 'new entries')}, "
        f"{many(stories['stories'], 'story', 'stories')} stored ({duplicates}), "
        f"{many(stories['matches'], 'match', 'matches')}, "
        f"{many(stories['alerts_owed'], 'alert')} owed, {seconds:.0f} s"
    )


def table(
    title: str | None, columns: Sequence[str | tuple[str, dict[str, Any]]], rows: Sequence[Sequence[Any]]
) -> Table:
    """A table for the terminal; text of strangers in it is shown as it is, never as markup."""
    shown = Table(
        title=Text(title) if title else None,
        box=box.SIMPLE_HEAD,
        title_justify="left",
        title_style="bold",
        pad_edge=False,
    )
    for column in columns:
        name, options = column if isinstance(column, tuple) else (column, {})
        # Names come from people's SQL: `count(*)`, and "[/]" too.
        shown.add_column(Text(_cell(name)), **{"overflow": "fold", **options})
    for row in rows:
        shown.add_row(*(cell if isinstance(cell, Text) else Text(_cell(cell)) for cell in row))
    return shown


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    if isinstance(value, float):
        return f"{value:.1f}"
    if isinstance(value, list | tuple):
        value = ", ".join(map(str, value))
    # Control characters of a title must not steer the terminal.
    return "".join(c if c.isprintable() else " " for c in str(value))


def many(count: int, one: str, more: str | None = None) -> str:
    """A number of things in words: `1 story`, `2 stories`."""
    return f"{count:,} {one if count == 1 else more or one + 's'}"
