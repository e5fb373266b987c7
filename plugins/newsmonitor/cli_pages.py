"""`newsmonitor page` and `newsmonitor reextract`: captured pages shown and read again."""

import json
import sys
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click
from rich.table import Table
from rich.text import Text

from newsmonitor.cli_output import AS_JSON, console, print_rows, printable, progress
from newsmonitor.errors import NewsmonitorError
from newsmonitor.records import Page
from newsmonitor.settings import Settings
from newsmonitor.warehouse import Warehouse

if TYPE_CHECKING:
    from newsmonitor.pageview import PageView
    from newsmonitor.reextract import Change

_DAY = click.DateTime(["%Y-%m-%d"])
# What of two readings of one page is compared for a person; the text is counted in words.
_COMPARED = (
    "outcome",
    "title",
    "byline",
    "language",
    "published_at",
    "modified_at",
    "canonical_url",
    "section",
)


@click.command()
@click.argument("story")
@click.option("--headers", is_flag=True, help="Also the headers that the server sent.")
@click.option("--html", is_flag=True, help="Write the captured bytes to standard output, and nothing else.")
@AS_JSON
def page(story: str, headers: bool, html: bool, as_json: bool) -> None:
    """Read a captured page again and show it. STORY: a story_id or its beginning, or an address."""
    # Here and not above: a tenth of a second, which the other commands need not spend.
    from newsmonitor.pageview import find_page, read_again

    if html and (as_json or headers):
        raise click.UsageError("--html goes with no other option")
    settings = Settings.from_env()
    view = find_page(Warehouse(settings.warehouse), story)
    if not html:
        view = read_again(settings, view)
    if html and view.capture is not None:
        sys.stdout.buffer.write(view.capture.body)
    elif as_json:
        print_rows([_as_row(view)], True, nothing="")
    elif not html:
        _show(view, headers)
    if view.problem:
        raise NewsmonitorError(f"{view.entry.entry_id}: {view.problem}")


def _as_row(view: "PageView") -> dict[str, Any]:
    capture = view.capture
    now, stored = view.now, view.stored
    return {
        "entry_id": view.entry.entry_id,
        "capture": capture
        and {
            "url": capture.url,
            "status": capture.status,
            "headers": capture.headers,
            "byte_count": len(capture.body),
            "fetched_at": capture.fetched_at,
            "archive_ref": stored and stored.archive_ref,
        },
        "now": now and asdict(now),
        "stored": stored and asdict(stored),
        "changed": _changed(stored, now) if now and stored else None,
        "story": view.story and asdict(view.story),
        "problem": view.problem,
    }


def _changed(stored: Page, now: Page) -> list[str]:
    """The names of what reads otherwise now, the text among them."""
    return [name for name in (*_COMPARED, "text") if getattr(stored, name) != getattr(now, name)]


def _show(view: "PageView", headers: bool) -> None:
    shown = view.now or view.stored
    if shown is None:
        return
    out = console()
    grid = Table.grid(padding=(0, 2))
    grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")
    for label, value in _lines(view, shown):
        if value:
            grid.add_row(Text(label, style="dim"), Text(printable(value)))
    for name, value in view.capture.headers if headers and view.capture else ():
        grid.add_row(Text(printable(name), style="dim"), Text(printable(value)))
    out.print(grid)
    for paragraph in (shown.text or "(no text)").splitlines():
        out.print()
        # Into a file or a pipe each paragraph goes as one line.
        out.print(Text(printable(paragraph)), soft_wrap=not out.is_terminal)


def _lines(view: "PageView", shown: Page) -> Iterable[tuple[str, str]]:
    story, stored = view.story, view.stored
    yield "title", shown.title or view.entry.title or ""
    yield "byline", ", ".join(shown.byline)
    yield "outlet", view.entry.outlet
    yield "published", _published(shown)
    yield "modified", _time(shown.modified_at)
    yield "fetched", _time(shown.fetched_at)
    sure = f" ({shown.language_confidence:.2f})" if shown.language_confidence is not None else ""
    yield "language", f"{shown.language}{sure}" if shown.language else ""
    yield "section", shown.section or ""
    yield "address", shown.final_url or shown.requested_url or ""
    if shown.canonical_url != shown.final_url:
        yield "canonical", shown.canonical_url or ""
    yield (
        "HTTP",
        f"{shown.http_status}, {shown.content_type or 'no media type'}, {shown.byte_count or 0:,} bytes",
    )
    yield "read", _outcome(shown)
    if view.now and stored:
        yield "stored", _difference(stored, view.now)
    elif stored:
        yield "stored", "what is shown is from the tables"
    if story:
        yield "story", f"{story.story_id}, its text from: {story.extraction}"
    yield "archive", (stored and stored.archive_ref) or ""


def _outcome(shown: Page) -> str:
    words = f"{len((shown.text or '').split()):,} words"
    if shown.outcome == "read":
        return f"{words} ({shown.extraction})"
    reason = f": {shown.error}" if shown.error else ""
    return f"{shown.outcome} ({shown.failure_class or 'nothing found'}){reason}"


def _difference(stored: Page, now: Page) -> str:
    changed = _changed(stored, now)
    if not changed:
        return "the same as it is read now"
    old, new = Counter((stored.text or "").split()), Counter((now.text or "").split())
    more, fewer = (new - old).total(), (old - new).total()
    words = f" (the text now has {more:,} words that the stored has not, and lacks {fewer:,})"
    return f"differs in {', '.join(changed)}{words if 'text' in changed else ''}"


def _published(shown: Page) -> str:
    if shown.published_at is None:
        return ""
    source = f" ({shown.published_from})" if shown.published_from else ""
    if shown.is_day_only:
        return f"{shown.published_at:%Y-%m-%d}, the day only{source}"
    return f"{_time(shown.published_at)}{source}"


def _time(value: datetime | None) -> str:
    return f"{value:%Y-%m-%d %H:%M:%S} UTC" if value else ""


@click.command()
@click.option("--since", type=_DAY, help="Only pages fetched on this day (UTC) or later.")
@click.option("--until", type=_DAY, help="Only pages fetched on this day (UTC) or earlier.")
@click.option("--host", help="Only pages of this host, or of the hosts under it.")
@click.option("--limit", type=click.IntRange(min=1), help="At most so many pages, the oldest first.")
@click.option("--dry-run", is_flag=True, help="Only show what would change.")
@AS_JSON
def reextract(
    since: datetime | None,
    until: datetime | None,
    host: str | None,
    limit: int | None,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Read captured pages again, and bring pages and stories up to what is read now. Alerts nobody."""
    from newsmonitor import pipeline
    from newsmonitor import reextract as again

    with pipeline.open_run(datetime.now(UTC)) as run:
        selected = again.captured_pages(
            run.warehouse,
            since=since.date() if since else None,
            until=until.date() if until else None,
            host=host,
            limit=limit,
        )
        rows: list[dict[str, Any]] = []
        with progress("reading", sum(map(len, selected.values()))) as tell:
            if dry_run:
                counts = again.would_change(
                    run, selected, show=lambda change: rows.append(_change(change)), tell=tell
                )
            else:
                counts = again.reextract(run, selected, tell=tell)
    if dry_run:
        print_rows(rows, as_json, nothing="Nothing would change.")
    elif as_json:
        click.echo(json.dumps(counts))
    if not as_json:
        click.echo(_counts_line(counts, dry_run))


def _change(change: "Change") -> dict[str, Any]:
    before, after = change.before, change.after
    return {
        "day": f"{change.day}",
        "title": before.title if before.title == after.title else f"{before.title} → {after.title}",
        "outcome": _arrow(before.outcome, after.outcome),
        "words": _arrow(*(f"{len((page.text or '').split())}" for page in (before, after))),
        "changed": _changed(before, after) or ["details"],
        "url": after.final_url,
        "entry_id": after.entry_id,
    }


def _arrow(before: str, after: str) -> str:
    return before if before == after else f"{before} → {after}"


def _counts_line(counts: Mapping[str, int], dry_run: bool) -> str:
    """The counts in one line; what did not happen is left out."""
    details = [
        f"{counts[name]:,} {words}"
        for name, words in (
            ("now_wall", "now a wall"),
            ("no_longer_wall", "no longer one"),
            ("lost_text", "lost their text"),
        )
        if counts[name]
    ]
    line = f"{counts['read']:,} pages read again, {counts['changed']:,} {'would change' if dry_run else 'changed'}"
    line += f" ({', '.join(details)})" if details else ""
    if not dry_run:
        line += f", {counts['stories']:,} stories with them"
    for name, words in (
        ("gone", "captures are forgotten or cannot be read"),
        ("failed", "could not be read this time"),
    ):
        line += f"; {counts[name]:,} {words}" if counts[name] else ""
    return f"{line}."
