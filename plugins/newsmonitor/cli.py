"""The command line: `newsmonitor` or `python -m newsmonitor`. Exit status 0, 1 (failed), 2 (bad input)."""

import csv
import json
import logging
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from time import monotonic

import click
import duckdb

from newsmonitor import (
    __version__,
    cli_alerts,
    cli_digest,
    cli_feed,
    cli_feeds,
    cli_fingerprint,
    cli_group,
    cli_health,
    cli_pages,
    cli_revisions,
    cli_topic,
    report,
)
from newsmonitor.cli_output import AS_JSON, console, print_rows, printable
from newsmonitor.errors import InputError, NewsmonitorError
from newsmonitor.schemas import describe_tables
from newsmonitor.settings import Settings
from newsmonitor.warehouse import Warehouse

_FAILED_FEEDS = "select feed_url, error from polls where outcome = 'failed' order by polled_at desc"


def main() -> None:
    """Run the command line; every error that a person can mend is one plain line."""
    try:
        status = cli.main(standalone_mode=False)
    except click.exceptions.Exit as stop:
        status = stop.exit_code
    except click.ClickException as error:
        error.show()
        status = 2
    except (KeyboardInterrupt, click.Abort):
        click.echo("stopped", err=True)
        status = 130
    except BrokenPipeError:
        sys.stderr.close()
        status = 1
    except InputError as error:
        click.echo(f"newsmonitor: {error}", err=True)
        status = 2
    except duckdb.Error as error:
        click.echo(f"newsmonitor: DuckDB says: {' '.join(str(error).split())}", err=True)
        status = 2
    except (NewsmonitorError, OSError) as error:
        click.echo(f"newsmonitor: {error}", err=True)
        status = 1
    sys.exit(status if isinstance(status, int) else 0)


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="newsmonitor")
def cli() -> None:
    """A news desk that never sleeps: feeds in, tagged stories in Parquet, one alert per story out."""


@cli.command()
@click.option("--verbose", is_flag=True, help="Tell of each feed and page that fails as it does.")
@AS_JSON
def ingest(verbose: bool, as_json: bool) -> None:
    """Run one cycle in this process: poll, fetch, file, send. The same four steps as in Airflow."""
    from newsmonitor import pipeline

    if not verbose:
        # Each failure is a row; a hundred lines of them would hide the one that counts.
        logging.getLogger("newsmonitor").addHandler(logging.NullHandler())
    for note in pipeline.check_settings():
        click.echo(f"newsmonitor: {note}", err=True)
    at, start = datetime.now(UTC), monotonic()
    with pipeline.open_run(at) as run:
        counts = pipeline.run_cycle(run)
    line = report.cycle_line(at, counts, monotonic() - start)
    click.echo(json.dumps(counts) if as_json else line)
    failed = counts["poll_feeds"]["failed"]
    if failed and not as_json:
        click.echo(f'{failed} failed; which, and why: newsmonitor sql "{_FAILED_FEEDS}"', err=True)


@cli.command()
@click.option("--topic", help="Only this topic; the default is any.")
@click.option("--level", type=click.Choice(["main", "mention"]), help="Only this level.")
@click.option("--language", help="Only this language, such as en, ru, uk.")
@click.option("--since", type=click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M"]), help="Filed since then (UTC).")
@click.option("--limit", default=20, show_default=True, type=click.IntRange(1, 10_000))
@click.option("--all", "everything", is_flag=True, help="Also stories that match no topic.")
@AS_JSON
def stories(
    topic: str | None,
    level: str | None,
    language: str | None,
    since: datetime | None,
    limit: int,
    everything: bool,
    as_json: bool,
) -> None:
    """The newest stories about a topic, one row a group, with its copies and outlets counted."""
    from newsmonitor.alerts import why
    from newsmonitor.groupview import newest_groups

    found = newest_groups(
        _warehouse(),
        topic=topic,
        level=level,
        language=language,
        since=since.replace(tzinfo=UTC) if since else None,
        limit=limit,
        is_matching=not everything,
    )
    rows = [
        {
            "published_at": each.story.published_at,
            "outlet": each.story.outlet,
            "language": each.story.language,
            "level": each.story.level,
            "score": each.story.topic_score,
            "copies": each.story_count - 1,
            "outlets": each.outlet_count,
            "title": each.story.title,
            "why": why(each.story),
            "url": each.story.url,
            "story_id": each.story.story_id,
            "group_id": each.group_id,
        }
        for each in found
    ]
    hidden = ("url", "story_id", "group_id")
    print_rows(rows, as_json, hidden=hidden, nothing="No stories yet. `newsmonitor ingest` runs a cycle.")


@cli.command()
@click.argument("query")
@click.option("--csv", "as_csv", is_flag=True, help="Print CSV.")
@AS_JSON
def sql(query: str, as_csv: bool, as_json: bool) -> None:
    """Ask DuckDB. Every table is a view: stories, entries, pages, ..., and so are matches, tags, members and groups."""
    answer = _warehouse().query(query)
    answer = answer.rename_columns(_distinct(answer.column_names))
    if as_csv:
        writer = csv.writer(sys.stdout)
        writer.writerow(answer.column_names)
        writer.writerows(row.values() for row in answer.to_pylist())
        return
    print_rows(answer.to_pylist(), as_json, nothing="No rows.")


@cli.command()
@click.argument("url")
@AS_JSON
def why(url: str, as_json: bool) -> None:
    """Every decision about an address (or story_id): from the feed to the alert, or where it ended."""
    from newsmonitor.context import read_plan
    from newsmonitor.explain import explain, nearest

    house = _warehouse()
    steps = explain(house, url, read_plan(Settings.from_env()).rules)
    if as_json:
        click.echo(
            json.dumps([{"at": s.at, "step": s.step, "said": s.said} for s in steps], ensure_ascii=False)
        )
    elif steps:
        for step in steps:
            click.echo(f"{step.at or '-':19}  {step.step:15}  {printable(step.said)}")
    else:
        click.echo(f"No feed has announced {printable(url)}.")
        polls = nearest(house, url)
        if not polls:
            click.echo("No feed of its domain has been polled either: add one to the feed list.")
        for poll in polls:
            result = poll.error or f"{poll.entry_count or 0} entries"
            click.echo(
                f"{poll.polled_at:%Y-%m-%d %H:%M:%S}  {'poll_feeds':15}  {poll.feed_url}: {poll.outcome}, {result}"
            )
    if not steps:
        raise click.exceptions.Exit(1)


@cli.group()
def feeds() -> None:
    """The feed list."""


feeds.add_command(cli_health.check)
feeds.add_command(cli_health.health)
feeds.add_command(cli_feeds.add)
feeds.add_command(cli_feeds.import_)
feeds.add_command(cli_feeds.export)

cli.add_command(cli_alerts.alerts)
cli.add_command(cli_digest.digest)
cli.add_command(cli_feed.feed)
cli.add_command(cli_group.group)
cli.add_command(cli_pages.page)
cli.add_command(cli_pages.reextract)
cli.add_command(cli_revisions.revisions)
cli.add_command(cli_revisions.recheck)
cli.add_command(cli_fingerprint.fingerprint)
cli.add_command(cli_topic.topic)
cli.add_command(cli_topic.retag)


@cli.command()
def tables() -> None:
    """The tables and their columns, as in docs/tables.md."""
    click.echo(describe_tables(), nl=False)


@cli.command()
@click.option("--keep", is_flag=True, help="Keep what an earlier demo stored, instead of beginning anew.")
def demo(keep: bool) -> None:
    """Two cycles over a small news site on this machine: no network, about a minute."""
    from newsmonitor.demo import run_demo

    run_demo(console(), keep=keep)


def _distinct(names: Sequence[str]) -> list[str]:
    """The names, each once: of `a`, `a` the second is `a_2`, for rows are dictionaries."""
    found: dict[str, None] = {}
    for name in names:
        number = 1
        while (new := name if number == 1 else f"{name}_{number}") in found:
            number += 1
        found[new] = None
    return list(found)


def _warehouse() -> Warehouse:
    return Warehouse(Settings.from_env().warehouse)
