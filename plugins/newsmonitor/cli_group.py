"""`newsmonitor group`: one story with everybody who ran it, in order of time."""

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from newsmonitor.cli_output import AS_JSON, console, print_rows, printable
from newsmonitor.records import GroupLink, Revision
from newsmonitor.report import many, table
from newsmonitor.settings import Settings
from newsmonitor.views import Member
from newsmonitor.warehouse import Warehouse

if TYPE_CHECKING:
    from newsmonitor.groupview import GroupView

# On a narrower terminal the headlines stand below the table.
_WIDE = 120
_RIGHT = {"justify": "right"}
_COLUMNS: tuple[str | tuple[str, dict[str, Any]], ...] = (
    ("", _RIGHT), ("time (UTC)", {"no_wrap": True}), ("after", _RIGHT), "outlet", "", ("copy", {"no_wrap": True}),
    ("shared", _RIGHT), ("kept", _RIGHT), ("adds", _RIGHT),
)  # fmt: skip
_OURS = "* when we saw it: their time is not known to the minute, or cannot be right"


@click.command()
@click.argument("story")
@AS_JSON
def group(story: str, as_json: bool) -> None:
    """Who ran a story, when, and what each changed.

    STORY: a story_id or its beginning, an address, a group_id, or the id of a seed document.
    """
    # Here and not above: a tenth of a second, which the other commands need not spend.
    from newsmonitor.groupview import find_group

    view = find_group(Warehouse(Settings.from_env().warehouse), story)
    if as_json:
        print_rows([_as_row(view)], True, nothing="")
    else:
        _show(view, console())


def _as_row(view: "GroupView") -> dict[str, Any]:
    published = view.first_published
    return {
        "is_seed": view.is_seed,
        "story_count": len(view.members),
        "outlets": view.outlets,
        "languages": view.languages,
        "first_at": view.members[0].appeared_at,
        "last_at": view.members[-1].appeared_at,
        "first_published_id": published and published.story_id,
        **asdict(view),
    }


def _show(view: "GroupView", out: Console) -> None:
    is_wide = out.width >= _WIDE
    _print_pairs(out, _head(view))
    out.print(_table(view, is_wide))
    if any(member.appeared_from == "seen_at" for member in view.members):
        out.print(Text(_OURS, style="dim"))
    adds = [(f"{place}", _added(member)) for place, member in enumerate(view.members, 1) if member.added_text]
    if not is_wide and len(view.members) > 1:
        titles = [(f"{place}", member.title or "") for place, member in enumerate(view.members, 1)]
        _print_section(out, "Headlines", titles)
    _print_section(out, "What they add", adds)
    _print_section(out, "Groups found to be part of it", [_link(link) for link in view.links])
    outlets = {member.story_id: member.outlet for member in view.members}
    _print_section(
        out, "Later versions", [_revision(each, outlets[each.story_id]) for each in view.revisions]
    )
    alike = [_lookalike(each.story, each.similarity) for each in view.lookalikes]
    _print_section(out, "Nearly the same headline, no copies", alike)


def _head(view: "GroupView") -> Iterator[tuple[str, str]]:
    first = view.first
    if view.is_seed:
        yield "copies of", "a document of the seed corpus; the first of them:"
    yield "title", first.title or "(no headline)"
    yield "outlet", first.outlet
    yield "published" if first.appeared_from == "published_at" else "seen", f"{_time(first.appeared_at)} UTC"
    yield "address", first.url or ""
    yield "group_id", view.group_id
    yield "group", _summary(view)


def _summary(view: "GroupView") -> str:
    """The group in a sentence: how many, where, how fast, and who was first."""
    if len(view.members) == 1:
        return "1 story" if view.is_seed else "1 story, no copy is known"
    languages = f" in {many(len(view.languages), 'language')}" if view.languages else ""
    counts = (
        f"{len(view.members):,} stories at {many(len(view.outlets), 'outlet')}{languages}, "
        f"within {_span(view.span)}"
    )
    published = view.first_published
    if published is None:
        return f"{counts}; nobody says when it was published"
    if published.story_id == view.first.story_id:
        return f"{counts}; first published by {published.outlet}"
    return (
        f"{counts}; first published by {published.outlet} ({_time(published.appeared_at)}), "
        f"first seen at {view.first.outlet} ({_time(view.first.seen_at)})"
    )


def _table(view: "GroupView", is_wide: bool) -> Table:
    start = view.members[0].appeared_at
    rows = [
        [
            place,
            # Without the year, which the head has: the outlet needs the room.
            f"{member.appeared_at:%m-%d %H:%M}{'*' if member.appeared_from == 'seen_at' else ''}",
            _after(member.appeared_at - start) if place > 1 else "",
            member.outlet,
            member.language,
            _kind(member),
            _share(member.shared_share),
            _share(member.kept_share),
            member.added_count,
            *([member.title] if is_wide else []),
        ]
        for place, member in enumerate(view.members, 1)
    ]
    return table(None, [*_COLUMNS, *(["title"] if is_wide else [])], rows)


def _kind(member: Member) -> str:
    """How it repeats the group's story; "joined": it was the first story of a group that became part of this one."""
    if member.copy_of is None:
        return "first" if member.is_first else "joined"
    is_whole = member.similarity is None or member.similarity == 1
    return f"{member.copy_kind}" if is_whole else f"{member.copy_kind} {member.similarity:.2f}"


def _added(member: Member) -> str:
    return f"{member.outlet}: {member.added_text}"


def _link(link: GroupLink) -> tuple[str, str]:
    similarity = f" {link.similarity:.2f}" if link.similarity is not None else ""
    said = f"{link.group_id} ({link.reason}{similarity}), shown by story {link.story_id}"
    return _time(link.linked_at), said


def _revision(revision: Revision, outlet: str) -> tuple[str, str]:
    from newsmonitor.explain import changes

    return _time(revision.found_at), f"{outlet}, revision {revision.number}: {changes(revision)}"


def _lookalike(story: Member, similarity: float | None) -> tuple[str, str]:
    share = f" ({similarity:.2f})" if similarity is not None else ""
    return _time(story.appeared_at), f"{story.outlet}: {story.title or '(no headline)'}{share}"


def _share(value: float | None) -> str:
    return "" if value is None else f"{value:.0%}"


def _time(value: datetime) -> str:
    return f"{value:%Y-%m-%d %H:%M}"


def _after(delta: timedelta) -> str:
    minutes = delta // timedelta(minutes=1)
    return f"+{minutes // 60}:{minutes % 60:02}"


def _span(delta: timedelta) -> str:
    minutes = delta // timedelta(minutes=1)
    days, hours = minutes // 1440, minutes // 60 % 24
    if days:
        return f"{days} d {hours} h"
    return f"{hours} h {minutes % 60} min" if hours else f"{minutes} min"


def _print_section(out: Console, title: str, pairs: list[tuple[str, str]]) -> None:
    if pairs:
        out.print()
        out.print(Text(title, style="bold"))
        _print_pairs(out, pairs)


def _print_pairs(out: Console, pairs: Iterable[tuple[str, str]]) -> None:
    grid = Table.grid(padding=(0, 2))
    grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")
    for label, value in pairs:
        if value:
            grid.add_row(Text(label, style="dim"), Text(printable(value)))
    out.print(grid)
