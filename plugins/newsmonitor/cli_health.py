"""`newsmonitor feeds check` and `feeds health`: every feed asked now, and what the tables say of it."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import click

from newsmonitor.cli_output import AS_JSON, console, print_rows
from newsmonitor.context import POLLED_KINDS
from newsmonitor.records import Entry, Feed, Poll
from newsmonitor.seeds import read_feed_list
from newsmonitor.settings import Settings
from newsmonitor.warehouse import Warehouse

_WELL = "well"


@click.command()
@AS_JSON
def check(as_json: bool) -> None:
    """Try every feed of the list now, and say what each gives and what to do about it. Stores nothing."""
    from newsmonitor import pipeline
    from newsmonitor.polling import try_feeds

    for note in pipeline.check_settings():
        click.echo(f"newsmonitor: {note}", err=True)
    with pipeline.open_run(datetime.now(UTC)) as run:
        console(err=True).print(f"Asking {len(run.feeds)} feeds ...")
        tried = try_feeds(run, run.feeds)
    rows = [_tried(feed, poll, entries) for feed, (poll, entries) in zip(run.feeds, tried, strict=True)]
    rows.sort(key=lambda row: (row["answer"] == "ok", row["todo"] == "", row["outlet"]))
    print_rows(rows, as_json, nothing="The feed list is empty.")
    good = sum(row["answer"] == "ok" for row in rows)
    if not as_json:
        click.echo(f"{good} of {len(rows)} feeds answered.")
    if not good:
        raise click.exceptions.Exit(1)


def _tried(feed: Feed, poll: Poll, entries: Sequence[Entry]) -> dict[str, Any]:
    times = [entry.published_at for entry in entries if entry.published_at]
    return {
        "outlet": feed.outlet,
        "feed": feed.url,
        "answer": poll.failure_class or "ok",
        "entries": len(entries),
        "newest": max(times, default=None),
        "ms": poll.elapsed_ms,
        "problem": (poll.error or "").removeprefix(f"{feed.url}: "),
        "todo": _todo(poll, entries),
    }


_MENDS = {
    "gone": "take it out of the list, or look for its new address: newsmonitor feeds add <page>",
    "http_4xx": "open it in a browser; if it is not there: newsmonitor feeds add <page of the outlet>",
    "not_a_feed": "look for its new address: newsmonitor feeds add <page of the outlet>",
    "robots": 'ask the outlet; if it lets you, write robots="ignore" on its outline',
    "refused_address": "NEWSMONITOR_ALLOW_NETWORKS opens private networks, if this one is yours",
    "bad_url": "mend the address in the list",
    "dns": "mend the name in the list, if it is wrong there",
    "wall": "ask the outlet for a feed without a bot check",
    "throttled": "nothing: it is asked again later",
    "too_large": "NEWSMONITOR_MAX_BODY_BYTES lets longer answers in",
}


def _todo(poll: Poll, entries: Sequence[Entry]) -> str:
    """What a person can do about what a feed gave; empty where nothing is to be done."""
    if poll.suggested_url or (poll.outcome != "failed" and poll.moved_url):
        return f"put {poll.suggested_url or poll.moved_url} into the list"
    if poll.outcome == "failed":
        return _MENDS.get(
            poll.failure_class or "", "nothing: it is asked again; if it stays so, open it in a browser"
        )
    return "" if entries else "nothing: it may bring entries later"


@click.command()
@click.option("--all", "everything", is_flag=True, help="Also the feeds that are well.")
@AS_JSON
def health(everything: bool, as_json: bool) -> None:
    """What is wrong with each feed, since when, and what will happen next, as the tables have it."""
    settings = Settings.from_env()
    listed, broken = read_feed_list(settings.feeds)
    feeds = [feed for feed in listed if feed.kind in POLLED_KINDS]
    for error in broken:
        click.echo(f"newsmonitor: {error}", err=True)
    known = {
        row["feed_url"]: row
        for row in Warehouse(settings.warehouse)
        .query("select feed_url, state, since, words, next_poll_at from feed_health")
        .to_pylist()
    }
    never = {"state": "new", "since": None, "words": "not polled yet", "next_poll_at": None}
    rows = [{"outlet": feed.outlet, **known.get(feed.url, {"feed_url": feed.url, **never})} for feed in feeds]
    rows = [{"outlet": row["outlet"], "state": row["state"], "since": row["since"], "what": row["words"],
             "feed": row["feed_url"], "next": row["next_poll_at"]} for row in rows]  # fmt: skip
    unwell = [row for row in rows if row["state"] != _WELL]
    shown = sorted(rows if everything else unwell, key=lambda row: (row["state"], row["outlet"]))
    print_rows(shown, as_json, nothing="Every feed is well.", hidden=("feed", "next"))
    if not as_json and shown:
        click.echo(f"{len(rows) - len(unwell)} of {len(rows)} feeds are well.")
