"""`newsmonitor recheck` and `newsmonitor revisions`: matching stories looked at again, and what was edited in them."""

import json
import logging
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from time import monotonic
from typing import Any

import click
from rich.text import Text

from newsmonitor.cli_output import AS_JSON, console, print_rows, printable
from newsmonitor.settings import Settings
from newsmonitor.warehouse import Warehouse
from newsmonitor.worklist import URL_KEY

_SHOWN = (
    "found_at", "outlet", "number", "title", "is_title_changed", "added_count", "removed_count", "numbers", "diff",
    "found_by", "modified_at", "title_before", "url", "story_id", "archive_ref",
)  # fmt: skip
_MARKED = re.compile(r"\[-(?:[^-]|-(?!\]))*+-\]|\{\+(?:[^+]|\+(?!\}))*+\+\}")


@click.command()
@click.option("--verbose", is_flag=True, help="Tell of each page that fails as it does.")
@AS_JSON
def recheck(verbose: bool, as_json: bool) -> None:
    """Look again at the matching stories that are due for it, in this process. The same step as in Airflow."""
    from newsmonitor import pipeline

    if not verbose:
        logging.getLogger("newsmonitor").addHandler(logging.NullHandler())
    at, start = datetime.now(UTC), monotonic()
    with pipeline.open_run(at) as run:
        each = [pipeline.recheck_stories(run, shard) for shard in range(run.settings.shards)]
    counts = {name: sum(one[name] for one in each) for name in each[0]}
    click.echo(json.dumps(counts) if as_json else _line(at, counts, monotonic() - start))


def _line(at: datetime, counts: Mapping[str, int], seconds: float) -> str:
    looked = f"{counts['checked']:,} {'story' if counts['checked'] == 1 else 'stories'} looked at again"
    said = f"{counts['revised']:,} revised, {counts['gone']:,} gone, {counts['failed']:,} could not be read"
    return f"{at:%H:%M}  {looked}: {said}, {seconds:.0f} s"


@click.command()
@click.argument("story", required=False)
@click.option("--since", type=click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M"]), help="Found since then (UTC).")
@click.option("--limit", default=20, show_default=True, type=click.IntRange(1, 10_000))
@AS_JSON
def revisions(story: str | None, since: datetime | None, limit: int, as_json: bool) -> None:
    """What was edited after it was filed: the newest edits, or all of one story with the words that changed.

    STORY: a story_id or its beginning, or an address.
    """
    house = Warehouse(Settings.from_env().warehouse)
    story_id = _story_id(house, story) if story else None
    rows = _revisions(house, story_id, since, limit)
    if story_id is None or as_json:
        shown = rows if as_json else [_summary(row) for row in rows]
        print_rows(shown, as_json, nothing="No edits yet. `newsmonitor recheck` looks again at what is due.")
        return
    for row in rows:
        _show(row)
    for look in _looks(house, story_id):
        console().print(Text(printable(look)))


def _story_id(house: Warehouse, name: str) -> str:
    """The story that a name means: of several at one address the one whose versions are kept, the first."""
    # Here and not above: a tenth of a second, which the other commands need not spend.
    from newsmonitor.pageview import find_page

    view = find_page(house, name)
    key = URL_KEY.format("canonical_url")
    sql = f"""
        select story_id from stories where copy_kind is distinct from 'url'
            and {key} = (select {key} from stories where story_id = ? and copy_kind = 'url')
        order by filed_at limit 1
    """
    first: list[str] = house.query(sql, [view.entry.entry_id])["story_id"].to_pylist()
    return first[0] if first else view.entry.entry_id


def _revisions(
    house: Warehouse, story_id: str | None, since: datetime | None, limit: int
) -> list[dict[str, Any]]:
    """The newest first; of one story, the oldest."""
    sql = f"""
        select {", ".join(_SHOWN)} from (
            from revisions
            where ($story is null or story_id = $story)
                and ($since is null or (day >= $day and found_at >= $since))
            order by found_at desc, number desc, story_id limit $limit
        ) order by if($story is null, -epoch_us(found_at), number), number desc, story_id
    """
    moment = since.replace(tzinfo=UTC) if since else None
    params = {"story": story_id, "since": moment, "day": moment and moment.date(), "limit": limit}
    rows: list[dict[str, Any]] = house.query(sql, params).to_pylist()
    return rows


def _summary(row: Mapping[str, Any]) -> dict[str, Any]:
    headline = "headline, " if row["is_title_changed"] else ""
    return {
        "found_at": row["found_at"],
        "outlet": row["outlet"],
        "title": row["title"],
        "changed": f"{headline}+{row['added_count']:,} −{row['removed_count']:,} words",
        "numbers": row["numbers"],
        "story": row["story_id"][:8],
    }


def _show(row: Mapping[str, Any]) -> None:
    out = console()
    head = f"{row['number']}  {row['found_at']:%Y-%m-%d %H:%M} UTC  {row['outlet']}  {row['url'] or ''}"
    out.print(Text(printable(head), style="bold"), soft_wrap=True)
    for line in row["diff"].splitlines():
        out.print(_coloured(printable(line)), soft_wrap=not out.is_terminal)
    out.print()


def _coloured(line: str) -> Text:
    """A line of a diff, its removed words red and its added ones green where the terminal has colours."""
    text = Text(line)
    for marked in _MARKED.finditer(line):
        text.stylize("red" if marked[0].startswith("[") else "green", *marked.span())
    return text


def _looks(house: Warehouse, story_id: str) -> list[str]:
    """The looks at a story, a line each."""
    sql = """
        select strftime(checked_at, '%Y-%m-%d %H:%M') || ' UTC  look ' || look || ': ' || outcome
            || coalesce(' (' || revision || ')', '') || coalesce(', ' || error, '') as line
        from rechecks where story_id = ? order by checked_at
    """
    lines: list[str] = house.query(sql, [story_id])["line"].to_pylist()
    return lines or ["Not looked at again yet."]
